/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * An echo service: sends back what it receives, over TCP and over UDP.
 */

#ifndef ECHO_SERVICE_H
#define ECHO_SERVICE_H

struct skynet_context;

struct echo {
	/* Set by the caller. */
	const char	*host;		/* an address or a name */
	int		 port;		/* 0: any; then the one that it got */
	/* Called in the service when it is ready or has failed. */
	void		(*opened)(struct skynet_context *, struct echo *);
	void		*data;		/* for the caller's own use */

	/* Set by the service. */
	int		 failed;	/* it could not open its sockets */
	int		 any;		/* attempts to get any port */
	int		 listener;	/* ids; 0: none yet */
	int		 udp;
};

/* Starts the service, which keeps the structure.  NULL: errno. */
struct skynet_context	*echo_service_new(struct echo *);

#endif /* ECHO_SERVICE_H */
