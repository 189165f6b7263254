/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * After a shutdown: the linger of F-7.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "harness.h"

/* More than a kernel takes on both sides of a connection. */
#define BACKLOG	((size_t)24 * 1024 * 1024)
#define LINGER	5000			/* ms, of F-7 */

static void
shut(struct test_server *ts, int id)
{

	socket_server_shutdown(ts->server, TEST_OWNER, id);
}

/* CLOSE is the next of the id but for WARNINGs. */
static void
expect_close(struct test_server *ts, int id)
{

	while (expect_any_of(ts, id)->type == SOCKET_WARNING)
		continue;
	ATF_CHECK_MSG(ts->current->type == SOCKET_CLOSE, "%s",
	    test_message_name(ts->current->type));
}

/* Writes on and on until that fails: the peer who will not stop sending. */
static void *
pourer_main(void *argument)
{
	int *fd;
	char piece[4096];

	fd = argument;
	memset(piece, 'p', sizeof(piece));
	while (send(*fd, piece, sizeof(piece), MSG_NOSIGNAL) > 0)
		continue;
	return (NULL);
}

ATF_TC_WITHOUT_HEAD(f7_a_peer_that_still_sends_gets_all_of_it);
ATF_TC_BODY(f7_a_peer_that_still_sends_gets_all_of_it, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	pthread_t thread;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	socket_server_pause(ts->server, TEST_OWNER, stream.id);
	expect_fence(ts);
	ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, pourer_main,
	    &stream.fd));
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, BACKLOG));
	shut(ts, stream.id);
	/* Every byte and the end: a reset would fail the reading. */
	ATF_CHECK_EQ(BACKLOG, plain_pattern_until_end(stream.fd, 0));
	expect_close(ts, stream.id);
	expect_none(ts, stream.id);
	/* The peer's writing ends when the linger is over, not before 5 s. */
	ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_the_id_is_gone_while_it_lingers);
ATF_TC_BODY(f7_the_id_is_gone_while_it_lingers, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct socket_info info;
	int descriptors;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_accepted(ts);
	shut(ts, stream.id);
	expect_close(ts, stream.id);
	plain_expect_end(stream.fd);
	ATF_CHECK_EQ(-1, test_send(ts, stream.id, "x", 1));
	ATF_CHECK(!test_info(ts, stream.id, &info));
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	plain_write(stream.fd, "unheard", 7);
	expect_none(ts, stream.id);
	socket_server_start(ts->server, TEST_OWNER, stream.id);
	(void)expect_message(ts, SOCKET_ERR, stream.id);
	/* The peer ends, and so does the descriptor. */
	plain_end(stream.fd);
	expect_none(ts, stream.id);
	ATF_CHECK_EQ(descriptors + 1, descriptor_count());
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_the_linger_ends_after_five_seconds);
ATF_TC_BODY(f7_the_linger_ends_after_five_seconds, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct pollfd entry;
	int64_t begun;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	begun = monotonic_ms();
	shut(ts, stream.id);
	expect_close(ts, stream.id);
	/* The peer does not end; it writes, which draws a reset at last. */
	entry.fd = stream.fd;
	entry.events = 0;
	do {
		(void)send(stream.fd, "x", 1, MSG_NOSIGNAL);
		ATF_REQUIRE(monotonic_ms() - begun < LINGER + TEST_DEADLINE);
	} while (poll(&entry, 1, 50) == 0);
	ATF_CHECK_MSG(monotonic_ms() - begun >= LINGER - 500, "after %jd ms",
	    (intmax_t)(monotonic_ms() - begun));
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f1_release_does_not_wait_for_the_linger);
ATF_TC_BODY(f1_release_does_not_wait_for_the_linger, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int64_t begun;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	begun = monotonic_ms();
	shut(ts, stream.id);
	expect_close(ts, stream.id);
	test_server_keep(ts, stream.fd);
	test_server_release(ts);
	ATF_CHECK(monotonic_ms() - begun < LINGER);
	plain_close(stream.fd);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f7_a_peer_that_still_sends_gets_all_of_it);
	ATF_TP_ADD_TC(tp, f7_the_id_is_gone_while_it_lingers);
	ATF_TP_ADD_TC(tp, f7_the_linger_ends_after_five_seconds);
	ATF_TP_ADD_TC(tp, f1_release_does_not_wait_for_the_linger);
	return (atf_no_error());
}
