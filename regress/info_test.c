/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Snapshots of sockets.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "plain_udp.h"
#include "skynet_malloc.h"

#define LARGE	(8 * 1024 * 1024)	/* beyond any pair of socket buffers */

static struct socket_info
info_of(struct test_server *ts, int id)
{
	struct socket_info info;

	ATF_REQUIRE_MSG(test_info(ts, id, &info), "no snapshot of id %d", id);
	ATF_CHECK_EQ(info.wbuffer > 0 ? 1 : 0, info.writing);
	return (info);
}

ATF_TC_WITHOUT_HEAD(f12_empty_server_has_an_empty_list);
ATF_TC_BODY(f12_empty_server_has_an_empty_list, tc)
{
	struct socket_server *server;

	server = socket_server_create(0);
	ATF_REQUIRE(server != NULL);
	ATF_CHECK(socket_server_info(server) == NULL);
	socket_server_release(server);
	memory_all_returned();
}

ATF_TC_WITHOUT_HEAD(f12_create_and_release_a_list);
ATF_TC_BODY(f12_create_and_release_a_list, tc)
{
	struct socket_info *first, *second;
	struct socket_info zero;

	memset(&zero, 0, sizeof(zero));
	socket_info_release(NULL);
	first = socket_info_create(NULL);
	ATF_REQUIRE(first != NULL);
	ATF_CHECK(first->next == NULL);
	ATF_CHECK_EQ(0, first->id);
	ATF_CHECK_STREQ("", first->name);
	ATF_CHECK_EQ(0, first->wbuffer);
	second = socket_info_create(first);
	ATF_REQUIRE(second != NULL);
	ATF_CHECK(second->next == first);
	ATF_CHECK_EQ(2, memory_blocks());
	socket_info_release(second);
	memory_all_returned();
	memory_fail_at(1);
	ATF_CHECK(socket_info_create(NULL) == NULL);
	ATF_CHECK(memory_fail_end());
}

ATF_TC_WITHOUT_HEAD(f12_listener);
ATF_TC_BODY(f12_listener, tc)
{
	struct socket_info info;
	struct test_server *ts;
	struct test_stream stream[3];
	char name[64];
	int i, id, port;

	ts = test_server_create(TEST_THREAD);
	socket_server_updatetime(ts->server, 700);
	id = socket_server_listen(ts->server, TEST_OWNER + 3, "127.0.0.1", 0,
	    8);
	port = expect_message(ts, SOCKET_OPEN, id)->ud;
	(void)snprintf(name, sizeof(name), "127.0.0.1:%d", port);
	info = info_of(ts, id);
	ATF_CHECK_EQ(SOCKET_INFO_LISTEN, info.type);
	ATF_CHECK_EQ(TEST_OWNER + 3, info.opaque);
	ATF_CHECK_EQ(0, info.reading);
	ATF_CHECK_EQ(0, info.read);
	ATF_CHECK_EQ(0, info.write);
	ATF_CHECK_EQ(0, info.wbuffer);
	ATF_CHECK_STREQ(name, info.name);
	test_start(ts, id);
	for (i = 0; i < 3; i++)
		stream[i] = test_accept(ts, id, port);
	info = info_of(ts, id);
	ATF_CHECK_EQ(TEST_OWNER, info.opaque);
	ATF_CHECK_EQ(1, info.reading);
	ATF_CHECK_EQ(3, info.read);
	for (i = 0; i < 3; i++)
		plain_close(stream[i].fd);
	test_close(ts, id);
	ATF_CHECK(!test_info(ts, id, &info));
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f12_connection_counts_bytes_and_times);
ATF_TC_BODY(f12_connection_counts_bytes_and_times, tc)
{
	struct socket_info info;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_connect(ts);
	info = info_of(ts, stream.id);
	ATF_CHECK_EQ(SOCKET_INFO_TCP, info.type);
	ATF_CHECK_EQ(0, info.reading);
	ATF_CHECK_EQ(0, info.read);
	ATF_CHECK_EQ(0, info.write);
	ATF_CHECK_STREQ(plain_name(stream.fd), info.name);
	test_start(ts, stream.id);
	ATF_CHECK_EQ(1, info_of(ts, stream.id).reading);
	socket_server_updatetime(ts->server, 1000);
	plain_write(stream.fd, "12345", 5);
	expect_data(ts, stream.id, "12345", 5);
	socket_server_updatetime(ts->server, 2000);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "1234567", 7));
	socket_server_updatetime(ts->server, 3000);
	info = info_of(ts, stream.id);
	ATF_CHECK_EQ(5, info.read);
	ATF_CHECK_EQ(1000, info.rtime);
	ATF_CHECK_EQ(7, info.write);
	ATF_CHECK_EQ(2000, info.wtime);
	ATF_CHECK_EQ(0, info.wbuffer);
	socket_server_pause(ts->server, TEST_OWNER, stream.id);
	expect_fence(ts);
	ATF_CHECK_EQ(0, info_of(ts, stream.id).reading);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f12_accepted_has_its_peer_s_name_and_new_owner);
ATF_TC_BODY(f12_accepted_has_its_peer_s_name_and_new_owner, tc)
{
	struct socket_info info;
	struct test_server *ts;
	struct test_stream stream;
	int id, port;

	require_ipv6();
	ts = test_server_create(TEST_THREAD);
	id = socket_server_listen(ts->server, TEST_OWNER, "::1", 0, 8);
	port = expect_message(ts, SOCKET_OPEN, id)->ud;
	test_start(ts, id);
	stream.fd = plain_connect(AF_INET6, port);
	stream.id = expect_message(ts, SOCKET_ACCEPT, id)->ud;
	info = info_of(ts, stream.id);
	ATF_CHECK_EQ(SOCKET_INFO_TCP, info.type);
	ATF_CHECK_EQ(0, info.reading);
	ATF_CHECK_STREQ(plain_name(stream.fd), info.name);
	socket_server_start(ts->server, TEST_OWNER + 7, stream.id);
	(void)expect_message(ts, SOCKET_OPEN, stream.id);
	ATF_CHECK_EQ(TEST_OWNER + 7, info_of(ts, stream.id).opaque);
	plain_close(stream.fd);
	test_server_release(ts);
}

/* Finding 6: the rest of a write that took only a part counts at once. */
ATF_TC_WITHOUT_HEAD(f12_rest_of_a_direct_write_is_unsent);
ATF_TC_BODY(f12_rest_of_a_direct_write_is_unsent, tc)
{
	struct socket_info info;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	/* The network thread stands still from here on. */
	ATF_CHECK_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	info = info_of(ts, stream.id);
	ATF_CHECK(info.write > 0);
	ATF_CHECK(info.wbuffer > 0);
	ATF_CHECK_EQ(LARGE, info.write + (uint64_t)info.wbuffer);
	ATF_CHECK_EQ(0, test_send_pattern(ts, stream.id, LARGE, 1000));
	ATF_CHECK_EQ(0, test_send_low(ts, stream.id, "low", 3));
	info = info_of(ts, stream.id);
	ATF_CHECK_EQ(LARGE + 1003, info.write + (uint64_t)info.wbuffer);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f12_unsent_bytes_go_to_zero);
ATF_TC_BODY(f12_unsent_bytes_go_to_zero, tc)
{
	struct socket_info info;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	ATF_CHECK_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	plain_expect_pattern(stream.fd, 0, LARGE);
	(void)expect_message(ts, SOCKET_WARNING, stream.id);
	while (expect_message(ts, SOCKET_WARNING, stream.id)->ud != 0)
		continue;
	info = info_of(ts, stream.id);
	ATF_CHECK_EQ(LARGE, info.write);
	ATF_CHECK_EQ(0, info.wbuffer);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f12_what_waits_for_a_connection_is_unsent);
ATF_TC_BODY(f12_what_waits_for_a_connection_is_unsent, tc)
{
	struct socket_info info;
	struct test_server *ts;
	int fd, id, listener, port;

	ts = test_server_create(TEST_STEP);
	listener = plain_listen(AF_INET, &port);
	resolver_hold();
	id = socket_server_connect(ts->server, TEST_OWNER, "localhost", port);
	ATF_REQUIRE(id > 0);
	ATF_CHECK_EQ(0, test_send(ts, id, "first", 5));
	ATF_CHECK_EQ(0, test_send_low(ts, id, "second", 6));
	resolver_await_held(1);
	info = info_of(ts, id);
	ATF_CHECK_EQ(SOCKET_INFO_TCP, info.type);
	ATF_CHECK_EQ(11, info.wbuffer);
	ATF_CHECK_EQ(0, info.write);
	ATF_CHECK_EQ(0, info.reading);
	ATF_CHECK_STREQ("", info.name);
	resolver_let_go();
	(void)expect_message(ts, SOCKET_OPEN, id);
	fd = plain_accept(listener);
	plain_expect(fd, "firstsecond", 11);
	expect_none(ts, 0);
	info = info_of(ts, id);
	ATF_CHECK_EQ(0, info.wbuffer);
	ATF_CHECK_EQ(11, info.write);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f12_shutdown_under_way_is_closing);
ATF_TC_BODY(f12_shutdown_under_way_is_closing, tc)
{
	struct socket_info info;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	ATF_CHECK_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	socket_server_shutdown(ts->server, TEST_OWNER, stream.id);
	expect_fence(ts);
	info = info_of(ts, stream.id);
	ATF_CHECK_EQ(SOCKET_INFO_CLOSING, info.type);
	ATF_CHECK_EQ(0, info.reading);
	ATF_CHECK(info.wbuffer > 0);
	plain_expect_pattern(stream.fd, 0, LARGE);
	plain_expect_end(stream.fd);
	while (expect_any_of(ts, stream.id)->type != SOCKET_CLOSE)
		continue;
	/* It may linger, but its id is gone. */
	ATF_CHECK(!test_info(ts, stream.id, &info));
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f12_udp);
ATF_TC_BODY(f12_udp, tc)
{
	struct socket_info info;
	struct test_server *ts;
	char text[64];
	int fd, id, own, port;

	ts = test_server_create(TEST_THREAD);
	fd = plain_udp(AF_INET, &port);
	id = socket_server_udp_dial(ts->server, TEST_OWNER, "127.0.0.1",
	    port);
	ATF_REQUIRE(id > 0);
	ATF_CHECK_EQ(0, test_send(ts, id, "four", 4));
	own = plain_udp_expect(fd, "four", 4);
	plain_udp_send(fd, own, "three", 5);
	(void)expect_message(ts, SOCKET_UDP, id);
	info = info_of(ts, id);
	ATF_CHECK_EQ(SOCKET_INFO_UDP, info.type);
	ATF_CHECK_EQ(1, info.reading);
	ATF_CHECK_EQ(4, info.write);
	ATF_CHECK_EQ(5, info.read);
	ATF_CHECK_EQ(0, info.wbuffer);
	(void)snprintf(text, sizeof(text), "127.0.0.1:%d", port);
	ATF_CHECK_STREQ(text, info.name);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f12_bound);
ATF_TC_BODY(f12_bound, tc)
{
	struct socket_info info;
	struct test_server *ts;
	int fd[2], id;

	ts = test_server_create(TEST_THREAD);
	plain_socketpair(fd);
	id = socket_server_bind(ts->server, TEST_OWNER, fd[0]);
	(void)expect_message(ts, SOCKET_OPEN, id);
	plain_write(fd[1], "abc", 3);
	expect_data(ts, id, "abc", 3);
	ATF_CHECK_EQ(0, test_send(ts, id, "wxyz", 4));
	info = info_of(ts, id);
	ATF_CHECK_EQ(SOCKET_INFO_BIND, info.type);
	ATF_CHECK_EQ(1, info.reading);
	ATF_CHECK_EQ(3, info.read);
	ATF_CHECK_EQ(4, info.write);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_server_release(ts);
}

struct looker {
	struct socket_server	*server;
	atomic_bool		 stop;
	atomic_int		 lists;
};

static void *
look_main(void *argument)
{
	struct looker *looker;

	looker = argument;
	while (!atomic_load(&looker->stop)) {
		socket_info_release(socket_server_info(looker->server));
		atomic_fetch_add(&looker->lists, 1);
	}
	return (NULL);
}

ATF_TC_WITHOUT_HEAD(f12_from_another_thread_while_sockets_come_and_go);
ATF_TC_BODY(f12_from_another_thread_while_sockets_come_and_go, tc)
{
	struct looker looker;
	struct test_server *ts;
	struct test_stream stream;
	pthread_t thread;
	int i;

	ts = test_server_create(TEST_THREAD);
	looker.server = ts->server;
	atomic_init(&looker.stop, false);
	atomic_init(&looker.lists, 0);
	ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, look_main, &looker));
	for (i = 0; i < 50 || atomic_load(&looker.lists) < 50; i++) {
		stream = test_connected(ts);
		plain_write(stream.fd, "x", 1);
		(void)expect_message(ts, SOCKET_DATA, stream.id);
		ATF_CHECK_EQ(0, test_send(ts, stream.id, "y", 1));
		test_close(ts, stream.id);
		plain_close(stream.fd);
	}
	atomic_store(&looker.stop, true);
	ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f12_empty_server_has_an_empty_list);
	ATF_TP_ADD_TC(tp, f12_create_and_release_a_list);
	ATF_TP_ADD_TC(tp, f12_listener);
	ATF_TP_ADD_TC(tp, f12_connection_counts_bytes_and_times);
	ATF_TP_ADD_TC(tp, f12_accepted_has_its_peer_s_name_and_new_owner);
	ATF_TP_ADD_TC(tp, f12_rest_of_a_direct_write_is_unsent);
	ATF_TP_ADD_TC(tp, f12_unsent_bytes_go_to_zero);
	ATF_TP_ADD_TC(tp, f12_what_waits_for_a_connection_is_unsent);
	ATF_TP_ADD_TC(tp, f12_shutdown_under_way_is_closing);
	ATF_TP_ADD_TC(tp, f12_udp);
	ATF_TP_ADD_TC(tp, f12_bound);
	ATF_TP_ADD_TC(tp, f12_from_another_thread_while_sockets_come_and_go);
	return (atf_no_error());
}
