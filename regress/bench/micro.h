/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * micro.h: a server in the measuring process.
 */

#ifndef MICRO_H
#define MICRO_H

#include <stdatomic.h>
#include <stdbool.h>

#include "socket_server.h"

/* The server, and a connection of it to a descriptor of ours. */
struct micro {
	struct socket_server	*server;
	int			 id;	/* once connected */
	int			 fd;	/* our end; blocking */
	atomic_bool		 open;	/* connected, and reading */
	bool			 echo;	/* fixed: what comes is sent back */
};

/* Starts the network thread and connects. */
void	micro_begin(struct micro *, bool echo);
double	micro_clock(void);		/* seconds */

void	micro_info(struct micro *, int sockets, double seconds);

#endif /* MICRO_H */
