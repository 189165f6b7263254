/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What went wrong elsewhere and has no case in another program: sockets whose
 * other side has gone must not keep the network thread busy, large numbers of
 * sends and commands must not matter, and more.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "plain_udp.h"
#include "server.h"

#define LARGE		(8 * 1024 * 1024) /* beyond any pair of buffers */
#define MANY_SENDS	70000		/* a counter of 16 bits is too small */
#define MANY_COMMANDS	100000		/* so is a pipe for their bytes */
#define IDLE_BYTES	(512 * 1024)

/*
 * Nothing is to be done, and the poller agrees: a wait would last.  Takes what
 * is under way; nothing of it may be for an owner.
 */
static void
require_rest(struct test_server *ts)
{
	struct socket_message message;
	int64_t until;
	int more, type;

	until = monotonic_ms() + TEST_DEADLINE;
	do {
		type = ss_poll(ts->server, &message, &more, 0);
		ATF_REQUIRE_MSG(type == SS_NOTHING, "heard %s of id %d",
		    test_message_name(type), message.id);
		ATF_REQUIRE_MSG(monotonic_ms() < until,
		    "the poller goes on reporting events");
	} while (ts->server->event_count != 0);
	(void)ss_poll(ts->server, &message, &more, 0);
	ATF_CHECK_EQ(0, ts->server->event_count);
}

ATF_TC_WITHOUT_HEAD(l2_half_closed_keeps_nobody_busy);
ATF_TC_BODY(l2_half_closed_keeps_nobody_busy, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_STEP);
	stream = test_accepted(ts);
	plain_end(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	require_rest(ts);
	/* Nor when the peer goes altogether. */
	plain_close(stream.fd);
	require_rest(ts);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	require_rest(ts);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_paused_with_a_dead_peer_keeps_nobody_busy);
ATF_TC_BODY(f6_paused_with_a_dead_peer_keeps_nobody_busy, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int i;

	ts = test_server_create(TEST_STEP);
	for (i = 0; i < 2; i++) {
		stream = test_connect(ts);
		plain_write(stream.fd, "unread", 6);
		if (i == 0)
			plain_close(stream.fd);
		else
			plain_reset(stream.fd);
		require_rest(ts);
	}
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f6_paused_listener_with_a_guest_keeps_nobody_busy);
ATF_TC_BODY(f6_paused_listener_with_a_guest_keeps_nobody_busy, tc)
{
	struct test_server *ts;
	int fd, id, port;

	ts = test_server_create(TEST_STEP);
	id = socket_server_listen(ts->server, TEST_OWNER, "127.0.0.1", 0, 8);
	port = expect_message(ts, SOCKET_OPEN, id)->ud;
	fd = plain_connect(AF_INET, port);
	require_rest(ts);
	test_start(ts, id);
	(void)expect_message(ts, SOCKET_ACCEPT, id);
	socket_server_pause(ts->server, TEST_OWNER, id);
	plain_close(fd);
	fd = plain_connect(AF_INET, port);
	require_rest(ts);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_lingering_keeps_nobody_busy);
ATF_TC_BODY(f7_lingering_keeps_nobody_busy, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	socket_server_shutdown(ts->server, TEST_OWNER, stream.id);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	plain_expect_end(stream.fd);
	require_rest(ts);
	plain_write(stream.fd, "dropped", 7);
	require_rest(ts);
	plain_close(stream.fd);
	require_rest(ts);
	test_server_release(ts);
}

/* Upstream 644: a bound terminal that hangs up. */
ATF_TC_WITHOUT_HEAD(f5_terminal_that_hung_up_keeps_nobody_busy);
ATF_TC_BODY(f5_terminal_that_hung_up_keeps_nobody_busy, tc)
{
	struct test_server *ts;
	int id, master, slave;

	ts = test_server_create(TEST_STEP);
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master == -1)
		atf_tc_skip("no pseudo-terminals");
	ATF_REQUIRE_EQ(0, grantpt(master));
	ATF_REQUIRE_EQ(0, unlockpt(master));
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	ATF_REQUIRE(slave != -1);
	id = socket_server_bind(ts->server, TEST_OWNER, slave);
	(void)expect_message(ts, SOCKET_OPEN, id);
	require_rest(ts);
	plain_close(master);
	while (expect_any_of(ts, id)->type != SOCKET_CLOSE)
		continue;
	require_rest(ts);
	plain_close(slave);
	test_server_release(ts);
}

/* A peer that reads nothing: unsent data alone is no work. */
ATF_TC_WITHOUT_HEAD(w2_a_full_socket_keeps_nobody_busy);
ATF_TC_BODY(w2_a_full_socket_keeps_nobody_busy, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	(void)expect_message(ts, SOCKET_WARNING, stream.id);
	require_rest(ts);
	plain_close(stream.fd);
	test_server_release(ts);
}

/* Finding 14: that nobody reads any more is not the end of what they say. */
ATF_TC_WITHOUT_HEAD(l3_the_reader_is_gone_and_the_writer_still_talks);
ATF_TC_BODY(l3_the_reader_is_gone_and_the_writer_still_talks, tc)
{
	struct test_server *ts;
	int fd[2], id;

	ts = test_server_create(TEST_THREAD);
	plain_socketpair(fd);
	id = socket_server_bind(ts->server, TEST_OWNER, fd[0]);
	(void)expect_message(ts, SOCKET_OPEN, id);
	ATF_REQUIRE_EQ(0, shutdown(fd[1], SHUT_RD));
	(void)test_send(ts, id, "to nobody", 9);
	(void)expect_message(ts, SOCKET_ERR, id);
	ATF_CHECK_EQ(-1, test_send(ts, id, "to nobody", 9));
	expect_none(ts, 0);
	plain_write(fd[1], "still talking", 13);
	expect_data(ts, id, "still talking", 13);
	plain_close(fd[1]);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	expect_none(ts, 0);
	plain_close(fd[0]);
	test_server_release(ts);
}

/* Upstream 794. */
ATF_TC_WITHOUT_HEAD(f9_more_sends_than_16_bits_can_count);
ATF_TC_BODY(f9_more_sends_than_16_bits_can_count, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	size_t offset;
	int i;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	/* The peer reads nothing yet, so that all of these wait. */
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	offset = LARGE;
	for (i = 0; i < MANY_SENDS; i++)
		ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, offset++,
		    1));
	plain_expect_pattern(stream.fd, 0, offset);
	plain_close(stream.fd);
	test_server_release(ts);
}

/* Upstream 624: the doorbell is full, or it rings once for all. */
ATF_TC_WITHOUT_HEAD(t2_more_commands_than_a_pipe_holds);
ATF_TC_BODY(t2_more_commands_than_a_pipe_holds, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int i;

	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	for (i = 0; i < MANY_COMMANDS; i++)
		socket_server_pause(ts->server, TEST_OWNER, stream.id);
	test_start(ts, stream.id);
	plain_write(stream.fd, "after all", 9);
	expect_data(ts, stream.id, "after all", 9);
	plain_close(stream.fd);
	test_server_release(ts);
}

static const char *const two_addresses[] = {
	"192.0.2.1",			/* of documentation: nobody's */
	"127.0.0.1",
	NULL
};

/* Finding 13. */
ATF_TC_WITHOUT_HEAD(f3_listen_tries_each_address_of_a_name);
ATF_TC_BODY(f3_listen_tries_each_address_of_a_name, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	int id;

	resolver_answer("two.example", two_addresses);
	ts = test_server_create(TEST_THREAD);
	id = socket_server_listen(ts->server, TEST_OWNER, "two.example", 0,
	    8);
	ATF_REQUIRE(id > 0);
	message = expect_message(ts, SOCKET_OPEN, id);
	ATF_CHECK_STREQ("127.0.0.1", message->text);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f10_udp_tries_each_address_of_a_name);
ATF_TC_BODY(f10_udp_tries_each_address_of_a_name, tc)
{
	struct test_server *ts;
	int fd, id, own, port;

	resolver_answer("two.example", two_addresses);
	ts = test_server_create(TEST_THREAD);
	fd = plain_udp(AF_INET, &own);
	plain_close(plain_udp(AF_INET, &port));
	id = socket_server_udp_listen(ts->server, TEST_OWNER, "two.example",
	    port);
	ATF_REQUIRE(id > 0);
	plain_udp_send(fd, port, "x", 1);
	(void)expect_message(ts, SOCKET_UDP, id);
	plain_close(fd);
	test_server_release(ts);
}

/* Finding 15: 65,536 slots at once are 11 MB. */
ATF_TC_WITHOUT_HEAD(f1_idle_server_is_small);
ATF_TC_BODY(f1_idle_server_is_small, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	ATF_CHECK_MSG(memory_bytes() <= IDLE_BYTES,
	    "an empty server takes %zu bytes", memory_bytes());
	stream = test_connected(ts);
	ATF_CHECK_MSG(memory_bytes() <= IDLE_BYTES,
	    "a server of one socket takes %zu bytes", memory_bytes());
	plain_close(stream.fd);
	test_server_release(ts);
}

/* Each server is a world of its own; their ids may be the same numbers. */
ATF_TC_WITHOUT_HEAD(f13_two_servers_know_nothing_of_each_other);
ATF_TC_BODY(f13_two_servers_know_nothing_of_each_other, tc)
{
	struct test_server *ts[2];
	struct test_stream stream[2];
	int i;

	for (i = 0; i < 2; i++) {
		ts[i] = test_server_adopt(socket_server_create(0),
		    TEST_THREAD);
		stream[i] = test_connected(ts[i]);
	}
	for (i = 0; i < 2; i++) {
		plain_write(stream[i].fd, &i, sizeof(i));
		expect_data(ts[i], stream[i].id, &i, sizeof(i));
		ATF_CHECK_EQ(0, test_send(ts[i], stream[i].id, &i,
		    sizeof(i)));
		plain_expect(stream[i].fd, &i, sizeof(i));
	}
	test_close(ts[0], stream[0].id);
	plain_expect_end(stream[0].fd);
	plain_close(stream[0].fd);
	expect_none(ts[0], 0);
	expect_none(ts[1], 0);
	ATF_CHECK_EQ(0, test_send(ts[1], stream[1].id, "alive", 5));
	plain_expect(stream[1].fd, "alive", 5);
	test_server_exit(ts[0]);
	expect_none(ts[1], 0);
	test_server_exit(ts[1]);
	plain_close(stream[1].fd);
	/* The balance of memory can be struck when both are released. */
	socket_server_release(ts[0]->server);
	test_server_release(ts[1]);
	ts[0]->server = socket_server_create(0);
	ATF_REQUIRE(ts[0]->server != NULL);
	test_server_release(ts[0]);
}

/* Finding 12: a dialled socket is written at once, by the caller. */
ATF_TC_WITHOUT_HEAD(w2_datagrams_are_written_by_the_caller);
ATF_TC_BODY(w2_datagrams_are_written_by_the_caller, tc)
{
	struct test_server *ts;
	int fd, id, port;

	ts = test_server_create(TEST_STEP);
	fd = plain_udp(AF_INET, &port);
	id = socket_server_udp_dial(ts->server, TEST_OWNER, "127.0.0.1",
	    port);
	ATF_REQUIRE(id > 0);
	/* Nobody has polled, and nobody does. */
	ATF_CHECK_EQ(0, test_send(ts, id, "at once", 7));
	(void)plain_udp_expect(fd, "at once", 7);
	/* After a connect that was refused as well. */
	ATF_CHECK_EQ(-1, socket_server_udp_connect(ts->server, id, "::1",
	    port));
	ATF_CHECK_EQ(0, test_send(ts, id, "again", 5));
	(void)plain_udp_expect(fd, "again", 5);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, l2_half_closed_keeps_nobody_busy);
	ATF_TP_ADD_TC(tp, f6_paused_with_a_dead_peer_keeps_nobody_busy);
	ATF_TP_ADD_TC(tp, f6_paused_listener_with_a_guest_keeps_nobody_busy);
	ATF_TP_ADD_TC(tp, f7_lingering_keeps_nobody_busy);
	ATF_TP_ADD_TC(tp, f5_terminal_that_hung_up_keeps_nobody_busy);
	ATF_TP_ADD_TC(tp, w2_a_full_socket_keeps_nobody_busy);
	ATF_TP_ADD_TC(tp, l3_the_reader_is_gone_and_the_writer_still_talks);
	ATF_TP_ADD_TC(tp, f9_more_sends_than_16_bits_can_count);
	ATF_TP_ADD_TC(tp, t2_more_commands_than_a_pipe_holds);
	ATF_TP_ADD_TC(tp, f3_listen_tries_each_address_of_a_name);
	ATF_TP_ADD_TC(tp, f10_udp_tries_each_address_of_a_name);
	ATF_TP_ADD_TC(tp, f1_idle_server_is_small);
	ATF_TP_ADD_TC(tp, f13_two_servers_know_nothing_of_each_other);
	ATF_TP_ADD_TC(tp, w2_datagrams_are_written_by_the_caller);
	return (atf_no_error());
}
