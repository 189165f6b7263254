/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <atf-c.h>
#include <errno.h>
#include <stdbool.h>

#include "harness.h"
#include "host/host.h"

/* The n-th message of a case; the session tells which. */
static int
put(struct host_queue *queue, int session, bool *schedule)
{
	struct skynet_message message;

	message.source = 1;
	message.session = session;
	message.data = NULL;
	message.sz = 0;
	return (host_queue_put(queue, &message, schedule));
}

static void
put_many(struct host_queue *queue, int first, int n)
{
	bool schedule;
	int i;

	for (i = 0; i < n; i++)
		ATF_REQUIRE_EQ(0, put(queue, first + i, &schedule));
}

static void
take_many(struct host_queue *queue, int first, int n)
{
	struct skynet_message message;
	int i;

	for (i = 0; i < n; i++) {
		ATF_REQUIRE_EQ(HOST_QUEUE_MESSAGE,
		    host_queue_take(queue, &message));
		ATF_REQUIRE_EQ(first + i, message.session);
	}
}

ATF_TC_WITHOUT_HEAD(order_is_kept_while_the_ring_grows);
ATF_TC_BODY(order_is_kept_while_the_ring_grows, tc)
{
	struct host_queue queue;
	struct skynet_message message;
	int got, given, round;

	/* The head moves on in each round, so each growth cuts elsewhere. */
	ATF_REQUIRE_EQ(0, host_queue_init(&queue));
	given = got = 0;
	for (round = 1; round < 60; round++) {
		put_many(&queue, given, round * 7);
		given += round * 7;
		take_many(&queue, got, round * 5);
		got += round * 5;
	}
	take_many(&queue, got, given - got);
	ATF_CHECK_EQ(HOST_QUEUE_EMPTY, host_queue_take(&queue, &message));
	host_queue_destroy(&queue);
	memory_all_returned();
}

ATF_TC_WITHOUT_HEAD(only_an_idle_service_is_scheduled);
ATF_TC_BODY(only_an_idle_service_is_scheduled, tc)
{
	struct host_queue queue;
	struct skynet_message message;
	bool schedule;

	ATF_REQUIRE_EQ(0, host_queue_init(&queue));
	ATF_REQUIRE_EQ(0, put(&queue, 1, &schedule));
	ATF_CHECK(schedule);
	ATF_REQUIRE_EQ(0, put(&queue, 2, &schedule));
	ATF_CHECK(!schedule);
	take_many(&queue, 1, 2);
	/* The worker has not yet found it empty. */
	ATF_REQUIRE_EQ(0, put(&queue, 3, &schedule));
	ATF_CHECK(!schedule);
	take_many(&queue, 3, 1);
	ATF_CHECK_EQ(HOST_QUEUE_EMPTY, host_queue_take(&queue, &message));
	ATF_REQUIRE_EQ(0, put(&queue, 4, &schedule));
	ATF_CHECK(schedule);
	take_many(&queue, 4, 1);
	host_queue_destroy(&queue);
}

ATF_TC_WITHOUT_HEAD(end_tells_who_releases);
ATF_TC_BODY(end_tells_who_releases, tc)
{
	struct host_queue queue;
	struct skynet_message message;
	bool schedule;

	ATF_REQUIRE_EQ(0, host_queue_init(&queue));
	ATF_CHECK(host_queue_end(&queue));
	host_queue_destroy(&queue);

	ATF_REQUIRE_EQ(0, host_queue_init(&queue));
	ATF_REQUIRE_EQ(0, put(&queue, 1, &schedule));
	ATF_REQUIRE_EQ(0, put(&queue, 2, &schedule));
	ATF_CHECK(!host_queue_end(&queue));
	ATF_CHECK_EQ(HOST_QUEUE_ENDED, host_queue_take(&queue, &message));
	ATF_REQUIRE(host_queue_at(&queue, 0) != NULL);
	ATF_CHECK_EQ(1, host_queue_at(&queue, 0)->session);
	ATF_REQUIRE(host_queue_at(&queue, 1) != NULL);
	ATF_CHECK_EQ(2, host_queue_at(&queue, 1)->session);
	ATF_CHECK(host_queue_at(&queue, 2) == NULL);
	host_queue_destroy(&queue);
	memory_all_returned();
}

ATF_TC_WITHOUT_HEAD(burst_gives_its_memory_back);
ATF_TC_BODY(burst_gives_its_memory_back, tc)
{
	struct host_queue queue;
	struct skynet_message message;
	size_t large;

	ATF_REQUIRE_EQ(0, host_queue_init(&queue));
	put_many(&queue, 0, 100000);
	large = memory_bytes();
	take_many(&queue, 0, 100000);
	ATF_CHECK_EQ(HOST_QUEUE_EMPTY, host_queue_take(&queue, &message));
	ATF_CHECK(memory_bytes() < large / 10);
	put_many(&queue, 0, 5000);
	take_many(&queue, 0, 5000);
	host_queue_destroy(&queue);
	memory_all_returned();
}

ATF_TC_WITHOUT_HEAD(want_of_memory_keeps_what_is_there);
ATF_TC_BODY(want_of_memory_keeps_what_is_there, tc)
{
	struct host_queue queue;
	struct skynet_message message;
	bool schedule;
	int n;

	memory_fail_from(1);
	ATF_CHECK_ERRNO(ENOMEM, host_queue_init(&queue) == -1);
	(void)memory_fail_end();
	ATF_REQUIRE_EQ(0, host_queue_init(&queue));
	memory_fail_from(1);
	for (n = 0; put(&queue, n, &schedule) == 0; n++)
		ATF_REQUIRE(n < 100000);
	ATF_CHECK_EQ(ENOMEM, errno);
	ATF_CHECK(!schedule);
	(void)memory_fail_end();
	put_many(&queue, n, 1);
	take_many(&queue, 0, n + 1);

	/* Shrinking is no duty. */
	put_many(&queue, 0, 5000);
	take_many(&queue, 0, 5000);
	memory_fail_from(1);
	ATF_CHECK_EQ(HOST_QUEUE_EMPTY, host_queue_take(&queue, &message));
	(void)memory_fail_end();
	put_many(&queue, 0, 10000);
	take_many(&queue, 0, 10000);
	host_queue_destroy(&queue);
	memory_all_returned();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, order_is_kept_while_the_ring_grows);
	ATF_TP_ADD_TC(tp, only_an_idle_service_is_scheduled);
	ATF_TP_ADD_TC(tp, end_tells_who_releases);
	ATF_TP_ADD_TC(tp, burst_gives_its_memory_back);
	ATF_TP_ADD_TC(tp, want_of_memory_keeps_what_is_there);
	return (atf_no_error());
}
