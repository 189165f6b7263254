/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The pollers and descriptors that their user has closed while they were
 * watched, as may happen to one that was bound.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "poller_support.h"

#define OLD	7		/* keys */
#define NEW	8
#define OTHER	9

/* A pair whose first end is watched, and then closed all the same. */
static int
close_behind(struct test_poller *tp, int interest)
{
	int fd[2];

	tcp_pair(fd);
	watch(tp, fd[0], OLD, interest);
	plain_close(fd[1]);
	plain_close(fd[0]);
	return (fd[0]);
}

/* The first end of a pair with this number. */
static void
open_as(int number, int fd[2])
{

	tcp_pair(fd);
	if (fd[0] == number)
		return;
	if (fd[1] == number) {
		fd[1] = fd[0];
		fd[0] = number;
		return;
	}
	ATF_REQUIRE_EQ(number, fcntl(fd[0], F_DUPFD, number));
	plain_close(fd[0]);
	fd[0] = number;
}

ATF_TC_WITHOUT_HEAD(number_is_added_again_without_a_remove);
ATF_TC_BODY(number_is_added_again_without_a_remove, tc)
{
	struct test_poller *tp;
	int fd[2], interest, number;

	tp = test_poller_create();
	for (interest = 0; interest <= POLLER_BOTH; interest++) {
		number = close_behind(tp, interest);
		open_as(number, fd);
		plain_write(fd[1], "a", 1);
		plain_await(fd[0], POLLIN, "data");
		watch(tp, fd[0], NEW, 0);
		expect_ready(tp, NEW, 0);
		expect_ready(tp, OLD, 0);
		change(tp, fd[0], NEW, 0, POLLER_READ);
		expect_ready(tp, NEW, POLLER_READ);
		expect_ready(tp, OLD, 0);
		change(tp, fd[0], NEW, POLLER_READ, POLLER_BOTH);
		expect_ready(tp, NEW, POLLER_BOTH);
		unwatch(tp, fd[0], POLLER_BOTH);
		expect_ready(tp, NEW, 0);
		expect_ready(tp, OLD, 0);
		plain_close(fd[0]);
		plain_close(fd[1]);
	}
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(change_after_another_has_taken_the_number);
ATF_TC_BODY(change_after_another_has_taken_the_number, tc)
{
	struct test_poller *tp;
	int fd[2], number;

	tp = test_poller_create();
	number = close_behind(tp, POLLER_READ);
	open_as(number, fd);
	watch(tp, number, NEW, POLLER_READ);
	unwatch(tp, number, POLLER_READ);	/* meant for the old one */
	change(tp, number, NEW, POLLER_READ, POLLER_BOTH);
	expect_ready(tp, NEW, POLLER_WRITE);
	change(tp, number, NEW, POLLER_BOTH, 0);
	change(tp, number, NEW, 0, POLLER_WRITE);
	expect_ready(tp, NEW, POLLER_WRITE);
	unwatch(tp, number, POLLER_WRITE);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(change_to_nothing_of_a_closed_descriptor);
ATF_TC_BODY(change_to_nothing_of_a_closed_descriptor, tc)
{
	struct test_poller *tp;
	int interest, number, other[2];

	tp = test_poller_create();
	tcp_pair(other);
	watch(tp, other[0], OTHER, POLLER_READ);
	for (interest = 0; interest <= POLLER_BOTH; interest++) {
		number = close_behind(tp, interest);
		change(tp, number, OLD, interest, 0);
		expect_ready(tp, OLD, 0);
		unwatch(tp, number, 0);
	}
	plain_write(other[1], "a", 1);
	expect_ready(tp, OTHER, POLLER_READ);
	unwatch(tp, other[0], POLLER_READ);
	plain_close(other[0]);
	plain_close(other[1]);
	test_poller_release(tp);
}

/* Its owner finds out: the call fails, or the next look says so. */
ATF_TC_WITHOUT_HEAD(change_to_something_of_a_closed_descriptor);
ATF_TC_BODY(change_to_something_of_a_closed_descriptor, tc)
{
	struct test_poller *tp;
	int number;

	tp = test_poller_create();
	number = close_behind(tp, POLLER_READ);
	if (skynet_poller_backend->change(tp->poller, number, OLD, POLLER_READ,
	    POLLER_BOTH) == -1) {
		ATF_CHECK_EQ(EBADF, errno);
		unwatch(tp, number, POLLER_READ);
	} else {
		expect_ready(tp, OLD, POLLER_BOTH);
		unwatch(tp, number, POLLER_BOTH);
	}
	expect_ready(tp, OLD, 0);
	test_poller_release(tp);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, number_is_added_again_without_a_remove);
	ATF_TP_ADD_TC(tp, change_after_another_has_taken_the_number);
	ATF_TP_ADD_TC(tp, change_to_nothing_of_a_closed_descriptor);
	ATF_TP_ADD_TC(tp, change_to_something_of_a_closed_descriptor);
	return (atf_no_error());
}
