/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Sending: F-9, W-1, W-2.  For the warnings see warning_test.c, for whose the
 * buffers are buffer_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "skynet_malloc.h"

#define LARGE	((size_t)24 * 1024 * 1024)

static int
send_raw(struct test_server *ts, int id, const void *bytes, size_t n)
{
	struct socket_sendbuffer buffer;

	buffer.id = id;
	buffer.type = SOCKET_BUFFER_RAWPOINTER;
	buffer.buffer = bytes;
	buffer.sz = n;
	return (socket_server_send(ts->server, &buffer));
}

ATF_TC_WITHOUT_HEAD(w2_written_at_once_by_the_caller);
ATF_TC_BODY(w2_written_at_once_by_the_caller, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	size_t blocks;

	/* Nobody polls, and the bytes are there. */
	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	blocks = memory_blocks();
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "at once", 7));
	plain_expect(stream.fd, "at once", 7);
	ATF_CHECK_EQ(0, test_send_low(ts, stream.id, "low too", 7));
	plain_expect(stream.fd, "low too", 7);
	ATF_CHECK_EQ(0, send_raw(ts, stream.id, "raw", 3));
	plain_expect(stream.fd, "raw", 3);
	ATF_CHECK_EQ(blocks, memory_blocks());
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w2_at_once_on_an_accepted_one);
ATF_TC_BODY(w2_at_once_on_an_accepted_one, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int i;

	ts = test_server_create(TEST_STEP);
	stream = test_accepted(ts);
	for (i = 0; i < 100; i++) {
		ATF_CHECK_EQ(0, test_send(ts, stream.id, &i, sizeof(i)));
		plain_expect(stream.fd, &i, sizeof(i));
	}
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w2_the_rest_by_the_network_thread);
ATF_TC_BODY(w2_the_rest_by_the_network_thread, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	plain_expect_pattern(stream.fd, 0, LARGE);
	/* Idle again. */
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "on", 2));
	plain_expect(stream.fd, "on", 2);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f9_on_a_connecting_one_it_waits);
ATF_TC_BODY(f9_on_a_connecting_one_it_waits, tc)
{
	struct test_server *ts;
	int fd, id, listener, port;

	ts = test_server_create(TEST_STEP);
	listener = plain_listen(AF_INET, &port);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	ATF_CHECK_EQ(0, test_send(ts, id, "first ", 6));
	ATF_CHECK_EQ(0, test_send(ts, id, "second", 6));
	(void)expect_message(ts, SOCKET_OPEN, id);
	fd = plain_accept(listener);
	expect_fence(ts);
	plain_expect(fd, "first second", 12);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f9_on_an_accepted_one_before_start);
ATF_TC_BODY(f9_on_an_accepted_one_before_start, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	stream = test_accept(ts, listener, port);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "welcome", 7));
	plain_expect(stream.fd, "welcome", 7);
	ATF_CHECK_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	plain_expect_pattern(stream.fd, 0, LARGE);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w1_high_before_low);
ATF_TC_BODY(w1_high_before_low, tc)
{
	struct test_server *ts;
	int fd, id, listener, port;

	/* All of it waits for the connection, then leaves in its order. */
	ts = test_server_create(TEST_STEP);
	listener = plain_listen(AF_INET, &port);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	ATF_CHECK_EQ(0, test_send_low(ts, id, "low1", 4));
	ATF_CHECK_EQ(0, test_send(ts, id, "HIGH1", 5));
	ATF_CHECK_EQ(0, test_send_low(ts, id, "low2", 4));
	ATF_CHECK_EQ(0, test_send(ts, id, "HIGH2", 5));
	(void)expect_message(ts, SOCKET_OPEN, id);
	fd = plain_accept(listener);
	expect_fence(ts);
	plain_expect(fd, "HIGH1HIGH2low1low2", 18);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w1_what_has_begun_is_finished_first);
ATF_TC_BODY(w1_what_has_begun_is_finished_first, tc)
{
	struct socket_sendbuffer buffer;
	struct test_server *ts;
	struct test_stream stream;
	char *bytes;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	bytes = skynet_malloc(LARGE);
	ATF_REQUIRE(bytes != NULL);
	pattern_fill(bytes, 0, LARGE);
	buffer.id = stream.id;
	buffer.type = SOCKET_BUFFER_MEMORY;
	buffer.buffer = bytes;
	buffer.sz = LARGE;
	ATF_REQUIRE_EQ(0, socket_server_send_lowpriority(ts->server,
	    &buffer));
	ATF_REQUIRE_EQ(0, test_send_low(ts, stream.id, "low", 3));
	ATF_REQUIRE_EQ(0, test_send(ts, stream.id, "HIGH", 4));
	plain_expect_pattern(stream.fd, 0, LARGE);
	plain_expect(stream.fd, "HIGHlow", 7);
	plain_close(stream.fd);
	test_server_release(ts);
}

#define SENDERS		4
#define NUMBERS		1000

struct sender {
	struct test_server	*ts;
	int			 id;
	int			 number;
	pthread_t		 thread;
};

struct record {
	int	sender;
	int	number;
	char	padding[8000];	/* enough for writes to be cut */
};

static void *
sender_main(void *argument)
{
	struct sender *sender;
	struct record record;
	int i;

	sender = argument;
	memset(&record, sender->number, sizeof(record));
	record.sender = sender->number;
	for (i = 0; i < NUMBERS; i++) {
		record.number = i;
		if (test_send(sender->ts, sender->id, &record,
		    sizeof(record)) == -1)
			abort();
	}
	return (NULL);
}

ATF_TC_WITHOUT_HEAD(w1_each_threads_order_is_kept);
ATF_TC_BODY(w1_each_threads_order_is_kept, tc)
{
	struct sender senders[SENDERS];
	struct record record;
	struct test_server *ts;
	struct test_stream stream;
	int expected[SENDERS], i;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	for (i = 0; i < SENDERS; i++) {
		expected[i] = 0;
		senders[i].ts = ts;
		senders[i].id = stream.id;
		senders[i].number = i;
		ATF_REQUIRE_EQ(0, pthread_create(&senders[i].thread, NULL,
		    sender_main, &senders[i]));
	}
	for (i = 0; i < SENDERS * NUMBERS; i++) {
		plain_read(stream.fd, &record, sizeof(record));
		ATF_REQUIRE(record.sender >= 0 && record.sender < SENDERS);
		ATF_REQUIRE_EQ(expected[record.sender], record.number);
		ATF_REQUIRE_EQ(record.sender, record.padding[0]);
		ATF_REQUIRE_EQ(record.sender, record.padding[7999]);
		expected[record.sender]++;
	}
	for (i = 0; i < SENDERS; i++)
		ATF_REQUIRE_EQ(0, pthread_join(senders[i].thread, NULL));
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, w2_written_at_once_by_the_caller);
	ATF_TP_ADD_TC(tp, w2_at_once_on_an_accepted_one);
	ATF_TP_ADD_TC(tp, w2_the_rest_by_the_network_thread);
	ATF_TP_ADD_TC(tp, f9_on_a_connecting_one_it_waits);
	ATF_TP_ADD_TC(tp, f9_on_an_accepted_one_before_start);
	ATF_TP_ADD_TC(tp, w1_high_before_low);
	ATF_TP_ADD_TC(tp, w1_what_has_begun_is_finished_first);
	ATF_TP_ADD_TC(tp, w1_each_threads_order_is_kept);
	return (atf_no_error());
}
