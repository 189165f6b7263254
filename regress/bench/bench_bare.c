/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * bench_bare: socket_server without services, in one thread.
 */

#include <stdlib.h>

#include "server_peer.h"

int
main(int argc, char *argv[])
{
	struct socket_message message;
	struct server_peer peer;
	int more, type;

	server_peer_open(&peer, argc, argv);
	for (;;) {
		more = 1;
		type = socket_server_poll(peer.server, &message, &more);
		if (type == SOCKET_EXIT)
			return (0);
		server_peer_message(&peer, type, &message);
	}
}
