/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * close: F-7, L-6, and U as far as close goes.  For shutdown see
 * shutdown_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <limits.h>
#include <poll.h>

#include "harness.h"

/* More than a kernel takes on both sides of a connection. */
#define BACKLOG	((size_t)24 * 1024 * 1024)

/* Nothing is heard of the id any more, whatever is done to it. */
static void
require_gone(struct test_server *ts, int id)
{
	struct socket_info info;

	ATF_CHECK_EQ(-1, test_send(ts, id, "x", 1));
	ATF_CHECK_EQ(-1, test_send_low(ts, id, "x", 1));
	socket_server_close(ts->server, TEST_OWNER, id);
	socket_server_shutdown(ts->server, TEST_OWNER, id);
	socket_server_pause(ts->server, TEST_OWNER, id);
	socket_server_nodelay(ts->server, id);
	expect_none(ts, id);
	ATF_CHECK(!test_info(ts, id, &info));
}

ATF_TC_WITHOUT_HEAD(f7_one_close_and_the_peer_sees_the_end);
ATF_TC_BODY(f7_one_close_and_the_peer_sees_the_end, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	message = expect_message(ts, SOCKET_CLOSE, stream.id);
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
	ATF_CHECK_EQ(0, message->ud);
	plain_expect_end(stream.fd);
	require_gone(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_of_a_connected_one);
ATF_TC_BODY(f7_close_of_a_connected_one, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	test_close(ts, stream.id);
	plain_expect_end(stream.fd);
	require_gone(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_the_close_goes_to_the_owner);
ATF_TC_BODY(f7_the_close_goes_to_the_owner, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	/* Another service may close it; the owner hears of it. */
	socket_server_close(ts->server, TEST_OWNER + 1, stream.id);
	ATF_CHECK_EQ(TEST_OWNER, expect_message(ts, SOCKET_CLOSE,
	    stream.id)->opaque);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_throws_away_what_is_unsent);
ATF_TC_BODY(f7_close_throws_away_what_is_unsent, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct socket_info info;
	size_t blocks;
	int descriptors;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	expect_fence(ts);
	ATF_REQUIRE(test_info(ts, stream.id, &info));
	ATF_REQUIRE_MSG(info.wbuffer > 0, "the kernel has taken all");
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	while (expect_any_of(ts, stream.id)->type == SOCKET_WARNING)
		continue;
	ATF_CHECK_EQ(SOCKET_CLOSE, ts->current->type);
	require_gone(ts, stream.id);
	/* At once: nobody has read yet, and all is given back. */
	ATF_CHECK_EQ(descriptors + 1, descriptor_count());
	blocks = memory_bytes();
	ATF_CHECK_MSG(blocks < BACKLOG / 2, "%zu bytes are kept", blocks);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_at_once_though_the_peer_reads_nothing);
ATF_TC_BODY(f7_close_at_once_though_the_peer_reads_nothing, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	size_t come;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	while (expect_any_of(ts, stream.id)->type != SOCKET_CLOSE)
		continue;
	/* What did leave is a beginning of what was sent. */
	come = plain_pattern_until_end(stream.fd, 0);
	ATF_CHECK(come < BACKLOG);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_twice_is_one_close);
ATF_TC_BODY(f7_twice_is_one_close, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_STEP);
	stream = test_accepted(ts);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	socket_server_shutdown(ts->server, TEST_OWNER, stream.id);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	require_gone(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l6_no_data_after_the_close);
ATF_TC_BODY(l6_no_data_after_the_close, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;

	/* Data is at hand for the same poll that sees the command. */
	ts = test_server_create(TEST_STEP);
	stream = test_accepted(ts);
	plain_write(stream.fd, "never read", 10);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	do {
		message = expect_any_of(ts, stream.id);
	} while (message->type == SOCKET_DATA);
	ATF_CHECK_EQ(SOCKET_CLOSE, message->type);
	require_gone(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_of_a_paused_one_with_unread_data);
ATF_TC_BODY(f7_close_of_a_paused_one_with_unread_data, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_connect(ts);
	plain_write(stream.fd, "unread", 6);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	plain_await(stream.fd, POLLIN, "see the end or a reset");
	require_gone(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_while_the_peer_pours);
ATF_TC_BODY(f7_close_while_the_peer_pours, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	size_t begun, filled;

	/* More than one read is at hand, and data comes before the close. */
	ts = test_server_create(TEST_STEP);
	stream = test_accepted(ts);
	filled = plain_fill(stream.fd);
	begun = (size_t)expect_message(ts, SOCKET_DATA, stream.id)->ud;
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	ATF_CHECK(expect_pattern_until_close(ts, stream.id, begun) <= filled);
	require_gone(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_after_the_peer_reset);
ATF_TC_BODY(f7_close_after_the_peer_reset, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_STEP);
	stream = test_accepted(ts);
	plain_reset(stream.fd);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	while (expect_any_of(ts, stream.id)->type == SOCKET_ERR)
		continue;
	ATF_CHECK_EQ(SOCKET_CLOSE, ts->current->type);
	require_gone(ts, stream.id);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f1_release_with_everything_open);
ATF_TC_BODY(f1_release_with_everything_open, tc)
{
	struct test_server *ts;
	struct test_stream accepted, connected, unstarted;
	int listener, port;

	/* The checks are those of test_server_release. */
	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	accepted = test_accepted(ts);
	connected = test_connected(ts);
	unstarted = test_accept(ts, listener, port);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, accepted.id, 0, BACKLOG));
	ATF_REQUIRE_EQ(0, test_send_low(ts, connected.id, "low", 3));
	plain_write(unstarted.fd, "unread", 6);
	test_server_keep(ts, accepted.fd);
	test_server_keep(ts, connected.fd);
	test_server_keep(ts, unstarted.fd);
	test_server_exit(ts);
	/* Commands that nobody will see, and what they carry. */
	ATF_CHECK(socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1",
	    port) > 0);
	(void)test_send_pattern(ts, connected.id, 0, BACKLOG);
	socket_server_start(ts->server, TEST_OWNER, unstarted.id);
	socket_server_close(ts->server, TEST_OWNER, accepted.id);
	test_server_release(ts);
	plain_close(accepted.fd);
	plain_close(connected.fd);
	plain_close(unstarted.fd);
}

ATF_TC_WITHOUT_HEAD(e1_close_of_ids_that_make_no_sense);
ATF_TC_BODY(e1_close_of_ids_that_make_no_sense, tc)
{
	static const int ids[] = { 0, -1, INT_MIN, INT_MAX, 12345 };
	struct test_server *ts;
	struct test_stream stream;
	size_t i;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	for (i = 0; i < nitems(ids); i++) {
		socket_server_close(ts->server, TEST_OWNER, ids[i]);
		socket_server_shutdown(ts->server, TEST_OWNER, ids[i]);
		socket_server_nodelay(ts->server, ids[i]);
		ATF_CHECK_EQ(-1, test_send(ts, ids[i], "x", 1));
	}
	expect_none(ts, 0);
	plain_write(stream.fd, "alive", 5);
	expect_data(ts, stream.id, "alive", 5);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l1_an_id_is_not_used_again_soon);
ATF_TC_BODY(l1_an_id_is_not_used_again_soon, tc)
{
	struct test_server *ts;
	int i, id[300], j;

	ts = test_server_create(TEST_THREAD);
	for (i = 0; i < (int)nitems(id); i++) {
		id[i] = socket_server_listen(ts->server, TEST_OWNER,
		    "127.0.0.1", 0, 1);
		ATF_REQUIRE(id[i] > 0);
		for (j = 0; j < i; j++)
			ATF_REQUIRE_MSG(id[i] != id[j], "id %d again", id[i]);
		(void)expect_message(ts, SOCKET_OPEN, id[i]);
		test_close(ts, id[i]);
	}
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(u_upstream_close_sends_what_is_unsent);
ATF_TC_BODY(u_upstream_close_sends_what_is_unsent, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD | TEST_UPSTREAM);
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	/* CLOSE is raised at once: nobody has read yet. */
	while (expect_any_of(ts, stream.id)->type == SOCKET_WARNING)
		continue;
	ATF_CHECK_EQ(SOCKET_CLOSE, ts->current->type);
	ATF_CHECK_EQ(BACKLOG, plain_pattern_until_end(stream.fd, 0));
	expect_none(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f7_one_close_and_the_peer_sees_the_end);
	ATF_TP_ADD_TC(tp, f7_close_of_a_connected_one);
	ATF_TP_ADD_TC(tp, f7_the_close_goes_to_the_owner);
	ATF_TP_ADD_TC(tp, f7_close_throws_away_what_is_unsent);
	ATF_TP_ADD_TC(tp, f7_close_at_once_though_the_peer_reads_nothing);
	ATF_TP_ADD_TC(tp, f7_twice_is_one_close);
	ATF_TP_ADD_TC(tp, l6_no_data_after_the_close);
	ATF_TP_ADD_TC(tp, f7_close_of_a_paused_one_with_unread_data);
	ATF_TP_ADD_TC(tp, f7_close_while_the_peer_pours);
	ATF_TP_ADD_TC(tp, f7_close_after_the_peer_reset);
	ATF_TP_ADD_TC(tp, f1_release_with_everything_open);
	ATF_TP_ADD_TC(tp, e1_close_of_ids_that_make_no_sense);
	ATF_TP_ADD_TC(tp, l1_an_id_is_not_used_again_soon);
	ATF_TP_ADD_TC(tp, u_upstream_close_sends_what_is_unsent);
	return (atf_no_error());
}
