/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * poll(2).
 *
 * Two arrays, dense and in step: what poll(2) takes, and the keys.  A third
 * finds a descriptor's place in them.  A descriptor without interest is left
 * out, for poll(2) reports a hang-up whatever is asked for.
 *
 *	place[fd]:  1 + index, 0 when the descriptor is left out
 *	pfd[0]:     the wake pipe
 *
 * A wait looks at the entries from where the last one stopped, so that none
 * is left out for ever when more are ready than the caller has room for.
 */

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "common.h"
#include "poller.h"
#include "skynet_malloc.h"

#define ENTRIES_MIN	16

struct poller {
	struct skynet_poller_pipe	 wake;		/* fixed */
	/* Network thread. */
	struct pollfd			*pfd;
	uintptr_t			*key;
	int				 count;
	int				 capacity;
	int				*place;
	int				 places;
	int				 turn;		/* where to look first */
};

static short
events_of(int interest)
{
	int events;

	events = 0;
	if ((interest & POLLER_READ) != 0)
		events |= POLLIN;
	if ((interest & POLLER_WRITE) != 0)
		events |= POLLOUT;
	return ((short)events);
}

/* One more array of n elements, the old ones kept; NULL: ENOMEM. */
static void *
grow(void *array, int n, size_t size)
{
	void *grown;

	grown = skynet_realloc(array, (size_t)n * size);
	if (grown == NULL)
		errno = ENOMEM;
	return (grown);
}

static int
make_room(struct poller *poller)
{
	struct pollfd *pfd;
	uintptr_t *key;
	int capacity;

	if (poller->count < poller->capacity)
		return (0);
	capacity = poller->capacity == 0 ? ENTRIES_MIN : poller->capacity * 2;
	pfd = grow(poller->pfd, capacity, sizeof(*pfd));
	if (pfd == NULL)
		return (-1);
	poller->pfd = pfd;
	key = grow(poller->key, capacity, sizeof(*key));
	if (key == NULL)
		return (-1);
	poller->key = key;
	poller->capacity = capacity;
	return (0);
}

static int
make_place(struct poller *poller, int fd)
{
	int *place, places;

	if (fd < poller->places)
		return (0);
	places = poller->places == 0 ? ENTRIES_MIN : poller->places;
	while (places <= fd)
		places *= 2;
	place = grow(poller->place, places, sizeof(*place));
	if (place == NULL)
		return (-1);
	memset(place + poller->places, 0,
	    (size_t)(places - poller->places) * sizeof(*place));
	poller->place = place;
	poller->places = places;
	return (0);
}

/*
 * The entry of a number that was closed without a remove is there still: its
 * next owner takes it over.
 */
static int
enter(struct poller *poller, int fd, uintptr_t key, int interest)
{
	int at;

	if (make_place(poller, fd) == -1)
		return (-1);
	if (poller->place[fd] == 0) {
		if (make_room(poller) == -1)
			return (-1);
		poller->place[fd] = ++poller->count;
	}
	at = poller->place[fd] - 1;
	poller->pfd[at].fd = fd;
	poller->pfd[at].events = events_of(interest);
	poller->pfd[at].revents = 0;
	poller->key[at] = key;
	return (0);
}

/* The last entry takes the place of the one that leaves. */
static void
leave(struct poller *poller, int fd)
{
	int at, last;

	if (fd >= poller->places || poller->place[fd] == 0)
		return;
	at = poller->place[fd] - 1;
	last = --poller->count;
	poller->place[poller->pfd[last].fd] = at + 1;
	poller->pfd[at] = poller->pfd[last];
	poller->key[at] = poller->key[last];
	poller->place[fd] = 0;
}

static void
poll_destroy(struct poller *poller)
{

	if (poller == NULL)
		return;
	skynet_poller_pipe_close(&poller->wake);
	skynet_free(poller->pfd);
	skynet_free(poller->key);
	skynet_free(poller->place);
	skynet_free(poller);
}

static struct poller *
poll_create(void)
{
	struct poller *poller;
	int error;

	poller = skynet_calloc(1, sizeof(*poller));
	if (poller == NULL) {
		errno = ENOMEM;
		return (NULL);
	}
	if (skynet_poller_pipe_open(&poller->wake) == -1) {
		error = errno;
		skynet_free(poller);
		errno = error;
		return (NULL);
	}
	if (enter(poller, poller->wake.read_end, 0, POLLER_READ) == -1) {
		poll_destroy(poller);
		errno = ENOMEM;
		return (NULL);
	}
	return (poller);
}

static int
poll_add(struct poller *poller, int fd, uintptr_t key, int interest)
{

	if (skynet_poller_probe(fd) == -1)
		return (-1);
	if (interest != 0)
		return (enter(poller, fd, key, interest));
	leave(poller, fd);
	return (0);
}

static int
poll_change(struct poller *poller, int fd, uintptr_t key, int from, int to)
{

	if (from == to)
		return (0);
	if (to != 0)
		return (enter(poller, fd, key, to));
	leave(poller, fd);
	return (0);
}

static void
poll_remove(struct poller *poller, int fd, int interest)
{

	if (interest != 0)
		leave(poller, fd);
}

/* POLLNVAL: closed behind our back; whoever reads or writes it learns that. */
static void
translate(struct poller_event *out, const struct pollfd *pfd, uintptr_t key)
{
	const int broken = POLLERR | POLLHUP | POLLNVAL;

	out->key = key;
	out->readable = (pfd->events & POLLIN) != 0 &&
	    (pfd->revents & (POLLIN | broken)) != 0;
	out->writable = (pfd->events & POLLOUT) != 0 &&
	    (pfd->revents & (POLLOUT | broken)) != 0;
}

static int
poll_wait(struct poller *poller, struct poller_event *out, int max,
    int timeout)
{
	int at, i, n, others, ready;

	ready = poll(poller->pfd, (nfds_t)poller->count, timeout);
	if (ready == -1)
		return (errno == EINTR || errno == EAGAIN ? 0 : -1);
	if (ready > 0 && poller->pfd[0].revents != 0) {
		skynet_poller_pipe_drain(&poller->wake);
		ready--;
	}
	others = poller->count - 1;
	n = 0;
	for (i = 0; i < others && ready > 0 && n < max; i++) {
		at = 1 + (poller->turn + i) % others;
		if (poller->pfd[at].revents == 0)
			continue;
		ready--;
		translate(&out[n++], &poller->pfd[at], poller->key[at]);
	}
	if (n == max)
		poller->turn = (poller->turn + i) % others;
	return (n);
}

static void
poll_wake(struct poller *poller)
{

	skynet_poller_pipe_ring(&poller->wake);
}

const struct poller_ops skynet_poller_poll = {
	.name = "poll",
	.create = poll_create,
	.destroy = poll_destroy,
	.add = poll_add,
	.change = poll_change,
	.remove = poll_remove,
	.wait = poll_wait,
	.wake = poll_wake
};
