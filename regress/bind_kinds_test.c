/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Bound descriptors with a will of their own: packets, one-way ones, and those
 * that share an open file or a number with others.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define PACKETS	400

static void
pair_of(int type, int fd[2])
{

	if (socketpair(AF_UNIX, type, 0, fd) == -1)
		atf_tc_skip("no such socketpair: %s", strerror(errno));
}

ATF_TC_WITHOUT_HEAD(l2_end_of_a_packet_stream_is_heard);
ATF_TC_BODY(l2_end_of_a_packet_stream_is_heard, tc)
{
	struct test_server *ts;
	int fd[2], id;

	ts = test_server_create(TEST_THREAD);
	pair_of(SOCK_SEQPACKET, fd);
	id = test_bind(ts, fd[0]);
	plain_close(fd[1]);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	socket_server_close(ts->server, TEST_OWNER, id);
	expect_none(ts, id);
	plain_close(fd[0]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f9_packets_keep_their_borders);
ATF_TC_BODY(f9_packets_keep_their_borders, tc)
{
	struct test_server *ts;
	char bytes[64], number[8];
	int fd[2], i, id;

	ts = test_server_create(TEST_THREAD);
	pair_of(SOCK_DGRAM, fd);
	id = test_bind(ts, fd[0]);
	/* More than the kernel takes: what waits is sent as it was given. */
	for (i = 0; i < PACKETS; i++) {
		(void)snprintf(number, sizeof(number), "%04d", i);
		ATF_REQUIRE_EQ(0, test_send(ts, id, number, 4));
	}
	for (i = 0; i < PACKETS; i++) {
		(void)snprintf(number, sizeof(number), "%04d", i);
		ATF_REQUIRE_EQ(4, read(fd[1], bytes, sizeof(bytes)));
		ATF_REQUIRE_EQ(0, memcmp(number, bytes, 4));
	}
	/* An empty packet is no end. */
	ATF_REQUIRE_EQ(0, send(fd[1], "", 0, 0));
	ATF_REQUIRE_EQ(3, send(fd[1], "end", 3, 0));
	expect_data(ts, id, "end", 3);
	socket_server_close(ts->server, TEST_OWNER, id);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f9_too_early_for_a_read_only_one);
ATF_TC_BODY(f9_too_early_for_a_read_only_one, tc)
{
	struct test_server *ts;
	int fd[2], id;

	ts = test_server_create(TEST_STEP);
	ATF_REQUIRE_EQ(0, pipe(fd));
	id = socket_server_bind(ts->server, TEST_OWNER, fd[0]);
	ATF_REQUIRE(id > 0);
	/* Nobody can know yet; what is taken must not stick. */
	(void)test_send(ts, id, "x", 1);
	(void)expect_message(ts, SOCKET_OPEN, id);
	(void)expect_message(ts, SOCKET_ERR, id);
	ATF_CHECK_EQ(-1, test_send(ts, id, "x", 1));
	socket_server_shutdown(ts->server, TEST_OWNER, id);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f5_callers_descriptor_may_be_closed_at_once);
ATF_TC_BODY(f5_callers_descriptor_may_be_closed_at_once, tc)
{
	struct test_server *ts;
	int fd[2], id, stranger;

	ts = test_server_create(TEST_THREAD);
	pair_of(SOCK_STREAM, fd);
	id = test_bind(ts, fd[0]);
	/* The number goes to somebody else, who is left alone. */
	plain_close(fd[0]);
	stranger = open("/dev/null", O_RDWR | O_NONBLOCK);
	ATF_REQUIRE_EQ(fd[0], stranger);
	plain_write(fd[1], "ping", 4);
	expect_data(ts, id, "ping", 4);
	ATF_CHECK_EQ(0, test_send(ts, id, "pong", 4));
	plain_expect(fd[1], "pong", 4);
	socket_server_close(ts->server, TEST_OWNER, id);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	expect_fence(ts);
	plain_expect_end(fd[1]);
	ATF_CHECK((fcntl(stranger, F_GETFL) & O_NONBLOCK) != 0);
	plain_close(stranger);
	plain_close(fd[1]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f5_one_end_of_two_leaves_the_other_unblocked);
ATF_TC_BODY(f5_one_end_of_two_leaves_the_other_unblocked, tc)
{
	struct test_server *ts;
	int fd[2], first, second, twin;

	ts = test_server_create(TEST_THREAD);
	pair_of(SOCK_STREAM, fd);
	twin = dup(fd[0]);
	ATF_REQUIRE(twin != -1);
	first = test_bind(ts, fd[0]);
	second = test_bind(ts, twin);
	socket_server_close(ts->server, TEST_OWNER, first);
	(void)expect_message(ts, SOCKET_CLOSE, first);
	expect_fence(ts);
	ATF_CHECK((fcntl(twin, F_GETFL) & O_NONBLOCK) != 0);
	plain_write(fd[1], "heard", 5);
	expect_data(ts, second, "heard", 5);
	socket_server_close(ts->server, TEST_OWNER, second);
	(void)expect_message(ts, SOCKET_CLOSE, second);
	plain_close(fd[0]);
	plain_close(fd[1]);
	plain_close(twin);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_a_pause_before_the_connect_holds);
ATF_TC_BODY(f6_a_pause_before_the_connect_holds, tc)
{
	struct test_server *ts;
	int fd, id, listener, port;

	/* In the dialect that reads after a connect, too. */
	ts = test_server_create(TEST_STEP | TEST_UPSTREAM);
	listener = plain_listen(AF_INET, &port);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	socket_server_pause(ts->server, TEST_OWNER, id);
	(void)expect_message(ts, SOCKET_OPEN, id);
	fd = plain_accept(listener);
	plain_write(fd, "early", 5);
	expect_none(ts, id);
	socket_server_start(ts->server, TEST_OWNER, id);
	(void)expect_message(ts, SOCKET_OPEN, id);
	expect_data(ts, id, "early", 5);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, l2_end_of_a_packet_stream_is_heard);
	ATF_TP_ADD_TC(tp, f9_packets_keep_their_borders);
	ATF_TP_ADD_TC(tp, f9_too_early_for_a_read_only_one);
	ATF_TP_ADD_TC(tp, f5_callers_descriptor_may_be_closed_at_once);
	ATF_TP_ADD_TC(tp, f5_one_end_of_two_leaves_the_other_unblocked);
	ATF_TP_ADD_TC(tp, f6_a_pause_before_the_connect_holds);
	return (atf_no_error());
}
