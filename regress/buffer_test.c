/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Whose a buffer is, and who frees it: F-9.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define LARGE	((size_t)24 * 1024 * 1024)

/* A user's object: its bytes, and how often it was freed. */
struct object {
	const char	*bytes;
	size_t		 size;
	int		 freed;
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

	((struct object *)object)->freed++;
}

static void
use_objects(struct test_server *ts)
{
	struct socket_object_interface interface;

	interface.buffer = object_buffer;
	interface.size = object_size;
	interface.free = object_free;
	socket_server_userobject(ts->server, &interface);
}

static int
send_object(struct test_server *ts, int id, struct object *object)
{
	struct socket_sendbuffer buffer;

	buffer.id = id;
	buffer.type = SOCKET_BUFFER_OBJECT;
	buffer.buffer = object;
	buffer.sz = 0;
	return (socket_server_send(ts->server, &buffer));
}

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

ATF_TC_WITHOUT_HEAD(f9_freed_when_the_connect_fails);
ATF_TC_BODY(f9_freed_when_the_connect_fails, tc)
{
	struct object object = { "object", 6, 0 };
	struct test_server *ts;
	size_t bytes;
	int fd, id, port;

	fd = plain_refusing_port(&port);
	ts = test_server_create(TEST_STEP);
	use_objects(ts);
	expect_fence(ts);
	bytes = memory_bytes();
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	ATF_CHECK_EQ(0, test_send_pattern(ts, id, 0, LARGE / 24));
	ATF_CHECK_EQ(0, send_object(ts, id, &object));
	while (expect_any_of(ts, id)->type == SOCKET_WARNING)
		continue;
	ATF_CHECK_EQ(SOCKET_ERR, ts->current->type);
	expect_fence(ts);
	ATF_CHECK_EQ(1, object.freed);
	ATF_CHECK(memory_bytes() < bytes + LARGE / 48);
	test_server_release(ts);
	ATF_CHECK_EQ(1, object.freed);
	plain_close(fd);
}

ATF_TC_WITHOUT_HEAD(f9_refused_and_freed);
ATF_TC_BODY(f9_refused_and_freed, tc)
{
	struct object object = { "object", 6, 0 };
	struct test_server *ts;
	struct test_stream stream;
	size_t blocks;
	int ids[5], port, waiting;
	size_t i;

	ts = test_server_create(TEST_THREAD);
	use_objects(ts);
	stream = test_accepted(ts);
	test_close(ts, stream.id);
	waiting = socket_server_listen(ts->server, TEST_OWNER, NULL, 0, 8);
	(void)expect_message(ts, SOCKET_OPEN, waiting);
	ids[0] = stream.id;		/* gone */
	ids[1] = test_listen(ts, &port);
	ids[2] = waiting;
	ids[3] = -1;
	ids[4] = 0;
	expect_fence(ts);
	blocks = memory_blocks();
	for (i = 0; i < nitems(ids); i++) {
		object.freed = 0;
		ATF_CHECK_EQ(-1, test_send(ts, ids[i], "x", 1));
		ATF_CHECK_EQ(-1, test_send_low(ts, ids[i], "x", 1));
		ATF_CHECK_EQ(-1, send_raw(ts, ids[i], "x", 1));
		ATF_CHECK_EQ(-1, send_object(ts, ids[i], &object));
		ATF_CHECK_EQ(1, object.freed);
	}
	ATF_CHECK_EQ(blocks, memory_blocks());
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f9_an_object_is_read_and_freed_once);
ATF_TC_BODY(f9_an_object_is_read_and_freed_once, tc)
{
	struct object large, small = { "small", 5, 0 };
	struct test_server *ts;
	struct test_stream stream;
	char *bytes;

	bytes = malloc(LARGE);
	ATF_REQUIRE(bytes != NULL);
	pattern_fill(bytes, 0, LARGE);
	large.bytes = bytes;
	large.size = LARGE;
	large.freed = 0;
	ts = test_server_create(TEST_THREAD);
	use_objects(ts);
	stream = test_connected(ts);
	ATF_CHECK_EQ(0, send_object(ts, stream.id, &small));
	plain_expect(stream.fd, "small", 5);
	ATF_CHECK_EQ(0, send_object(ts, stream.id, &large));
	plain_expect_pattern(stream.fd, 0, LARGE);
	expect_fence(ts);
	ATF_CHECK_EQ(1, small.freed);
	ATF_CHECK_EQ(1, large.freed);
	plain_close(stream.fd);
	test_server_release(ts);
	ATF_CHECK_EQ(1, large.freed);
	free(bytes);
}

ATF_TC_WITHOUT_HEAD(f9_an_object_unsent_at_close_is_freed_once);
ATF_TC_BODY(f9_an_object_unsent_at_close_is_freed_once, tc)
{
	struct object after = { "after", 5, 0 };
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	use_objects(ts);
	stream = test_connected(ts);
	ATF_CHECK_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	ATF_CHECK_EQ(0, send_object(ts, stream.id, &after));
	ATF_CHECK_EQ(0, after.freed);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	expect_fence(ts);
	ATF_CHECK_EQ(1, after.freed);
	test_server_keep(ts, stream.fd);
	test_server_release(ts);
	ATF_CHECK_EQ(1, after.freed);
	plain_close(stream.fd);
}

ATF_TC_WITHOUT_HEAD(f9_a_raw_pointer_is_copied_and_never_freed);
ATF_TC_BODY(f9_a_raw_pointer_is_copied_and_never_freed, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	char *bytes;

	bytes = malloc(LARGE);
	ATF_REQUIRE(bytes != NULL);
	pattern_fill(bytes, 0, LARGE);
	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	ATF_CHECK_EQ(0, send_raw(ts, stream.id, bytes, LARGE));
	memset(bytes, '!', LARGE);
	plain_expect_pattern(stream.fd, 0, LARGE);
	free(bytes);			/* aborts if it was freed */
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f9_nothing_is_sent_and_freed);
ATF_TC_BODY(f9_nothing_is_sent_and_freed, tc)
{
	struct object object = { "", 0, 0 };
	struct socket_sendbuffer buffer;
	struct test_server *ts;
	struct test_stream stream;
	size_t blocks;

	ts = test_server_create(TEST_THREAD);
	use_objects(ts);
	stream = test_connected(ts);
	expect_fence(ts);
	blocks = memory_blocks();
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "", 0));
	ATF_CHECK_EQ(0, test_send_low(ts, stream.id, "", 0));
	ATF_CHECK_EQ(0, send_raw(ts, stream.id, "", 0));
	ATF_CHECK_EQ(0, send_object(ts, stream.id, &object));
	ATF_CHECK_EQ(1, object.freed);
	buffer.id = stream.id;
	buffer.type = SOCKET_BUFFER_MEMORY;
	buffer.buffer = NULL;
	buffer.sz = 0;
	ATF_CHECK_EQ(0, socket_server_send(ts->server, &buffer));
	ATF_CHECK_EQ(blocks, memory_blocks());
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "x", 1));
	plain_expect(stream.fd, "x", 1);
	expect_none(ts, stream.id);
	ATF_CHECK(plain_is_quiet(stream.fd));
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(e1_an_unknown_buffer_type);
ATF_TC_BODY(e1_an_unknown_buffer_type, tc)
{
	static const int types[] = { -1, 3, 1000 };
	struct socket_sendbuffer buffer;
	struct test_server *ts;
	struct test_stream stream;
	size_t i;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	for (i = 0; i < nitems(types); i++) {
		buffer.id = stream.id;
		buffer.type = types[i];
		buffer.buffer = "static: to free it aborts";
		buffer.sz = 6;
		ATF_CHECK_EQ(-1, socket_server_send(ts->server, &buffer));
	}
	expect_none(ts, 0);
	ATF_CHECK(plain_is_quiet(stream.fd));
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f9_freed_when_the_connect_fails);
	ATF_TP_ADD_TC(tp, f9_refused_and_freed);
	ATF_TP_ADD_TC(tp, f9_an_object_is_read_and_freed_once);
	ATF_TP_ADD_TC(tp, f9_an_object_unsent_at_close_is_freed_once);
	ATF_TP_ADD_TC(tp, f9_a_raw_pointer_is_copied_and_never_freed);
	ATF_TP_ADD_TC(tp, f9_nothing_is_sent_and_freed);
	ATF_TP_ADD_TC(tp, e1_an_unknown_buffer_type);
	return (atf_no_error());
}
