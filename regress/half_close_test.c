/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * One direction ends before the other: L-2, L-3.  For resets see reset_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <string.h>

#include "harness.h"

#define LARGE	((size_t)24 * 1024 * 1024)

/* Sends until the server has noticed that writing fails. */
static void
send_until_refused(struct test_server *ts, int id)
{
	int64_t until;

	until = monotonic_ms() + TEST_DEADLINE;
	while (test_send(ts, id, "x", 1) == 0) {
		expect_command_fence(ts);
		ATF_REQUIRE_MSG(monotonic_ms() < until, "all is taken");
	}
}

ATF_TC_WITHOUT_HEAD(l2_all_that_came_then_close);
ATF_TC_BODY(l2_all_that_came_then_close, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_STEP);
	stream = test_accepted(ts);
	plain_write_pattern(stream.fd, 0, 150000);
	plain_end(stream.fd);
	ATF_CHECK_EQ(150000, expect_pattern_until_close(ts, stream.id, 0));
	message = ts->current;
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
	ATF_CHECK_EQ(0, message->ud);
	expect_none(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l2_the_client_that_half_closes_gets_its_answer);
ATF_TC_BODY(l2_the_client_that_half_closes_gets_its_answer, tc)
{
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	plain_write(stream.fd, "question", 8);
	plain_end(stream.fd);
	expect_data(ts, stream.id, "question", 8);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	ATF_CHECK_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	socket_server_shutdown(ts->server, TEST_OWNER, stream.id);
	ATF_CHECK_EQ(LARGE, plain_pattern_until_end(stream.fd, 0));
	/* No second CLOSE. */
	expect_fence(ts);
	while (test_server_has(ts, stream.id))
		(void)expect_message_of(ts, stream.id, SOCKET_WARNING);
	ATF_CHECK_EQ(-1, test_send(ts, stream.id, "x", 1));
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l2_close_raises_no_second_close);
ATF_TC_BODY(l2_close_raises_no_second_close, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct socket_info info;
	int descriptors;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_accepted(ts);
	plain_end(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	plain_expect_end(stream.fd);
	expect_none(ts, stream.id);
	ATF_CHECK(!test_info(ts, stream.id, &info));
	ATF_CHECK_EQ(descriptors + 1, descriptor_count());
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l2_the_id_lives_until_its_owner_closes_it);
ATF_TC_BODY(l2_the_id_lives_until_its_owner_closes_it, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct socket_info info;
	int i;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	plain_end(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	for (i = 0; i < 10; i++) {
		ATF_CHECK_EQ(0, test_send(ts, stream.id, "part", 4));
		plain_expect(stream.fd, "part", 4);
		expect_none(ts, stream.id);
	}
	ATF_CHECK(test_info(ts, stream.id, &info));
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l2_shutdown_with_nothing_to_send);
ATF_TC_BODY(l2_shutdown_with_nothing_to_send, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int descriptors;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_connected(ts);
	plain_end(stream.fd);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	socket_server_shutdown(ts->server, TEST_OWNER, stream.id);
	plain_expect_end(stream.fd);
	expect_none(ts, stream.id);
	ATF_CHECK_EQ(descriptors + 1, descriptor_count());
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l2_end_during_a_large_answer);
ATF_TC_BODY(l2_end_during_a_large_answer, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct test_stream stream;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	ATF_REQUIRE_EQ(0, test_send_pattern(ts, stream.id, 0, LARGE));
	plain_end(stream.fd);
	do {
		message = expect_any_of(ts, stream.id);
		ATF_REQUIRE(message->type == SOCKET_WARNING ||
		    message->type == SOCKET_CLOSE);
	} while (message->type != SOCKET_CLOSE);
	plain_expect_pattern(stream.fd, 0, LARGE);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "and more", 8));
	plain_expect(stream.fd, "and more", 8);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l2_the_end_is_heard_once);
ATF_TC_BODY(l2_the_end_is_heard_once, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct socket_info info;

	ts = test_server_create(TEST_THREAD);
	stream = test_accepted(ts);
	plain_write(stream.fd, "12345", 5);
	plain_end(stream.fd);
	expect_data(ts, stream.id, "12345", 5);
	(void)expect_message(ts, SOCKET_CLOSE, stream.id);
	expect_none(ts, stream.id);
	expect_none(ts, stream.id);
	ATF_REQUIRE(test_info(ts, stream.id, &info));
	ATF_CHECK_EQ(5, info.read);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l3_writing_fails_and_what_came_is_delivered);
ATF_TC_BODY(l3_writing_fails_and_what_came_is_delivered, tc)
{
	const struct test_message *message;
	struct test_server *ts;
	struct socket_info info;
	int fd[2], id;
	bool failed;

	/*
	 * A pair whose other end is closed after a word: writing fails with a
	 * broken pipe, what was said can still be read.
	 */
	ts = test_server_create(TEST_STEP);
	plain_socketpair(fd);
	id = socket_server_bind(ts->server, TEST_OWNER, fd[0]);
	(void)expect_message(ts, SOCKET_OPEN, id);
	plain_write(fd[1], "last words", 10);
	plain_close(fd[1]);
	(void)test_send(ts, id, "unheard", 7);
	failed = false;
	do {
		message = expect_any_of(ts, id);
		if (message->type == SOCKET_ERR)
			failed = true;
		else if (message->type == SOCKET_DATA)
			ATF_CHECK(message->ud == 10 &&
			    memcmp(message->data, "last words", 10) == 0);
	} while (message->type != SOCKET_CLOSE);
	ATF_CHECK_MSG(failed, "no ERR");
	expect_none(ts, id);
	/* L-4: both directions are dead now. */
	ATF_CHECK(!test_info(ts, id, &info));
	plain_close(fd[0]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(l3_writing_fails_while_paused);
ATF_TC_BODY(l3_writing_fails_while_paused, tc)
{
	struct test_server *ts;
	struct socket_info info;
	int fd[2], id;

	ts = test_server_create(TEST_THREAD);
	plain_socketpair(fd);
	id = socket_server_bind(ts->server, TEST_OWNER, fd[0]);
	(void)expect_message(ts, SOCKET_OPEN, id);
	socket_server_pause(ts->server, TEST_OWNER, id);
	expect_fence(ts);
	plain_write(fd[1], "last words", 10);
	plain_close(fd[1]);
	send_until_refused(ts, id);
	(void)expect_message(ts, SOCKET_ERR, id);
	/* One ERR; the rest waits until reading is open again. */
	expect_none(ts, id);
	socket_server_start(ts->server, TEST_OWNER, id);
	while (expect_any_of(ts, id)->type == SOCKET_OPEN)
		continue;
	ATF_REQUIRE_EQ(SOCKET_DATA, ts->current->type);
	ATF_CHECK_EQ(10, ts->current->ud);
	(void)expect_message(ts, SOCKET_CLOSE, id);
	expect_none(ts, id);
	ATF_CHECK(!test_info(ts, id, &info));
	plain_close(fd[0]);
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, l2_all_that_came_then_close);
	ATF_TP_ADD_TC(tp, l2_the_client_that_half_closes_gets_its_answer);
	ATF_TP_ADD_TC(tp, l2_close_raises_no_second_close);
	ATF_TP_ADD_TC(tp, l2_the_id_lives_until_its_owner_closes_it);
	ATF_TP_ADD_TC(tp, l2_shutdown_with_nothing_to_send);
	ATF_TP_ADD_TC(tp, l2_end_during_a_large_answer);
	ATF_TP_ADD_TC(tp, l2_the_end_is_heard_once);
	ATF_TP_ADD_TC(tp, l3_writing_fails_and_what_came_is_delivered);
	ATF_TP_ADD_TC(tp, l3_writing_fails_while_paused);
	return (atf_no_error());
}
