/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Events in orders that real kernels produce now and then: both filters of a
 * socket in one batch, reports that are repeated, early or for nothing.
 * scripted_server_test.c has the ground that this builds on; events that have
 * become stale are in stale_event_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "harness.h"
#include "scripted_support.h"
#include "skynet_malloc.h"

#define BOTH	(POLLER_READ | POLLER_WRITE)
#define LARGE	(8 * 1024 * 1024)	/* beyond any pair of socket buffers */
#define SOME	300000			/* beyond one read */

/* One end of a pair, bound; *fd is the other, *own must be closed too. */
static int
scripted_bind_pair(struct socket_server *ss, int *fd, int *own)
{
	int id, pair[2];

	plain_socketpair(pair);
	id = socket_server_bind(ss, TEST_OWNER, pair[0]);
	ATF_REQUIRE(id > 0);
	(void)scripted_hear(ss, SOCKET_OPEN, id);
	*own = pair[0];
	*fd = pair[1];
	return (id);
}

static void
read_and_write(int first, int second, bool together)
{
	struct socket_server *ss;
	int fd, id;

	ss = scripted_create();
	id = scripted_accepted(ss, &fd);
	ATF_REQUIRE_EQ(0, scripted_send(ss, id, LARGE));
	(void)scripted_hear(ss, SOCKET_WARNING, id);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(BOTH, scripted_interest(ss->poller, (uintptr_t)id));
	plain_write(fd, "meanwhile", 9);
	scripted_await(ss, id);
	plain_expect_pattern(fd, 0, 100000);
	if (together)
		scripted_event(ss->poller, (uintptr_t)id, BOTH);
	else
		scripted_two_events(ss, id, first, id, second);
	scripted_hear_data(ss, id, "meanwhile");
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(BOTH, scripted_interest(ss->poller, (uintptr_t)id));
	scripted_close(ss, id);
	plain_close(fd);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(l1_both_filters_in_one_batch_in_either_order);
ATF_TC_BODY(l1_both_filters_in_one_batch_in_either_order, tc)
{

	read_and_write(POLLER_READ, POLLER_WRITE, false);
	read_and_write(POLLER_WRITE, POLLER_READ, false);
	read_and_write(0, 0, true);
}

/* The peer has gone for good; what it said first lies ready. */
static void
write_fails_before_the_last_words(int first, int second)
{
	struct socket_server *ss;
	int fd, id, own;

	ss = scripted_create();
	id = scripted_bind_pair(ss, &fd, &own);
	plain_write(fd, "last words", 10);
	plain_close(fd);
	(void)scripted_send(ss, id, 10);
	if (first != 0)
		scripted_two_events(ss, id, first, id, second);
	(void)scripted_hear(ss, SOCKET_ERR, id);
	scripted_event(ss->poller, (uintptr_t)id, POLLER_READ);
	scripted_event(ss->poller, (uintptr_t)id, BOTH);
	scripted_hear_data(ss, id, "last words");
	(void)scripted_hear(ss, SOCKET_CLOSE, id);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(-1, scripted_interest(ss->poller, (uintptr_t)id));
	ATF_CHECK_EQ(-1, scripted_send(ss, id, 1));
	plain_close(own);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(l3_failed_write_does_not_lose_the_last_words);
ATF_TC_BODY(l3_failed_write_does_not_lose_the_last_words, tc)
{

	write_fails_before_the_last_words(0, 0);
	write_fails_before_the_last_words(POLLER_WRITE, POLLER_WRITE);
}

ATF_TC_WITHOUT_HEAD(l2_end_of_file_with_data_unread);
ATF_TC_BODY(l2_end_of_file_with_data_unread, tc)
{
	struct socket_message message;
	struct socket_server *ss;
	size_t come;
	int fd, id;

	ss = scripted_create();
	id = scripted_accepted(ss, &fd);
	plain_write_pattern(fd, 0, SOME);
	plain_end(fd);
	for (come = 0; come < SOME; come += (size_t)message.ud) {
		scripted_await(ss, id);
		/* As one who reports a hang-up with every event does. */
		scripted_event(ss->poller, (uintptr_t)id, BOTH);
		message = scripted_hear(ss, SOCKET_DATA, id);
		ATF_REQUIRE_EQ((size_t)message.ud, pattern_check(
		    message.data, come, (size_t)message.ud));
		skynet_free(message.data);
	}
	ATF_CHECK_EQ(SOME, come);
	scripted_await(ss, id);
	scripted_two_events(ss, id, POLLER_READ, id, POLLER_READ);
	(void)scripted_hear(ss, SOCKET_CLOSE, id);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(0, scripted_send(ss, id, 1000));
	plain_expect_pattern(fd, 0, 1000);
	socket_server_close(ss, TEST_OWNER, id);
	scripted_hear_nothing(ss);
	plain_close(fd);
	scripted_release(ss);
}

static void
fail_to_connect(int first, int second)
{
	struct socket_message message;
	struct socket_server *ss;
	int fd, id, more, port, type;

	ss = scripted_create();
	fd = plain_refusing_port(&port);
	id = socket_server_connect(ss, TEST_OWNER, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	/* Some systems refuse at once. */
	type = ss_poll(ss, &message, &more, 0);
	if (type == SS_NOTHING) {
		plain_await(scripted_descriptor(ss->poller, (uintptr_t)id),
		    POLLOUT, "be refused");
		scripted_two_events(ss, id, first, id, second);
		scripted_event(ss->poller, (uintptr_t)id, BOTH);
		(void)scripted_hear(ss, SOCKET_ERR, id);
	} else
		ATF_CHECK_EQ(SOCKET_ERR, type);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(-1, scripted_interest(ss->poller, (uintptr_t)id));
	plain_close(fd);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(l5_failed_connect_reported_twice_is_told_once);
ATF_TC_BODY(l5_failed_connect_reported_twice_is_told_once, tc)
{

	fail_to_connect(POLLER_WRITE, POLLER_READ);
	fail_to_connect(POLLER_READ, POLLER_WRITE);
	fail_to_connect(BOTH, BOTH);
}

ATF_TC_WITHOUT_HEAD(l1_events_without_a_cause_do_nothing);
ATF_TC_BODY(l1_events_without_a_cause_do_nothing, tc)
{
	struct socket_server *ss;
	int bound, fd[3], id[3], listener, own, port, udp;

	ss = scripted_create();
	listener = scripted_listen(ss, &port);
	socket_server_start(ss, TEST_OWNER, listener);
	(void)scripted_hear(ss, SOCKET_OPEN, listener);
	id[0] = scripted_accepted(ss, &fd[0]);
	id[1] = scripted_accept(ss, &fd[1]);
	bound = scripted_bind_pair(ss, &fd[2], &own);
	udp = socket_server_udp(ss, TEST_OWNER, NULL, 0);
	ATF_REQUIRE(udp > 0);
	scripted_two_events(ss, listener, BOTH, id[0], BOTH);
	scripted_two_events(ss, id[1], BOTH, bound, BOTH);
	scripted_event(ss->poller, (uintptr_t)udp, BOTH);
	scripted_two_events(ss, 0, BOTH, -1, BOTH);
	scripted_hear_nothing(ss);
	plain_write(fd[0], "still here", 10);
	scripted_await(ss, id[0]);
	scripted_event(ss->poller, (uintptr_t)id[0], POLLER_READ);
	scripted_hear_data(ss, id[0], "still here");
	scripted_close(ss, listener);
	scripted_close(ss, id[0]);
	scripted_close(ss, id[1]);
	scripted_close(ss, bound);
	scripted_close(ss, udp);
	plain_close(fd[0]);
	plain_close(fd[1]);
	plain_close(fd[2]);
	plain_close(own);
	scripted_release(ss);
}

/* A wait that ends for nothing, as after a signal. */
ATF_TC_WITHOUT_HEAD(t1_waits_that_end_for_nothing);
ATF_TC_BODY(t1_waits_that_end_for_nothing, tc)
{
	struct socket_server *ss;
	int fd, i, id;

	ss = scripted_create();
	id = scripted_accepted(ss, &fd);
	for (i = 0; i < 3; i++)
		scripted_batch(ss->poller, NULL, 0);
	plain_write(fd, "after", 5);
	scripted_await(ss, id);
	scripted_event(ss->poller, (uintptr_t)id, POLLER_READ);
	scripted_hear_data(ss, id, "after");
	scripted_close(ss, id);
	plain_close(fd);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(f5_refused_by_the_poller_is_an_error_with_its_reason);
ATF_TC_BODY(f5_refused_by_the_poller_is_an_error_with_its_reason, tc)
{
	const int errors[] = { EPERM, ENOMEM, ENOSPC, EBADF };
	struct socket_message message;
	struct socket_server *ss;
	size_t i;
	int id, pair[2];

	ss = scripted_create();
	plain_socketpair(pair);
	for (i = 0; i < nitems(errors); i++) {
		scripted_fail(ss->poller, SCRIPTED_ADD, errors[i]);
		id = socket_server_bind(ss, TEST_OWNER, pair[0]);
		ATF_REQUIRE(id > 0);
		message = scripted_hear(ss, SOCKET_ERR, id);
		ATF_CHECK(message.data != NULL && message.data[0] != '\0');
		scripted_hear_nothing(ss);
		ATF_CHECK_EQ(-1, scripted_send(ss, id, 1));
		ATF_CHECK(fcntl(pair[0], F_GETFD) != -1);
	}
	plain_close(pair[0]);
	plain_close(pair[1]);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(e2_refused_by_the_poller_ends_udp_and_connect);
ATF_TC_BODY(e2_refused_by_the_poller_ends_udp_and_connect, tc)
{
	struct socket_message message;
	struct socket_server *ss;
	int id, listener, more, port, type;

	ss = scripted_create();
	scripted_fail(ss->poller, SCRIPTED_ADD, ENOSPC);
	id = socket_server_udp(ss, TEST_OWNER, NULL, 0);
	ATF_REQUIRE(id > 0);
	(void)scripted_hear(ss, SOCKET_ERR, id);
	(void)scripted_hear(ss, SOCKET_CLOSE, id);
	scripted_hear_nothing(ss);
	listener = plain_listen(AF_INET, &port);
	scripted_fail(ss->poller, SCRIPTED_ADD, ENOSPC);
	id = socket_server_connect(ss, TEST_OWNER, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	/* Where a connect ends at once the poller is not asked. */
	type = ss_poll(ss, &message, &more, 0);
	if (type == SOCKET_OPEN) {
		socket_server_start(ss, TEST_OWNER, id);
		(void)scripted_hear(ss, SOCKET_OPEN, id);
		(void)scripted_hear(ss, SOCKET_ERR, id);
		(void)scripted_hear(ss, SOCKET_CLOSE, id);
	} else
		ATF_CHECK_EQ(SOCKET_ERR, type);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(-1, scripted_send(ss, id, 1));
	plain_close(listener);
	scripted_release(ss);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, l1_both_filters_in_one_batch_in_either_order);
	ATF_TP_ADD_TC(tp, l3_failed_write_does_not_lose_the_last_words);
	ATF_TP_ADD_TC(tp, l2_end_of_file_with_data_unread);
	ATF_TP_ADD_TC(tp, l5_failed_connect_reported_twice_is_told_once);
	ATF_TP_ADD_TC(tp, l1_events_without_a_cause_do_nothing);
	ATF_TP_ADD_TC(tp, t1_waits_that_end_for_nothing);
	ATF_TP_ADD_TC(tp,
	    f5_refused_by_the_poller_is_an_error_with_its_reason);
	ATF_TP_ADD_TC(tp, e2_refused_by_the_poller_ends_udp_and_connect);
	return (atf_no_error());
}
