/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The stand-in for kqueue(2) does as the real ones when descriptors are closed
 * and processes forked, and with several threads: facts 4, 5 and 6.
 */

#include <sys/types.h>
#include <sys/event.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "kqueue_support.h"
#include "poller_support.h"

#define LIMIT	30		/* ms */
#define PAIRS	10
#define THREADS	4
#define ROUNDS	300

ATF_TC_WITHOUT_HEAD(fact_4_close_drops_knotes_though_a_copy_is_open);
ATF_TC_BODY(fact_4_close_drops_knotes_though_a_copy_is_open, tc)
{
	int copy, fd[2], kq[2];

	kq[0] = open_queue();
	kq[1] = open_queue();
	tcp_pair(fd);
	add_both(kq[0], fd[0]);
	add_both(kq[1], fd[0]);
	plain_write(fd[1], "a", 1);
	expect_event(kq[0], fd[0], EVFILT_READ, 0, 1);
	expect_event(kq[1], fd[0], EVFILT_READ, 0, 1);
	copy = dup(fd[0]);
	ATF_REQUIRE(copy != -1);
	plain_close(fd[0]);
	expect_nothing(kq[0]);
	expect_nothing(kq[1]);
	ATF_CHECK_EQ(-1, change_knote(kq[0], fd[0], EVFILT_READ, EV_DELETE));
	ATF_CHECK_EQ(EBADF, errno);
	plain_expect(copy, "a", 1);
	plain_close(copy);
	plain_close(kq[1]);
	plain_close(fd[1]);
	plain_close(kq[0]);
}

ATF_TC_WITHOUT_HEAD(fact_4_reused_number_is_clean);
ATF_TC_BODY(fact_4_reused_number_is_clean, tc)
{
	int fd[2], kq, next[2];

	kq = open_queue();
	tcp_pair(fd);
	tcp_pair(next);
	add_both(kq, fd[0]);
	plain_close(fd[0]);
	ATF_REQUIRE_EQ(fd[0], fcntl(next[0], F_DUPFD, fd[0]));
	plain_write(next[1], "ab", 2);
	expect_nothing(kq);
	ATF_CHECK_EQ(-1, change_knote(kq, fd[0], EVFILT_READ, EV_ENABLE));
	ATF_CHECK_EQ(ENOENT, errno);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ, EV_ADD));
	expect_event(kq, fd[0], EVFILT_READ, 0, 2);
	expect_silence(kq, fd[0], EVFILT_WRITE);
	plain_close(next[0]);
	plain_close(next[1]);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(close_says_what_close_says);
ATF_TC_BODY(close_says_what_close_says, tc)
{
	int kq;

	kq = open_queue();
	ATF_CHECK_EQ(-1, close(-1));
	ATF_CHECK_EQ(EBADF, errno);
	ATF_CHECK_EQ(-1, close(DESCRIPTOR_LIMIT - 1));
	ATF_CHECK_EQ(EBADF, errno);
	errno = EDOM;
	ATF_CHECK_EQ(0, close(kq));
	ATF_CHECK_EQ(EDOM, errno);
}

/* The number is free in the child, and whatever it does there is its own. */
static int
check_child(int kq, int fd)
{
	struct kevent event;
	struct timespec none;
	int own;

	memset(&none, 0, sizeof(none));
	if (fcntl(kq, F_GETFD) != -1 || errno != EBADF)
		return (1);
	if (kevent(kq, NULL, 0, &event, 1, &none) != -1 || errno != EBADF)
		return (2);
	own = kqueue();
	if (own == -1 || change_knote(own, fd, EVFILT_READ, EV_ADD) == -1)
		return (3);
	if (kevent(own, NULL, 0, &event, 1, &none) != 1)
		return (4);
	return (close(fd) == 0 && close(own) == 0 ? 0 : 5);
}

ATF_TC_WITHOUT_HEAD(fact_4_child_has_no_queue_of_its_parent);
ATF_TC_BODY(fact_4_child_has_no_queue_of_its_parent, tc)
{
	pid_t child;
	int fd[2], kq, status;

	kq = open_queue();
	tcp_pair(fd);
	add_both(kq, fd[0]);
	plain_write(fd[1], "a", 1);
	expect_event(kq, fd[0], EVFILT_READ, 0, 1);
	child = fork();
	ATF_REQUIRE(child != -1);
	if (child == 0)
		_exit(check_child(kq, fd[0]));
	ATF_REQUIRE_EQ(child, waitpid(child, &status, 0));
	ATF_CHECK(WIFEXITED(status));
	ATF_CHECK_EQ(0, WEXITSTATUS(status));
	expect_event(kq, fd[0], EVFILT_READ, 0, 1);
	close_pair(kq, fd);
}

/* What is done to a queue in which the test sleeps. */
struct visit {
	int	kq;
	int	fd;
	int	flags;
};

static void *
change_later(void *arg)
{
	const struct visit *visit;

	visit = arg;
	(void)poll(NULL, 0, LIMIT);
	(void)change_knote(visit->kq, visit->fd, EVFILT_WRITE, visit->flags);
	return (NULL);
}

ATF_TC_WITHOUT_HEAD(fact_6_change_by_another_thread_wakes);
ATF_TC_BODY(fact_6_change_by_another_thread_wakes, tc)
{
	static const int flags[] = { EV_ADD, EV_ENABLE };
	struct kevent event;
	struct visit visit;
	pthread_t thread;
	size_t i;
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	for (i = 0; i < nitems(flags); i++) {
		visit.kq = kq;
		visit.fd = fd[0];
		visit.flags = flags[i];
		ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, change_later,
		    &visit));
		ATF_CHECK_EQ(1, kevent(kq, NULL, 0, &event, 1, NULL));
		ATF_CHECK_EQ((uintptr_t)fd[0], event.ident);
		ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
		ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_WRITE,
		    EV_DISABLE));
	}
	close_pair(kq, fd);
}

static void
on_signal(int number)
{

	(void)number;
}

ATF_TC_WITHOUT_HEAD(fact_3_4_signal_interrupts_a_wait);
ATF_TC_BODY(fact_3_4_signal_interrupts_a_wait, tc)
{
	struct itimerval interval;
	struct kevent event;
	struct sigaction action;
	int kq;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	ATF_REQUIRE_EQ(0, sigaction(SIGALRM, &action, NULL));
	kq = open_queue();
	memset(&interval, 0, sizeof(interval));
	interval.it_value.tv_usec = 10000;
	interval.it_interval.tv_usec = 10000;
	ATF_REQUIRE_EQ(0, setitimer(ITIMER_REAL, &interval, NULL));
	ATF_CHECK_EQ(-1, kevent(kq, NULL, 0, &event, 1, NULL));
	ATF_CHECK_EQ(EINTR, errno);
	memset(&interval, 0, sizeof(interval));
	ATF_REQUIRE_EQ(0, setitimer(ITIMER_REAL, &interval, NULL));
	plain_close(kq);
}

/* Every knote of every pair that is ready both ways, in any room. */
ATF_TC_WITHOUT_HEAD(fact_3_1_small_room_is_fair);
ATF_TC_BODY(fact_3_1_small_room_is_fair, tc)
{
	struct kevent event[PAIRS];
	int fd[PAIRS][2], heard[PAIRS * 2 + 64];
	int i, kq, left, n, room, waits;

	kq = open_queue();
	for (i = 0; i < PAIRS; i++) {
		tcp_pair(fd[i]);
		plain_write(fd[i][1], "a", 1);
		add_both(kq, fd[i][0]);
		expect_event(kq, fd[i][0], EVFILT_READ, 0, 1);
		ATF_REQUIRE(fd[i][0] < (int)nitems(heard));
	}
	for (room = 1; room <= PAIRS; room++) {
		memset(heard, 0, sizeof(heard));
		left = PAIRS * 2;
		for (waits = 0; left > 0; waits++) {
			ATF_REQUIRE_MSG(waits < PAIRS * 4, "room %d: %d are"
			    " left waiting", room, left);
			n = take_events(kq, event, room);
			for (i = 0; i < n; i++) {
				int bit;

				bit = event[i].filter == EVFILT_READ ? 1 : 2;
				if ((heard[event[i].ident] & bit) == 0)
					left--;
				heard[event[i].ident] |= bit;
			}
		}
	}
	for (i = 0; i < PAIRS; i++) {
		plain_close(fd[i][0]);
		plain_close(fd[i][1]);
	}
	plain_close(kq);
}

struct churn {
	int		kq;		/* fixed */
	atomic_int	failures;
};

/* One of several threads that add, disable, delete and close. */
static void *
churn(void *arg)
{
	struct churn *shared;
	int fd[2], i, kq;

	shared = arg;
	kq = shared->kq;
	for (i = 0; i < ROUNDS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1)
			continue;
		if (change_knote(kq, fd[0], EVFILT_READ, EV_ADD) == -1 ||
		    change_knote(kq, fd[0], EVFILT_WRITE, EV_ADD) == -1 ||
		    change_knote(kq, fd[0], EVFILT_READ, EV_DISABLE) == -1)
			atomic_fetch_add(&shared->failures, 1);
		if (i % 2 == 0 &&
		    change_knote(kq, fd[0], EVFILT_WRITE, EV_DELETE) == -1)
			atomic_fetch_add(&shared->failures, 1);
		if (close(fd[0]) == -1 || close(fd[1]) == -1)
			atomic_fetch_add(&shared->failures, 1);
	}
	return (NULL);
}

ATF_TC_WITHOUT_HEAD(fact_6_several_threads_change_one_queue);
ATF_TC_BODY(fact_6_several_threads_change_one_queue, tc)
{
	struct kevent event[PAIRS];
	pthread_t thread[THREADS];
	struct churn shared;
	int i, kq;

	kq = open_queue();
	shared.kq = kq;
	atomic_init(&shared.failures, 0);
	for (i = 0; i < THREADS; i++)
		ATF_REQUIRE_EQ(0, pthread_create(&thread[i], NULL, churn,
		    &shared));
	for (i = 0; i < ROUNDS; i++)
		(void)take_events(kq, event, PAIRS);
	for (i = 0; i < THREADS; i++)
		ATF_REQUIRE_EQ(0, pthread_join(thread[i], NULL));
	ATF_CHECK_EQ(0, atomic_load(&shared.failures));
	expect_nothing(kq);
	plain_close(kq);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, fact_4_close_drops_knotes_though_a_copy_is_open);
	ATF_TP_ADD_TC(tp, fact_4_reused_number_is_clean);
	ATF_TP_ADD_TC(tp, close_says_what_close_says);
	ATF_TP_ADD_TC(tp, fact_4_child_has_no_queue_of_its_parent);
	ATF_TP_ADD_TC(tp, fact_6_change_by_another_thread_wakes);
	ATF_TP_ADD_TC(tp, fact_3_4_signal_interrupts_a_wait);
	ATF_TP_ADD_TC(tp, fact_3_1_small_room_is_fair);
	ATF_TP_ADD_TC(tp, fact_6_several_threads_change_one_queue);
	return (atf_no_error());
}
