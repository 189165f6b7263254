/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */


/*
 * Messages and their owner: who gets them, in which order, and what becomes of
 * those that nobody takes.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <string.h>

#include "message_host.h"
#include "skynet_malloc.h"

MESSAGE_TC(m5_pushed_to_the_owner,
    "M-5: a message goes to the owner's handle, source and session being 0")
{
	int fd, id;

	/* message_expect has looked at each message of every case here. */
	message_set_up();
	id = message_accepted(&fd);
	skynet_socket_start(&bob, id);
	(void)message_expect(&bob, SKYNET_SOCKET_TYPE_CONNECT, id);
	plain_write(fd, "x", 1);
	(void)message_expect(&bob, SKYNET_SOCKET_TYPE_DATA, id);
	ATF_CHECK_EQ(sizeof(struct skynet_socket_message) |
	    (size_t)6 << (sizeof(size_t) - 1) * 8, message_raw_size());
	plain_close(fd);
	message_tear_down();
}

MESSAGE_TC(m6_dead_owner_loses_its_socket,
    "M-6: data for a service that is gone closes the socket and leaks nothing")
{
	int fd, id;

	message_set_up();
	id = message_accepted(&fd);
	alice.dead = true;
	plain_write(fd, "x", 1);
	while (message_refused == 0)
		ATF_REQUIRE(skynet_socket_poll() != 0);
	message_fence();
	plain_expect_end(fd);
	ATF_CHECK_EQ(-1, skynet_socket_send(&bob, id, skynet_malloc(1), 1));
	plain_close(fd);
	message_tear_down();
}

MESSAGE_TC(m6_dead_listener_turns_away,
    "M-6: an ACCEPT that nobody takes closes the new socket and the listener")
{
	struct socket_info *list;
	int fd, port;

	message_set_up();
	(void)message_listener(&port);
	alice.dead = true;
	fd = plain_connect(AF_INET, port);
	while (message_refused == 0)
		ATF_REQUIRE(skynet_socket_poll() != 0);
	message_fence();
	plain_expect_end(fd);
	plain_close(fd);
	list = skynet_socket_info();
	ATF_CHECK(list == NULL);
	socket_info_release(list);
	message_tear_down();
}

MESSAGE_TC(m6_only_the_named_socket_goes,
    "M-6: another service's sockets stay when one goes for want of an owner")
{
	int fds[2], ids[2];

	message_set_up();
	ids[0] = message_accepted(&fds[0]);
	ids[1] = message_accepted(&fds[1]);
	skynet_socket_start(&bob, ids[1]);
	(void)message_expect(&bob, SKYNET_SOCKET_TYPE_CONNECT, ids[1]);
	alice.dead = true;
	plain_write(fds[0], "x", 1);
	while (message_refused == 0)
		ATF_REQUIRE(skynet_socket_poll() != 0);
	message_fence();
	plain_expect_end(fds[0]);
	plain_write(fds[1], "y", 1);
	(void)message_expect(&bob, SKYNET_SOCKET_TYPE_DATA, ids[1]);
	plain_close(fds[0]);
	plain_close(fds[1]);
	message_tear_down();
}

MESSAGE_TC(m7_order_and_end,
    "M-7: data arrives in order, then CLOSE, and after the own close nothing")
{
	struct skynet_socket_message *sm;
	size_t done, i;
	int fd, id;
	char bytes[1000];

	message_set_up();
	id = message_accepted(&fd);
	for (i = 0; i < 100; i++) {
		pattern_fill(bytes, i * sizeof(bytes), sizeof(bytes));
		plain_write(fd, bytes, sizeof(bytes));
	}
	plain_end(fd);
	for (done = 0; done < 100 * sizeof(bytes); done += (size_t)sm->ud) {
		sm = message_expect(&alice, SKYNET_SOCKET_TYPE_DATA, id);
		ATF_REQUIRE(sm->ud > 0);
		for (i = 0; i < (size_t)sm->ud; i++)
			ATF_REQUIRE_EQ(pattern_byte(done + i),
			    (unsigned char)sm->buffer[i]);
	}
	ATF_CHECK_EQ(100 * sizeof(bytes), done);
	(void)message_expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, id);
	skynet_socket_close(&alice, id);
	message_fence();	/* fails if anything of the id comes */
	ATF_CHECK(!message_waiting());
	plain_close(fd);
	message_tear_down();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, m5_pushed_to_the_owner);
	ATF_TP_ADD_TC(tp, m6_dead_owner_loses_its_socket);
	ATF_TP_ADD_TC(tp, m6_dead_listener_turns_away);
	ATF_TP_ADD_TC(tp, m6_only_the_named_socket_goes);
	ATF_TP_ADD_TC(tp, m7_order_and_end);
	return (atf_no_error());
}
