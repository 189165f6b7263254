/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * bench_skynet: a service of this library.  The second argument is the number
 * of threads for skynet_run.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"
#include "shared_payload.h"
#include "skynet.h"
#include "skynet_socket.h"
#include "socket_server.h"

static enum peer_mode	 mode;
static int		 listener, input, tcp_port, udp_port;
static int		*ids;		/* of the connections, for fan */
static int		 count, room;

static struct socket_object_interface shared_payload = {
	.buffer = shared_payload_data,
	.size = shared_payload_size,
	.free = shared_payload_free
};

static void
open_sockets(struct skynet_context *context)
{

	input = skynet_socket_bind(context, STDIN_FILENO);
	tcp_port = peer_free_port(SOCK_STREAM);
	udp_port = peer_free_port(SOCK_DGRAM);
	if (skynet_socket_udp_listen(context, "127.0.0.1", udp_port) == -1)
		err(1, "skynet_socket_udp_listen");
	listener = skynet_socket_listen(context, "127.0.0.1", tcp_port, 1024);
	if (listener == -1)
		err(1, "skynet_socket_listen");
}

static void
broadcast(struct skynet_context *context, char *data, int size)
{
	struct shared_payload *payload;
	int i;

	payload = shared_payload_new(data, (size_t)size, count, skynet_free);
	for (i = 0; i < count; i++)
		(void)skynet_socket_send(context, ids[i], payload, -1);
}

static void
answer(struct skynet_context *context, int id, char *data, int size)
{
	int done, piece;
	char *copy;

	if (mode == PEER_FAN) {
		broadcast(context, data, size);
		return;
	}
	if (mode != PEER_SMALL) {
		(void)skynet_socket_send(context, id, data, size);
		return;
	}
	for (done = 0; done < size; done += piece) {
		piece = size - done < PEER_PIECE ? size - done : PEER_PIECE;
		copy = skynet_malloc((size_t)piece);
		memcpy(copy, data + done, (size_t)piece);
		(void)skynet_socket_send(context, id, copy, piece);
	}
	skynet_free(data);
}

static void
accepted(struct skynet_context *context, int id)
{

	skynet_socket_start(context, id);
	if (mode != PEER_PLAIN)
		skynet_socket_nodelay(context, id);
	if (mode != PEER_FAN)
		return;
	if (count == room) {
		room = room == 0 ? 64 : room * 2;
		ids = realloc(ids, (size_t)room * sizeof(*ids));
		if (ids == NULL)
			err(1, "memory");
	}
	ids[count++] = id;
}

static void
ended(struct skynet_context *context, int id)
{
	int i;

	if (id == input)
		_exit(0);
	for (i = 0; i < count; i++)
		if (ids[i] == id)
			ids[i] = ids[--count];
	skynet_socket_shutdown(context, id);
}

static void
socket_event(struct skynet_context *context,
    struct skynet_socket_message *message)
{
	int size;

	switch (message->type) {
	case SKYNET_SOCKET_TYPE_DATA:
		if (message->id == input)
			skynet_free(message->buffer);
		else
			answer(context, message->id, message->buffer,
			    message->ud);
		break;
	case SKYNET_SOCKET_TYPE_UDP:
		(void)skynet_socket_udp_send(context, message->id,
		    skynet_socket_udp_address(message, &size),
		    message->buffer, message->ud);
		break;
	case SKYNET_SOCKET_TYPE_CONNECT:
		if (message->id == listener && tcp_port != 0) {
			skynet_socket_start(context, listener);
			peer_announce(tcp_port, udp_port);
			tcp_port = 0;
		}
		break;
	case SKYNET_SOCKET_TYPE_ACCEPT:
		accepted(context, message->ud);
		break;
	case SKYNET_SOCKET_TYPE_CLOSE:
		ended(context, message->id);
		break;
	}
}

static int
callback(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{

	(void)ud;
	(void)session;
	(void)source;
	(void)size;
	if (type == PTYPE_SOCKET)
		socket_event(context,
		    (struct skynet_socket_message *)(uintptr_t)message);
	else if (type == PTYPE_TEXT)
		open_sockets(context);
	return (0);
}

int
main(int argc, char *argv[])
{
	struct skynet_context *context;

	mode = peer_begin(argc, argv);
	if (skynet_init() == -1)
		err(1, "skynet_init");
	skynet_socket_userobject(&shared_payload);
	context = skynet_context_new(callback, NULL);
	if (context == NULL || skynet_send(context, 0,
	    skynet_context_handle(context), PTYPE_TEXT, 0, NULL, 0) == -1)
		err(1, "service");
	if (skynet_run(argc > 2 ? atoi(argv[2]) : 0) == -1)
		err(1, "skynet_run");
	return (0);
}
