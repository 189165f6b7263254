/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server_peer.h"
#include "shared_payload.h"
#include "skynet_malloc.h"

#define OWNER	1

static struct socket_object_interface shared_payload = {
	.buffer = shared_payload_data,
	.size = shared_payload_size,
	.free = shared_payload_free
};

void
server_peer_open(struct server_peer *peer, int argc, char *argv[])
{

	memset(peer, 0, sizeof(*peer));
	peer->mode = peer_begin(argc, argv);
	peer->tcp_port = peer_free_port(SOCK_STREAM);
	peer->udp_port = peer_free_port(SOCK_DGRAM);
	peer->server = socket_server_create(0);
	if (peer->server == NULL)
		err(1, "socket_server_create");
	socket_server_userobject(peer->server, &shared_payload);
	peer->input = socket_server_bind(peer->server, OWNER, STDIN_FILENO);
	if (socket_server_udp(peer->server, OWNER, "127.0.0.1",
	    peer->udp_port) == -1)
		err(1, "socket_server_udp");
	peer->listener = socket_server_listen(peer->server, OWNER,
	    "127.0.0.1", peer->tcp_port, 1024);
	if (peer->listener == -1)
		err(1, "socket_server_listen");
	socket_server_start(peer->server, OWNER, peer->listener);
}

static void
send_memory(struct server_peer *peer, int id, char *data, size_t size)
{
	struct socket_sendbuffer buffer;

	buffer.id = id;
	buffer.type = SOCKET_BUFFER_MEMORY;
	buffer.buffer = data;
	buffer.sz = size;
	(void)socket_server_send(peer->server, &buffer);
}

static void
broadcast(struct server_peer *peer, char *data, size_t size)
{
	struct socket_sendbuffer buffer;
	int i;

	buffer.type = SOCKET_BUFFER_OBJECT;
	buffer.buffer = shared_payload_new(data, size, peer->count,
	    skynet_free);
	buffer.sz = 0;
	for (i = 0; i < peer->count; i++) {
		buffer.id = peer->ids[i];
		(void)socket_server_send(peer->server, &buffer);
	}
}

static void
answer(struct server_peer *peer, int id, char *data, size_t size)
{
	size_t done, piece;
	char *copy;

	if (peer->mode == PEER_FAN) {
		broadcast(peer, data, size);
		return;
	}
	if (peer->mode != PEER_SMALL) {
		send_memory(peer, id, data, size);
		return;
	}
	for (done = 0; done < size; done += piece) {
		piece = size - done < PEER_PIECE ? size - done : PEER_PIECE;
		copy = skynet_malloc(piece);
		memcpy(copy, data + done, piece);
		send_memory(peer, id, copy, piece);
	}
	skynet_free(data);
}

static void
accepted(struct server_peer *peer, int id)
{

	socket_server_start(peer->server, OWNER, id);
	if (peer->mode != PEER_PLAIN)
		socket_server_nodelay(peer->server, id);
	if (peer->mode != PEER_FAN)
		return;
	if (peer->count == peer->room) {
		peer->room = peer->room == 0 ? 64 : peer->room * 2;
		peer->ids = realloc(peer->ids,
		    (size_t)peer->room * sizeof(*peer->ids));
		if (peer->ids == NULL)
			err(1, "memory");
	}
	peer->ids[peer->count++] = id;
}

static void
ended(struct server_peer *peer, int id)
{
	int i;

	if (id == peer->input)
		_exit(0);
	for (i = 0; i < peer->count; i++)
		if (peer->ids[i] == id)
			peer->ids[i] = peer->ids[--peer->count];
	socket_server_shutdown(peer->server, OWNER, id);
}

static void
answer_datagram(struct server_peer *peer, struct socket_message *message)
{
	const struct socket_udp_address *address;
	struct socket_sendbuffer buffer;
	int size;

	address = socket_server_udp_address(peer->server, message, &size);
	buffer.id = message->id;
	buffer.type = SOCKET_BUFFER_MEMORY;
	buffer.buffer = message->data;
	buffer.sz = (size_t)message->ud;
	(void)socket_server_udp_send(peer->server, address, &buffer);
}

void
server_peer_message(struct server_peer *peer, int type,
    struct socket_message *message)
{

	switch (type) {
	case SOCKET_DATA:
		if (message->id == peer->input)
			skynet_free(message->data);
		else
			answer(peer, message->id, message->data,
			    (size_t)message->ud);
		break;
	case SOCKET_UDP:
		answer_datagram(peer, message);
		break;
	case SOCKET_OPEN:
		if (message->id == peer->listener && !peer->announced) {
			peer->announced = true;
			peer_announce(peer->tcp_port, peer->udp_port);
		}
		break;
	case SOCKET_ACCEPT:
		accepted(peer, message->ud);
		break;
	case SOCKET_CLOSE:
		ended(peer, message->id);
		break;
	}
}
