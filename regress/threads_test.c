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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crew.h"
#include "harness.h"
#include "skynet_malloc.h"

#define WORKERS		6
#define STREAMS		4		/* an even number */
#define MESSAGES	300		/* of one worker, to all streams */
#define BODY_MAX	60000
#define ROUNDS		60

/* A message on the wire; length bytes follow, all of them the fill. */
struct record {
	uint32_t	length;
	uint32_t	number;		/* of the worker's to this stream */
	uint8_t		worker;
	uint8_t		low;
	uint8_t		fill;
	uint8_t		end;		/* 1 */
};

/* A stream and what its peer has read. */
struct channel {
	struct socket_server	*server;	/* fixed */
	struct test_stream	 stream;	/* fixed */
	int			 own;		/* fixed: bound, or -1 */
	pthread_t		 reader;	/* fixed */
	pthread_mutex_t		*gate;		/* fixed: to pass first */
	atomic_int		 sent;		/* messages that were taken */
	/* The reader, then whoever has joined it: */
	int			 received;
	uint32_t		 next[WORKERS][2];
	const char		*fault;
};

/* Reads exactly n bytes; false at the end, or after an error. */
static bool
read_all(int fd, void *bytes, size_t n)
{
	char *next;
	ssize_t come;

	for (next = bytes; n > 0; next += come, n -= (size_t)come) {
		come = read(fd, next, n);
		if (come <= 0)
			return (false);
	}
	return (true);
}

/* One message; a fault, or NULL.  Sets ended at the end of file. */
static const char *
read_record(struct channel *channel, bool *ended)
{
	static _Thread_local char body[BODY_MAX];
	struct record record;
	uint32_t i, *next;

	*ended = !read_all(channel->stream.fd, &record, sizeof(record));
	if (*ended)
		return (NULL);
	if (record.length > BODY_MAX || record.worker >= WORKERS ||
	    record.low > 1 || record.end != 1)
		return ("a message begins within another");
	if (!read_all(channel->stream.fd, body, record.length))
		return ("a message is not whole");
	for (i = 0; i < record.length; i++) {
		if ((uint8_t)body[i] != record.fill)
			return ("a message lies within another");
	}
	/* A number may be missing where a send was refused, not go back. */
	next = &channel->next[record.worker][record.low];
	if (record.number < *next)
		return ("messages of one thread have changed places");
	*next = record.number + 1;
	channel->received++;
	return (NULL);
}

static void *
reader_main(void *argument)
{
	struct channel *channel;
	bool ended;
	char unused;

	channel = argument;
	if (channel->gate != NULL) {
		(void)pthread_mutex_lock(channel->gate);
		(void)pthread_mutex_unlock(channel->gate);
	}
	do {
		channel->fault = read_record(channel, &ended);
	} while (channel->fault == NULL && !ended);
	/* Whoever writes shall come to an end, so that the fault is told. */
	while (!ended && read(channel->stream.fd, &unused, 1) > 0)
		continue;
	return (NULL);
}

static void
channel_begin(struct channel *channel, struct test_server *ts,
    pthread_mutex_t *gate)
{

	memset(channel, 0, sizeof(*channel));
	channel->server = ts->server;
	channel->gate = gate;
	channel->own = -1;
	atomic_init(&channel->sent, 0);
}

static void
channel_read(struct channel *channel)
{

	ATF_REQUIRE_EQ(0, pthread_create(&channel->reader, NULL, reader_main,
	    channel));
}

/* A connection that takes little at once: messages are cut, queues fill. */
static void
channel_connect(struct channel *channel, struct test_server *ts,
    pthread_mutex_t *gate)
{
	int id, listener, port;

	channel_begin(channel, ts, gate);
	listener = plain_listen_narrow(&port);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	(void)expect_message_of(ts, id, SOCKET_OPEN);
	test_start(ts, id);
	channel->stream.id = id;
	channel->stream.fd = plain_accept(listener);
	plain_close(listener);
	channel_read(channel);
}

/* Likewise a bound one, which takes less still. */
static void
channel_bind(struct channel *channel, struct test_server *ts,
    pthread_mutex_t *gate)
{
	int fd[2];

	channel_begin(channel, ts, gate);
	plain_socketpair(fd);
	channel->own = fd[0];
	channel->stream.fd = fd[1];
	channel->stream.id = socket_server_bind(ts->server, TEST_OWNER,
	    fd[0]);
	ATF_REQUIRE(channel->stream.id > 0);
	(void)expect_message_of(ts, channel->stream.id, SOCKET_OPEN);
	channel_read(channel);
}

/* After the library's side has ended.  All that was taken has come. */
static void
channel_close(struct channel *channel, bool all)
{

	if (channel->own != -1)
		plain_close(channel->own);
	ATF_REQUIRE_EQ(0, pthread_join(channel->reader, NULL));
	ATF_REQUIRE_MSG(channel->fault == NULL ||
	    (!all && strstr(channel->fault, "not whole") != NULL), "%s",
	    channel->fault);
	if (all)
		ATF_CHECK_EQ(atomic_load(&channel->sent), channel->received);
	else
		ATF_CHECK(channel->received <= atomic_load(&channel->sent));
	plain_close(channel->stream.fd);
}

static void *
record_create(struct crew_member *member, uint32_t number, bool low,
    size_t *size)
{
	struct record record;
	char *bytes;

	/* Mostly small, some larger than what is written at once. */
	record.length = crew_random(member,
	    crew_random(member, 10) == 0 ? BODY_MAX : 60);
	record.number = number;
	record.worker = (uint8_t)member->number;
	record.low = low ? 1 : 0;
	record.fill = (uint8_t)crew_random(member, 256);
	record.end = 1;
	*size = sizeof(record) + record.length;
	bytes = skynet_malloc(*size);
	if (bytes == NULL)
		abort();
	memcpy(bytes, &record, sizeof(record));
	memset(bytes + sizeof(record), record.fill, record.length);
	return (bytes);
}

/* A user's object. */
struct object {
	size_t	size;
	void	*bytes;
};

static const void *
object_buffer(const void *object)
{

	return (((const struct object *)object)->bytes);
}

static size_t
object_size(const void *object)
{

	return (((const struct object *)object)->size);
}

static void
object_free(void *object)
{

	skynet_free(((struct object *)object)->bytes);
	skynet_free(object);
}

static struct socket_object_interface object_interface = {
	object_buffer, object_size, object_free
};

static const void *
object_create(void *bytes, size_t size)
{
	struct object *object;

	object = skynet_malloc(sizeof(*object));
	if (object == NULL)
		abort();
	object->bytes = bytes;
	object->size = size;
	return (object);
}

/* Sends one message in one of all ways; the call's result. */
static int
send_record(struct crew_member *member, struct channel *channel,
    uint32_t number)
{
	struct socket_sendbuffer buffer;
	void *bytes;
	size_t size;
	bool low;
	int result;

	low = crew_random(member, 3) == 0;
	bytes = record_create(member, number, low, &size);
	buffer.id = channel->stream.id;
	buffer.type = (int)crew_random(member, 3);
	buffer.buffer = bytes;
	buffer.sz = size;
	if (buffer.type == SOCKET_BUFFER_OBJECT) {
		buffer.buffer = object_create(bytes, size);
		buffer.sz = 0;
	}
	result = low ?
	    socket_server_send_lowpriority(channel->server, &buffer) :
	    socket_server_send(channel->server, &buffer);
	if (buffer.type == SOCKET_BUFFER_RAWPOINTER) {
		memset(bytes, 0xee, size);
		skynet_free(bytes);
	}
	if (result == 0)
		atomic_fetch_add(&channel->sent, 1);
	return (result);
}

static void
send_to_all(struct crew_member *member)
{
	struct channel *channel;
	uint32_t i, number[STREAMS] = { 0 }, which;

	channel = member->argument;
	for (i = 0; i < MESSAGES; i++) {
		which = crew_random(member, STREAMS);
		if (send_record(member, &channel[which],
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
	socket_server_userobject(ts->server, &object_interface);
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
		if (send_record(member, member->argument, number) == -1)
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
	socket_server_userobject(ts->server, &object_interface);
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
		if (send_record(member, member->argument, number) == -1)
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
	socket_server_userobject(ts->server, &object_interface);
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
