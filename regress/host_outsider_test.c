/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Threads and signals of the program's own, from outside of skynet_run.
 */

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "host_counter.h"

/* A thread of the program's own. */
struct outsider {
	pthread_t	 runner;
	uint32_t	 handle;
	int		 messages;
	bool		 by_signal;
};

static void *
push_and_abort(void *argument)
{
	struct outsider *outsider;
	int i;

	outsider = argument;
	for (i = 0; i < outsider->messages; i++)
		host_push_empty(outsider->handle);
	if (outsider->by_signal)
		(void)pthread_kill(outsider->runner, SIGUSR1);
	else if (outsider->messages == 0)
		skynet_abort();
	return (NULL);
}

static void
run_with_outsider(struct outsider *outsider, int threads)
{
	pthread_t thread;

	outsider->runner = pthread_self();
	ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, push_and_abort,
	    outsider));
	host_run_to_end(threads);
	ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
}

HOST_TC(abort_from_outside_ends_an_idle_run,
    "another thread, or a signal to the waiting one, ends the wait")
{
	struct outsider outsider;
	int i;

	host_counter_catch_signal();
	memset(&outsider, 0, sizeof(outsider));
	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		(void)host_service(NULL, NULL);
		outsider.by_signal = false;
		run_with_outsider(&outsider, host_counter_threads[i]);
		ATF_REQUIRE_EQ(0, skynet_init());
		(void)host_service(NULL, NULL);
		outsider.by_signal = true;
		run_with_outsider(&outsider, host_counter_threads[i]);
	}
}

/* Every message must wake whoever sleeps: the next waits for its effect. */
static atomic_int	 answered;

static int
note_answer(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	(void)host_counter_count(context, ud, type, session, source, message, size);
	(void)atomic_fetch_add(&answered, 1);
	return (0);
}

static void *
push_one_by_one(void *argument)
{
	struct outsider *outsider;
	int i;

	outsider = argument;
	for (i = 0; i < 2000; i++) {
		host_push_empty(outsider->handle);
		while (atomic_load(&answered) <= i)
			(void)sched_yield();
	}
	skynet_abort();
	return (NULL);
}

HOST_TC(no_wake_up_is_lost,
    "two thousand messages, each sent when the one before has been handled")
{
	struct host_counter counter;
	struct outsider outsider;
	struct skynet_context *context;
	pthread_t thread;
	int i;

	FOR_ALL_THREADS(i) {
		atomic_store(&answered, 0);
		ATF_REQUIRE_EQ(0, skynet_init());
		context = host_counter_service(&counter, -1, host_counter_nothing);
		skynet_callback(context, &counter, note_answer);
		outsider.handle = skynet_context_handle(context);
		ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL,
		    push_one_by_one, &outsider));
		host_run_to_end(host_counter_threads[i]);
		ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
		ATF_CHECK_EQ(2000, counter.calls);
	}
}

HOST_TC(messages_from_outside_arrive,
    "a thread of the program's own pushes a thousand messages to the last exit")
{
	struct host_counter counter;
	struct outsider outsider;
	int i;

	memset(&outsider, 0, sizeof(outsider));
	outsider.messages = 1000;
	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		outsider.handle = skynet_context_handle(
		    host_counter_service(&counter, 1000, skynet_exit));
		run_with_outsider(&outsider, host_counter_threads[i]);
		ATF_CHECK_EQ(1000, counter.calls);
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, abort_from_outside_ends_an_idle_run);
	ATF_TP_ADD_TC(tp, no_wake_up_is_lost);
	ATF_TP_ADD_TC(tp, messages_from_outside_arrive);
	return (atf_no_error());
}
