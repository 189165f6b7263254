/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the poller watches for each socket, and what is due at a time.
 */

#include <limits.h>
#include <time.h>

#include "server.h"

static int
wanted(struct ss_socket *s)
{
	int interest;
	bool writing;

	switch (s->stage) {
	case SS_CONNECTING:
		return (s->fd != -1 ? POLLER_WRITE : 0);
	case SS_LINGERING:
		return (POLLER_READ);
	case SS_OPEN:
		break;
	default:
		return (0);
	}
	(void)pthread_mutex_lock(&s->lock);
	writing = s->attended && s->blocked && s->ready;
	(void)pthread_mutex_unlock(&s->lock);
	interest = writing ? POLLER_WRITE : 0;
	if (s->started && s->receives && !s->peer_ended && !s->is_timed)
		interest |= POLLER_READ;
	return (interest);
}

int
ss_interest_begin(struct socket_server *ss, struct ss_socket *s)
{
	int interest;

	interest = wanted(s);
	if (ss->ops->add(ss->poller, s->fd, (uintptr_t)atomic_load(&s->id),
	    interest) == -1)
		return (-1);
	s->watched = true;
	s->interest = (uint8_t)interest;
	return (0);
}

int
ss_interest_update(struct socket_server *ss, struct ss_socket *s)
{
	int interest;

	interest = wanted(s);
	if (interest == s->interest)
		return (0);
	if (!s->watched)
		return (ss_interest_begin(ss, s));
	if (ss->ops->change(ss->poller, s->fd, (uintptr_t)atomic_load(&s->id),
	    s->interest, interest) == -1)
		return (-1);
	s->interest = (uint8_t)interest;
	return (0);
}

void
ss_interest_end(struct socket_server *ss, struct ss_socket *s)
{

	if (s->watched)
		ss->ops->remove(ss->poller, s->fd, s->interest);
	s->watched = false;
	s->interest = 0;
}

static uint64_t
milliseconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return ((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}

/* Each list has one duration, so its end is always the latest. */
void
ss_deadline_set(struct socket_server *ss, struct ss_socket *s,
    struct ss_timed_list *list, int milliseconds)
{

	ss_deadline_end(ss, s);
	s->deadline = milliseconds_now() + (uint64_t)milliseconds;
	s->is_timed = true;
	TAILQ_INSERT_TAIL(list, s, timed);
}

void
ss_deadline_end(struct socket_server *ss, struct ss_socket *s)
{

	if (!s->is_timed)
		return;
	s->is_timed = false;
	if (s->stage == SS_LINGERING)
		TAILQ_REMOVE(&ss->lingering, s, timed);
	else
		TAILQ_REMOVE(&ss->resting, s, timed);
}

int
ss_deadline_next(struct socket_server *ss, int timeout)
{
	struct ss_socket *lingering, *resting;
	uint64_t left, next, now;

	lingering = TAILQ_FIRST(&ss->lingering);
	resting = TAILQ_FIRST(&ss->resting);
	if (lingering == NULL && resting == NULL)
		return (timeout);
	next = UINT64_MAX;
	if (lingering != NULL)
		next = lingering->deadline;
	if (resting != NULL && resting->deadline < next)
		next = resting->deadline;
	now = milliseconds_now();
	left = next > now ? next - now : 0;
	if (timeout != -1 && left > (uint64_t)timeout)
		return (timeout);
	return ((int)left);
}

void
ss_deadline_expire(struct socket_server *ss)
{
	struct ss_socket *s;
	uint64_t now;

	if (TAILQ_EMPTY(&ss->lingering) && TAILQ_EMPTY(&ss->resting))
		return;
	now = milliseconds_now();
	while ((s = TAILQ_FIRST(&ss->lingering)) != NULL && s->deadline <= now)
		ss_bury(ss, s);
	/* One that fails raises two messages; the rest is due at the next call. */
	while ((s = TAILQ_FIRST(&ss->resting)) != NULL &&
	    s->deadline <= now && ss->outbox_count < SS_OUTBOX - 4) {
		ss_deadline_end(ss, s);
		ss_accept_resume(ss, s);
	}
}
