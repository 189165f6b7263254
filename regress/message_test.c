/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Part M of the contract: what the socket layer puts into a service's queue.
 * The program has a host of its own, two functions, that keeps each message as
 * it was pushed.  The test's thread is the network thread, too.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <atf-c.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "skynet.h"
#include "skynet_mq.h"
#include "skynet_server.h"
#include "skynet_socket.h"

#define MEBIBYTE	((size_t)1024 * 1024)

struct skynet_context {
	uint32_t	 handle;
	bool		 dead;
};

struct pushed {
	STAILQ_ENTRY(pushed)	 entry;
	uint32_t		 handle;
	struct skynet_message	 message;
};

static struct skynet_context	 alice = { 0xa11ce, false };
static struct skynet_context	 bob = { 0xb0b, false };

static STAILQ_HEAD(, pushed)	 queue = STAILQ_HEAD_INITIALIZER(queue);
static struct pushed		*current;	/* the last one expected */
static int			 refused;	/* pushes that failed */
static bool			*descriptors;

uint32_t
skynet_context_handle(struct skynet_context *context)
{
	return (context->handle);
}

int
skynet_context_push(uint32_t handle, struct skynet_message *message)
{
	struct pushed *pushed;

	if ((handle == alice.handle && alice.dead) ||
	    (handle == bob.handle && bob.dead)) {
		refused++;
		return (-1);
	}
	pushed = malloc(sizeof(*pushed));
	ATF_REQUIRE(pushed != NULL);
	pushed->handle = handle;
	pushed->message = *message;
	STAILQ_INSERT_TAIL(&queue, pushed, entry);
	return (0);
}

static void
free_pushed(struct pushed *pushed)
{
	struct skynet_socket_message *sm;

	if (pushed == NULL)
		return;
	sm = pushed->message.data;
	skynet_free(sm->buffer);
	skynet_free(sm);
	free(pushed);
}

static void
set_up(void)
{
	alice.dead = bob.dead = false;
	refused = 0;
	descriptors = descriptor_census();
	skynet_socket_init();
}

static void
tear_down(void)
{
	struct pushed *pushed;

	skynet_socket_exit();
	while (skynet_socket_poll() != 0)
		continue;
	skynet_socket_free();
	free_pushed(current);
	current = NULL;
	while ((pushed = STAILQ_FIRST(&queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&queue, entry);
		free_pushed(pushed);
	}
	memory_all_returned();
	descriptor_compare(descriptors);
	free(descriptors);
}

static const char *
text_of(const struct skynet_socket_message *sm)
{
	return ((const char *)(sm + 1));
}

/* M-4 and M-5, which are true of every message. */
static void
check_wrapping(const struct pushed *pushed)
{
	const struct skynet_socket_message *sm;
	size_t size;

	ATF_CHECK_EQ(0, pushed->message.source);
	ATF_CHECK_EQ(0, pushed->message.session);
	ATF_CHECK_EQ(PTYPE_SOCKET, pushed->message.sz >> MESSAGE_TYPE_SHIFT);
	sm = pushed->message.data;
	size = pushed->message.sz & MESSAGE_TYPE_MASK;
	switch (sm->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
	case SKYNET_SOCKET_TYPE_ACCEPT:
	case SKYNET_SOCKET_TYPE_ERROR:
		ATF_CHECK(sm->buffer == NULL);
		ATF_REQUIRE(size >= sizeof(*sm) && size <= sizeof(*sm) + 128);
		ATF_CHECK_EQ('\0', text_of(sm)[size - sizeof(*sm)]);
		ATF_CHECK_EQ(size - sizeof(*sm), strlen(text_of(sm)));
		break;
	case SKYNET_SOCKET_TYPE_DATA:
	case SKYNET_SOCKET_TYPE_UDP:
		ATF_CHECK(sm->buffer != NULL);
		ATF_CHECK_EQ(sizeof(*sm), size);
		break;
	case SKYNET_SOCKET_TYPE_CLOSE:
	case SKYNET_SOCKET_TYPE_WARNING:
		ATF_CHECK(sm->buffer == NULL);
		ATF_CHECK_EQ(sizeof(*sm), size);
		break;
	default:
		atf_tc_fail("type %d", sm->type);
	}
}

/* The next message of all; good until the next call. */
static struct skynet_socket_message *
expect(const struct skynet_context *context, int type, int id)
{
	struct skynet_socket_message *sm;

	free_pushed(current);
	current = NULL;
	while (STAILQ_EMPTY(&queue))
		ATF_REQUIRE(skynet_socket_poll() != 0);
	current = STAILQ_FIRST(&queue);
	STAILQ_REMOVE_HEAD(&queue, entry);
	check_wrapping(current);
	ATF_CHECK_EQ(context->handle, current->handle);
	sm = current->message.data;
	ATF_REQUIRE_EQ_MSG(type, sm->type, "type %d of %d, not %d of %d (%s)",
	    sm->type, sm->id, type, id, sm->buffer == NULL ? text_of(sm) : "");
	ATF_REQUIRE_EQ(id, sm->id);
	return (sm);
}

/* Polls until the server has carried out what was commanded before. */
static void
fence(void)
{
	/* A start of an id that is gone is answered with ERROR (F-6). */
	skynet_socket_start(&bob, 0x7ffffff0);
	(void)expect(&bob, SKYNET_SOCKET_TYPE_ERROR, 0x7ffffff0);
}

/* A started listener of alice's. */
static int
listener(int *port)
{
	int id;

	id = skynet_socket_listen(&alice, "127.0.0.1", 0, 16);
	ATF_REQUIRE(id > 0);
	*port = expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id)->ud;
	skynet_socket_start(&alice, id);
	(void)expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	return (id);
}

/* A connection accepted and started by alice, its listener closed again. */
static int
accepted(int *fd)
{
	int id, listening, port;

	listening = listener(&port);
	*fd = plain_connect(AF_INET, port);
	id = expect(&alice, SKYNET_SOCKET_TYPE_ACCEPT, listening)->ud;
	skynet_socket_start(&alice, id);
	(void)expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	skynet_socket_close(&alice, listening);
	(void)expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, listening);
	return (id);
}

#define MESSAGE_TC(name, text)						\
	ATF_TC(name);							\
	ATF_TC_HEAD(name, tc)						\
	{								\
		atf_tc_set_md_var(tc, "descr", "%s", text);		\
		atf_tc_set_md_var(tc, "timeout", "10");			\
	}								\
	ATF_TC_BODY(name, tc)

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

	set_up();
	id = skynet_socket_listen(&alice, "127.0.0.1", 0, 16);
	ATF_REQUIRE(id > 0);
	while (STAILQ_EMPTY(&queue)) {
		result = skynet_socket_poll();
		ATF_CHECK(result == 1 || result == -1);
	}
	skynet_socket_exit();
	while ((result = skynet_socket_poll()) != 0)
		ATF_CHECK(result == 1 || result == -1);
	tear_down();
}

MESSAGE_TC(m2_m3_listener_and_accept,
    "M-2, M-3, M-4: CONNECT and ACCEPT of a listener, and of what it accepts")
{
	struct skynet_socket_message *sm;
	int fd, id, new, port;

	set_up();
	id = skynet_socket_listen(&alice, "127.0.0.1", 0, 16);
	ATF_REQUIRE(id > 0);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	port = sm->ud;
	ATF_CHECK(port > 0);
	ATF_CHECK_STREQ("127.0.0.1", text_of(sm));
	skynet_socket_start(&alice, id);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	ATF_CHECK_STREQ("start", text_of(sm));
	ATF_CHECK_EQ(0, sm->ud);

	fd = plain_connect(AF_INET, port);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_ACCEPT, id);
	new = sm->ud;
	ATF_CHECK(new > 0 && new != id);
	ATF_CHECK_STREQ(plain_name(fd), text_of(sm));
	skynet_socket_start(&bob, new);
	sm = expect(&bob, SKYNET_SOCKET_TYPE_CONNECT, new);
	ATF_CHECK_STREQ("start", text_of(sm));
	ATF_CHECK_EQ(0, sm->ud);
	skynet_socket_start(&alice, new);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, new);
	ATF_CHECK_STREQ("transfer", text_of(sm));

	skynet_socket_close(&alice, new);
	ATF_CHECK_EQ(0, expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, new)->ud);
	plain_expect_end(fd);
	plain_close(fd);
	tear_down();
}

MESSAGE_TC(m2_accept_of_ipv6,
    "M-2, M-3: the peer's name is [address]:port, the listener's without port")
{
	struct skynet_socket_message *sm;
	int fd, id, port;

	require_ipv6();
	set_up();
	id = skynet_socket_listen(&alice, "::1", 0, 16);
	ATF_REQUIRE(id > 0);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	port = sm->ud;
	ATF_CHECK_STREQ("::1", text_of(sm));
	skynet_socket_start(&alice, id);
	(void)expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	fd = plain_connect(AF_INET6, port);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_ACCEPT, id);
	ATF_CHECK_STREQ(plain_name(fd), text_of(sm));
	plain_close(fd);
	tear_down();
}

MESSAGE_TC(m2_m3_connect,
    "M-2, M-3: CONNECT of an active connection tells the peer's address")
{
	struct skynet_socket_message *sm;
	int fd, id, listening, port;

	set_up();
	listening = plain_listen(AF_INET, &port);
	id = skynet_socket_connect(&alice, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	ATF_CHECK_STREQ("127.0.0.1", text_of(sm));
	ATF_CHECK_EQ(0, sm->ud);
	fd = plain_accept(listening);
	skynet_socket_start(&alice, id);
	ATF_CHECK_STREQ("transfer", text_of(expect(&alice,
	    SKYNET_SOCKET_TYPE_CONNECT, id)));
	plain_close(fd);
	plain_close(listening);
	tear_down();
}

MESSAGE_TC(m2_data_and_close,
    "M-2, M-7: DATA holds the payload, and CLOSE comes after it")
{
	struct skynet_socket_message *sm;
	int fd, id;

	set_up();
	id = accepted(&fd);
	plain_write(fd, "hello", 5);
	plain_end(fd);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_DATA, id);
	ATF_REQUIRE_EQ(5, sm->ud);
	ATF_CHECK(memcmp(sm->buffer, "hello", 5) == 0);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, id);
	ATF_CHECK_EQ(0, sm->ud);
	plain_close(fd);
	tear_down();
}

MESSAGE_TC(m2_error,
    "M-2: ERROR tells what went wrong")
{
	struct skynet_socket_message *sm;
	int fd, id, port;

	set_up();
	fd = plain_refusing_port(&port);
	id = skynet_socket_connect(&alice, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_ERROR, id);
	ATF_CHECK_EQ(0, sm->ud);
	ATF_CHECK(text_of(sm)[0] != '\0');
	plain_close(fd);
	tear_down();
}

MESSAGE_TC(m3_binding,
    "M-3: bind is confirmed with the word binding")
{
	int fds[2], id;

	set_up();
	plain_socketpair(fds);
	id = skynet_socket_bind(&alice, fds[0]);
	ATF_REQUIRE(id > 0);
	ATF_CHECK_STREQ("binding", text_of(expect(&alice,
	    SKYNET_SOCKET_TYPE_CONNECT, id)));
	skynet_socket_close(&alice, id);
	(void)expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, id);
	plain_close(fds[0]);
	plain_close(fds[1]);
	tear_down();
}

/* A plain UDP socket on 127.0.0.1, which tells what it has got. */
static int
plain_udp(int *port)
{
	struct sockaddr_in name;
	struct timeval deadline;
	socklen_t length;
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ATF_REQUIRE(fd != -1);
	memset(&name, 0, sizeof(name));
	name.sin_family = AF_INET;
	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = sizeof(name);
	ATF_REQUIRE_EQ(0, bind(fd, (struct sockaddr *)&name, length));
	ATF_REQUIRE_EQ(0, getsockname(fd, (struct sockaddr *)&name, &length));
	*port = ntohs(name.sin_port);
	deadline.tv_sec = TEST_DEADLINE / 1000;
	deadline.tv_usec = 0;
	ATF_REQUIRE_EQ(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline,
	    sizeof(deadline)));
	return (fd);
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

	set_up();
	fd = plain_udp(&port);
	id = skynet_socket_udp_dial(&alice, "127.0.0.1", port);
	ATF_REQUIRE(id > 0);
	data = skynet_malloc(4);
	ATF_REQUIRE(data != NULL);
	memcpy(data, "ping", 4);
	ATF_REQUIRE_EQ(0, skynet_socket_udp_send(&alice, id, NULL, data, 4));
	fence();
	length = sizeof(peer);
	ATF_REQUIRE_EQ(4, recvfrom(fd, reply, sizeof(reply), 0,
	    (struct sockaddr *)&peer, &length));
	ATF_REQUIRE_EQ(4, sendto(fd, "pong", 4, 0, (struct sockaddr *)&peer,
	    length));
	sm = expect(&alice, SKYNET_SOCKET_TYPE_UDP, id);
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
	tear_down();
}

MESSAGE_TC(m2_address_of_no_datagram,
    "F-11: udp_address is NULL for other types")
{
	struct skynet_socket_message *sm;
	int fd, id, size;

	set_up();
	id = accepted(&fd);
	plain_write(fd, "hello", 5);
	sm = expect(&alice, SKYNET_SOCKET_TYPE_DATA, id);
	ATF_CHECK(skynet_socket_udp_address(sm, &size) == NULL);
	plain_close(fd);
	tear_down();
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

	set_up();
	listening = listener(&port);
	fd = plain_connect_narrow(port);
	id = expect(&alice, SKYNET_SOCKET_TYPE_ACCEPT, listening)->ud;
	skynet_socket_start(&alice, id);
	(void)expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);

	/* Far more than any system's buffers hold, at no round number. */
	size = 16 * MEBIBYTE + 1;
	data = skynet_malloc(size);
	ATF_REQUIRE(data != NULL);
	pattern_fill(data, 0, size);
	ATF_REQUIRE_EQ(0, skynet_socket_send(&alice, id, data, (int)size));
	sm = expect(&alice, SKYNET_SOCKET_TYPE_WARNING, id);
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
	ATF_CHECK_EQ(0, expect(&alice, SKYNET_SOCKET_TYPE_WARNING, id)->ud);
	skynet_socket_close(&alice, id);
	(void)expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, id);
	ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
	plain_close(fd);
	tear_down();
}

MESSAGE_TC(m5_pushed_to_the_owner,
    "M-5: a message goes to the owner's handle, source and session being 0")
{
	int fd, id;

	/* check_wrapping has looked at each message of every case here. */
	set_up();
	id = accepted(&fd);
	skynet_socket_start(&bob, id);
	(void)expect(&bob, SKYNET_SOCKET_TYPE_CONNECT, id);
	plain_write(fd, "x", 1);
	(void)expect(&bob, SKYNET_SOCKET_TYPE_DATA, id);
	ATF_CHECK_EQ(sizeof(struct skynet_socket_message) |
	    (size_t)6 << (sizeof(size_t) - 1) * 8, current->message.sz);
	plain_close(fd);
	tear_down();
}

MESSAGE_TC(m6_dead_owner_loses_its_socket,
    "M-6: data for a service that is gone closes the socket and leaks nothing")
{
	int fd, id;

	set_up();
	id = accepted(&fd);
	alice.dead = true;
	plain_write(fd, "x", 1);
	while (refused == 0)
		ATF_REQUIRE(skynet_socket_poll() != 0);
	fence();
	plain_expect_end(fd);
	ATF_CHECK_EQ(-1, skynet_socket_send(&bob, id, skynet_malloc(1), 1));
	plain_close(fd);
	tear_down();
}

MESSAGE_TC(m6_dead_listener_turns_away,
    "M-6: an ACCEPT that nobody takes closes the new socket and the listener")
{
	struct socket_info *list;
	int fd, port;

	set_up();
	(void)listener(&port);
	alice.dead = true;
	fd = plain_connect(AF_INET, port);
	while (refused == 0)
		ATF_REQUIRE(skynet_socket_poll() != 0);
	fence();
	plain_expect_end(fd);
	plain_close(fd);
	list = skynet_socket_info();
	ATF_CHECK(list == NULL);
	socket_info_release(list);
	tear_down();
}

MESSAGE_TC(m6_only_the_named_socket_goes,
    "M-6: another service's sockets stay when one goes for want of an owner")
{
	int fds[2], ids[2];

	set_up();
	ids[0] = accepted(&fds[0]);
	ids[1] = accepted(&fds[1]);
	skynet_socket_start(&bob, ids[1]);
	(void)expect(&bob, SKYNET_SOCKET_TYPE_CONNECT, ids[1]);
	alice.dead = true;
	plain_write(fds[0], "x", 1);
	while (refused == 0)
		ATF_REQUIRE(skynet_socket_poll() != 0);
	fence();
	plain_expect_end(fds[0]);
	plain_write(fds[1], "y", 1);
	(void)expect(&bob, SKYNET_SOCKET_TYPE_DATA, ids[1]);
	plain_close(fds[0]);
	plain_close(fds[1]);
	tear_down();
}

MESSAGE_TC(m7_order_and_end,
    "M-7: data arrives in order, then CLOSE, and after the own close nothing")
{
	struct skynet_socket_message *sm;
	size_t done, i;
	int fd, id;
	char bytes[1000];

	set_up();
	id = accepted(&fd);
	for (i = 0; i < 100; i++) {
		pattern_fill(bytes, i * sizeof(bytes), sizeof(bytes));
		plain_write(fd, bytes, sizeof(bytes));
	}
	plain_end(fd);
	for (done = 0; done < 100 * sizeof(bytes); done += (size_t)sm->ud) {
		sm = expect(&alice, SKYNET_SOCKET_TYPE_DATA, id);
		ATF_REQUIRE(sm->ud > 0);
		for (i = 0; i < (size_t)sm->ud; i++)
			ATF_REQUIRE_EQ(pattern_byte(done + i),
			    (unsigned char)sm->buffer[i]);
	}
	ATF_CHECK_EQ(100 * sizeof(bytes), done);
	(void)expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, id);
	skynet_socket_close(&alice, id);
	fence();	/* fails if anything of the id comes */
	ATF_CHECK(STAILQ_EMPTY(&queue));
	plain_close(fd);
	tear_down();
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
	ATF_TP_ADD_TC(tp, m5_pushed_to_the_owner);
	ATF_TP_ADD_TC(tp, m6_dead_owner_loses_its_socket);
	ATF_TP_ADD_TC(tp, m6_dead_listener_turns_away);
	ATF_TP_ADD_TC(tp, m6_only_the_named_socket_goes);
	ATF_TP_ADD_TC(tp, m7_order_and_end);
	return (atf_no_error());
}
