/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * udp-time: tells the date and time to whoever sends a datagram, whatever is
 * in it, as the daytime service of RFC 867 does.
 *
 *	udp-time [address [port]]
 *
 * Without a port, or with port 0, a free one is chosen and printed.
 */

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "skynet.h"
#include "skynet_socket.h"

#include "program.h"
#include "sandbox.h"

/* The ports that are nobody's (RFC 6335). */
#define FIRST_PORT	49152
#define PORTS		(65536 - FIRST_PORT)
#define ATTEMPTS	100

static void
answer(struct skynet_context *context, struct skynet_socket_message *message)
{
	const char *sender;
	struct tm tm;
	time_t now;
	char *text;
	int size;

	sender = skynet_socket_udp_address(message, &size);
	text = skynet_malloc(64);
	if (sender == NULL || text == NULL) {
		skynet_free(text);
		return;		/* datagrams may be lost */
	}
	now = time(NULL);
	size = 0;
	if (gmtime_r(&now, &tm) != NULL)
		size = (int)strftime(text, 64, "%a, %d %b %Y %H:%M:%S GMT\r\n",
		    &tm);
	/* The library takes the text over; the sender's address is copied. */
	(void)skynet_socket_udp_send(context, message->id, sender, text, size);
}

static int
time_callback(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *data, size_t size)
{
	struct skynet_socket_message *message;

	(void)ud;
	(void)session;
	(void)source;
	(void)size;
	if (type != PTYPE_SOCKET)
		return (0);
	message = (struct skynet_socket_message *)(uintptr_t)data;
	if (message->type == SKYNET_SOCKET_TYPE_UDP) {
		answer(context, message);
		skynet_free(message->buffer);	/* and the address in it */
	} else if (message->type == SKYNET_SOCKET_TYPE_ERROR) {
		skynet_error(context, "%s", (const char *)(message + 1));
	}
	return (0);
}

/* A UDP socket takes no port 0: ports are tried until one is free. */
static int
listen_anywhere(struct skynet_context *context, const char *address)
{
	int i, port;

	for (i = 0; i < ATTEMPTS; i++) {
		port = FIRST_PORT + (int)((getpid() * 31L + i) % PORTS);
		if (skynet_socket_udp_listen(context, address, port) != -1)
			return (port);
	}
	return (-1);
}

int
main(int argc, char *argv[])
{
	struct skynet_context *context;
	const char *address;
	int port;

	if (argc > 3)
		errx(1, "usage: udp-time [address [port]]");
	address = argc > 1 ? argv[1] : "127.0.0.1";
	port = argc > 2 ? program_number(argv[2], 0, 65535) : 0;
	if (skynet_init() == -1)
		err(1, "skynet_init");
	program_end_on_signals();
	context = skynet_context_new(time_callback, NULL);
	if (context == NULL)
		err(1, "time service");
	if (port == 0)
		port = listen_anywhere(context, address);
	else if (skynet_socket_udp_listen(context, address, port) == -1)
		port = -1;
	if (port == -1)
		err(1, "cannot serve on %s", address);
	sandbox_datagrams();
	(void)printf("udp-time: %s port %d\n", address, port);
	(void)fflush(stdout);
	if (skynet_run(0) == -1)
		err(1, "skynet_run");
	return (0);
}
