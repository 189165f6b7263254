/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * start: F-6, M-3, and L-2 as far as start answers it.  For pause see
 * pause_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <limits.h>
#include <string.h>

#include "harness.h"

#define OTHER	(TEST_OWNER + 1)
#define LARGE	((size_t)4 * 1024 * 1024)

static void
start_as(struct test_server *ts, uintptr_t opaque, int id)
{

	socket_server_start(ts->server, opaque, id);
}

/* The next message of the id, which must go to this owner. */
static const struct test_message *
expect_for(struct test_server *ts, int id, int type, uintptr_t opaque)
{
	const struct test_message *message;

	message = expect_message_of(ts, id, type);
	ATF_CHECK_MSG(message->opaque == opaque, "%s went to %ju, not %ju",
	    test_message_name(type), (uintmax_t)message->opaque,
	    (uintmax_t)opaque);
	return (message);
}

/* A connection accepted, not started. */
static struct test_stream
accept_unstarted(struct test_server *ts)
{
	struct test_stream stream;
	int listener, port;

	listener = test_listen(ts, &port);
	stream = test_accept(ts, listener, port);
	test_close(ts, listener);
	return (stream);
}

ATF_TC_WITHOUT_HEAD(m3_start_says_start_once_then_transfer);
ATF_TC_BODY(m3_start_says_start_once_then_transfer, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = accept_unstarted(ts);
	start_as(ts, TEST_OWNER, stream.id);
	message = expect_for(ts, stream.id, SOCKET_OPEN, TEST_OWNER);
	ATF_CHECK_STREQ("start", message->text);
	ATF_CHECK_EQ(0, message->ud);
	/* Running already: one more answer, of the other word. */
	start_as(ts, TEST_OWNER, stream.id);
	message = expect_for(ts, stream.id, SOCKET_OPEN, TEST_OWNER);
	ATF_CHECK_STREQ("transfer", message->text);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(m3_start_of_a_connected_one_says_transfer);
ATF_TC_BODY(m3_start_of_a_connected_one_says_transfer, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_connect(ts);
	start_as(ts, TEST_OWNER, stream.id);
	ATF_CHECK_STREQ("transfer", expect_for(ts, stream.id, SOCKET_OPEN,
	    TEST_OWNER)->text);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_the_caller_becomes_the_owner);
ATF_TC_BODY(f6_the_caller_becomes_the_owner, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	start_as(ts, OTHER, stream.id);
	ATF_CHECK_STREQ("transfer", expect_for(ts, stream.id, SOCKET_OPEN,
	    OTHER)->text);
	plain_write(stream.fd, "to the other", 12);
	(void)expect_for(ts, stream.id, SOCKET_DATA, OTHER);
	plain_close(stream.fd);
	(void)expect_for(ts, stream.id, SOCKET_CLOSE, OTHER);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_transfer_of_an_accepted_one_before_its_start);
ATF_TC_BODY(f6_transfer_of_an_accepted_one_before_its_start, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = accept_unstarted(ts);
	plain_write(stream.fd, "early", 5);
	expect_none(ts, 0);
	start_as(ts, OTHER, stream.id);
	(void)expect_for(ts, stream.id, SOCKET_OPEN, OTHER);
	(void)expect_for(ts, stream.id, SOCKET_DATA, OTHER);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_start_on_an_id_that_is_gone);
ATF_TC_BODY(f6_start_on_an_id_that_is_gone, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	test_close(ts, stream.id);
	start_as(ts, OTHER, stream.id);
	message = expect_for(ts, stream.id, SOCKET_ERR, OTHER);
	ATF_CHECK(message->text[0] != '\0');
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_start_after_a_failed_connect);
ATF_TC_BODY(f6_start_after_a_failed_connect, tc)
{
	struct test_server *ts;
	int fd, id, port;

	fd = plain_refusing_port(&port);
	ts = test_server_create(TEST_THREAD);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	(void)expect_for(ts, id, SOCKET_ERR, TEST_OWNER);
	start_as(ts, OTHER, id);
	(void)expect_for(ts, id, SOCKET_ERR, OTHER);
	expect_none(ts, 0);
	test_server_release(ts);
	plain_close(fd);
}

ATF_TC_WITHOUT_HEAD(e1_start_and_pause_of_ids_that_make_no_sense);
ATF_TC_BODY(e1_start_and_pause_of_ids_that_make_no_sense, tc)
{
	static const int ids[] = { 0, -1, INT_MIN, INT_MAX, 12345,
	    INT_MAX - 65536 };
	struct test_server *ts;
	size_t i;

	ts = test_server_create(TEST_THREAD);
	for (i = 0; i < nitems(ids); i++) {
		socket_server_pause(ts->server, TEST_OWNER, ids[i]);
		expect_none(ts, 0);
		/* An ERR to the caller, or silence; no more than one. */
		start_as(ts, OTHER, ids[i]);
		expect_command_fence(ts);
		if (test_server_has(ts, 0))
			ATF_CHECK_EQ(SOCKET_ERR,
			    expect_any_for(ts, OTHER)->type);
		expect_none(ts, 0);
	}
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l2_the_owner_that_got_the_close_gets_no_other);
ATF_TC_BODY(l2_the_owner_that_got_the_close_gets_no_other, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	plain_end(stream.fd);
	(void)expect_for(ts, stream.id, SOCKET_CLOSE, TEST_OWNER);
	/* The answer to start is OPEN; what must not come is a CLOSE or ERR. */
	start_as(ts, TEST_OWNER, stream.id);
	expect_fence(ts);
	while (test_server_has(ts, stream.id))
		(void)expect_message_of(ts, stream.id, SOCKET_OPEN);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "answer", 6));
	plain_expect(stream.fd, "answer", 6);
	plain_close(stream.fd);
	test_server_release(ts);
}

/* OPEN may come before; nothing else may. */
static void
expect_close_for(struct test_server *ts, int id, uintptr_t opaque)
{
	const struct test_message *message;

	while ((message = expect_any_of(ts, id))->type == SOCKET_OPEN)
		ATF_CHECK_EQ(opaque, message->opaque);
	ATF_CHECK_EQ(SOCKET_CLOSE, message->type);
	ATF_CHECK_EQ(opaque, message->opaque);
}

ATF_TC_WITHOUT_HEAD(l2_a_new_owner_gets_the_close);
ATF_TC_BODY(l2_a_new_owner_gets_the_close, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	plain_end(stream.fd);
	(void)expect_for(ts, stream.id, SOCKET_CLOSE, TEST_OWNER);
	start_as(ts, OTHER, stream.id);
	expect_close_for(ts, stream.id, OTHER);
	/* It is the owner, and has got the CLOSE: start again adds none. */
	start_as(ts, OTHER, stream.id);
	expect_fence(ts);
	while (test_server_has(ts, stream.id))
		(void)expect_message_of(ts, stream.id, SOCKET_OPEN);
	/* Still no harm done to the sending side. */
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "answer", 6));
	plain_expect(stream.fd, "answer", 6);
	socket_server_close(ts->server, OTHER, stream.id);
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_resuming_never_cuts_an_answer_short);
ATF_TC_BODY(f6_resuming_never_cuts_an_answer_short, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	size_t come;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	plain_write(stream.fd, "request", 7);
	expect_data(ts, stream.id, "request", 7);
	socket_server_pause(ts->server, TEST_OWNER, stream.id);
	plain_end(stream.fd);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	expect_fence(ts);
	start_as(ts, TEST_OWNER, stream.id);
	plain_expect_pattern(stream.fd, 0, LARGE);
	do {
		message = expect_any_of(ts, stream.id);
		ATF_CHECK(message->type != SOCKET_ERR);
	} while (message->type != SOCKET_CLOSE);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "more", 4));
	plain_expect(stream.fd, "more", 4);
	socket_server_shutdown(ts->server, TEST_OWNER, stream.id);
	come = plain_pattern_until_end(stream.fd, 0);
	ATF_CHECK_EQ(0, come);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_start_before_the_connect_is_done);
ATF_TC_BODY(f6_start_before_the_connect_is_done, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int fd, id, listener, port;

	/* The network thread sees the start before the connection is up. */
	ts = test_server_create(TEST_STEP);
	listener = plain_listen(AF_INET, &port);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	start_as(ts, TEST_OWNER, id);
	/* The connect is confirmed all the same, with the peer's address. */
	do {
		message = expect_any_of(ts, id);
		ATF_REQUIRE(message->type == SOCKET_OPEN ||
		    message->type == SOCKET_ERR);
	} while (strncmp(message->text, "127.0.0.1", 9) != 0);
	fd = plain_accept(listener);
	start_as(ts, TEST_OWNER, id);
	plain_write(fd, "x", 1);
	while ((message = expect_any_of(ts, id))->type == SOCKET_OPEN)
		continue;
	ATF_CHECK_EQ(SOCKET_DATA, message->type);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(u_upstream_reads_after_connect);
ATF_TC_BODY(u_upstream_reads_after_connect, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD | TEST_UPSTREAM);
	stream = test_connect(ts);
	plain_write(stream.fd, "at once", 7);
	expect_data(ts, stream.id, "at once", 7);
	plain_close(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, m3_start_says_start_once_then_transfer);
	ATF_TP_ADD_TC(tp, m3_start_of_a_connected_one_says_transfer);
	ATF_TP_ADD_TC(tp, f6_the_caller_becomes_the_owner);
	ATF_TP_ADD_TC(tp, f6_transfer_of_an_accepted_one_before_its_start);
	ATF_TP_ADD_TC(tp, f6_start_on_an_id_that_is_gone);
	ATF_TP_ADD_TC(tp, f6_start_after_a_failed_connect);
	ATF_TP_ADD_TC(tp, e1_start_and_pause_of_ids_that_make_no_sense);
	ATF_TP_ADD_TC(tp, l2_the_owner_that_got_the_close_gets_no_other);
	ATF_TP_ADD_TC(tp, l2_a_new_owner_gets_the_close);
	ATF_TP_ADD_TC(tp, f6_resuming_never_cuts_an_answer_short);
	ATF_TP_ADD_TC(tp, f6_start_before_the_connect_is_done);
	ATF_TP_ADD_TC(tp, u_upstream_reads_after_connect);
	return (atf_no_error());
}
