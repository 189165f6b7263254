/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The answers to datagrams that came together leave together: a thread that
 * handles such a batch keeps what it sends in the socket's queue, and the last
 * one takes all with it in one call.
 *
 * Nothing marks the socket itself.  What a thread has kept is in the queue like
 * anything else that waits, so whoever sends on the socket meanwhile, or
 * attends to it, sends that first; and what the thread still finds there at
 * the end it sends.  A thread keeps for one socket at a time.
 */

#include <time.h>

#include "send.h"
#include "server.h"

/* A slow callback may hold up what was kept before it, but no longer. */
#define CORK_LIMIT	UINT64_C(200000)	/* ns */

/* Of the calling thread. */
static _Thread_local struct {
	unsigned int	 server;	/* its serial number; 0: none */
	bool		 on;
	int		 id;		/* of the socket; 0: nothing is kept */
	int		 count;
	uint64_t	 since;		/* ns */
} cork;

static uint64_t
nanoseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return ((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

void
ss_cork(struct socket_server *ss, bool on)
{

	if (cork.server != ss->serial) {
		cork.server = ss->serial;
		cork.id = 0;
	}
	cork.on = on;
}

bool
ss_cork_keeps(struct socket_server *ss, int id)
{
	uint64_t now;

	if (cork.server != ss->serial || (cork.id != 0 && cork.id != id))
		return (false);
	if (cork.on) {
		now = nanoseconds();
		if (cork.id == 0) {
			cork.id = id;
			cork.count = 0;
			cork.since = now;
		}
		if (++cork.count < SS_DATAGRAMS &&
		    now - cork.since < CORK_LIMIT)
			return (true);
	}
	cork.id = 0;		/* the caller sends all */
	return (false);
}

void
ss_uncork(struct socket_server *ss)
{
	struct ss_write_list trash;
	struct ss_socket *s;
	int id;

	cork.on = false;
	if (cork.id == 0 || cork.server != ss->serial)
		return;
	id = cork.id;
	cork.id = 0;
	s = ss_slots_lock(&ss->slots, id);
	if (s == NULL)
		return;
	STAILQ_INIT(&trash);
	if (s->ready && !s->writer && !s->attended)
		ss_send_kept_locked(ss, s, &trash);
	(void)pthread_mutex_unlock(&s->lock);
	ss_write_list_free(&trash);
}
