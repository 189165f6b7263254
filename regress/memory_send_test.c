/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Out of memory while something is sent: E-2.  For what else may lack memory
 * see memory_open_test.c and memory_data_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>

#include "harness.h"
#include "skynet_malloc.h"

#define ATTEMPTS	100		/* no case allocates so often */

struct scene {
	struct test_server	*ts;
	int			 listener;	/* started */
	int			 port;
	struct test_stream	 stream;	/* started: the one that suffers */
	struct test_stream	 other;		/* started: the one that must not */
};

static void
scene_begin(struct scene *scene)
{

	scene->ts = test_server_create(TEST_THREAD);
	scene->listener = test_listen(scene->ts, &scene->port);
	scene->stream = test_accepted(scene->ts);
	scene->other = test_accepted(scene->ts);
	expect_fence(scene->ts);
	expect_command_fence(scene->ts);
}

static void
scene_end(struct scene *scene)
{
	struct test_server *ts;
	struct test_stream stream;

	/* Nobody else has lost anything, and newcomers are served. */
	ts = scene->ts;
	plain_write(scene->other.fd, "still", 5);
	expect_data(ts, scene->other.id, "still", 5);
	ATF_CHECK_EQ(0, test_send(ts, scene->other.id, "here", 4));
	plain_expect(scene->other.fd, "here", 4);
	stream = test_connected(ts);
	plain_write(stream.fd, "new", 3);
	expect_data(ts, stream.id, "new", 3);
	expect_none_queued(ts, scene->other.id);
	plain_close(stream.fd);
	plain_close(scene->stream.fd);
	plain_close(scene->other.fd);
	test_server_release(ts);
}

/* The stream has ended with ERR and CLOSE. */
static void
require_end(struct scene *scene)
{
	const struct test_message *message;

	do {
		message = expect_any_of(scene->ts, scene->stream.id);
	} while (message->type == SOCKET_WARNING);
	ATF_REQUIRE_EQ(SOCKET_ERR, message->type);
	(void)expect_message_of(scene->ts, scene->stream.id, SOCKET_CLOSE);
}

/* The block is the library's afterwards, whatever the result. */
static int
send_block(struct scene *scene, int type, void *block, size_t n)
{
	struct socket_sendbuffer buffer;

	buffer.id = scene->stream.id;
	buffer.type = type;
	buffer.buffer = block;
	buffer.sz = n;
	return (socket_server_send(scene->ts->server, &buffer));
}

/*
 * More than the kernel takes, of a type; all of it arrives, or none and the
 * call has failed, or the socket ends.
 */
static void
send_large(int type)
{
	struct scene scene;
	void *block;
	size_t size;
	long n;
	int result;
	bool failed;

	size = (size_t)16 * 1024 * 1024;
	n = 0;
	do {
		ATF_REQUIRE_MSG(++n < ATTEMPTS, "it allocates without end");
		scene_begin(&scene);
		block = skynet_malloc(size);
		ATF_REQUIRE(block != NULL);
		pattern_fill(block, 0, size);
		memory_fail_at(n);
		result = send_block(&scene, type, block, size);
		failed = memory_fail_end();
		if (type == SOCKET_BUFFER_RAWPOINTER)
			skynet_free(block);
		if (!failed)
			plain_expect_pattern(scene.stream.fd, 0, size);
		else if (result == 0)
			require_end(&scene);
		else
			ATF_CHECK(plain_is_quiet(scene.stream.fd));
		scene_end(&scene);
	} while (failed);
}

ATF_TC_WITHOUT_HEAD(e2_send_memory);
ATF_TC_BODY(e2_send_memory, tc)
{

	send_large(SOCKET_BUFFER_MEMORY);
}

ATF_TC_WITHOUT_HEAD(e2_send_raw_pointer);
ATF_TC_BODY(e2_send_raw_pointer, tc)
{

	send_large(SOCKET_BUFFER_RAWPOINTER);
}

ATF_TC_WITHOUT_HEAD(e2_no_memory_at_all_for_a_while);
ATF_TC_BODY(e2_no_memory_at_all_for_a_while, tc)
{
	struct scene scene;
	char *block;
	int fd;

	scene_begin(&scene);
	block = skynet_malloc(1);
	ATF_REQUIRE(block != NULL);
	block[0] = 'x';
	memory_fail_from(1);
	/* What is written at once needs none. */
	ATF_CHECK_EQ(0, send_block(&scene, SOCKET_BUFFER_MEMORY, block, 1));
	plain_expect(scene.stream.fd, "x", 1);
	plain_write(scene.stream.fd, "lost", 4);
	fd = plain_connect(AF_INET, scene.port);
	(void)socket_server_connect(scene.ts->server, TEST_OWNER,
	    "127.0.0.1", scene.port);
	/* The stream's data could not be had. */
	require_end(&scene);
	ATF_CHECK(memory_fail_end());
	plain_close(fd);
	scene_end(&scene);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, e2_send_memory);
	ATF_TP_ADD_TC(tp, e2_send_raw_pointer);
	ATF_TP_ADD_TC(tp, e2_no_memory_at_all_for_a_while);
	return (atf_no_error());
}
