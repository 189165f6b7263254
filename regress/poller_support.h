/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * poller_support.h: what the tests of the pollers share.  They hold
 * skynet_poller_backend, whichever it is, to poller.h.
 */

#ifndef POLLER_SUPPORT_H
#define POLLER_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poller.h"

#define POLLER_BOTH	(POLLER_READ | POLLER_WRITE)

/* A poller under test; the test's thread. */
struct test_poller {
	struct poller	*poller;	/* fixed */
	bool		*descriptors;	/* open before creation */
};

struct test_poller	*test_poller_create(void);
/*
 * Fails the case unless all memory and all descriptors came back.  What the
 * test has opened since the creation it must have closed.
 */
void	test_poller_release(struct test_poller *);

/* Each fails the case if the poller refuses. */
void	watch(struct test_poller *, int fd, uintptr_t key, int interest);
void	change(struct test_poller *, int fd, uintptr_t key, int from, int to);
void	unwatch(struct test_poller *, int fd, int interest);

/* One wait: the number of events. */
int	wait_once(struct test_poller *, struct poller_event *, int max,
	    int timeout);
/* What is said of a key now, without waiting: POLLER_READ, POLLER_WRITE. */
int	look(struct test_poller *, uintptr_t key);

/*
 * Waits until all of this is said of the key, and then fails the case if
 * anything else is said of it, or if it is not said by each of some waits.
 * With 0, only looks.
 */
#define expect_ready(tp, key, what)					\
	expect_ready_at(__FILE__, __LINE__, (tp), (key), (what))
void	expect_ready_at(const char *, int, struct test_poller *, uintptr_t,
	    int);

/* A connected pair of TCP sockets on the loopback interface: [1] accepted. */
void	tcp_pair(int [2]);
/* Fills a socket whose buffer does not grow by itself then: what it took. */
size_t	fill(int);
/* Makes the system calls of a descriptor fail rather than wait. */
void	make_non_blocking(int);
/* A socket whose connect(2) is under way, or has failed. */
int	begin_connect(int port);

#endif /* POLLER_SUPPORT_H */
