/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Bounds: all ids in use, ids over a long time, large descriptors, many
 * connections.  A connect whose name is still being looked up has an id and no
 * descriptor, so ids can run out without anything else.
 */

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "plain_udp.h"
#include "server.h"

#define HIGH	(FD_SETSIZE + 100)	/* descriptors held before the test */
#define IDS	200000
#define CROWD	1500			/* connections at once */

/* Ids without descriptors, until there are no more: how many. */
static int
use_all_ids(struct test_server *ts, int *id)
{
	int n;

	resolver_hold();
	for (n = 0; n <= SS_SLOTS; n++) {
		errno = 0;
		id[n] = socket_server_connect(ts->server, TEST_OWNER,
		    "localhost", 9);
		if (id[n] == -1)
			return (n);
		ATF_REQUIRE(id[n] > 0);
	}
	atf_tc_fail("more ids than slots");
}

/* Closes those from one place up to another. */
static void
give_back(struct test_server *ts, const int *id, int from, int to)
{
	int i;

	for (i = from; i < to; i++)
		socket_server_close(ts->server, TEST_OWNER, id[i]);
	for (i = from; i < to; i++)
		(void)expect_message_of(ts, id[i], SOCKET_CLOSE);
}

static int *
id_array(void)
{
	int *id;

	id = calloc(SS_SLOTS + 1, sizeof(*id));
	ATF_REQUIRE(id != NULL);
	return (id);
}

ATF_TC_WITHOUT_HEAD(e1_all_ids_in_use_and_given_back);
ATF_TC_BODY(e1_all_ids_in_use_and_given_back, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int bound[2], descriptors, *id, n;

	id = id_array();
	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	plain_socketpair(bound);
	descriptors = descriptor_count();
	n = use_all_ids(ts, id);
	ATF_CHECK_EQ(SS_SLOTS - 1, n);
	ATF_CHECK_EQ(EMFILE, errno);
	ATF_CHECK_EQ(-1, socket_server_listen(ts->server, TEST_OWNER,
	    "127.0.0.1", 0, 8));
	ATF_CHECK_EQ(-1, socket_server_udp(ts->server, TEST_OWNER, NULL, 0));
	ATF_CHECK_EQ(-1, socket_server_udp_dial(ts->server, TEST_OWNER,
	    "127.0.0.1", 9));
	ATF_CHECK_EQ(-1, socket_server_bind(ts->server, TEST_OWNER,
	    bound[0]));
	ATF_CHECK_EQ(-1, socket_server_connect(ts->server, TEST_OWNER,
	    "127.0.0.1", 9));
	ATF_CHECK_EQ(descriptors, descriptor_count());
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "well", 4));
	plain_expect(stream.fd, "well", 4);
	give_back(ts, id, 0, 1);
	id[0] = socket_server_bind(ts->server, TEST_OWNER, bound[0]);
	ATF_REQUIRE(id[0] > 0);
	(void)expect_message(ts, SOCKET_OPEN, id[0]);
	ATF_CHECK_EQ(-1, socket_server_udp(ts->server, TEST_OWNER, NULL, 0));
	give_back(ts, id, 0, n);
	expect_none(ts, 0);
	resolver_let_go();
	plain_close(bound[0]);
	plain_close(bound[1]);
	plain_close(stream.fd);
	test_server_release(ts);
	free(id);
}

/* L-5, for want of ids: told once, turned away, and serving again. */
ATF_TC_WITHOUT_HEAD(l5_accept_without_a_free_id);
ATF_TC_BODY(l5_accept_without_a_free_id, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int fd, i, *id, listener, n, port;

	id = id_array();
	ts = test_server_create(TEST_THREAD);
	expect_command_fence(ts);	/* later ones take no id */
	listener = test_listen(ts, &port);
	stream = test_accept(ts, listener, port);
	n = use_all_ids(ts, id);
	for (i = 0; i < 3; i++) {
		fd = plain_connect(AF_INET, port);
		if (i == 0)
			(void)expect_message(ts, SOCKET_ERR, listener);
		plain_expect_end(fd);
		plain_close(fd);
	}
	expect_command_fence(ts);
	expect_none_queued(ts, 0);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "well", 4));
	plain_expect(stream.fd, "well", 4);
	give_back(ts, id, 0, 1);
	fd = plain_connect(AF_INET, port);
	id[0] = expect_message(ts, SOCKET_ACCEPT, listener)->ud;
	test_start(ts, id[0]);
	plain_write(fd, "served", 6);
	expect_data(ts, id[0], "served", 6);
	give_back(ts, id, 0, n);
	resolver_let_go();
	plain_close(fd);
	plain_close(stream.fd);
	test_server_release(ts);
	free(id);
}

static int
compare(const void *a, const void *b)
{
	int x, y;

	x = *(const int *)a;
	y = *(const int *)b;
	return (x < y ? -1 : x > y);
}

/* One socket at a time, again and again. */
ATF_TC_WITHOUT_HEAD(l1_ids_are_positive_and_do_not_come_back_soon);
ATF_TC_BODY(l1_ids_are_positive_and_do_not_come_back_soon, tc)
{
	struct socket_server *server;
	struct socket_message message;
	int i, *id, more;

	(void)alarm(10 * TEST_DEADLINE / 1000);
	id = calloc(IDS, sizeof(*id));
	ATF_REQUIRE(id != NULL);
	server = socket_server_create(0);
	ATF_REQUIRE(server != NULL);
	for (i = 0; i < IDS; i++) {
		/* It cannot be bound, so its id is gone at once. */
		id[i] = socket_server_bind(server, TEST_OWNER, -1);
		ATF_REQUIRE(id[i] > 0);
		ATF_REQUIRE_EQ(SOCKET_ERR, socket_server_poll(server,
		    &message, &more));
		ATF_REQUIRE_EQ(id[i], message.id);
	}
	qsort(id, IDS, sizeof(*id), compare);
	for (i = 1; i < IDS; i++)
		ATF_REQUIRE_MSG(id[i - 1] != id[i], "id %d is used twice",
		    id[i]);
	socket_server_release(server);
	memory_all_returned();
	free(id);
}

ATF_TC_WITHOUT_HEAD(m4_text_is_cut_at_128_bytes);
ATF_TC_BODY(m4_text_is_cut_at_128_bytes, tc)
{
	struct socket_server *server;
	struct socket_message message;
	char text[300];
	size_t n;
	int more;

	(void)alarm(TEST_DEADLINE / 1000);
	server = socket_server_create(0);
	ATF_REQUIRE(server != NULL);
	for (n = 126; n < sizeof(text); n++) {
		memset(text, 'x', n);
		text[n] = '\0';
		ss_tell(server, SOCKET_ERR, TEST_OWNER, 1, 0, text);
		ATF_REQUIRE_EQ(SOCKET_ERR, socket_server_poll(server,
		    &message, &more));
		ATF_CHECK_EQ(n < 128 ? n : 128, strlen(message.data));
		ATF_CHECK_EQ(0, strncmp(text, message.data, 128));
		ATF_REQUIRE_EQ(SS_NOTHING, ss_poll(server, &message, &more,
		    0));
	}
	socket_server_release(server);
	memory_all_returned();
}

static void
raise_limit(rlim_t needed)
{
	struct rlimit limit;

	ATF_REQUIRE_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < needed)
		atf_tc_skip("only %llu descriptors are allowed",
		    (unsigned long long)limit.rlim_max);
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= needed)
		return;
	limit.rlim_cur = needed;
	ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
}

static void
check_stream(struct test_server *ts, const struct test_stream *stream)
{

	ATF_CHECK(stream->fd > FD_SETSIZE);
	ATF_CHECK_EQ(0, test_send(ts, stream->id, "to", 2));
	plain_expect(stream->fd, "to", 2);
	plain_write(stream->fd, "fro", 3);
	expect_data(ts, stream->id, "fro", 3);
	plain_end(stream->fd);
	(void)expect_message_of(ts, stream->id, SOCKET_CLOSE);
	socket_server_close(ts->server, TEST_OWNER, stream->id);
	plain_expect_end(stream->fd);
	plain_close(stream->fd);
}

ATF_TC_WITHOUT_HEAD(t1_descriptors_above_fd_setsize);
ATF_TC_BODY(t1_descriptors_above_fd_setsize, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int fd, held[HIGH], i, id, own, port;

	raise_limit(HIGH + 200);
	for (i = 0; i < HIGH; i++) {
		held[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		ATF_REQUIRE(held[i] != -1);
	}
	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	check_stream(ts, &stream);
	stream = test_connected(ts);
	check_stream(ts, &stream);
	fd = plain_udp(AF_INET, &port);
	id = socket_server_udp_dial(ts->server, TEST_OWNER, "127.0.0.1",
	    port);
	ATF_CHECK_EQ(0, test_send(ts, id, "to", 2));
	own = plain_udp_expect(fd, "to", 2);
	plain_udp_send(fd, own, "fro", 3);
	(void)expect_message_of(ts, id, SOCKET_UDP);
	plain_close(fd);
	expect_none(ts, 0);
	test_server_release(ts);
	for (i = 0; i < HIGH; i++)
		plain_close(held[i]);
}

ATF_TC_WITHOUT_HEAD(l1_a_crowd_of_connections_at_once);
ATF_TC_BODY(l1_a_crowd_of_connections_at_once, tc)
{
	static struct test_stream stream[CROWD];
	struct test_server *ts;
	int i, listener, port;

	raise_limit(2 * CROWD + 200);
	ts = test_server_create(TEST_THREAD);
	listener = test_listen(ts, &port);
	for (i = 0; i < CROWD; i++) {
		stream[i] = test_accept(ts, listener, port);
		socket_server_start(ts->server, TEST_OWNER, stream[i].id);
	}
	for (i = 0; i < CROWD; i++) {
		(void)expect_message_of(ts, stream[i].id, SOCKET_OPEN);
		plain_write(stream[i].fd, &i, sizeof(i));
	}
	for (i = CROWD - 1; i >= 0; i--) {
		expect_data(ts, stream[i].id, &i, sizeof(i));
		ATF_REQUIRE_EQ(0, test_send(ts, stream[i].id, &i,
		    sizeof(i)));
		plain_expect(stream[i].fd, &i, sizeof(i));
		plain_close(stream[i].fd);
	}
	for (i = 0; i < CROWD; i++)
		(void)expect_message_of(ts, stream[i].id, SOCKET_CLOSE);
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, e1_all_ids_in_use_and_given_back);
	ATF_TP_ADD_TC(tp, l5_accept_without_a_free_id);
	ATF_TP_ADD_TC(tp, l1_ids_are_positive_and_do_not_come_back_soon);
	ATF_TP_ADD_TC(tp, m4_text_is_cut_at_128_bytes);
	ATF_TP_ADD_TC(tp, t1_descriptors_above_fd_setsize);
	ATF_TP_ADD_TC(tp, l1_a_crowd_of_connections_at_once);
	return (atf_no_error());
}
