/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Ids and slots.
 *
 * An id is a slot's number with the slot's generation above it.  Slots come in
 * chunks that are made on first use and stay; a slot's memory can therefore be
 * looked at by any thread with any id, however old, and its lock tells whether
 * the id is still the slot's.  Freed slots are used again in the order in which
 * they were freed, and not before SS_ROTATION slots are in use or have been,
 * so that an id does not come back soon on a server with few sockets either.
 */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "server.h"
#include "skynet_malloc.h"

#define SS_ROTATION	1024

#define GENERATIONS	((uint32_t)INT_MAX / SS_SLOTS)

int
ss_slots_init(struct ss_slots *slots)
{
	int error;

	STAILQ_INIT(&slots->free);
	slots->fresh = 0;
	error = pthread_mutex_init(&slots->lock, NULL);
	if (error != 0) {
		errno = error;
		return (-1);
	}
	return (0);
}

void
ss_slots_destroy(struct ss_slots *slots)
{
	struct ss_socket *chunk;
	int i, j;

	for (i = 0; i < SS_CHUNKS; i++) {
		chunk = atomic_load(&slots->chunk[i]);
		if (chunk == NULL)
			continue;
		for (j = 0; j < SS_CHUNK_SLOTS; j++)
			(void)pthread_mutex_destroy(&chunk[j].lock);
		skynet_free(chunk);
	}
	(void)pthread_mutex_destroy(&slots->lock);
}

struct ss_socket *
ss_slots_at(struct ss_slots *slots, int n)
{
	struct ss_socket *chunk;

	chunk = atomic_load_explicit(&slots->chunk[n / SS_CHUNK_SLOTS],
	    memory_order_acquire);
	if (chunk == NULL)
		return (NULL);
	return (&chunk[n % SS_CHUNK_SLOTS]);
}

static struct ss_socket *
make_chunk(void)
{
	struct ss_socket *chunk;
	int error, i;

	chunk = skynet_calloc(SS_CHUNK_SLOTS, sizeof(*chunk));
	if (chunk == NULL) {
		errno = ENOMEM;
		return (NULL);
	}
	for (i = 0; i < SS_CHUNK_SLOTS; i++) {
		error = pthread_mutex_init(&chunk[i].lock, NULL);
		if (error != 0) {
			while (--i >= 0)
				(void)pthread_mutex_destroy(&chunk[i].lock);
			skynet_free(chunk);
			errno = error;
			return (NULL);
		}
		chunk[i].fd = -1;
	}
	return (chunk);
}

static struct ss_socket *
take_fresh_locked(struct ss_slots *slots, int *number)
{
	struct ss_socket *chunk;
	int n;

	n = slots->fresh / SS_CHUNK_SLOTS;
	if (atomic_load(&slots->chunk[n]) == NULL) {
		chunk = make_chunk();
		if (chunk == NULL)
			return (NULL);
		atomic_store_explicit(&slots->chunk[n], chunk,
		    memory_order_release);
	}
	*number = slots->fresh++;
	return (ss_slots_at(slots, *number));
}

static struct ss_socket *
take_locked(struct ss_slots *slots, int *id)
{
	struct ss_socket *s;
	int number;

	s = NULL;
	if (slots->fresh < SS_ROTATION || STAILQ_EMPTY(&slots->free)) {
		if (slots->fresh < SS_SLOTS)
			s = take_fresh_locked(slots, &number);
		else
			errno = EMFILE;
	}
	if (s == NULL && (s = STAILQ_FIRST(&slots->free)) != NULL) {
		STAILQ_REMOVE_HEAD(&slots->free, free);
		number = s->number;
	}
	if (s == NULL)
		return (NULL);
	s->number = number;
	s->generation = s->generation % (GENERATIONS - 1) + 1;
	*id = (int)(s->generation * SS_SLOTS) | number;
	return (s);
}

static void
reset_locked(struct ss_socket *s, enum ss_kind kind, uintptr_t opaque)
{
	int i;

	s->accepts = s->ready = s->writer = false;
	s->attended = s->blocked = s->warned = false;
	s->error = 0;
	for (i = 0; i < SS_PRIORITIES; i++)
		STAILQ_INIT(&s->queue[i]);
	s->unsent = 0;
	s->warn_at = SS_WARNING;
	s->written = s->wtime = 0;
	memset(&s->address, 0, sizeof(s->address));
	s->kind = kind;
	s->stage = SS_RESERVED;
	s->closing = s->started = false;
	s->fd = -1;
	s->interest = 0;
	s->watched = s->accepted = s->receives = s->is_socket = false;
	s->packets = s->endless = s->counted = false;
	s->restore = s->nodelay = s->paused = false;
	s->warn_due = -1;
	s->lost_due = 0;
	s->peer_ended = s->error_told = false;
	s->silent = s->close_told = s->wanting = s->is_timed = false;
	s->close_owner = 0;
	s->habit = 0;
	s->addresses = NULL;
	s->next_address = 0;
	atomic_store_explicit(&s->opaque, opaque, memory_order_relaxed);
	atomic_store_explicit(&s->received, 0, memory_order_relaxed);
	atomic_store_explicit(&s->rtime, 0, memory_order_relaxed);
}

struct ss_socket *
ss_slots_reserve(struct ss_slots *slots, enum ss_kind kind, uintptr_t opaque,
    int *id)
{
	struct ss_socket *s;

	(void)pthread_mutex_lock(&slots->lock);
	s = take_locked(slots, id);
	(void)pthread_mutex_unlock(&slots->lock);
	if (s == NULL)
		return (NULL);
	(void)pthread_mutex_lock(&s->lock);
	reset_locked(s, kind, opaque);
	(void)pthread_mutex_unlock(&s->lock);
	return (s);
}

void
ss_slots_publish(struct ss_socket *s, int id)
{

	(void)pthread_mutex_lock(&s->lock);
	atomic_store_explicit(&s->id, id, memory_order_release);
	(void)pthread_mutex_unlock(&s->lock);
}

void
ss_slots_release(struct ss_slots *slots, struct ss_socket *s)
{

	(void)pthread_mutex_lock(&slots->lock);
	STAILQ_INSERT_TAIL(&slots->free, s, free);
	(void)pthread_mutex_unlock(&slots->lock);
}

struct ss_socket *
ss_slots_find(struct ss_slots *slots, int id)
{
	struct ss_socket *s;

	if (id <= 0)
		return (NULL);
	s = ss_slots_at(slots, id % SS_SLOTS);
	if (s == NULL ||
	    atomic_load_explicit(&s->id, memory_order_acquire) != id)
		return (NULL);
	return (s);
}

struct ss_socket *
ss_slots_lock(struct ss_slots *slots, int id)
{
	struct ss_socket *s;

	s = ss_slots_find(slots, id);
	if (s == NULL)
		return (NULL);
	(void)pthread_mutex_lock(&s->lock);
	if (atomic_load_explicit(&s->id, memory_order_relaxed) == id &&
	    s->stage != SS_LINGERING && s->stage != SS_DOOMED)
		return (s);
	(void)pthread_mutex_unlock(&s->lock);
	return (NULL);
}

struct ss_socket *
ss_socket_find(struct socket_server *ss, int id)
{
	struct ss_socket *s;

	s = ss_slots_find(&ss->slots, id);
	if (s == NULL || s->stage == SS_LINGERING || s->stage == SS_DOOMED)
		return (NULL);
	return (s);
}
