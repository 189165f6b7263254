/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>

#include "host.h"

/* Of the thread in skynet_run. */
static struct host_worker	*workers;
static int			 workers_count;

static void
deliver(struct skynet_context *context, struct skynet_message *message)
{
	int type;

	type = (int)(message->sz >> MESSAGE_TYPE_SHIFT);
	if (context->callback == NULL ||
	    context->callback(context, context->ud, type, message->session,
	    message->source, message->data,
	    message->sz & MESSAGE_TYPE_MASK) == 0)
		skynet_free(message->data);
}

int
host_worker_turn(struct skynet_context *context)
{
	struct skynet_message message;
	int i;

	for (i = 0; i < HOST_TURN_MESSAGES && !host_stopping(); i++) {
		switch (host_queue_take(&context->queue, &message)) {
		case HOST_QUEUE_MESSAGE:
			deliver(context, &message);
			break;
		case HOST_QUEUE_EMPTY:
			/* Another worker may have it by now. */
			return (i);
		case HOST_QUEUE_ENDED:
			host_context_release(context, true);
			return (i);
		}
	}
	host_ready_again(context);
	return (i);
}

static void *
worker_main(void *worker)
{
	struct skynet_context *context;

	while (!host_stopping() && (context = host_ready_wait(worker)) != NULL)
		(void)host_worker_turn(context);
	return (NULL);
}

/* 0 or an errno. */
static int
start(struct host_worker *worker)
{
	int error;

	error = pthread_cond_init(&worker->wake, NULL);
	if (error != 0)
		return (error);
	error = pthread_create(&worker->thread, NULL, worker_main, worker);
	if (error != 0)
		(void)pthread_cond_destroy(&worker->wake);
	return (error);
}

int
host_worker_start(int n)
{
	int error;

	workers_count = 0;
	workers = skynet_calloc((size_t)n, sizeof(*workers));
	if (workers == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	for (; workers_count < n; workers_count++) {
		error = start(&workers[workers_count]);
		if (error != 0) {
			errno = error;
			return (-1);
		}
	}
	return (0);
}

void
host_worker_join(void)
{
	int i;

	for (i = 0; i < workers_count; i++)
		(void)pthread_join(workers[i].thread, NULL);
	host_ready_settle();
	while (workers_count > 0)
		(void)pthread_cond_destroy(&workers[--workers_count].wake);
	skynet_free(workers);
	workers = NULL;
}
