/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * shutdown: F-7, L-6, and U as far as shutdown goes.  For the linger see
 * linger_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <string.h>

#include "harness.h"

/* More than a kernel takes on both sides of a connection. */
#define BACKLOG	((size_t)24 * 1024 * 1024)

static void
shut(struct test_server *ts, int id)
{

	socket_server_shutdown(ts->server, TEST_OWNER, id);
}

/* CLOSE is the next of the id but for WARNINGs. */
static void
expect_close(struct test_server *ts, int id)
{

	while (expect_any_of(ts, id)->type == SOCKET_WARNING)
		continue;
	ATF_CHECK_MSG(ts->current->type == SOCKET_CLOSE, "%s",
	    test_message_name(ts->current->type));
}

/* No CLOSE of the id yet; WARNINGs are taken. */
static void
expect_no_close(struct test_server *ts, int id)
{

	expect_fence(ts);
	while (test_server_has(ts, id))
		(void)expect_message_of(ts, id, SOCKET_WARNING);
}

ATF_TC_WITHOUT_HEAD(f7_shutdown_with_nothing_unsent);
ATF_TC_BODY(f7_shutdown_with_nothing_unsent, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "bye", 3));
	shut(ts, stream.id);
	ATF_CHECK_EQ(TEST_OWNER, expect_message(ts, SOCKET_CLOSE,
	    stream.id)->opaque);
	plain_expect(stream.fd, "bye", 3);
	plain_expect_end(stream.fd);
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_shutdown_sends_what_is_unsent_then_one_close);
ATF_TC_BODY(f7_shutdown_sends_what_is_unsent_then_one_close, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG / 2));
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, BACKLOG / 2,
	    BACKLOG / 2));
	shut(ts, stream.id);
	/* CLOSE comes once the last byte is handed to the kernel. */
	expect_no_close(ts, stream.id);
	plain_expect_pattern(stream.fd, 0, BACKLOG);
	expect_close(ts, stream.id);
	plain_expect_end(stream.fd);
	expect_none(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_both_priorities_are_sent);
ATF_TC_BODY(f7_both_priorities_are_sent, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	char low[4];

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	ATF_REQUIRE_EQ(0, test_send_low(ts, stream.id, "low!", 4));
	shut(ts, stream.id);
	plain_expect_pattern(stream.fd, 0, BACKLOG);
	plain_read(stream.fd, low, sizeof(low));
	ATF_CHECK_EQ(0, memcmp(low, "low!", 4));
	plain_expect_end(stream.fd);
	expect_close(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f9_nothing_can_be_sent_while_closing);
ATF_TC_BODY(f9_nothing_can_be_sent_while_closing, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	shut(ts, stream.id);
	expect_no_close(ts, stream.id);
	ATF_CHECK_EQ(-1, test_send(ts, stream.id, "late", 4));
	ATF_CHECK_EQ(-1, test_send_low(ts, stream.id, "late", 4));
	ATF_CHECK_EQ(BACKLOG, plain_pattern_until_end(stream.fd, 0));
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_no_more_is_read);
ATF_TC_BODY(f7_no_more_is_read, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	shut(ts, stream.id);
	expect_no_close(ts, stream.id);
	plain_write(stream.fd, "unheard", 7);
	expect_no_close(ts, stream.id);
	ATF_CHECK_EQ(BACKLOG, plain_pattern_until_end(stream.fd, 0));
	expect_close(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_start_does_not_reopen_reading);
ATF_TC_BODY(f7_start_does_not_reopen_reading, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	shut(ts, stream.id);
	socket_server_start(ts->server, TEST_OWNER, stream.id);
	plain_write(stream.fd, "unheard", 7);
	expect_fence(ts);
	ATF_CHECK_EQ(BACKLOG, plain_pattern_until_end(stream.fd, 0));
	do {
		message = expect_any_of(ts, stream.id);
		ATF_CHECK(message->type != SOCKET_DATA);
	} while (message->type != SOCKET_CLOSE);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_during_a_shutdown_gives_up);
ATF_TC_BODY(f7_close_during_a_shutdown_gives_up, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int descriptors;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	shut(ts, stream.id);
	expect_no_close(ts, stream.id);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	expect_close(ts, stream.id);
	expect_none(ts, 0);
	ATF_CHECK_EQ(descriptors + 1, descriptor_count());
	ATF_CHECK(memory_bytes() < BACKLOG / 2);
	ATF_CHECK(plain_pattern_until_end(stream.fd, 0) < BACKLOG);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_the_peer_dies_during_a_shutdown);
ATF_TC_BODY(f7_the_peer_dies_during_a_shutdown, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int descriptors;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	shut(ts, stream.id);
	expect_no_close(ts, stream.id);
	plain_reset(stream.fd);
	while (expect_any_of(ts, stream.id)->type == SOCKET_ERR)
		continue;
	ATF_CHECK_EQ(SOCKET_CLOSE, ts->current->type);
	expect_none(ts, 0);
	ATF_CHECK_EQ(descriptors, descriptor_count());
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_shutdown_of_a_connecting_one_sends_first);
ATF_TC_BODY(f7_shutdown_of_a_connecting_one_sends_first, tc)
{
	struct test_server *ts;
	int fd, id, listener, port;

	ts = test_server_create(TEST_STEP);
	listener = plain_listen(AF_INET, &port);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	ATF_CHECK_EQ(0, test_send(ts, id, "last words", 10));
	shut(ts, id);
	while (expect_any_of(ts, id)->type == SOCKET_OPEN)
		continue;
	ATF_CHECK_EQ(SOCKET_CLOSE, ts->current->type);
	fd = plain_accept(listener);
	plain_expect(fd, "last words", 10);
	plain_expect_end(fd);
	expect_none(ts, 0);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_shutdown_of_a_listener_closes_it);
ATF_TC_BODY(f7_shutdown_of_a_listener_closes_it, tc)
{
	struct test_server *ts;
	int listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	shut(ts, listener);
	(void)expect_message(ts, SOCKET_CLOSE, listener);
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(u_upstream_shutdown_throws_away);
ATF_TC_BODY(u_upstream_shutdown_throws_away, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD | TEST_UPSTREAM);
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	shut(ts, stream.id);
	expect_close(ts, stream.id);
	ATF_CHECK(plain_pattern_until_end(stream.fd, 0) < BACKLOG);
	expect_none(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f7_shutdown_with_nothing_unsent);
	ATF_TP_ADD_TC(tp, f7_shutdown_sends_what_is_unsent_then_one_close);
	ATF_TP_ADD_TC(tp, f7_both_priorities_are_sent);
	ATF_TP_ADD_TC(tp, f9_nothing_can_be_sent_while_closing);
	ATF_TP_ADD_TC(tp, f7_no_more_is_read);
	ATF_TP_ADD_TC(tp, f7_start_does_not_reopen_reading);
	ATF_TP_ADD_TC(tp, f7_close_during_a_shutdown_gives_up);
	ATF_TP_ADD_TC(tp, f7_the_peer_dies_during_a_shutdown);
	ATF_TP_ADD_TC(tp, f7_shutdown_of_a_connecting_one_sends_first);
	ATF_TP_ADD_TC(tp, f7_shutdown_of_a_listener_closes_it);
	ATF_TP_ADD_TC(tp, u_upstream_shutdown_throws_away);
	return (atf_no_error());
}
