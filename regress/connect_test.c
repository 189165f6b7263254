/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Connecting: F-4, L-5, and M-3 of it.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

static int
connect_to(struct test_server *ts, const char *host, int port)
{

	return (socket_server_connect(ts->server, TEST_OWNER, host, port));
}

ATF_TC_WITHOUT_HEAD(f4_open_tells_the_peer);
ATF_TC_BODY(f4_open_tells_the_peer, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int fd, id, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	id = connect_to(ts, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	message = expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
	ATF_CHECK_EQ(0, message->ud);
	ATF_CHECK_MSG(strncmp(message->text, "127.0.0.1", 9) == 0, "text %s",
	    message->text);
	fd = plain_accept(listener);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_id_at_once_without_the_network_thread);
ATF_TC_BODY(f4_id_at_once_without_the_network_thread, tc)
{
	struct test_server *ts;
	int first, listener, port, second;

	ts = test_server_create(TEST_STEP);
	listener = plain_listen(AF_INET, &port);
	first = connect_to(ts, "127.0.0.1", port);
	second = connect_to(ts, "127.0.0.1", port);
	ATF_CHECK(first > 0);
	ATF_CHECK(second > 0);
	ATF_CHECK(first != second);
	(void)expect_message_of(ts, second, SOCKET_OPEN);
	(void)expect_message_of(ts, first, SOCKET_OPEN);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_connected_is_paused_until_start);
ATF_TC_BODY(f4_connected_is_paused_until_start, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_connect(ts);
	plain_write(stream.fd, "early", 5);
	expect_none(ts, 0);
	socket_server_start(ts->server, TEST_OWNER, stream.id);
	ATF_CHECK_STREQ("transfer",
	    expect_message(ts, SOCKET_OPEN, stream.id)->text);
	expect_data(ts, stream.id, "early", 5);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_ipv6);
ATF_TC_BODY(f4_ipv6, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int fd, id, listener, port;

	require_ipv6();
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET6, &port);
	id = connect_to(ts, "::1", port);
	message = expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK_MSG(strstr(message->text, "::1") != NULL, "text %s",
	    message->text);
	fd = plain_accept(listener);
	test_start(ts, id);
	plain_write(fd, "six", 3);
	expect_data(ts, id, "six", 3);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_a_name);
ATF_TC_BODY(f4_a_name, tc)
{
	static const char *const addresses[] = { "127.0.0.1", NULL };
	const struct test_message *message;
	struct test_server *ts;
	int id, listener, port;

	resolver_answer("there.test", addresses);
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	id = connect_to(ts, "there.test", port);
	ATF_REQUIRE(id > 0);
	message = expect_message(ts, SOCKET_OPEN, id);
	/* M-3: numeric. */
	ATF_CHECK_MSG(strncmp(message->text, "127.0.0.1", 9) == 0, "text %s",
	    message->text);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l5_refused);
ATF_TC_BODY(l5_refused, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int descriptors, fd, id, port;

	fd = plain_refusing_port(&port);
	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	id = connect_to(ts, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	message = expect_message(ts, SOCKET_ERR, id);
	ATF_CHECK(message->text[0] != '\0');
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
	/* L-6: the id is gone, and nothing more is heard. */
	socket_server_close(ts->server, TEST_OWNER, id);
	socket_server_shutdown(ts->server, TEST_OWNER, id);
	socket_server_pause(ts->server, TEST_OWNER, id);
	socket_server_nodelay(ts->server, id);
	ATF_CHECK_EQ(-1, test_send(ts, id, "x", 1));
	expect_none(ts, 0);
	ATF_CHECK_EQ(descriptors, descriptor_count());
	test_server_release(ts);
	plain_close(fd);
}

ATF_TC_WITHOUT_HEAD(l5_unknown_name);
ATF_TC_BODY(l5_unknown_name, tc)
{
	struct test_server *ts;
	int id;

	ts = test_server_create(TEST_THREAD);
	id = connect_to(ts, "nowhere.test", 80);
	ATF_REQUIRE(id > 0);
	ATF_CHECK(expect_message(ts, SOCKET_ERR, id)->text[0] != '\0');
	ATF_CHECK_EQ(1, resolver_calls());
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_addresses_are_tried_in_turn);
ATF_TC_BODY(f4_addresses_are_tried_in_turn, tc)
{
	/* One refuses after a while, one on the spot. */
	static const char *const addresses[] = { "::1", "255.255.255.255",
	    "::1", "127.0.0.1", NULL };
	const struct test_message *message;
	struct test_server *ts;
	int fd, id, listener, port;

	resolver_answer("many.test", addresses);
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	id = connect_to(ts, "many.test", port);
	message = expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK_MSG(strncmp(message->text, "127.0.0.1", 9) == 0, "text %s",
	    message->text);
	fd = plain_accept(listener);
	test_start(ts, id);
	plain_write(fd, "at last", 7);
	expect_data(ts, id, "at last", 7);
	ATF_CHECK_EQ(0, test_send(ts, id, "indeed", 6));
	plain_expect(fd, "indeed", 6);
	expect_none(ts, 0);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l5_all_addresses_refuse_one_error);
ATF_TC_BODY(l5_all_addresses_refuse_one_error, tc)
{
	static const char *const addresses[] = { "127.0.0.1", "127.0.0.1",
	    "127.0.0.1", NULL };
	struct test_server *ts;
	int descriptors, fd, id, port;

	resolver_answer("none.test", addresses);
	fd = plain_refusing_port(&port);
	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	id = connect_to(ts, "none.test", port);
	(void)expect_message(ts, SOCKET_ERR, id);
	expect_none(ts, 0);
	ATF_CHECK_EQ(descriptors, descriptor_count());
	test_server_release(ts);
	plain_close(fd);
}

ATF_TC_WITHOUT_HEAD(f4_what_is_refused_on_the_spot);
ATF_TC_BODY(f4_what_is_refused_on_the_spot, tc)
{
	struct test_server *ts;
	char host[257];

	ts = test_server_create(TEST_THREAD);
	memset(host, 'a', sizeof(host));
	host[256] = '\0';
	ATF_CHECK_EQ(-1, connect_to(ts, host, 80));
	ATF_CHECK_EQ(-1, connect_to(ts, NULL, 80));
	ATF_CHECK_EQ(-1, connect_to(ts, "127.0.0.1", 0));
	ATF_CHECK_EQ(-1, connect_to(ts, "127.0.0.1", 65536));
	ATF_CHECK_EQ(-1, connect_to(ts, "127.0.0.1", -1));
	ATF_CHECK_EQ(0, resolver_calls());
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_a_host_of_255_bytes_is_looked_up);
ATF_TC_BODY(f4_a_host_of_255_bytes_is_looked_up, tc)
{
	static const char *const addresses[] = { "127.0.0.1", NULL };
	static char host[256];
	struct test_server *ts;
	int id, listener, port;

	memset(host, 'a', 255);
	resolver_answer(host, addresses);
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	id = connect_to(ts, host, port);
	ATF_REQUIRE(id > 0);
	(void)expect_message(ts, SOCKET_OPEN, id);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_the_host_may_be_overwritten_on_return);
ATF_TC_BODY(f4_the_host_may_be_overwritten_on_return, tc)
{
	static const char *const addresses[] = { "127.0.0.1", NULL };
	struct test_server *ts;
	char host[] = "there.test";
	int id, listener, port;

	resolver_answer("there.test", addresses);
	ts = test_server_create(TEST_STEP);
	listener = plain_listen(AF_INET, &port);
	id = connect_to(ts, host, port);
	memset(host, 'x', sizeof(host) - 1);
	(void)expect_message(ts, SOCKET_OPEN, id);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_before_the_network_thread_has_seen_it);
ATF_TC_BODY(f7_close_before_the_network_thread_has_seen_it, tc)
{
	struct test_server *ts;
	int id, listener, port;

	ts = test_server_create(TEST_STEP);
	listener = plain_listen(AF_INET, &port);
	id = connect_to(ts, "127.0.0.1", port);
	socket_server_close(ts->server, TEST_OWNER, id);
	while (expect_any_of(ts, id)->type == SOCKET_OPEN)
		continue;
	ATF_CHECK_EQ(SOCKET_CLOSE, ts->current->type);
	expect_none(ts, 0);
	ATF_CHECK_EQ(-1, test_send(ts, id, "x", 1));
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_while_connecting);
ATF_TC_BODY(f7_close_while_connecting, tc)
{
	struct test_server *ts;
	int descriptors, fd[3], i, id, listener, port;

	/*
	 * A full backlog: further connects get no answer.  Where the system
	 * accepts them all the same the case is weaker, but holds.
	 */
	listener = plain_listen_full(&port, fd, 3);
	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	id = connect_to(ts, "127.0.0.1", port);
	expect_fence(ts);
	socket_server_close(ts->server, TEST_OWNER, id);
	while (expect_any_of(ts, id)->type == SOCKET_OPEN)
		continue;
	ATF_CHECK_EQ(SOCKET_CLOSE, ts->current->type);
	expect_none(ts, 0);
	ATF_CHECK_EQ(descriptors, descriptor_count());
	test_server_release(ts);
	for (i = 0; i < 3; i++)
		plain_close(fd[i]);
	plain_close(listener);
}

ATF_TC_WITHOUT_HEAD(f1_release_while_connecting);
ATF_TC_BODY(f1_release_while_connecting, tc)
{
	struct test_server *ts;
	int fd[3], i, id, listener, port;

	listener = plain_listen_full(&port, fd, 3);
	ts = test_server_create(TEST_THREAD);
	id = connect_to(ts, "127.0.0.1", port);
	ATF_CHECK_EQ(0, test_send(ts, id, "never sent", 10));
	expect_fence(ts);
	test_server_release(ts);
	for (i = 0; i < 3; i++)
		plain_close(fd[i]);
	plain_close(listener);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f4_open_tells_the_peer);
	ATF_TP_ADD_TC(tp, f4_id_at_once_without_the_network_thread);
	ATF_TP_ADD_TC(tp, f4_connected_is_paused_until_start);
	ATF_TP_ADD_TC(tp, f4_ipv6);
	ATF_TP_ADD_TC(tp, f4_a_name);
	ATF_TP_ADD_TC(tp, l5_refused);
	ATF_TP_ADD_TC(tp, l5_unknown_name);
	ATF_TP_ADD_TC(tp, f4_addresses_are_tried_in_turn);
	ATF_TP_ADD_TC(tp, l5_all_addresses_refuse_one_error);
	ATF_TP_ADD_TC(tp, f4_what_is_refused_on_the_spot);
	ATF_TP_ADD_TC(tp, f4_a_host_of_255_bytes_is_looked_up);
	ATF_TP_ADD_TC(tp, f4_the_host_may_be_overwritten_on_return);
	ATF_TP_ADD_TC(tp, f7_close_before_the_network_thread_has_seen_it);
	ATF_TP_ADD_TC(tp, f7_close_while_connecting);
	ATF_TP_ADD_TC(tp, f1_release_while_connecting);
	return (atf_no_error());
}
