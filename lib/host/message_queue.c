/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <string.h>

#include "host.h"

#define CAPACITY_FIRST	16
#define CAPACITY_KEPT	1024	/* an empty queue shrinks to this */

/* Messages in all queues. */
static atomic_long	 backlog;

int
host_queue_init(struct host_queue *queue)
{
	int error;

	queue->ring = skynet_calloc(CAPACITY_FIRST, sizeof(*queue->ring));
	if (queue->ring == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	error = pthread_mutex_init(&queue->lock, NULL);
	if (error != 0) {
		skynet_free(queue->ring);
		errno = error;
		return (-1);
	}
	queue->capacity = CAPACITY_FIRST;
	queue->head = 0;
	queue->count = 0;
	queue->scheduled = false;
	queue->ended = false;
	return (0);
}

void
host_queue_destroy(struct host_queue *queue)
{
	(void)atomic_fetch_sub_explicit(&backlog, (long)queue->count,
	    memory_order_relaxed);
	(void)pthread_mutex_destroy(&queue->lock);
	skynet_free(queue->ring);
}

static struct skynet_message *
slot_locked(struct host_queue *queue, size_t i)
{
	return (&queue->ring[(queue->head + i) & (queue->capacity - 1)]);
}

static int
grow_locked(struct host_queue *queue)
{
	struct skynet_message *ring;
	size_t first;

	if (queue->capacity > SIZE_MAX / 2 / sizeof(*ring))
		ring = NULL;
	else
		ring = skynet_malloc(queue->capacity * 2 * sizeof(*ring));
	if (ring == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	first = queue->capacity - queue->head;	/* up to the ring's end */
	memcpy(ring, queue->ring + queue->head, first * sizeof(*ring));
	memcpy(ring + first, queue->ring, queue->head * sizeof(*ring));
	skynet_free(queue->ring);
	queue->ring = ring;
	queue->head = 0;
	queue->capacity *= 2;
	return (0);
}

/* Gives back what a burst has left.  The ring is empty. */
static void
shrink_locked(struct host_queue *queue)
{
	struct skynet_message *ring;

	ring = skynet_realloc(queue->ring, CAPACITY_KEPT * sizeof(*ring));
	if (ring == NULL)
		return;
	queue->ring = ring;
	queue->head = 0;
	queue->capacity = CAPACITY_KEPT;
}

int
host_queue_put(struct host_queue *queue, const struct skynet_message *message,
    bool *schedule)
{
	int result;

	result = 0;
	*schedule = false;
	(void)pthread_mutex_lock(&queue->lock);
	if (queue->count == queue->capacity)
		result = grow_locked(queue);
	if (result == 0) {
		*slot_locked(queue, queue->count) = *message;
		queue->count++;
		(void)atomic_fetch_add_explicit(&backlog, 1,
		    memory_order_relaxed);
		*schedule = !queue->scheduled;
		queue->scheduled = true;
	}
	(void)pthread_mutex_unlock(&queue->lock);
	return (result);
}

enum host_queue_state
host_queue_take(struct host_queue *queue, struct skynet_message *message)
{
	enum host_queue_state state;

	(void)pthread_mutex_lock(&queue->lock);
	if (queue->ended) {
		state = HOST_QUEUE_ENDED;
	} else if (queue->count > 0) {
		state = HOST_QUEUE_MESSAGE;
		*message = *slot_locked(queue, 0);
		queue->head = (queue->head + 1) & (queue->capacity - 1);
		queue->count--;
		(void)atomic_fetch_sub_explicit(&backlog, 1,
		    memory_order_relaxed);
	} else {
		state = HOST_QUEUE_EMPTY;
		queue->scheduled = false;
		if (queue->capacity > CAPACITY_KEPT)
			shrink_locked(queue);
	}
	(void)pthread_mutex_unlock(&queue->lock);
	return (state);
}

long
host_queue_backlog(void)
{
	return (atomic_load_explicit(&backlog, memory_order_relaxed));
}

bool
host_queue_end(struct host_queue *queue)
{
	bool idle;

	(void)pthread_mutex_lock(&queue->lock);
	queue->ended = true;
	idle = !queue->scheduled;
	(void)pthread_mutex_unlock(&queue->lock);
	return (idle);
}

const struct skynet_message *
host_queue_at(struct host_queue *queue, size_t i)
{
	return (i < queue->count ? slot_locked(queue, i) : NULL);
}
