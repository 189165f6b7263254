/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>

#include "host.h"
#include "skynet_socket.h"

static atomic_int	 services;	/* living ones */

struct skynet_context *
skynet_context_new(skynet_cb callback, void *ud)
{
	struct skynet_context *context;
	int error;

	context = skynet_calloc(1, sizeof(*context));
	if (context == NULL) {
		errno = ENOMEM;
		return (NULL);
	}
	context->callback = callback;
	context->ud = ud;
	atomic_init(&context->session, 0);
	if (host_queue_init(&context->queue) == -1) {
		skynet_free(context);
		return (NULL);
	}
	(void)atomic_fetch_add(&services, 1);
	if (host_handle_insert(context) == -1) {
		error = errno;
		host_context_release(context, false);
		errno = error;
		return (NULL);
	}
	return (context);
}

void
skynet_callback(struct skynet_context *context, void *ud, skynet_cb callback)
{
	context->ud = ud;
	context->callback = callback;
}

void
skynet_exit(struct skynet_context *context)
{
	if (context != NULL && host_handle_end(context))
		host_context_release(context, true);
}

int
host_context_count(void)
{
	return (atomic_load(&services));
}

/* The payload of what the socket layer has sent, or NULL. */
static struct skynet_socket_message *
socket_message(const struct skynet_message *message)
{
	/* skynet_send never leaves the source 0. */
	if (message->sz >> MESSAGE_TYPE_SHIFT != PTYPE_SOCKET ||
	    message->source != 0 || (message->sz & MESSAGE_TYPE_MASK) <
	    sizeof(struct skynet_socket_message))
		return (NULL);
	return (message->data);
}

static bool
names_socket(struct host_queue *queue, int id)
{
	const struct skynet_message *message;
	const struct skynet_socket_message *sm;
	size_t i;

	for (i = 0; (message = host_queue_at(queue, i)) != NULL; i++) {
		sm = socket_message(message);
		if (sm != NULL && sm->id == id)
			return (true);
	}
	return (false);
}

/*
 * What a failed push would have closed (the contract's M-6) had the service
 * ended before the message came: the socket that the message names, unless it
 * belongs to another service by now.  After a CONNECT, or a CLOSE because the
 * peer has ended, no later message would come to fail.  What the service has
 * sent last is still sent.
 */
static void
close_named_sockets(struct skynet_context *context)
{
	struct socket_info *info, *list;

	list = skynet_socket_info();
	for (info = list; info != NULL; info = info->next)
		if (info->opaque == context->handle &&
		    names_socket(&context->queue, info->id))
			skynet_socket_shutdown(context, info->id);
	socket_info_release(list);
}

/* Nobody else knows of a socket whose ACCEPT was not delivered. */
static bool
close_accepted_sockets(struct skynet_context *context)
{
	const struct skynet_message *message;
	const struct skynet_socket_message *sm;
	bool any;
	size_t i;

	any = false;
	for (i = 0; (message = host_queue_at(&context->queue, i)) != NULL;
	    i++) {
		sm = socket_message(message);
		if (sm == NULL)
			continue;
		any = true;
		if (sm->type == SKYNET_SOCKET_TYPE_ACCEPT)
			skynet_socket_close(context, sm->ud);
	}
	return (any);
}

void
host_context_release(struct skynet_context *context, bool sockets)
{
	const struct skynet_message *message;
	struct skynet_socket_message *sm;
	size_t i;

	if (sockets && close_accepted_sockets(context))
		close_named_sockets(context);
	for (i = 0; (message = host_queue_at(&context->queue, i)) != NULL;
	    i++) {
		sm = socket_message(message);
		if (sm != NULL)
			skynet_free(sm->buffer);
		skynet_free(message->data);
	}
	host_queue_destroy(&context->queue);
	skynet_free(context);
	if (atomic_fetch_sub(&services, 1) == 1 && !host_is_network_thread())
		host_wake();
}
