/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the pollers refuse, how many descriptors they watch, and what they take
 * from the system and give back.
 */

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/time.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"
#include "poller_support.h"

#define KEY	7
#define MANY	1000

/* Whatever the interest; and nothing has changed. */
static void
expect_refusal(int fd, int error)
{
	struct test_poller *tp;
	int interest, pair[2];

	tp = test_poller_create();
	tcp_pair(pair);
	watch(tp, pair[0], KEY, POLLER_READ);
	for (interest = 0; interest <= POLLER_BOTH; interest++) {
		errno = 0;
		ATF_CHECK_EQ(-1, skynet_poller_backend->add(tp->poller, fd,
		    KEY + 1, interest));
		ATF_CHECK_EQ(error, errno);
	}
	expect_ready(tp, KEY + 1, 0);
	expect_ready(tp, KEY, 0);
	plain_write(pair[1], "a", 1);
	expect_ready(tp, KEY, POLLER_READ);
	unwatch(tp, pair[0], POLLER_READ);
	plain_close(pair[0]);
	plain_close(pair[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(add_refuses_a_regular_file);
ATF_TC_BODY(add_refuses_a_regular_file, tc)
{
	int fd;

	fd = open("file", O_CREAT | O_RDWR, 0600);
	ATF_REQUIRE(fd != -1);
	expect_refusal(fd, EPERM);
	plain_close(fd);
}

ATF_TC_WITHOUT_HEAD(add_refuses_a_directory);
ATF_TC_BODY(add_refuses_a_directory, tc)
{
	int fd;

	fd = open(".", O_RDONLY);
	ATF_REQUIRE(fd != -1);
	expect_refusal(fd, EPERM);
	plain_close(fd);
}

ATF_TC_WITHOUT_HEAD(add_refuses_what_is_not_open);
ATF_TC_BODY(add_refuses_what_is_not_open, tc)
{
	int end[2];

	plain_pipe(end);
	plain_close(end[1]);
	plain_close(end[0]);
	expect_refusal(DESCRIPTOR_LIMIT - 1, EBADF);
	expect_refusal(-1, EBADF);
}

/* The limit of descriptors; skips the case where it is too low. */
static void
need_descriptors(rlim_t n)
{
	struct rlimit limit;

	ATF_REQUIRE_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	if (limit.rlim_cur >= n)
		return;
	if (limit.rlim_max < n)
		atf_tc_skip("too few descriptors");
	limit.rlim_cur = n;
	ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
}

/* All of n ready ones are heard while all stay ready. */
static void
expect_all(struct test_poller *tp, int n, int max, int interest)
{
	struct poller_event *event;
	int *heard;
	int count, i, left, waits;

	event = calloc((size_t)max, sizeof(*event));
	heard = calloc((size_t)n, sizeof(*heard));
	ATF_REQUIRE(event != NULL && heard != NULL);
	left = n;
	for (waits = 0; left > 0; waits++) {
		ATF_REQUIRE_MSG(waits <= 8 * n, "%d are left waiting", left);
		count = wait_once(tp, event, max, TEST_DEADLINE);
		for (i = 0; i < count; i++) {
			ATF_REQUIRE(event[i].key < (uintptr_t)n);
			if (heard[event[i].key] == interest)
				continue;
			if (event[i].readable)
				heard[event[i].key] |= POLLER_READ;
			if (event[i].writable)
				heard[event[i].key] |= POLLER_WRITE;
			if (heard[event[i].key] == interest)
				left--;
		}
	}
	free(heard);
	free(event);
}

static void
expect_all_of(int n, const int *rooms, size_t count)
{
	struct test_poller *tp;
	int (*fd)[2];
	int i, interest;
	size_t j;

	need_descriptors((rlim_t)n * 2 + 64);
	fd = calloc((size_t)n, sizeof(*fd));
	ATF_REQUIRE(fd != NULL);
	tp = test_poller_create();
	for (i = 0; i < n; i++) {
		plain_socketpair(fd[i]);
		plain_write(fd[i][1], "a", 1);
		watch(tp, fd[i][0], (uintptr_t)i, 0);
	}
	for (interest = POLLER_READ; interest <= POLLER_BOTH; interest++) {
		for (i = 0; i < n; i++)
			change(tp, fd[i][0], (uintptr_t)i, 0, interest);
		for (j = 0; j < count; j++)
			expect_all(tp, n, rooms[j], interest);
		for (i = 0; i < n; i++)
			change(tp, fd[i][0], (uintptr_t)i, interest, 0);
	}
	for (i = 0; i < n; i++) {
		unwatch(tp, fd[i][0], 0);
		plain_close(fd[i][0]);
		plain_close(fd[i][1]);
	}
	free(fd);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(none_is_left_waiting_by_others);
ATF_TC_BODY(none_is_left_waiting_by_others, tc)
{
	static const int rooms[] = { 1, 2, 3, 7, 9, 10, 11, 19, 20, 21, 128 };

	expect_all_of(1, rooms, nitems(rooms));
	expect_all_of(2, rooms, nitems(rooms));
	expect_all_of(10, rooms, nitems(rooms));
}

ATF_TC_WITHOUT_HEAD(thousand_descriptors);
ATF_TC_BODY(thousand_descriptors, tc)
{
	static const int rooms[] = { 16, 128, 4096 };

	expect_all_of(MANY, rooms, nitems(rooms));
}

ATF_TC_WITHOUT_HEAD(descriptor_above_fd_setsize);
ATF_TC_BODY(descriptor_above_fd_setsize, tc)
{
	struct test_poller *tp;
	int end[2], high;

	need_descriptors(FD_SETSIZE + 128);
	tp = test_poller_create();
	plain_pipe(end);
	high = fcntl(end[0], F_DUPFD, FD_SETSIZE + 64);
	ATF_REQUIRE(high >= FD_SETSIZE + 64);
	watch(tp, high, KEY, POLLER_READ);
	expect_ready(tp, KEY, 0);
	plain_write(end[1], "a", 1);
	expect_ready(tp, KEY, POLLER_READ);
	unwatch(tp, high, POLLER_READ);
	plain_close(high);
	plain_close(end[0]);
	plain_close(end[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(destroy_takes_nothing);
ATF_TC_BODY(destroy_takes_nothing, tc)
{

	skynet_poller_backend->destroy(NULL);
}

ATF_TC_WITHOUT_HEAD(destroy_leaves_watched_descriptors_open);
ATF_TC_BODY(destroy_leaves_watched_descriptors_open, tc)
{
	struct test_poller *tp;
	bool *before;
	int fd[4][2], interest;

	for (interest = 0; interest <= POLLER_BOTH; interest++)
		plain_socketpair(fd[interest]);
	before = descriptor_census();
	tp = test_poller_create();
	for (interest = 0; interest <= POLLER_BOTH; interest++)
		watch(tp, fd[interest][0], KEY, interest);
	test_poller_release(tp);
	descriptor_compare(before);
	free(before);
	for (interest = 0; interest <= POLLER_BOTH; interest++) {
		plain_write(fd[interest][1], "a", 1);
		plain_expect(fd[interest][0], "a", 1);
		plain_close(fd[interest][0]);
		plain_close(fd[interest][1]);
	}
}

ATF_TC_WITHOUT_HEAD(own_descriptors_are_closed_on_exec);
ATF_TC_BODY(own_descriptors_are_closed_on_exec, tc)
{
	struct test_poller *tp;
	int fd, flags;

	tp = test_poller_create();
	for (fd = 0; fd < DESCRIPTOR_LIMIT; fd++) {
		if (tp->descriptors[fd])
			continue;
		flags = fcntl(fd, F_GETFD);
		ATF_CHECK_MSG(flags == -1 || (flags & FD_CLOEXEC) != 0,
		    "descriptor %d", fd);
	}
	test_poller_release(tp);
}

/* It takes a few; with fewer it leaves none behind. */
ATF_TC_WITHOUT_HEAD(create_without_descriptors);
ATF_TC_BODY(create_without_descriptors, tc)
{
	struct rlimit limit, none;
	struct poller *poller;
	bool *before;
	rlim_t free_ones;

	before = descriptor_census();
	ATF_REQUIRE_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	poller = NULL;
	for (free_ones = 0; poller == NULL; free_ones++) {
		ATF_REQUIRE(free_ones < 8);
		none = limit;
		none.rlim_cur = (rlim_t)dup(STDIN_FILENO);
		plain_close((int)none.rlim_cur);
		none.rlim_cur += free_ones;
		ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
		poller = skynet_poller_backend->create();
		ATF_CHECK(poller != NULL || errno == EMFILE);
		ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
		if (poller == NULL) {
			descriptor_compare(before);
			memory_all_returned();
		}
	}
	ATF_CHECK(free_ones > 1);
	skynet_poller_backend->destroy(poller);
	descriptor_compare(before);
	memory_all_returned();
	free(before);
}

ATF_TC_WITHOUT_HEAD(create_without_memory);
ATF_TC_BODY(create_without_memory, tc)
{
	struct poller *poller;
	bool *before, failed;
	long n;

	before = descriptor_census();
	for (n = 1, failed = true; failed; n++) {
		memory_fail_at(n);
		errno = 0;
		poller = skynet_poller_backend->create();
		failed = memory_fail_end();
		ATF_CHECK_EQ(failed, poller == NULL);
		ATF_CHECK(!failed || errno == ENOMEM);
		skynet_poller_backend->destroy(poller);
		descriptor_compare(before);
		memory_all_returned();
	}
	ATF_CHECK(n > 2);
	free(before);
}

/* A poller may need no memory for this; where it does, nothing has changed. */
ATF_TC_WITHOUT_HEAD(add_without_memory);
ATF_TC_BODY(add_without_memory, tc)
{
	struct test_poller *tp;
	int end[2], high, n, r;
	bool failed;

	tp = test_poller_create();
	plain_pipe(end);
	plain_write(end[1], "a", 1);
	high = fcntl(end[0], F_DUPFD, 200);
	ATF_REQUIRE(high != -1);
	watch(tp, end[0], KEY, POLLER_READ);
	for (n = 1, failed = true; failed; n++) {
		memory_fail_at(n);
		errno = 0;
		r = skynet_poller_backend->add(tp->poller, high, KEY + 1,
		    POLLER_READ);
		failed = memory_fail_end();
		ATF_REQUIRE_EQ(failed ? -1 : 0, r);
		ATF_CHECK(!failed || errno == ENOMEM);
		expect_ready(tp, KEY + 1, failed ? 0 : POLLER_READ);
		expect_ready(tp, KEY, POLLER_READ);
	}
	unwatch(tp, high, POLLER_READ);
	unwatch(tp, end[0], POLLER_READ);
	plain_close(high);
	plain_close(end[0]);
	plain_close(end[1]);
	test_poller_release(tp);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, add_refuses_a_regular_file);
	ATF_TP_ADD_TC(tp, add_refuses_a_directory);
	ATF_TP_ADD_TC(tp, add_refuses_what_is_not_open);
	ATF_TP_ADD_TC(tp, none_is_left_waiting_by_others);
	ATF_TP_ADD_TC(tp, thousand_descriptors);
	ATF_TP_ADD_TC(tp, descriptor_above_fd_setsize);
	ATF_TP_ADD_TC(tp, destroy_takes_nothing);
	ATF_TP_ADD_TC(tp, destroy_leaves_watched_descriptors_open);
	ATF_TP_ADD_TC(tp, own_descriptors_are_closed_on_exec);
	ATF_TP_ADD_TC(tp, create_without_descriptors);
	ATF_TP_ADD_TC(tp, create_without_memory);
	ATF_TP_ADD_TC(tp, add_without_memory);
	return (atf_no_error());
}
