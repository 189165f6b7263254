/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The two dialects: their three differences.  What is the same is in
 * dialect_same_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define LARGE	(8 * 1024 * 1024)	/* beyond any pair of socket buffers */

/* socket_server_close or socket_server_shutdown. */
typedef void end_function(struct socket_server *, uintptr_t, int);

static struct test_stream
busy_stream(struct test_server *ts)
{
	struct test_stream stream;

	stream = test_connected(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	(void)expect_message(ts, SOCKET_WARNING, stream.id);
	return (stream);
}

static void
end_throws_away(int flags, end_function *end)
{
	struct test_server *ts;
	struct test_stream stream;
	size_t come;

	ts = test_server_create(TEST_THREAD | flags);
	stream = busy_stream(ts);
	end(ts->server, TEST_OWNER, stream.id);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	ATF_CHECK_EQ(-1, test_send(ts, stream.id, "x", 1));
	expect_none(ts, 0);
	come = plain_pattern_until_end(stream.fd, 0);
	ATF_CHECK_MSG(come < LARGE, "all was sent");
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(u_document_close_throws_away);
ATF_TC_BODY(u_document_close_throws_away, tc)
{

	end_throws_away(0, socket_server_close);
}

ATF_TC_WITHOUT_HEAD(u_upstream_shutdown_throws_away);
ATF_TC_BODY(u_upstream_shutdown_throws_away, tc)
{

	end_throws_away(TEST_UPSTREAM, socket_server_shutdown);
}

ATF_TC_WITHOUT_HEAD(u_document_shutdown_sends_first);
ATF_TC_BODY(u_document_shutdown_sends_first, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = busy_stream(ts);
	socket_server_shutdown(ts->server, TEST_OWNER, stream.id);
	expect_none(ts, 0);		/* CLOSE waits for the last byte */
	plain_expect_pattern(stream.fd, 0, LARGE);
	plain_expect_end(stream.fd);
	ATF_CHECK_EQ(0, expect_message(ts, SOCKET_WARNING, stream.id)->ud);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(u_upstream_close_is_told_at_once_and_sends_first);
ATF_TC_BODY(u_upstream_close_is_told_at_once_and_sends_first, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD | TEST_UPSTREAM);
	stream = busy_stream(ts);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	/* Nothing has been read, so much is unsent. */
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	ATF_CHECK_EQ(-1, test_send(ts, stream.id, "x", 1));
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	expect_none(ts, 0);
	plain_expect_pattern(stream.fd, 0, LARGE);
	plain_expect_end(stream.fd);
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(u_upstream_shutdown_gives_a_close_up);
ATF_TC_BODY(u_upstream_shutdown_gives_a_close_up, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD | TEST_UPSTREAM);
	stream = busy_stream(ts);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	socket_server_shutdown(ts->server, TEST_OWNER, stream.id);
	expect_none(ts, 0);
	ATF_CHECK(plain_pattern_until_end(stream.fd, 0) < LARGE);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(u_upstream_close_of_a_connecting_socket_sends_first);
ATF_TC_BODY(u_upstream_close_of_a_connecting_socket_sends_first, tc)
{
	struct test_server *ts;
	int fd, id, listener, port;

	ts = test_server_create(TEST_THREAD | TEST_UPSTREAM);
	listener = plain_listen(AF_INET, &port);
	resolver_hold();
	id = socket_server_connect(ts->server, TEST_OWNER, "localhost", port);
	ATF_REQUIRE_EQ(0, test_send(ts, id, "goodbye", 7));
	socket_server_close(ts->server, TEST_OWNER, id);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	resolver_let_go();
	fd = plain_accept(listener);
	plain_expect(fd, "goodbye", 7);
	plain_expect_end(fd);
	expect_none(ts, 0);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

/* A connection whose peer has sent something before anyone starts it. */
static struct test_stream
talking_stream(struct test_server *ts)
{
	struct test_stream stream;

	stream = test_connect(ts);
	plain_write(stream.fd, "greeting", 8);
	return (stream);
}

ATF_TC_WITHOUT_HEAD(u_document_connect_is_paused_until_start);
ATF_TC_BODY(u_document_connect_is_paused_until_start, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = talking_stream(ts);
	expect_none(ts, 0);
	test_start(ts, stream.id);
	expect_data(ts, stream.id, "greeting", 8);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(u_upstream_connect_reads_at_once);
ATF_TC_BODY(u_upstream_connect_reads_at_once, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD | TEST_UPSTREAM);
	stream = talking_stream(ts);
	expect_data(ts, stream.id, "greeting", 8);
	socket_server_start(ts->server, TEST_OWNER + 1, stream.id);
	message = expect_message(ts, SOCKET_OPEN, stream.id);
	ATF_CHECK_STREQ("transfer", message->text);
	ATF_CHECK_EQ(TEST_OWNER + 1, message->opaque);
	plain_close(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(u_only_two_dialects_exist);
ATF_TC_BODY(u_only_two_dialects_exist, tc)
{
	const int bad[] = { -1, 2, 3, INT_MAX, INT_MIN };
	struct socket_server *server;
	bool *before;
	size_t i;

	before = descriptor_census();
	for (i = 0; i < nitems(bad); i++) {
		errno = 0;
		ATF_CHECK(socket_server_create_dialect(0, bad[i]) == NULL);
		ATF_CHECK_EQ(EINVAL, errno);
	}
	server = socket_server_create_dialect(0, SOCKET_DIALECT_DOCUMENT);
	ATF_CHECK(server != NULL);
	socket_server_release(server);
	server = socket_server_create_dialect(0, SOCKET_DIALECT_UPSTREAM);
	ATF_CHECK(server != NULL);
	socket_server_release(server);
	memory_all_returned();
	descriptor_compare(before);
	free(before);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, u_document_close_throws_away);
	ATF_TP_ADD_TC(tp, u_upstream_shutdown_throws_away);
	ATF_TP_ADD_TC(tp, u_document_shutdown_sends_first);
	ATF_TP_ADD_TC(tp, u_upstream_close_is_told_at_once_and_sends_first);
	ATF_TP_ADD_TC(tp, u_upstream_shutdown_gives_a_close_up);
	ATF_TP_ADD_TC(tp,
	    u_upstream_close_of_a_connecting_socket_sends_first);
	ATF_TP_ADD_TC(tp, u_document_connect_is_paused_until_start);
	ATF_TP_ADD_TC(tp, u_upstream_connect_reads_at_once);
	ATF_TP_ADD_TC(tp, u_only_two_dialects_exist);
	return (atf_no_error());
}
