/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host_support.h"

#define MAX_TIMEOUTS	1000
#define NANOSECONDS_PER_CENTISECOND	10000000

/*
 * What a service asked for and heard.  The session of a timeout is its number.
 * A call takes some time, and who knows how much: earliest and latest enclose
 * the time at which the timeout is due.
 */
struct log {
	int64_t	 earliest[MAX_TIMEOUTS];
	int64_t	 latest[MAX_TIMEOUTS];
	int	 asked;
	int	 heard[MAX_TIMEOUTS];
	int	 count;
	int	 last;		/* the service ends after so many */
	int	 wrong;		/* messages that were no proper response */
};

static int64_t
nanoseconds(void)
{
	struct timespec now;

	ATF_REQUIRE_EQ(0, clock_gettime(CLOCK_MONOTONIC, &now));
	return ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}

static int
log_response(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct log *log;

	log = ud;
	if (type != PTYPE_RESPONSE || source != 0 || message != NULL ||
	    size != 0 || log->count == MAX_TIMEOUTS)
		log->wrong++;
	else
		log->heard[log->count++] = session;
	if (log->count == log->last)
		skynet_exit(context);
	return (0);
}

static struct skynet_context *
logging_service(struct log *log, int last)
{
	memset(log, 0, sizeof(*log));
	log->last = last;
	return (host_service(log_response, log));
}

static void
ask(struct skynet_context *context, struct log *log, int centiseconds)
{
	int64_t length;
	int i;

	i = log->asked++;
	length = centiseconds <= 0 ? 0 :
	    (int64_t)centiseconds * NANOSECONDS_PER_CENTISECOND;
	log->earliest[i] = nanoseconds() + length;
	ATF_REQUIRE_EQ(i, skynet_timeout(context, centiseconds, i));
	log->latest[i] = nanoseconds() + length;
}

/* Nobody was heard before one that was certainly due earlier. */
static void
check_order(const struct log *log)
{
	int i, j;

	ATF_CHECK_EQ(0, log->wrong);
	ATF_REQUIRE_EQ(log->asked, log->count);
	for (i = 0; i < log->count; i++)
		for (j = i + 1; j < log->count; j++)
			ATF_REQUIRE(log->earliest[log->heard[i]] <=
			    log->latest[log->heard[j]]);
}

static void
fire_in_order(int threads)
{
	static const int lengths[] = { 9, 2, 4, 0, -3, 1, 12 };
	struct log log;
	struct skynet_context *context;
	size_t i;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = logging_service(&log, 7);
	for (i = 0; i < 7; i++)
		ask(context, &log, lengths[i]);
	host_run_to_end(threads);
	check_order(&log);
	ATF_CHECK_EQ(3, log.heard[0]);
	ATF_CHECK_EQ(4, log.heard[1]);
}

HOST_TC(timeouts_come_in_order_of_time,
    "0 and negative at once, the others by their time, with any threads")
{
	fire_in_order(0);
	fire_in_order(1);
	fire_in_order(3);
}

HOST_TC(equal_timeouts_come_in_order_of_calls,
    "a thousand timeouts of one length come as they were asked for")
{
	struct log log;
	struct skynet_context *context;
	int i;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = logging_service(&log, MAX_TIMEOUTS);
	for (i = 0; i < MAX_TIMEOUTS; i++)
		ask(context, &log, 2);
	host_run_to_end(0);
	ATF_CHECK_EQ(0, log.wrong);
	ATF_REQUIRE_EQ(MAX_TIMEOUTS, log.count);
	for (i = 0; i < MAX_TIMEOUTS; i++)
		ATF_CHECK_EQ(i, log.heard[i]);
}

HOST_TC(mixed_timeouts_come_sorted,
    "a thousand timeouts of mixed lengths come sorted")
{
	struct log log;
	struct skynet_context *context;
	int i;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = logging_service(&log, MAX_TIMEOUTS);
	srandom(1);
	for (i = 0; i < MAX_TIMEOUTS; i++)
		ask(context, &log, 1 + (int)(random() % 8));
	host_run_to_end(0);
	check_order(&log);
}

struct alarm {
	uint64_t	 asked;
	uint64_t	 heard;
};

static int
note_time(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct alarm *alarm;

	(void)session;
	(void)source;
	(void)message;
	(void)size;
	alarm = ud;
	if (type == PTYPE_TEXT) {
		alarm->asked = skynet_now();
		(void)skynet_timeout(context, 5, 1);
	} else {
		alarm->heard = skynet_now();
		skynet_exit(context);
	}
	return (0);
}

HOST_TC(timeout_is_never_early,
    "five centiseconds are five or more on the clock")
{
	struct alarm alarm;
	int threads;

	for (threads = 0; threads < 2; threads++) {
		ATF_REQUIRE_EQ(0, skynet_init());
		host_poke(host_service(note_time, &alarm));
		host_run_to_end(threads);
		ATF_CHECK(alarm.heard - alarm.asked >= 5);
	}
}

HOST_TC(timeout_dies_with_its_service,
    "what a service has asked for is not given to another after its end")
{
	struct log gone, later;
	struct skynet_context *context;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = logging_service(&gone, -1);
	ATF_REQUIRE_EQ(7, skynet_timeout(context, 1, 7));
	skynet_exit(context);
	context = logging_service(&later, 1);
	ask(context, &later, 3);
	host_run_to_end(0);
	ATF_CHECK_EQ(0, gone.count);
	ATF_CHECK_EQ(1, later.count);
}

static int
ask_soon(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	if (type == PTYPE_RESPONSE)
		return (log_response(context, ud, type, session, source,
		    message, size));
	(void)skynet_timeout(context, 1, 2);
	return (0);
}

HOST_TC(earlier_timeout_ends_a_longer_wait,
    "a worker's short timeout is not held up by the long one that is awaited")
{
	struct log log;
	struct skynet_context *context;
	int threads;

	for (threads = 0; threads < 2; threads++) {
		ATF_REQUIRE_EQ(0, skynet_init());
		context = logging_service(&log, 1);
		skynet_callback(context, &log, ask_soon);
		ATF_REQUIRE_EQ(1, skynet_timeout(context, 360000, 1));
		host_poke(context);
		host_run_to_end(threads);
		ATF_REQUIRE_EQ(1, log.count);
		ATF_CHECK_EQ(2, log.heard[0]);
	}
}

HOST_TC(want_of_memory_refuses_a_timeout,
    "-1 with ENOMEM, and the timeouts that were granted come")
{
	struct log log;
	struct skynet_context *context;
	int granted;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = logging_service(&log, -1);
	ATF_CHECK_ERRNO(EINVAL, skynet_timeout(NULL, 1, 1) == -1);
	memory_fail_from(1);
	ATF_CHECK_ERRNO(ENOMEM, skynet_timeout(context, 1, 1) == -1);
	memory_fail_from(2);
	for (granted = 0; granted < MAX_TIMEOUTS; granted++)
		if (skynet_timeout(context, 1, granted) == -1)
			break;
	(void)memory_fail_end();
	ATF_REQUIRE(granted > 0 && granted < MAX_TIMEOUTS);
	log.last = granted;
	host_run_to_end(0);
	ATF_CHECK_EQ(granted, log.count);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, timeouts_come_in_order_of_time);
	ATF_TP_ADD_TC(tp, equal_timeouts_come_in_order_of_calls);
	ATF_TP_ADD_TC(tp, mixed_timeouts_come_sorted);
	ATF_TP_ADD_TC(tp, timeout_is_never_early);
	ATF_TP_ADD_TC(tp, timeout_dies_with_its_service);
	ATF_TP_ADD_TC(tp, earlier_timeout_ends_a_longer_wait);
	ATF_TP_ADD_TC(tp, want_of_memory_refuses_a_timeout);
	return (atf_no_error());
}
