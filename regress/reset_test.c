/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Resets: L-4 and L-6.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>

#include "harness.h"

#define LARGE	((size_t)24 * 1024 * 1024)

ATF_TC_WITHOUT_HEAD(l4_reset_is_error_then_close_then_gone);
ATF_TC_BODY(l4_reset_is_error_then_close_then_gone, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	struct socket_info info;
	int descriptors;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_accepted(ts);
	plain_reset(stream.fd);
	message = expect_message(ts, SOCKET_ERR, stream.id);
	ATF_CHECK(message->text[0] != '\0');
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	/* Without the owner's help. */
	expect_none(ts, stream.id);
	ATF_CHECK(!test_info(ts, stream.id, &info));
	ATF_CHECK_EQ(descriptors, descriptor_count());
	ATF_CHECK_EQ(-1, test_send(ts, stream.id, "x", 1));
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	socket_server_shutdown(ts->server, TEST_OWNER, stream.id);
	expect_none(ts, stream.id);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l4_reset_with_data_unsent);
ATF_TC_BODY(l4_reset_with_data_unsent, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	int descriptors, errors;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	expect_fence(ts);
	plain_reset(stream.fd);
	errors = 0;
	do {
		message = expect_any_of(ts, stream.id);
		if (message->type == SOCKET_ERR)
			errors++;
	} while (message->type != SOCKET_CLOSE);
	ATF_CHECK_EQ(1, errors);
	expect_none(ts, stream.id);
	ATF_CHECK_EQ(descriptors, descriptor_count());
	ATF_CHECK(memory_bytes() < LARGE / 2);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l4_reset_after_the_peer_had_ended);
ATF_TC_BODY(l4_reset_after_the_peer_had_ended, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;
	struct socket_info info;

	/* Reading is over, then writing fails: nothing is left to live for. */
	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	plain_end(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	expect_fence(ts);
	plain_reset(stream.fd);
	do {
		message = expect_any_of(ts, stream.id);
	} while (message->type == SOCKET_WARNING);
	ATF_CHECK_EQ(SOCKET_ERR, message->type);
	expect_none(ts, stream.id);
	ATF_CHECK_EQ(-1, test_send(ts, stream.id, "x", 1));
	ATF_CHECK(!test_info(ts, stream.id, &info));
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l4_reset_while_paused_is_heard_after_start);
ATF_TC_BODY(l4_reset_while_paused_is_heard_after_start, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_connect(ts);
	plain_reset(stream.fd);
	expect_fence(ts);
	socket_server_start(ts->server, TEST_OWNER, stream.id);
	/* Whether it is told before or after the start is not settled. */
	while (expect_any_of(ts, stream.id)->type == SOCKET_OPEN)
		continue;
	ATF_CHECK_EQ(SOCKET_ERR, ts->current->type);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	/* If it came first, the start found the id gone. */
	expect_fence(ts);
	if (test_server_has(ts, stream.id))
		(void)expect_message(ts, SOCKET_ERR, stream.id);
	expect_none(ts, stream.id);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l6_reset_of_one_harms_no_other);
ATF_TC_BODY(l6_reset_of_one_harms_no_other, tc)
{
	struct test_server *ts;
	struct test_stream other, stream;
	int i;

	ts = test_server_create(TEST_THREAD);
	other = test_accepted(ts);
	for (i = 0; i < 20; i++) {
		stream = test_accepted(ts);
		plain_write(other.fd, &i, sizeof(i));
		plain_reset(stream.fd);
		(void)expect_message_of(ts, stream.id, SOCKET_ERR);
		(void)expect_message_of(ts, stream.id, SOCKET_CLOSE);
		/* A dead id's close must not hit the next one. */
		socket_server_close(ts->server, TEST_OWNER, stream.id);
		expect_data(ts, other.id, &i, sizeof(i));
	}
	expect_none(ts, 0);
	plain_close(other.fd);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, l4_reset_is_error_then_close_then_gone);
	ATF_TP_ADD_TC(tp, l4_reset_with_data_unsent);
	ATF_TP_ADD_TC(tp, l4_reset_after_the_peer_had_ended);
	ATF_TP_ADD_TC(tp, l4_reset_while_paused_is_heard_after_start);
	ATF_TP_ADD_TC(tp, l6_reset_of_one_harms_no_other);
	return (atf_no_error());
}
