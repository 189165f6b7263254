/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * httpd: answers GET and HEAD from memory, with connections kept alive and
 * requests in a row.
 *
 *	httpd [address [port]]
 *
 * What is answered is in http_answer.c; here is how requests are put together
 * from what the connections bring.
 */

#include <err.h>
#include <stdio.h>
#include <string.h>

#include "skynet.h"
#include "skynet_socket.h"

#include "connections.h"
#include "http_answer.h"
#include "program.h"
#include "sandbox.h"

#define REQUEST_MAX	8192	/* bytes, with all header lines */

struct client {
	struct connection	 connection;	/* first */
	size_t			 length;	/* of what was received */
	char			 request[REQUEST_MAX + 1];
};

static struct connections	 clients;
static struct skynet_context	*httpd;
static int			 listener;

/* What is sent last is sent before the connection ends. */
static void
end(struct client *client)
{

	skynet_socket_shutdown(httpd, client->connection.id);
	skynet_free(connections_remove(&clients, client->connection.id));
}

/* Answers all requests that have come whole.  0: the connection has ended. */
static int
serve(struct client *client)
{
	char *next, *request;

	request = client->request;
	while ((next = strstr(request, "\r\n\r\n")) != NULL) {
		next[2] = '\0';
		if (!http_answer(httpd, client->connection.id, request)) {
			end(client);
			return (0);
		}
		request = next + 4;
	}
	client->length -= (size_t)(request - client->request);
	memmove(client->request, request, client->length + 1);
	return (1);
}

static void
receive(int id, const char *data, size_t size)
{
	struct client *client;
	size_t n;

	client = connections_find(&clients, id);
	while (client != NULL && size > 0) {
		n = REQUEST_MAX - client->length;
		if (n > size)
			n = size;
		memcpy(client->request + client->length, data, n);
		client->length += n;
		client->request[client->length] = '\0';
		data += n;
		size -= n;
		if (!serve(client))
			return;
		if (client->length == REQUEST_MAX) {
			(void)http_answer(httpd, id, "too long");
			end(client);
			return;
		}
	}
}

static void
accept_client(int id)
{
	struct client *client;

	client = skynet_calloc(1, sizeof(*client));
	if (client == NULL) {
		skynet_socket_close(httpd, id);
		return;
	}
	connections_add(&clients, &client->connection, id);
	skynet_socket_nodelay(httpd, id);
	skynet_socket_start(httpd, id);
}

static void
socket_event(struct skynet_socket_message *message)
{
	struct client *client;
	const char *text;

	text = (const char *)(message + 1);
	client = connections_find(&clients, message->id);
	switch (message->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
		if (message->ud == 0)
			break;		/* the answer to a start */
		program_tell("httpd: http://", text, message->ud, "/");
		skynet_socket_start(httpd, listener);
		break;
	case SKYNET_SOCKET_TYPE_ACCEPT:
		accept_client(message->ud);
		break;
	case SKYNET_SOCKET_TYPE_DATA:
		receive(message->id, message->buffer, (size_t)message->ud);
		skynet_free(message->buffer);
		break;
	case SKYNET_SOCKET_TYPE_WARNING:
		/* Who does not read the answers may not ask on. */
		if (message->ud > 0)
			skynet_socket_pause(httpd, message->id);
		else if (client != NULL)
			skynet_socket_start(httpd, message->id);
		break;
	case SKYNET_SOCKET_TYPE_CLOSE:
		if (client != NULL)
			end(client);
		break;
	case SKYNET_SOCKET_TYPE_ERROR:
		if (message->id == listener)
			skynet_error(httpd, "listener: %s", text);
		break;		/* a client's CLOSE follows */
	}
}

static int
httpd_callback(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{

	(void)context;
	(void)ud;
	(void)session;
	(void)source;
	(void)size;
	if (type == PTYPE_SOCKET)
		socket_event((struct skynet_socket_message *)
		    (uintptr_t)message);
	return (0);
}

int
main(int argc, char *argv[])
{
	const char *address;
	int port;

	if (argc > 3)
		errx(1, "usage: httpd [address [port]]");
	address = argc > 1 ? argv[1] : "127.0.0.1";
	port = argc > 2 ? program_number(argv[2], 0, 65535) : 0;
	if (skynet_init() == -1)
		err(1, "skynet_init");
	program_end_on_signals();
	httpd = skynet_context_new(httpd_callback, NULL);
	if (httpd == NULL)
		err(1, "httpd service");
	listener = skynet_socket_listen(httpd, address, port, 1024);
	if (listener == -1)
		err(1, "listen on %s port %d", address, port);
	sandbox_accepting();
	if (skynet_run(0) == -1)
		err(1, "skynet_run");
	return (0);
}
