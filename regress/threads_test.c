/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Many threads at once: what they send arrives whole and in order.  What they
 * do besides is in threads_calls_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <pthread.h>
#include <stdatomic.h>

#include "channel.h"

#define WORKERS		CHANNEL_WRITERS
#define STREAMS		4		/* an even number */
#define MESSAGES	300		/* of one worker, to all streams */
#define ROUNDS		60

static void
send_to_all(struct crew_member *member)
{
	struct channel *channel;
	uint32_t i, number[STREAMS] = { 0 }, which;

	channel = member->argument;
	for (i = 0; i < MESSAGES; i++) {
		which = crew_random(member, STREAMS);
		if (channel_send(member, &channel[which],
		    number[which]++) != 0)
			crew_fault(member, "a send was refused");
		switch (crew_random(member, 12)) {
		case 0:
			socket_server_pause(channel->server, TEST_OWNER,
			    channel[which].stream.id);
			break;
		case 1:
			socket_server_start(channel->server, TEST_OWNER,
			    channel[which].stream.id);
			break;
		case 2:
			socket_server_nodelay(channel->server,
			    channel[which].stream.id);
			break;
		case 3:
			socket_info_release(
			    socket_server_info(channel->server));
			break;
		}
	}
}

static int
sent_on_all(struct channel *channel)
{
	int i, n;

	n = 0;
	for (i = 0; i < STREAMS; i++)
		n += atomic_load(&channel[i].sent);
	return (n);
}

ATF_TC_WITHOUT_HEAD(w1_many_threads_messages_are_whole_and_in_order);
ATF_TC_BODY(w1_many_threads_messages_are_whole_and_in_order, tc)
{
	static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	struct channel channel[STREAMS];
	struct test_server *ts;
	struct crew crew;
	int i;

	ts = test_server_create(TEST_THREAD);
	socket_server_userobject(ts->server, &channel_objects);
	ATF_REQUIRE_EQ(0, pthread_mutex_lock(&gate));
	for (i = 0; i < STREAMS; i += 2) {
		channel_connect(&channel[i], ts, &gate);
		channel_bind(&channel[i + 1], ts, &gate);
	}
	crew_start(&crew, WORKERS, send_to_all, channel);
	/* Nobody reads before queues have filled; then all goes on at once. */
	while (sent_on_all(channel) < WORKERS * MESSAGES / 2 &&
	    atomic_load(&crew.fault) == NULL)
		continue;
	ATF_REQUIRE_EQ(0, pthread_mutex_unlock(&gate));
	crew_join(&crew);
	for (i = 0; i < STREAMS; i++)
		socket_server_shutdown(ts->server, TEST_OWNER,
		    channel[i].stream.id);
	for (i = 0; i < STREAMS; i++) {
		while (expect_any_of(ts, channel[i].stream.id)->type !=
		    SOCKET_CLOSE)
			continue;
		channel_close(&channel[i], true);
	}
	test_server_release(ts);
}

static void
send_until_refused(struct crew_member *member)
{
	uint32_t number;

	for (number = 0; number < 100000; number++) {
		if (channel_send(member, member->argument, number) == -1)
			return;
	}
	crew_fault(member, "sends are taken for ever");
}

/* Finding 2: an end that comes while others send must come to an end. */
static void
end_in_flight(void (*end)(struct socket_server *, uintptr_t, int), bool all)
{
	struct channel channel;
	struct test_server *ts;
	struct crew crew;
	int i;

	ts = test_server_create(TEST_THREAD);
	socket_server_userobject(ts->server, &channel_objects);
	for (i = 0; i < ROUNDS; i++) {
		channel_connect(&channel, ts, NULL);
		crew_start(&crew, 3, send_until_refused, &channel);
		while (atomic_load(&channel.sent) < i)
			continue;
		end(ts->server, TEST_OWNER, channel.stream.id);
		while (expect_any_of(ts, channel.stream.id)->type !=
		    SOCKET_CLOSE)
			continue;
		crew_join(&crew);
		channel_close(&channel, all);
	}
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_shutdown_with_sends_in_flight);
ATF_TC_BODY(f7_shutdown_with_sends_in_flight, tc)
{

	end_in_flight(socket_server_shutdown, true);
}

ATF_TC_WITHOUT_HEAD(f7_close_with_sends_in_flight);
ATF_TC_BODY(f7_close_with_sends_in_flight, tc)
{

	end_in_flight(socket_server_close, false);
}

static void
send_some(struct crew_member *member)
{
	uint32_t number;

	for (number = 0; number < 50; number++) {
		if (channel_send(member, member->argument, number) == -1)
			crew_fault(member, "a send was refused");
	}
}

/* Finding 1: sends before the network thread knows of the connect. */
ATF_TC_WITHOUT_HEAD(f9_sends_before_a_connect_is_handled);
ATF_TC_BODY(f9_sends_before_a_connect_is_handled, tc)
{
	struct channel channel;
	struct test_server *ts;
	struct crew crew;
	int listener, port;

	ts = test_server_create(TEST_STEP);
	socket_server_userobject(ts->server, &channel_objects);
	listener = plain_listen(AF_INET, &port);
	channel_begin(&channel, ts, NULL);
	channel.stream.id = socket_server_connect(ts->server, TEST_OWNER,
	    "127.0.0.1", port);
	ATF_REQUIRE(channel.stream.id > 0);
	crew_start(&crew, WORKERS, send_some, &channel);
	crew_join(&crew);
	ATF_CHECK_EQ(50 * WORKERS, atomic_load(&channel.sent));
	/* So much is unsent that a WARNING may come before. */
	while (expect_any_of(ts, channel.stream.id)->type != SOCKET_OPEN)
		continue;
	channel.stream.fd = plain_accept(listener);
	channel_read(&channel);
	socket_server_shutdown(ts->server, TEST_OWNER, channel.stream.id);
	while (expect_any_of(ts, channel.stream.id)->type != SOCKET_CLOSE)
		continue;
	channel_close(&channel, true);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, w1_many_threads_messages_are_whole_and_in_order);
	ATF_TP_ADD_TC(tp, f7_shutdown_with_sends_in_flight);
	ATF_TP_ADD_TC(tp, f7_close_with_sends_in_flight);
	ATF_TP_ADD_TC(tp, f9_sends_before_a_connect_is_handled);
	return (atf_no_error());
}
