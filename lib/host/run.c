/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The network thread is the thread that calls skynet_run.  It polls the
 * sockets and, since its wait is bounded by the next timeout, keeps the time
 * too; with skynet_run(0) it also is the only worker.
 */

#include <errno.h>
#include <sched.h>

#include "host.h"
#include "skynet_socket.h"
#include "../skynet_socket_host.h"

/* Events taken, and messages handled when alone, before the next look round. */
#define EVENTS_PER_TURN		128
#define MESSAGES_PER_TURN	512

/* Of the thread that calls skynet_init and skynet_run. */
static bool	 initialised;
static bool	 running;

static _Thread_local bool	 network_thread;

/*
 * The wake-up is allowed between skynet_socket_init and skynet_socket_free
 * alone; wakers counts those that have passed the gate, so that the end of
 * skynet_run can wait for them.
 */
static atomic_bool	 gate;
static atomic_int	 wakers;
static atomic_bool	 stop;

bool
host_stopping(void)
{
	return (atomic_load(&stop));
}

bool
host_is_network_thread(void)
{
	return (network_thread);
}

void
host_wake(void)
{
	(void)atomic_fetch_add(&wakers, 1);
	if (atomic_load(&gate))
		skynet_socket_wake();
	(void)atomic_fetch_sub(&wakers, 1);
}

void
skynet_abort(void)
{
	int error;

	error = errno;
	atomic_store(&stop, true);
	host_wake();
	errno = error;
}

int
skynet_init(void)
{
	if (initialised) {
		errno = EBUSY;
		return (-1);
	}
	skynet_socket_init();
	if (!skynet_socket_ready())
		return (-1);
	initialised = true;
	atomic_store(&stop, false);
	atomic_store(&gate, true);
	host_handle_open();
	return (0);
}

/* One turn of the network thread.  False: the socket layer has ended. */
static bool
poll_once(int timeout)
{
	int i, result;

	skynet_socket_updatetime();
	result = skynet_socket_poll_timeout(timeout);
	for (i = 1; result == -1 && i < EVENTS_PER_TURN && !host_stopping();
	    i++)
		result = skynet_socket_poll_timeout(0);
	return (result != 0);
}

static bool
at_end(void)
{
	return (host_stopping() || host_context_count() == 0);
}

static void
network_loop(void)
{
	while (!at_end() && poll_once(host_timer_expire()))
		host_ready_park();
}

/* Returns whether services with messages are left. */
static bool
work_alone(void)
{
	struct skynet_context *context;
	int n;

	for (n = 0; n < MESSAGES_PER_TURN && !host_stopping();) {
		context = host_ready_take();
		if (context == NULL)
			return (false);
		n += host_worker_turn(context);
	}
	return (true);
}

static void
loop_alone(void)
{
	bool left;
	int timeout;

	do {
		left = work_alone();
		if (at_end())
			break;
		timeout = host_timer_expire();
	} while (poll_once(left ? 0 : timeout));
}

/*
 * The workers are gone; threads of the program may still push, and fail.  A
 * service that has ended may be in the ready list, but it is not in the table.
 */
static void
release_all(void)
{
	struct skynet_context *context;

	host_handle_close();
	while ((context = host_ready_take()) != NULL) {
		(void)host_handle_end(context);
		host_context_release(context, false);
	}
	host_handle_clear();
	host_timer_clear();

	atomic_store(&gate, false);
	while (atomic_load(&wakers) != 0)
		(void)sched_yield();
	skynet_socket_free();
}

static int
start(int threads)
{
	int error;

	host_ready_start(threads == 0);
	if (threads == 0 || host_worker_start(threads) == 0) {
		host_ready_release();
		return (0);
	}
	error = errno;
	host_ready_stop();
	host_worker_join();
	errno = error;
	return (-1);
}

int
skynet_run(int threads)
{
	if (threads < 0 || !initialised || running) {
		errno = EINVAL;
		return (-1);
	}
	if (start(threads) == -1)
		return (-1);
	running = true;
	network_thread = true;
	if (threads == 0)
		loop_alone();
	else
		network_loop();
	atomic_store(&stop, true);
	host_ready_stop();
	host_worker_join();
	release_all();
	network_thread = false;
	running = false;
	initialised = false;
	return (0);
}
