/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "host_counter.h"
#include "skynet_mq.h"
#include "skynet_server.h"

const int	 host_counter_threads[HOST_COUNTER_RUNS] = { 0, 1, 4 };

void
host_push_empty(uint32_t handle)
{
	struct skynet_message message;

	memset(&message, 0, sizeof(message));
	message.source = handle;
	ATF_REQUIRE_EQ(0, skynet_context_push(handle, &message));
}

int
host_counter_count(struct skynet_context *context, void *ud, int type,
    int session, uint32_t source, const void *message, size_t size)
{
	struct host_counter *counter;

	(void)type;
	(void)session;
	(void)source;
	(void)message;
	(void)size;
	counter = ud;
	if (atomic_fetch_add(&counter->calls, 1) + 1 == counter->last)
		counter->at_last(context);
	return (0);
}

void
host_counter_abort(struct skynet_context *context)
{
	(void)context;
	skynet_abort();
}

void
host_counter_nothing(struct skynet_context *context)
{
	(void)context;
}

struct skynet_context *
host_counter_service(struct host_counter *counter, int last,
    void (*at_last)(struct skynet_context *))
{
	atomic_init(&counter->calls, 0);
	counter->last = last;
	counter->at_last = at_last;
	return (host_service(host_counter_count, counter));
}

static void
abort_handler(int number)
{
	(void)number;
	skynet_abort();
}

void
host_counter_catch_signal(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = abort_handler;
	ATF_REQUIRE_EQ(0, sigaction(SIGUSR1, &action, NULL));
}
