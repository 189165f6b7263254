/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Out of memory while sockets are at work; memory_trial.h tells how.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "memory_trial.h"
#include "plain_udp.h"
#include "skynet_malloc.h"

#define PIECE	30000

/*
 * Sending and receiving.
 */

static void
prepare_stream(struct trial *t)
{

	t->stream = test_connected(t->ts);
	pattern_fill(t->bytes, 0, LARGE);
}

/* Sends the next n bytes of the pattern, which stay the caller's. */
static void
send_next(struct trial *t, size_t n, bool low)
{
	struct socket_sendbuffer buffer;
	int result;

	buffer.id = t->stream.id;
	buffer.type = SOCKET_BUFFER_RAWPOINTER;
	buffer.buffer = t->bytes + t->sent;
	buffer.sz = n;
	result = low ? socket_server_send_lowpriority(t->ts->server,
	    &buffer) : socket_server_send(t->ts->server, &buffer);
	if (result == 0)
		t->sent += n;
}

static void
act_send(struct trial *t)
{
	int i;

	send_next(t, LARGE / 2, false);
	for (i = 0; i < 5; i++)
		send_next(t, 1000, false);
	for (i = 0; i < 5; i++)
		send_next(t, 1000, true);
}

/* What was taken arrives; or the socket has failed, and a part does. */
static void
finish_send(struct trial *t)
{
	const struct test_message *message;
	size_t come;
	bool broken;

	socket_server_shutdown(t->ts->server, TEST_OWNER, t->stream.id);
	come = plain_pattern_until_end(t->stream.fd, 0);
	broken = false;
	do {
		message = expect_any_of(t->ts, t->stream.id);
		if (message->type == SOCKET_ERR)
			broken = true;
	} while (message->type != SOCKET_CLOSE);
	if (broken)
		ATF_CHECK(come <= t->sent);
	else
		ATF_CHECK_EQ(t->sent, come);
	expect_none(t->ts, t->stream.id);
}

ATF_TC_WITHOUT_HEAD(e2_send);
ATF_TC_BODY(e2_send, tc)
{
	const struct scenario scenario = { TEST_THREAD, prepare_stream,
	    act_send, finish_send };

	memory_try_all(&scenario);
}

/* Bytes come in pieces, of which each is written when the last has come. */
static void
act_receive(struct trial *t)
{
	const struct test_message *message;
	size_t come, due;
	int i;

	come = due = 0;
	for (i = 0; i < 8; i++) {
		plain_write(t->stream.fd, t->bytes + due, PIECE);
		for (due += PIECE; come < due; come += (size_t)message->ud) {
			message = expect_any_of(t->ts, t->stream.id);
			t->outcome = message->type;
			if (t->outcome == SOCKET_ERR)
				return;
			ATF_REQUIRE_EQ(SOCKET_DATA, t->outcome);
			ATF_CHECK_EQ((size_t)message->ud, pattern_check(
			    message->data, come, (size_t)message->ud));
		}
	}
}

static void
finish_receive(struct trial *t)
{

	if (t->outcome == SOCKET_ERR) {
		(void)expect_message_of(t->ts, t->stream.id, SOCKET_CLOSE);
		ATF_CHECK_EQ(-1, test_send(t->ts, t->stream.id, "x", 1));
	}
	expect_none(t->ts, t->stream.id);
}

ATF_TC_WITHOUT_HEAD(e2_receive);
ATF_TC_BODY(e2_receive, tc)
{
	const struct scenario scenario = { TEST_STEP, prepare_stream,
	    act_receive, finish_receive };

	memory_try_all(&scenario);
}

static void
prepare_datagrams(struct trial *t)
{

	t->stream.fd = plain_udp(AF_INET, &t->port);
	t->stream.id = socket_server_udp_dial(t->ts->server, TEST_OWNER,
	    "127.0.0.1", t->port);
	ATF_REQUIRE_EQ(0, test_send(t->ts, t->stream.id, "hello", 5));
	t->port = plain_udp_expect(t->stream.fd, "hello", 5);
}

static void
act_datagrams(struct trial *t)
{
	int i;

	for (i = 0; i < 3; i++) {
		plain_udp_send(t->stream.fd, t->port, "datagram", 8);
		t->outcome = expect_any_of(t->ts, t->stream.id)->type;
		if (t->outcome != SOCKET_UDP)
			return;
		send_next(t, 100, false);
	}
}

ATF_TC_WITHOUT_HEAD(e2_datagrams);
ATF_TC_BODY(e2_datagrams, tc)
{
	const struct scenario scenario = { TEST_STEP, prepare_datagrams,
	    act_datagrams, finish_receive };

	memory_try_all(&scenario);
}

/*
 * Calls that only command.
 */

static void
act_commands(struct trial *t)
{
	int i;

	/* More than any list of commands has room for without growing. */
	for (i = 0; i < 300; i++)
		socket_server_nodelay(t->ts->server, t->stream.id);
	for (i = 0; i < 300; i++)
		socket_server_pause(t->ts->server, TEST_OWNER, t->stream.id);
}

static void
finish_commands(struct trial *t)
{

	test_start(t->ts, t->stream.id);
	plain_write(t->stream.fd, "heard", 5);
	expect_data(t->ts, t->stream.id, "heard", 5);
	test_close(t->ts, t->stream.id);
}

ATF_TC_WITHOUT_HEAD(e2_commands);
ATF_TC_BODY(e2_commands, tc)
{
	const struct scenario scenario = { TEST_STEP, prepare_stream,
	    act_commands, finish_commands };

	memory_try_all(&scenario);
}

/* Leaves no room for a further command without an allocation. */
static void
fill_commands(struct test_server *ts, int id)
{
	int lines;

	lines = error_count();
	memory_fail_from(1);
	while (error_count() == lines)
		socket_server_nodelay(ts->server, id);
	(void)memory_fail_end();
}

ATF_TC_WITHOUT_HEAD(e2_exit_needs_no_memory);
ATF_TC_BODY(e2_exit_needs_no_memory, tc)
{
	struct test_server *ts;

	ts = test_server_create(TEST_STEP);
	fill_commands(ts, 1);
	memory_fail_from(1);
	test_server_exit(ts);
	(void)memory_fail_end();
	test_server_release(ts);
}

struct reader {
	int			fd;		/* fixed */
	_Atomic size_t		come;		/* bytes of the pattern */
};

/* Reads LARGE bytes; not the case's thread. */
static void *
read_main(void *argument)
{
	static char piece[PIECE];
	struct reader *reader;
	size_t come;
	ssize_t n;

	reader = argument;
	for (come = 0; come < LARGE; come += (size_t)n) {
		n = read(reader->fd, piece, sizeof(piece));
		if (n <= 0 || pattern_check(piece, come, (size_t)n) !=
		    (size_t)n)
			break;
		atomic_fetch_add(&reader->come, (size_t)n);
	}
	return (NULL);
}

/* What a send has queued leaves, although nobody could be asked to send it. */
ATF_TC_WITHOUT_HEAD(e2_queued_data_is_not_forgotten);
ATF_TC_BODY(e2_queued_data_is_not_forgotten, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct socket_sendbuffer buffer;
	struct reader reader;
	pthread_t thread;
	int64_t until;
	char *bytes;
	int result;

	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	bytes = skynet_malloc(LARGE);
	ATF_REQUIRE(bytes != NULL);
	pattern_fill(bytes, 0, LARGE);
	buffer.id = stream.id;
	buffer.type = SOCKET_BUFFER_MEMORY;
	buffer.buffer = bytes;
	buffer.sz = LARGE;
	fill_commands(ts, stream.id);
	memory_fail_from(2);		/* one for the rest of the message */
	result = socket_server_send(ts->server, &buffer);
	ATF_CHECK(memory_fail_end());
	ATF_REQUIRE_EQ(0, result);
	reader.fd = stream.fd;
	atomic_init(&reader.come, 0);
	ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, read_main, &reader));
	/* The fences turn the poll, and ask nothing of this socket. */
	until = monotonic_ms() + TEST_DEADLINE;
	while (atomic_load(&reader.come) < LARGE && monotonic_ms() < until)
		expect_fence(ts);
	ATF_REQUIRE_EQ(LARGE, atomic_load(&reader.come));
	ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
	plain_close(stream.fd);
	test_server_release(ts);
}

/* A list is whole or short, never broken. */
ATF_TC_WITHOUT_HEAD(e2_info);
ATF_TC_BODY(e2_info, tc)
{
	struct socket_info *each, *list;
	struct test_server *ts;
	struct test_stream stream;
	long n;
	int count;

	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	ATF_REQUIRE(socket_server_udp(ts->server, TEST_OWNER, NULL, 0) > 0);
	for (n = 1; n < TRIALS; n++) {
		memory_fail_from(n);
		list = socket_server_info(ts->server);
		count = 0;
		for (each = list; each != NULL; each = each->next)
			count += each->id > 0 ? 1 : 0;
		socket_info_release(list);
		if (!memory_fail_end())
			break;
		ATF_CHECK_EQ(n - 1, count);
	}
	ATF_CHECK_EQ(2, count);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, e2_send);
	ATF_TP_ADD_TC(tp, e2_receive);
	ATF_TP_ADD_TC(tp, e2_datagrams);
	ATF_TP_ADD_TC(tp, e2_commands);
	ATF_TP_ADD_TC(tp, e2_exit_needs_no_memory);
	ATF_TP_ADD_TC(tp, e2_queued_data_is_not_forgotten);
	ATF_TP_ADD_TC(tp, e2_info);
	return (atf_no_error());
}
