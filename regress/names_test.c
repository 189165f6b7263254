/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Looking up names: F-4 and F-3.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <pthread.h>

#include "harness.h"

#define MANY		50
#define FEW_THREADS	8

static const char *const here[] = { "127.0.0.1", NULL };

static int
connect_to(struct test_server *ts, const char *host, int port)
{

	return (socket_server_connect(ts->server, TEST_OWNER, host, port));
}

/* All that the network thread does goes on. */
static void
require_service(struct test_server *ts)
{
	struct test_stream stream;

	stream = test_accepted(ts);
	plain_write(stream.fd, "ping", 4);
	expect_data(ts, stream.id, "ping", 4);
	ATF_CHECK_EQ(0, test_send_pattern(ts, stream.id, 0, 4 << 20));
	plain_expect_pattern(stream.fd, 0, 4 << 20);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	while (expect_any_of(ts, stream.id)->type != SOCKET_CLOSE)
		continue;
	plain_close(stream.fd);
	stream = test_connect(ts);
	test_close(ts, stream.id);
	plain_close(stream.fd);
}

ATF_TC_WITHOUT_HEAD(f4_a_slow_look_up_holds_nobody_up);
ATF_TC_BODY(f4_a_slow_look_up_holds_nobody_up, tc)
{
	struct test_server *ts;
	int fd, id, listener, port;

	resolver_answer("slow.test", here);
	resolver_hold();
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	id = connect_to(ts, "slow.test", port);
	ATF_REQUIRE(id > 0);
	resolver_await_held(1);
	require_service(ts);
	expect_none(ts, id);
	resolver_let_go();
	(void)expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK(!resolver_called_by(ts->network));
	fd = plain_accept(listener);
	test_start(ts, id);
	plain_write(fd, "x", 1);
	expect_data(ts, id, "x", 1);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_nor_the_caller);
ATF_TC_BODY(f4_nor_the_caller, tc)
{
	struct test_server *ts;
	int id, listener, port;

	/* With nobody polling, the call returns; the id waits. */
	resolver_answer("slow.test", here);
	resolver_hold();
	ts = test_server_create(TEST_STEP);
	listener = plain_listen(AF_INET, &port);
	id = connect_to(ts, "slow.test", port);
	ATF_REQUIRE(id > 0);
	ATF_CHECK(!resolver_called_by(pthread_self()));
	resolver_let_go();
	(void)expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK(!resolver_called_by(pthread_self()));
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_what_is_sent_during_a_look_up_waits);
ATF_TC_BODY(f4_what_is_sent_during_a_look_up_waits, tc)
{
	struct test_server *ts;
	int fd, id, listener, port;

	resolver_answer("slow.test", here);
	resolver_hold();
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	id = connect_to(ts, "slow.test", port);
	resolver_await_held(1);
	ATF_CHECK_EQ(0, test_send(ts, id, "patient", 7));
	expect_fence(ts);
	resolver_let_go();
	(void)expect_message(ts, SOCKET_OPEN, id);
	fd = plain_accept(listener);
	plain_expect(fd, "patient", 7);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_during_a_look_up);
ATF_TC_BODY(f7_close_during_a_look_up, tc)
{
	struct test_server *ts;
	struct socket_info info;
	int descriptors, id, listener, port;

	resolver_answer("slow.test", here);
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	expect_fence(ts);
	descriptors = descriptor_count();
	resolver_hold();
	id = connect_to(ts, "slow.test", port);
	resolver_await_held(1);
	ATF_CHECK_EQ(0, test_send(ts, id, "unsent", 6));
	socket_server_close(ts->server, TEST_OWNER, id);
	/* At once, not when the look-up is over. */
	(void)expect_message(ts, SOCKET_CLOSE, id);
	ATF_CHECK_EQ(-1, test_send(ts, id, "x", 1));
	ATF_CHECK(!test_info(ts, id, &info));
	resolver_let_go();
	/* A later look-up passes the first one through the same thread. */
	id = connect_to(ts, "nowhere.test", port);
	(void)expect_message(ts, SOCKET_ERR, id);
	expect_none(ts, 0);
	ATF_CHECK(plain_is_quiet(listener));
	ATF_CHECK_EQ(descriptors, descriptor_count());
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_shutdown_during_a_look_up);
ATF_TC_BODY(f7_shutdown_during_a_look_up, tc)
{
	struct test_server *ts;
	int fd, id, listener, port;

	resolver_answer("slow.test", here);
	resolver_hold();
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	id = connect_to(ts, "slow.test", port);
	resolver_await_held(1);
	ATF_CHECK_EQ(0, test_send(ts, id, "last words", 10));
	socket_server_shutdown(ts->server, TEST_OWNER, id);
	expect_none(ts, id);
	resolver_let_go();
	while (expect_any_of(ts, id)->type == SOCKET_OPEN)
		continue;
	ATF_CHECK_EQ(SOCKET_CLOSE, ts->current->type);
	fd = plain_accept(listener);
	plain_expect(fd, "last words", 10);
	plain_expect_end(fd);
	plain_close(fd);
	plain_close(listener);
	expect_none(ts, id);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_the_id_of_a_closed_look_up_goes_to_nobody_else);
ATF_TC_BODY(f4_the_id_of_a_closed_look_up_goes_to_nobody_else, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int id, listener, port;

	/* The answer comes when the slot may serve another socket. */
	resolver_answer("slow.test", here);
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	resolver_hold();
	id = connect_to(ts, "slow.test", port);
	resolver_await_held(1);
	test_close(ts, id);
	stream = test_accepted(ts);
	resolver_let_go();
	id = connect_to(ts, "nowhere.test", port);
	(void)expect_message(ts, SOCKET_ERR, id);
	expect_none(ts, 0);
	plain_write(stream.fd, "mine", 4);
	expect_data(ts, stream.id, "mine", 4);
	plain_close(stream.fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_numeric_hosts_need_no_thread);
ATF_TC_BODY(f4_numeric_hosts_need_no_thread, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int id, listener, port, threads;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	threads = thread_count();
	stream = test_connect(ts);
	plain_close(stream.fd);
	listener = test_listen(ts, &port);
	/* There or not: in any case no question of names. */
	id = connect_to(ts, "::1", port);
	ATF_REQUIRE(id > 0);
	(void)expect_any_of(ts, id);
	ATF_CHECK(thread_count() <= threads);
	ATF_CHECK_EQ(0, resolver_calls());
	test_close(ts, listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f4_few_threads_for_many_names);
ATF_TC_BODY(f4_few_threads_for_many_names, tc)
{
	struct test_server *ts;
	int i, id[MANY], listener, port, threads;

	resolver_answer("slow.test", here);
	resolver_hold();
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	threads = thread_count();
	for (i = 0; i < MANY; i++) {
		id[i] = connect_to(ts, "slow.test", port);
		ATF_REQUIRE(id[i] > 0);
	}
	resolver_await_held(1);
	require_service(ts);
	ATF_CHECK(thread_count() <= threads + FEW_THREADS);
	resolver_let_go();
	for (i = 0; i < MANY; i++)
		(void)expect_message_of(ts, id[i], SOCKET_OPEN);
	ATF_CHECK_EQ(MANY, resolver_calls());
	ATF_CHECK(resolver_most_at_once() <= FEW_THREADS);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f1_no_thread_is_left_after_release);
ATF_TC_BODY(f1_no_thread_is_left_after_release, tc)
{
	struct test_server *ts;
	int i, listener, port, threads;

	threads = thread_baseline();
	if (threads == -1)
		atf_tc_skip("threads cannot be counted on this system");
	resolver_answer("slow.test", here);
	resolver_hold();
	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	for (i = 0; i < MANY; i++)
		ATF_REQUIRE(connect_to(ts, "slow.test", port) > 0);
	resolver_await_held(1);
	/* Some look-ups run, others wait, when the server goes. */
	test_server_exit(ts);
	resolver_let_go();
	test_server_keep(ts, listener);
	test_server_release(ts);
	thread_await_at_most(threads);
	plain_close(listener);
}

ATF_TC_WITHOUT_HEAD(f4_an_idle_server_has_no_thread_of_its_own);
ATF_TC_BODY(f4_an_idle_server_has_no_thread_of_its_own, tc)
{
	struct socket_server *server;
	int threads;

	threads = thread_baseline();
	if (threads == -1)
		atf_tc_skip("threads cannot be counted on this system");
	server = socket_server_create(0);
	ATF_REQUIRE(server != NULL);
	ATF_CHECK(thread_count() <= threads);
	socket_server_release(server);
	memory_all_returned();
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f4_a_slow_look_up_holds_nobody_up);
	ATF_TP_ADD_TC(tp, f4_nor_the_caller);
	ATF_TP_ADD_TC(tp, f4_what_is_sent_during_a_look_up_waits);
	ATF_TP_ADD_TC(tp, f7_close_during_a_look_up);
	ATF_TP_ADD_TC(tp, f7_shutdown_during_a_look_up);
	ATF_TP_ADD_TC(tp, f4_the_id_of_a_closed_look_up_goes_to_nobody_else);
	ATF_TP_ADD_TC(tp, f4_numeric_hosts_need_no_thread);
	ATF_TP_ADD_TC(tp, f4_few_threads_for_many_names);
	ATF_TP_ADD_TC(tp, f1_no_thread_is_left_after_release);
	ATF_TP_ADD_TC(tp, f4_an_idle_server_has_no_thread_of_its_own);
	return (atf_no_error());
}
