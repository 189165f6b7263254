/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>

#include "host.h"

#define CAPACITY_FIRST	16

/*
 * A handle lies in slot handle & (capacity - 1), and each new one is the next
 * number whose slot is free.  Two handles that differ in a small table differ
 * in a larger one, so growing moves each to a slot of its own, and a number
 * comes again only after all others.
 */
static struct {
	pthread_rwlock_t	 lock;

	/* Under the lock. */
	struct skynet_context	**slots;
	size_t			 capacity;	/* a power of two, or 0 */
	size_t			 count;
	uint32_t		 next;		/* handle to try */
	bool			 open;
} table = {
	.lock = PTHREAD_RWLOCK_INITIALIZER
};

static struct skynet_context **
slot_locked(uint32_t handle)
{
	return (&table.slots[handle & (table.capacity - 1)]);
}

static struct skynet_context *
find_locked(uint32_t handle)
{
	struct skynet_context *context;

	if (!table.open || table.capacity == 0)
		return (NULL);
	context = *slot_locked(handle);
	if (context == NULL || context->handle != handle)
		return (NULL);
	return (context);
}

static int
grow_locked(void)
{
	struct skynet_context **old;
	size_t capacity, i;

	capacity = table.capacity == 0 ? CAPACITY_FIRST : table.capacity * 2;
	old = table.slots;
	table.slots = capacity > UINT32_MAX / 2 ? NULL :
	    skynet_calloc(capacity, sizeof(*table.slots));
	if (table.slots == NULL) {
		table.slots = old;
		errno = ENOMEM;
		return (-1);
	}
	table.capacity = capacity;
	for (i = 0; i < table.count; i++)
		if (old[i] != NULL)
			*slot_locked(old[i]->handle) = old[i];
	skynet_free(old);
	return (0);
}

static int
insert_locked(struct skynet_context *context)
{
	if (!table.open) {
		errno = EINVAL;
		return (-1);
	}
	/* A table that is to grow is full: each slot holds one. */
	if (table.count == table.capacity && grow_locked() == -1)
		return (-1);
	while (table.next == 0 || *slot_locked(table.next) != NULL)
		table.next++;
	context->handle = table.next++;
	*slot_locked(context->handle) = context;
	table.count++;
	return (0);
}

void
host_handle_open(void)
{
	(void)pthread_rwlock_wrlock(&table.lock);
	table.open = true;
	(void)pthread_rwlock_unlock(&table.lock);
}

int
host_handle_insert(struct skynet_context *context)
{
	int result;

	(void)pthread_rwlock_wrlock(&table.lock);
	result = insert_locked(context);
	(void)pthread_rwlock_unlock(&table.lock);
	return (result);
}

/*
 * Both at once under the lock: who finds the service gone from the table knows
 * that nobody is about to touch its queue.
 */
bool
host_handle_end(struct skynet_context *context)
{
	bool found, idle;

	idle = false;

	(void)pthread_rwlock_wrlock(&table.lock);
	found = table.capacity > 0 && *slot_locked(context->handle) == context;
	if (found) {
		*slot_locked(context->handle) = NULL;
		table.count--;
		idle = host_queue_end(&context->queue);
	}
	(void)pthread_rwlock_unlock(&table.lock);
	return (idle);
}

int
host_handle_push(uint32_t handle, const struct skynet_message *message)
{
	struct skynet_context *context;
	bool schedule;
	int result;

	(void)pthread_rwlock_rdlock(&table.lock);
	context = find_locked(handle);
	if (context == NULL) {
		errno = ESRCH;
		result = -1;
	} else {
		result = host_queue_put(&context->queue, message, &schedule);
		if (schedule)
			host_ready_add(context);
	}
	(void)pthread_rwlock_unlock(&table.lock);
	return (result);
}

void
host_handle_close(void)
{
	(void)pthread_rwlock_wrlock(&table.lock);
	table.open = false;
	(void)pthread_rwlock_unlock(&table.lock);
}

void
host_handle_clear(void)
{
	struct skynet_context **slots;
	size_t capacity, i;

	(void)pthread_rwlock_wrlock(&table.lock);
	slots = table.slots;
	capacity = table.capacity;
	table.slots = NULL;
	table.capacity = 0;
	table.count = 0;
	(void)pthread_rwlock_unlock(&table.lock);

	for (i = 0; i < capacity; i++)
		if (slots[i] != NULL)
			host_context_release(slots[i], false);
	skynet_free(slots);
}
