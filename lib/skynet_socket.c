/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The bridge: the one socket_server of the process, its messages put into the
 * queues of services, and its functions for a service's context.
 */

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "server.h"
#include "skynet.h"
#include "skynet_mq.h"
#include "skynet_server.h"
#include "skynet_socket.h"
#include "skynet_socket_host.h"

/* Set by init and free only, which no other call may run beside. */
static struct socket_server	*server;

/* Network thread: one message for when there is no memory, or NULL. */
#define RESERVE_SIZE	\
	(sizeof(struct skynet_socket_message) + SS_TEXT_MAX + 1)
static struct skynet_socket_message	*reserve;

void
skynet_socket_init(void)
{

	server = socket_server_create(skynet_now());
	if (server == NULL)
		skynet_error(NULL, "socket: no server could be made");
}

int
skynet_socket_ready(void)
{

	return (server != NULL);
}

void
skynet_socket_exit(void)
{

	socket_server_exit(server);
}

void
skynet_socket_free(void)
{

	socket_server_release(server);
	server = NULL;
	skynet_free(reserve);
	reserve = NULL;
}

void
skynet_socket_updatetime(void)
{

	socket_server_updatetime(server, skynet_now());
}

void
skynet_socket_userobject(struct socket_object_interface *object)
{

	socket_server_userobject(server, object);
}

struct socket_info *
skynet_socket_info(void)
{

	return (socket_server_info(server));
}

/*
 * No service takes the message: it goes, and its sockets with it.  A listener
 * whose owner lives and has no memory goes on.
 */
static void
undelivered(const struct socket_message *result, int type, int error)
{

	if (type == SKYNET_SOCKET_TYPE_ACCEPT)
		ss_forsake(server, result->opaque, result->ud);
	if (type != SKYNET_SOCKET_TYPE_ACCEPT || error != ENOMEM)
		ss_forsake(server, result->opaque, result->id);
}

static struct skynet_socket_message *
allocate_message(size_t size)
{
	struct skynet_socket_message *sm;

	if (reserve == NULL)
		reserve = skynet_malloc(RESERVE_SIZE);
	sm = skynet_malloc(size);
	if (sm == NULL) {
		sm = reserve;
		reserve = NULL;
	}
	return (sm);
}

static void
forward_message(int type, bool text, const struct socket_message *result)
{
	struct skynet_socket_message *sm;
	struct skynet_message message;
	size_t length, size;
	int error;

	length = text && result->data != NULL ? strlen(result->data) : 0;
	size = sizeof(*sm) + length;
	sm = allocate_message(size + (text ? 1 : 0));
	if (sm == NULL) {
		skynet_error(NULL, "socket: no memory for a message of %d",
		    result->id);
		if (!text)
			skynet_free(result->data);
		undelivered(result, type, ENOMEM);
		return;
	}
	sm->type = type;
	sm->id = result->id;
	sm->ud = result->ud;
	sm->buffer = text ? NULL : result->data;
	if (length > 0)
		memcpy(sm + 1, result->data, length);
	if (text)
		((char *)(sm + 1))[length] = '\0';
	message.source = 0;
	message.session = 0;
	message.data = sm;
	message.sz = size | (size_t)PTYPE_SOCKET << MESSAGE_TYPE_SHIFT;
	errno = 0;
	if (skynet_context_push((uint32_t)result->opaque, &message) != 0) {
		error = errno;
		skynet_free(sm->buffer);
		skynet_free(sm);
		undelivered(result, type, error);
	}
}

/* The return value of the poll for a message of this type. */
static int
forward(int type, const struct socket_message *result, int more)
{

	switch (type) {
	case SOCKET_EXIT:
		return (0);
	case SS_NOTHING:
		return (SKYNET_SOCKET_POLL_NOTHING);
	case SOCKET_DATA:
		forward_message(SKYNET_SOCKET_TYPE_DATA, false, result);
		break;
	case SOCKET_CLOSE:
		forward_message(SKYNET_SOCKET_TYPE_CLOSE, false, result);
		break;
	case SOCKET_OPEN:
		forward_message(SKYNET_SOCKET_TYPE_CONNECT, true, result);
		break;
	case SOCKET_ACCEPT:
		forward_message(SKYNET_SOCKET_TYPE_ACCEPT, true, result);
		break;
	case SOCKET_ERR:
		forward_message(SKYNET_SOCKET_TYPE_ERROR, true, result);
		break;
	case SOCKET_UDP:
		forward_message(SKYNET_SOCKET_TYPE_UDP, false, result);
		break;
	case SOCKET_WARNING:
		forward_message(SKYNET_SOCKET_TYPE_WARNING, false, result);
		break;
	}
	return (more ? -1 : 1);
}

int
skynet_socket_poll(void)
{
	struct socket_message result;
	int more, type;

	more = 0;
	type = socket_server_poll(server, &result, &more);
	return (forward(type, &result, more));
}

int
skynet_socket_poll_timeout(int timeout)
{
	struct socket_message result;
	int more, type;

	more = 0;
	type = ss_poll(server, &result, &more, timeout);
	return (forward(type, &result, more));
}

void
skynet_socket_wake(void)
{

	server->ops->wake(server->poller);
}

int
skynet_socket_listen(struct skynet_context *ctx, const char *host, int port,
    int backlog)
{

	return (socket_server_listen(server, skynet_context_handle(ctx), host,
	    port, backlog));
}

int
skynet_socket_connect(struct skynet_context *ctx, const char *host, int port)
{

	return (socket_server_connect(server, skynet_context_handle(ctx), host,
	    port));
}

int
skynet_socket_bind(struct skynet_context *ctx, int fd)
{

	return (socket_server_bind(server, skynet_context_handle(ctx), fd));
}

void
skynet_socket_start(struct skynet_context *ctx, int id)
{

	socket_server_start(server, skynet_context_handle(ctx), id);
}

void
skynet_socket_pause(struct skynet_context *ctx, int id)
{

	socket_server_pause(server, skynet_context_handle(ctx), id);
}

void
skynet_socket_close(struct skynet_context *ctx, int id)
{

	socket_server_close(server, skynet_context_handle(ctx), id);
}

void
skynet_socket_shutdown(struct skynet_context *ctx, int id)
{

	socket_server_shutdown(server, skynet_context_handle(ctx), id);
}

void
skynet_socket_nodelay(struct skynet_context *ctx, int id)
{

	(void)ctx;
	socket_server_nodelay(server, id);
}

int
skynet_socket_sendbuffer(struct skynet_context *ctx,
    struct socket_sendbuffer *sb)
{

	(void)ctx;
	return (socket_server_send(server, sb));
}

int
skynet_socket_sendbuffer_lowpriority(struct skynet_context *ctx,
    struct socket_sendbuffer *sb)
{

	(void)ctx;
	return (socket_server_send_lowpriority(server, sb));
}

int
skynet_socket_udp(struct skynet_context *ctx, const char *host, int port)
{

	return (socket_server_udp(server, skynet_context_handle(ctx), host,
	    port));
}

int
skynet_socket_udp_connect(struct skynet_context *ctx, int id,
    const char *host, int port)
{

	(void)ctx;
	return (socket_server_udp_connect(server, id, host, port));
}

int
skynet_socket_udp_dial(struct skynet_context *ctx, const char *host, int port)
{

	return (socket_server_udp_dial(server, skynet_context_handle(ctx),
	    host, port));
}

int
skynet_socket_udp_listen(struct skynet_context *ctx, const char *host,
    int port)
{

	return (socket_server_udp_listen(server, skynet_context_handle(ctx),
	    host, port));
}

int
skynet_socket_udp_sendbuffer(struct skynet_context *ctx, const char *address,
    struct socket_sendbuffer *sb)
{

	(void)ctx;
	return (socket_server_udp_send(server,
	    (const struct socket_udp_address *)(const void *)address, sb));
}

const char *
skynet_socket_udp_address(struct skynet_socket_message *sm, int *size)
{
	struct socket_message message;

	if (sm->type != SKYNET_SOCKET_TYPE_UDP)
		return (NULL);
	message.id = sm->id;
	message.opaque = 0;
	message.ud = sm->ud;
	message.data = sm->buffer;
	return ((const char *)socket_server_udp_address(server, &message,
	    size));
}
