/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * host_counter.h: a service that counts its messages and does something at the
 * last one.
 */

#ifndef HOST_COUNTER_H
#define HOST_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

#include "host_support.h"

struct host_counter {
	atomic_int	 calls;
	int		 last;		/* fixed; -1: never */
	void		(*at_last)(struct skynet_context *);	/* fixed */
};

/* For skynet_run: a case is to hold for each of these numbers of workers. */
#define HOST_COUNTER_RUNS	3
#define FOR_ALL_THREADS(i)						\
	for ((i) = 0; (i) < HOST_COUNTER_RUNS; (i)++)
extern const int	 host_counter_threads[HOST_COUNTER_RUNS];

struct skynet_context	*host_counter_service(struct host_counter *, int last,
			    void (*at_last)(struct skynet_context *));
/* The callback; ud is the counter. */
int	host_counter_count(struct skynet_context *, void *ud, int type,
	    int session, uint32_t source, const void *message, size_t size);

/* For at_last, beside skynet_exit. */
void	host_counter_abort(struct skynet_context *);
void	host_counter_nothing(struct skynet_context *);

/* From now on SIGUSR1 calls skynet_abort. */
void	host_counter_catch_signal(void);

/* An empty message; the source is the receiver itself. */
void	host_push_empty(uint32_t handle);

#endif /* HOST_COUNTER_H */
