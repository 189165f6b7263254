/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * sink.h: a plain listener with a thread of its own, which takes all
 * connections and all that they send.
 */

#ifndef SINK_H
#define SINK_H

#include <poll.h>
#include <pthread.h>

#define SINK_GUESTS	256		/* connections that it holds */

struct sink {
	int		 listener;	/* fixed */
	int		 port;		/* fixed */
	int		 stop[2];	/* fixed: closing [1] ends it */
	pthread_t	 thread;	/* fixed */
	struct pollfd	 entry[2 + SINK_GUESTS];	/* its thread's */
	int		 count;		/* its thread's */
};

void	sink_open(struct sink *);
void	sink_close(struct sink *);

#endif /* SINK_H */
