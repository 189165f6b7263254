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
#include "harness_private.h"

#define FENCE_ROUNDS	2

static const struct test_message *
expect_fitting(const char *file, int line, struct test_server *ts,
    const struct test_wanted *wanted, int id)
{
	const struct test_message *message;
	char what[160];

	message = test_server_next(file, line, ts, wanted);
	if ((wanted->type >= 0 && message->type != wanted->type) ||
	    (id != 0 && message->id != id)) {
		(void)snprintf(what, sizeof(what),
		    "expected %s of id %d, got %s of id %d",
		    wanted->type < 0 ? "a message" :
		    test_message_name(wanted->type), id,
		    test_message_name(message->type), message->id);
		test_server_fail(file, line, ts, what);
	}
	return (message);
}

const struct test_message *
expect_message_at(const char *file, int line, struct test_server *ts,
    int type, int id)
{
	struct test_wanted wanted = { type, 0, 0 };

	return (expect_fitting(file, line, ts, &wanted, id));
}

const struct test_message *
expect_message_of_at(const char *file, int line, struct test_server *ts,
    int id, int type)
{
	struct test_wanted wanted = { type, id, 0 };

	return (expect_fitting(file, line, ts, &wanted, id));
}

const struct test_message *
expect_any_of_at(const char *file, int line, struct test_server *ts, int id)
{
	struct test_wanted wanted = { -1, id, 0 };

	return (expect_fitting(file, line, ts, &wanted, id));
}

const struct test_message *
expect_any_for_at(const char *file, int line, struct test_server *ts,
    uintptr_t opaque)
{
	struct test_wanted wanted = { -1, 0, opaque };

	return (expect_fitting(file, line, ts, &wanted, 0));
}

void
expect_none_queued_at(const char *file, int line, struct test_server *ts,
    int id)
{
	const struct test_message *message;
	char what[160];

	message = test_server_queued(ts, id);
	if (message == NULL)
		return;
	(void)snprintf(what, sizeof(what), "unexpected %s of id %d",
	    test_message_name(message->type), message->id);
	test_server_fail(file, line, ts, what);
}

void
expect_none_at(const char *file, int line, struct test_server *ts, int id)
{

	expect_fence_at(file, line, ts);
	expect_none_queued_at(file, line, ts, id);
}

static int
fence_listen(const char *file, int line, struct test_server *ts, int *port)
{
	const struct test_message *message;
	int id;

	id = socket_server_listen(ts->server, TEST_FENCE, "127.0.0.1", 0, 4);
	ATF_REQUIRE_MSG(id > 0, "%s:%d: the fence cannot listen", file, line);
	message = expect_message_of_at(file, line, ts, id, SOCKET_OPEN);
	*port = message->ud;
	return (id);
}

void
expect_fence_at(const char *file, int line, struct test_server *ts)
{
	const struct test_message *message;
	int fd, id, round;

	if (ts->fence == 0) {
		ts->fence = fence_listen(file, line, ts, &ts->fence_port);
		socket_server_start(ts->server, TEST_FENCE, ts->fence);
		(void)expect_message_of_at(file, line, ts, ts->fence,
		    SOCKET_OPEN);
	}
	for (round = 0; round < FENCE_ROUNDS; round++) {
		fd = plain_connect(AF_INET, ts->fence_port);
		message = expect_message_of_at(file, line, ts, ts->fence,
		    SOCKET_ACCEPT);
		id = message->ud;
		socket_server_close(ts->server, TEST_FENCE, id);
		(void)expect_message_of_at(file, line, ts, id, SOCKET_CLOSE);
		plain_close(fd);
	}
}

void
expect_command_fence_at(const char *file, int line, struct test_server *ts)
{
	struct test_wanted wanted = { SOCKET_ERR, 0, TEST_FENCE };
	int port;

	if (ts->gone == 0) {
		ts->gone = fence_listen(file, line, ts, &port);
		socket_server_close(ts->server, TEST_FENCE, ts->gone);
		(void)expect_message_of_at(file, line, ts, ts->gone,
		    SOCKET_CLOSE);
	}
	socket_server_start(ts->server, TEST_FENCE, ts->gone);
	(void)expect_fitting(file, line, ts, &wanted, ts->gone);
}

void
expect_data_at(const char *file, int line, struct test_server *ts, int id,
    const void *bytes, size_t n)
{
	const struct test_message *message;
	const char *rest;
	size_t come;

	for (rest = bytes; n > 0; rest += come, n -= come) {
		message = expect_message_of_at(file, line, ts, id,
		    SOCKET_DATA);
		come = message->ud > 0 ? (size_t)message->ud : 0;
		if (come == 0 || come > n)
			test_server_fail(file, line, ts,
			    "DATA of the wrong size");
		if (memcmp(message->data, rest, come) != 0)
			test_server_fail(file, line, ts,
			    "DATA of the wrong bytes");
	}
}

/* One DATA of the pattern: its size. */
static size_t
expect_piece(const char *file, int line, struct test_server *ts,
    const struct test_message *message, size_t offset)
{
	char what[160];
	size_t come, same;

	come = message->ud > 0 ? (size_t)message->ud : 0;
	same = pattern_check(message->data, offset, come);
	if (come == 0 || same != come) {
		(void)snprintf(what, sizeof(what),
		    "DATA of %d bytes at offset %zu differs at %zu",
		    message->ud, offset, offset + same);
		test_server_fail(file, line, ts, what);
	}
	return (come);
}

void
expect_pattern_at(const char *file, int line, struct test_server *ts, int id,
    size_t offset, size_t n)
{
	const struct test_message *message;
	size_t come;

	for (come = 0; come < n;) {
		message = expect_message_of_at(file, line, ts, id,
		    SOCKET_DATA);
		come += expect_piece(file, line, ts, message, offset + come);
	}
	if (come != n)
		test_server_fail(file, line, ts, "more DATA than expected");
}

size_t
expect_pattern_until_close_at(const char *file, int line,
    struct test_server *ts, int id, size_t offset)
{
	const struct test_message *message;
	size_t come;

	for (come = 0;;) {
		message = expect_any_of_at(file, line, ts, id);
		if (message->type == SOCKET_CLOSE)
			return (come);
		if (message->type != SOCKET_DATA)
			test_server_fail(file, line, ts,
			    "neither DATA nor CLOSE");
		come += expect_piece(file, line, ts, message, offset + come);
	}
}
