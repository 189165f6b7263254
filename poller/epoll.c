/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * epoll(7).
 *
 * epoll reports a hang-up or an error of a registered descriptor whatever was
 * asked for.  So a descriptor without interest is not registered, and the
 * interest travels with the key, for the report to keep to.
 */

#include <sys/epoll.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "poller.h"
#include "skynet_malloc.h"

#define BATCH	128

#define KEY_MASK	((uint64_t)POLLER_KEY_MAX)
#define INTEREST_SHIFT	32
#define WAKE_KEY	UINT64_MAX

struct poller {
	int				epoll;	/* fixed */
	struct skynet_poller_pipe	wake;	/* fixed */
};

static int
control(struct poller *poller, int operation, int fd, uint64_t key,
    int interest)
{
	struct epoll_event event;

	memset(&event, 0, sizeof(event));
	if ((interest & POLLER_READ) != 0)
		event.events |= EPOLLIN;
	if ((interest & POLLER_WRITE) != 0)
		event.events |= EPOLLOUT;
	event.data.u64 = key | (uint64_t)interest << INTEREST_SHIFT;
	return (epoll_ctl(poller->epoll, operation, fd, &event));
}

static struct poller *
epoll_create_poller(void)
{
	struct poller *poller;
	int error;

	poller = skynet_malloc(sizeof(*poller));
	if (poller == NULL) {
		errno = ENOMEM;
		return (NULL);
	}
	poller->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (poller->epoll == -1)
		goto no_epoll;
	if (skynet_poller_pipe_open(&poller->wake) == -1)
		goto no_pipe;
	if (control(poller, EPOLL_CTL_ADD, poller->wake.read_end, WAKE_KEY,
	    POLLER_READ) == -1)
		goto no_wake;
	return (poller);

no_wake:
	error = errno;
	skynet_poller_pipe_close(&poller->wake);
	errno = error;
no_pipe:
	error = errno;
	(void)close(poller->epoll);
	errno = error;
no_epoll:
	error = errno;
	skynet_free(poller);
	errno = error;
	return (NULL);
}

static void
epoll_destroy(struct poller *poller)
{

	if (poller == NULL)
		return;
	(void)close(poller->epoll);
	skynet_poller_pipe_close(&poller->wake);
	skynet_free(poller);
}

/*
 * What is registered may have gone, and come anew, with a number that was
 * closed without a remove.
 */
static int
watch(struct poller *poller, int operation, int fd, uintptr_t key,
    int interest)
{

	if (control(poller, operation, fd, key, interest) == 0)
		return (0);
	if (operation == EPOLL_CTL_ADD && errno == EEXIST)
		return (control(poller, EPOLL_CTL_MOD, fd, key, interest));
	if (operation == EPOLL_CTL_MOD && errno == ENOENT)
		return (control(poller, EPOLL_CTL_ADD, fd, key, interest));
	return (-1);
}

static int
epoll_add(struct poller *poller, int fd, uintptr_t key, int interest)
{

	if (interest == 0)	/* nothing is registered: ask otherwise */
		return (skynet_poller_probe(fd));
	return (watch(poller, EPOLL_CTL_ADD, fd, key, interest));
}

static void
epoll_remove(struct poller *poller, int fd, int interest)
{
	int error;

	if (interest == 0)
		return;
	error = errno;
	(void)control(poller, EPOLL_CTL_DEL, fd, 0, 0);
	errno = error;
}

static int
epoll_change(struct poller *poller, int fd, uintptr_t key, int from, int to)
{

	if (from == to)
		return (0);
	if (to != 0)
		return (watch(poller, from == 0 ? EPOLL_CTL_ADD :
		    EPOLL_CTL_MOD, fd, key, to));
	epoll_remove(poller, fd, from);
	return (0);
}

static void
translate(struct poller_event *out, const struct epoll_event *in)
{
	const uint32_t broken = EPOLLERR | EPOLLHUP;
	uint64_t interest;

	interest = in->data.u64 >> INTEREST_SHIFT;
	out->key = (uintptr_t)(in->data.u64 & KEY_MASK);
	out->readable = (interest & POLLER_READ) != 0 &&
	    (in->events & (EPOLLIN | broken)) != 0;
	out->writable = (interest & POLLER_WRITE) != 0 &&
	    (in->events & (EPOLLOUT | broken)) != 0;
}

static int
epoll_wait_events(struct poller *poller, struct poller_event *out, int max,
    int timeout)
{
	struct epoll_event event[BATCH];
	int count, i, n;

	count = epoll_wait(poller->epoll, event, max < BATCH ? max : BATCH,
	    timeout);
	if (count == -1)
		return (errno == EINTR ? 0 : -1);
	n = 0;
	for (i = 0; i < count; i++) {
		if (event[i].data.u64 == WAKE_KEY)
			skynet_poller_pipe_drain(&poller->wake);
		else
			translate(&out[n++], &event[i]);
	}
	return (n);
}

static void
epoll_wake(struct poller *poller)
{

	skynet_poller_pipe_ring(&poller->wake);
}

const struct poller_ops skynet_poller_epoll = {
	.name = "epoll",
	.create = epoll_create_poller,
	.destroy = epoll_destroy,
	.add = epoll_add,
	.change = epoll_change,
	.remove = epoll_remove,
	.wait = epoll_wait_events,
	.wake = epoll_wake
};
