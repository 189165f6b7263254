/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Listeners: F-3 and what M-2 and M-3 say of their messages.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

static int
listen_on(struct test_server *ts, const char *host, int port)
{

	return (socket_server_listen(ts->server, TEST_OWNER, host, port, 32));
}

/* Listens, starts, and lets a plain connection of the family come in. */
static void
serve_one(struct test_server *ts, const char *host, int family)
{
	const struct test_message *message;
	int accepted, fd, id, port;

	id = listen_on(ts, host, 0);
	ATF_REQUIRE(id > 0);
	port = expect_message(ts, SOCKET_OPEN, id)->ud;
	test_start(ts, id);
	fd = plain_connect(family, port);
	message = expect_message(ts, SOCKET_ACCEPT, id);
	accepted = message->ud;
	ATF_CHECK_STREQ(plain_name(fd), message->text);
	test_close(ts, accepted);
	test_close(ts, id);
	plain_close(fd);
}

ATF_TC_WITHOUT_HEAD(m2_open_tells_the_port);
ATF_TC_BODY(m2_open_tells_the_port, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	char name[32];
	int fd, id;

	ts = test_server_create(TEST_THREAD);
	id = listen_on(ts, "127.0.0.1", 0);
	ATF_REQUIRE(id > 0);
	message = expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK(message->ud > 0 && message->ud <= 65535);
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
	(void)snprintf(name, sizeof(name), "127.0.0.1:%d", message->ud);
	/* M-3: the bound numeric address. */
	ATF_CHECK_STREQ("127.0.0.1", message->text);
	/* The port is the one that the kernel listens on. */
	fd = plain_connect(AF_INET, message->ud);
	ATF_CHECK_STREQ(name, plain_peer_name(fd));
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_a_given_port_is_taken);
ATF_TC_BODY(f3_a_given_port_is_taken, tc)
{
	struct test_server *ts;
	int first, id, port;

	ts = test_server_create(TEST_THREAD);
	first = listen_on(ts, "127.0.0.1", 0);
	port = expect_message(ts, SOCKET_OPEN, first)->ud;
	test_close(ts, first);
	expect_fence(ts);
	/* Nobody else on this machine is expected to be given it meanwhile. */
	id = listen_on(ts, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	ATF_CHECK_EQ(port, expect_message(ts, SOCKET_OPEN, id)->ud);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_is_paused_until_start);
ATF_TC_BODY(f3_is_paused_until_start, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int fd, id, port;

	ts = test_server_create(TEST_THREAD);
	id = listen_on(ts, "127.0.0.1", 0);
	port = expect_message(ts, SOCKET_OPEN, id)->ud;
	fd = plain_connect(AF_INET, port);
	expect_none(ts, id);
	socket_server_start(ts->server, TEST_OWNER, id);
	message = expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK_STREQ("start", message->text);
	/* What waited is accepted now. */
	(void)expect_message(ts, SOCKET_ACCEPT, id);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_null_is_any_address);
ATF_TC_BODY(f3_null_is_any_address, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int id;

	ts = test_server_create(TEST_THREAD);
	serve_one(ts, NULL, AF_INET);
	id = listen_on(ts, NULL, 0);
	message = expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK_MSG(strncmp(message->text, "0.0.0.0", 7) == 0, "text %s",
	    message->text);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_empty_is_any_address);
ATF_TC_BODY(f3_empty_is_any_address, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int id;

	ts = test_server_create(TEST_THREAD);
	serve_one(ts, "", AF_INET);
	id = listen_on(ts, "", 0);
	message = expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK_MSG(strncmp(message->text, "0.0.0.0", 7) == 0, "text %s",
	    message->text);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_ipv6);
ATF_TC_BODY(f3_ipv6, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int id;

	require_ipv6();
	ts = test_server_create(TEST_THREAD);
	id = listen_on(ts, "::1", 0);
	ATF_REQUIRE(id > 0);
	message = expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK(message->ud > 0);
	ATF_CHECK_MSG(strstr(message->text, "::1") != NULL, "text %s",
	    message->text);
	serve_one(ts, "::1", AF_INET6);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_a_name);
ATF_TC_BODY(f3_a_name, tc)
{
	static const char *const addresses[] = { "127.0.0.1", NULL };
	struct test_server *ts;

	resolver_answer("here.test", addresses);
	ts = test_server_create(TEST_THREAD);
	serve_one(ts, "here.test", AF_INET);
	ATF_CHECK_EQ(1, resolver_calls());
	test_server_release(ts);
}

ATF_TC(f3_addresses_of_a_name_are_tried_in_turn);
ATF_TC_HEAD(f3_addresses_of_a_name_are_tried_in_turn, tc)
{

	atf_tc_set_md_var(tc, "descr", "203.0.113.0/24 and 2001:db8::/32 are for"
	    " documents: no machine has them to bind to");
}
ATF_TC_BODY(f3_addresses_of_a_name_are_tried_in_turn, tc)
{
	static const char *const addresses[] = { "203.0.113.7", "2001:db8::7",
	    "127.0.0.1", NULL };
	struct test_server *ts;

	resolver_answer("many.test", addresses);
	ts = test_server_create(TEST_THREAD);
	serve_one(ts, "many.test", AF_INET);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_an_unknown_name_is_refused);
ATF_TC_BODY(f3_an_unknown_name_is_refused, tc)
{
	struct test_server *ts;

	ts = test_server_create(TEST_THREAD);
	ATF_CHECK_EQ(-1, listen_on(ts, "nowhere.test", 0));
	ATF_CHECK(resolver_calls() > 0);
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_a_port_in_use_is_refused);
ATF_TC_BODY(f3_a_port_in_use_is_refused, tc)
{
	struct test_server *ts;
	int fd, port;

	fd = plain_listen(AF_INET, &port);
	ts = test_server_create(TEST_THREAD);
	ATF_CHECK_EQ(-1, listen_on(ts, "127.0.0.1", port));
	expect_none(ts, 0);
	test_server_release(ts);
	plain_close(fd);
}

ATF_TC_WITHOUT_HEAD(f3_a_port_of_a_listener_is_refused);
ATF_TC_BODY(f3_a_port_of_a_listener_is_refused, tc)
{
	struct test_server *ts;
	int id, port;

	ts = test_server_create(TEST_THREAD);
	id = listen_on(ts, "127.0.0.1", 0);
	port = expect_message(ts, SOCKET_OPEN, id)->ud;
	ATF_CHECK_EQ(-1, listen_on(ts, "127.0.0.1", port));
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_a_port_is_free_again_after_close);
ATF_TC_BODY(f3_a_port_is_free_again_after_close, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int id, port;

	ts = test_server_create(TEST_THREAD);
	id = test_listen(ts, &port);
	/* A connection that the server ends leaves TIME_WAIT on the port. */
	stream = test_accept(ts, id, port);
	test_close(ts, stream.id);
	plain_expect_end(stream.fd);
	plain_close(stream.fd);
	test_close(ts, id);
	expect_fence(ts);
	id = listen_on(ts, "127.0.0.1", port);
	ATF_CHECK(id > 0);
	(void)expect_message(ts, SOCKET_OPEN, id);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(e1_ports_that_make_no_sense);
ATF_TC_BODY(e1_ports_that_make_no_sense, tc)
{
	struct test_server *ts;

	ts = test_server_create(TEST_THREAD);
	ATF_CHECK_EQ(-1, listen_on(ts, "127.0.0.1", -1));
	ATF_CHECK_EQ(-1, listen_on(ts, "127.0.0.1", 65536));
	/* What a cut to 16 bits would make of it is a port that is free. */
	ATF_CHECK_EQ(-1, listen_on(ts, "127.0.0.1", 0x10000 * 3));
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(e1_hosts_that_make_no_sense);
ATF_TC_BODY(e1_hosts_that_make_no_sense, tc)
{
	struct test_server *ts;
	char host[5000];

	ts = test_server_create(TEST_THREAD);
	memset(host, 'a', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	ATF_CHECK_EQ(-1, listen_on(ts, host, 0));
	ATF_CHECK_EQ(-1, listen_on(ts, "127.0.0.1.2.3", 0));
	ATF_CHECK_EQ(-1, listen_on(ts, "[::1]", 0));
	ATF_CHECK_EQ(-1, listen_on(ts, "203.0.113.7", 0));
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_backlog_of_any_value);
ATF_TC_BODY(f3_backlog_of_any_value, tc)
{
	static const int backlogs[] = { 1, 0, -1, 1 << 20 };
	struct test_server *ts;
	size_t i;
	int fd, id, port;

	ts = test_server_create(TEST_THREAD);
	for (i = 0; i < nitems(backlogs); i++) {
		id = socket_server_listen(ts->server, TEST_OWNER, "127.0.0.1",
		    0, backlogs[i]);
		ATF_REQUIRE_MSG(id > 0, "backlog %d", backlogs[i]);
		port = expect_message(ts, SOCKET_OPEN, id)->ud;
		test_start(ts, id);
		fd = plain_connect(AF_INET, port);
		test_close(ts, expect_message(ts, SOCKET_ACCEPT, id)->ud);
		plain_close(fd);
	}
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l1_close_before_and_after_start);
ATF_TC_BODY(l1_close_before_and_after_start, tc)
{
	struct test_server *ts;
	int descriptors, id, port;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	id = listen_on(ts, "127.0.0.1", 0);
	(void)expect_message(ts, SOCKET_OPEN, id);
	test_close(ts, id);
	id = test_listen(ts, &port);
	test_close(ts, id);
	expect_none(ts, 0);
	ATF_CHECK_EQ(descriptors, descriptor_count());
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, m2_open_tells_the_port);
	ATF_TP_ADD_TC(tp, f3_a_given_port_is_taken);
	ATF_TP_ADD_TC(tp, f3_is_paused_until_start);
	ATF_TP_ADD_TC(tp, f3_null_is_any_address);
	ATF_TP_ADD_TC(tp, f3_empty_is_any_address);
	ATF_TP_ADD_TC(tp, f3_ipv6);
	ATF_TP_ADD_TC(tp, f3_a_name);
	ATF_TP_ADD_TC(tp, f3_addresses_of_a_name_are_tried_in_turn);
	ATF_TP_ADD_TC(tp, f3_an_unknown_name_is_refused);
	ATF_TP_ADD_TC(tp, f3_a_port_in_use_is_refused);
	ATF_TP_ADD_TC(tp, f3_a_port_of_a_listener_is_refused);
	ATF_TP_ADD_TC(tp, f3_a_port_is_free_again_after_close);
	ATF_TP_ADD_TC(tp, e1_ports_that_make_no_sense);
	ATF_TP_ADD_TC(tp, e1_hosts_that_make_no_sense);
	ATF_TP_ADD_TC(tp, f3_backlog_of_any_value);
	ATF_TP_ADD_TC(tp, l1_close_before_and_after_start);
	return (atf_no_error());
}
