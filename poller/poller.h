/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * poller.h: which descriptors are ready.  This text is the specification that
 * every backend keeps and that regress/poller_test.c holds each one to.
 *
 * A poller watches descriptors for reading and for writing, level triggered: a
 * condition that holds is reported by every wait until it ends or the interest
 * is taken back.  No interest, no event: while a descriptor has no interest
 * nothing about it is reported, neither a hang-up nor an error, and a
 * descriptor with one interest is never reported for the other.
 *
 * An event names its descriptor by the key given with it, never by a pointer
 * and never by the descriptor's number.  The caller puts a generation into the
 * key and drops an event whose key is not current: an event that was taken
 * from the kernel is not recalled by change or remove.  One descriptor may
 * appear twice in one batch, once readable and once writable, in any order.
 *
 * readable means: read now; there is data, a connection to accept, an end of
 * file or an error, and read(2) or accept(2) tells which.  writable means:
 * write now; there is room, or the connect has ended, or writing has failed,
 * and write(2) or SO_ERROR tells which.  No flag says that a connection is
 * over.  An end of file that stays is reported by every wait, so the caller
 * takes its interest in reading back.
 *
 * Threads.  One thread, the network thread, calls everything but wake; wake
 * may be called by any thread, and in a signal handler, as long as the poller
 * exists.  A wake is never lost: one that comes before a wait makes that wait
 * return at once.  Wakes are not counted: many may end one wait.
 *
 * Errors.  0 or more is success; -1 comes with errno, and nothing has changed.
 */

#ifndef SKYNET_POLLER_H
#define SKYNET_POLLER_H

#include <stdbool.h>
#include <stdint.h>

/* A key is a number from 0 to this. */
#define POLLER_KEY_MAX	0x7fffffff

/* Interest, a word of bits. */
#define POLLER_READ	0x1
#define POLLER_WRITE	0x2

struct poller;			/* every backend has its own */

struct poller_event {
	uintptr_t	key;
	bool		readable;
	bool		writable;
};

struct poller_ops {
	const char	*name;	/* "kqueue", "epoll", "poll" */

	/* NULL: errno.  Its own descriptors are close-on-exec. */
	struct poller	*(*create)(void);

	/*
	 * Closes what create opened; the watched descriptors stay open.  NULL
	 * is allowed.  Nobody may be in wait or wake.
	 */
	void		 (*destroy)(struct poller *);

	/*
	 * Begins to watch a descriptor that is not watched.  interest may be
	 * 0.  A listening socket is added after listen(2), a connecting one
	 * after connect(2).  A descriptor that the system cannot watch gives
	 * -1: EBADF not open, ENOMEM, ENOSPC, EPERM for a regular file or a
	 * directory, or what the system says.  /dev/null is always ready with
	 * poll and most kqueues, and refused by epoll.
	 */
	int		 (*add)(struct poller *, int fd, uintptr_t key,
			    int interest);

	/*
	 * Moves the interest of a watched descriptor from what it is to what
	 * it shall be; from and to may be equal.  What has become ready while
	 * there was no interest is reported afterwards.  -1: as for add, and
	 * EPIPE where a system refuses to watch a pipe without a reader for
	 * writing; to 0 never fails.
	 */
	int		 (*change)(struct poller *, int fd, uintptr_t key,
			    int from, int to);

	/*
	 * Ends the watch, before close(2).  interest is what it is now.  Never
	 * fails: what is gone already is gone.  A descriptor that its user has
	 * closed before does no harm, and its number can be added again.
	 */
	void		 (*remove)(struct poller *, int fd, int interest);

	/*
	 * Waits until something is ready, wake is called, or timeout
	 * milliseconds are over (-1: no limit, 0: only looks).  Fills in up to
	 * max (at least 1) events and returns their number; 0 after a time-out,
	 * a wake, or a signal.  The rest is reported by later waits, and none
	 * is left waiting for ever by others that stay ready.
	 */
	int		 (*wait)(struct poller *, struct poller_event *,
			    int max, int timeout);

	/*
	 * Ends the current wait or, if there is none, the next one.  Keeps
	 * errno.
	 */
	void		 (*wake)(struct poller *);
};

/* The backends that this system has are all compiled ... */
#pragma GCC visibility push(hidden)

extern const struct poller_ops	skynet_poller_kqueue;
extern const struct poller_ops	skynet_poller_epoll;
extern const struct poller_ops	skynet_poller_poll;

/* ... and POLLER chooses the one that the library uses (backend.c). */
extern const struct poller_ops	*const skynet_poller_backend;

#pragma GCC visibility pop

#endif /* SKYNET_POLLER_H */
