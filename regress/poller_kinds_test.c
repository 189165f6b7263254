/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the pollers say of each kind of descriptor.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "poller_support.h"

#define KEY	7
#define FULL	64		/* connections that fill a backlog */

ATF_TC_WITHOUT_HEAD(half_closed_peer_with_unread_data);
ATF_TC_BODY(half_closed_peer_with_unread_data, tc)
{
	struct test_poller *tp;
	int fd[2];

	tp = test_poller_create();
	tcp_pair(fd);
	watch(tp, fd[0], KEY, POLLER_BOTH);
	plain_write(fd[1], "abc", 3);
	plain_end(fd[1]);
	expect_ready(tp, KEY, POLLER_BOTH);
	plain_expect(fd[0], "abc", 3);
	expect_ready(tp, KEY, POLLER_BOTH);
	plain_expect_end(fd[0]);
	change(tp, fd[0], KEY, POLLER_BOTH, POLLER_WRITE);
	expect_ready(tp, KEY, POLLER_WRITE);
	change(tp, fd[0], KEY, POLLER_WRITE, 0);
	expect_ready(tp, KEY, 0);
	plain_write(fd[0], "def", 3);
	plain_expect(fd[1], "def", 3);
	unwatch(tp, fd[0], 0);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(half_closed_peer_and_a_full_buffer);
ATF_TC_BODY(half_closed_peer_and_a_full_buffer, tc)
{
	struct test_poller *tp;
	size_t n;
	int fd[2];

	tp = test_poller_create();
	plain_socketpair(fd);
	n = fill(fd[0]);
	plain_end(fd[1]);
	watch(tp, fd[0], KEY, POLLER_BOTH);
	expect_ready(tp, KEY, POLLER_READ);
	change(tp, fd[0], KEY, POLLER_BOTH, POLLER_WRITE);
	expect_ready(tp, KEY, 0);
	plain_expect_pattern(fd[1], 0, n);
	expect_ready(tp, KEY, POLLER_WRITE);
	unwatch(tp, fd[0], POLLER_WRITE);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(reset_peer_is_reported_to_either_interest);
ATF_TC_BODY(reset_peer_is_reported_to_either_interest, tc)
{
	struct test_poller *tp;
	int fd[2], interest;

	for (interest = POLLER_READ; interest <= POLLER_BOTH; interest++) {
		tp = test_poller_create();
		tcp_pair(fd);
		(void)fill(fd[0]);
		watch(tp, fd[0], KEY, interest);
		expect_ready(tp, KEY, 0);
		plain_reset(fd[1]);
		expect_ready(tp, KEY, interest);
		unwatch(tp, fd[0], interest);
		plain_close(fd[0]);
		test_poller_release(tp);
	}
}

ATF_TC_WITHOUT_HEAD(connect_that_is_refused_is_reported);
ATF_TC_BODY(connect_that_is_refused_is_reported, tc)
{
	struct test_poller *tp;
	socklen_t length;
	int error, fd, interest, port, refusing;

	for (interest = POLLER_READ; interest <= POLLER_BOTH; interest++) {
		tp = test_poller_create();
		refusing = plain_refusing_port(&port);
		fd = begin_connect(port);
		watch(tp, fd, KEY, interest);
		expect_ready(tp, KEY, interest);
		length = sizeof(error);
		ATF_REQUIRE_EQ(0, getsockopt(fd, SOL_SOCKET, SO_ERROR, &error,
		    &length));
		ATF_CHECK_EQ(ECONNREFUSED, error);
		unwatch(tp, fd, interest);
		plain_close(fd);
		plain_close(refusing);
		test_poller_release(tp);
	}
}

ATF_TC_WITHOUT_HEAD(connect_that_succeeds_is_writable_alone);
ATF_TC_BODY(connect_that_succeeds_is_writable_alone, tc)
{
	struct test_poller *tp;
	int fd, listener, port;

	tp = test_poller_create();
	listener = plain_listen(AF_INET, &port);
	fd = begin_connect(port);
	watch(tp, fd, KEY, POLLER_BOTH);
	expect_ready(tp, KEY, POLLER_WRITE);
	unwatch(tp, fd, POLLER_BOTH);
	plain_close(fd);
	plain_close(listener);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(connect_under_way_is_silent);
ATF_TC_BODY(connect_under_way_is_silent, tc)
{
	struct pollfd pfd;
	struct test_poller *tp;
	int fd, full[FULL], i, listener, port;

	tp = test_poller_create();
	listener = plain_listen_full(&port, full, FULL);
	fd = begin_connect(port);
	pfd.fd = fd;
	pfd.events = POLLOUT;
	if (poll(&pfd, 1, 0) == 0) {
		watch(tp, fd, KEY, POLLER_BOTH);
		expect_ready(tp, KEY, 0);
		unwatch(tp, fd, POLLER_BOTH);
	}
	plain_close(fd);
	for (i = 0; i < FULL; i++) {
		if (full[i] != -1)
			plain_close(full[i]);
	}
	plain_close(listener);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(listener_is_readable_while_connections_wait);
ATF_TC_BODY(listener_is_readable_while_connections_wait, tc)
{
	struct test_poller *tp;
	int accepted[2], client[2], i, listener, port;

	tp = test_poller_create();
	listener = plain_listen(AF_INET, &port);
	watch(tp, listener, KEY, POLLER_READ);
	expect_ready(tp, KEY, 0);
	client[0] = plain_connect(AF_INET, port);
	client[1] = plain_connect(AF_INET, port);
	expect_ready(tp, KEY, POLLER_READ);
	accepted[0] = plain_accept(listener);
	expect_ready(tp, KEY, POLLER_READ);
	change(tp, listener, KEY, POLLER_READ, 0);
	expect_ready(tp, KEY, 0);
	change(tp, listener, KEY, 0, POLLER_READ);
	expect_ready(tp, KEY, POLLER_READ);
	accepted[1] = plain_accept(listener);
	expect_ready(tp, KEY, 0);
	unwatch(tp, listener, POLLER_READ);
	for (i = 0; i < 2; i++) {
		plain_close(client[i]);
		plain_close(accepted[i]);
	}
	plain_close(listener);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(datagrams_are_readable_one_by_one);
ATF_TC_BODY(datagrams_are_readable_one_by_one, tc)
{
	struct test_poller *tp;
	char byte;
	int fd[2], i;

	tp = test_poller_create();
	ATF_REQUIRE_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, fd));
	watch(tp, fd[0], KEY, POLLER_BOTH);
	expect_ready(tp, KEY, POLLER_WRITE);
	ATF_REQUIRE_EQ(1, send(fd[1], "a", 1, 0));
	ATF_REQUIRE_EQ(1, send(fd[1], "b", 1, 0));
	for (i = 0; i < 2; i++) {
		expect_ready(tp, KEY, POLLER_BOTH);
		ATF_REQUIRE_EQ(1, recv(fd[0], &byte, 1, 0));
	}
	expect_ready(tp, KEY, POLLER_WRITE);
	unwatch(tp, fd[0], POLLER_BOTH);
	plain_close(fd[0]);
	plain_close(fd[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(local_stream_whose_peer_is_gone);
ATF_TC_BODY(local_stream_whose_peer_is_gone, tc)
{
	struct test_poller *tp;
	int fd[2];

	tp = test_poller_create();
	plain_socketpair(fd);
	watch(tp, fd[0], KEY, POLLER_BOTH);
	expect_ready(tp, KEY, POLLER_WRITE);
	plain_write(fd[1], "a", 1);
	plain_close(fd[1]);
	expect_ready(tp, KEY, POLLER_BOTH);
	plain_expect(fd[0], "a", 1);
	expect_ready(tp, KEY, POLLER_BOTH);
	change(tp, fd[0], KEY, POLLER_BOTH, 0);
	expect_ready(tp, KEY, 0);
	unwatch(tp, fd[0], 0);
	plain_close(fd[0]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(pipe_read_end);
ATF_TC_BODY(pipe_read_end, tc)
{
	struct test_poller *tp;
	char byte;
	int end[2];

	tp = test_poller_create();
	plain_pipe(end);
	watch(tp, end[0], KEY, POLLER_READ);
	expect_ready(tp, KEY, 0);
	plain_write(end[1], "a", 1);
	expect_ready(tp, KEY, POLLER_READ);
	plain_close(end[1]);
	expect_ready(tp, KEY, POLLER_READ);
	ATF_REQUIRE_EQ(1, read(end[0], &byte, 1));
	expect_ready(tp, KEY, POLLER_READ);
	ATF_REQUIRE_EQ(0, read(end[0], &byte, 1));
	expect_ready(tp, KEY, POLLER_READ);
	change(tp, end[0], KEY, POLLER_READ, 0);
	expect_ready(tp, KEY, 0);
	unwatch(tp, end[0], 0);
	plain_close(end[0]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(pipe_write_end);
ATF_TC_BODY(pipe_write_end, tc)
{
	struct test_poller *tp;
	char bytes[4096];
	int end[2];

	tp = test_poller_create();
	plain_pipe(end);
	make_non_blocking(end[0]);
	make_non_blocking(end[1]);
	watch(tp, end[1], KEY, POLLER_WRITE);
	expect_ready(tp, KEY, POLLER_WRITE);
	memset(bytes, 'a', sizeof(bytes));
	while (write(end[1], bytes, sizeof(bytes)) > 0)
		continue;
	ATF_REQUIRE_EQ(EAGAIN, errno);
	expect_ready(tp, KEY, 0);
	while (read(end[0], bytes, sizeof(bytes)) > 0)
		continue;
	expect_ready(tp, KEY, POLLER_WRITE);
	unwatch(tp, end[1], POLLER_WRITE);
	plain_close(end[0]);
	plain_close(end[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(pipe_whose_reader_goes_is_writable);
ATF_TC_BODY(pipe_whose_reader_goes_is_writable, tc)
{
	struct test_poller *tp;
	char bytes[4096];
	int end[2];

	ATF_REQUIRE(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	tp = test_poller_create();
	plain_pipe(end);
	make_non_blocking(end[1]);
	watch(tp, end[1], KEY, POLLER_WRITE);
	memset(bytes, 'a', sizeof(bytes));
	while (write(end[1], bytes, sizeof(bytes)) > 0)
		continue;
	expect_ready(tp, KEY, 0);
	plain_close(end[0]);
	expect_ready(tp, KEY, POLLER_WRITE);
	ATF_CHECK_EQ(-1, write(end[1], bytes, 1));
	ATF_CHECK_EQ(EPIPE, errno);
	change(tp, end[1], KEY, POLLER_WRITE, 0);
	expect_ready(tp, KEY, 0);
	unwatch(tp, end[1], 0);
	plain_close(end[1]);
	test_poller_release(tp);
}

/* A system may refuse at once, or take it and report it. */
ATF_TC_WITHOUT_HEAD(pipe_without_reader_is_writable_or_refused);
ATF_TC_BODY(pipe_without_reader_is_writable_or_refused, tc)
{
	struct test_poller *tp;
	int end[2];

	tp = test_poller_create();
	plain_pipe(end);
	watch(tp, end[1], KEY, 0);
	plain_close(end[0]);
	expect_ready(tp, KEY, 0);
	if (skynet_poller_backend->change(tp->poller, end[1], KEY, 0,
	    POLLER_WRITE) == 0) {
		expect_ready(tp, KEY, POLLER_WRITE);
		unwatch(tp, end[1], POLLER_WRITE);
	} else {
		ATF_CHECK_EQ(EPIPE, errno);
		expect_ready(tp, KEY, 0);
		unwatch(tp, end[1], 0);
	}
	plain_close(end[1]);
	test_poller_release(tp);
}

ATF_TC_WITHOUT_HEAD(dev_null_is_always_ready_or_refused);
ATF_TC_BODY(dev_null_is_always_ready_or_refused, tc)
{
	struct test_poller *tp;
	int fd;

	tp = test_poller_create();
	fd = open("/dev/null", O_RDWR);
	ATF_REQUIRE(fd != -1);
	if (skynet_poller_backend->add(tp->poller, fd, KEY, POLLER_BOTH) == 0) {
		expect_ready(tp, KEY, POLLER_BOTH);
		change(tp, fd, KEY, POLLER_BOTH, 0);
		expect_ready(tp, KEY, 0);
		unwatch(tp, fd, 0);
	}
	plain_close(fd);
	test_poller_release(tp);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, half_closed_peer_with_unread_data);
	ATF_TP_ADD_TC(tp, half_closed_peer_and_a_full_buffer);
	ATF_TP_ADD_TC(tp, reset_peer_is_reported_to_either_interest);
	ATF_TP_ADD_TC(tp, connect_that_is_refused_is_reported);
	ATF_TP_ADD_TC(tp, connect_that_succeeds_is_writable_alone);
	ATF_TP_ADD_TC(tp, connect_under_way_is_silent);
	ATF_TP_ADD_TC(tp, listener_is_readable_while_connections_wait);
	ATF_TP_ADD_TC(tp, datagrams_are_readable_one_by_one);
	ATF_TP_ADD_TC(tp, local_stream_whose_peer_is_gone);
	ATF_TP_ADD_TC(tp, pipe_read_end);
	ATF_TP_ADD_TC(tp, pipe_write_end);
	ATF_TP_ADD_TC(tp, pipe_whose_reader_goes_is_writable);
	ATF_TP_ADD_TC(tp, pipe_without_reader_is_writable_or_refused);
	ATF_TP_ADD_TC(tp, dev_null_is_always_ready_or_refused);
	return (atf_no_error());
}
