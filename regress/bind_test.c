/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Descriptors that were opened elsewhere.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

static bool
is_open(int fd)
{

	return (fcntl(fd, F_GETFD) != -1);
}

static void
require_gone(struct test_server *ts, int id)
{

	ATF_CHECK_EQ(-1, test_send(ts, id, "x", 1));
	socket_server_start(ts->server, TEST_OWNER, id);
	(void)expect_message(ts, SOCKET_ERR, id);
	expect_none(ts, 0);
}

ATF_TC_WITHOUT_HEAD(f5_pipe_is_read_without_start);
ATF_TC_BODY(f5_pipe_is_read_without_start, tc)
{
	struct test_server *ts;
	int fd[2], id;

	ts = test_server_create(TEST_THREAD);
	plain_pipe(fd);
	id = test_bind(ts, fd[0]);
	ATF_CHECK((fcntl(fd[0], F_GETFL) & O_NONBLOCK) != 0);
	plain_write(fd[1], "through the pipe", 16);
	expect_data(ts, id, "through the pipe", 16);
	/* The end of a read-only pipe cannot be written. */
	ATF_CHECK_EQ(-1, test_send(ts, id, "x", 1));
	plain_write(fd[1], "last", 4);
	plain_close(fd[1]);
	expect_data(ts, id, "last", 4);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	ATF_CHECK(is_open(fd[0]));
	socket_server_close(ts->server, TEST_OWNER, id);
	expect_none(ts, 0);
	ATF_CHECK(is_open(fd[0]));
	plain_close(fd[0]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f5_pipe_is_written);
ATF_TC_BODY(f5_pipe_is_written, tc)
{
	const size_t much = 300000;
	struct test_server *ts;
	int fd[2], id;

	ts = test_server_create(TEST_THREAD);
	plain_pipe(fd);
	id = test_bind(ts, fd[1]);
	/* More than a pipe holds: the network thread writes the rest. */
	ATF_CHECK_EQ(0, test_send_pattern(ts, id, 0, much));
	plain_expect_pattern(fd[0], 0, much);
	ATF_CHECK_EQ(0, test_send_pattern(ts, id, much, much));
	socket_server_shutdown(ts->server, TEST_OWNER, id);
	plain_expect_pattern(fd[0], much, much);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	ATF_CHECK(is_open(fd[1]));
	require_gone(ts, id);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_server_release(ts);
}

/* Finding 8: end of file must not make the library close what is not its. */
ATF_TC_WITHOUT_HEAD(f5_socketpair_both_ways_and_never_closed);
ATF_TC_BODY(f5_socketpair_both_ways_and_never_closed, tc)
{
	struct test_server *ts;
	int fd[2], id;

	ts = test_server_create(TEST_THREAD);
	plain_socketpair(fd);
	id = test_bind(ts, fd[0]);
	plain_write(fd[1], "ping", 4);
	expect_data(ts, id, "ping", 4);
	ATF_CHECK_EQ(0, test_send(ts, id, "pong", 4));
	plain_expect(fd[1], "pong", 4);
	/* L-2: the peer's end is not one's own. */
	plain_end(fd[1]);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	ATF_CHECK(is_open(fd[0]));
	ATF_CHECK_EQ(0, test_send(ts, id, "answer", 6));
	plain_expect(fd[1], "answer", 6);
	socket_server_close(ts->server, TEST_OWNER, id);
	require_gone(ts, id);
	ATF_CHECK(is_open(fd[0]));
	ATF_CHECK(plain_is_quiet(fd[1]));
	plain_close(fd[0]);
	plain_expect_end(fd[1]);
	plain_close(fd[1]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f5_accepted_elsewhere_and_bound_again);
ATF_TC_BODY(f5_accepted_elsewhere_and_bound_again, tc)
{
	struct test_server *ts;
	int accepted, fd, first, listener, port, second;

	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	fd = plain_connect(AF_INET, port);
	accepted = plain_accept(listener);
	first = test_bind(ts, accepted);
	ATF_CHECK_EQ(0, test_send(ts, first, "one", 3));
	plain_expect(fd, "one", 3);
	socket_server_nodelay(ts->server, first);
	test_close(ts, first);
	/* It is the caller's still, who may do it again. */
	second = test_bind(ts, accepted);
	ATF_CHECK(second != first);
	plain_write(fd, "two", 3);
	expect_data(ts, second, "two", 3);
	test_close(ts, second);
	ATF_CHECK(plain_is_quiet(fd));
	plain_close(accepted);
	plain_close(fd);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f5_descriptor_outlives_the_server);
ATF_TC_BODY(f5_descriptor_outlives_the_server, tc)
{
	struct test_server *ts;
	int fd[2];

	plain_socketpair(fd);
	ts = test_server_create(TEST_STEP);
	ATF_CHECK(socket_server_bind(ts->server, TEST_OWNER, fd[0]) > 0);
	test_server_release(ts);
	ts = test_server_create(TEST_STEP);
	(void)test_bind(ts, fd[0]);
	test_server_release(ts);	/* in the midst of life */
	ATF_CHECK(is_open(fd[0]));
	ATF_REQUIRE(write(fd[0], "x", 1) == 1);
	plain_expect(fd[1], "x", 1);
	plain_close(fd[0]);
	plain_expect_end(fd[1]);
	plain_close(fd[1]);
}

ATF_TC_WITHOUT_HEAD(f5_pause_and_start);
ATF_TC_BODY(f5_pause_and_start, tc)
{
	struct test_server *ts;
	int fd[2], id;

	ts = test_server_create(TEST_THREAD);
	plain_socketpair(fd);
	id = test_bind(ts, fd[0]);
	socket_server_pause(ts->server, TEST_OWNER, id);
	expect_fence(ts);
	plain_write(fd[1], "held", 4);
	expect_none(ts, 0);
	socket_server_start(ts->server, TEST_OWNER, id);
	(void)expect_message(ts, SOCKET_OPEN, id);
	expect_data(ts, id, "held", 4);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_server_release(ts);
}

/* Whether these can be polled depends on the system; both ways are right. */
static void
polled_or_refused(const char *path)
{
	const struct test_message *message;
	struct test_server *ts;
	int fd, id;

	ts = test_server_create(TEST_THREAD);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ATF_REQUIRE_MSG(fd != -1, "%s: %s", path, strerror(errno));
	id = socket_server_bind(ts->server, TEST_OWNER, fd);
	ATF_REQUIRE(id > 0);
	message = expect_any_of(ts, id);
	if (message->type == SOCKET_ERR) {
		/* Finding 11: the reason, and not another one. */
		ATF_CHECK(message->text[0] != '\0');
		ATF_CHECK(strstr(message->text, "limit") == NULL);
	} else {
		ATF_REQUIRE_EQ(SOCKET_OPEN, message->type);
		ATF_CHECK_STREQ("binding", message->text);
		socket_server_close(ts->server, TEST_OWNER, id);
		do {
			message = expect_any_of(ts, id);
		} while (message->type != SOCKET_CLOSE);
	}
	require_gone(ts, id);
	ATF_CHECK(is_open(fd));
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f5_dev_null);
ATF_TC_BODY(f5_dev_null, tc)
{

	polled_or_refused("/dev/null");
}

ATF_TC_WITHOUT_HEAD(f5_regular_file);
ATF_TC_BODY(f5_regular_file, tc)
{

	atf_utils_create_file("file", "some text\n");
	polled_or_refused("file");
}

ATF_TC_WITHOUT_HEAD(f5_directory);
ATF_TC_BODY(f5_directory, tc)
{

	polled_or_refused(".");
}

ATF_TC_WITHOUT_HEAD(f5_not_open_is_an_error);
ATF_TC_BODY(f5_not_open_is_an_error, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int bad[3], fd[2], i, id;

	ts = test_server_create(TEST_THREAD);
	plain_pipe(fd);
	plain_close(fd[0]);
	plain_close(fd[1]);
	bad[0] = fd[0];
	bad[1] = -1;
	bad[2] = 1 << 30;
	for (i = 0; i < 3; i++) {
		id = socket_server_bind(ts->server, TEST_OWNER, bad[i]);
		ATF_REQUIRE(id > 0);
		message = expect_message(ts, SOCKET_ERR, id);
		ATF_CHECK(message->text[0] != '\0');
		require_gone(ts, id);
	}
	test_server_release(ts);
}

/* The signal's action is the default: it would end the process. */
ATF_TC_WITHOUT_HEAD(w4_broken_pipe_is_an_error_and_no_signal);
ATF_TC_BODY(w4_broken_pipe_is_an_error_and_no_signal, tc)
{
	struct test_server *ts;
	int fd[2], id;

	ATF_REQUIRE(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	ts = test_server_create(TEST_THREAD);
	plain_pipe(fd);
	id = test_bind(ts, fd[1]);
	socket_server_pause(ts->server, TEST_OWNER, id);
	expect_fence(ts);
	plain_close(fd[0]);
	(void)test_send(ts, id, "to nobody", 9);
	(void)expect_message(ts, SOCKET_ERR, id);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	require_gone(ts, id);
	ATF_CHECK(is_open(fd[1]));
	plain_close(fd[1]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w4_pipe_that_breaks_while_data_waits);
ATF_TC_BODY(w4_pipe_that_breaks_while_data_waits, tc)
{
	struct test_server *ts;
	int fd[2], id;

	ATF_REQUIRE(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	ts = test_server_create(TEST_THREAD);
	plain_pipe(fd);
	id = test_bind(ts, fd[1]);
	ATF_CHECK_EQ(0, test_send_pattern(ts, id, 0, 500000));
	plain_close(fd[0]);
	(void)expect_message(ts, SOCKET_ERR, id);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	require_gone(ts, id);
	plain_close(fd[1]);
	test_server_release(ts);
}

static bool
sigpipe_is_pending(void)
{
	sigset_t pending;

	ATF_REQUIRE_EQ(0, sigpending(&pending));
	return (sigismember(&pending, SIGPIPE) == 1);
}

ATF_TC_WITHOUT_HEAD(w4_pending_signals_are_left_as_they_were);
ATF_TC_BODY(w4_pending_signals_are_left_as_they_were, tc)
{
	struct test_server *ts;
	sigset_t pipe_only;
	int fd[2], id, round;

	ATF_REQUIRE_EQ(0, sigemptyset(&pipe_only));
	ATF_REQUIRE_EQ(0, sigaddset(&pipe_only, SIGPIPE));
	ATF_REQUIRE_EQ(0, pthread_sigmask(SIG_BLOCK, &pipe_only, NULL));
	for (round = 0; round < 2; round++) {
		ts = test_server_create(TEST_STEP);
		plain_pipe(fd);
		id = test_bind(ts, fd[1]);
		plain_close(fd[0]);
		if (round == 1)
			ATF_REQUIRE_EQ(0, pthread_kill(pthread_self(),
			    SIGPIPE));
		(void)test_send(ts, id, "to nobody", 9);
		ATF_CHECK_EQ(round == 1, sigpipe_is_pending());
		plain_close(fd[1]);
		test_server_release(ts);
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f5_pipe_is_read_without_start);
	ATF_TP_ADD_TC(tp, f5_pipe_is_written);
	ATF_TP_ADD_TC(tp, f5_socketpair_both_ways_and_never_closed);
	ATF_TP_ADD_TC(tp, f5_accepted_elsewhere_and_bound_again);
	ATF_TP_ADD_TC(tp, f5_descriptor_outlives_the_server);
	ATF_TP_ADD_TC(tp, f5_pause_and_start);
	ATF_TP_ADD_TC(tp, f5_dev_null);
	ATF_TP_ADD_TC(tp, f5_regular_file);
	ATF_TP_ADD_TC(tp, f5_directory);
	ATF_TP_ADD_TC(tp, f5_not_open_is_an_error);
	ATF_TP_ADD_TC(tp, w4_broken_pipe_is_an_error_and_no_signal);
	ATF_TP_ADD_TC(tp, w4_pipe_that_breaks_while_data_waits);
	ATF_TP_ADD_TC(tp, w4_pending_signals_are_left_as_they_were);
	return (atf_no_error());
}
