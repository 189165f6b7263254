/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * How a wait of the pollers ends: by time, by a wake, by a signal.
 */

#include <sys/types.h>
#include <sys/time.h>

#include <atf-c.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "harness.h"
#include "poller_support.h"

#define KEY	7
#define LIMIT	30		/* ms; of a wait that is to last */
#define THREADS	8
#define ROUNDS	500

static struct poller *rung;	/* by the signal handlers */

/* Ended by a wake and not by the time-out. */
static void
expect_end_by_wake(struct test_poller *tp)
{
	struct poller_event event;
	int64_t start;

	start = monotonic_ms();
	ATF_CHECK_EQ(0, wait_once(tp, &event, 1, TEST_DEADLINE));
	ATF_CHECK(monotonic_ms() - start < TEST_DEADLINE);
}

/* At most this many waits end before one lasts. */
static void
expect_lasting(struct test_poller *tp, int wakes)
{
	struct poller_event event;
	int64_t start;
	int i;

	for (i = 0; i <= wakes; i++) {
		start = monotonic_ms();
		ATF_CHECK_EQ(0, wait_once(tp, &event, 1, LIMIT));
		if (monotonic_ms() - start >= LIMIT - 1)
			return;
	}
	atf_tc_fail("no wait lasts");
}

ATF_TC_WITHOUT_HEAD(timeout_0_only_looks);
ATF_TC_BODY(timeout_0_only_looks, tc)
{
	struct poller_event event;
	struct test_poller *tp;
	int64_t start;
	int i;

	tp = test_poller_create();
	start = monotonic_ms();
	for (i = 0; i < 100; i++)
		ATF_CHECK_EQ(0, wait_once(tp, &event, 1, 0));
	ATF_CHECK(monotonic_ms() - start < TEST_DEADLINE);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(timeout_lasts);
ATF_TC_BODY(timeout_lasts, tc)
{
	struct test_poller *tp;

	tp = test_poller_create();
	expect_lasting(tp, 0);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(wake_before_a_wait_ends_it);
ATF_TC_BODY(wake_before_a_wait_ends_it, tc)
{
	struct test_poller *tp;
	int i;

	tp = test_poller_create();
	for (i = 0; i < 100; i++) {
		skynet_poller_backend->wake(tp->poller);
		expect_end_by_wake(tp);
	}
	expect_lasting(tp, 0);
	test_poller_release(tp);
}

/* More wakes than any pipe has room for. */
ATF_TC_WITHOUT_HEAD(wakes_without_a_wait_neither_block_nor_stay);
ATF_TC_BODY(wakes_without_a_wait_neither_block_nor_stay, tc)
{
	struct test_poller *tp;
	int i;

	tp = test_poller_create();
	errno = EDOM;
	for (i = 0; i < 200000; i++)
		skynet_poller_backend->wake(tp->poller);
	ATF_CHECK_EQ(EDOM, errno);
	expect_end_by_wake(tp);
	expect_lasting(tp, 200000);
	test_poller_release(tp);
}

static void *
wake_later(void *poller)
{

	(void)poll(NULL, 0, LIMIT);
	skynet_poller_backend->wake(poller);
	return (NULL);
}

ATF_TC_WITHOUT_HEAD(wake_by_another_thread_ends_a_wait);
ATF_TC_BODY(wake_by_another_thread_ends_a_wait, tc)
{
	struct poller_event event;
	struct test_poller *tp;
	pthread_t thread;

	tp = test_poller_create();
	ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, wake_later,
	    tp->poller));
	ATF_CHECK_EQ(0, wait_once(tp, &event, 1, -1));
	ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
	test_poller_release(tp);
}

struct ringer {
	struct poller	*poller;	/* fixed */
	pthread_t	 thread;	/* fixed */
	atomic_bool	 rings;		/* set by the thread, cleared by us */
};

/* Rings, and rings no more before it was heard. */
static void *
ring(void *arg)
{
	struct ringer *ringer;
	int i;

	ringer = arg;
	for (i = 0; i < ROUNDS; i++) {
		atomic_store(&ringer->rings, true);
		skynet_poller_backend->wake(ringer->poller);
		while (atomic_load(&ringer->rings))
			(void)sched_yield();
	}
	return (NULL);
}

ATF_TC_WITHOUT_HEAD(wakes_by_many_threads_are_not_lost);
ATF_TC_BODY(wakes_by_many_threads_are_not_lost, tc)
{
	struct poller_event event;
	struct ringer ringer[THREADS];
	struct test_poller *tp;
	int64_t start;
	int heard, i;

	tp = test_poller_create();
	for (i = 0; i < THREADS; i++) {
		ringer[i].poller = tp->poller;
		atomic_init(&ringer[i].rings, false);
		ATF_REQUIRE_EQ(0, pthread_create(&ringer[i].thread, NULL, ring,
		    &ringer[i]));
	}
	for (heard = 0; heard < THREADS * ROUNDS;) {
		start = monotonic_ms();
		(void)wait_once(tp, &event, 1, TEST_DEADLINE);
		ATF_REQUIRE(monotonic_ms() - start < TEST_DEADLINE);
		for (i = 0; i < THREADS; i++)
			if (atomic_exchange(&ringer[i].rings, false))
				heard++;
	}
	for (i = 0; i < THREADS; i++)
		ATF_REQUIRE_EQ(0, pthread_join(ringer[i].thread, NULL));
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(wake_and_readiness_hide_neither);
ATF_TC_BODY(wake_and_readiness_hide_neither, tc)
{
	struct poller_event event;
	struct test_poller *tp;
	int end[2], i;

	tp = test_poller_create();
	plain_pipe(end);
	watch(tp, end[0], KEY, POLLER_READ);
	plain_write(end[1], "a", 1);
	for (i = 0; i < 10; i++) {
		skynet_poller_backend->wake(tp->poller);
		expect_ready(tp, KEY, POLLER_READ);
		/* Even where there is room for one event. */
		skynet_poller_backend->wake(tp->poller);
		if (wait_once(tp, &event, 1, TEST_DEADLINE) == 0)
			ATF_CHECK_EQ(1, wait_once(tp, &event, 1,
			    TEST_DEADLINE));
		ATF_CHECK_EQ(KEY, event.key);
	}
	unwatch(tp, end[0], POLLER_READ);
	plain_close(end[0]);
	plain_close(end[1]);
	expect_lasting(tp, 1);
	test_poller_release(tp);
}

static void
on_signal_wake(int number)
{

	(void)number;
	skynet_poller_backend->wake(rung);
}

static void
on_signal(int number)
{

	(void)number;
}

static void
handle(int number, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	(void)sigemptyset(&action.sa_mask);
	ATF_REQUIRE_EQ(0, sigaction(number, &action, NULL));
}

ATF_TC_WITHOUT_HEAD(wake_in_a_signal_handler);
ATF_TC_BODY(wake_in_a_signal_handler, tc)
{
	struct test_poller *tp;

	tp = test_poller_create();
	rung = tp->poller;
	handle(SIGUSR1, on_signal_wake);
	errno = EDOM;
	ATF_REQUIRE_EQ(0, raise(SIGUSR1));
	ATF_CHECK_EQ(EDOM, errno);
	expect_end_by_wake(tp);
	expect_lasting(tp, 0);
	test_poller_release(tp);
}

/* Again and again, for the first one may come before the wait. */
ATF_TC_WITHOUT_HEAD(signal_ends_a_wait_with_0);
ATF_TC_BODY(signal_ends_a_wait_with_0, tc)
{
	struct itimerval interval;
	struct poller_event event;
	struct test_poller *tp;

	tp = test_poller_create();
	handle(SIGALRM, on_signal);
	memset(&interval, 0, sizeof(interval));
	interval.it_value.tv_usec = 10000;
	interval.it_interval.tv_usec = 10000;
	ATF_REQUIRE_EQ(0, setitimer(ITIMER_REAL, &interval, NULL));
	ATF_CHECK_EQ(0, wait_once(tp, &event, 1, -1));
	memset(&interval, 0, sizeof(interval));
	ATF_REQUIRE_EQ(0, setitimer(ITIMER_REAL, &interval, NULL));
	test_poller_release(tp);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, timeout_0_only_looks);
	ATF_TP_ADD_TC(tp, timeout_lasts);
	ATF_TP_ADD_TC(tp, wake_before_a_wait_ends_it);
	ATF_TP_ADD_TC(tp, wakes_without_a_wait_neither_block_nor_stay);
	ATF_TP_ADD_TC(tp, wake_by_another_thread_ends_a_wait);
	ATF_TP_ADD_TC(tp, wakes_by_many_threads_are_not_lost);
	ATF_TP_ADD_TC(tp, wake_and_readiness_hide_neither);
	ATF_TP_ADD_TC(tp, wake_in_a_signal_handler);
	ATF_TP_ADD_TC(tp, signal_ends_a_wait_with_0);
	return (atf_no_error());
}
