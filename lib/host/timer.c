/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <limits.h>
#include <time.h>

#include "host.h"
#include "skynet_server.h"

#define CAPACITY_FIRST	16
#define NANOSECONDS_PER_CENTISECOND	UINT64_C(10000000)
#define NANOSECONDS_PER_MILLISECOND	UINT64_C(1000000)

struct timeout {
	uint64_t	 due;		/* nanoseconds */
	uint64_t	 order;		/* who came first among equals */
	uint32_t	 handle;
	int		 session;
};

/*
 * The children of element i are 2i + 1 and 2i + 2, and none is due before it.
 * What a service that has ended has left is dropped when it falls due: its
 * handle names nobody then.
 */
static struct {
	pthread_mutex_t	 lock;

	/* Under the lock. */
	struct timeout	*heap;
	size_t		 capacity;
	size_t		 count;
	uint64_t	 order;
	uint64_t	 awaited;	/* the network thread looks then */
} timers = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.awaited = UINT64_MAX
};

static uint64_t
nanoseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return ((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

static bool
before(const struct timeout *a, const struct timeout *b)
{
	if (a->due != b->due)
		return (a->due < b->due);
	return (a->order < b->order);
}

static int
grow_locked(void)
{
	struct timeout *heap;
	size_t capacity;

	capacity = timers.capacity == 0 ? CAPACITY_FIRST : timers.capacity * 2;
	heap = capacity > SIZE_MAX / sizeof(*heap) ? NULL :
	    skynet_realloc(timers.heap, capacity * sizeof(*heap));
	if (heap == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	timers.heap = heap;
	timers.capacity = capacity;
	return (0);
}

static void
insert_locked(const struct timeout *timeout)
{
	size_t i, parent;

	for (i = timers.count++; i > 0; i = parent) {
		parent = (i - 1) / 2;
		if (!before(timeout, &timers.heap[parent]))
			break;
		timers.heap[i] = timers.heap[parent];
	}
	timers.heap[i] = *timeout;
}

static struct timeout
remove_first_locked(void)
{
	struct timeout first, last;
	size_t child, i;

	first = timers.heap[0];
	last = timers.heap[--timers.count];
	for (i = 0; (child = 2 * i + 1) < timers.count; i = child) {
		if (child + 1 < timers.count &&
		    before(&timers.heap[child + 1], &timers.heap[child]))
			child++;
		if (!before(&timers.heap[child], &last))
			break;
		timers.heap[i] = timers.heap[child];
	}
	timers.heap[i] = last;
	return (first);
}

int
host_timer_add(uint32_t handle, int centiseconds, int session)
{
	struct timeout timeout;
	bool earlier;
	int result;

	timeout.due = nanoseconds() +
	    (uint64_t)centiseconds * NANOSECONDS_PER_CENTISECOND;
	timeout.handle = handle;
	timeout.session = session;
	earlier = false;

	(void)pthread_mutex_lock(&timers.lock);
	timeout.order = timers.order++;
	result = timers.count == timers.capacity ? grow_locked() : 0;
	if (result == 0) {
		insert_locked(&timeout);
		earlier = timeout.due < timers.awaited;
		if (earlier)
			timers.awaited = timeout.due;
	}
	(void)pthread_mutex_unlock(&timers.lock);
	if (earlier && !host_is_network_thread())
		host_wake();
	return (result);
}

static bool
take_due(uint64_t now, struct timeout *timeout, uint64_t *next)
{
	bool due;

	(void)pthread_mutex_lock(&timers.lock);
	due = timers.count > 0 && timers.heap[0].due <= now;
	if (due)
		*timeout = remove_first_locked();
	*next = timers.count == 0 ? UINT64_MAX : timers.heap[0].due;
	timers.awaited = *next;
	(void)pthread_mutex_unlock(&timers.lock);
	return (due);
}

static int
milliseconds_between(uint64_t now, uint64_t until)
{
	uint64_t milliseconds;

	if (until == UINT64_MAX)
		return (-1);
	milliseconds = (until - now + NANOSECONDS_PER_MILLISECOND - 1) /
	    NANOSECONDS_PER_MILLISECOND;
	return (milliseconds > INT_MAX ? INT_MAX : (int)milliseconds);
}

int
host_timer_expire(void)
{
	struct skynet_message message;
	struct timeout timeout;
	uint64_t next, now;
	bool any;

	now = nanoseconds();
	any = false;
	while (take_due(now, &timeout, &next)) {
		any = true;
		message.source = 0;
		message.session = timeout.session;
		message.data = NULL;
		message.sz = (size_t)PTYPE_RESPONSE << MESSAGE_TYPE_SHIFT;
		/* A service that is gone does not wait for it. */
		(void)skynet_context_push(timeout.handle, &message);
	}
	return (any ? 0 : milliseconds_between(now, next));
}

void
host_timer_clear(void)
{
	(void)pthread_mutex_lock(&timers.lock);
	skynet_free(timers.heap);
	timers.heap = NULL;
	timers.capacity = 0;
	timers.count = 0;
	timers.awaited = UINT64_MAX;
	(void)pthread_mutex_unlock(&timers.lock);
}
