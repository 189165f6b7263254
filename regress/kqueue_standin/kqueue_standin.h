/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * kqueue_standin.h: what the files of the stand-in share.
 *
 *	kqueue_standin.c  kqueue(2), kevent(2), close(2); finds the queues
 *	knote.c           changes: from a struct kevent to an epoll registration
 *	activity.c        events: from a struct epoll_event to struct kevents
 *
 * A kqueue is an epoll descriptor with a table beside it.  The table has one
 * entry for each descriptor number, with a knote for each filter.  What epoll
 * is told of a descriptor is the union of its enabled knotes; without an
 * enabled one it is told nothing, for epoll reports a hang-up to whoever is
 * registered.
 *
 * Locks, outermost first: the list of queues, then a queue.  A queue is not
 * locked while a thread sleeps in it.
 */

#ifndef KQUEUE_STANDIN_H
#define KQUEUE_STANDIN_H

#include <sys/epoll.h>
#include <sys/event.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "portability.h"

#pragma GCC visibility push(hidden)

enum standin_filter {
	STANDIN_READ,
	STANDIN_WRITE,
	STANDIN_FILTERS
};

struct standin_knote {
	__typeof__(((struct kevent *)0)->udata) udata;
	int	flags;		/* EV_ONESHOT and its like; kept */
	bool	present;
	bool	enabled;
	bool	deaf;		/* an end of a pipe that never fires for it */
};

enum standin_kind {
	STANDIN_STREAM,		/* a socket that is connected, not TCP */
	STANDIN_TCP,
	STANDIN_DATAGRAM,
	STANDIN_PIPE,
	STANDIN_OTHER
};

struct standin_descriptor {
	struct standin_knote	knote[STANDIN_FILTERS];
	uint32_t		generation;	/* of the number; never back */
	uint32_t		registered;	/* what epoll knows, 0: nothing */
	enum standin_kind	kind;		/* while a knote is present */
	bool			dormant;	/* epoll says more than we want */
	bool			write_first;	/* WRITE did not fit last time */
};

struct standin_queue {
	/* Under the lock of the list. */
	LIST_ENTRY(standin_queue)	 entry;
	int				 references;

	int				 epoll;		/* fixed */
	pthread_mutex_t			 lock;

	/* Under the lock of the queue. */
	struct standin_descriptor	*table;	/* by number */
	int				 size;
	int				 pairs;	/* with two knotes enabled */
};

/*
 * knote.c; the queue is locked.
 */

/* Applies one change: 0, or what went wrong. */
int	standin_change(struct standin_queue *, const struct kevent *);
/* NULL: the table has no such number. */
struct standin_descriptor *
	standin_find(struct standin_queue *, int fd);
/* Removes the knotes of a number that is about to be closed. */
void	standin_forget(struct standin_queue *, int fd);
/* The knote has been reported and is a one-shot: removes it. */
void	standin_detach(struct standin_queue *, int fd, enum standin_filter);
/* Likewise, with EV_DISPATCH: disables it. */
void	standin_disable(struct standin_queue *, int fd, enum standin_filter);
/*
 * Tells epoll what is wanted now: 0 or an errno.  With again, epoll looks at
 * the descriptor afresh even if nothing has changed.
 */
int	standin_register(struct standin_queue *, int fd, bool again);

/*
 * activity.c
 */

/* Turns ready descriptors into at most room events.  The queue is locked. */
int	standin_report(struct standin_queue *, const struct epoll_event *,
	    int ready, struct kevent *, int room);

#pragma GCC visibility pop

#endif /* KQUEUE_STANDIN_H */
