/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * resolver.h: name look-up off the network thread.
 *
 * At most SS_RESOLVER_THREADS threads, started on the first need, call
 * getaddrinfo(3) and post one SS_COMMAND_CONNECT for each look-up: with the
 * addresses, or with the reason why there are none.
 */

#ifndef SS_RESOLVER_H
#define SS_RESOLVER_H

#include <pthread.h>
#include <stdbool.h>

#include "commands.h"
#include "portability.h"

#pragma GCC visibility push(hidden)

#define SS_RESOLVER_THREADS	4

struct ss_lookup;
STAILQ_HEAD(ss_lookup_list, ss_lookup);

struct ss_resolver {
	struct ss_commands	*commands;	/* fixed */
	pthread_mutex_t		 lock;
	pthread_cond_t		 work;		/* with the lock */
	struct ss_lookup_list	 waiting;	/* under the lock */
	pthread_t		 thread[SS_RESOLVER_THREADS];	/* likewise */
	int			 queued;	/* under the lock */
	int			 threads;	/* under the lock */
	int			 idle;		/* under the lock */
	bool			 ending;	/* under the lock */
};

int	ss_resolver_init(struct ss_resolver *, struct ss_commands *);
/*
 * Drops the look-ups that wait, waits for those that run (getaddrinfo(3)
 * cannot be broken off), and ends the threads.
 */
void	ss_resolver_destroy(struct ss_resolver *);
/* Any thread; host is copied.  -1: errno, and nothing will be posted. */
int	ss_resolver_submit(struct ss_resolver *, int id, const char *host,
	    int port);

#pragma GCC visibility pop

#endif /* SS_RESOLVER_H */
