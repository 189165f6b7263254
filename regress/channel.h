/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * channel.h: a stream of the library's on which the threads of a crew send at
 * the same time, each message with its length, its sender and its number, and a
 * thread at the other end that checks all of it.
 */

#ifndef CHANNEL_H
#define CHANNEL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "crew.h"
#include "harness.h"

#define CHANNEL_WRITERS	6	/* members of a crew, at most */

/* A stream and what its peer has read. */
struct channel {
	struct socket_server	*server;	/* fixed */
	struct test_stream	 stream;	/* fixed */
	int			 own;		/* fixed: bound, or -1 */
	pthread_t		 reader;	/* fixed */
	pthread_mutex_t		*gate;		/* fixed: to pass first */
	atomic_int		 sent;		/* messages that were taken */
	/* The reader, then whoever has joined it: */
	int			 received;
	uint32_t		 next[CHANNEL_WRITERS][2];
	const char		*fault;
};

/* The userobject interface that a server with channels needs. */
extern struct socket_object_interface	 channel_objects;

/*
 * Without a stream: the case sets id and fd, then lets the reader begin.
 * gate, if not NULL, is a lock that the reader passes before it reads.
 */
void	channel_begin(struct channel *, struct test_server *,
	    pthread_mutex_t *gate);
void	channel_read(struct channel *);

/* A connection that takes little at once: messages are cut, queues fill. */
void	channel_connect(struct channel *, struct test_server *,
	    pthread_mutex_t *gate);
/* Likewise a bound one, which takes less still. */
void	channel_bind(struct channel *, struct test_server *,
	    pthread_mutex_t *gate);

/* Sends one message in one of all ways: the result of the call. */
int	channel_send(struct crew_member *, struct channel *, uint32_t number);

/*
 * After the library's side has ended; fails the case when something was wrong.
 * all: everything that was taken must have come.
 */
void	channel_close(struct channel *, bool all);

#endif /* CHANNEL_H */
