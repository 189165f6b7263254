/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The outbox: messages that one event or command has raised and that the next
 * calls of the poll hand out one by one.  Nothing is raised before the outbox
 * is empty again, and no single event raises more than it holds, so raising a
 * message needs no memory and cannot fail.
 */

#include <assert.h>
#include <string.h>

#include "server.h"

static struct ss_message *
next_message(struct socket_server *ss, int type, uintptr_t opaque, int id)
{
	struct ss_message *message;

	assert(ss->outbox_count < SS_OUTBOX);
	message = &ss->outbox[ss->outbox_count++];
	message->type = type;
	message->id = id;
	message->ud = 0;
	message->opaque = opaque;
	message->data = NULL;
	return (message);
}

void
ss_tell(struct socket_server *ss, int type, uintptr_t opaque, int id, int ud,
    const char *text)
{
	struct ss_message *message;
	size_t length;

	message = next_message(ss, type, opaque, id);
	message->ud = ud;
	if (text == NULL)
		return;
	length = strlen(text);
	if (length > SS_TEXT_MAX)
		length = SS_TEXT_MAX;
	memcpy(message->text, text, length);
	message->text[length] = '\0';
	message->data = message->text;
}

void
ss_tell_data(struct socket_server *ss, int type, struct ss_socket *s,
    char *data, int size)
{
	struct ss_message *message;

	message = next_message(ss, type,
	    atomic_load_explicit(&s->opaque, memory_order_relaxed),
	    atomic_load_explicit(&s->id, memory_order_relaxed));
	message->ud = size;
	message->data = data;
}

void
ss_tell_error(struct socket_server *ss, struct ss_socket *s, int error)
{
	char text[SS_TEXT_MAX];

	if (s->silent)
		return;
	ss_tell(ss, SOCKET_ERR, atomic_load(&s->opaque), atomic_load(&s->id),
	    0, ss_strerror(error, text, sizeof(text)));
}

void
ss_tell_close(struct socket_server *ss, struct ss_socket *s)
{

	if (s->close_told)
		return;
	s->close_told = true;
	s->close_owner = atomic_load(&s->opaque);
	ss_tell(ss, SOCKET_CLOSE, s->close_owner, atomic_load(&s->id), 0,
	    NULL);
}

bool
ss_outbox_take(struct socket_server *ss, struct socket_message *result,
    int *type)
{
	struct ss_message *message;

	if (ss->outbox_next == ss->outbox_count) {
		ss->outbox_next = ss->outbox_count = 0;
		return (false);
	}
	message = &ss->outbox[ss->outbox_next++];
	*type = message->type;
	result->id = message->id;
	result->opaque = message->opaque;
	result->ud = message->ud;
	result->data = message->data;
	return (true);
}
