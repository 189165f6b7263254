/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Many threads at once that open, pause, start, end and look, each as it
 * likes.  What they send is in threads_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "crew.h"
#include "harness.h"
#include "sink.h"
#include "skynet_malloc.h"

#define WORKERS		6
#define OWN		60		/* sockets that each worker opens */
#define STEPS		20		/* of a worker on each of them */

/* What the workers share. */
struct stage {
	struct socket_server	*server;	/* fixed */
	int			 port;		/* fixed: of the sink */
	atomic_int		 shown[WORKERS];	/* for others to use */
	atomic_int		 id[WORKERS * OWN];	/* all, in any order */
	atomic_int		 ids;
};

static void
send_small(struct stage *stage, int id, bool low)
{
	struct socket_sendbuffer buffer;
	void *bytes;

	bytes = skynet_malloc(100);
	if (bytes == NULL)
		abort();
	memset(bytes, 'x', 100);
	buffer.id = id;
	buffer.type = SOCKET_BUFFER_MEMORY;
	buffer.buffer = bytes;
	buffer.sz = 100;
	if (low)
		(void)socket_server_send_lowpriority(stage->server, &buffer);
	else
		(void)socket_server_send(stage->server, &buffer);
}

/* Something to one's own socket or another's, which may be gone. */
static void
meddle(struct crew_member *member, struct stage *stage, int id)
{

	switch (crew_random(member, 12)) {
	case 0:
		socket_server_pause(stage->server, TEST_OWNER, id);
		break;
	case 1:
		socket_server_nodelay(stage->server, id);
		break;
	case 2:
		socket_info_release(socket_server_info(stage->server));
		break;
	case 3:
		if (crew_random(member, 8) == 0)
			socket_server_close(stage->server, TEST_OWNER, id);
		break;
	case 4:
		if (crew_random(member, 8) == 0)
			socket_server_shutdown(stage->server, TEST_OWNER, id);
		break;
	case 5:
		socket_server_updatetime(stage->server, member->random);
		break;
	case 6:
	case 7:
		send_small(stage, id, true);
		break;
	default:
		send_small(stage, id, false);
		break;
	}
}

static int
open_one(struct crew_member *member, struct stage *stage)
{

	switch (crew_random(member, 6)) {
	case 0:
		return (socket_server_udp(stage->server, TEST_OWNER, NULL,
		    0));
	case 1:
		return (socket_server_udp_dial(stage->server, TEST_OWNER,
		    "127.0.0.1", stage->port));
	case 2:
		return (socket_server_listen(stage->server, TEST_OWNER,
		    "127.0.0.1", 0, 4));
	case 3:
		return (socket_server_connect(stage->server, TEST_OWNER,
		    "localhost", stage->port));
	default:
		return (socket_server_connect(stage->server, TEST_OWNER,
		    "127.0.0.1", stage->port));
	}
}

static void
live(struct crew_member *member)
{
	struct stage *stage;
	int i, id, step;

	stage = member->argument;
	for (i = 0; i < OWN; i++) {
		id = open_one(member, stage);
		if (id <= 0) {
			crew_fault(member, "no socket");
			return;
		}
		atomic_store(&stage->id[atomic_fetch_add(&stage->ids, 1)],
		    id);
		socket_server_start(stage->server, TEST_OWNER, id);
		atomic_store(&stage->shown[member->number], id);
		for (step = 0; step < STEPS; step++)
			meddle(member, stage, atomic_load(
			    &stage->shown[crew_random(member, WORKERS)]));
		if (crew_random(member, 2) == 0)
			socket_server_close(stage->server, TEST_OWNER, id);
		else
			socket_server_shutdown(stage->server, TEST_OWNER, id);
	}
}

static void
stage_set(struct stage *stage, struct socket_server *server, int port)
{

	memset(stage, 0, sizeof(*stage));
	stage->server = server;
	stage->port = port;
}

/* One CLOSE of each id and nothing after it; all connects have succeeded. */
static void
require_ends(struct test_server *ts, struct stage *stage)
{
	struct socket_info info;
	int i, id;

	for (i = 0; i < atomic_load(&stage->ids); i++) {
		id = atomic_load(&stage->id[i]);
		while (expect_any_of(ts, id)->type != SOCKET_CLOSE)
			continue;
	}
	expect_none(ts, 0);
	for (i = 0; i < atomic_load(&stage->ids); i++)
		ATF_CHECK(!test_info(ts, atomic_load(&stage->id[i]), &info));
}

ATF_TC_WITHOUT_HEAD(t2_sockets_of_many_threads_end_once_each);
ATF_TC_BODY(t2_sockets_of_many_threads_end_once_each, tc)
{
	struct test_server *ts;
	struct stage stage;
	struct sink sink;
	struct crew crew;

	ATF_REQUIRE_EQ(0, resolver_calls());
	ts = test_server_create(TEST_THREAD);
	sink_open(&sink);
	stage_set(&stage, ts->server, sink.port);
	crew_start(&crew, WORKERS, live, &stage);
	crew_join(&crew);
	ATF_CHECK_EQ(WORKERS * OWN, atomic_load(&stage.ids));
	require_ends(ts, &stage);
	sink_close(&sink);
	test_server_release(ts);
}

/* All calls return while nobody polls; then all that was asked happens. */
ATF_TC_WITHOUT_HEAD(t2_no_call_waits_for_the_network_thread);
ATF_TC_BODY(t2_no_call_waits_for_the_network_thread, tc)
{
	struct test_server *ts;
	struct stage stage;
	struct sink sink;
	struct crew crew;

	ATF_REQUIRE_EQ(0, resolver_calls());
	ts = test_server_create(TEST_STEP);
	sink_open(&sink);
	stage_set(&stage, ts->server, sink.port);
	crew_start(&crew, WORKERS, live, &stage);
	crew_join(&crew);
	ATF_CHECK_EQ(WORKERS * OWN, atomic_load(&stage.ids));
	require_ends(ts, &stage);
	sink_close(&sink);
	test_server_release(ts);
}

/* Large sends with a peer that reads nothing, and nobody who polls. */
static void
send_much(struct crew_member *member)
{
	struct socket_sendbuffer buffer;
	struct stage *stage;
	void *bytes;
	int i;

	stage = member->argument;
	for (i = 0; i < 5; i++) {
		bytes = skynet_malloc(1000000);
		if (bytes == NULL)
			abort();
		memset(bytes, i, 1000000);
		buffer.id = atomic_load(&stage->shown[0]);
		buffer.type = SOCKET_BUFFER_MEMORY;
		buffer.buffer = bytes;
		buffer.sz = 1000000;
		if (socket_server_send(stage->server, &buffer) == -1)
			crew_fault(member, "a send was refused");
	}
}

ATF_TC_WITHOUT_HEAD(t2_large_sends_do_not_wait_for_the_peer);
ATF_TC_BODY(t2_large_sends_do_not_wait_for_the_peer, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct stage stage;
	struct crew crew;
	struct socket_info info;

	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	stage_set(&stage, ts->server, 0);
	atomic_store(&stage.shown[0], stream.id);
	crew_start(&crew, WORKERS, send_much, &stage);
	crew_join(&crew);
	ATF_REQUIRE(test_info(ts, stream.id, &info));
	ATF_CHECK_EQ(WORKERS * 5 * 1000000,
	    info.write + (uint64_t)info.wbuffer);
	plain_close(stream.fd);
	test_server_release(ts);
}

/* The exit comes in the midst; calls after it do no harm. */
ATF_TC_WITHOUT_HEAD(t1_exit_while_others_call);
ATF_TC_BODY(t1_exit_while_others_call, tc)
{
	struct test_server *ts;
	struct stage stage;
	struct sink sink;
	struct crew crew;
	int i;

	ATF_REQUIRE_EQ(0, resolver_calls());
	for (i = 0; i < 5; i++) {
		ts = test_server_create(TEST_THREAD);
		sink_open(&sink);
		stage_set(&stage, ts->server, sink.port);
		crew_start(&crew, WORKERS, live, &stage);
		while (atomic_load(&stage.ids) < (i + 1) * OWN)
			continue;
		test_server_exit(ts);
		crew_join(&crew);
		sink_close(&sink);
		test_server_release(ts);
	}
}

#define ORDERED	1000

/* Each pair of commands leaves reading open, if their order is kept. */
static void
command_in_order(struct crew_member *member)
{
	struct stage *stage;
	int i, id;

	stage = member->argument;
	id = atomic_load(&stage->shown[member->number]);
	for (i = 0; i < ORDERED; i++) {
		socket_server_pause(stage->server, TEST_OWNER, id);
		socket_server_start(stage->server, TEST_OWNER, id);
	}
	socket_server_close(stage->server, TEST_OWNER, id);
}

ATF_TC_WITHOUT_HEAD(t1_commands_of_a_thread_keep_their_order);
ATF_TC_BODY(t1_commands_of_a_thread_keep_their_order, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream[WORKERS];
	struct stage stage;
	struct crew crew;
	int i, opens;

	ts = test_server_create(TEST_THREAD);
	stage_set(&stage, ts->server, 0);
	for (i = 0; i < WORKERS; i++) {
		stream[i] = test_connected(ts);
		atomic_store(&stage.shown[i], stream[i].id);
	}
	crew_start(&crew, WORKERS, command_in_order, &stage);
	crew_join(&crew);
	for (i = 0; i < WORKERS; i++) {
		for (opens = 0;; opens++) {
			message = expect_any_of(ts, stream[i].id);
			if (message->type == SOCKET_CLOSE)
				break;
			ATF_CHECK_EQ(SOCKET_OPEN, message->type);
		}
		ATF_CHECK_EQ(ORDERED, opens);
		plain_close(stream[i].fd);
	}
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, t2_sockets_of_many_threads_end_once_each);
	ATF_TP_ADD_TC(tp, t2_no_call_waits_for_the_network_thread);
	ATF_TP_ADD_TC(tp, t2_large_sends_do_not_wait_for_the_peer);
	ATF_TP_ADD_TC(tp, t1_exit_while_others_call);
	ATF_TP_ADD_TC(tp, t1_commands_of_a_thread_keep_their_order);
	return (atf_no_error());
}
