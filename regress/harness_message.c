/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "skynet_malloc.h"

const char *
test_message_name(int type)
{

	switch (type) {
	case SOCKET_DATA:
		return ("DATA");
	case SOCKET_CLOSE:
		return ("CLOSE");
	case SOCKET_OPEN:
		return ("OPEN");
	case SOCKET_ACCEPT:
		return ("ACCEPT");
	case SOCKET_ERR:
		return ("ERR");
	case SOCKET_EXIT:
		return ("EXIT");
	case SOCKET_UDP:
		return ("UDP");
	case SOCKET_WARNING:
		return ("WARNING");
	default:
		return ("an unknown type");
	}
}

struct test_message *
test_message_copy(int type, const struct socket_message *message)
{
	struct test_message *copy;

	copy = calloc(1, sizeof(*copy));
	if (copy == NULL)
		abort();
	copy->type = type;
	copy->id = message->id;
	copy->opaque = message->opaque;
	copy->ud = message->ud;
	if (type == SOCKET_DATA || type == SOCKET_UDP)
		copy->data = message->data;
	else if (message->data != NULL)
		(void)snprintf(copy->text, sizeof(copy->text), "%s",
		    message->data);
	return (copy);
}

void
test_message_free(struct test_message *message)
{

	if (message == NULL)
		return;
	skynet_free(message->data);
	free(message);
}
