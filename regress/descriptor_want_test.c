/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * When descriptors run out: L-5 and E-2.  The program has its own accept4(2)
 * (or accept(2) where there is no other), which counts the calls: a listener
 * that spins shows there.
 */

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <arpa/inet.h>
#include <atf-c.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define LIMIT	128
#define ROUNDS	1000

/*
 * Written by whoever accepts.  While stealing is set, a descriptor that is free
 * when a connection is about to be taken is gone: somebody else was faster.
 */
static atomic_long	 accept_calls;
static atomic_bool	 stealing;
static atomic_int	 stolen_count;
static int		 stolen[LIMIT];

static void
accept_begins(void)
{
	int fd;

	atomic_fetch_add(&accept_calls, 1);
	if (!atomic_load(&stealing))
		return;
	while ((fd = dup(STDERR_FILENO)) != -1)
		stolen[atomic_fetch_add(&stolen_count, 1)] = fd;
}

#if SS_HAVE_ACCEPT4
int
accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
	int (*real)(int, struct sockaddr *, socklen_t *, int);

	accept_begins();
	*(void **)&real = dlsym(RTLD_NEXT, "accept4");
	return (real(fd, address, length, flags));
}
#else
int
accept(int fd, struct sockaddr *address, socklen_t *length)
{
	int (*real)(int, struct sockaddr *, socklen_t *);

	accept_begins();
	*(void **)&real = dlsym(RTLD_NEXT, "accept");
	return (real(fd, address, length));
}
#endif

struct want {
	struct rlimit	 before;
	int		 taken[LIMIT];
	int		 count;
};

/* Takes all descriptors that are left below LIMIT. */
static void
want_take(struct want *want)
{
	int fd;

	while ((fd = dup(STDERR_FILENO)) != -1)
		want->taken[want->count++] = fd;
	ATF_REQUIRE_EQ(EMFILE, errno);
}

static void
want_begin(struct want *want)
{
	struct rlimit limit;

	ATF_REQUIRE_EQ(0, getrlimit(RLIMIT_NOFILE, &want->before));
	limit = want->before;
	limit.rlim_cur = LIMIT;
	ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	want->count = 0;
	want_take(want);
}

static void
want_end(struct want *want)
{

	while (want->count > 0)
		plain_close(want->taken[--want->count]);
	ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_NOFILE, &want->before));
}

/* Connects a socket that exists already; the kernel takes it in. */
static void
connect_to(int fd, int port)
{
	struct sockaddr_in address;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ATF_REQUIRE_MSG(connect(fd, (struct sockaddr *)&address,
	    sizeof(address)) == 0, "connect: %s", strerror(errno));
}

/* The peer has ended, in whatever way. */
static void
expect_turned_away(int fd)
{
	char byte;

	plain_await(fd, POLLIN, "be turned away");
	ATF_CHECK(read(fd, &byte, 1) <= 0);
}

/* So many messages there and back: the network thread has its turns. */
static void
talk(struct test_server *ts, struct test_stream *talker, int rounds)
{
	int i;

	for (i = 0; i < rounds; i++) {
		plain_write(talker->fd, &i, sizeof(i));
		expect_data(ts, talker->id, &i, sizeof(i));
	}
}

/* Takes the ERRs of the listener out of the queue: how many. */
static int
count_errors(struct test_server *ts, int listener)
{
	int n;

	expect_command_fence(ts);
	for (n = 0; test_server_has(ts, listener); n++)
		(void)expect_message_of(ts, listener, SOCKET_ERR);
	return (n);
}

/* A new connection to the listener is accepted, whatever comes before it. */
static void
expect_service(struct test_server *ts, int listener, int port)
{
	const struct test_message *message;
	int fd;

	fd = plain_connect(AF_INET, port);
	do {
		message = expect_any_of(ts, listener);
	} while (message->type != SOCKET_ACCEPT ||
	    strcmp(message->text, plain_name(fd)) != 0);
	test_close(ts, message->ud);
	plain_close(fd);
}

ATF_TC_WITHOUT_HEAD(l5_error_turned_away_and_on);
ATF_TC_BODY(l5_error_turned_away_and_on, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct want want;
	int fd, listener, port, round;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	socket_server_start(ts->server, TEST_OWNER + 5, listener);
	(void)expect_message_of(ts, listener, SOCKET_OPEN);
	expect_command_fence(ts);
	/* More than once: the means to turn one away must come back. */
	for (round = 0; round < 3; round++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		ATF_REQUIRE(fd != -1);
		want_begin(&want);
		connect_to(fd, port);
		message = expect_message_of(ts, listener, SOCKET_ERR);
		ATF_CHECK(message->text[0] != '\0');
		ATF_CHECK_EQ(TEST_OWNER + 5, message->opaque);
		expect_turned_away(fd);
		want_end(&want);
		plain_close(fd);
		expect_service(ts, listener, port);
	}
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l5_a_lasting_want_is_no_busy_loop);
ATF_TC_BODY(l5_a_lasting_want_is_no_busy_loop, tc)
{
	struct test_server *ts;
	struct test_stream talker;
	struct want want;
	long calls;
	int fd[20], i, listener, port;

	ts = test_server_create(TEST_THREAD);
	talker = test_accepted(ts);
	listener = test_listen(ts, &port);
	expect_command_fence(ts);
	for (i = 0; i < (int)nitems(fd); i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		ATF_REQUIRE(fd[i] != -1);
	}
	want_begin(&want);
	for (i = 0; i < (int)nitems(fd); i++)
		connect_to(fd[i], port);
	(void)expect_message_of(ts, listener, SOCKET_ERR);
	calls = atomic_load(&accept_calls);
	talk(ts, &talker, ROUNDS);
	calls = atomic_load(&accept_calls) - calls;
	ATF_CHECK_MSG(calls < ROUNDS / 4, "%ld accepts in %d rounds", calls,
	    ROUNDS);
	i = count_errors(ts, listener);
	ATF_CHECK_MSG(i < ROUNDS / 10, "%d ERRs in %d rounds", i, ROUNDS);
	want_end(&want);
	expect_service(ts, listener, port);
	for (i = 0; i < (int)nitems(fd); i++)
		plain_close(fd[i]);
	plain_close(talker.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l5_somebody_else_takes_what_is_freed);
ATF_TC_BODY(l5_somebody_else_takes_what_is_freed, tc)
{
	struct test_server *ts;
	struct test_stream talker;
	struct want want;
	long calls;
	int fd[20], i, listener, port;

	ts = test_server_create(TEST_THREAD);
	talker = test_accepted(ts);
	listener = test_listen(ts, &port);
	expect_command_fence(ts);
	for (i = 0; i < (int)nitems(fd); i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		ATF_REQUIRE(fd[i] != -1);
	}
	want_begin(&want);
	atomic_store(&stealing, true);
	for (i = 0; i < (int)nitems(fd); i++) {
		connect_to(fd[i], port);
		talk(ts, &talker, 10);
	}
	(void)expect_message_of(ts, listener, SOCKET_ERR);
	calls = atomic_load(&accept_calls);
	talk(ts, &talker, ROUNDS);
	calls = atomic_load(&accept_calls) - calls;
	ATF_CHECK_MSG(calls < ROUNDS / 4, "%ld accepts in %d rounds", calls,
	    ROUNDS);
	i = count_errors(ts, listener);
	ATF_CHECK_MSG(i < ROUNDS / 10, "%d ERRs in %d rounds", i, ROUNDS);
	/* The want ends; what could not even be turned away is served. */
	atomic_store(&stealing, false);
	want_end(&want);
	for (i = 0; i < atomic_load(&stolen_count); i++)
		plain_close(stolen[i]);
	for (i = 0; i < (int)nitems(fd); i++)
		(void)expect_message_of(ts, listener, SOCKET_ACCEPT);
	expect_service(ts, listener, port);
	for (i = 0; i < (int)nitems(fd); i++)
		plain_close(fd[i]);
	plain_close(talker.fd);
	/* Another want: what turns one away is at hand again. */
	fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	ATF_REQUIRE(fd[0] != -1);
	want_begin(&want);
	connect_to(fd[0], port);
	(void)expect_message_of(ts, listener, SOCKET_ERR);
	expect_turned_away(fd[0]);
	want_end(&want);
	plain_close(fd[0]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l5_close_of_a_listener_in_want);
ATF_TC_BODY(l5_close_of_a_listener_in_want, tc)
{
	struct test_server *ts;
	struct want want;
	int fd, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	expect_command_fence(ts);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ATF_REQUIRE(fd != -1);
	want_begin(&want);
	connect_to(fd, port);
	(void)expect_message_of(ts, listener, SOCKET_ERR);
	socket_server_close(ts->server, TEST_OWNER, listener);
	(void)expect_message_of(ts, listener, SOCKET_CLOSE);
	expect_command_fence(ts);
	expect_none_queued(ts, listener);
	want_end(&want);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l5_connect_without_a_descriptor);
ATF_TC_BODY(l5_connect_without_a_descriptor, tc)
{
	struct test_server *ts;
	struct want want;
	int id, listener, port;

	ts = test_server_create(TEST_THREAD);
	listener = plain_listen(AF_INET, &port);
	want_begin(&want);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	if (id != -1)
		(void)expect_message(ts, SOCKET_ERR, id);
	want_end(&want);
	expect_none(ts, 0);
	id = socket_server_connect(ts->server, TEST_OWNER, "127.0.0.1", port);
	(void)expect_message(ts, SOCKET_OPEN, id);
	plain_close(listener);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f3_listen_without_a_descriptor);
ATF_TC_BODY(f3_listen_without_a_descriptor, tc)
{
	struct test_server *ts;
	struct want want;
	int id;

	ts = test_server_create(TEST_THREAD);
	want_begin(&want);
	id = socket_server_listen(ts->server, TEST_OWNER, "127.0.0.1", 0, 8);
	ATF_CHECK_EQ(-1, id);
	want_end(&want);
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f1_create_without_a_descriptor);
ATF_TC_BODY(f1_create_without_a_descriptor, tc)
{
	struct socket_server *server;
	struct want want;
	bool *before;
	int give;

	/* It needs some, and whatever it lacks, none may stay behind. */
	for (give = 0; give < 3; give++) {
		before = descriptor_census();
		want_begin(&want);
		while (want.count > 0 && give > 0 &&
		    LIMIT - descriptor_count() < give)
			plain_close(want.taken[--want.count]);
		server = socket_server_create(0);
		if (server != NULL)
			socket_server_release(server);
		want_end(&want);
		descriptor_compare(before);
		free(before);
		memory_all_returned();
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, l5_error_turned_away_and_on);
	ATF_TP_ADD_TC(tp, l5_a_lasting_want_is_no_busy_loop);
	ATF_TP_ADD_TC(tp, l5_somebody_else_takes_what_is_freed);
	ATF_TP_ADD_TC(tp, l5_close_of_a_listener_in_want);
	ATF_TP_ADD_TC(tp, l5_connect_without_a_descriptor);
	ATF_TP_ADD_TC(tp, f3_listen_without_a_descriptor);
	ATF_TP_ADD_TC(tp, f1_create_without_a_descriptor);
	return (atf_no_error());
}
