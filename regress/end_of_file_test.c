/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * An end of file stays readable for ever, and so does a dead peer.  Neither may
 * keep the network thread busy: L-2, L-4, F-5.  The program has its own read
 * calls, which count those that find nothing more to read.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <atf-c.h>
#include <dlfcn.h>
#include <stdatomic.h>
#include <unistd.h>

#include "harness.h"

#define ROUNDS	200
#define FEW	3

static atomic_int	 ends;		/* reads that gave 0 */

ssize_t
read(int fd, void *buffer, size_t size)
{
	ssize_t (*real)(int, void *, size_t);
	ssize_t n;

	*(void **)&real = dlsym(RTLD_NEXT, "read");
	n = real(fd, buffer, size);
	if (n == 0)
		atomic_fetch_add(&ends, 1);
	return (n);
}

ssize_t
readv(int fd, const struct iovec *iov, int count)
{
	ssize_t (*real)(int, const struct iovec *, int);
	ssize_t n;

	*(void **)&real = dlsym(RTLD_NEXT, "readv");
	n = real(fd, iov, count);
	if (n == 0)
		atomic_fetch_add(&ends, 1);
	return (n);
}

/* The network thread has many turns; it reads the end no more. */
static void
require_quiet(struct test_server *ts, struct test_stream *talker, int id)
{
	int before, i;

	before = atomic_load(&ends);
	for (i = 0; i < ROUNDS; i++) {
		plain_write(talker->fd, &i, sizeof(i));
		expect_data(ts, talker->id, &i, sizeof(i));
	}
	ATF_CHECK_MSG(atomic_load(&ends) - before < FEW,
	    "the end was read %d times", atomic_load(&ends) - before);
	expect_none_queued(ts, id);
}

ATF_TC_WITHOUT_HEAD(l2_the_end_of_a_started_one);
ATF_TC_BODY(l2_the_end_of_a_started_one, tc)
{
	struct test_server *ts;
	struct test_stream stream, talker;

	ts = test_server_create(TEST_THREAD);
	talker = test_accepted(ts);
	stream = test_accepted(ts);
	plain_end(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	require_quiet(ts, &talker, stream.id);
	/* Nor when it is started once more. */
	socket_server_start(ts->server, TEST_OWNER, stream.id);
	expect_command_fence(ts);
	while (test_server_has(ts, stream.id))
		(void)expect_message_of(ts, stream.id, SOCKET_OPEN);
	require_quiet(ts, &talker, stream.id);
	/* Nor while something is sent. */
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "x", 1));
	require_quiet(ts, &talker, stream.id);
	plain_close(stream.fd);
	plain_close(talker.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_the_end_of_a_paused_one);
ATF_TC_BODY(f6_the_end_of_a_paused_one, tc)
{
	struct test_server *ts;
	struct test_stream stream, talker;

	ts = test_server_create(TEST_THREAD);
	talker = test_accepted(ts);
	stream = test_connect(ts);
	plain_write(stream.fd, "unread", 6);
	plain_end(stream.fd);
	require_quiet(ts, &talker, stream.id);
	test_start(ts, stream.id);
	expect_data(ts, stream.id, "unread", 6);
	(void)expect_message_of(ts, stream.id, SOCKET_CLOSE);
	require_quiet(ts, &talker, stream.id);
	plain_close(stream.fd);
	plain_close(talker.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f5_the_end_of_a_bound_pipe);
ATF_TC_BODY(f5_the_end_of_a_bound_pipe, tc)
{
	struct test_server *ts;
	struct test_stream talker;
	int fd[2], id;

	ts = test_server_create(TEST_THREAD);
	talker = test_accepted(ts);
	plain_pipe(fd);
	id = socket_server_bind(ts->server, TEST_OWNER, fd[0]);
	(void)expect_message(ts, SOCKET_OPEN, id);
	plain_write(fd[1], "piped", 5);
	expect_data(ts, id, "piped", 5);
	plain_close(fd[1]);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	require_quiet(ts, &talker, id);
	socket_server_close(ts->server, TEST_OWNER, id);
	expect_none(ts, id);
	plain_close(fd[0]);
	plain_close(talker.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l2_a_peer_wholly_gone);
ATF_TC_BODY(l2_a_peer_wholly_gone, tc)
{
	struct test_server *ts;
	struct test_stream stream, talker;

	/* Its hang-up shows again and again to whoever asks for nothing. */
	ts = test_server_create(TEST_THREAD);
	talker = test_accepted(ts);
	stream = test_accepted(ts);
	plain_close(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	require_quiet(ts, &talker, stream.id);
	plain_close(talker.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l2_a_large_answer_to_a_half_closed_client);
ATF_TC_BODY(l2_a_large_answer_to_a_half_closed_client, tc)
{
	struct test_server *ts;
	struct test_stream stream, talker;

	/* Waiting to write, which wakes for hang-ups on some systems. */
	ts = test_server_create(TEST_THREAD);
	talker = test_accepted(ts);
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, 24 << 20));
	plain_end(stream.fd);
	while (expect_any_of(ts, stream.id)->type == SOCKET_WARNING)
		continue;
	ATF_REQUIRE_EQ(SOCKET_CLOSE, ts->current->type);
	require_quiet(ts, &talker, stream.id);
	plain_expect_pattern(stream.fd, 0, 24 << 20);
	plain_close(stream.fd);
	plain_close(talker.fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, l2_the_end_of_a_started_one);
	ATF_TP_ADD_TC(tp, f6_the_end_of_a_paused_one);
	ATF_TP_ADD_TC(tp, f5_the_end_of_a_bound_pipe);
	ATF_TP_ADD_TC(tp, l2_a_peer_wholly_gone);
	ATF_TP_ADD_TC(tp, l2_a_large_answer_to_a_half_closed_client);
	return (atf_no_error());
}
