/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The timeouts alone, with a clock that the test turns and a queue that notes
 * what is pushed: nothing here depends on time.
 */

#include <atf-c.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"
#include "host/host.h"
#include "skynet_server.h"

#define MAX_PUSHED	2000
#define CENTISECOND	10000000	/* nanoseconds */

static struct timespec	 now = { 1000, 0 };

static struct {
	uint32_t	 handle;
	int		 session;
} pushed[MAX_PUSHED];

static int	 count;

int
clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	*time = now;
	return (0);
}

int
skynet_context_push(uint32_t handle, struct skynet_message *message)
{
	ATF_REQUIRE(count < MAX_PUSHED);
	ATF_CHECK_EQ(0, message->source);
	ATF_CHECK(message->data == NULL);
	ATF_CHECK_EQ((size_t)PTYPE_RESPONSE << MESSAGE_TYPE_SHIFT,
	    message->sz);
	pushed[count].handle = handle;
	pushed[count].session = message->session;
	count++;
	/* The odd handles are of services that are gone. */
	return (handle % 2 == 1 ? -1 : 0);
}

static void
turn_clock(long nanoseconds)
{
	now.tv_nsec += nanoseconds;
	now.tv_sec += now.tv_nsec / 1000000000;
	now.tv_nsec %= 1000000000;
}

ATF_TC_WITHOUT_HEAD(nothing_is_awaited_at_first);
ATF_TC_BODY(nothing_is_awaited_at_first, tc)
{
	ATF_CHECK_EQ(-1, host_timer_expire());
	ATF_CHECK_EQ(0, count);
}

ATF_TC_WITHOUT_HEAD(wait_is_rounded_up);
ATF_TC_BODY(wait_is_rounded_up, tc)
{
	ATF_REQUIRE_EQ(0, host_timer_add(2, 1, 7));
	ATF_CHECK_EQ(10, host_timer_expire());
	turn_clock(1);
	ATF_CHECK_EQ(10, host_timer_expire());
	turn_clock(CENTISECOND - 2);
	ATF_CHECK_EQ(1, host_timer_expire());
	ATF_CHECK_EQ(0, count);
	turn_clock(1);
	ATF_CHECK_EQ(0, host_timer_expire());
	ATF_REQUIRE_EQ(1, count);
	ATF_CHECK_EQ(2, pushed[0].handle);
	ATF_CHECK_EQ(7, pushed[0].session);
	ATF_CHECK_EQ(-1, host_timer_expire());
	host_timer_clear();
	memory_all_returned();
}

ATF_TC_WITHOUT_HEAD(equal_times_keep_the_order_of_calls);
ATF_TC_BODY(equal_times_keep_the_order_of_calls, tc)
{
	int i;

	for (i = 0; i < 1000; i++)
		ATF_REQUIRE_EQ(0, host_timer_add(2, 3, i));
	turn_clock(3 * CENTISECOND);
	ATF_CHECK_EQ(0, host_timer_expire());
	ATF_REQUIRE_EQ(1000, count);
	for (i = 0; i < 1000; i++)
		ATF_CHECK_EQ(i, pushed[i].session);
	host_timer_clear();
	memory_all_returned();
}

/* The session is the length, and the clock stands still meanwhile. */
ATF_TC_WITHOUT_HEAD(times_are_sorted);
ATF_TC_BODY(times_are_sorted, tc)
{
	int due, i, length;

	srandom(1);
	for (i = 0; i < 1000; i++) {
		length = 1 + (int)(random() % 300);
		ATF_REQUIRE_EQ(0, host_timer_add(2, length, length));
	}
	for (due = 1; due <= 300; due++) {
		turn_clock(CENTISECOND);
		i = count;
		(void)host_timer_expire();
		for (; i < count; i++)
			ATF_CHECK_EQ(due, pushed[i].session);
	}
	ATF_CHECK_EQ(1000, count);
	host_timer_clear();
	memory_all_returned();
}

ATF_TC_WITHOUT_HEAD(service_that_is_gone_holds_up_nobody);
ATF_TC_BODY(service_that_is_gone_holds_up_nobody, tc)
{
	ATF_REQUIRE_EQ(0, host_timer_add(3, 1, 1));
	ATF_REQUIRE_EQ(0, host_timer_add(2, 1, 2));
	turn_clock(CENTISECOND);
	ATF_CHECK_EQ(0, host_timer_expire());
	ATF_REQUIRE_EQ(2, count);
	ATF_CHECK_EQ(2, pushed[1].handle);
	host_timer_clear();
}

ATF_TC_WITHOUT_HEAD(longest_timeout_does_not_overflow);
ATF_TC_BODY(longest_timeout_does_not_overflow, tc)
{
	ATF_REQUIRE_EQ(0, host_timer_add(2, INT_MAX, 1));
	ATF_CHECK_EQ(INT_MAX, host_timer_expire());
	now.tv_sec += INT_MAX / 100;
	ATF_CHECK(host_timer_expire() > 0);
	ATF_CHECK_EQ(0, count);
	now.tv_sec++;
	ATF_CHECK_EQ(0, host_timer_expire());
	ATF_CHECK_EQ(1, count);
	host_timer_clear();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, nothing_is_awaited_at_first);
	ATF_TP_ADD_TC(tp, wait_is_rounded_up);
	ATF_TP_ADD_TC(tp, equal_times_keep_the_order_of_calls);
	ATF_TP_ADD_TC(tp, times_are_sorted);
	ATF_TP_ADD_TC(tp, service_that_is_gone_holds_up_nobody);
	ATF_TP_ADD_TC(tp, longest_timeout_does_not_overflow);
	return (atf_no_error());
}
