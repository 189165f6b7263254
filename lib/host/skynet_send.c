/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "host.h"
#include "skynet_server.h"

/* A number from 1 to INT_MAX. */
static int
new_session(struct skynet_context *context)
{
	unsigned int session;

	do {
		session = (atomic_fetch_add_explicit(&context->session, 1,
		    memory_order_relaxed) + 1) & INT_MAX;
	} while (session == 0);
	return ((int)session);
}

/* With a NUL behind, not counted in the size. */
static void *
copy_data(const void *data, size_t size)
{
	char *copy;

	copy = skynet_malloc(size + 1);
	if (copy == NULL)
		return (NULL);
	memcpy(copy, data, size);
	copy[size] = '\0';
	return (copy);
}

/* Frees what was passed on, so that no caller has to.  Returns the result. */
static int
refuse(int type, void *data, int error, int result)
{
	if ((type & PTYPE_TAG_DONTCOPY) != 0)
		skynet_free(data);
	errno = error;
	return (result);
}

static int
send_message(struct skynet_context *context, uint32_t source,
    uint32_t destination, int type, int session, void *data, size_t size)
{
	struct skynet_message message;
	int error;

	message.source = source != 0 ? source : skynet_context_handle(context);
	message.session = session;
	message.data = data;
	message.sz = size | (size_t)(type & 0xff) << MESSAGE_TYPE_SHIFT;
	if ((type & PTYPE_TAG_DONTCOPY) == 0 && data != NULL) {
		message.data = copy_data(data, size);
		if (message.data == NULL) {
			errno = ENOMEM;
			return (-1);
		}
	}
	if (skynet_context_push(destination, &message) != 0) {
		error = errno;
		skynet_free(message.data);
		errno = error;
		return (-1);
	}
	return (session);
}

int
skynet_send(struct skynet_context *context, uint32_t source,
    uint32_t destination, int type, int session, void *data, size_t size)
{
	if (context == NULL)
		return (refuse(type, data, EINVAL, -1));
	if (size > MESSAGE_TYPE_MASK) {
		skynet_error(context, "a message to :%08x is too large",
		    (unsigned int)destination);
		return (refuse(type, data, EMSGSIZE, -2));
	}
	if (data == NULL)
		size = 0;
	if ((type & PTYPE_TAG_ALLOCSESSION) != 0)
		session = new_session(context);
	if (destination == 0) {
		/* The original's way to get a number and send nothing. */
		if (data == NULL && (type & PTYPE_TAG_ALLOCSESSION) != 0)
			return (session);
		skynet_error(context, "a message to nobody");
		return (refuse(type, data, EINVAL, -1));
	}
	return (send_message(context, source, destination, type, session, data,
	    size));
}

int
skynet_timeout(struct skynet_context *context, int centiseconds, int session)
{
	struct skynet_message message;
	uint32_t handle;

	if (context == NULL) {
		errno = EINVAL;
		return (-1);
	}
	handle = skynet_context_handle(context);
	if (centiseconds > 0)
		return (host_timer_add(handle, centiseconds, session) == -1 ?
		    -1 : session);
	message.source = 0;
	message.session = session;
	message.data = NULL;
	message.sz = (size_t)PTYPE_RESPONSE << MESSAGE_TYPE_SHIFT;
	return (skynet_context_push(handle, &message) != 0 ? -1 : session);
}
