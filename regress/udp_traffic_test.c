/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * UDP: what sockets carry, lose and survive.  How they are made is in
 * udp_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "plain_udp.h"
#include "skynet_malloc.h"

#define BURST	100		/* fits into any system's socket buffer */

static int
send_bytes(struct test_server *ts, int id, int type, const void *bytes,
    size_t n)
{
	struct socket_sendbuffer buffer;
	void *copy;

	buffer.id = id;
	buffer.type = type;
	buffer.sz = n;
	buffer.buffer = bytes;
	if (type == SOCKET_BUFFER_MEMORY) {
		copy = skynet_malloc(n + 1);
		ATF_REQUIRE(copy != NULL);
		memcpy(copy, bytes, n);
		buffer.buffer = copy;
	}
	return (socket_server_udp_send(ts->server, NULL, &buffer));
}

/* A socket of udp_dial and the plain one that it sends to by default. */
static struct test_stream
dial(struct test_server *ts, int *port)
{
	struct test_stream stream;

	stream.fd = plain_udp(AF_INET, port);
	stream.id = socket_server_udp_dial(ts->server, TEST_OWNER,
	    "127.0.0.1", *port);
	ATF_REQUIRE(stream.id > 0);
	return (stream);
}

/* Sends something and returns the library's port, seen from the peer. */
static int
greet(struct test_server *ts, const struct test_stream *stream)
{

	ATF_REQUIRE_EQ(0, send_bytes(ts, stream->id, SOCKET_BUFFER_MEMORY,
	    "hello", 5));
	return (plain_udp_expect(stream->fd, "hello", 5));
}

ATF_TC_WITHOUT_HEAD(f10_dial_has_a_peer_and_reads_without_start);
ATF_TC_BODY(f10_dial_has_a_peer_and_reads_without_start, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	int own, port;

	ts = test_server_create(TEST_THREAD);
	stream = dial(ts, &port);
	own = greet(ts, &stream);
	plain_udp_send(stream.fd, own, "reply", 5);
	message = expect_message(ts, SOCKET_UDP, stream.id);
	ATF_REQUIRE_EQ(5, message->ud);
	ATF_CHECK_EQ(0, memcmp(message->data, "reply", 5));
	/* The plain send goes to the peer too. */
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "plain", 5));
	(void)plain_udp_expect(stream.fd, "plain", 5);
	ATF_CHECK_EQ(0, test_send_low(ts, stream.id, "low", 3));
	(void)plain_udp_expect(stream.fd, "low", 3);
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f10_udp_connect_sets_and_changes_the_peer);
ATF_TC_BODY(f10_udp_connect_sets_and_changes_the_peer, tc)
{
	struct test_server *ts;
	int fd[2], i, id, port[2];

	ts = test_server_create(TEST_THREAD);
	id = socket_server_udp(ts->server, TEST_OWNER, NULL, 0);
	ATF_REQUIRE(id > 0);
	for (i = 0; i < 2; i++) {
		fd[i] = plain_udp(AF_INET, &port[i]);
		ATF_CHECK_EQ(0, socket_server_udp_connect(ts->server, id,
		    "127.0.0.1", port[i]));
		ATF_CHECK_EQ(0, send_bytes(ts, id, SOCKET_BUFFER_MEMORY,
		    "to you", 6));
		(void)plain_udp_expect(fd[i], "to you", 6);
	}
	ATF_CHECK(plain_is_quiet(fd[0]));
	/* A refused one leaves the peer as it was. */
	ATF_CHECK_EQ(-1, socket_server_udp_connect(ts->server, id, "::1",
	    port[0]));
	ATF_CHECK_EQ(-1, socket_server_udp_connect(ts->server, id, NULL,
	    port[0]));
	ATF_CHECK_EQ(-1, socket_server_udp_connect(ts->server, id,
	    "127.0.0.1", 65536));
	ATF_CHECK_EQ(-1, socket_server_udp_connect(ts->server, 0x7fffffff,
	    "127.0.0.1", port[0]));
	ATF_CHECK_EQ(0, send_bytes(ts, id, SOCKET_BUFFER_MEMORY, "still", 5));
	(void)plain_udp_expect(fd[1], "still", 5);
	expect_none(ts, 0);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(m2_empty_datagram_is_a_message);
ATF_TC_BODY(m2_empty_datagram_is_a_message, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	char unused;
	int own, port;

	ts = test_server_create(TEST_THREAD);
	stream = dial(ts, &port);
	own = greet(ts, &stream);
	plain_udp_send(stream.fd, own, "", 0);
	message = expect_message(ts, SOCKET_UDP, stream.id);
	ATF_CHECK_EQ(0, message->ud);
	ATF_REQUIRE(message->data != NULL);
	ATF_CHECK_EQ(1, message->data[0]);
	plain_udp_send(stream.fd, own, "next", 4);
	message = expect_message(ts, SOCKET_UDP, stream.id);
	ATF_CHECK_EQ(4, message->ud);
	/* F-9: a send of nothing sends nothing. */
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "", 0));
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "after", 5));
	if (plain_udp_receive(stream.fd, &unused, 1, NULL) == 0)
		atf_tc_fail("a send of nothing has sent something");
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f11_largest_datagram_goes_and_comes_whole);
ATF_TC_BODY(f11_largest_datagram_goes_and_comes_whole, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	size_t largest;
	char *bytes;
	int own, port;

	ts = test_server_create(TEST_THREAD);
	stream = dial(ts, &port);
	own = greet(ts, &stream);
	largest = plain_udp_largest();
	bytes = malloc(largest);
	ATF_REQUIRE(bytes != NULL);
	pattern_fill(bytes, 0, largest);
	ATF_CHECK_EQ(0, send_bytes(ts, stream.id, SOCKET_BUFFER_MEMORY, bytes,
	    largest));
	(void)plain_udp_expect(stream.fd, bytes, largest);
	plain_udp_send(stream.fd, own, bytes, largest);
	message = expect_message(ts, SOCKET_UDP, stream.id);
	ATF_REQUIRE_EQ(largest, (size_t)message->ud);
	ATF_CHECK_EQ(largest, pattern_check(message->data, 0, largest));
	free(bytes);
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f11_oversize_is_an_error_and_no_more);
ATF_TC_BODY(f11_oversize_is_an_error_and_no_more, tc)
{
	const size_t sizes[] = { 65508, 65536, 1000000 };
	struct test_server *ts;
	struct test_stream stream;
	char *bytes;
	size_t i;
	int own, port;

	ts = test_server_create(TEST_THREAD);
	stream = dial(ts, &port);
	own = greet(ts, &stream);
	bytes = calloc(1, sizes[2]);
	ATF_REQUIRE(bytes != NULL);
	for (i = 0; i < nitems(sizes); i++) {
		(void)send_bytes(ts, stream.id, SOCKET_BUFFER_MEMORY, bytes,
		    sizes[i]);
		(void)expect_message(ts, SOCKET_ERR, stream.id);
		ATF_CHECK_EQ(own, greet(ts, &stream));
	}
	free(bytes);
	plain_udp_send(stream.fd, own, "alive", 5);
	(void)expect_message(ts, SOCKET_UDP, stream.id);
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f11_port_unreachable_ends_no_socket);
ATF_TC_BODY(f11_port_unreachable_ends_no_socket, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	int fd, i, own, port, refusing;

	ts = test_server_create(TEST_THREAD);
	stream = dial(ts, &port);
	own = greet(ts, &stream);
	fd = plain_udp_refusing(AF_INET, &refusing);
	ATF_REQUIRE_EQ(0, socket_server_udp_connect(ts->server, stream.id,
	    "127.0.0.1", refusing));
	for (i = 0; i < 5; i++)
		ATF_CHECK_EQ(0, send_bytes(ts, stream.id,
		    SOCKET_BUFFER_MEMORY, "lost", 4));
	ATF_REQUIRE_EQ(0, socket_server_udp_connect(ts->server, stream.id,
	    "127.0.0.1", port));
	ATF_CHECK_EQ(own, greet(ts, &stream));
	plain_udp_send(stream.fd, own, "alive", 5);
	/* Some systems tell of it, that is no harm; then life goes on. */
	do {
		message = expect_any_of(ts, stream.id);
	} while (message->type == SOCKET_ERR);
	ATF_CHECK_EQ(SOCKET_UDP, message->type);
	ATF_CHECK_EQ(5, message->ud);
	plain_close(fd);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f11_burst_keeps_order_and_borders);
ATF_TC_BODY(f11_burst_keeps_order_and_borders, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	char bytes[BURST];
	int i, own, port;

	ts = test_server_create(TEST_STEP);
	stream = dial(ts, &port);
	/* The network thread stands still: all are sent and wait. */
	for (i = 0; i < BURST; i++) {
		memset(bytes, i, sizeof(bytes));
		ATF_CHECK_EQ(0, send_bytes(ts, stream.id,
		    SOCKET_BUFFER_MEMORY, bytes, (size_t)i + 1));
	}
	own = 0;
	for (i = 0; i < BURST; i++) {
		memset(bytes, i, sizeof(bytes));
		own = plain_udp_expect(stream.fd, bytes, (size_t)i + 1);
	}
	for (i = 0; i < BURST; i++) {
		memset(bytes, i, sizeof(bytes));
		plain_udp_send(stream.fd, own, bytes, (size_t)i + 1);
	}
	for (i = 0; i < BURST; i++) {
		memset(bytes, i, sizeof(bytes));
		message = expect_message(ts, SOCKET_UDP, stream.id);
		ATF_REQUIRE_EQ(i + 1, message->ud);
		ATF_CHECK_EQ(0, memcmp(bytes, message->data, (size_t)i + 1));
	}
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f11_raw_pointer_may_be_used_again_at_once);
ATF_TC_BODY(f11_raw_pointer_may_be_used_again_at_once, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	char bytes[1000];
	int i, port;

	ts = test_server_create(TEST_STEP);
	stream = dial(ts, &port);
	for (i = 0; i < 20; i++) {
		memset(bytes, i, sizeof(bytes));
		ATF_CHECK_EQ(0, send_bytes(ts, stream.id,
		    SOCKET_BUFFER_RAWPOINTER, bytes, sizeof(bytes)));
	}
	for (i = 0; i < 20; i++) {
		memset(bytes, i, sizeof(bytes));
		(void)plain_udp_expect(stream.fd, bytes, sizeof(bytes));
	}
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_pause_and_start_of_udp);
ATF_TC_BODY(f6_pause_and_start_of_udp, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	int own, port;

	ts = test_server_create(TEST_THREAD);
	stream = dial(ts, &port);
	own = greet(ts, &stream);
	socket_server_pause(ts->server, TEST_OWNER, stream.id);
	expect_fence(ts);
	plain_udp_send(stream.fd, own, "later", 5);
	expect_none(ts, 0);
	/* Sending goes on meanwhile. */
	ATF_CHECK_EQ(own, greet(ts, &stream));
	socket_server_start(ts->server, TEST_OWNER + 1, stream.id);
	message = expect_message(ts, SOCKET_OPEN, stream.id);
	ATF_CHECK_EQ(TEST_OWNER + 1, message->opaque);
	message = expect_message(ts, SOCKET_UDP, stream.id);
	ATF_CHECK_EQ(TEST_OWNER + 1, message->opaque);
	ATF_CHECK_EQ(5, message->ud);
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

static void
end_one_way(void (*end)(struct socket_server *, uintptr_t, int))
{
	struct test_server *ts;
	struct test_stream stream;
	int own, port;

	ts = test_server_create(TEST_THREAD);
	stream = dial(ts, &port);
	own = greet(ts, &stream);
	end(ts->server, TEST_OWNER, stream.id);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	plain_udp_send(stream.fd, own, "too late", 8);
	ATF_CHECK_EQ(-1, send_bytes(ts, stream.id, SOCKET_BUFFER_MEMORY,
	    "too late", 8));
	end(ts->server, TEST_OWNER, stream.id);
	expect_none(ts, 0);
	ATF_CHECK(plain_is_quiet(stream.fd));
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_of_udp_is_one_close);
ATF_TC_BODY(f7_close_of_udp_is_one_close, tc)
{

	end_one_way(socket_server_close);
}

ATF_TC_WITHOUT_HEAD(f7_shutdown_of_udp_is_one_close);
ATF_TC_BODY(f7_shutdown_of_udp_is_one_close, tc)
{

	end_one_way(socket_server_shutdown);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f10_dial_has_a_peer_and_reads_without_start);
	ATF_TP_ADD_TC(tp, f10_udp_connect_sets_and_changes_the_peer);
	ATF_TP_ADD_TC(tp, m2_empty_datagram_is_a_message);
	ATF_TP_ADD_TC(tp, f11_largest_datagram_goes_and_comes_whole);
	ATF_TP_ADD_TC(tp, f11_oversize_is_an_error_and_no_more);
	ATF_TP_ADD_TC(tp, f11_port_unreachable_ends_no_socket);
	ATF_TP_ADD_TC(tp, f11_burst_keeps_order_and_borders);
	ATF_TP_ADD_TC(tp, f11_raw_pointer_may_be_used_again_at_once);
	ATF_TP_ADD_TC(tp, f6_pause_and_start_of_udp);
	ATF_TP_ADD_TC(tp, f7_close_of_udp_is_one_close);
	ATF_TP_ADD_TC(tp, f7_shutdown_of_udp_is_one_close);
	return (atf_no_error());
}
