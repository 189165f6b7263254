/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the library does to the process around it: W-4.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

#include "harness.h"

#define LARGE	((size_t)24 * 1024 * 1024)

static volatile sig_atomic_t	 signals;

static void
signal_count(int number)
{

	(void)number;
	signals++;
}

static void
signal_set(void (*handler)(int))
{
	struct sigaction action;

	action.sa_handler = handler;
	action.sa_flags = 0;
	(void)sigemptyset(&action.sa_mask);
	ATF_REQUIRE_EQ(0, sigaction(SIGPIPE, &action, NULL));
}

/* Neither delivered nor left behind, and nobody has changed the handler. */
static void
require_no_signal(void (*handler)(int))
{
	struct sigaction action;
	sigset_t set;

	ATF_CHECK_EQ(0, signals);
	ATF_REQUIRE_EQ(0, sigpending(&set));
	ATF_CHECK_EQ(0, sigismember(&set, SIGPIPE));
	ATF_REQUIRE_EQ(0, sigaction(SIGPIPE, NULL, &action));
	ATF_CHECK(action.sa_handler == handler);
	ATF_REQUIRE_EQ(0, pthread_sigmask(SIG_SETMASK, NULL, &set));
	ATF_CHECK_EQ(0, sigismember(&set, SIGPIPE));
}

/* Sends until that is refused. */
static void
send_until_refused(struct test_server *ts, int id)
{
	int64_t until;

	until = monotonic_ms() + TEST_DEADLINE;
	while (test_send(ts, id, "x", 1) == 0) {
		expect_command_fence(ts);
		ATF_REQUIRE_MSG(monotonic_ms() < until, "all is taken");
	}
}

/* What is said of the id until the ERR; the peer's end may be seen first. */
static void
expect_error(struct test_server *ts, int id)
{

	while (expect_any_of(ts, id)->type != SOCKET_ERR)
		continue;
}

/* The peer is gone, written to by the calling thread, then by the network's. */
static void
try_stream(void (*handler)(int))
{
	struct test_server *ts;
	struct test_stream stream;

	signal_set(handler);
	ts = test_server_create(TEST_THREAD);
	stream = test_connect(ts);	/* paused: reading will not tell */
	plain_close(stream.fd);
	send_until_refused(ts, stream.id);
	expect_error(ts, stream.id);
	stream = test_connect(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	plain_close(stream.fd);
	expect_error(ts, stream.id);
	require_no_signal(handler);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w4_no_sigpipe_from_a_connection);
ATF_TC_BODY(w4_no_sigpipe_from_a_connection, tc)
{

	try_stream(signal_count);
	try_stream(SIG_DFL);
}

static void
try_bound(void (*handler)(int), void (*make)(int [2]), bool by_network)
{
	struct test_server *ts;
	int fd[2], id;

	signal_set(handler);
	ts = test_server_create(TEST_THREAD);
	make(fd);
	/* fd[1] is the end to be written to. */
	id = socket_server_bind(ts->server, TEST_OWNER, fd[1]);
	(void)expect_message(ts, SOCKET_OPEN, id);
	if (by_network)
		ATF_REQUIRE_EQ(0, test_send_pattern(ts, id, 0, LARGE));
	plain_close(fd[0]);
	if (!by_network)
		(void)test_send(ts, id, "x", 1);
	expect_error(ts, id);
	expect_fence(ts);
	require_no_signal(handler);
	plain_close(fd[1]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w4_no_sigpipe_from_a_bound_socket);
ATF_TC_BODY(w4_no_sigpipe_from_a_bound_socket, tc)
{

	try_bound(signal_count, plain_socketpair, false);
	try_bound(signal_count, plain_socketpair, true);
	try_bound(SIG_DFL, plain_socketpair, false);
	try_bound(SIG_DFL, plain_socketpair, true);
}

ATF_TC_WITHOUT_HEAD(w4_no_sigpipe_from_a_bound_pipe);
ATF_TC_BODY(w4_no_sigpipe_from_a_bound_pipe, tc)
{

	try_bound(signal_count, plain_pipe, false);
	try_bound(signal_count, plain_pipe, true);
	try_bound(SIG_DFL, plain_pipe, false);
	try_bound(SIG_DFL, plain_pipe, true);
}

ATF_TC_WITHOUT_HEAD(w4_the_programs_own_sigpipe_is_not_swallowed);
ATF_TC_BODY(w4_the_programs_own_sigpipe_is_not_swallowed, tc)
{
	struct test_server *ts;
	sigset_t pending, set;
	int fd[2], id;

	/* One that was pending before the library wrote is pending after. */
	signal_set(signal_count);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	ts = test_server_create(TEST_THREAD);
	plain_pipe(fd);
	id = socket_server_bind(ts->server, TEST_OWNER, fd[1]);
	(void)expect_message(ts, SOCKET_OPEN, id);
	ATF_REQUIRE_EQ(0, pthread_sigmask(SIG_BLOCK, &set, NULL));
	ATF_REQUIRE_EQ(0, raise(SIGPIPE));
	plain_close(fd[0]);
	(void)test_send(ts, id, "x", 1);
	expect_error(ts, id);
	ATF_REQUIRE_EQ(0, sigpending(&pending));
	ATF_CHECK_EQ(1, sigismember(&pending, SIGPIPE));
	ATF_REQUIRE_EQ(0, pthread_sigmask(SIG_UNBLOCK, &set, NULL));
	ATF_CHECK_EQ(1, signals);
	expect_fence(ts);
	plain_close(fd[1]);
	test_server_release(ts);
}

/* All that is open now and was not before is close-on-exec, but for one. */
static void
require_close_on_exec(const bool *before, int but)
{
	int fd, flags, n;

	n = 0;
	for (fd = 0; fd < DESCRIPTOR_LIMIT; fd++) {
		flags = fcntl(fd, F_GETFD);
		if (flags == -1 || before[fd] || fd == but)
			continue;
		n++;
		ATF_CHECK_MSG(flags & FD_CLOEXEC, "descriptor %d", fd);
	}
	ATF_CHECK(n > 0);
}

ATF_TC_WITHOUT_HEAD(w4_close_on_exec);
ATF_TC_BODY(w4_close_on_exec, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	bool *before;
	int id, listener, port;

	before = descriptor_census();
	ts = test_server_create(TEST_THREAD);
	require_close_on_exec(before, -1);
	listener = test_listen(ts, &port);
	id = socket_server_udp(ts->server, TEST_OWNER, "127.0.0.1", 0);
	ATF_CHECK(id > 0);
	expect_command_fence(ts);
	require_close_on_exec(before, -1);
	stream = test_accept(ts, listener, port);
	require_close_on_exec(before, stream.fd);
	plain_close(stream.fd);
	stream = test_connect(ts);
	require_close_on_exec(before, stream.fd);
	plain_close(stream.fd);
	test_server_release(ts);
	free(before);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, w4_no_sigpipe_from_a_connection);
	ATF_TP_ADD_TC(tp, w4_no_sigpipe_from_a_bound_socket);
	ATF_TP_ADD_TC(tp, w4_no_sigpipe_from_a_bound_pipe);
	ATF_TP_ADD_TC(tp, w4_the_programs_own_sigpipe_is_not_swallowed);
	ATF_TP_ADD_TC(tp, w4_close_on_exec);
	return (atf_no_error());
}
