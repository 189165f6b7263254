/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Network addresses: numeric forms, the 7 or 19 bytes that stand behind a
 * datagram, and name look-up.  Pure functions; any thread.
 */

#ifndef SS_ADDRESS_H
#define SS_ADDRESS_H

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <stddef.h>

#pragma GCC visibility push(hidden)

#define SS_HOST_MAX		255	/* bytes of a host's name */
#define SS_ADDRESS_TEXT		64	/* enough for any address:port */
#define SS_UDP_ADDRESS_MAX	19

union ss_address {
	struct sockaddr		sa;
	struct sockaddr_in	in;
	struct sockaddr_in6	in6;
};

/* The addresses of a name, in the order in which they are to be tried. */
struct ss_addresses {
	int			count;
	union ss_address	address[];
};

/* The bytes of the address's own structure. */
socklen_t	ss_address_length(const union ss_address *);

/* Writes the address alone, always ended by NUL: the text of CONNECT. */
void	ss_address_host(const union ss_address *, char *, size_t);
/* Writes address:port or [address]:port, likewise: the text of ACCEPT. */
void	ss_address_text(const union ss_address *, char *, size_t);

int	ss_address_port(const union ss_address *);

/* Writes the 7 or 19 bytes of a datagram's address; returns their number. */
int	ss_address_pack(const union ss_address *, void *);
/* 0, or -1 with EINVAL for an unknown tag. */
int	ss_address_unpack(const void *, union ss_address *);
/* The size of a packed address by its tag; 0 for an unknown one. */
int	ss_address_packed_size(const void *);

/*
 * The addresses of host and port, one skynet_malloc block for the caller to
 * skynet_free.  socktype is SOCK_STREAM or SOCK_DGRAM.  With numeric only
 * numeric hosts are taken, and the call never waits.  NULL: *gai is a code of
 * getaddrinfo(3) (EAI_SYSTEM, EAI_MEMORY and others).
 */
struct ss_addresses	*ss_addresses_look_up(const char *host, int port,
			    int socktype, int numeric, int *gai);

void	ss_addresses_free(struct ss_addresses *);

/*
 * The addresses to listen or bind on: a NULL or empty host is 0.0.0.0.  Names
 * are looked up in the calling thread.  NULL: errno, with a line through
 * skynet_error: EINVAL for a port outside 0..65535, a host too long or unknown.
 */
struct ss_addresses	*ss_addresses_of(const char *host, int port,
			    int socktype);

/* 0, or -1 with EINVAL for a host that is too long (NULL is none). */
int	ss_host_check(const char *);

#pragma GCC visibility pop

#endif /* SS_ADDRESS_H */
