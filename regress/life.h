/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * life.h: a server from its creation to its release, which must give back all
 * memory, descriptors and threads.  The case polls by itself, with no exit
 * before the release; an alarm ends a poll that hears nothing.
 */

#ifndef LIFE_H
#define LIFE_H

#include <stdbool.h>

#include "socket_server.h"

struct life {
	struct socket_server	*server;	/* the case's, too */
	bool			*descriptors;	/* open before */
	int			 threads;	/* before; -1: unknown */
};

void	life_begin(struct life *);
/* Releases the server.  The plain descriptors of the case are closed by now. */
void	life_end(struct life *);

/* Polls until that message of that id (0: of any): its id and ud. */
int	life_hear(struct life *, int type, int id, int *ud);
/* A connection of the library's, started; fd is the peer. */
int	life_connection(struct life *, int *fd);

#endif /* LIFE_H */
