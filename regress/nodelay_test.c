/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * TCP_NODELAY.  On a bound socket the test sees its own descriptor; on others
 * it looks for the library's.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <atf-c.h>

#include "harness.h"
#include "server.h"

static bool
has_nodelay(int fd)
{
	socklen_t length;
	int on;

	on = 0;
	length = sizeof(on);
	ATF_REQUIRE_EQ(0, getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
	    &length));
	return (on != 0);
}

/* While the network thread stands still. */
static int
descriptor_of(struct test_server *ts, int id)
{
	struct ss_socket *s;

	s = ss_slots_find(&ts->server->slots, id);
	ATF_REQUIRE(s != NULL && s->fd != -1);
	return (s->fd);
}

static void
check_set(struct test_server *ts, const struct test_stream *stream)
{

	ATF_CHECK(!has_nodelay(descriptor_of(ts, stream->id)));
	socket_server_nodelay(ts->server, stream->id);
	expect_none(ts, 0);		/* nobody is told of it */
	ATF_CHECK(has_nodelay(descriptor_of(ts, stream->id)));
	ATF_CHECK_EQ(0, test_send(ts, stream->id, "goes on", 7));
	plain_expect(stream->fd, "goes on", 7);
	plain_close(stream->fd);
}

ATF_TC_WITHOUT_HEAD(f8_of_a_connection);
ATF_TC_BODY(f8_of_a_connection, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	check_set(ts, &stream);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f8_of_an_accepted_one);
ATF_TC_BODY(f8_of_an_accepted_one, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int listener, port;

	ts = test_server_create(TEST_STEP);
	listener = test_listen(ts, &port);
	stream = test_accept(ts, listener, port);
	check_set(ts, &stream);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f8_of_a_bound_one);
ATF_TC_BODY(f8_of_a_bound_one, tc)
{
	struct test_server *ts;
	int accepted, fd, id, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	fd = plain_connect(AF_INET, port);
	accepted = plain_accept(listener);
	id = socket_server_bind(ts->server, TEST_OWNER, accepted);
	(void)expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK(!has_nodelay(accepted));
	socket_server_nodelay(ts->server, id);
	expect_none(ts, 0);
	ATF_CHECK(has_nodelay(accepted));
	test_close(ts, id);
	plain_close(accepted);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

/* Asked for before there is a connection, it holds for the connection. */
ATF_TC_WITHOUT_HEAD(f8_of_a_connecting_one);
ATF_TC_BODY(f8_of_a_connecting_one, tc)
{
	struct test_server *ts;
	int fd, id, listener, port;

	ts = test_server_create(TEST_STEP);
	listener = plain_listen(AF_INET, &port);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	socket_server_nodelay(ts->server, id);
	(void)expect_message(ts, SOCKET_OPEN, id);
	expect_none(ts, 0);
	ATF_CHECK(has_nodelay(descriptor_of(ts, id)));
	fd = plain_accept(listener);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

/* What is no TCP socket takes no harm. */
ATF_TC_WITHOUT_HEAD(f8_of_a_pipe);
ATF_TC_BODY(f8_of_a_pipe, tc)
{
	struct test_server *ts;
	int fd[2], id;

	ts = test_server_create(TEST_THREAD);
	plain_pipe(fd);
	id = socket_server_bind(ts->server, TEST_OWNER, fd[0]);
	(void)expect_message(ts, SOCKET_OPEN, id);
	socket_server_nodelay(ts->server, id);
	expect_none(ts, 0);
	plain_write(fd[1], "goes on", 7);
	expect_data(ts, id, "goes on", 7);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f8_of_a_connection);
	ATF_TP_ADD_TC(tp, f8_of_an_accepted_one);
	ATF_TP_ADD_TC(tp, f8_of_a_bound_one);
	ATF_TP_ADD_TC(tp, f8_of_a_connecting_one);
	ATF_TP_ADD_TC(tp, f8_of_a_pipe);
	return (atf_no_error());
}
