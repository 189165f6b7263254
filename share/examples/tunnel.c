/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include "skynet.h"
#include "skynet_socket.h"

#include "connections.h"
#include "tunnel.h"

/* A connection from a client or to the host; the two know each other. */
struct side {
	struct connection	 connection;	/* first */
	struct side		*other;
	int			 to_host;	/* not to a client */
	int			 connecting;
	int			 ended;		/* it sends no more */
	int			 failed;	/* nor can it be sent to */
	int			 paused;
	int			 spoke;		/* since the last look */
};

static struct {
	struct skynet_context	*service;
	const char		*host;
	int			 port;
	int			 quiet;		/* seconds */
	struct connections	 sides;
} tunnels;

void
tunnel_init(struct skynet_context *service, const char *host, int port,
    int quiet)
{

	tunnels.service = service;
	tunnels.host = host;
	tunnels.port = port;
	tunnels.quiet = quiet;
}

/* What is unsent is sent, then both connections end. */
static void
end(struct side *side)
{
	struct side *other;

	other = side->other;
	skynet_socket_shutdown(tunnels.service, side->connection.id);
	skynet_socket_shutdown(tunnels.service, other->connection.id);
	skynet_free(connections_remove(&tunnels.sides, side->connection.id));
	skynet_free(connections_remove(&tunnels.sides, other->connection.id));
}

/* The client is not read until the host has been reached. */
void
tunnel_open(int id)
{
	struct side *client, *server;
	int server_id;

	client = skynet_calloc(1, sizeof(*client));
	server = skynet_calloc(1, sizeof(*server));
	server_id = skynet_socket_connect(tunnels.service, tunnels.host,
	    tunnels.port);
	if (client == NULL || server == NULL || server_id == -1) {
		skynet_free(client);
		skynet_free(server);
		skynet_socket_close(tunnels.service, server_id);
		skynet_socket_close(tunnels.service, id);
		return;
	}
	client->other = server;
	server->other = client;
	server->to_host = server->connecting = 1;
	connections_add(&tunnels.sides, &client->connection, id);
	connections_add(&tunnels.sides, &server->connection, server_id);
}

static void
connected(struct side *side)
{

	if (!side->connecting)
		return;		/* the answer to a start */
	side->connecting = 0;
	skynet_socket_start(tunnels.service, side->connection.id);
	skynet_socket_start(tunnels.service, side->other->connection.id);
}

/* The other side is read only while this one takes what it says. */
static void
hold_back(struct side *side, int unsent)
{
	struct side *other;

	other = side->other;
	other->paused = unsent > 0;
	if (other->paused)
		skynet_socket_pause(tunnels.service, other->connection.id);
	else
		skynet_socket_start(tunnels.service, other->connection.id);
}

static void
look_again(struct side *side)
{

	side->spoke = 0;
	(void)skynet_timeout(tunnels.service, tunnels.quiet * 100,
	    side->connection.id);
}

static void
closed(struct side *side)
{

	side->ended = 1;
	if (side->failed || side->to_host || side->other->ended)
		end(side);
	else
		look_again(side->other);
}

void
tunnel_timeout(int id)
{
	struct side *side;

	side = connections_find(&tunnels.sides, id);
	if (side == NULL)
		return;
	if (side->spoke || side->paused)
		look_again(side);
	else
		end(side);
}

static void
failed(struct side *side, const char *text)
{

	side->failed = 1;
	if (side->connecting)
		skynet_error(tunnels.service, "%s port %d: %s", tunnels.host,
		    tunnels.port, text);
	if (side->connecting || side->ended)
		end(side);		/* otherwise its CLOSE follows */
}

static void
pass_on(struct side *side, char *buffer, int size)
{

	side->spoke = 1;
	(void)skynet_socket_send(tunnels.service, side->other->connection.id,
	    buffer, size);
}

void
tunnel_event(struct skynet_socket_message *message)
{
	struct side *side;

	side = connections_find(&tunnels.sides, message->id);
	if (side == NULL) {
		skynet_free(message->buffer);	/* too late */
		return;
	}
	switch (message->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
		connected(side);
		break;
	case SKYNET_SOCKET_TYPE_DATA:
		pass_on(side, message->buffer, message->ud);
		break;
	case SKYNET_SOCKET_TYPE_WARNING:
		hold_back(side, message->ud);
		break;
	case SKYNET_SOCKET_TYPE_CLOSE:
		closed(side);
		break;
	case SKYNET_SOCKET_TYPE_ERROR:
		failed(side, (const char *)(message + 1));
		break;
	}
}
