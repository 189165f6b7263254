/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Out of memory while sockets are made; memory_trial.h tells how.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <stdlib.h>

#include "harness.h"
#include "memory_trial.h"

#define REFUSED	(-1)		/* an outcome, instead of a message's type */

static void
prepare_nothing(struct trial *t)
{

	(void)t;
}

ATF_TC_WITHOUT_HEAD(e2_create);
ATF_TC_BODY(e2_create, tc)
{
	struct socket_server *server;
	bool *before;
	long n;

	server = NULL;
	before = descriptor_census();
	for (n = 1; n < TRIALS; n++) {
		memory_fail_at(n);
		errno = 0;
		server = socket_server_create(0);
		if (!memory_fail_end())
			break;
		ATF_CHECK(server == NULL);
		ATF_CHECK_EQ(ENOMEM, errno);
		memory_all_returned();
		descriptor_compare(before);
	}
	ATF_CHECK(n > 1);
	ATF_REQUIRE(server != NULL);
	socket_server_release(server);
	memory_all_returned();
	descriptor_compare(before);
	free(before);
}

/* Takes in an id, or a refusal, and what is first heard of it. */
static void
note_outcome(struct trial *t, int id)
{

	t->stream.id = id;
	if (id == -1) {
		ATF_CHECK_EQ(ENOMEM, errno);
		t->outcome = REFUSED;
	} else {
		ATF_REQUIRE(id > 0);
		t->outcome = expect_any_of(t->ts, id)->type;
	}
}

static void
finish_open(struct trial *t)
{

	if (t->outcome == SOCKET_OPEN || t->outcome == SOCKET_UDP) {
		test_close(t->ts, t->stream.id);
	} else if (t->outcome != REFUSED) {
		ATF_CHECK_EQ(SOCKET_ERR, t->outcome);
		ATF_CHECK_EQ(-1, test_send(t->ts, t->stream.id, "x", 1));
	}
	if (t->listener > 0)
		plain_close(t->listener);
}

static void
act_listen(struct trial *t)
{

	note_outcome(t, socket_server_listen(t->ts->server, TEST_OWNER,
	    "127.0.0.1", 0, 8));
}

ATF_TC_WITHOUT_HEAD(e2_listen);
ATF_TC_BODY(e2_listen, tc)
{
	const struct scenario scenario = { TEST_STEP, prepare_nothing,
	    act_listen, finish_open };

	memory_try_all(&scenario);
}

static void
prepare_plain_listener(struct trial *t)
{

	t->listener = plain_listen(AF_INET, &t->port);
}

static void
act_connect(struct trial *t)
{

	note_outcome(t, socket_server_connect(t->ts->server, TEST_OWNER,
	    "127.0.0.1", t->port));
}

ATF_TC_WITHOUT_HEAD(e2_connect);
ATF_TC_BODY(e2_connect, tc)
{
	const struct scenario scenario = { TEST_STEP, prepare_plain_listener,
	    act_connect, finish_open };

	memory_try_all(&scenario);
}

/* The look-up's thread may find no memory for a while: it is not lost. */
static void
act_connect_by_name(struct trial *t)
{

	t->stream.id = socket_server_connect(t->ts->server, TEST_OWNER,
	    "localhost", t->port);
}

static void
finish_connect_by_name(struct trial *t)
{

	errno = ENOMEM;
	note_outcome(t, t->stream.id);
	finish_open(t);
}

ATF_TC_WITHOUT_HEAD(e2_connect_by_name);
ATF_TC_BODY(e2_connect_by_name, tc)
{
	const struct scenario scenario = { TEST_THREAD,
	    prepare_plain_listener, act_connect_by_name,
	    finish_connect_by_name };
	long n;

	ATF_REQUIRE_EQ(0, resolver_calls());
	/* Threads race with the end of the want: no count ends this. */
	for (n = 1; n < 12; n++) {
		(void)memory_try_once(&scenario, n, false);
		(void)memory_try_once(&scenario, n, true);
	}
}

static void
act_udp(struct trial *t)
{
	int id;

	id = socket_server_udp_dial(t->ts->server, TEST_OWNER, "127.0.0.1",
	    t->port);
	t->stream.id = id;
	t->outcome = id == -1 ? REFUSED : SOCKET_OPEN;
	ATF_CHECK(id != -1 || errno == ENOMEM);
}

static void
finish_udp(struct trial *t)
{
	const struct test_message *message;

	plain_close(t->listener);
	if (t->outcome == REFUSED)
		return;
	/* It may have been unable to begin: then that is heard. */
	socket_server_close(t->ts->server, TEST_OWNER, t->stream.id);
	message = expect_any_of(t->ts, t->stream.id);
	if (message->type == SOCKET_ERR)
		message = expect_any_of(t->ts, t->stream.id);
	ATF_CHECK_EQ(SOCKET_CLOSE, message->type);
}

ATF_TC_WITHOUT_HEAD(e2_udp);
ATF_TC_BODY(e2_udp, tc)
{
	const struct scenario scenario = { TEST_STEP, prepare_plain_listener,
	    act_udp, finish_udp };

	memory_try_all(&scenario);
}

static void
act_bind(struct trial *t)
{

	note_outcome(t, socket_server_bind(t->ts->server, TEST_OWNER,
	    t->stream.fd));
}

static void
prepare_pair(struct trial *t)
{
	int fd[2];

	plain_socketpair(fd);
	t->stream.fd = fd[0];
	t->listener = fd[1];
}

ATF_TC_WITHOUT_HEAD(e2_bind);
ATF_TC_BODY(e2_bind, tc)
{
	const struct scenario scenario = { TEST_STEP, prepare_pair,
	    act_bind, finish_open };

	memory_try_all(&scenario);
}

/*
 * Accepting: the connection is taken or turned away, the listener stays.
 */

#define FRESH	200		/* ids used up, so that new memory is due */
#define VISITS	100

static void
prepare_listener(struct trial *t)
{
	int i, id;

	for (i = 0; i < FRESH; i++) {
		id = socket_server_bind(t->ts->server, TEST_OWNER, -1);
		(void)expect_message_of(t->ts, id, SOCKET_ERR);
	}
	t->listener = test_listen(t->ts, &t->port);
}

static void
act_accept(struct trial *t)
{
	const struct test_message *message;
	int fd, i;

	for (i = 0; i < VISITS; i++) {
		fd = plain_connect(AF_INET, t->port);
		message = expect_any_of(t->ts, t->listener);
		if (message->type == SOCKET_ERR) {
			plain_expect_end(fd);
			plain_close(fd);
			return;
		}
		ATF_REQUIRE_EQ(SOCKET_ACCEPT, message->type);
		plain_close(fd);
	}
}

static void
finish_accept(struct trial *t)
{
	struct test_stream stream;

	stream = test_accept(t->ts, t->listener, t->port);
	test_start(t->ts, stream.id);
	plain_write(stream.fd, "served", 6);
	expect_data(t->ts, stream.id, "served", 6);
	plain_close(stream.fd);
}

ATF_TC_WITHOUT_HEAD(e2_accept);
ATF_TC_BODY(e2_accept, tc)
{
	const struct scenario scenario = { TEST_STEP, prepare_listener,
	    act_accept, finish_accept };

	memory_try_all(&scenario);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, e2_create);
	ATF_TP_ADD_TC(tp, e2_listen);
	ATF_TP_ADD_TC(tp, e2_connect);
	ATF_TP_ADD_TC(tp, e2_connect_by_name);
	ATF_TP_ADD_TC(tp, e2_udp);
	ATF_TP_ADD_TC(tp, e2_bind);
	ATF_TP_ADD_TC(tp, e2_accept);
	return (atf_no_error());
}
