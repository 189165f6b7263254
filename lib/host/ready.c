/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include "host.h"

static struct {
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake;		/* of the workers */
	pthread_cond_t	 drained;	/* of the parked network thread */
	bool		 alone;		/* fixed while skynet_run runs */

	/* Under the lock. */
	STAILQ_HEAD(, skynet_context)	 services;
	int		 listed;	/* of them */
	int		 sleeping;	/* waiting for a service */
	int		 called;	/* of these, woken and not yet up */
	bool		 held;
	bool		 parks;		/* drained is there */
	bool		 parked;	/* the network thread waits for it */
	bool		 stopping;
} ready = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.wake = PTHREAD_COND_INITIALIZER,
	.services = STAILQ_HEAD_INITIALIZER(ready.services),
};

/* Whether to wake somebody; he counts as called then. */
static bool
call_locked(void)
{
	/* The network thread looks here itself before it sleeps. */
	if (ready.called == ready.sleeping ||
	    (ready.alone && host_is_network_thread()))
		return (false);
	ready.called++;
	return (true);
}

static void
append(struct skynet_context *context, bool wake_for_one)
{
	bool alone, wake;

	(void)pthread_mutex_lock(&ready.lock);
	wake = wake_for_one || !STAILQ_EMPTY(&ready.services);
	STAILQ_INSERT_TAIL(&ready.services, context, next);
	ready.listed++;
	wake = wake && call_locked();
	alone = ready.alone;
	(void)pthread_mutex_unlock(&ready.lock);
	if (wake && alone)
		host_wake();
	else if (wake)
		(void)pthread_cond_signal(&ready.wake);
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

/*
 * Who wakes without a call may take the mark of one who was called.  That one
 * finds no mark and is up all the same: nobody is counted as called who is not
 * about to look into the list.
 */
struct skynet_context *
host_ready_wait(void)
{
	struct skynet_context *context;

	(void)pthread_mutex_lock(&ready.lock);
	while (!ready.stopping &&
	    (ready.held || STAILQ_EMPTY(&ready.services))) {
		ready.sleeping++;
		if (ready.parked) {
			ready.parked = false;
			(void)pthread_cond_signal(&ready.drained);
		}
		(void)pthread_cond_wait(&ready.wake, &ready.lock);
		ready.sleeping--;
		if (ready.called > 0)
			ready.called--;
	}
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
	    (ready.listed <= ready.called ||
	    ready.sleeping <= ready.called)) {
		ready.parked = true;
		ss_condition_wait_for(&ready.drained, &ready.lock, HOST_PARK_LIMIT);
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
	ready.sleeping = context == NULL;
	ready.called = 0;
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
	ready.sleeping = 0;
	ready.called = 0;
	ready.held = !alone;
	ready.stopping = false;
	(void)pthread_mutex_unlock(&ready.lock);
}

void
host_ready_release(void)
{
	(void)pthread_mutex_lock(&ready.lock);
	ready.held = false;
	ready.called = ready.sleeping;
	(void)pthread_mutex_unlock(&ready.lock);
	(void)pthread_cond_broadcast(&ready.wake);
}

void
host_ready_stop(void)
{
	(void)pthread_mutex_lock(&ready.lock);
	ready.stopping = true;
	(void)pthread_mutex_unlock(&ready.lock);
	(void)pthread_cond_broadcast(&ready.wake);
}
