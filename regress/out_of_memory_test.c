/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Out of memory: E-2.  Each case does one thing again and again, while the
 * first allocation fails, then the second, and so on until none is left to
 * fail; after each the server must serve, and all memory come back.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>

#include "harness.h"
#include "skynet_malloc.h"

#define ATTEMPTS	100		/* no case allocates so often */
#define SIZE		((size_t)100 * 1000)

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

/* Runs it with each allocation failing once. */
static void
try_each(void (*act)(struct scene *))
{
	struct scene scene;
	long n;
	bool failed;

	n = 0;
	do {
		ATF_REQUIRE_MSG(++n < ATTEMPTS, "it allocates without end");
		scene_begin(&scene);
		memory_fail_at(n);
		act(&scene);
		failed = memory_fail_end();
		scene_end(&scene);
	} while (failed);
}

static void
act_listen(struct scene *scene)
{
	int id;

	id = socket_server_listen(scene->ts->server, TEST_OWNER, "127.0.0.1",
	    0, 8);
	if (id == -1)
		return;
	if (expect_any_of(scene->ts, id)->type == SOCKET_OPEN)
		return;
	ATF_CHECK_EQ(SOCKET_ERR, scene->ts->current->type);
}

ATF_TC_WITHOUT_HEAD(e2_listen);
ATF_TC_BODY(e2_listen, tc)
{

	try_each(act_listen);
}

static void
connect_to(struct scene *scene, const char *host)
{
	int id;

	id = socket_server_connect(scene->ts->server, TEST_OWNER, host,
	    scene->port);
	if (id == -1)
		return;
	if (expect_any_of(scene->ts, id)->type == SOCKET_OPEN)
		return;
	ATF_CHECK_EQ(SOCKET_ERR, scene->ts->current->type);
}

static void
act_connect(struct scene *scene)
{

	connect_to(scene, "127.0.0.1");
}

ATF_TC_WITHOUT_HEAD(e2_connect);
ATF_TC_BODY(e2_connect, tc)
{

	try_each(act_connect);
}

static void
act_connect_by_name(struct scene *scene)
{

	connect_to(scene, "localhost");
}

ATF_TC_WITHOUT_HEAD(e2_connect_by_name);
ATF_TC_BODY(e2_connect_by_name, tc)
{

	ATF_REQUIRE_EQ(0, resolver_calls());
	try_each(act_connect_by_name);
	ATF_CHECK(resolver_calls() > 0);
}

static void
act_accept(struct scene *scene)
{
	int64_t until;
	int fd;

	/* Accepted, or turned away. */
	fd = plain_connect(AF_INET, scene->port);
	until = monotonic_ms() + TEST_DEADLINE;
	while (!test_server_has(scene->ts, scene->listener) &&
	    plain_is_quiet(fd)) {
		ATF_REQUIRE_MSG(monotonic_ms() < until, "left waiting");
		(void)sched_yield();
	}
	plain_close(fd);
}

ATF_TC_WITHOUT_HEAD(e2_accept);
ATF_TC_BODY(e2_accept, tc)
{

	try_each(act_accept);
}

/* Either the stream goes on, or it has ended with ERR and CLOSE. */
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

static void
act_receive(struct scene *scene)
{
	const struct test_message *message;
	size_t come;

	plain_write_pattern(scene->stream.fd, 0, SIZE);
	for (come = 0; come < SIZE;) {
		message = expect_any_of(scene->ts, scene->stream.id);
		if (message->type == SOCKET_ERR) {
			(void)expect_message_of(scene->ts, scene->stream.id,
			    SOCKET_CLOSE);
			return;
		}
		/* What is delivered has no gap before it. */
		ATF_REQUIRE_EQ(SOCKET_DATA, message->type);
		ATF_REQUIRE_EQ((size_t)message->ud,
		    pattern_check(message->data, come, (size_t)message->ud));
		come += (size_t)message->ud;
	}
}

ATF_TC_WITHOUT_HEAD(e2_receive);
ATF_TC_BODY(e2_receive, tc)
{

	try_each(act_receive);
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
	struct pollfd entry;
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
		entry.fd = scene.stream.fd;
		entry.events = POLLIN;
		if (!failed)
			plain_expect_pattern(scene.stream.fd, 0, size);
		else if (result == 0)
			require_end(&scene);
		else
			ATF_CHECK_EQ(0, poll(&entry, 1, 0));
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

ATF_TC_WITHOUT_HEAD(e2_create);
ATF_TC_BODY(e2_create, tc)
{
	struct socket_server *server;
	bool *before;
	long n;
	bool failed;

	before = descriptor_census();
	n = 0;
	do {
		ATF_REQUIRE_MSG(++n < ATTEMPTS, "it allocates without end");
		memory_fail_at(n);
		server = socket_server_create(0);
		failed = memory_fail_end();
		if (server != NULL)
			socket_server_release(server);
		else
			ATF_CHECK(failed);
		memory_all_returned();
		descriptor_compare(before);
	} while (failed);
	free(before);
}

ATF_TC_WITHOUT_HEAD(e2_info);
ATF_TC_BODY(e2_info, tc)
{
	struct scene scene;
	struct socket_info *list;

	scene_begin(&scene);
	memory_fail_from(3);
	list = socket_server_info(scene.ts->server);
	ATF_CHECK(memory_fail_end());
	socket_info_release(list);
	scene_end(&scene);
}

ATF_TC_WITHOUT_HEAD(e2_no_memory_at_all_for_a_while);
ATF_TC_BODY(e2_no_memory_at_all_for_a_while, tc)
{
	struct scene scene;
	int fd;

	scene_begin(&scene);
	memory_fail_from(1);
	plain_write(scene.stream.fd, "lost?", 5);
	fd = plain_connect(AF_INET, scene.port);
	ATF_CHECK(send_block(&scene, SOCKET_BUFFER_MEMORY, NULL, 1) <= 0);
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

	ATF_TP_ADD_TC(tp, e2_listen);
	ATF_TP_ADD_TC(tp, e2_connect);
	ATF_TP_ADD_TC(tp, e2_connect_by_name);
	ATF_TP_ADD_TC(tp, e2_accept);
	ATF_TP_ADD_TC(tp, e2_receive);
	ATF_TP_ADD_TC(tp, e2_send_memory);
	ATF_TP_ADD_TC(tp, e2_send_raw_pointer);
	ATF_TP_ADD_TC(tp, e2_create);
	ATF_TP_ADD_TC(tp, e2_info);
	ATF_TP_ADD_TC(tp, e2_no_memory_at_all_for_a_while);
	return (atf_no_error());
}
