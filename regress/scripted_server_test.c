/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A server and a scripted poller: what the server asks of a poller, and what
 * it makes of events that no kernel gives at a test's wish.  Nothing waits: a
 * message comes from the command, or from the batch, that was given before.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <string.h>

#include "harness.h"
#include "scripted_poller.h"
#include "scripted_support.h"
#include "skynet_malloc.h"

#define BOTH	(POLLER_READ | POLLER_WRITE)
#define LARGE	((size_t)16 * 1024 * 1024)
#define COMMANDS	100
#define BACKLOG		4

ATF_TC_WITHOUT_HEAD(f6_interest_follows_start_and_pause);
ATF_TC_BODY(f6_interest_follows_start_and_pause, tc)
{
	struct socket_server *ss;
	int listener, port;

	ss = scripted_create();
	listener = scripted_listen(ss, &port);
	ATF_CHECK(scripted_interest(ss->poller, (uintptr_t)listener) <= 0);
	socket_server_start(ss, TEST_OWNER, listener);
	(void)scripted_hear(ss, SOCKET_OPEN, listener);
	ATF_CHECK_EQ(POLLER_READ,
	    scripted_interest(ss->poller, (uintptr_t)listener));
	socket_server_pause(ss, TEST_OWNER, listener);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(0, scripted_interest(ss->poller, (uintptr_t)listener));
	scripted_close(ss, listener);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(f6_event_from_before_a_pause_reads_nothing);
ATF_TC_BODY(f6_event_from_before_a_pause_reads_nothing, tc)
{
	struct socket_message message;
	struct socket_server *ss;
	int fd, id;

	ss = scripted_create();
	id = scripted_accepted(ss, &fd);
	socket_server_pause(ss, TEST_OWNER, id);
	scripted_hear_nothing(ss);
	plain_write(fd, "abc", 3);
	scripted_await(ss, id);
	scripted_event(ss->poller, (uintptr_t)id, BOTH);
	scripted_hear_nothing(ss);
	socket_server_start(ss, TEST_OWNER, id);
	(void)scripted_hear(ss, SOCKET_OPEN, id);
	scripted_event(ss->poller, (uintptr_t)id, POLLER_READ);
	message = scripted_hear(ss, SOCKET_DATA, id);
	ATF_CHECK(message.ud == 3 && memcmp(message.data, "abc", 3) == 0);
	skynet_free(message.data);
	scripted_close(ss, id);
	plain_close(fd);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(l1_event_for_nothing_does_nothing);
ATF_TC_BODY(l1_event_for_nothing_does_nothing, tc)
{
	struct socket_server *ss;
	int fd, id;

	ss = scripted_create();
	id = scripted_accepted(ss, &fd);
	scripted_event(ss->poller, (uintptr_t)id, BOTH);
	scripted_event(ss->poller, (uintptr_t)id, 0);
	scripted_event(ss->poller, POLLER_KEY_MAX, BOTH);
	scripted_event(ss->poller, 0, BOTH);
	scripted_batch(ss->poller, NULL, 0);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(POLLER_READ, scripted_interest(ss->poller, (uintptr_t)id));
	scripted_close(ss, id);
	plain_close(fd);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(l2_end_of_file_takes_the_interest_back);
ATF_TC_BODY(l2_end_of_file_takes_the_interest_back, tc)
{
	struct socket_server *ss;
	int fd, id;

	ss = scripted_create();
	id = scripted_accepted(ss, &fd);
	plain_end(fd);
	scripted_await(ss, id);
	scripted_event(ss->poller, (uintptr_t)id, POLLER_READ);
	(void)scripted_hear(ss, SOCKET_CLOSE, id);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(0, scripted_interest(ss->poller, (uintptr_t)id));
	socket_server_close(ss, TEST_OWNER, id);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(-1, scripted_interest(ss->poller, (uintptr_t)id));
	plain_close(fd);
	scripted_release(ss);
}

/* One socket, twice in a batch: the first event ends it. */
static void
end_in_a_batch(bool readable_first)
{
	struct poller_event event[2];
	struct socket_server *ss;
	int fd, id;

	ss = scripted_create();
	id = scripted_accepted(ss, &fd);
	plain_reset(fd);
	scripted_await(ss, id);
	memset(event, 0, sizeof(event));
	event[0].key = event[1].key = (uintptr_t)id;
	event[0].readable = event[1].writable = readable_first;
	event[1].readable = event[0].writable = !readable_first;
	scripted_batch(ss->poller, event, 2);
	(void)scripted_hear(ss, SOCKET_ERR, id);
	(void)scripted_hear(ss, SOCKET_CLOSE, id);
	scripted_batch(ss->poller, event, 2);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(-1, scripted_interest(ss->poller, (uintptr_t)id));
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(l4_reset_reported_twice_is_told_once);
ATF_TC_BODY(l4_reset_reported_twice_is_told_once, tc)
{

	end_in_a_batch(true);
	end_in_a_batch(false);
}

ATF_TC_WITHOUT_HEAD(l6_event_of_a_closed_id_harms_no_other);
ATF_TC_BODY(l6_event_of_a_closed_id_harms_no_other, tc)
{
	struct socket_server *ss;
	int fd[2], id[2];

	ss = scripted_create();
	id[0] = scripted_accepted(ss, &fd[0]);
	scripted_close(ss, id[0]);
	id[1] = scripted_accept(ss, &fd[1]);		/* paused, with data */
	plain_write(fd[1], "a", 1);
	scripted_await(ss, id[1]);
	scripted_event(ss->poller, (uintptr_t)id[0], BOTH);
	scripted_hear_nothing(ss);
	scripted_close(ss, id[1]);
	plain_close(fd[0]);
	plain_close(fd[1]);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(f4_event_before_the_connect_has_ended_decides_nothing);
ATF_TC_BODY(f4_event_before_the_connect_has_ended_decides_nothing, tc)
{
	struct socket_server *ss;
	int fd[BACKLOG], i, id, listener, port;

	ss = scripted_create();
	listener = plain_listen_full(&port, fd, BACKLOG);
	id = socket_server_connect(ss, TEST_OWNER, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	scripted_hear_nothing(ss);
	if (scripted_interest(ss->poller, (uintptr_t)id) != POLLER_WRITE)
		atf_tc_skip("connecting to a full listener ends here");
	scripted_event(ss->poller, (uintptr_t)id, POLLER_READ);
	scripted_event(ss->poller, (uintptr_t)id, BOTH);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(POLLER_WRITE,
	    scripted_interest(ss->poller, (uintptr_t)id));
	scripted_close(ss, id);
	for (i = 0; i < BACKLOG; i++)
		plain_close(fd[i]);
	plain_close(listener);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(f4_any_event_of_a_finished_connect_opens);
ATF_TC_BODY(f4_any_event_of_a_finished_connect_opens, tc)
{
	static const int events[] = { POLLER_READ, POLLER_WRITE, BOTH };
	struct socket_message message;
	struct socket_server *ss;
	size_t i;
	int id, listener, more, port;

	ss = scripted_create();
	listener = plain_listen(AF_INET, &port);
	for (i = 0; i < nitems(events); i++) {
		id = socket_server_connect(ss, TEST_OWNER, "127.0.0.1", port);
		ATF_REQUIRE(id > 0);
		/* Some systems connect to themselves at once. */
		if (ss_poll(ss, &message, &more, 0) == SS_NOTHING) {
			plain_close(plain_accept(listener));
			scripted_event(ss->poller, (uintptr_t)id, events[i]);
			(void)scripted_hear(ss, SOCKET_OPEN, id);
		}
		scripted_hear_nothing(ss);
		scripted_close(ss, id);
	}
	plain_close(listener);
	scripted_release(ss);
}

/* Queues a copy of the pattern: more than the kernel takes. */
static void
send_large(struct socket_server *ss, int id)
{
	struct socket_sendbuffer buffer;
	char *data;

	data = skynet_malloc(LARGE);
	ATF_REQUIRE(data != NULL);
	pattern_fill(data, 0, LARGE);
	memset(&buffer, 0, sizeof(buffer));
	buffer.id = id;
	buffer.type = SOCKET_BUFFER_MEMORY;
	buffer.buffer = data;
	buffer.sz = LARGE;
	ATF_REQUIRE_EQ(0, socket_server_send(ss, &buffer));
}

ATF_TC_WITHOUT_HEAD(w2_interest_in_writing_lasts_as_long_as_the_backlog);
ATF_TC_BODY(w2_interest_in_writing_lasts_as_long_as_the_backlog, tc)
{
	struct socket_message message;
	struct socket_server *ss;
	int64_t until;
	size_t n, offset;
	int fd, heard, id, more;

	ss = scripted_create();
	id = scripted_accept(ss, &fd);
	send_large(ss, id);
	ATF_CHECK(scripted_hear(ss, SOCKET_WARNING, id).ud > 0);
	scripted_hear_nothing(ss);
	offset = 0;
	heard = SS_NOTHING;
	until = monotonic_ms() + TEST_DEADLINE;
	while (heard == SS_NOTHING) {
		ATF_REQUIRE(monotonic_ms() < until);
		ATF_REQUIRE_EQ(POLLER_WRITE,
		    scripted_interest(ss->poller, (uintptr_t)id));
		n = plain_readable(fd);
		plain_expect_pattern(fd, offset, n);
		offset += n;
		scripted_event(ss->poller, (uintptr_t)id, POLLER_WRITE);
		heard = ss_poll(ss, &message, &more, 0);
	}
	ATF_CHECK(heard == SOCKET_WARNING && message.ud == 0);
	ATF_CHECK_EQ(0, scripted_interest(ss->poller, (uintptr_t)id));
	plain_expect_pattern(fd, offset, LARGE - offset);
	scripted_close(ss, id);
	plain_close(fd);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(e2_failed_add_ends_the_one_socket);
ATF_TC_BODY(e2_failed_add_ends_the_one_socket, tc)
{
	struct socket_server *ss;
	int fd[2], id, other;

	ss = scripted_create();
	other = scripted_accepted(ss, &fd[0]);
	id = scripted_accept(ss, &fd[1]);
	scripted_fail(ss->poller, SCRIPTED_ADD, ENOSPC);
	socket_server_start(ss, TEST_OWNER, id);
	(void)scripted_hear(ss, SOCKET_OPEN, id);
	(void)scripted_hear(ss, SOCKET_ERR, id);
	(void)scripted_hear(ss, SOCKET_CLOSE, id);
	scripted_hear_nothing(ss);
	plain_expect_end(fd[1]);
	scripted_close(ss, other);
	plain_close(fd[0]);
	plain_close(fd[1]);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(e2_failed_change_ends_the_one_socket);
ATF_TC_BODY(e2_failed_change_ends_the_one_socket, tc)
{
	struct socket_server *ss;
	int fd, id;

	ss = scripted_create();
	id = scripted_accepted(ss, &fd);
	scripted_fail(ss->poller, SCRIPTED_CHANGE, ENOMEM);
	socket_server_pause(ss, TEST_OWNER, id);
	(void)scripted_hear(ss, SOCKET_ERR, id);
	(void)scripted_hear(ss, SOCKET_CLOSE, id);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(-1, scripted_interest(ss->poller, (uintptr_t)id));
	plain_expect_end(fd);
	plain_close(fd);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(e2_failed_wait_is_told_and_survived);
ATF_TC_BODY(e2_failed_wait_is_told_and_survived, tc)
{
	struct socket_server *ss;
	int errors, fd, id;

	ss = scripted_create();
	id = scripted_accepted(ss, &fd);
	errors = error_count();
	scripted_fail(ss->poller, SCRIPTED_WAIT, ENOMEM);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(errors + 1, error_count());
	plain_end(fd);
	scripted_await(ss, id);
	scripted_event(ss->poller, (uintptr_t)id, POLLER_READ);
	(void)scripted_hear(ss, SOCKET_CLOSE, id);
	plain_close(fd);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(t1_no_wake_for_a_thread_that_does_not_wait);
ATF_TC_BODY(t1_no_wake_for_a_thread_that_does_not_wait, tc)
{
	struct socket_server *ss;
	int fd, i, id, wakes;

	ss = scripted_create();
	id = scripted_accept(ss, &fd);
	wakes = scripted_wakes(ss->poller);
	for (i = 0; i < COMMANDS; i++) {
		socket_server_start(ss, TEST_OWNER, id);
		socket_server_pause(ss, TEST_OWNER, id);
	}
	ATF_CHECK_EQ(wakes, scripted_wakes(ss->poller));
	for (i = 0; i < COMMANDS; i++)
		(void)scripted_hear(ss, SOCKET_OPEN, id);
	scripted_hear_nothing(ss);
	scripted_close(ss, id);
	plain_close(fd);
	scripted_release(ss);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f6_interest_follows_start_and_pause);
	ATF_TP_ADD_TC(tp, f6_event_from_before_a_pause_reads_nothing);
	ATF_TP_ADD_TC(tp, l1_event_for_nothing_does_nothing);
	ATF_TP_ADD_TC(tp, l2_end_of_file_takes_the_interest_back);
	ATF_TP_ADD_TC(tp, l4_reset_reported_twice_is_told_once);
	ATF_TP_ADD_TC(tp, l6_event_of_a_closed_id_harms_no_other);
	ATF_TP_ADD_TC(tp,
	    f4_event_before_the_connect_has_ended_decides_nothing);
	ATF_TP_ADD_TC(tp, f4_any_event_of_a_finished_connect_opens);
	ATF_TP_ADD_TC(tp, w2_interest_in_writing_lasts_as_long_as_the_backlog);
	ATF_TP_ADD_TC(tp, e2_failed_add_ends_the_one_socket);
	ATF_TP_ADD_TC(tp, e2_failed_change_ends_the_one_socket);
	ATF_TP_ADD_TC(tp, e2_failed_wait_is_told_and_survived);
	ATF_TP_ADD_TC(tp, t1_no_wake_for_a_thread_that_does_not_wait);
	return (atf_no_error());
}
