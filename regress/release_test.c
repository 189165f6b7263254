/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * socket_server_release with everything under way: all memory, descriptors
 * and threads come back.  The cases poll by themselves, with no exit before
 * the release; an alarm ends a poll that hears nothing.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "crew.h"
#include "harness.h"
#include "life.h"
#include "plain_udp.h"
#include "server.h"
#include "skynet_malloc.h"

#define LARGE	(8 * 1024 * 1024)	/* beyond any pair of socket buffers */
#define MANY	20

/* User objects, counted. */
static int	objects_alive;

static const void *
object_buffer(const void *object)
{

	return (object);
}

static size_t
object_size(const void *object)
{

	(void)object;
	return (LARGE);
}

static void
object_free(void *object)
{

	objects_alive--;
	skynet_free(object);
}

static struct socket_object_interface interface = {
	object_buffer, object_size, object_free
};

static int
send_of_type(struct life *life, int id, int type, bool low)
{
	static char raw[1000];
	struct socket_sendbuffer buffer;
	void *bytes;

	buffer.id = id;
	buffer.type = type;
	buffer.sz = sizeof(raw);
	buffer.buffer = raw;
	if (type != SOCKET_BUFFER_RAWPOINTER) {
		bytes = skynet_malloc(LARGE);
		ATF_REQUIRE(bytes != NULL);
		memset(bytes, 0, LARGE);
		buffer.buffer = bytes;
		buffer.sz = type == SOCKET_BUFFER_MEMORY ? LARGE : 0;
	}
	if (type == SOCKET_BUFFER_OBJECT)
		objects_alive++;
	if (low)
		return (socket_server_send_lowpriority(life->server,
		    &buffer));
	return (socket_server_send(life->server, &buffer));
}

static void
send_all_types(struct life *life, int id)
{
	int type;

	for (type = SOCKET_BUFFER_MEMORY; type <= SOCKET_BUFFER_RAWPOINTER;
	    type++) {
		ATF_CHECK_EQ(0, send_of_type(life, id, type, false));
		ATF_CHECK_EQ(0, send_of_type(life, id, type, true));
	}
}

ATF_TC_WITHOUT_HEAD(f1_many_servers_come_and_go);
ATF_TC_BODY(f1_many_servers_come_and_go, tc)
{
	struct life life;
	int i;

	for (i = 0; i < 50; i++) {
		life_begin(&life);
		life_end(&life);
	}
}

ATF_TC_WITHOUT_HEAD(f1_exit_ends_this_poll_and_every_later_one);
ATF_TC_BODY(f1_exit_ends_this_poll_and_every_later_one, tc)
{
	struct life life;

	life_begin(&life);
	socket_server_exit(life.server);
	(void)life_hear(&life, SOCKET_EXIT, 0, NULL);
	(void)life_hear(&life, SOCKET_EXIT, 0, NULL);
	life_end(&life);
}

ATF_TC_WITHOUT_HEAD(f1_commands_that_nobody_has_handled);
ATF_TC_BODY(f1_commands_that_nobody_has_handled, tc)
{
	struct life life;
	int bound[2], i, id, listener, port;

	plain_socketpair(bound);
	life_begin(&life);
	socket_server_userobject(life.server, &interface);
	listener = plain_listen(AF_INET, &port);
	for (i = 0; i < MANY; i++) {
		id = socket_server_connect(life.server, TEST_OWNER,
		    "127.0.0.1", port);
		ATF_REQUIRE(id > 0);
		socket_server_start(life.server, TEST_OWNER, id);
		if (i == 0)
			send_all_types(&life, id);
		ATF_CHECK(socket_server_listen(life.server, TEST_OWNER,
		    "127.0.0.1", 0, 8) > 0);
		ATF_CHECK(socket_server_udp(life.server, TEST_OWNER, NULL,
		    0) > 0);
		id = socket_server_udp_dial(life.server, TEST_OWNER,
		    "127.0.0.1", port);
		socket_server_shutdown(life.server, TEST_OWNER, id);
	}
	ATF_CHECK(socket_server_bind(life.server, TEST_OWNER, bound[0]) > 0);
	plain_close(listener);
	socket_server_exit(life.server);
	life_end(&life);
	ATF_CHECK_EQ(0, objects_alive);
	plain_write(bound[0], "x", 1);
	plain_expect(bound[1], "x", 1);
	plain_close(bound[0]);
	plain_close(bound[1]);
}

ATF_TC_WITHOUT_HEAD(f1_half_sent_buffers_of_every_type);
ATF_TC_BODY(f1_half_sent_buffers_of_every_type, tc)
{
	struct life life;
	int fd, id;

	life_begin(&life);
	socket_server_userobject(life.server, &interface);
	id = life_connection(&life, &fd);
	send_all_types(&life, id);
	ATF_CHECK(objects_alive > 0);
	/* Some rounds of the network thread, which cannot send it all. */
	(void)life_hear(&life, SOCKET_WARNING, id, NULL);
	plain_close(fd);
	life_end(&life);
	ATF_CHECK_EQ(0, objects_alive);
}

ATF_TC_WITHOUT_HEAD(f1_a_shutdown_that_cannot_end);
ATF_TC_BODY(f1_a_shutdown_that_cannot_end, tc)
{
	struct life life;
	int fd, id;

	life_begin(&life);
	id = life_connection(&life, &fd);
	ATF_CHECK_EQ(0, send_of_type(&life, id, SOCKET_BUFFER_MEMORY,
	    false));
	socket_server_shutdown(life.server, TEST_OWNER, id);
	(void)life_hear(&life, SOCKET_WARNING, id, NULL);
	plain_close(fd);
	life_end(&life);
}

ATF_TC_WITHOUT_HEAD(f1_a_lingering_socket);
ATF_TC_BODY(f1_a_lingering_socket, tc)
{
	struct life life;
	int fd, id;

	life_begin(&life);
	id = life_connection(&life, &fd);
	socket_server_shutdown(life.server, TEST_OWNER, id);
	(void)life_hear(&life, SOCKET_CLOSE, id, NULL);
	/* The peer has not ended: the descriptor waits for it. */
	socket_server_release(life.server);
	plain_expect_end(fd);
	plain_close(fd);
	life.server = socket_server_create(0);
	life_end(&life);
}

static void
release_main(struct crew_member *member)
{
	struct life *life;

	life = member->argument;
	socket_server_release(life->server);
	life->server = NULL;
}

/* The release has begun, and those look-ups that wait shall not run. */
static void
await_ending(struct ss_resolver *resolver)
{
	int64_t until;
	bool ending;

	until = monotonic_ms() + TEST_DEADLINE;
	do {
		(void)pthread_mutex_lock(&resolver->lock);
		ending = resolver->ending;
		(void)pthread_mutex_unlock(&resolver->lock);
	} while (!ending && monotonic_ms() < until);
	ATF_REQUIRE(ending);
}

ATF_TC_WITHOUT_HEAD(f1_look_ups_that_run_and_that_wait);
ATF_TC_BODY(f1_look_ups_that_run_and_that_wait, tc)
{
	struct life life;
	struct crew crew;
	int i, id;

	life_begin(&life);
	resolver_hold();
	for (i = 0; i < MANY; i++) {
		id = socket_server_connect(life.server, TEST_OWNER,
		    "localhost", 9);
		ATF_REQUIRE(id > 0);
		ATF_CHECK_EQ(0, send_of_type(&life, id,
		    SOCKET_BUFFER_RAWPOINTER, false));
	}
	resolver_await_held(1);
	/* A look-up cannot be stopped: the release waits for it. */
	crew_start(&crew, 1, release_main, &life);
	await_ending(&life.server->resolver);
	resolver_let_go();
	crew_join(&crew);
	life.server = socket_server_create(0);
	ATF_REQUIRE(life.server != NULL);
	life_end(&life);
}

ATF_TC_WITHOUT_HEAD(f1_look_ups_whose_answers_nobody_has_taken);
ATF_TC_BODY(f1_look_ups_whose_answers_nobody_has_taken, tc)
{
	struct life life;
	int fd, i;

	life_begin(&life);
	resolver_hold();
	for (i = 0; i < MANY; i++)
		ATF_REQUIRE(socket_server_connect(life.server, TEST_OWNER,
		    i % 2 == 0 ? "localhost" : "no.such.name", 9) > 0);
	resolver_await_held(1);
	resolver_let_go();
	(void)life_connection(&life, &fd);	/* turns the poll for a while */
	plain_close(fd);
	life_end(&life);
}

ATF_TC_WITHOUT_HEAD(f1_connects_under_way);
ATF_TC_BODY(f1_connects_under_way, tc)
{
	struct life life;
	int fd, full[4], i, listener, port;

	life_begin(&life);
	listener = plain_listen_full(&port, full, 4);
	for (i = 0; i < MANY; i++)
		ATF_REQUIRE(socket_server_connect(life.server, TEST_OWNER,
		    "127.0.0.1", port) > 0);
	(void)life_connection(&life, &fd);
	plain_close(fd);
	plain_close(listener);
	for (i = 0; i < 4; i++)
		plain_close(full[i]);
	life_end(&life);
}

/* Several datagrams are taken at once; all but one stay with the server. */
ATF_TC_WITHOUT_HEAD(f1_messages_that_nobody_has_taken);
ATF_TC_BODY(f1_messages_that_nobody_has_taken, tc)
{
	struct life life;
	struct socket_sendbuffer buffer;
	char bytes[] = "hello";
	int fd, i, id, own, peer, port;

	life_begin(&life);
	fd = plain_udp(AF_INET, &port);
	id = socket_server_udp_dial(life.server, TEST_OWNER, "127.0.0.1",
	    port);
	buffer.id = id;
	buffer.type = SOCKET_BUFFER_RAWPOINTER;
	buffer.buffer = bytes;
	buffer.sz = sizeof(bytes);
	ATF_REQUIRE_EQ(0, socket_server_send(life.server, &buffer));
	own = plain_udp_expect(fd, bytes, sizeof(bytes));
	for (i = 0; i < MANY; i++)
		plain_udp_send(fd, own, bytes, sizeof(bytes));
	(void)life_hear(&life, SOCKET_UDP, id, NULL);
	plain_close(fd);
	/* And data and an end that lie ready in the kernel. */
	(void)life_connection(&life, &peer);
	plain_write(peer, bytes, sizeof(bytes));
	plain_close(peer);
	life_end(&life);
}

ATF_TC_WITHOUT_HEAD(f1_accepted_connections_that_nobody_has_started);
ATF_TC_BODY(f1_accepted_connections_that_nobody_has_started, tc)
{
	struct life life;
	int fd[MANY], i, id, port;

	life_begin(&life);
	id = socket_server_listen(life.server, TEST_OWNER, "127.0.0.1", 0,
	    MANY);
	(void)life_hear(&life, SOCKET_OPEN, id, &port);
	for (i = 0; i < MANY; i++)
		fd[i] = plain_connect(AF_INET, port);
	socket_server_start(life.server, TEST_OWNER, id);
	/* One ACCEPT is taken, the others are not. */
	(void)life_hear(&life, SOCKET_ACCEPT, id, NULL);
	socket_server_release(life.server);
	for (i = 0; i < MANY; i++) {
		plain_await(fd[i], POLLIN, "be closed");
		plain_close(fd[i]);
	}
	life.server = socket_server_create(0);
	ATF_REQUIRE(life.server != NULL);
	life_end(&life);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f1_many_servers_come_and_go);
	ATF_TP_ADD_TC(tp, f1_exit_ends_this_poll_and_every_later_one);
	ATF_TP_ADD_TC(tp, f1_commands_that_nobody_has_handled);
	ATF_TP_ADD_TC(tp, f1_half_sent_buffers_of_every_type);
	ATF_TP_ADD_TC(tp, f1_a_shutdown_that_cannot_end);
	ATF_TP_ADD_TC(tp, f1_a_lingering_socket);
	ATF_TP_ADD_TC(tp, f1_look_ups_that_run_and_that_wait);
	ATF_TP_ADD_TC(tp, f1_look_ups_whose_answers_nobody_has_taken);
	ATF_TP_ADD_TC(tp, f1_connects_under_way);
	ATF_TP_ADD_TC(tp, f1_messages_that_nobody_has_taken);
	ATF_TP_ADD_TC(tp, f1_accepted_connections_that_nobody_has_started);
	return (atf_no_error());
}
