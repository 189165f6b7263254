/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * UDP: how sockets are made, what their addresses look like, and what is
 * refused.  What they carry is in udp_traffic_test.c.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <arpa/inet.h>
#include <atf-c.h>
#include <errno.h>
#include <string.h>

#include "harness.h"
#include "plain_udp.h"
#include "skynet_malloc.h"
#include "skynet_socket.h"

#define V4_SIZE	7
#define V6_SIZE	19

/* Sends a copy of the text: the call's result. */
static int
udp_send(struct test_server *ts, int id,
    const struct socket_udp_address *address, const char *text)
{
	struct socket_sendbuffer buffer;
	char *bytes;

	buffer.id = id;
	buffer.type = SOCKET_BUFFER_MEMORY;
	buffer.sz = strlen(text);
	buffer.buffer = bytes = skynet_malloc(buffer.sz + 1);
	ATF_REQUIRE(bytes != NULL);
	memcpy(bytes, text, buffer.sz);
	return (socket_server_udp_send(ts->server, address, &buffer));
}

/* The address behind the payload of a message, whose owner is the test's. */
static const struct socket_udp_address *
address_of(struct test_server *ts, const struct test_message *message,
    int *size)
{
	struct socket_message sm;

	sm.id = message->id;
	sm.opaque = message->opaque;
	sm.ud = message->ud;
	sm.data = message->data;
	return (socket_server_udp_address(ts->server, &sm, size));
}

/* A socket of udp_listen on the loopback address and its port. */
static int
udp_listening(struct test_server *ts, int family, int *port)
{
	int fd, id;

	/* The port of a socket that is closed again is nearly always free. */
	do {
		fd = plain_udp(family, port);
		plain_close(fd);
		id = socket_server_udp_listen(ts->server, TEST_OWNER,
		    family == AF_INET6 ? "::1" : "127.0.0.1", *port);
	} while (id == -1 && errno == EADDRINUSE);
	ATF_REQUIRE(id > 0);
	return (id);
}

/* Data from a plain socket arrives; the answer goes to where it came from. */
static void
receive_and_answer(int family, size_t address_size, unsigned char tag)
{
	const struct socket_udp_address *address;
	const struct test_message *message;
	struct test_server *ts;
	unsigned char bytes[V6_SIZE];
	int fd, id, own, port, size;
	uint16_t network;

	ts = test_server_create(TEST_THREAD);
	id = udp_listening(ts, family, &port);
	fd = plain_udp(family, &own);
	plain_udp_send(fd, port, "question", 8);
	message = expect_message(ts, SOCKET_UDP, id);
	ATF_CHECK_EQ(TEST_OWNER, message->opaque);
	ATF_REQUIRE_EQ(8, message->ud);
	ATF_CHECK_EQ(0, memcmp(message->data, "question", 8));
	size = -1;
	address = address_of(ts, message, &size);
	ATF_REQUIRE_EQ(address_size, (size_t)size);
	ATF_CHECK((const char *)address == message->data + 8);
	memcpy(bytes, address, address_size);
	ATF_CHECK_EQ(tag, bytes[0]);
	network = htons((uint16_t)own);
	ATF_CHECK_EQ(0, memcmp(bytes + 1, &network, 2));
	if (family == AF_INET6)
		ATF_CHECK_EQ(0, memcmp(bytes + 3, &in6addr_loopback, 16));
	else
		ATF_CHECK_EQ(0, memcmp(bytes + 3, "\177\0\0\1", 4));
	ATF_CHECK_EQ(0, udp_send(ts, id, address, "answer"));
	ATF_CHECK_EQ(port, plain_udp_expect(fd, "answer", 6));
	/* A copy of the address is as good, as often as one likes. */
	address = (const struct socket_udp_address *)(const void *)bytes;
	ATF_CHECK_EQ(0, udp_send(ts, id, address, "again"));
	(void)plain_udp_expect(fd, "again", 5);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f11_ipv4_address_is_7_bytes_and_answers);
ATF_TC_BODY(f11_ipv4_address_is_7_bytes_and_answers, tc)
{

	receive_and_answer(AF_INET, V4_SIZE, 1);
}

ATF_TC_WITHOUT_HEAD(f11_ipv6_address_is_19_bytes_and_answers);
ATF_TC_BODY(f11_ipv6_address_is_19_bytes_and_answers, tc)
{

	require_ipv6();
	receive_and_answer(AF_INET6, V6_SIZE, 2);
}

ATF_TC_WITHOUT_HEAD(f11_address_made_by_hand_is_taken);
ATF_TC_BODY(f11_address_made_by_hand_is_taken, tc)
{
	struct test_server *ts;
	unsigned char bytes[V4_SIZE] = { 1, 0, 0, 127, 0, 0, 1 };
	int fd, id, port;

	ts = test_server_create(TEST_THREAD);
	fd = plain_udp(AF_INET, &port);
	bytes[1] = (unsigned char)(port >> 8);
	bytes[2] = (unsigned char)(port & 0xff);
	id = socket_server_udp(ts->server, TEST_OWNER, NULL, 0);
	ATF_REQUIRE(id > 0);
	ATF_CHECK_EQ(0, udp_send(ts, id,
	    (const struct socket_udp_address *)(const void *)bytes, "hand"));
	(void)plain_udp_expect(fd, "hand", 4);
	expect_none(ts, 0);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f11_no_default_peer_is_refused);
ATF_TC_BODY(f11_no_default_peer_is_refused, tc)
{
	struct test_server *ts;
	int id;

	ts = test_server_create(TEST_THREAD);
	id = socket_server_udp(ts->server, TEST_OWNER, NULL, 0);
	ATF_REQUIRE(id > 0);
	ATF_CHECK_EQ(-1, udp_send(ts, id, NULL, "to nobody"));
	ATF_CHECK_EQ(-1, test_send(ts, id, "to nobody", 9));
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f11_wrong_family_or_tag_is_refused);
ATF_TC_BODY(f11_wrong_family_or_tag_is_refused, tc)
{
	struct test_server *ts;
	unsigned char v6[V6_SIZE] = { 2, 0, 9 }, v4[V4_SIZE] = { 1, 0, 9 };
	unsigned char none[V6_SIZE] = { 3, 0, 9 };
	int id;

	ts = test_server_create(TEST_THREAD);
	id = socket_server_udp(ts->server, TEST_OWNER, NULL, 0);
	ATF_REQUIRE(id > 0);
	v6[V6_SIZE - 1] = 1;
	ATF_CHECK_EQ(-1, udp_send(ts, id,
	    (const struct socket_udp_address *)(const void *)v6, "x"));
	ATF_CHECK_EQ(-1, udp_send(ts, id,
	    (const struct socket_udp_address *)(const void *)none, "x"));
	id = socket_server_udp(ts->server, TEST_OWNER, "::1", 0);
	if (id > 0)
		ATF_CHECK_EQ(-1, udp_send(ts, id,
		    (const struct socket_udp_address *)(const void *)v4,
		    "x"));
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f11_not_for_sockets_of_other_kinds);
ATF_TC_BODY(f11_not_for_sockets_of_other_kinds, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	unsigned char v4[V4_SIZE] = { 1, 0, 9, 127, 0, 0, 1 };
	int id, port;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	ATF_CHECK_EQ(-1, udp_send(ts, stream.id,
	    (const struct socket_udp_address *)(const void *)v4, "x"));
	ATF_CHECK_EQ(-1, udp_send(ts, stream.id, NULL, "x"));
	ATF_CHECK_EQ(-1, socket_server_udp_connect(ts->server, stream.id,
	    "127.0.0.1", 9));
	id = test_listen(ts, &port);
	ATF_CHECK_EQ(-1, udp_send(ts, id, NULL, "x"));
	ATF_CHECK_EQ(-1, udp_send(ts, 0x7fffffff, NULL, "x"));
	ATF_CHECK_EQ(-1, udp_send(ts, -1, NULL, "x"));
	/* The stream has taken no harm. */
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "well", 4));
	plain_expect(stream.fd, "well", 4);
	expect_none(ts, 0);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f11_udp_address_of_other_types_is_null);
ATF_TC_BODY(f11_udp_address_of_other_types_is_null, tc)
{
	struct test_server *ts;
	struct socket_message sm;
	int size;

	ts = test_server_create(TEST_THREAD);
	memset(&sm, 0, sizeof(sm));
	size = 1;
	ATF_CHECK(socket_server_udp_address(ts->server, &sm, &size) == NULL);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f10_port_in_use_is_refused);
ATF_TC_BODY(f10_port_in_use_is_refused, tc)
{
	struct test_server *ts;
	int fd, id, port;

	ts = test_server_create(TEST_THREAD);
	fd = plain_udp(AF_INET, &port);
	ATF_CHECK_EQ(-1, socket_server_udp_listen(ts->server, TEST_OWNER,
	    "127.0.0.1", port));
	ATF_CHECK_EQ(EADDRINUSE, errno);
	ATF_CHECK_EQ(-1, socket_server_udp(ts->server, TEST_OWNER,
	    "127.0.0.1", port));
	plain_close(fd);
	/* One of the library's own is in use likewise. */
	id = udp_listening(ts, AF_INET, &port);
	ATF_CHECK_EQ(-1, socket_server_udp_listen(ts->server, TEST_OWNER,
	    "127.0.0.1", port));
	test_close(ts, id);
	expect_none(ts, 0);
	id = socket_server_udp_listen(ts->server, TEST_OWNER, "127.0.0.1",
	    port);
	ATF_CHECK_MSG(id > 0, "a closed one's port is not free");
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f10_listen_on_port_0_is_refused);
ATF_TC_BODY(f10_listen_on_port_0_is_refused, tc)
{
	struct test_server *ts;

	ts = test_server_create(TEST_THREAD);
	ATF_CHECK_EQ(-1, socket_server_udp_listen(ts->server, TEST_OWNER,
	    "127.0.0.1", 0));
	expect_none(ts, 0);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f10_udp_with_a_port_is_bound);
ATF_TC_BODY(f10_udp_with_a_port_is_bound, tc)
{
	struct test_server *ts;
	int fd, id, own, port;

	ts = test_server_create(TEST_THREAD);
	fd = plain_udp(AF_INET, &own);
	do {
		plain_close(plain_udp(AF_INET, &port));
		/* NULL is any address, and this one too. */
		id = socket_server_udp(ts->server, TEST_OWNER, NULL, port);
	} while (id == -1 && errno == EADDRINUSE);
	ATF_REQUIRE(id > 0);
	plain_udp_send(fd, port, "x", 1);
	(void)expect_message(ts, SOCKET_UDP, id);
	plain_close(fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f10_without_a_port_the_address_chooses_the_family);
ATF_TC_BODY(f10_without_a_port_the_address_chooses_the_family, tc)
{
	struct test_server *ts;
	int fd, id, port;

	require_ipv6();
	ts = test_server_create(TEST_THREAD);
	id = socket_server_udp(ts->server, TEST_OWNER, "::1", 0);
	ATF_REQUIRE(id > 0);
	fd = plain_udp(AF_INET6, &port);
	ATF_CHECK_EQ(-1, socket_server_udp_connect(ts->server, id,
	    "127.0.0.1", port));
	ATF_CHECK_EQ(0, socket_server_udp_connect(ts->server, id, "::1",
	    port));
	ATF_CHECK_EQ(0, udp_send(ts, id, NULL, "six"));
	(void)plain_udp_expect(fd, "six", 3);
	expect_none(ts, 0);
	plain_close(fd);
	test_server_release(ts);
}

/* The service sees the message itself; no server is needed to look at it. */
ATF_TC_WITHOUT_HEAD(f11_udp_address_of_a_service_s_message);
ATF_TC_BODY(f11_udp_address_of_a_service_s_message, tc)
{
	struct skynet_socket_message sm;
	char buffer[10 + 7] = "0123456789\1";
	int size, type;

	memset(&sm, 0, sizeof(sm));
	sm.id = 1;
	sm.ud = 10;
	sm.buffer = buffer;
	for (type = SKYNET_SOCKET_TYPE_DATA;
	    type <= SKYNET_SOCKET_TYPE_WARNING; type++) {
		sm.type = type;
		size = 0;
		if (type != SKYNET_SOCKET_TYPE_UDP) {
			ATF_CHECK(skynet_socket_udp_address(&sm, &size) ==
			    NULL);
			continue;
		}
		ATF_CHECK(skynet_socket_udp_address(&sm, &size) ==
		    buffer + 10);
		ATF_CHECK_EQ(7, size);
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f11_ipv4_address_is_7_bytes_and_answers);
	ATF_TP_ADD_TC(tp, f11_ipv6_address_is_19_bytes_and_answers);
	ATF_TP_ADD_TC(tp, f11_address_made_by_hand_is_taken);
	ATF_TP_ADD_TC(tp, f11_no_default_peer_is_refused);
	ATF_TP_ADD_TC(tp, f11_wrong_family_or_tag_is_refused);
	ATF_TP_ADD_TC(tp, f11_not_for_sockets_of_other_kinds);
	ATF_TP_ADD_TC(tp, f11_udp_address_of_other_types_is_null);
	ATF_TP_ADD_TC(tp, f10_port_in_use_is_refused);
	ATF_TP_ADD_TC(tp, f10_listen_on_port_0_is_refused);
	ATF_TP_ADD_TC(tp, f10_udp_with_a_port_is_bound);
	ATF_TP_ADD_TC(tp, f10_without_a_port_the_address_chooses_the_family);
	ATF_TP_ADD_TC(tp, f11_udp_address_of_a_service_s_message);
	return (atf_no_error());
}
