/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * pause: F-6.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>

#include "harness.h"

ATF_TC_WITHOUT_HEAD(f6_pause_holds_and_start_delivers);
ATF_TC_BODY(f6_pause_holds_and_start_delivers, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	plain_write(stream.fd, "one", 3);
	expect_data(ts, stream.id, "one", 3);
	socket_server_pause(ts->server, TEST_OWNER, stream.id);
	expect_fence(ts);
	plain_write(stream.fd, "two", 3);
	expect_none(ts, 0);
	/* Sending goes on meanwhile. */
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "back", 4));
	plain_expect(stream.fd, "back", 4);
	test_start(ts, stream.id);
	expect_data(ts, stream.id, "two", 3);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_pause_and_start_many_times_lose_nothing);
ATF_TC_BODY(f6_pause_and_start_many_times_lose_nothing, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	size_t offset;
	int i;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	offset = 0;
	for (i = 0; i < 50; i++) {
		socket_server_pause(ts->server, TEST_OWNER, stream.id);
		expect_command_fence(ts);
		plain_write_pattern(stream.fd, offset, 1000);
		test_start(ts, stream.id);
		expect_pattern(ts, stream.id, offset, 1000);
		offset += 1000;
	}
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_pause_is_told_nobody_and_may_be_repeated);
ATF_TC_BODY(f6_pause_is_told_nobody_and_may_be_repeated, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	socket_server_pause(ts->server, TEST_OWNER, stream.id);
	socket_server_pause(ts->server, TEST_OWNER, stream.id);
	expect_none(ts, 0);
	test_start(ts, stream.id);
	plain_write(stream.fd, "x", 1);
	expect_data(ts, stream.id, "x", 1);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_the_end_while_paused_comes_after_the_data);
ATF_TC_BODY(f6_the_end_while_paused_comes_after_the_data, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	socket_server_pause(ts->server, TEST_OWNER, stream.id);
	expect_fence(ts);
	plain_write_pattern(stream.fd, 0, 50000);
	plain_close(stream.fd);
	expect_none(ts, stream.id);
	test_start(ts, stream.id);
	ATF_CHECK_EQ(50000, expect_pattern_until_close(ts, stream.id, 0));
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_pause_keeps_the_peer_from_sending_on);
ATF_TC_BODY(f6_pause_keeps_the_peer_from_sending_on, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	size_t blocks, filled;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	socket_server_pause(ts->server, TEST_OWNER, stream.id);
	expect_fence(ts);
	blocks = memory_bytes();
	filled = plain_fill(stream.fd);
	expect_none(ts, 0);
	ATF_CHECK_MSG(memory_bytes() < blocks + filled / 2 + 65536,
	    "the server has read on");
	test_start(ts, stream.id);
	expect_pattern(ts, stream.id, 0, filled);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f6_pause_holds_and_start_delivers);
	ATF_TP_ADD_TC(tp, f6_pause_and_start_many_times_lose_nothing);
	ATF_TP_ADD_TC(tp, f6_pause_is_told_nobody_and_may_be_repeated);
	ATF_TP_ADD_TC(tp, f6_the_end_while_paused_comes_after_the_data);
	ATF_TP_ADD_TC(tp, f6_pause_keeps_the_peer_from_sending_on);
	return (atf_no_error());
}
