/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "host_support.h"
#include "skynet_mq.h"
#include "skynet_server.h"
#include "skynet_socket.h"

static const int	 all_threads[] = { 0, 1, 4 };

#define FOR_ALL_THREADS(i)	for ((i) = 0; (i) < 3; (i)++)

static void
push_empty(uint32_t handle)
{
	struct skynet_message message;

	memset(&message, 0, sizeof(message));
	message.source = handle;
	ATF_REQUIRE_EQ(0, skynet_context_push(handle, &message));
}

/* Counts its calls; what it does at the last one is up to the case. */
struct counter {
	atomic_int	 calls;
	int		 last;
	void		(*at_last)(struct skynet_context *);
};

static int
count_down(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct counter *counter;

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

static void
abort_from_callback(struct skynet_context *context)
{
	(void)context;
	skynet_abort();
}

static void
abort_from_signal(struct skynet_context *context)
{
	(void)context;
	ATF_REQUIRE_EQ(0, raise(SIGUSR1));
}

static struct skynet_context *
counting_service(struct counter *counter, int last,
    void (*at_last)(struct skynet_context *))
{
	atomic_init(&counter->calls, 0);
	counter->last = last;
	counter->at_last = at_last;
	return (host_service(count_down, counter));
}

static void
abort_handler(int number)
{
	(void)number;
	skynet_abort();
}

static void
catch_signal(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = abort_handler;
	ATF_REQUIRE_EQ(0, sigaction(SIGUSR1, &action, NULL));
}

HOST_TC(calls_out_of_order_are_refused,
    "run needs init and a number of threads, init is once for each run")
{
	ATF_CHECK_ERRNO(EINVAL, skynet_run(0) == -1);
	ATF_REQUIRE_EQ(0, skynet_init());
	ATF_CHECK_ERRNO(EBUSY, skynet_init() == -1);
	ATF_CHECK_ERRNO(EINVAL, skynet_run(-1) == -1);
	host_run_to_end(0);
	ATF_CHECK_ERRNO(EINVAL, skynet_run(0) == -1);
}

HOST_TC(run_without_services_returns,
    "there is nothing to run")
{
	int i;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		host_run_to_end(all_threads[i]);
	}
}

HOST_TC(last_exit_ends_run,
    "skynet_run returns when the last of ten services has exited")
{
	struct counter counters[10];
	int i, j;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		for (j = 0; j < 10; j++)
			ATF_REQUIRE_EQ(1, skynet_timeout(counting_service(
			    &counters[j], 1, skynet_exit), j, 1));
		host_run_to_end(all_threads[i]);
		for (j = 0; j < 10; j++)
			ATF_CHECK_EQ(1, counters[j].calls);
	}
}

HOST_TC(abort_in_callback_ends_run,
    "after skynet_abort no service gets a message, and all are freed")
{
	struct counter first, second;
	struct skynet_context *context;
	int i, j;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		(void)host_service(NULL, NULL);
		context = counting_service(&first, 3, abort_from_callback);
		for (j = 0; j < 10; j++)
			host_poke(context);
		host_run_to_end(all_threads[i]);
		ATF_CHECK_EQ(3, first.calls);
	}

	/* With one worker also the other services. */
	ATF_REQUIRE_EQ(0, skynet_init());
	host_poke(counting_service(&first, 1, abort_from_callback));
	host_poke(counting_service(&second, 1, abort_from_callback));
	host_run_to_end(0);
	ATF_CHECK_EQ(1, first.calls);
	ATF_CHECK_EQ(0, second.calls);
}

static void
end_socket_layer(struct skynet_context *context)
{
	(void)context;
	skynet_socket_exit();
}

HOST_TC(f1_socket_exit_ends_run,
    "F-1: the poll that returns 0 ends the run in order, as skynet_abort does")
{
	struct counter counter;
	int i;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		host_poke(counting_service(&counter, 1, end_socket_layer));
		host_run_to_end(all_threads[i]);
		ATF_CHECK_EQ(1, counter.calls);
	}
}

HOST_TC(exit_and_abort_before_run,
    "a service that has ended and not had its turn is freed too at the end")
{
	struct counter counter;
	struct skynet_context *context;
	int i;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		(void)host_service(NULL, NULL);
		context = counting_service(&counter, 1, abort_from_callback);
		host_poke(context);
		host_poke(context);
		skynet_exit(context);
		skynet_abort();
		host_run_to_end(all_threads[i]);
		ATF_CHECK_EQ(0, counter.calls);
	}
}

HOST_TC(abort_in_signal_handler_ends_run,
    "the handler may run in the middle of a callback")
{
	struct counter counter;
	int i;

	catch_signal();
	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		host_poke(counting_service(&counter, 1, abort_from_signal));
		host_run_to_end(all_threads[i]);
		ATF_CHECK_EQ(1, counter.calls);
	}
}

HOST_TC(abort_before_run_is_not_lost,
    "a signal between skynet_init and skynet_run ends that run")
{
	struct counter counter;
	int i;

	catch_signal();
	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, raise(SIGUSR1));	/* nothing to end */
		ATF_REQUIRE_EQ(0, skynet_init());
		host_poke(counting_service(&counter, 2, skynet_exit));
		ATF_REQUIRE_EQ(0, raise(SIGUSR1));
		host_run_to_end(all_threads[i]);
		ATF_CHECK_EQ(0, counter.calls);
	}
}

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
		push_empty(outsider->handle);
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

	catch_signal();
	memset(&outsider, 0, sizeof(outsider));
	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		(void)host_service(NULL, NULL);
		outsider.by_signal = false;
		run_with_outsider(&outsider, all_threads[i]);
		ATF_REQUIRE_EQ(0, skynet_init());
		(void)host_service(NULL, NULL);
		outsider.by_signal = true;
		run_with_outsider(&outsider, all_threads[i]);
	}
}

/* Every message must wake whoever sleeps: the next waits for its effect. */
static atomic_int	 answered;

static void
do_nothing(struct skynet_context *context)
{
	(void)context;
}

static int
note_answer(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	(void)count_down(context, ud, type, session, source, message, size);
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
		push_empty(outsider->handle);
		while (atomic_load(&answered) <= i)
			(void)sched_yield();
	}
	skynet_abort();
	return (NULL);
}

HOST_TC(no_wake_up_is_lost,
    "two thousand messages, each sent when the one before has been handled")
{
	struct counter counter;
	struct outsider outsider;
	struct skynet_context *context;
	pthread_t thread;
	int i;

	FOR_ALL_THREADS(i) {
		atomic_store(&answered, 0);
		ATF_REQUIRE_EQ(0, skynet_init());
		context = counting_service(&counter, -1, do_nothing);
		skynet_callback(context, &counter, note_answer);
		outsider.handle = skynet_context_handle(context);
		ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL,
		    push_one_by_one, &outsider));
		host_run_to_end(all_threads[i]);
		ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
		ATF_CHECK_EQ(2000, counter.calls);
	}
}

HOST_TC(messages_from_outside_arrive,
    "a thread of the program's own pushes a thousand messages to the last exit")
{
	struct counter counter;
	struct outsider outsider;
	int i;

	memset(&outsider, 0, sizeof(outsider));
	outsider.messages = 1000;
	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		outsider.handle = skynet_context_handle(
		    counting_service(&counter, 1000, skynet_exit));
		run_with_outsider(&outsider, all_threads[i]);
		ATF_CHECK_EQ(1000, counter.calls);
	}
}

/* Is never out of messages. */
static int
poke_itself(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	(void)count_down(context, ud, type, session, source, message, size);
	push_empty(skynet_context_handle(context));
	return (0);
}

HOST_TC(busy_service_does_not_starve_others,
    "another service, and a timeout, have their turn")
{
	struct counter busy, other;
	struct skynet_context *context;
	int i;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		context = counting_service(&busy, -1, do_nothing);
		skynet_callback(context, &busy, poke_itself);
		host_poke(context);
		host_poke(context);
		context = counting_service(&other, 2, abort_from_callback);
		host_poke(context);
		ATF_REQUIRE_EQ(1, skynet_timeout(context, 1, 1));
		host_run_to_end(all_threads[i]);
		ATF_CHECK_EQ(2, other.calls);
	}
}

static int
make_child(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct skynet_context *child;

	(void)type;
	(void)session;
	(void)source;
	(void)message;
	(void)size;
	child = counting_service(ud, 1, skynet_exit);
	push_empty(skynet_context_handle(child));
	skynet_exit(context);
	return (0);
}

HOST_TC(services_are_made_in_callbacks,
    "a service begets another and exits; the run ends with the child")
{
	struct counter counter;
	int i;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		host_poke(host_service(make_child, &counter));
		host_run_to_end(all_threads[i]);
		ATF_CHECK_EQ(1, counter.calls);
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, calls_out_of_order_are_refused);
	ATF_TP_ADD_TC(tp, run_without_services_returns);
	ATF_TP_ADD_TC(tp, last_exit_ends_run);
	ATF_TP_ADD_TC(tp, abort_in_callback_ends_run);
	ATF_TP_ADD_TC(tp, exit_and_abort_before_run);
	ATF_TP_ADD_TC(tp, f1_socket_exit_ends_run);
	ATF_TP_ADD_TC(tp, abort_in_signal_handler_ends_run);
	ATF_TP_ADD_TC(tp, abort_before_run_is_not_lost);
	ATF_TP_ADD_TC(tp, abort_from_outside_ends_an_idle_run);
	ATF_TP_ADD_TC(tp, no_wake_up_is_lost);
	ATF_TP_ADD_TC(tp, messages_from_outside_arrive);
	ATF_TP_ADD_TC(tp, busy_service_does_not_starve_others);
	ATF_TP_ADD_TC(tp, services_are_made_in_callbacks);
	return (atf_no_error());
}
