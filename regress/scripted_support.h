/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * scripted_support.h: a server that a scripted poller drives.  Nothing waits:
 * a message comes of the command, or of the batch, that was given before.
 */

#ifndef SCRIPTED_SUPPORT_H
#define SCRIPTED_SUPPORT_H

#include "scripted_poller.h"
#include "server.h"

struct socket_server	*scripted_create(void);
/* The script must be over, and all memory comes back. */
void	scripted_release(struct socket_server *);

/*
 * Takes commands and batches until there is a message, which must be of this
 * type and id.
 */
struct socket_message	scripted_hear(struct socket_server *, int type, int id);
/* The same for data, which are this text. */
void	scripted_hear_data(struct socket_server *, int id, const char *text);
/* Takes all commands and batches; there must be no message. */
void	scripted_hear_nothing(struct socket_server *);

/* A paused listener on 127.0.0.1. */
int	scripted_listen(struct socket_server *, int *port);
/* An accepted socket, paused, and no listener; *fd is the peer. */
int	scripted_accept(struct socket_server *, int *fd);
/* Likewise, started. */
int	scripted_accepted(struct socket_server *, int *fd);
/* Closes an id, which is watched no more. */
void	scripted_close(struct socket_server *, int id);
/* Sends a pattern of n bytes: the result of the call. */
int	scripted_send(struct socket_server *, int id, size_t n);
/* A batch of two events, POLLER_READ and POLLER_WRITE in each. */
void	scripted_two_events(struct socket_server *, int id0, int what0,
	    int id1, int what1);
/* Waits until the socket's descriptor has something to read. */
void	scripted_await(struct socket_server *, int id);

#endif /* SCRIPTED_SUPPORT_H */
