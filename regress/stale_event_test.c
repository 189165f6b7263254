/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Events of a batch that what came before in it has made stale.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>

#include "harness.h"
#include "scripted_support.h"

#define BOTH	(POLLER_READ | POLLER_WRITE)
#define LARGE	(8 * 1024 * 1024)	/* beyond any pair of socket buffers */
#define REUSE	(4 * SS_SLOTS)		/* openings until a slot comes back */

/* Two sockets have something to read; only the first one's is heard yet. */
static void
hear_first_of_two(struct socket_server *ss, int id[2], int fd[2])
{

	id[0] = scripted_accepted(ss, &fd[0]);
	id[1] = scripted_accepted(ss, &fd[1]);
	plain_write(fd[0], "first", 5);
	plain_write(fd[1], "second", 6);
	scripted_await(ss, id[0]);
	scripted_await(ss, id[1]);
	scripted_two_events(ss, id[0], POLLER_READ, id[1], POLLER_READ);
	scripted_hear_data(ss, id[0], "first");
}

ATF_TC_WITHOUT_HEAD(l6_close_between_two_events_of_a_batch);
ATF_TC_BODY(l6_close_between_two_events_of_a_batch, tc)
{
	struct socket_server *ss;
	int fd[2], id[2];

	ss = scripted_create();
	hear_first_of_two(ss, id, fd);
	scripted_close(ss, id[1]);
	scripted_hear_nothing(ss);
	scripted_close(ss, id[0]);
	plain_close(fd[0]);
	plain_close(fd[1]);
	scripted_release(ss);
}

/* The same, and both events are of one socket. */
ATF_TC_WITHOUT_HEAD(l6_close_between_the_two_filters_of_a_socket);
ATF_TC_BODY(l6_close_between_the_two_filters_of_a_socket, tc)
{
	struct socket_server *ss;
	int fd, id;

	ss = scripted_create();
	id = scripted_accepted(ss, &fd);
	ATF_REQUIRE_EQ(0, scripted_send(ss, id, LARGE));
	(void)scripted_hear(ss, SOCKET_WARNING, id);
	scripted_hear_nothing(ss);
	plain_write(fd, "x", 1);
	scripted_await(ss, id);
	scripted_two_events(ss, id, POLLER_READ, id, POLLER_WRITE);
	scripted_hear_data(ss, id, "x");
	scripted_close(ss, id);
	scripted_hear_nothing(ss);
	plain_close(fd);
	scripted_release(ss);
}

ATF_TC_WITHOUT_HEAD(f6_pause_between_two_events_of_a_batch);
ATF_TC_BODY(f6_pause_between_two_events_of_a_batch, tc)
{
	struct socket_server *ss;
	int fd[2], id[2];

	ss = scripted_create();
	hear_first_of_two(ss, id, fd);
	socket_server_pause(ss, TEST_OWNER, id[1]);
	scripted_hear_nothing(ss);
	socket_server_start(ss, TEST_OWNER, id[1]);
	(void)scripted_hear(ss, SOCKET_OPEN, id[1]);
	scripted_event(ss->poller, (uintptr_t)id[1], POLLER_READ);
	scripted_hear_data(ss, id[1], "second");
	scripted_close(ss, id[0]);
	scripted_close(ss, id[1]);
	plain_close(fd[0]);
	plain_close(fd[1]);
	scripted_release(ss);
}

/* Opens and closes until a socket has the slot of old: a bound one's id. */
static int
reuse_slot(struct socket_server *ss, int old, int fd)
{
	int i, id;

	for (i = 0; i < REUSE; i++) {
		id = socket_server_bind(ss, TEST_OWNER, fd);
		ATF_REQUIRE(id > 0);
		ATF_REQUIRE_MSG(id != old, "the id itself is used again");
		(void)scripted_hear(ss, SOCKET_OPEN, id);
		if (id % SS_SLOTS == old % SS_SLOTS)
			return (id);
		scripted_close(ss, id);
	}
	atf_tc_fail("the slot of id %d is never used again", old);
}

ATF_TC_WITHOUT_HEAD(l1_slot_used_again_between_two_events_of_a_batch);
ATF_TC_BODY(l1_slot_used_again_between_two_events_of_a_batch, tc)
{
	struct socket_server *ss;
	int fd[2], id[2], new, pair[2];

	ss = scripted_create();
	id[0] = scripted_accepted(ss, &fd[0]);
	id[1] = scripted_accepted(ss, &fd[1]);
	plain_write(fd[0], "first", 5);
	scripted_await(ss, id[0]);
	scripted_two_events(ss, id[0], POLLER_READ, id[1], BOTH);
	scripted_hear_data(ss, id[0], "first");
	scripted_close(ss, id[1]);
	plain_socketpair(pair);
	plain_write(pair[1], "another's", 9);
	new = reuse_slot(ss, id[1], pair[0]);
	/* The stale event is handled now; it must read nothing of the new. */
	scripted_hear_nothing(ss);
	scripted_event(ss->poller, (uintptr_t)new, POLLER_READ);
	scripted_hear_data(ss, new, "another's");
	/* Calls with the old id do it no harm either. */
	ATF_CHECK_EQ(-1, scripted_send(ss, id[1], 1));
	socket_server_close(ss, TEST_OWNER, id[1]);
	socket_server_shutdown(ss, TEST_OWNER, id[1]);
	scripted_hear_nothing(ss);
	ATF_CHECK_EQ(POLLER_READ,
	    scripted_interest(ss->poller, (uintptr_t)new));
	scripted_close(ss, new);
	scripted_close(ss, id[0]);
	plain_close(pair[0]);
	plain_close(pair[1]);
	plain_close(fd[0]);
	plain_close(fd[1]);
	scripted_release(ss);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, l6_close_between_two_events_of_a_batch);
	ATF_TP_ADD_TC(tp, l6_close_between_the_two_filters_of_a_socket);
	ATF_TP_ADD_TC(tp, f6_pause_between_two_events_of_a_batch);
	ATF_TP_ADD_TC(tp, l1_slot_used_again_between_two_events_of_a_batch);
	return (atf_no_error());
}
