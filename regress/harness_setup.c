/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "skynet_malloc.h"

void
test_start(struct test_server *ts, int id)
{

	socket_server_start(ts->server, TEST_OWNER, id);
	(void)expect_message_of(ts, id, SOCKET_OPEN);
}

void
test_close(struct test_server *ts, int id)
{

	socket_server_close(ts->server, TEST_OWNER, id);
	(void)expect_message_of(ts, id, SOCKET_CLOSE);
}

int
test_bind(struct test_server *ts, int fd)
{
	const struct test_message *message;
	int id;

	id = socket_server_bind(ts->server, TEST_OWNER, fd);
	ATF_REQUIRE(id > 0);
	message = expect_message_of(ts, id, SOCKET_OPEN);
	ATF_CHECK_STREQ("binding", message->text);
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
	ATF_CHECK_EQ(0, message->ud);
	return (id);
}

int
test_listen(struct test_server *ts, int *port)
{
	int id;

	id = socket_server_listen(ts->server, TEST_OWNER, "127.0.0.1", 0, 32);
	ATF_REQUIRE(id > 0);
	*port = expect_message_of(ts, id, SOCKET_OPEN)->ud;
	test_start(ts, id);
	return (id);
}

struct test_stream
test_accept(struct test_server *ts, int listener, int port)
{
	struct test_stream stream;

	stream.fd = plain_connect(AF_INET, port);
	stream.id = expect_message_of(ts, listener, SOCKET_ACCEPT)->ud;
	return (stream);
}

struct test_stream
test_accepted(struct test_server *ts)
{
	struct test_stream stream;
	int listener, port;

	listener = test_listen(ts, &port);
	stream = test_accept(ts, listener, port);
	test_start(ts, stream.id);
	test_close(ts, listener);
	return (stream);
}

struct test_stream
test_connect(struct test_server *ts)
{
	struct test_stream stream;
	int listener, port;

	listener = plain_listen(AF_INET, &port);
	stream.id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1",
	    port);
	ATF_REQUIRE(stream.id > 0);
	(void)expect_message_of(ts, stream.id, SOCKET_OPEN);
	stream.fd = plain_accept(listener);
	plain_close(listener);
	return (stream);
}

struct test_stream
test_connected(struct test_server *ts)
{
	struct test_stream stream;

	stream = test_connect(ts);
	test_start(ts, stream.id);
	return (stream);
}

static void
memory_buffer(struct socket_sendbuffer *buffer, int id, size_t n)
{
	void *bytes;

	bytes = skynet_malloc(n);
	ATF_REQUIRE(bytes != NULL);
	buffer->id = id;
	buffer->type = SOCKET_BUFFER_MEMORY;
	buffer->buffer = bytes;
	buffer->sz = n;
}

int
test_send(struct test_server *ts, int id, const void *bytes, size_t n)
{
	struct socket_sendbuffer buffer;

	memory_buffer(&buffer, id, n);
	memcpy((void *)(uintptr_t)buffer.buffer, bytes, n);
	return (socket_server_send(ts->server, &buffer));
}

int
test_send_low(struct test_server *ts, int id, const void *bytes, size_t n)
{
	struct socket_sendbuffer buffer;

	memory_buffer(&buffer, id, n);
	memcpy((void *)(uintptr_t)buffer.buffer, bytes, n);
	return (socket_server_send_lowpriority(ts->server, &buffer));
}

int
test_send_pattern(struct test_server *ts, int id, size_t offset, size_t n)
{
	struct socket_sendbuffer buffer;

	memory_buffer(&buffer, id, n);
	pattern_fill((void *)(uintptr_t)buffer.buffer, offset, n);
	return (socket_server_send(ts->server, &buffer));
}

void
test_drain(struct test_server *ts, int fd, size_t offset, size_t n)
{
	size_t size;

	for (; n > 0; offset += size, n -= size) {
		while (plain_is_quiet(fd))
			expect_fence(ts);
		size = plain_readable(fd);
		if (size > n)
			size = n;
		plain_expect_pattern(fd, offset, size);
	}
}

bool
test_info(struct test_server *ts, int id, struct socket_info *info)
{
	struct socket_info *each, *list;
	bool found;

	found = false;
	list = socket_server_info(ts->server);
	for (each = list; each != NULL; each = each->next) {
		if (each->id == id) {
			*info = *each;
			info->next = NULL;
			found = true;
		}
	}
	socket_info_release(list);
	return (found);
}
