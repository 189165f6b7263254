/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */


/*
 * Part M of the contract: what the socket layer puts into a service's queue.
 * Who gets it, and what becomes of it when nobody does, is in
 * message_owner_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "message_host.h"
#include "plain_udp.h"
#include "skynet_malloc.h"

#define MEBIBYTE	((size_t)1024 * 1024)

MESSAGE_TC(m1_numbers, "M-1: the types have their numbers")
{
	struct skynet_socket_message sm;

	ATF_CHECK_EQ(1, SKYNET_SOCKET_TYPE_DATA);
	ATF_CHECK_EQ(2, SKYNET_SOCKET_TYPE_CONNECT);
	ATF_CHECK_EQ(3, SKYNET_SOCKET_TYPE_CLOSE);
	ATF_CHECK_EQ(4, SKYNET_SOCKET_TYPE_ACCEPT);
	ATF_CHECK_EQ(5, SKYNET_SOCKET_TYPE_ERROR);
	ATF_CHECK_EQ(6, SKYNET_SOCKET_TYPE_UDP);
	ATF_CHECK_EQ(7, SKYNET_SOCKET_TYPE_WARNING);
	ATF_CHECK_EQ(0, SOCKET_DATA);
	ATF_CHECK_EQ(1, SOCKET_CLOSE);
	ATF_CHECK_EQ(2, SOCKET_OPEN);
	ATF_CHECK_EQ(3, SOCKET_ACCEPT);
	ATF_CHECK_EQ(4, SOCKET_ERR);
	ATF_CHECK_EQ(5, SOCKET_EXIT);
	ATF_CHECK_EQ(6, SOCKET_UDP);
	ATF_CHECK_EQ(7, SOCKET_WARNING);
	ATF_CHECK_EQ(0, offsetof(struct skynet_socket_message, type));
	ATF_CHECK_EQ(sizeof(int), offsetof(struct skynet_socket_message, id));
	ATF_CHECK_EQ(2 * sizeof(int),
	    offsetof(struct skynet_socket_message, ud));
	ATF_CHECK_EQ(sizeof(char *), sizeof(sm.buffer));
}

MESSAGE_TC(m1_exit_ends_the_poll,
    "M-1, F-1, F-2: skynet_socket_exit makes the poll return 0, else 1 or -1")
{
	int id, result;

	message_set_up();
	id = skynet_socket_listen(&alice, "127.0.0.1", 0, 16);
	ATF_REQUIRE(id > 0);
	while (!message_waiting()) {
		result = skynet_socket_poll();
		ATF_CHECK(result == 1 || result == -1);
	}
	skynet_socket_exit();
	while ((result = skynet_socket_poll()) != 0)
		ATF_CHECK(result == 1 || result == -1);
	message_tear_down();
}

MESSAGE_TC(m2_m3_listener_and_accept,
    "M-2, M-3, M-4: CONNECT and ACCEPT of a listener, and of what it accepts")
{
	struct skynet_socket_message *sm;
	int fd, id, new, port;

	message_set_up();
	id = skynet_socket_listen(&alice, "127.0.0.1", 0, 16);
	ATF_REQUIRE(id > 0);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	port = sm->ud;
	ATF_CHECK(port > 0);
	ATF_CHECK_STREQ("127.0.0.1", message_text(sm));
	skynet_socket_start(&alice, id);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	ATF_CHECK_STREQ("start", message_text(sm));
	ATF_CHECK_EQ(0, sm->ud);

	fd = plain_connect(AF_INET, port);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_ACCEPT, id);
	new = sm->ud;
	ATF_CHECK(new > 0 && new != id);
	ATF_CHECK_STREQ(plain_name(fd), message_text(sm));
	skynet_socket_start(&bob, new);
	sm = message_expect(&bob, SKYNET_SOCKET_TYPE_CONNECT, new);
	ATF_CHECK_STREQ("start", message_text(sm));
	ATF_CHECK_EQ(0, sm->ud);
	skynet_socket_start(&alice, new);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, new);
	ATF_CHECK_STREQ("transfer", message_text(sm));

	skynet_socket_close(&alice, new);
	ATF_CHECK_EQ(0,
	    message_expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, new)->ud);
	plain_expect_end(fd);
	plain_close(fd);
	message_tear_down();
}

MESSAGE_TC(m2_accept_of_ipv6,
    "M-2, M-3: the peer's name is [address]:port, the listener's without port")
{
	struct skynet_socket_message *sm;
	int fd, id, port;

	require_ipv6();
	message_set_up();
	id = skynet_socket_listen(&alice, "::1", 0, 16);
	ATF_REQUIRE(id > 0);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	port = sm->ud;
	ATF_CHECK_STREQ("::1", message_text(sm));
	skynet_socket_start(&alice, id);
	(void)message_expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	fd = plain_connect(AF_INET6, port);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_ACCEPT, id);
	ATF_CHECK_STREQ(plain_name(fd), message_text(sm));
	plain_close(fd);
	message_tear_down();
}

MESSAGE_TC(m2_m3_connect,
    "M-2, M-3: CONNECT of an active connection tells the peer's address")
{
	struct skynet_socket_message *sm;
	int fd, id, listening, port;

	message_set_up();
	listening = plain_listen(AF_INET, &port);
	id = skynet_socket_connect(&alice, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	ATF_CHECK_STREQ("127.0.0.1", message_text(sm));
	ATF_CHECK_EQ(0, sm->ud);
	fd = plain_accept(listening);
	skynet_socket_start(&alice, id);
	ATF_CHECK_STREQ("transfer", message_text(message_expect(&alice,
	    SKYNET_SOCKET_TYPE_CONNECT, id)));
	plain_close(fd);
	plain_close(listening);
	message_tear_down();
}

MESSAGE_TC(m2_data_and_close,
    "M-2, M-7: DATA holds the payload, and CLOSE comes after it")
{
	struct skynet_socket_message *sm;
	int fd, id;

	message_set_up();
	id = message_accepted(&fd);
	plain_write(fd, "hello", 5);
	plain_end(fd);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_DATA, id);
	ATF_REQUIRE_EQ(5, sm->ud);
	ATF_CHECK(memcmp(sm->buffer, "hello", 5) == 0);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, id);
	ATF_CHECK_EQ(0, sm->ud);
	plain_close(fd);
	message_tear_down();
}

MESSAGE_TC(m2_error,
    "M-2: ERROR tells what went wrong")
{
	struct skynet_socket_message *sm;
	int fd, id, port;

	message_set_up();
	fd = plain_refusing_port(&port);
	id = skynet_socket_connect(&alice, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_ERROR, id);
	ATF_CHECK_EQ(0, sm->ud);
	ATF_CHECK(message_text(sm)[0] != '\0');
	plain_close(fd);
	message_tear_down();
}

MESSAGE_TC(m3_binding,
    "M-3: bind is confirmed with the word binding")
{
	int fds[2], id;

	message_set_up();
	plain_socketpair(fds);
	id = skynet_socket_bind(&alice, fds[0]);
	ATF_REQUIRE(id > 0);
	ATF_CHECK_STREQ("binding", message_text(message_expect(&alice,
	    SKYNET_SOCKET_TYPE_CONNECT, id)));
	skynet_socket_close(&alice, id);
	(void)message_expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, id);
	plain_close(fds[0]);
	plain_close(fds[1]);
	message_tear_down();
}

MESSAGE_TC(m2_udp,
    "M-2, F-11: UDP has the sender's address behind the payload, in one block")
{
	struct skynet_socket_message *sm;
	struct sockaddr_in peer;
	socklen_t length;
	unsigned char expected[7];
	const char *address;
	char *data, reply[16];
	int fd, id, port, size;

	message_set_up();
	fd = plain_udp(AF_INET, &port);
	id = skynet_socket_udp_dial(&alice, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	data = skynet_malloc(4);
	ATF_REQUIRE(data != NULL);
	memcpy(data, "ping", 4);
	ATF_REQUIRE_EQ(0, skynet_socket_udp_send(&alice, id, NULL, data, 4));
	message_fence();
	length = sizeof(peer);
	ATF_REQUIRE_EQ(4, recvfrom(fd, reply, sizeof(reply), 0,
	    (struct sockaddr *)&peer, &length));
	ATF_REQUIRE_EQ(4, sendto(fd, "pong", 4, 0, (struct sockaddr *)&peer,
	    length));
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_UDP, id);
	ATF_REQUIRE_EQ(4, sm->ud);
	ATF_CHECK(memcmp(sm->buffer, "pong", 4) == 0);
	size = 0;
	address = skynet_socket_udp_address(sm, &size);
	ATF_CHECK_EQ(sm->buffer + 4, address);
	ATF_REQUIRE_EQ(7, size);
	expected[0] = 1;
	expected[1] = (unsigned char)(port >> 8);
	expected[2] = (unsigned char)(port & 0xff);
	memcpy(expected + 3, "\177\0\0\1", 4);
	ATF_CHECK(memcmp(expected, address, 7) == 0);
	plain_close(fd);
	message_tear_down();
}

MESSAGE_TC(m2_address_of_no_datagram,
    "F-11: udp_address is NULL for other types")
{
	struct skynet_socket_message *sm;
	int fd, id, size;

	message_set_up();
	id = message_accepted(&fd);
	plain_write(fd, "hello", 5);
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_DATA, id);
	ATF_CHECK(skynet_socket_udp_address(sm, &size) == NULL);
	plain_close(fd);
	message_tear_down();
}

/* The peer reads until the end. */
static void *
read_all(void *argument)
{
	char bytes[65536];

	while (read(*(int *)argument, bytes, sizeof(bytes)) > 0)
		continue;
	return (NULL);
}

MESSAGE_TC(m2_warning,
    "M-2, W-3: WARNING tells the unsent KB rounded up, and 0 when all is sent")
{
	struct skynet_socket_message *sm;
	struct socket_info *info, *list;
	pthread_t thread;
	char *data;
	int64_t unsent;
	size_t size;
	int fd, id, listening, port;

	message_set_up();
	listening = message_listener(&port);
	fd = plain_connect_narrow(port);
	id = message_expect(&alice, SKYNET_SOCKET_TYPE_ACCEPT, listening)->ud;
	skynet_socket_start(&alice, id);
	(void)message_expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);

	/* Far more than any system's buffers hold, at no round number. */
	size = 16 * MEBIBYTE + 1;
	data = skynet_malloc(size);
	ATF_REQUIRE(data != NULL);
	pattern_fill(data, 0, size);
	ATF_REQUIRE_EQ(0, skynet_socket_send(&alice, id, data, (int)size));
	sm = message_expect(&alice, SKYNET_SOCKET_TYPE_WARNING, id);
	unsent = -1;
	list = skynet_socket_info();
	for (info = list; info != NULL; info = info->next)
		if (info->id == id)
			unsent = info->wbuffer;
	socket_info_release(list);
	ATF_CHECK(sm->ud >= 1024);
	/* The kernel may have taken some of it since. */
	ATF_CHECK(sm->ud >= (unsent + 1023) / 1024);
	ATF_CHECK(sm->ud <= 16 * 1024 + 1);

	ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, read_all, &fd));
	ATF_CHECK_EQ(0,
	    message_expect(&alice, SKYNET_SOCKET_TYPE_WARNING, id)->ud);
	skynet_socket_close(&alice, id);
	(void)message_expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, id);
	ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
	plain_close(fd);
	message_tear_down();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, m1_numbers);
	ATF_TP_ADD_TC(tp, m1_exit_ends_the_poll);
	ATF_TP_ADD_TC(tp, m2_m3_listener_and_accept);
	ATF_TP_ADD_TC(tp, m2_accept_of_ipv6);
	ATF_TP_ADD_TC(tp, m2_m3_connect);
	ATF_TP_ADD_TC(tp, m2_data_and_close);
	ATF_TP_ADD_TC(tp, m2_error);
	ATF_TP_ADD_TC(tp, m3_binding);
	ATF_TP_ADD_TC(tp, m2_udp);
	ATF_TP_ADD_TC(tp, m2_address_of_no_datagram);
	ATF_TP_ADD_TC(tp, m2_warning);
	return (atf_no_error());
}
