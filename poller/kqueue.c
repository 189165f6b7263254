/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * kqueue(2), on FreeBSD, OpenBSD, NetBSD, DragonFly and macOS.
 *
 * What reads alike on all of them, and nothing else, is used:
 *
 *  - One change for one kevent call, with no room for events: the result is 0
 *    or -1 and errno.
 *  - EV_ADD|EV_ENABLE turns a filter on (EV_ADD alone leaves a disabled one
 *    disabled), EV_DISABLE turns it off, EV_DELETE takes it away.  Deleting or
 *    disabling what is not there is no error.
 *  - Every change carries the key, for some kernels take it over each time.
 *  - The write filter is registered when somebody first wants to write.
 *  - No EV_CLEAR, EV_ONESHOT, EV_DISPATCH.  EV_EOF is not looked at: it comes
 *    while bytes are still unread, and on the write filter it says nothing of
 *    reading.  Whoever reads or writes finds out.
 *  - A pipe rings, not EVFILT_USER, which several releases in use lack.
 *
 * The two filters of a descriptor are two events.
 */

#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "poller.h"
#include "skynet_malloc.h"

#define BATCH	128

#define WAKE_KEY	((uintptr_t)POLLER_KEY_MAX + 1)

struct poller {
	int				kqueue;	/* fixed */
	struct skynet_poller_pipe	wake;	/* fixed */
};

/*
 * The members by name: EV_SET is a macro here and a function there, and udata
 * is a pointer but for NetBSD up to 9, where it is an integer.
 */
static int
set(struct poller *poller, int fd, int filter, int flags, uintptr_t key)
{
	struct kevent change;

	memset(&change, 0, sizeof(change));
	change.ident = (uintptr_t)fd;
	change.filter = (__typeof__(change.filter))filter;
	change.flags = (__typeof__(change.flags))flags;
	change.fflags = 0;
	change.data = 0;
	change.udata = (__typeof__(change.udata))key;
	return (kevent(poller->kqueue, &change, 1, NULL, 0, NULL));
}

/*
 * A pipe whose reader is gone is refused by some kernels when its write end is
 * to be watched: FreeBSD says EPIPE, others EBADF or EPERM.
 */
static int
turn_on(struct poller *poller, int fd, int filter, uintptr_t key)
{
	int error;

	if (set(poller, fd, filter, EV_ADD | EV_ENABLE, key) == 0)
		return (0);
	error = errno;
	/* libkqueue 2.7 refuses EV_ADD where the filter is there already. */
	if (set(poller, fd, filter, EV_DELETE, key) == 0 &&
	    set(poller, fd, filter, EV_ADD | EV_ENABLE, key) == 0)
		return (0);
	if (filter == EVFILT_WRITE && (error == EBADF || error == EPERM) &&
	    fcntl(fd, F_GETFD) != -1)
		error = EPIPE;
	errno = error;
	return (-1);
}

static void
turn_off(struct poller *poller, int fd, int filter, uintptr_t key)
{

	(void)set(poller, fd, filter, EV_DISABLE, key);
}

static int
kqueue_open(void)
{
	int error, fd;

	fd = kqueue();
	if (fd == -1)
		return (-1);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1) {
		error = errno;
		(void)close(fd);
		errno = error;
		return (-1);
	}
	return (fd);
}

static struct poller *
kqueue_create(void)
{
	struct poller *poller;
	int error;

	poller = skynet_malloc(sizeof(*poller));
	if (poller == NULL) {
		errno = ENOMEM;
		return (NULL);
	}
	poller->kqueue = kqueue_open();
	if (poller->kqueue == -1)
		goto no_kqueue;
	if (skynet_poller_pipe_open(&poller->wake) == -1)
		goto no_pipe;
	if (turn_on(poller, poller->wake.read_end, EVFILT_READ,
	    WAKE_KEY) == -1)
		goto no_wake;
	return (poller);

no_wake:
	error = errno;
	skynet_poller_pipe_close(&poller->wake);
	errno = error;
no_pipe:
	error = errno;
	(void)close(poller->kqueue);
	errno = error;
no_kqueue:
	error = errno;
	skynet_free(poller);
	errno = error;
	return (NULL);
}

static void
kqueue_destroy(struct poller *poller)
{

	if (poller == NULL)
		return;
	(void)close(poller->kqueue);
	skynet_poller_pipe_close(&poller->wake);
	skynet_free(poller);
}

static int
kqueue_change(struct poller *poller, int fd, uintptr_t key, int from, int to)
{
	int on;

	on = to & ~from;
	if ((on & POLLER_READ) != 0 &&
	    turn_on(poller, fd, EVFILT_READ, key) == -1)
		return (-1);
	if ((on & POLLER_WRITE) != 0 &&
	    turn_on(poller, fd, EVFILT_WRITE, key) == -1) {
		if ((on & POLLER_READ) != 0)
			turn_off(poller, fd, EVFILT_READ, key);
		return (-1);
	}
	if ((from & ~to & POLLER_READ) != 0)
		turn_off(poller, fd, EVFILT_READ, key);
	if ((from & ~to & POLLER_WRITE) != 0)
		turn_off(poller, fd, EVFILT_WRITE, key);
	return (0);
}

static int
kqueue_add(struct poller *poller, int fd, uintptr_t key, int interest)
{

	if (skynet_poller_probe(fd) == -1)
		return (-1);
	return (kqueue_change(poller, fd, key, 0, interest));
}

static void
kqueue_remove(struct poller *poller, int fd, int interest)
{
	int error;

	(void)interest;		/* a disabled filter is still registered */
	error = errno;
	(void)set(poller, fd, EVFILT_READ, EV_DELETE, 0);
	(void)set(poller, fd, EVFILT_WRITE, EV_DELETE, 0);
	errno = error;
}

static int
kqueue_wait(struct poller *poller, struct poller_event *out, int max,
    int timeout)
{
	struct kevent event[BATCH];
	struct timespec limit;
	uintptr_t key;
	int count, i, n;

	limit.tv_sec = timeout / 1000;
	limit.tv_nsec = (long)(timeout % 1000) * 1000000;
	count = kevent(poller->kqueue, NULL, 0, event,
	    max < BATCH ? max : BATCH, timeout < 0 ? NULL : &limit);
	if (count == -1)
		return (errno == EINTR ? 0 : -1);
	n = 0;
	for (i = 0; i < count; i++) {
		key = (uintptr_t)event[i].udata;
		if (key == WAKE_KEY) {
			skynet_poller_pipe_drain(&poller->wake);
			continue;
		}
		out[n].key = key;
		out[n].readable = event[i].filter == EVFILT_READ;
		out[n].writable = event[i].filter == EVFILT_WRITE;
		n++;
	}
	return (n);
}

static void
kqueue_wake(struct poller *poller)
{

	skynet_poller_pipe_ring(&poller->wake);
}

const struct poller_ops skynet_poller_kqueue = {
	.name = "kqueue",
	.create = kqueue_create,
	.destroy = kqueue_destroy,
	.add = kqueue_add,
	.change = kqueue_change,
	.remove = kqueue_remove,
	.wait = kqueue_wait,
	.wake = kqueue_wake
};
