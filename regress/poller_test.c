/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the pollers say of a descriptor: poller.h, level and interest.
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

#define KEY	7

ATF_TC_WITHOUT_HEAD(level_readable_by_every_wait_until_read);
ATF_TC_BODY(level_readable_by_every_wait_until_read, tc)
{
	struct test_poller *tp;
	int fd[2];

	tp = test_poller_create();
	tcp_pair(fd);
	watch(tp, fd[0], KEY, POLLER_READ);
	expect_ready(tp, KEY, 0);
	plain_write(fd[1], "abc", 3);
	expect_ready(tp, KEY, POLLER_READ);
	plain_expect(fd[0], "a", 1);
	expect_ready(tp, KEY, POLLER_READ);
	plain_expect(fd[0], "bc", 2);
	expect_ready(tp, KEY, 0);
	unwatch(tp, fd[0], POLLER_READ);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(level_writable_by_every_wait_until_full);
ATF_TC_BODY(level_writable_by_every_wait_until_full, tc)
{
	struct test_poller *tp;
	int fd[2];
	size_t n;

	tp = test_poller_create();
	tcp_pair(fd);
	watch(tp, fd[0], KEY, POLLER_WRITE);
	expect_ready(tp, KEY, POLLER_WRITE);
	n = fill(fd[0]);
	ATF_REQUIRE(n > 0);
	expect_ready(tp, KEY, 0);
	plain_expect_pattern(fd[1], 0, n);
	expect_ready(tp, KEY, POLLER_WRITE);
	unwatch(tp, fd[0], POLLER_WRITE);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(level_end_of_file_by_every_wait_until_taken_back);
ATF_TC_BODY(level_end_of_file_by_every_wait_until_taken_back, tc)
{
	struct test_poller *tp;
	int fd[2];

	tp = test_poller_create();
	tcp_pair(fd);
	watch(tp, fd[0], KEY, POLLER_READ);
	plain_end(fd[1]);
	expect_ready(tp, KEY, POLLER_READ);
	plain_expect_end(fd[0]);
	expect_ready(tp, KEY, POLLER_READ);
	change(tp, fd[0], KEY, POLLER_READ, 0);
	expect_ready(tp, KEY, 0);
	unwatch(tp, fd[0], 0);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(interest_in_both_reports_both);
ATF_TC_BODY(interest_in_both_reports_both, tc)
{
	struct test_poller *tp;
	int fd[2];

	tp = test_poller_create();
	tcp_pair(fd);
	watch(tp, fd[0], KEY, POLLER_BOTH);
	expect_ready(tp, KEY, POLLER_WRITE);
	plain_write(fd[1], "a", 1);
	expect_ready(tp, KEY, POLLER_BOTH);
	(void)fill(fd[0]);
	expect_ready(tp, KEY, POLLER_READ);
	unwatch(tp, fd[0], POLLER_BOTH);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

/* Data, then a hang-up, then a reset, for which nobody asks. */
static void
stay_silent(int first)
{
	struct test_poller *tp;
	int fd[2];

	tp = test_poller_create();
	tcp_pair(fd);
	watch(tp, fd[0], KEY, first);
	if (first != 0)
		change(tp, fd[0], KEY, first, 0);
	expect_ready(tp, KEY, 0);
	plain_write(fd[1], "a", 1);
	plain_await(fd[0], POLLIN, "data");
	expect_ready(tp, KEY, 0);
	plain_expect(fd[0], "a", 1);
	plain_reset(fd[1]);
	plain_await(fd[0], POLLIN, "a reset");
	expect_ready(tp, KEY, 0);
	plain_expect_reset(fd[0]);
	expect_ready(tp, KEY, 0);
	unwatch(tp, fd[0], 0);
	plain_close(fd[0]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(no_interest_no_event);
ATF_TC_BODY(no_interest_no_event, tc)
{

	stay_silent(0);
}

ATF_TC_WITHOUT_HEAD(interest_taken_back_no_event);
ATF_TC_BODY(interest_taken_back_no_event, tc)
{

	stay_silent(POLLER_READ);
	stay_silent(POLLER_WRITE);
	stay_silent(POLLER_BOTH);
}

ATF_TC_WITHOUT_HEAD(interest_is_never_reported_for_the_other);
ATF_TC_BODY(interest_is_never_reported_for_the_other, tc)
{
	static const int interests[] = { POLLER_READ, POLLER_WRITE };
	struct test_poller *tp;
	int fd[2], interest;
	size_t i;

	for (i = 0; i < nitems(interests); i++) {
		interest = interests[i];
		tp = test_poller_create();
		tcp_pair(fd);
		watch(tp, fd[0], KEY, interest);
		expect_ready(tp, KEY, interest & POLLER_WRITE);
		plain_write(fd[1], "a", 1);
		plain_await(fd[0], POLLIN, "data");
		expect_ready(tp, KEY, interest);
		plain_expect(fd[0], "a", 1);
		plain_reset(fd[1]);
		plain_await(fd[0], POLLIN, "a reset");
		expect_ready(tp, KEY, interest);
		plain_expect_reset(fd[0]);
		expect_ready(tp, KEY, interest);
		unwatch(tp, fd[0], interest);
		plain_close(fd[0]);
		test_poller_release(tp);
	}
}

ATF_TC_WITHOUT_HEAD(change_moves_from_any_interest_to_any);
ATF_TC_BODY(change_moves_from_any_interest_to_any, tc)
{
	struct test_poller *tp;
	int fd[2], from, to;

	tp = test_poller_create();
	tcp_pair(fd);
	plain_write(fd[1], "a", 1);
	plain_await(fd[0], POLLIN, "data");
	for (from = 0; from <= POLLER_BOTH; from++) {
		for (to = 0; to <= POLLER_BOTH; to++) {
			watch(tp, fd[0], KEY, from);
			expect_ready(tp, KEY, from);
			change(tp, fd[0], KEY, from, to);
			expect_ready(tp, KEY, to);
			unwatch(tp, fd[0], to);
			expect_ready(tp, KEY, 0);
		}
	}
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(change_reports_what_came_without_interest);
ATF_TC_BODY(change_reports_what_came_without_interest, tc)
{
	struct test_poller *tp;
	int fd[2];

	tp = test_poller_create();
	tcp_pair(fd);
	watch(tp, fd[0], KEY, POLLER_READ);
	change(tp, fd[0], KEY, POLLER_READ, 0);
	plain_write(fd[1], "a", 1);
	plain_await(fd[0], POLLIN, "data");
	expect_ready(tp, KEY, 0);
	change(tp, fd[0], KEY, 0, POLLER_READ);
	expect_ready(tp, KEY, POLLER_READ);
	change(tp, fd[0], KEY, POLLER_READ, 0);
	plain_expect(fd[0], "a", 1);
	change(tp, fd[0], KEY, 0, POLLER_READ);
	expect_ready(tp, KEY, 0);
	unwatch(tp, fd[0], POLLER_READ);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(key_names_the_descriptor);
ATF_TC_BODY(key_names_the_descriptor, tc)
{
	static const uintptr_t keys[] = { 0, 1, 0x10000, POLLER_KEY_MAX };
	struct test_poller *tp;
	size_t i, j;
	int fd[nitems(keys)][2];

	tp = test_poller_create();
	for (i = 0; i < nitems(keys); i++) {
		tcp_pair(fd[i]);
		watch(tp, fd[i][0], keys[i], POLLER_READ);
	}
	for (i = 0; i < nitems(keys); i++) {
		plain_write(fd[i][1], "a", 1);
		for (j = 0; j < nitems(keys); j++)
			expect_ready(tp, keys[j], i == j ? POLLER_READ : 0);
		plain_expect(fd[i][0], "a", 1);
	}
	for (i = 0; i < nitems(keys); i++) {
		unwatch(tp, fd[i][0], POLLER_READ);
		plain_close(fd[i][0]);
		plain_close(fd[i][1]);
	}
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(removed_descriptor_is_silent_and_open);
ATF_TC_BODY(removed_descriptor_is_silent_and_open, tc)
{
	struct test_poller *tp;
	int fd[2], interest;

	tp = test_poller_create();
	tcp_pair(fd);
	plain_write(fd[1], "a", 1);
	plain_await(fd[0], POLLIN, "data");
	for (interest = 0; interest <= POLLER_BOTH; interest++) {
		watch(tp, fd[0], KEY, interest);
		expect_ready(tp, KEY, interest);
		unwatch(tp, fd[0], interest);
		expect_ready(tp, KEY, 0);
	}
	plain_expect(fd[0], "a", 1);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(removed_descriptor_takes_nothing_from_others);
ATF_TC_BODY(removed_descriptor_takes_nothing_from_others, tc)
{
	struct test_poller *tp;
	int fd[4][2], i, left;

	for (left = 0; left < 4; left++) {
		tp = test_poller_create();
		for (i = 0; i < 4; i++) {
			tcp_pair(fd[i]);
			watch(tp, fd[i][0], (uintptr_t)i, POLLER_READ);
		}
		unwatch(tp, fd[left][0], POLLER_READ);
		for (i = 3; i >= 0; i--) {
			plain_write(fd[i][1], "a", 1);
			expect_ready(tp, (uintptr_t)i,
			    i == left ? 0 : POLLER_READ);
			if (i == left)
				continue;
			change(tp, fd[i][0], (uintptr_t)i, POLLER_READ,
			    POLLER_WRITE);
			expect_ready(tp, (uintptr_t)i, POLLER_WRITE);
			unwatch(tp, fd[i][0], POLLER_WRITE);
			expect_ready(tp, (uintptr_t)i, 0);
		}
		for (i = 0; i < 4; i++) {
			plain_close(fd[i][0]);
			plain_close(fd[i][1]);
		}
		test_poller_release(tp);
	}
}

ATF_TC_WITHOUT_HEAD(reused_number_gives_no_stale_event);
ATF_TC_BODY(reused_number_gives_no_stale_event, tc)
{
	struct test_poller *tp;
	int copy, interest, next[2], old[2];

	tp = test_poller_create();
	for (interest = 0; interest <= POLLER_BOTH; interest++) {
		tcp_pair(old);
		tcp_pair(next);
		watch(tp, old[0], KEY, interest);
		plain_write(old[1], "a", 1);
		plain_await(old[0], POLLIN, "data");
		/* The connection lives on in a copy. */
		copy = dup(old[0]);
		ATF_REQUIRE(copy != -1);
		unwatch(tp, old[0], interest);
		plain_close(old[0]);
		ATF_REQUIRE_EQ(old[0], fcntl(next[0], F_DUPFD, old[0]));
		watch(tp, old[0], KEY + 1, POLLER_READ);
		expect_ready(tp, KEY, 0);
		expect_ready(tp, KEY + 1, 0);
		plain_write(next[1], "b", 1);
		expect_ready(tp, KEY + 1, POLLER_READ);
		expect_ready(tp, KEY, 0);
		unwatch(tp, old[0], POLLER_READ);
		plain_close(old[0]);
		plain_close(old[1]);
		plain_close(next[0]);
		plain_close(next[1]);
		plain_close(copy);
	}
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(remove_of_a_closed_descriptor_is_harmless);
ATF_TC_BODY(remove_of_a_closed_descriptor_is_harmless, tc)
{
	struct test_poller *tp;
	int fd[2], interest, other[2];

	tp = test_poller_create();
	tcp_pair(other);
	watch(tp, other[0], KEY + 1, POLLER_READ);
	for (interest = 0; interest <= POLLER_BOTH; interest++) {
		tcp_pair(fd);
		watch(tp, fd[0], KEY, interest);
		plain_close(fd[0]);
		unwatch(tp, fd[0], interest);
		expect_ready(tp, KEY, 0);
		plain_close(fd[1]);
	}
	plain_write(other[1], "a", 1);
	expect_ready(tp, KEY + 1, POLLER_READ);
	unwatch(tp, other[0], POLLER_READ);
	plain_close(other[0]);
	plain_close(other[1]);
	test_poller_release(tp);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, level_readable_by_every_wait_until_read);
	ATF_TP_ADD_TC(tp, level_writable_by_every_wait_until_full);
	ATF_TP_ADD_TC(tp, level_end_of_file_by_every_wait_until_taken_back);
	ATF_TP_ADD_TC(tp, interest_in_both_reports_both);
	ATF_TP_ADD_TC(tp, no_interest_no_event);
	ATF_TP_ADD_TC(tp, interest_taken_back_no_event);
	ATF_TP_ADD_TC(tp, interest_is_never_reported_for_the_other);
	ATF_TP_ADD_TC(tp, change_moves_from_any_interest_to_any);
	ATF_TP_ADD_TC(tp, change_reports_what_came_without_interest);
	ATF_TP_ADD_TC(tp, key_names_the_descriptor);
	ATF_TP_ADD_TC(tp, removed_descriptor_is_silent_and_open);
	ATF_TP_ADD_TC(tp, removed_descriptor_takes_nothing_from_others);
	ATF_TP_ADD_TC(tp, reused_number_gives_no_stale_event);
	ATF_TP_ADD_TC(tp, remove_of_a_closed_descriptor_is_harmless);
	return (atf_no_error());
}
