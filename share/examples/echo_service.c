/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The service is one callback: every message that it gets is handled to its
 * end before the next one, so nothing here needs a lock.  It keeps no list of
 * its clients, for each message names the socket that it is about.
 */

#include "skynet.h"
#include "skynet_socket.h"

#include "echo_service.h"

#define ATTEMPTS	16	/* at a port that is free for TCP and for UDP */

static void
opened(struct skynet_context *context, struct echo *echo, int failed)
{

	echo->failed = failed;
	echo->opened(context, echo);
}

static void
open_tcp(struct skynet_context *context, struct echo *echo)
{

	echo->listener = skynet_socket_listen(context, echo->host,
	    echo->any > 0 ? 0 : echo->port, 128);
	if (echo->listener == -1)
		opened(context, echo, 1);
}

/* The listener has got its port: UDP is served on the same one. */
static void
open_udp(struct skynet_context *context, struct echo *echo, int port)
{

	echo->udp = skynet_socket_udp_listen(context, echo->host, port);
	if (echo->udp != -1) {
		echo->port = port;
		skynet_socket_start(context, echo->listener);
		opened(context, echo, 0);
		return;
	}
	echo->udp = 0;
	skynet_socket_close(context, echo->listener);
	if (echo->any > 0 && echo->any++ < ATTEMPTS)
		open_tcp(context, echo);	/* another port */
	else
		opened(context, echo, 1);
}

/* The answer takes the datagram's own buffer along, which is freed then. */
static void
answer_datagram(struct skynet_context *context,
    struct skynet_socket_message *message)
{
	const char *sender;
	int size;

	sender = skynet_socket_udp_address(message, &size);
	(void)skynet_socket_udp_send(context, message->id, sender,
	    message->buffer, message->ud);
}

/* A client that sends but does not read is not listened to meanwhile. */
static void
hold_back(struct skynet_context *context, int id, int unsent)
{

	if (unsent > 0)
		skynet_socket_pause(context, id);
	else
		skynet_socket_start(context, id);
}

static void
socket_event(struct skynet_context *context, struct echo *echo,
    struct skynet_socket_message *message)
{

	switch (message->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
		if (message->id == echo->listener && echo->udp == 0)
			open_udp(context, echo, message->ud);
		break;
	case SKYNET_SOCKET_TYPE_ACCEPT:
		skynet_socket_start(context, message->ud);
		break;
	case SKYNET_SOCKET_TYPE_DATA:
		/* The send takes the buffer over, whatever it returns. */
		(void)skynet_socket_send(context, message->id,
		    message->buffer, message->ud);
		break;
	case SKYNET_SOCKET_TYPE_UDP:
		answer_datagram(context, message);
		break;
	case SKYNET_SOCKET_TYPE_WARNING:
		hold_back(context, message->id, message->ud);
		break;
	case SKYNET_SOCKET_TYPE_CLOSE:
		/* The client sends no more, but still gets its answer. */
		skynet_socket_shutdown(context, message->id);
		break;
	case SKYNET_SOCKET_TYPE_ERROR:
		/* After a client's error comes its CLOSE. */
		if (message->id == echo->listener)
			skynet_error(context, "listener: %s",
			    (const char *)(message + 1));
		break;
	}
}

static int
echo_callback(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct echo *echo;

	(void)session;
	(void)source;
	(void)size;
	echo = ud;
	if (type == PTYPE_SOCKET)
		socket_event(context, echo,
		    (struct skynet_socket_message *)(uintptr_t)message);
	else if (type == PTYPE_TEXT)
		open_tcp(context, echo);
	return (0);		/* the host frees the message */
}

struct skynet_context *
echo_service_new(struct echo *echo)
{
	struct skynet_context *context;

	echo->any = echo->port == 0;
	echo->failed = echo->listener = echo->udp = 0;
	context = skynet_context_new(echo_callback, echo);
	if (context == NULL)
		return (NULL);
	if (skynet_send(context, 0, skynet_context_handle(context),
	    PTYPE_TEXT, 0, NULL, 0) == -1) {
		skynet_exit(context);
		return (NULL);
	}
	return (context);
}
