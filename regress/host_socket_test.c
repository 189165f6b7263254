/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The host and the socket layer together: what a service's end does to its
 * sockets, and an echo with every number of workers.
 */

#include <atf-c.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "host_support.h"
#include "skynet_socket.h"

#define POKES	4000	/* more than the host handles between two polls */

/*
 * A service with a listener and one peer, a plain descriptor.  It keeps itself
 * busy with pokes, so that what the socket layer sends it meanwhile lies in its
 * queue behind them; then it ends.
 */
struct busy {
	struct skynet_context	*context;
	struct skynet_context	*heir;		/* takes the connection over */
	enum { AT_ACCEPT, AT_CLOSE, AT_TRANSFER } scene;
	int			 peer;
	int			 connection;
	int			 pokes;
	int			 late;	/* socket messages during the pokes */
	pthread_t		 watcher;
	char			 seen;	/* by the peer; 'E': the end */
};

/* Ends the run once the peer has seen what it is to see. */
static void *
watch_peer(void *argument)
{
	struct busy *busy;

	busy = argument;
	if (read(busy->peer, &busy->seen, 1) != 1)
		busy->seen = 'E';
	skynet_abort();
	return (NULL);
}

static void
be_busy(struct busy *busy)
{
	int i;

	for (i = 0; i < POKES; i++)
		host_poke(busy->context);
	ATF_REQUIRE_EQ(0, pthread_create(&busy->watcher, NULL, watch_peer,
	    busy));
}

static void
hear_of_socket(struct busy *busy, const struct skynet_socket_message *sm)
{
	switch (sm->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
		if (sm->ud != 0) {
			skynet_socket_start(busy->context, sm->id);
			busy->peer = plain_connect(AF_INET, sm->ud);
			if (busy->scene == AT_ACCEPT)
				be_busy(busy);
		} else if (sm->id == busy->connection) {
			if (busy->scene == AT_CLOSE)
				plain_end(busy->peer);
			else
				plain_write(busy->peer, "x", 1);
			be_busy(busy);
		}
		break;
	case SKYNET_SOCKET_TYPE_ACCEPT:
		busy->connection = sm->ud;
		skynet_socket_start(busy->context, sm->ud);
		break;
	}
}

static int
busy_callback(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct busy *busy;

	(void)session;
	(void)source;
	(void)size;
	busy = ud;
	if (type == PTYPE_SOCKET) {
		if (busy->pokes > 0)
			busy->late++;
		hear_of_socket(busy, message);
		skynet_free(((const struct skynet_socket_message *)
		    message)->buffer);
	} else if (++busy->pokes == POKES / 2 && busy->scene == AT_TRANSFER)
		skynet_socket_start(busy->heir, busy->connection);
	else if (busy->pokes == POKES && busy->scene != AT_TRANSFER)
		skynet_exit(context);
	return (0);
}

/* Ends the service that the connection came from, and uses the connection. */
static int
heir_callback(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	const struct skynet_socket_message *sm;
	struct busy *busy;
	char *data;

	(void)session;
	(void)source;
	(void)size;
	busy = ud;
	sm = message;
	if (type == PTYPE_SOCKET && sm->type == SKYNET_SOCKET_TYPE_CONNECT) {
		skynet_exit(busy->context);
		ATF_REQUIRE_EQ(1, skynet_timeout(context, 1, 1));
	} else if (type == PTYPE_RESPONSE) {
		data = skynet_malloc(1);
		ATF_REQUIRE(data != NULL);
		*data = 'y';
		(void)skynet_socket_send(context, busy->connection, data, 1);
	} else if (type == PTYPE_SOCKET)
		skynet_free(sm->buffer);
	return (0);
}

/* The heir keeps the run going until the watcher ends it. */
static void
play(struct busy *busy, int scene)
{
	memset(busy, 0, sizeof(*busy));
	busy->scene = scene;
	ATF_REQUIRE_EQ(0, skynet_init());
	busy->heir = host_service(heir_callback, busy);
	busy->context = host_service(busy_callback, busy);
	ATF_REQUIRE(skynet_socket_listen(busy->context, "127.0.0.1", 0, 5) >
	    0);
	host_run_to_end(0);
	ATF_REQUIRE_EQ(0, pthread_join(busy->watcher, NULL));
	plain_close(busy->peer);
}

HOST_TC(m6_accept_in_the_queue_of_a_dead_service,
    "M-6: a connection whose ACCEPT was never handled is closed")
{
	struct busy busy;

	play(&busy, AT_ACCEPT);
	ATF_CHECK_EQ('E', busy.seen);
	ATF_CHECK_EQ(0, busy.connection);
	ATF_CHECK_EQ(POKES, busy.pokes);
}

HOST_TC(m6_close_in_the_queue_of_a_dead_service,
    "M-6, L-2: a half closed connection whose CLOSE was not handled is closed")
{
	struct busy busy;

	play(&busy, AT_CLOSE);
	ATF_CHECK_EQ('E', busy.seen);
	ATF_CHECK_EQ(POKES, busy.pokes);
	ATF_CHECK_EQ(0, busy.late);
}

HOST_TC(m6_socket_of_another_owner_stays,
    "M-6, F-6: what a dead service had handed over before is not closed")
{
	struct busy busy;

	play(&busy, AT_TRANSFER);
	ATF_CHECK_EQ('y', busy.seen);
	ATF_CHECK(busy.pokes < POKES);
	ATF_CHECK_EQ(0, busy.late);
}

/* The echo: one server, and clients that count what comes back. */

#define CLIENTS		20
#define ROUNDS		100

static atomic_int	 clients_left;
static int		 port;		/* set before the clients are made */
static int		 echoed[CLIENTS];

static void
send_byte(struct skynet_context *context, int id, char byte)
{
	char *data;

	data = skynet_malloc(1);
	if (data == NULL)
		return;
	*data = byte;
	(void)skynet_socket_send(context, id, data, 1);
}

static int
client_callback(struct skynet_context *context, void *ud, int type,
    int session, uint32_t source, const void *message, size_t size)
{
	const struct skynet_socket_message *sm;
	int *count;

	(void)session;
	(void)source;
	(void)size;
	count = ud;
	sm = message;
	if (type == PTYPE_TEXT)
		(void)skynet_socket_connect(context, "127.0.0.1", port);
	else if (sm->type == SKYNET_SOCKET_TYPE_CONNECT && *count == 0) {
		/* The second one only confirms the start. */
		if (strcmp((const char *)(sm + 1), "transfer") == 0)
			send_byte(context, sm->id, 'a');
		else
			skynet_socket_start(context, sm->id);
	} else if (sm->type == SKYNET_SOCKET_TYPE_DATA) {
		skynet_free(sm->buffer);
		if (++*count < ROUNDS)
			send_byte(context, sm->id, 'a');
		else {
			skynet_socket_close(context, sm->id);
			skynet_exit(context);
		}
	}
	return (0);
}

static int
server_callback(struct skynet_context *context, void *ud, int type,
    int session, uint32_t source, const void *message, size_t size)
{
	const struct skynet_socket_message *sm;
	struct skynet_context *client;
	int i;

	(void)ud;
	(void)type;
	(void)session;
	(void)source;
	(void)size;
	sm = message;
	switch (sm->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
		if (sm->ud == 0)
			break;
		skynet_socket_start(context, sm->id);
		port = sm->ud;
		for (i = 0; i < CLIENTS; i++) {
			client = host_service(client_callback, &echoed[i]);
			(void)skynet_send(context, 0,
			    skynet_context_handle(client), PTYPE_TEXT, 0,
			    NULL, 0);
		}
		break;
	case SKYNET_SOCKET_TYPE_ACCEPT:
		skynet_socket_start(context, sm->ud);
		break;
	case SKYNET_SOCKET_TYPE_DATA:
		(void)skynet_socket_send(context, sm->id, sm->buffer, sm->ud);
		break;
	case SKYNET_SOCKET_TYPE_CLOSE:
		skynet_socket_close(context, sm->id);
		if (atomic_fetch_sub(&clients_left, 1) == 1)
			skynet_exit(context);
		break;
	}
	return (0);
}

HOST_TC(echo_with_any_number_of_workers,
    "M-7, T-2: twenty clients get each byte back, and the last exit ends all")
{
	static const int threads[] = { 0, 1, 4 };
	bool *descriptors;
	int i, j;

	descriptors = descriptor_census();
	for (i = 0; i < 3; i++) {
		memset(echoed, 0, sizeof(echoed));
		atomic_store(&clients_left, CLIENTS);
		ATF_REQUIRE_EQ(0, skynet_init());
		ATF_REQUIRE(skynet_socket_listen(host_service(server_callback,
		    NULL), "127.0.0.1", 0, CLIENTS) > 0);
		host_run_to_end(threads[i]);
		for (j = 0; j < CLIENTS; j++)
			ATF_CHECK_EQ(ROUNDS, echoed[j]);
		descriptor_compare(descriptors);
	}
	free(descriptors);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, m6_accept_in_the_queue_of_a_dead_service);
	ATF_TP_ADD_TC(tp, m6_close_in_the_queue_of_a_dead_service);
	ATF_TP_ADD_TC(tp, m6_socket_of_another_owner_stays);
	ATF_TP_ADD_TC(tp, echo_with_any_number_of_workers);
	return (atf_no_error());
}
