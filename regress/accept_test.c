/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Connections that come in: M-2, F-6, L-1.  For want of descriptors see
 * descriptor_want_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

#define MANY	200

ATF_TC_WITHOUT_HEAD(m2_accept_tells_id_and_peer);
ATF_TC_BODY(m2_accept_tells_id_and_peer, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int fd, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	fd = plain_connect(AF_INET, port);
	message = expect_message(ts, SOCKET_ACCEPT, listener);
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
	ATF_CHECK(message->ud > 0);
	ATF_CHECK(message->ud != listener);
	ATF_CHECK_STREQ(plain_name(fd), message->text);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(m2_accept_tells_an_ipv6_peer_in_brackets);
ATF_TC_BODY(m2_accept_tells_an_ipv6_peer_in_brackets, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	char name[32];
	int fd, listener;

	require_ipv6();
	ts = test_server_create(TEST_THREAD);
	listener = socket_server_listen(ts->server, TEST_OWNER, "::1", 0, 8);
	fd = plain_connect(AF_INET6,
	    expect_message(ts, SOCKET_OPEN, listener)->ud);
	test_start(ts, listener);
	message = expect_message(ts, SOCKET_ACCEPT, listener);
	(void)snprintf(name, sizeof(name), "[::1]:%d", plain_port(fd));
	ATF_CHECK_STREQ(name, message->text);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_accepted_is_paused_until_start);
ATF_TC_BODY(f6_accepted_is_paused_until_start, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	int listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	stream = test_accept(ts, listener, port);
	plain_write(stream.fd, "early", 5);
	expect_none(ts, 0);
	socket_server_start(ts->server, TEST_OWNER, stream.id);
	message = expect_message(ts, SOCKET_OPEN, stream.id);
	ATF_CHECK_STREQ("start", message->text);
	expect_data(ts, stream.id, "early", 5);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_the_end_before_start_comes_after_the_data);
ATF_TC_BODY(f6_the_end_before_start_comes_after_the_data, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	stream = test_accept(ts, listener, port);
	plain_write(stream.fd, "all of it", 9);
	plain_close(stream.fd);
	expect_none(ts, 0);
	test_start(ts, stream.id);
	expect_data(ts, stream.id, "all of it", 9);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	expect_none(ts, 0);
	test_server_release(ts);
}

/* The plain descriptor whose own name is the text, taken off the array. */
static int
take_by_name(int *fd, const char *text)
{
	int i, found;

	for (i = 0; i < MANY; i++) {
		if (fd[i] != -1 && strcmp(plain_name(fd[i]), text) == 0) {
			found = fd[i];
			fd[i] = -1;
			return (found);
		}
	}
	atf_tc_fail("no connection of ours is called %s", text);
}

ATF_TC_WITHOUT_HEAD(l1_many_at_once_each_told_once);
ATF_TC_BODY(l1_many_at_once_each_told_once, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream[MANY];
	int fd[MANY], i, j, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = socket_server_listen(ts->server, TEST_OWNER, "127.0.0.1",
	    0, MANY);
	port = expect_message(ts, SOCKET_OPEN, listener)->ud;
	for (i = 0; i < MANY; i++)
		fd[i] = plain_connect(AF_INET, port);
	test_start(ts, listener);
	for (i = 0; i < MANY; i++) {
		message = expect_message(ts, SOCKET_ACCEPT, listener);
		stream[i].id = message->ud;
		stream[i].fd = take_by_name(fd, message->text);
		for (j = 0; j < i; j++)
			ATF_REQUIRE(stream[j].id != stream[i].id);
	}
	expect_none(ts, 0);
	for (i = 0; i < MANY; i++) {
		test_start(ts, stream[i].id);
		plain_write(stream[i].fd, &i, sizeof(i));
	}
	for (i = 0; i < MANY; i++)
		expect_data(ts, stream[i].id, &i, sizeof(i));
	for (i = 0; i < MANY; i++)
		plain_close(stream[i].fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l1_more_than_one_batch_while_others_talk);
ATF_TC_BODY(l1_more_than_one_batch_while_others_talk, tc)
{
	struct test_server *ts;
	struct test_stream talker;
	int fd[MANY], i, listener, port;

	ts = test_server_create(TEST_STEP);
	talker = test_accepted(ts);
	listener = socket_server_listen(ts->server, TEST_OWNER, "127.0.0.1",
	    0, MANY);
	port = expect_message_of(ts, listener, SOCKET_OPEN)->ud;
	test_start(ts, listener);
	for (i = 0; i < MANY; i++)
		fd[i] = plain_connect(AF_INET, port);
	plain_write(talker.fd, "still heard", 11);
	expect_data(ts, talker.id, "still heard", 11);
	for (i = 0; i < MANY; i++)
		(void)expect_message_of(ts, listener, SOCKET_ACCEPT);
	expect_none(ts, 0);
	for (i = 0; i < MANY; i++)
		plain_close(fd[i]);
	plain_close(talker.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l1_accepted_outlives_its_listener);
ATF_TC_BODY(l1_accepted_outlives_its_listener, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	stream = test_accept(ts, listener, port);
	test_close(ts, listener);
	test_start(ts, stream.id);
	plain_write(stream.fd, "ping", 4);
	expect_data(ts, stream.id, "ping", 4);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "pong", 4));
	plain_expect(stream.fd, "pong", 4);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_pause_of_a_listener_stops_accepting);
ATF_TC_BODY(f6_pause_of_a_listener_stops_accepting, tc)
{
	struct test_server *ts;
	int fd, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	socket_server_pause(ts->server, TEST_OWNER, listener);
	expect_fence(ts);
	fd = plain_connect(AF_INET, port);
	expect_none(ts, 0);
	test_start(ts, listener);
	(void)expect_message(ts, SOCKET_ACCEPT, listener);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_accept_goes_to_the_new_owner);
ATF_TC_BODY(f6_accept_goes_to_the_new_owner, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	int fd, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	socket_server_start(ts->server, TEST_OWNER + 1, listener);
	message = expect_message(ts, SOCKET_OPEN, listener);
	ATF_CHECK_EQ(TEST_OWNER + 1, message->opaque);
	ATF_CHECK_STREQ("transfer", message->text);
	fd = plain_connect(AF_INET, port);
	message = expect_message(ts, SOCKET_ACCEPT, listener);
	ATF_CHECK_EQ(TEST_OWNER + 1, message->opaque);
	stream.id = message->ud;
	/* The one who starts the accepted socket owns it. */
	test_start(ts, stream.id);
	plain_write(fd, "x", 1);
	message = expect_message(ts, SOCKET_DATA, stream.id);
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_of_a_listener_turns_the_rest_away);
ATF_TC_BODY(f7_close_of_a_listener_turns_the_rest_away, tc)
{
	struct test_server *ts;
	int fd, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = socket_server_listen(ts->server, TEST_OWNER, "127.0.0.1",
	    0, 8);
	port = expect_message(ts, SOCKET_OPEN, listener)->ud;
	fd = plain_connect(AF_INET, port);
	test_close(ts, listener);
	plain_await(fd, POLLIN, "be turned away");
	expect_none(ts, 0);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_an_accepted_socket_never_started_can_be_closed);
ATF_TC_BODY(f7_an_accepted_socket_never_started_can_be_closed, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int descriptors, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_accept(ts, listener, port);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	plain_expect_end(stream.fd);
	plain_close(stream.fd);
	expect_none(ts, 0);
	ATF_CHECK_EQ(descriptors, descriptor_count());
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l1_peer_that_leaves_before_accept);
ATF_TC_BODY(l1_peer_that_leaves_before_accept, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	int fd, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = socket_server_listen(ts->server, TEST_OWNER, "127.0.0.1",
	    0, 8);
	port = expect_message(ts, SOCKET_OPEN, listener)->ud;
	fd = plain_connect(AF_INET, port);
	plain_reset(fd);
	test_start(ts, listener);
	/* Some systems drop it, others give it out; the next one comes. */
	fd = plain_connect(AF_INET, port);
	do {
		message = expect_message(ts, SOCKET_ACCEPT, listener);
	} while (strcmp(message->text, plain_name(fd)) != 0);
	stream.id = message->ud;
	test_start(ts, stream.id);
	plain_write(fd, "here", 4);
	expect_data(ts, stream.id, "here", 4);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, m2_accept_tells_id_and_peer);
	ATF_TP_ADD_TC(tp, m2_accept_tells_an_ipv6_peer_in_brackets);
	ATF_TP_ADD_TC(tp, f6_accepted_is_paused_until_start);
	ATF_TP_ADD_TC(tp, f6_the_end_before_start_comes_after_the_data);
	ATF_TP_ADD_TC(tp, l1_many_at_once_each_told_once);
	ATF_TP_ADD_TC(tp, l1_more_than_one_batch_while_others_talk);
	ATF_TP_ADD_TC(tp, l1_accepted_outlives_its_listener);
	ATF_TP_ADD_TC(tp, f6_pause_of_a_listener_stops_accepting);
	ATF_TP_ADD_TC(tp, f6_accept_goes_to_the_new_owner);
	ATF_TP_ADD_TC(tp, f7_close_of_a_listener_turns_the_rest_away);
	ATF_TP_ADD_TC(tp, f7_an_accepted_socket_never_started_can_be_closed);
	ATF_TP_ADD_TC(tp, l1_peer_that_leaves_before_accept);
	return (atf_no_error());
}
