/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What is the same in the two dialects: each case runs in both.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>

#include "harness.h"
#include "plain_udp.h"

static const int dialects[] = { 0, TEST_UPSTREAM };

/* socket_server_close or socket_server_shutdown. */
typedef void end_function(struct socket_server *, uintptr_t, int);

static void
same_accept(struct test_server *ts)
{
	struct test_stream stream;
	int id, port;

	id = socket_server_listen(ts->server, TEST_OWNER, "127.0.0.1", 0, 8);
	port = expect_message(ts, SOCKET_OPEN, id)->ud;
	stream.fd = plain_connect(AF_INET, port);
	expect_none(ts, 0);			/* a listener is paused */
	test_start(ts, id);
	stream.id = expect_message(ts, SOCKET_ACCEPT, id)->ud;
	plain_write(stream.fd, "question", 8);
	expect_none(ts, 0);			/* and an accepted socket */
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "early", 5));
	plain_expect(stream.fd, "early", 5);
	socket_server_start(ts->server, TEST_OWNER, stream.id);
	ATF_CHECK_STREQ("start",
	    expect_message(ts, SOCKET_OPEN, stream.id)->text);
	expect_data(ts, stream.id, "question", 8);
	plain_end(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "answer", 6));
	plain_expect(stream.fd, "answer", 6);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	plain_expect_end(stream.fd);
	expect_none(ts, 0);			/* no second CLOSE */
	plain_close(stream.fd);
	test_close(ts, id);
}

static void
same_failure(struct test_server *ts)
{
	int fd, id, port;

	fd = plain_refusing_port(&port);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	(void)expect_message(ts, SOCKET_ERR, id);
	ATF_CHECK_EQ(-1, test_send(ts, id, "x", 1));
	ATF_CHECK_EQ(-1, socket_server_connect(ts->server, TEST_OWNER, NULL,
	    port));
	ATF_CHECK_EQ(-1, socket_server_connect(ts->server, TEST_OWNER,
	    "127.0.0.1", 0));
	expect_none(ts, 0);
	plain_close(fd);
}

static void
same_reset(struct test_server *ts)
{
	struct test_stream stream;

	stream = test_connected(ts);
	plain_reset(stream.fd);
	(void)expect_message(ts, SOCKET_ERR, stream.id);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	ATF_CHECK_EQ(-1, test_send(ts, stream.id, "x", 1));
	expect_none(ts, 0);
}

static void
same_end_of_idle(struct test_server *ts)
{
	end_function *const end[] = {
		socket_server_close, socket_server_shutdown
	};
	struct test_stream stream;
	int i;

	for (i = 0; i < 2; i++) {
		stream = test_connected(ts);
		ATF_CHECK_EQ(0, test_send(ts, stream.id, "bye", 3));
		end[i](ts->server, TEST_OWNER, stream.id);
		(void)expect_message(ts, SOCKET_CLOSE, stream.id);
		plain_expect(stream.fd, "bye", 3);
		plain_expect_end(stream.fd);
		expect_none(ts, 0);
		plain_close(stream.fd);
	}
}

static void
same_pause(struct test_server *ts)
{
	struct test_stream stream;

	stream = test_accepted(ts);
	socket_server_pause(ts->server, TEST_OWNER, stream.id);
	expect_fence(ts);
	plain_write(stream.fd, "held", 4);
	expect_none(ts, 0);
	test_start(ts, stream.id);
	expect_data(ts, stream.id, "held", 4);
	plain_close(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	expect_none(ts, 0);
}

static void
same_others(struct test_server *ts)
{
	int fd[2], id, own, peer, port;

	plain_socketpair(fd);
	id = socket_server_bind(ts->server, TEST_OWNER, fd[0]);
	ATF_CHECK_STREQ("binding", expect_message(ts, SOCKET_OPEN, id)->text);
	plain_write(fd[1], "bound", 5);
	expect_data(ts, id, "bound", 5);
	test_close(ts, id);
	plain_close(fd[0]);
	plain_close(fd[1]);
	peer = plain_udp(AF_INET, &port);
	id = socket_server_udp_dial(ts->server, TEST_OWNER, "127.0.0.1",
	    port);
	ATF_CHECK_EQ(0, test_send(ts, id, "datagram", 8));
	own = plain_udp_expect(peer, "datagram", 8);
	plain_udp_send(peer, own, "back", 4);
	ATF_CHECK_EQ(4, expect_message(ts, SOCKET_UDP, id)->ud);
	test_close(ts, id);
	plain_close(peer);
	socket_server_start(ts->server, TEST_OWNER, id);
	(void)expect_message(ts, SOCKET_ERR, id);
	expect_none(ts, 0);
}

static void
in_both(void (*body)(struct test_server *))
{
	struct test_server *ts;
	size_t i;

	for (i = 0; i < nitems(dialects); i++) {
		ts = test_server_create(TEST_THREAD | dialects[i]);
		body(ts);
		test_server_release(ts);
	}
}

ATF_TC_WITHOUT_HEAD(u_accept_start_and_half_close_are_the_same);
ATF_TC_BODY(u_accept_start_and_half_close_are_the_same, tc)
{

	in_both(same_accept);
}

ATF_TC_WITHOUT_HEAD(u_failed_connects_are_the_same);
ATF_TC_BODY(u_failed_connects_are_the_same, tc)
{

	in_both(same_failure);
}

ATF_TC_WITHOUT_HEAD(u_resets_are_the_same);
ATF_TC_BODY(u_resets_are_the_same, tc)
{

	in_both(same_reset);
}

ATF_TC_WITHOUT_HEAD(u_the_end_of_an_idle_socket_is_the_same);
ATF_TC_BODY(u_the_end_of_an_idle_socket_is_the_same, tc)
{

	in_both(same_end_of_idle);
}

ATF_TC_WITHOUT_HEAD(u_pause_is_the_same);
ATF_TC_BODY(u_pause_is_the_same, tc)
{

	in_both(same_pause);
}

ATF_TC_WITHOUT_HEAD(u_bind_and_udp_are_the_same);
ATF_TC_BODY(u_bind_and_udp_are_the_same, tc)
{

	in_both(same_others);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, u_accept_start_and_half_close_are_the_same);
	ATF_TP_ADD_TC(tp, u_failed_connects_are_the_same);
	ATF_TP_ADD_TC(tp, u_resets_are_the_same);
	ATF_TP_ADD_TC(tp, u_the_end_of_an_idle_socket_is_the_same);
	ATF_TP_ADD_TC(tp, u_pause_is_the_same);
	ATF_TP_ADD_TC(tp, u_bind_and_udp_are_the_same);
	return (atf_no_error());
}
