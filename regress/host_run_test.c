/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>

#include "host_counter.h"
#include "skynet_mq.h"
#include "skynet_server.h"
#include "skynet_socket.h"

static void
abort_from_signal(struct skynet_context *context)
{
	(void)context;
	ATF_REQUIRE_EQ(0, raise(SIGUSR1));
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
		host_run_to_end(host_counter_threads[i]);
	}
}

HOST_TC(last_exit_ends_run,
    "skynet_run returns when the last of ten services has exited")
{
	struct host_counter counters[10];
	int i, j;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		for (j = 0; j < 10; j++)
			ATF_REQUIRE_EQ(1, skynet_timeout(host_counter_service(
			    &counters[j], 1, skynet_exit), j, 1));
		host_run_to_end(host_counter_threads[i]);
		for (j = 0; j < 10; j++)
			ATF_CHECK_EQ(1, counters[j].calls);
	}
}

HOST_TC(abort_in_callback_ends_run,
    "after skynet_abort no service gets a message, and all are freed")
{
	struct host_counter first, second;
	struct skynet_context *context;
	int i, j;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		(void)host_service(NULL, NULL);
		context = host_counter_service(&first, 3, host_counter_abort);
		for (j = 0; j < 10; j++)
			host_poke(context);
		host_run_to_end(host_counter_threads[i]);
		ATF_CHECK_EQ(3, first.calls);
	}

	/* With one worker also the other services. */
	ATF_REQUIRE_EQ(0, skynet_init());
	host_poke(host_counter_service(&first, 1, host_counter_abort));
	host_poke(host_counter_service(&second, 1, host_counter_abort));
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
	struct host_counter counter;
	int i;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		host_poke(host_counter_service(&counter, 1, end_socket_layer));
		host_run_to_end(host_counter_threads[i]);
		ATF_CHECK_EQ(1, counter.calls);
	}
}

HOST_TC(exit_and_abort_before_run,
    "a service that has ended and not had its turn is freed too at the end")
{
	struct host_counter counter;
	struct skynet_context *context;
	int i;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		(void)host_service(NULL, NULL);
		context = host_counter_service(&counter, 1, host_counter_abort);
		host_poke(context);
		host_poke(context);
		skynet_exit(context);
		skynet_abort();
		host_run_to_end(host_counter_threads[i]);
		ATF_CHECK_EQ(0, counter.calls);
	}
}

HOST_TC(abort_in_signal_handler_ends_run,
    "the handler may run in the middle of a callback")
{
	struct host_counter counter;
	int i;

	host_counter_catch_signal();
	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		host_poke(host_counter_service(&counter, 1, abort_from_signal));
		host_run_to_end(host_counter_threads[i]);
		ATF_CHECK_EQ(1, counter.calls);
	}
}

HOST_TC(abort_before_run_is_not_lost,
    "a signal between skynet_init and skynet_run ends that run")
{
	struct host_counter counter;
	int i;

	host_counter_catch_signal();
	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, raise(SIGUSR1));	/* nothing to end */
		ATF_REQUIRE_EQ(0, skynet_init());
		host_poke(host_counter_service(&counter, 2, skynet_exit));
		ATF_REQUIRE_EQ(0, raise(SIGUSR1));
		host_run_to_end(host_counter_threads[i]);
		ATF_CHECK_EQ(0, counter.calls);
	}
}

/* Is never out of messages. */
static int
poke_itself(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	(void)host_counter_count(context, ud, type, session, source, message, size);
	host_push_empty(skynet_context_handle(context));
	return (0);
}

HOST_TC(busy_service_does_not_starve_others,
    "another service, and a timeout, have their turn")
{
	struct host_counter busy, other;
	struct skynet_context *context;
	int i;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		context = host_counter_service(&busy, -1, host_counter_nothing);
		skynet_callback(context, &busy, poke_itself);
		host_poke(context);
		host_poke(context);
		context = host_counter_service(&other, 2, host_counter_abort);
		host_poke(context);
		ATF_REQUIRE_EQ(1, skynet_timeout(context, 1, 1));
		host_run_to_end(host_counter_threads[i]);
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
	child = host_counter_service(ud, 1, skynet_exit);
	host_push_empty(skynet_context_handle(child));
	skynet_exit(context);
	return (0);
}

HOST_TC(services_are_made_in_callbacks,
    "a service begets another and exits; the run ends with the child")
{
	struct host_counter counter;
	int i;

	FOR_ALL_THREADS(i) {
		ATF_REQUIRE_EQ(0, skynet_init());
		host_poke(host_service(make_child, &counter));
		host_run_to_end(host_counter_threads[i]);
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
	ATF_TP_ADD_TC(tp, busy_service_does_not_starve_others);
	ATF_TP_ADD_TC(tp, services_are_made_in_callbacks);
	return (atf_no_error());
}
