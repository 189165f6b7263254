/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The warnings of unsent bytes: W-3.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>

#include "harness.h"

#define KB	((size_t)1024)
#define MB	((size_t)1024 * 1024)

/*
 * A connection that the network thread has not yet seen to: all that is sent
 * on it is unsent, to the byte.
 */
struct pending {
	struct test_server	*ts;
	int			 listener;
	int			 id;
	size_t			 sent;
};

static void
pending_begin(struct pending *pending)
{
	int port;

	pending->ts = test_server_create(TEST_STEP);
	pending->listener = plain_listen(AF_INET, &port);
	pending->id = socket_server_connect(pending->ts->server, TEST_OWNER,
	    "127.0.0.1", port);
	ATF_REQUIRE(pending->id > 0);
	pending->sent = 0;
}

static void
pending_send(struct pending *pending, size_t n)
{

	ATF_REQUIRE_EQ(0, test_send_pattern(pending->ts, pending->id,
	    pending->sent, n));
	pending->sent += n;
}

/* The next of the id but for the OPEN is a WARNING of so many KB. */
static void
expect_warning(struct test_server *ts, int id, size_t kilobytes)
{
	const struct test_message *message;

	do {
		message = expect_any_of(ts, id);
	} while (message->type == SOCKET_OPEN);
	ATF_REQUIRE_MSG(message->type == SOCKET_WARNING, "%s",
	    test_message_name(message->type));
	ATF_CHECK_MSG(message->ud == (int)kilobytes, "%d, not %zu",
	    message->ud, kilobytes);
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
}

/* Connects, lets the peer read all, and closes down. */
static void
pending_end(struct pending *pending, bool warned)
{
	struct test_server *ts;
	int fd;

	ts = pending->ts;
	expect_fence(ts);
	fd = plain_accept(pending->listener);
	plain_close(pending->listener);
	test_drain(ts, fd, 0, pending->sent);
	if (warned)
		expect_warning(ts, pending->id, 0);
	expect_fence(ts);
	while (test_server_has(ts, pending->id))
		(void)expect_message_of(ts, pending->id, SOCKET_OPEN);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w3_none_below_one_megabyte);
ATF_TC_BODY(w3_none_below_one_megabyte, tc)
{
	struct pending pending;

	pending_begin(&pending);
	pending_send(&pending, MB - 1);
	pending_end(&pending, false);
}

ATF_TC_WITHOUT_HEAD(w3_at_one_megabyte);
ATF_TC_BODY(w3_at_one_megabyte, tc)
{
	struct pending pending;

	pending_begin(&pending);
	pending_send(&pending, MB / 2);
	pending_send(&pending, MB / 2);
	expect_warning(pending.ts, pending.id, 1024);
	pending_end(&pending, true);
}

ATF_TC_WITHOUT_HEAD(w3_kilobytes_are_rounded_up);
ATF_TC_BODY(w3_kilobytes_are_rounded_up, tc)
{
	struct pending pending;

	pending_begin(&pending);
	pending_send(&pending, MB + 1);
	expect_warning(pending.ts, pending.id, 1025);
	pending_end(&pending, true);
}

ATF_TC_WITHOUT_HEAD(w3_again_when_it_has_doubled);
ATF_TC_BODY(w3_again_when_it_has_doubled, tc)
{
	struct pending pending;
	size_t step;
	int i;

	pending_begin(&pending);
	step = 256 * KB;
	for (i = 0; i < 32; i++)
		pending_send(&pending, step);
	expect_warning(pending.ts, pending.id, 1024);
	expect_warning(pending.ts, pending.id, 2048);
	expect_warning(pending.ts, pending.id, 4096);
	expect_warning(pending.ts, pending.id, 8192);
	pending_end(&pending, true);
}

ATF_TC_WITHOUT_HEAD(w3_one_send_brings_one_warning);
ATF_TC_BODY(w3_one_send_brings_one_warning, tc)
{
	struct pending pending;

	pending_begin(&pending);
	pending_send(&pending, 5 * MB);
	expect_warning(pending.ts, pending.id, 5120);
	pending_end(&pending, true);
}

ATF_TC_WITHOUT_HEAD(w3_low_priority_counts);
ATF_TC_BODY(w3_low_priority_counts, tc)
{
	static char bytes[512 * 1024];
	struct pending pending;

	pending_begin(&pending);
	pattern_fill(bytes, 0, sizeof(bytes));
	ATF_REQUIRE_EQ(0, test_send_low(pending.ts, pending.id, bytes,
	    sizeof(bytes)));
	pattern_fill(bytes, sizeof(bytes), sizeof(bytes));
	ATF_REQUIRE_EQ(0, test_send_low(pending.ts, pending.id, bytes,
	    sizeof(bytes)));
	pending.sent = MB;
	expect_warning(pending.ts, pending.id, 1024);
	pending_end(&pending, true);
}

ATF_TC_WITHOUT_HEAD(w3_the_rest_of_a_direct_write_counts);
ATF_TC_BODY(w3_the_rest_of_a_direct_write_counts, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct socket_info info;
	size_t unsent;

	ts = test_server_create(TEST_STEP);
	stream = test_connected(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, 32 * MB));
	/* Nobody polls, so the figure stands. */
	ATF_REQUIRE(test_info(ts, stream.id, &info));
	ATF_REQUIRE_MSG(info.wbuffer >= (int64_t)MB, "the kernel took all");
	unsent = (size_t)info.wbuffer;
	expect_warning(ts, stream.id, (unsent + KB - 1) / KB);
	test_drain(ts, stream.fd, 0, 32 * MB);
	expect_warning(ts, stream.id, 0);
	expect_none(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w3_begins_anew_after_the_zero);
ATF_TC_BODY(w3_begins_anew_after_the_zero, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int round;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	for (round = 0; round < 2; round++) {
		ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0,
		    32 * MB));
		ATF_CHECK(expect_message(ts, SOCKET_WARNING,
		    stream.id)->ud >= 1024);
		plain_expect_pattern(stream.fd, 0, 32 * MB);
		ATF_CHECK_EQ(0, expect_message(ts, SOCKET_WARNING,
		    stream.id)->ud);
		expect_none(ts, stream.id);
	}
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w3_goes_to_the_owner);
ATF_TC_BODY(w3_goes_to_the_owner, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	socket_server_start(ts->server, TEST_OWNER + 1, stream.id);
	(void)expect_message(ts, SOCKET_OPEN, stream.id);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, 32 * MB));
	ATF_CHECK_EQ(TEST_OWNER + 1, expect_message(ts, SOCKET_WARNING,
	    stream.id)->opaque);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, w3_none_below_one_megabyte);
	ATF_TP_ADD_TC(tp, w3_at_one_megabyte);
	ATF_TP_ADD_TC(tp, w3_kilobytes_are_rounded_up);
	ATF_TP_ADD_TC(tp, w3_again_when_it_has_doubled);
	ATF_TP_ADD_TC(tp, w3_one_send_brings_one_warning);
	ATF_TP_ADD_TC(tp, w3_low_priority_counts);
	ATF_TP_ADD_TC(tp, w3_the_rest_of_a_direct_write_counts);
	ATF_TP_ADD_TC(tp, w3_begins_anew_after_the_zero);
	ATF_TP_ADD_TC(tp, w3_goes_to_the_owner);
	return (atf_no_error());
}
