/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * chat: what one says, all others hear.
 *
 *	chat [address [port]]
 *
 * Who does not read is not waited for: the library warns when a megabyte
 * waits for a client, and the client is dropped.
 */

#include <err.h>
#include <stdio.h>

#include "skynet.h"
#include "skynet_socket.h"

#include "connections.h"
#include "program.h"
#include "sandbox.h"

#define LINE_MAX_BYTES	512

struct guest {
	struct connection	 connection;	/* first */
	char			 name[64];	/* the peer's address */
	size_t			 length;	/* of the line so far */
	char			 line[LINE_MAX_BYTES];
};

static struct connections	 guests;
static struct skynet_context	*chat;
static int			 listener;

/* The library copies what it cannot send at once: one text serves all. */
static void
tell(int id, const char *text, size_t length)
{
	struct socket_sendbuffer buffer = { id, SOCKET_BUFFER_RAWPOINTER,
	    text, length };

	(void)skynet_socket_sendbuffer(chat, &buffer);
}

static void
tell_others(const struct guest *from, const char *format, const char *text)
{
	char line[LINE_MAX_BYTES + 128];
	struct connection *other;
	int i, length;

	length = snprintf(line, sizeof(line), format, from->name, text);
	for (i = 0; i < CONNECTIONS_LISTS; i++)
		for (other = guests.list[i]; other != NULL;
		    other = other->next)
			if (other != &from->connection)
				tell(other->id, line, (size_t)length);
}

static void
enter(int id, const char *address)
{
	static const char welcome[] = "Welcome.  Say something.\n";
	struct guest *guest;

	guest = skynet_calloc(1, sizeof(*guest));
	if (guest == NULL) {
		skynet_socket_close(chat, id);
		return;
	}
	(void)snprintf(guest->name, sizeof(guest->name), "%s", address);
	connections_add(&guests, &guest->connection, id);
	skynet_socket_start(chat, id);
	tell(id, welcome, sizeof(welcome) - 1);
	tell_others(guest, "* %s %s\n", "is here");
}

static void
leave(int id, const char *why)
{
	struct guest *guest;

	guest = connections_remove(&guests, id);
	if (guest == NULL)
		return;		/* dropped before */
	tell_others(guest, "* %s %s\n", why);
	skynet_free(guest);
}

static void
say(struct guest *guest)
{

	guest->line[guest->length] = '\0';
	if (guest->length > 0)
		tell_others(guest, "%s: %s\n", guest->line);
	guest->length = 0;
}

/* Control characters stay out of the others' terminals. */
static void
hear(int id, const char *data, int size)
{
	struct guest *guest;
	unsigned char c;
	int i;

	guest = connections_find(&guests, id);
	for (i = 0; guest != NULL && i < size; i++) {
		c = (unsigned char)data[i];
		if (c == '\n' || guest->length == sizeof(guest->line) - 1)
			say(guest);
		if (c >= ' ' && c != 0x7f)
			guest->line[guest->length++] = (char)c;
	}
}

static void
socket_event(struct skynet_socket_message *message)
{
	const char *text = (const char *)(message + 1);

	switch (message->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
		if (message->ud == 0)
			break;		/* the answer to a start */
		program_tell("chat: ", text, message->ud, "");
		skynet_socket_start(chat, listener);
		break;
	case SKYNET_SOCKET_TYPE_ACCEPT:
		enter(message->ud, text);
		break;
	case SKYNET_SOCKET_TYPE_DATA:
		hear(message->id, message->buffer, message->ud);
		skynet_free(message->buffer);
		break;
	case SKYNET_SOCKET_TYPE_WARNING:
		if (message->ud == 0)
			break;
		leave(message->id, "is too slow");
		skynet_socket_close(chat, message->id);
		break;
	case SKYNET_SOCKET_TYPE_CLOSE:
		leave(message->id, "has gone");
		skynet_socket_shutdown(chat, message->id);
		break;
	case SKYNET_SOCKET_TYPE_ERROR:
		if (message->id == listener)
			skynet_error(chat, "listener: %s", text);
		break;		/* a guest's CLOSE follows */
	}
}

static int
chat_callback(struct skynet_context *context, void *ud, int type, int session,
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
		errx(1, "usage: chat [address [port]]");
	address = argc > 1 ? argv[1] : "127.0.0.1";
	port = argc > 2 ? program_number(argv[2], 0, 65535) : 0;
	if (skynet_init() == -1)
		err(1, "skynet_init");
	program_end_on_signals();
	chat = skynet_context_new(chat_callback, NULL);
	if (chat == NULL)
		err(1, "chat service");
	listener = skynet_socket_listen(chat, address, port, 128);
	if (listener == -1)
		err(1, "listen on %s port %d", address, port);
	sandbox_accepting();
	if (skynet_run(0) == -1)
		err(1, "skynet_run");
	return (0);
}
