/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * sandbox.h: gives up what a network daemon does not need, where the system
 * has a way to.  To be called between the opening of its sockets and
 * skynet_run(3).
 *
 *	OpenBSD	pledge(2): sockets, and for sandbox_connecting look-up of names
 *	FreeBSD	capsicum(4), for sandbox_accepting alone: in capability mode
 *		a process accepts connections, but cannot connect, bind, or
 *		send a datagram to an address; nor can it open the spare
 *		descriptor by which the library turns connections away when
 *		there are no more descriptors: they wait then
 */

#ifndef SANDBOX_H
#define SANDBOX_H

#if defined(__FreeBSD__)
#include <sys/capsicum.h>
#endif

#include <err.h>
#include <errno.h>
#include <unistd.h>

static inline void
sandbox_promise(const char *promises)
{

#if defined(__OpenBSD__)
	if (pledge(promises, NULL) == -1)
		err(1, "pledge");
#else
	(void)promises;
#endif
}

/* The program will only accept connections. */
static inline void
sandbox_accepting(void)
{

	sandbox_promise("stdio inet");
#if defined(__FreeBSD__)
	if (cap_enter() == -1 && errno != ENOSYS)
		err(1, "cap_enter");
#endif
}

/* The program will also send and receive datagrams. */
static inline void
sandbox_datagrams(void)
{

	sandbox_promise("stdio inet");
}

/* The program will also connect to others, by their names too. */
static inline void
sandbox_connecting(void)
{

	sandbox_promise("stdio inet dns");
}

#endif /* SANDBOX_H */
