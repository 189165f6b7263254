/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "skynet_malloc.h"

#define BODY_MAX	60000

/* A message on the wire; length bytes follow, all of them the fill. */
struct record {
	uint32_t	length;
	uint32_t	number;		/* of the worker's to this stream */
	uint8_t		worker;
	uint8_t		low;
	uint8_t		fill;
	uint8_t		end;		/* 1 */
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
	if (record.length > BODY_MAX || record.worker >= CHANNEL_WRITERS ||
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

void
channel_begin(struct channel *channel, struct test_server *ts,
    pthread_mutex_t *gate)
{

	memset(channel, 0, sizeof(*channel));
	channel->server = ts->server;
	channel->gate = gate;
	channel->own = -1;
	atomic_init(&channel->sent, 0);
}

void
channel_read(struct channel *channel)
{

	ATF_REQUIRE_EQ(0, pthread_create(&channel->reader, NULL, reader_main,
	    channel));
}

void
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

void
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

void
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

struct socket_object_interface channel_objects = {
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

int
channel_send(struct crew_member *member, struct channel *channel,
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
