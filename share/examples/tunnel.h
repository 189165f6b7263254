/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A tunnel is a client's connection and one to the host, and what is read from
 * the one is sent on the other.
 *
 * A side that sends faster than the other reads is held back: the library
 * warns when a megabyte waits for the other one.
 *
 * The end of the host's side ends the tunnel, once all is sent.  A client that
 * ends its sending still gets the answer, for as long as that goes on; the
 * host is told of the end when it has been silent for quiet seconds.  (At once
 * is not possible: no call of the library ends the sending alone, for a
 * shutdown ends both directions.)
 */

#ifndef TUNNEL_H
#define TUNNEL_H

struct skynet_context;
struct skynet_socket_message;

/* All tunnels belong to one service and lead to one host. */
void	tunnel_init(struct skynet_context *, const char *host, int port,
	    int quiet);
/* For a connection that was accepted and has not been started. */
void	tunnel_open(int id);
/* What the service hears of its sockets and its timeouts. */
void	tunnel_event(struct skynet_socket_message *);
void	tunnel_timeout(int session);

#endif /* TUNNEL_H */
