/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Input that makes no sense: refused or ignored, and nobody else suffers.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "harness.h"
#include "skynet_malloc.h"

#define HOST_MAX	255

static const int bad_ports[] = { -1, 65536, 65537 + 80, INT_MIN, INT_MAX };

/* A connection that must not notice anything. */
struct witness {
	struct test_server	*ts;
	struct test_stream	 stream;
	size_t			 blocks;	/* that lived at the start */
	int			 lines;		/* of skynet_error then */
};

static void
witness_start(struct witness *witness)
{

	/* Names are the script's: no look-up leaves the process. */
	ATF_REQUIRE_EQ(0, resolver_calls());
	witness->ts = test_server_create(TEST_THREAD);
	witness->stream = test_connected(witness->ts);
	expect_none(witness->ts, 0);
	witness->blocks = memory_blocks();
	witness->lines = error_count();
}

/* The connection goes on, and nothing was said to anyone. */
static void
witness_check(struct witness *witness)
{

	expect_none(witness->ts, 0);
	ATF_CHECK_EQ(0, test_send(witness->ts, witness->stream.id, "to", 2));
	plain_expect(witness->stream.fd, "to", 2);
	plain_write(witness->stream.fd, "fro", 3);
	expect_data(witness->ts, witness->stream.id, "fro", 3);
}

static void
witness_end(struct witness *witness)
{

	witness_check(witness);
	plain_close(witness->stream.fd);
	test_server_release(witness->ts);
}

/* One more line has been written since the last call. */
static void
require_line(struct witness *witness, const char *what)
{
	const int lines = error_count();

	ATF_CHECK_MSG(lines == witness->lines + 1,
	    "%s: %d lines of skynet_error, not 1", what,
	    lines - witness->lines);
	witness->lines = lines;
}

static const char *
host_of_length(char *host, size_t n)
{

	memset(host, 'x', n);
	host[n] = '\0';
	return (host);
}

ATF_TC_WITHOUT_HEAD(e1_listen);
ATF_TC_BODY(e1_listen, tc)
{
	struct witness w;
	char host[1001];
	size_t i;
	int fd, port;

	witness_start(&w);
	for (i = 0; i < nitems(bad_ports); i++) {
		ATF_CHECK_EQ(-1, socket_server_listen(w.ts->server,
		    TEST_OWNER, "127.0.0.1", bad_ports[i], 8));
		require_line(&w, "bad port");
	}
	for (i = HOST_MAX; i < sizeof(host); i += 1000 - HOST_MAX) {
		ATF_CHECK_EQ(-1, socket_server_listen(w.ts->server,
		    TEST_OWNER, host_of_length(host, i), 0, 8));
		require_line(&w, "bad host");
	}
	ATF_CHECK_EQ(-1, socket_server_listen(w.ts->server, TEST_OWNER,
	    "no.such.name", 0, 8));
	require_line(&w, "no such name");
	fd = plain_listen(AF_INET, &port);
	ATF_CHECK_EQ(-1, socket_server_listen(w.ts->server, TEST_OWNER,
	    "127.0.0.1", port, 8));
	ATF_CHECK_EQ(EADDRINUSE, errno);
	require_line(&w, "port in use");
	plain_close(fd);
	witness_end(&w);
}

ATF_TC_WITHOUT_HEAD(e1_connect);
ATF_TC_BODY(e1_connect, tc)
{
	struct witness w;
	char host[1001];
	size_t i;
	int id;

	witness_start(&w);
	for (i = 0; i < nitems(bad_ports); i++) {
		ATF_CHECK_EQ(-1, socket_server_connect(w.ts->server,
		    TEST_OWNER, "127.0.0.1", bad_ports[i]));
		require_line(&w, "bad port");
	}
	ATF_CHECK_EQ(-1, socket_server_connect(w.ts->server, TEST_OWNER,
	    "127.0.0.1", 0));
	require_line(&w, "port 0");
	ATF_CHECK_EQ(-1, socket_server_connect(w.ts->server, TEST_OWNER,
	    NULL, 80));
	require_line(&w, "no host");
	ATF_CHECK_EQ(-1, socket_server_connect(w.ts->server, TEST_OWNER,
	    host_of_length(host, HOST_MAX + 1), 80));
	require_line(&w, "long host");
	ATF_CHECK_EQ(-1, socket_server_connect(w.ts->server, TEST_OWNER,
	    host_of_length(host, 1000), 80));
	require_line(&w, "very long host");
	/* The longest that is taken fails later, and the id is gone. */
	id = socket_server_connect(w.ts->server, TEST_OWNER,
	    host_of_length(host, HOST_MAX), 80);
	ATF_REQUIRE(id > 0);
	(void)expect_message(w.ts, SOCKET_ERR, id);
	ATF_CHECK_EQ(-1, test_send(w.ts, id, "x", 1));
	witness_end(&w);
}

ATF_TC_WITHOUT_HEAD(e1_udp);
ATF_TC_BODY(e1_udp, tc)
{
	struct witness w;
	char host[1001];
	size_t i;

	witness_start(&w);
	(void)host_of_length(host, HOST_MAX + 1);
	for (i = 0; i < nitems(bad_ports); i++) {
		ATF_CHECK_EQ(-1, socket_server_udp(w.ts->server, TEST_OWNER,
		    "127.0.0.1", bad_ports[i]));
		require_line(&w, "udp");
		ATF_CHECK_EQ(-1, socket_server_udp_listen(w.ts->server,
		    TEST_OWNER, "127.0.0.1", bad_ports[i]));
		require_line(&w, "udp_listen");
		ATF_CHECK_EQ(-1, socket_server_udp_dial(w.ts->server,
		    TEST_OWNER, "127.0.0.1", bad_ports[i]));
		require_line(&w, "udp_dial");
	}
	ATF_CHECK_EQ(-1, socket_server_udp(w.ts->server, TEST_OWNER, host,
	    0));
	require_line(&w, "udp, long host");
	ATF_CHECK_EQ(-1, socket_server_udp_listen(w.ts->server, TEST_OWNER,
	    host, 80));
	require_line(&w, "udp_listen, long host");
	ATF_CHECK_EQ(-1, socket_server_udp_dial(w.ts->server, TEST_OWNER,
	    host, 80));
	require_line(&w, "udp_dial, long host");
	ATF_CHECK_EQ(-1, socket_server_udp_dial(w.ts->server, TEST_OWNER,
	    NULL, 80));
	require_line(&w, "udp_dial, no host");
	ATF_CHECK_EQ(-1, socket_server_udp_dial(w.ts->server, TEST_OWNER,
	    "127.0.0.1", 0));
	require_line(&w, "udp_dial, port 0");
	ATF_CHECK_EQ(-1, socket_server_udp_listen(w.ts->server, TEST_OWNER,
	    "127.0.0.1", 0));
	require_line(&w, "udp_listen, port 0");
	ATF_CHECK_EQ(-1, socket_server_udp_listen(w.ts->server, TEST_OWNER,
	    "no.such.name", 80));
	require_line(&w, "udp_listen, no such name");
	witness_end(&w);
}

/* Ids that name nothing: never did, or do no more. */
static int
bad_ids(struct test_server *ts, int known, int id[10])
{
	int gone, n;

	gone = socket_server_udp(ts->server, TEST_OWNER, NULL, 0);
	ATF_REQUIRE(gone > 0);
	test_close(ts, gone);
	n = 0;
	id[n++] = gone;
	id[n++] = 0;
	id[n++] = -1;
	id[n++] = INT_MIN;
	id[n++] = INT_MAX;
	id[n++] = known + 1000;		/* a slot that nobody has used */
	id[n++] = known + (1 << 20);	/* a slot in use, another time */
	id[n++] = known & 0xffff;
	id[n++] = -known;
	return (n);
}

static void
send_badly(struct test_server *ts, int id)
{
	struct socket_sendbuffer buffer;
	char bytes[] = "bytes";

	ATF_CHECK_EQ(-1, test_send(ts, id, "x", 1));
	ATF_CHECK_EQ(-1, test_send_low(ts, id, "x", 1));
	ATF_CHECK_EQ(-1, test_send(ts, id, "", 0));
	buffer.id = id;
	buffer.type = SOCKET_BUFFER_RAWPOINTER;
	buffer.buffer = bytes;
	buffer.sz = sizeof(bytes);
	ATF_CHECK_EQ(-1, socket_server_send(ts->server, &buffer));
	ATF_CHECK_EQ(-1, socket_server_send_lowpriority(ts->server,
	    &buffer));
	ATF_CHECK_EQ(-1, socket_server_udp_send(ts->server, NULL, &buffer));
	ATF_CHECK_EQ(-1, socket_server_udp_connect(ts->server, id,
	    "127.0.0.1", 80));
}

ATF_TC_WITHOUT_HEAD(e1_ids_that_name_nothing);
ATF_TC_BODY(e1_ids_that_name_nothing, tc)
{
	struct witness w;
	int i, id[10], n;

	witness_start(&w);
	n = bad_ids(w.ts, w.stream.id, id);
	for (i = 0; i < n; i++) {
		socket_server_pause(w.ts->server, TEST_OWNER, id[i]);
		socket_server_close(w.ts->server, TEST_OWNER, id[i]);
		socket_server_shutdown(w.ts->server, TEST_OWNER, id[i]);
		socket_server_nodelay(w.ts->server, id[i]);
		send_badly(w.ts, id[i]);
		expect_none(w.ts, 0);
	}
	ATF_CHECK_EQ(w.blocks, memory_blocks());
	witness_end(&w);
}

ATF_TC_WITHOUT_HEAD(e1_start_of_an_id_that_names_nothing);
ATF_TC_BODY(e1_start_of_an_id_that_names_nothing, tc)
{
	const struct test_message *message;
	struct witness w;
	int i, id[10], n;

	witness_start(&w);
	n = bad_ids(w.ts, w.stream.id, id);
	for (i = 0; i < n; i++) {
		socket_server_start(w.ts->server, TEST_OWNER + 5, id[i]);
		message = expect_any_for(w.ts, TEST_OWNER + 5);
		ATF_CHECK_EQ(SOCKET_ERR, message->type);
		ATF_CHECK_EQ(id[i], message->id);
		ATF_CHECK_EQ(TEST_OWNER + 5, message->opaque);
	}
	witness_end(&w);
}

ATF_TC_WITHOUT_HEAD(e1_buffers);
ATF_TC_BODY(e1_buffers, tc)
{
	const int bad_types[] = { -1, 3, 4, INT_MIN, INT_MAX };
	struct socket_sendbuffer buffer;
	struct witness w;
	char bytes[] = "bytes";
	size_t i;

	witness_start(&w);
	buffer.id = w.stream.id;
	buffer.buffer = bytes;
	buffer.sz = sizeof(bytes);
	for (i = 0; i < nitems(bad_types); i++) {
		buffer.type = bad_types[i];
		ATF_CHECK_EQ(-1, socket_server_send(w.ts->server, &buffer));
		ATF_CHECK_EQ(-1, socket_server_send_lowpriority(
		    w.ts->server, &buffer));
		ATF_CHECK_EQ(-1, socket_server_udp_send(w.ts->server, NULL,
		    &buffer));
	}
	/* An object, and nobody has said what objects are. */
	buffer.type = SOCKET_BUFFER_OBJECT;
	ATF_CHECK_EQ(-1, socket_server_send(w.ts->server, &buffer));
	/* No buffer, but a size. */
	buffer.type = SOCKET_BUFFER_RAWPOINTER;
	buffer.buffer = NULL;
	ATF_CHECK_EQ(-1, socket_server_send(w.ts->server, &buffer));
	buffer.type = SOCKET_BUFFER_MEMORY;
	ATF_CHECK_EQ(-1, socket_server_send(w.ts->server, &buffer));
	ATF_CHECK_EQ(-1, socket_server_send_lowpriority(w.ts->server,
	    &buffer));
	/* No buffer and no size is nothing to send. */
	buffer.sz = 0;
	ATF_CHECK_EQ(0, socket_server_send(w.ts->server, &buffer));
	ATF_CHECK_EQ(-1, socket_server_send(w.ts->server, NULL));
	witness_end(&w);
}

ATF_TC_WITHOUT_HEAD(e1_calls_that_do_not_fit_the_socket);
ATF_TC_BODY(e1_calls_that_do_not_fit_the_socket, tc)
{
	struct witness w;
	int id, port;

	witness_start(&w);
	id = test_listen(w.ts, &port);
	ATF_CHECK_EQ(-1, test_send(w.ts, id, "x", 1));
	ATF_CHECK_EQ(-1, test_send_low(w.ts, id, "x", 1));
	socket_server_nodelay(w.ts->server, id);
	test_close(w.ts, id);
	id = socket_server_udp(w.ts->server, TEST_OWNER, NULL, 0);
	socket_server_nodelay(w.ts->server, id);
	socket_server_pause(w.ts->server, TEST_OWNER, id);
	socket_server_pause(w.ts->server, TEST_OWNER, id);
	expect_none(w.ts, 0);
	test_close(w.ts, id);
	ATF_CHECK_EQ(-1, socket_server_udp_connect(w.ts->server, w.stream.id,
	    "127.0.0.1", 80));
	witness_end(&w);
}

ATF_TC_WITHOUT_HEAD(e1_descriptors_that_are_not_open);
ATF_TC_BODY(e1_descriptors_that_are_not_open, tc)
{
	const int bad[] = { -1, INT_MIN, INT_MAX, 1 << 20 };
	struct witness w;
	size_t i;
	int id;

	witness_start(&w);
	for (i = 0; i < nitems(bad); i++) {
		id = socket_server_bind(w.ts->server, TEST_OWNER, bad[i]);
		ATF_REQUIRE(id > 0);
		(void)expect_message(w.ts, SOCKET_ERR, id);
		ATF_CHECK_EQ(-1, test_send(w.ts, id, "x", 1));
		witness_check(&w);
	}
	witness_end(&w);
}

/* Out of bounds means the default or the nearest. */
ATF_TC_WITHOUT_HEAD(e1_any_backlog_listens);
ATF_TC_BODY(e1_any_backlog_listens, tc)
{
	const int backlogs[] = { 0, -1, INT_MIN, INT_MAX, 1 };
	struct test_stream stream;
	struct witness w;
	size_t i;
	int id, port;

	witness_start(&w);
	for (i = 0; i < nitems(backlogs); i++) {
		id = socket_server_listen(w.ts->server, TEST_OWNER,
		    "127.0.0.1", 0, backlogs[i]);
		ATF_REQUIRE(id > 0);
		port = expect_message(w.ts, SOCKET_OPEN, id)->ud;
		test_start(w.ts, id);
		stream = test_accept(w.ts, id, port);
		test_close(w.ts, stream.id);
		plain_close(stream.fd);
		test_close(w.ts, id);
	}
	witness_end(&w);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, e1_listen);
	ATF_TP_ADD_TC(tp, e1_connect);
	ATF_TP_ADD_TC(tp, e1_udp);
	ATF_TP_ADD_TC(tp, e1_ids_that_name_nothing);
	ATF_TP_ADD_TC(tp, e1_start_of_an_id_that_names_nothing);
	ATF_TP_ADD_TC(tp, e1_buffers);
	ATF_TP_ADD_TC(tp, e1_calls_that_do_not_fit_the_socket);
	ATF_TP_ADD_TC(tp, e1_descriptors_that_are_not_open);
	ATF_TP_ADD_TC(tp, e1_any_backlog_listens);
	return (atf_no_error());
}
