/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sched.h>

#include "host.h"

static struct {
	pthread_mutex_t	 lock;
	pthread_cond_t	 drained;	/* of the parked network thread */
	bool		 alone;		/* fixed while skynet_run runs */

	/* Under the lock. */
	STAILQ_HEAD(, skynet_context)	 services;
	int		 listed;	/* of them */
	LIST_HEAD(, host_worker)	 sleeping;	/* the last one first */
	int		 called;	/* workers taken off it, not yet up */
	bool		 idle;		/* alone: will sleep in the poll */
	bool		 held;
	bool		 parks;		/* drained is there */
	bool		 parked;	/* the network thread waits for it */
	bool		 stopping;

	/* Atomic: a called worker can be up, and gone, before its signal comes. */
	atomic_int	 signals;	/* on their way */
} ready = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.services = STAILQ_HEAD_INITIALIZER(ready.services),
};

/*
 * The worker to wake, by wake_up, or NULL.  It is the one that went to sleep
 * last: its processor still knows what it was doing.
 */
static struct host_worker *
call_locked(void)
{
	struct host_worker *worker;

	worker = LIST_FIRST(&ready.sleeping);
	if (worker != NULL) {
		LIST_REMOVE(worker, next);
		worker->called = true;
		ready.called++;
		(void)atomic_fetch_add(&ready.signals, 1);
	}
	return (worker);
}

/* NULL is allowed. */
static void
wake_up(struct host_worker *worker)
{
	if (worker == NULL)
		return;
	(void)pthread_cond_signal(&worker->wake);
	(void)atomic_fetch_sub(&ready.signals, 1);
}

/* The network thread itself looks here before it sleeps. */
static bool
call_alone_locked(void)
{
	bool wake;

	wake = ready.idle && !host_is_network_thread();
	if (wake)
		ready.idle = false;
	return (wake);
}

static void
append(struct skynet_context *context, bool wake_for_one)
{
	struct host_worker *worker;
	bool alone, wake;

	worker = NULL;
	alone = false;
	(void)pthread_mutex_lock(&ready.lock);
	wake = wake_for_one || !STAILQ_EMPTY(&ready.services);
	STAILQ_INSERT_TAIL(&ready.services, context, next);
	ready.listed++;
	if (wake && ready.alone)
		alone = call_alone_locked();
	else if (wake)
		worker = call_locked();
	(void)pthread_mutex_unlock(&ready.lock);
	if (alone)
		host_wake();
	wake_up(worker);
}

void
host_ready_add(struct skynet_context *context)
{
	append(context, true);
}

void
host_ready_again(struct skynet_context *context)
{
	append(context, false);
}

static struct skynet_context *
first_locked(void)
{
	struct skynet_context *context;

	context = STAILQ_FIRST(&ready.services);
	if (context != NULL) {
		STAILQ_REMOVE_HEAD(&ready.services, next);
		ready.listed--;
	}
	return (context);
}

static void
sleep_locked(struct host_worker *worker)
{
	if (ready.parked) {
		ready.parked = false;
		(void)pthread_cond_signal(&ready.drained);
	}
	worker->called = false;
	LIST_INSERT_HEAD(&ready.sleeping, worker, next);
	while (!worker->called)
		(void)pthread_cond_wait(&worker->wake, &ready.lock);
	ready.called--;
}

struct skynet_context *
host_ready_wait(struct host_worker *worker)
{
	struct skynet_context *context;

	(void)pthread_mutex_lock(&ready.lock);
	while (!ready.stopping &&
	    (ready.held || STAILQ_EMPTY(&ready.services)))
		sleep_locked(worker);
	context = ready.stopping ? NULL : first_locked();
	(void)pthread_mutex_unlock(&ready.lock);
	return (context);
}

/*
 * Whoever goes to sleep has taken what he found before, so a backlog that is
 * seen under the lock is one that somebody works on or is called for.
 */
void
host_ready_park(void)
{
	if (host_queue_backlog() < HOST_PARK_BACKLOG)
		return;
	(void)pthread_mutex_lock(&ready.lock);
	if (ready.parks && host_queue_backlog() >= HOST_PARK_BACKLOG &&
	    (ready.listed <= ready.called || LIST_EMPTY(&ready.sleeping))) {
		ready.parked = true;
		ss_condition_wait_for(&ready.drained, &ready.lock,
		    HOST_PARK_LIMIT);
		ready.parked = false;
	}
	(void)pthread_mutex_unlock(&ready.lock);
}

struct skynet_context *
host_ready_take(void)
{
	struct skynet_context *context;

	(void)pthread_mutex_lock(&ready.lock);
	context = first_locked();
	ready.idle = context == NULL;
	(void)pthread_mutex_unlock(&ready.lock);
	return (context);
}

void
host_ready_start(bool alone)
{
	(void)pthread_mutex_lock(&ready.lock);
	if (!ready.parks)	/* once: it is never destroyed */
		ready.parks = ss_condition_init(&ready.drained) == 0;
	ready.alone = alone;
	ready.idle = false;
	ready.held = !alone;
	ready.stopping = false;
	(void)pthread_mutex_unlock(&ready.lock);
}

static void
wake_all_locked(void)
{
	struct host_worker *worker;

	while ((worker = call_locked()) != NULL)
		wake_up(worker);
}

void
host_ready_release(void)
{
	(void)pthread_mutex_lock(&ready.lock);
	ready.held = false;
	wake_all_locked();
	(void)pthread_mutex_unlock(&ready.lock);
}

void
host_ready_stop(void)
{
	(void)pthread_mutex_lock(&ready.lock);
	ready.stopping = true;
	wake_all_locked();
	(void)pthread_mutex_unlock(&ready.lock);
}

void
host_ready_settle(void)
{
	while (atomic_load(&ready.signals) != 0)
		(void)sched_yield();
}
