/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * relay: passes TCP connections on to another host.
 *
 *	relay [-q seconds] host port [address [port]]
 *
 * -q tells how long the host may be silent when a client has ended; 10 s.
 * The connections are in tunnel.c; here is who may use them.
 */

#include <err.h>
#include <stdio.h>
#include <unistd.h>

#include "skynet.h"
#include "skynet_socket.h"

#include "program.h"
#include "sandbox.h"
#include "tunnel.h"

static int	listener;

static void
listener_event(struct skynet_context *context,
    struct skynet_socket_message *message)
{
	const char *text;

	text = (const char *)(message + 1);
	switch (message->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
		if (message->ud == 0)
			break;		/* the answer to the start */
		program_tell("relay: ", text, message->ud, "");
		skynet_socket_start(context, message->id);
		break;
	case SKYNET_SOCKET_TYPE_ACCEPT:
		tunnel_open(message->ud);
		break;
	case SKYNET_SOCKET_TYPE_ERROR:
		skynet_error(context, "listener: %s", text);
		break;
	}
}

static int
relay_callback(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *data, size_t size)
{
	struct skynet_socket_message *message;

	(void)ud;
	(void)source;
	(void)size;
	if (type == PTYPE_SOCKET) {
		message = (struct skynet_socket_message *)(uintptr_t)data;
		if (message->id == listener)
			listener_event(context, message);
		else
			tunnel_event(message);
	} else if (type == PTYPE_RESPONSE) {
		tunnel_timeout(session);
	}
	return (0);
}

static void
usage(void)
{

	errx(1, "usage: relay [-q seconds] host port [address [port]]");
}

int
main(int argc, char *argv[])
{
	struct skynet_context *context;
	const char *address;
	int c, port, quiet;

	quiet = 10;
	while ((c = getopt(argc, argv, "q:")) != -1) {
		if (c != 'q')
			usage();
		quiet = program_number(optarg, 1, 3600);
	}
	argc -= optind;
	argv += optind;
	if (argc < 2 || argc > 4)
		usage();
	address = argc > 2 ? argv[2] : "127.0.0.1";
	port = argc > 3 ? program_number(argv[3], 0, 65535) : 0;
	if (skynet_init() == -1)
		err(1, "skynet_init");
	program_end_on_signals();
	context = skynet_context_new(relay_callback, NULL);
	if (context == NULL)
		err(1, "relay service");
	tunnel_init(context, argv[0], program_number(argv[1], 1, 65535), quiet);
	listener = skynet_socket_listen(context, address, port, 128);
	if (listener == -1)
		err(1, "listen on %s port %d", address, port);
	sandbox_connecting();
	if (skynet_run(0) == -1)
		err(1, "skynet_run");
	return (0);
}
