/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "portability.h"
#include "scripted_poller.h"

/* A descriptor that is watched. */
struct watch {
	LIST_ENTRY(watch)	entry;
	int			fd;
	uintptr_t		key;
	int			interest;
};

struct batch {
	TAILQ_ENTRY(batch)	 entry;
	int			 next;		/* event to hand out */
	int			 count;
	struct poller_event	*event;
};

TAILQ_HEAD(batch_list, batch);

/* The memory is not the server's: what the server owes back stays visible. */
struct poller {
	/* Atomic. */
	atomic_int		 wakes;		/* since the creation */
	atomic_bool		 woken;		/* the next wait ends */

	/* The thread that polls. */
	LIST_HEAD(, watch)	 watches;
	struct batch_list	 script;
	struct scripted_call	*call;
	size_t			 calls;
	int			 error[SCRIPTED_OPERATIONS];	/* of the next */
};

static _Noreturn void
broken(const char *format, ...)
{
	va_list list;

	(void)fputs("scripted poller: ", stderr);
	va_start(list, format);
	(void)vfprintf(stderr, format, list);
	va_end(list);
	(void)fputc('\n', stderr);
	abort();
}

static void *
allocate(size_t size)
{
	void *memory;

	memory = calloc(1, size);
	if (memory == NULL)
		broken("no memory");
	return (memory);
}

static struct watch *
find(const struct poller *poller, int fd)
{
	struct watch *watch;

	LIST_FOREACH(watch, &poller->watches, entry)
		if (watch->fd == fd)
			break;
	return (watch);
}

static struct watch *
find_key(const struct poller *poller, uintptr_t key)
{
	struct watch *watch;

	LIST_FOREACH(watch, &poller->watches, entry)
		if (watch->key == key)
			break;
	return (watch);
}

/* Notes the call with its result, which it returns. */
static int
conclude(struct poller *poller, struct scripted_call *call, int error)
{
	struct scripted_call *list;

	list = realloc(poller->call, (poller->calls + 1) * sizeof(*list));
	if (list == NULL)
		broken("no memory");
	call->error = error;
	list[poller->calls++] = *call;
	poller->call = list;
	if (error == 0)
		return (0);
	errno = error;
	return (-1);
}

/* The error that the test wants of this call, once. */
static int
take_error(struct poller *poller, enum scripted_operation operation)
{
	int error;

	error = poller->error[operation];
	poller->error[operation] = 0;
	return (error);
}

static void
check_interest(int fd, int interest)
{

	if ((interest & ~(POLLER_READ | POLLER_WRITE)) != 0)
		broken("descriptor %d: no such interest: %#x", fd,
		    (unsigned int)interest);
}

static struct poller *
scripted_create(void)
{
	struct poller *poller;

	poller = allocate(sizeof(*poller));
	LIST_INIT(&poller->watches);
	TAILQ_INIT(&poller->script);
	atomic_init(&poller->wakes, 0);
	atomic_init(&poller->woken, false);
	return (poller);
}

static void
remove_batch(struct poller *poller)
{
	struct batch *batch;

	batch = TAILQ_FIRST(&poller->script);
	TAILQ_REMOVE(&poller->script, batch, entry);
	free(batch->event);
	free(batch);
}

static void
scripted_destroy(struct poller *poller)
{
	struct watch *watch;

	if (poller == NULL)
		return;
	while ((watch = LIST_FIRST(&poller->watches)) != NULL) {
		LIST_REMOVE(watch, entry);
		free(watch);
	}
	while (!TAILQ_EMPTY(&poller->script))
		remove_batch(poller);
	free(poller->call);
	free(poller);
}

static int
scripted_add(struct poller *poller, int fd, uintptr_t key, int interest)
{
	struct scripted_call call = {
		.operation = SCRIPTED_ADD, .fd = fd, .key = key, .to = interest
	};
	struct watch *watch;
	int error;

	check_interest(fd, interest);
	if (key > POLLER_KEY_MAX)
		broken("add: descriptor %d: key %#jx is too large", fd,
		    (uintmax_t)key);
	if (find(poller, fd) != NULL)
		broken("add: descriptor %d is watched already", fd);
	if (find_key(poller, key) != NULL)
		broken("add: key %#jx is in use", (uintmax_t)key);
	error = take_error(poller, SCRIPTED_ADD);
	if (error == 0 && skynet_poller_probe(fd) == -1)
		error = errno;
	if (error == 0) {
		watch = allocate(sizeof(*watch));
		watch->fd = fd;
		watch->key = key;
		watch->interest = interest;
		LIST_INSERT_HEAD(&poller->watches, watch, entry);
	}
	return (conclude(poller, &call, error));
}

static int
scripted_change(struct poller *poller, int fd, uintptr_t key, int from, int to)
{
	struct scripted_call call = {
		.operation = SCRIPTED_CHANGE, .fd = fd, .key = key,
		.from = from, .to = to
	};
	struct watch *watch;
	int error;

	check_interest(fd, to);
	watch = find(poller, fd);
	if (watch == NULL)
		broken("change: descriptor %d is not watched", fd);
	if (watch->key != key)
		broken("change: descriptor %d has the key %#jx, not %#jx", fd,
		    (uintmax_t)watch->key, (uintmax_t)key);
	if (watch->interest != from)
		broken("change: descriptor %d has the interest %#x, not %#x",
		    fd, (unsigned int)watch->interest, (unsigned int)from);
	error = take_error(poller, SCRIPTED_CHANGE);
	if (error == 0)
		watch->interest = to;
	return (conclude(poller, &call, error));
}

static void
scripted_remove(struct poller *poller, int fd, int interest)
{
	struct scripted_call call = {
		.operation = SCRIPTED_REMOVE, .fd = fd, .from = interest
	};
	struct watch *watch;

	watch = find(poller, fd);
	if (watch == NULL)
		broken("remove: descriptor %d is not watched", fd);
	if (watch->interest != interest)
		broken("remove: descriptor %d has the interest %#x, not %#x",
		    fd, (unsigned int)watch->interest,
		    (unsigned int)interest);
	call.key = watch->key;
	LIST_REMOVE(watch, entry);
	free(watch);
	(void)conclude(poller, &call, 0);
}

static int
hand_out(struct batch *batch, struct poller_event *event, int max)
{
	int n;

	n = batch->count - batch->next;
	if (n > max)
		n = max;
	if (n > 0)
		memcpy(event, batch->event + batch->next,
		    (size_t)n * sizeof(*event));
	batch->next += n;
	return (n);
}

static int
scripted_wait(struct poller *poller, struct poller_event *event, int max,
    int timeout)
{
	struct scripted_call call = {
		.operation = SCRIPTED_WAIT, .fd = -1, .timeout = timeout
	};
	struct batch *batch;
	bool woken;
	int error, n;

	if (max < 1)
		broken("wait: no room for an event");
	woken = atomic_exchange(&poller->woken, false);
	batch = TAILQ_FIRST(&poller->script);
	error = take_error(poller, SCRIPTED_WAIT);
	if (batch == NULL && timeout < 0 && !woken && error == 0)
		broken("wait: the script is over, nothing would end this wait");
	n = 0;
	if (error == 0 && batch != NULL) {
		n = hand_out(batch, event, max);
		if (batch->next == batch->count)
			remove_batch(poller);
	}
	return (conclude(poller, &call, error) == -1 ? -1 : n);
}

static void
scripted_wake(struct poller *poller)
{

	atomic_fetch_add(&poller->wakes, 1);
	atomic_store(&poller->woken, true);
}

const struct poller_ops skynet_poller_scripted = {
	.name = "scripted",
	.create = scripted_create,
	.destroy = scripted_destroy,
	.add = scripted_add,
	.change = scripted_change,
	.remove = scripted_remove,
	.wait = scripted_wait,
	.wake = scripted_wake
};

void
scripted_batch(struct poller *poller, const struct poller_event *event, int n)
{
	struct batch *batch;

	batch = allocate(sizeof(*batch));
	if (n > 0) {
		batch->event = allocate((size_t)n * sizeof(*event));
		memcpy(batch->event, event, (size_t)n * sizeof(*event));
	}
	batch->count = n;
	TAILQ_INSERT_TAIL(&poller->script, batch, entry);
}

void
scripted_event(struct poller *poller, uintptr_t key, int what)
{
	struct poller_event event;

	event.key = key;
	event.readable = (what & POLLER_READ) != 0;
	event.writable = (what & POLLER_WRITE) != 0;
	scripted_batch(poller, &event, 1);
}

bool
scripted_done(const struct poller *poller)
{

	return (TAILQ_EMPTY(&poller->script));
}

void
scripted_fail(struct poller *poller, enum scripted_operation operation,
    int error)
{

	poller->error[operation] = error;
}

size_t
scripted_calls(const struct poller *poller)
{

	return (poller->calls);
}

const struct scripted_call *
scripted_call(const struct poller *poller, size_t n)
{

	if (n >= poller->calls)
		broken("there were %zu calls, no %zu", poller->calls, n);
	return (&poller->call[n]);
}

void
scripted_forget(struct poller *poller)
{

	poller->calls = 0;
}

int
scripted_wakes(const struct poller *poller)
{

	return (atomic_load(&poller->wakes));
}

int
scripted_interest(const struct poller *poller, uintptr_t key)
{
	const struct watch *watch;

	watch = find_key(poller, key);
	return (watch == NULL ? -1 : watch->interest);
}

int
scripted_descriptor(const struct poller *poller, uintptr_t key)
{
	const struct watch *watch;

	watch = find_key(poller, key);
	return (watch == NULL ? -1 : watch->fd);
}
