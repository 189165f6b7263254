/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/resource.h>

#include <stdatomic.h>
#include <stdint.h>

#include "host_support.h"

/*
 * The network thread asks for the time once in each of its turns, so this clock
 * counts the turns.  What is tested is a number of events, not a time.
 */
static atomic_int	 turns;

uint64_t
skynet_now(void)
{
	return ((uint64_t)atomic_fetch_add(&turns, 1));
}

/* Every service gets one message that ends it. */
static int
leave(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	(void)ud;
	(void)type;
	(void)session;
	(void)source;
	(void)message;
	(void)size;
	skynet_exit(context);
	return (0);
}

static long
voluntary_switches(void)
{
	struct rusage usage;

	ATF_REQUIRE_EQ(0, getrusage(RUSAGE_SELF, &usage));
	return (usage.ru_nvcsw);
}

static void
sleep_half_a_second(int threads)
{
	int before;
	long switches;

	ATF_REQUIRE_EQ(0, skynet_init());
	ATF_REQUIRE_EQ(1, skynet_timeout(host_service(leave, NULL), 50, 1));
	before = atomic_load(&turns);
	switches = voluntary_switches();
	host_run_to_end(threads);

	/*
	 * One turn to sleep, one or two to wake, one for the end.  A host that
	 * ticks, as the original does each 2.5 ms, would take two hundred.
	 */
	ATF_CHECK_MSG(atomic_load(&turns) - before <= 10, "%d turns",
	    atomic_load(&turns) - before);
	ATF_CHECK_MSG(voluntary_switches() - switches <= 60, "%ld switches",
	    voluntary_switches() - switches);
}

HOST_TC(idle_host_sleeps_alone,
    "skynet_run(0) with nothing to do until a timeout does not tick")
{
	sleep_half_a_second(0);
}

HOST_TC(idle_host_sleeps_with_workers,
    "four workers and the network thread with nothing to do do not tick")
{
	sleep_half_a_second(4);
}

struct ball {
	uint32_t	 other;
	int		*left;
};

/* Two services send one message to and fro. */
static int
return_ball(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct ball *ball;

	(void)type;
	(void)session;
	(void)source;
	(void)message;
	(void)size;
	ball = ud;
	if (--*ball->left <= 0)
		skynet_abort();
	else
		(void)skynet_send(context, 0, ball->other, PTYPE_TEXT, 0,
		    NULL, 0);
	return (0);
}

static void
play(int threads, int *turns_taken)
{
	struct ball balls[2];
	struct skynet_context *first, *second;
	int before, left;

	left = 10000;
	ATF_REQUIRE_EQ(0, skynet_init());
	first = host_service(return_ball, &balls[0]);
	second = host_service(return_ball, &balls[1]);
	balls[0].other = skynet_context_handle(second);
	balls[1].other = skynet_context_handle(first);
	balls[0].left = balls[1].left = &left;
	host_poke(first);
	before = atomic_load(&turns);
	host_run_to_end(threads);
	*turns_taken = atomic_load(&turns) - before;
	ATF_CHECK(left <= 0);
}

HOST_TC(own_messages_need_no_poll,
    "messages among services do not cost skynet_run(0) a poll each")
{
	int taken;

	play(0, &taken);
	ATF_CHECK_MSG(taken <= 100, "%d turns", taken);
}

HOST_TC(messages_of_workers_do_not_wake_the_network_thread,
    "ten thousand messages among services leave it asleep")
{
	int taken;

	play(1, &taken);
	ATF_CHECK_MSG(taken <= 10, "%d turns", taken);
}

HOST_TC(worker_who_is_awake_is_not_woken,
    "ten thousand messages of one worker to itself put nobody to sleep")
{
	int taken;
	long before;

	before = voluntary_switches();
	play(1, &taken);
	ATF_CHECK_MSG(voluntary_switches() - before <= 100, "%ld switches",
	    voluntary_switches() - before);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, idle_host_sleeps_alone);
	ATF_TP_ADD_TC(tp, idle_host_sleeps_with_workers);
	ATF_TP_ADD_TC(tp, own_messages_need_no_poll);
	ATF_TP_ADD_TC(tp, messages_of_workers_do_not_wake_the_network_thread);
	ATF_TP_ADD_TC(tp, worker_who_is_awake_is_not_woken);
	return (atf_no_error());
}
