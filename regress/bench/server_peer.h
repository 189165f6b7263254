/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * server_peer.h: an echo server of socket_server's functions.  It is compiled
 * with this library, and with the original where its sources are given.
 */

#ifndef SERVER_PEER_H
#define SERVER_PEER_H

#include <stdint.h>

#include "peer.h"
#include "socket_server.h"

struct server_peer {
	struct socket_server	*server;
	enum peer_mode		 mode;
	int			 listener;
	int			 input;
	int			 tcp_port;
	int			 udp_port;
	bool			 announced;
	int			*ids;		/* of the connections, for fan */
	int			 count;
	int			 room;
};

void	server_peer_open(struct server_peer *, int argc, char *argv[]);
/* What came of socket_server_poll, of any type; the message is done with. */
void	server_peer_message(struct server_peer *, int type,
	    struct socket_message *);

#endif /* SERVER_PEER_H */
