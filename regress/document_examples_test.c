/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The examples of the source document, compiled against the public headers and
 * run over the loopback interface.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <atf-c.h>
#include <string.h>
#include <unistd.h>

#include "document_examples.h"
#include "harness.h"
#include "skynet.h"
#include "skynet_socket.h"

/* The program around the document's code. */

#define ANSWER_SIZE	(9 + 1024 * 1024 + 4)

static struct skynet_context	*server;
static struct skynet_context	*client;
static int			 client_socket;
static char			 greeting[32];	/* what the server got */
static int			 greeting_size;
static char			 answer[ANSWER_SIZE + 1];	/* the client */
static int			 answer_size;
static int			 closed;	/* the server's, by the client */
static int			 connected;
static char			 datagram[32];

static void
handle_data(int id, char *buffer, int size)
{
	ATF_REQUIRE(greeting_size + size < (int)sizeof(greeting));
	memcpy(greeting + greeting_size, buffer, (size_t)size);
	greeting_size += size;
	skynet_free(buffer);
	if (strcmp(greeting, "Hello Server") == 0)
		send_examples(server, id);
}

static void
handle_close(int id)
{
	closed++;
	skynet_socket_close(server, id);
	skynet_abort();
}

static void
process_data(int id, char *data, int size)
{
	ATF_REQUIRE(answer_size + size <= ANSWER_SIZE);
	memcpy(answer + answer_size, data, (size_t)size);
	answer_size += size;
	if (answer_size == ANSWER_SIZE)
		skynet_socket_close(client, id);
}

static void
process_udp_data(char *data, int size, const char *address, int address_size)
{
	ATF_REQUIRE(size < (int)sizeof(datagram));
	memcpy(datagram, data, (size_t)size);
	ATF_CHECK(address != NULL);
	ATF_CHECK_EQ(7, address_size);
}

/* The server's port becomes known with its first CONNECT. */
static int
server_callback(struct skynet_context *context, void *ud, int type,
    int session, uint32_t source, const void *message, size_t size)
{
	const struct skynet_socket_message *sm;

	sm = message;
	if (type == PTYPE_SOCKET && sm->type == SKYNET_SOCKET_TYPE_CONNECT &&
	    sm->ud != 0) {
		port_8888 = sm->ud;
		client_socket = connect_to_server(client);
		ATF_REQUIRE(client_socket > 0);
	}
	return (socket_cb(context, ud, type, session, source, message, size));
}

static int
client_callback(struct skynet_context *context, void *ud, int type,
    int session, uint32_t source, const void *message, size_t size)
{
	struct skynet_socket_message *sm;

	(void)ud;
	(void)session;
	(void)source;
	(void)size;
	ATF_REQUIRE_EQ(PTYPE_SOCKET, type);
	sm = (struct skynet_socket_message *)(uintptr_t)message;
	switch (sm->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
		/* The second one only confirms the start. */
		if (connected++ == 0)
			handle_connect(context, sm);
		break;
	case SKYNET_SOCKET_TYPE_ERROR:
		handle_connect(context, sm);
		skynet_exit(context);
		break;
	case SKYNET_SOCKET_TYPE_DATA:
		handle_socket_data(sm);
		break;
	case SKYNET_SOCKET_TYPE_UDP:
		handle_udp(context, sm);
		skynet_abort();
		break;
	}
	return (0);
}

#define DOCUMENT_TC(name, text)						\
	ATF_TC(name);							\
	ATF_TC_HEAD(name, tc)						\
	{								\
		atf_tc_set_md_var(tc, "descr", "%s", text);		\
		atf_tc_set_md_var(tc, "timeout", "20");			\
	}								\
	ATF_TC_BODY(name, tc)

static void
talk(int threads)
{
	port_8888 = 0;		/* any, for the listener */
	connected = 0;
	closed = 0;
	answer_size = 0;
	greeting_size = 0;
	memset(greeting, 0, sizeof(greeting));
	memset(answer, 0, sizeof(answer));
	ATF_REQUIRE_EQ(0, skynet_init());
	server = skynet_context_new(server_callback, NULL);
	client = skynet_context_new(client_callback, NULL);
	ATF_REQUIRE(server != NULL && client != NULL);
	ATF_REQUIRE(launch_listen(server) > 0);
	ATF_REQUIRE_EQ(0, skynet_run(threads));

	ATF_CHECK_STREQ("Hello Server", greeting);
	ATF_CHECK_EQ(1, closed);
	ATF_REQUIRE_EQ(ANSWER_SIZE, answer_size);
	ATF_CHECK(memcmp(answer, "test data", 9) == 0);
	/* It may overtake the data of low priority, but not cut it (W-1). */
	ATF_CHECK(memcmp(answer + 9, "ping", 4) == 0 ||
	    memcmp(answer + ANSWER_SIZE - 4, "ping", 4) == 0);
	memory_all_returned();
}

DOCUMENT_TC(document_7_1_to_7_3_talk,
    "M-2, M-3, F-3, F-4, F-6, F-7, F-9: a server, a client, and their data")
{
	talk(0);
	talk(1);
}

DOCUMENT_TC(document_7_1_listen_fails,
    "F-3: a port in use is -1, and the example says so")
{
	char line[128];
	int fd;

	fd = plain_listen(AF_INET, &port_8888);
	ATF_REQUIRE_EQ(0, skynet_init());
	server = skynet_context_new(server_callback, NULL);
	ATF_REQUIRE(server != NULL);
	ATF_CHECK_EQ(-1, launch_listen(server));
	error_last(line, sizeof(line));
	ATF_CHECK(strstr(line, "Listen failed") != NULL);
	skynet_abort();
	ATF_REQUIRE_EQ(0, skynet_run(0));
	plain_close(fd);
	memory_all_returned();
}

DOCUMENT_TC(document_7_2_connect_fails,
    "M-2, L-5: the reason lies behind the message, ready to be printed")
{
	char line[256], *reason;
	int fd;

	fd = plain_refusing_port(&port_8888);
	ATF_REQUIRE_EQ(0, skynet_init());
	client = skynet_context_new(client_callback, NULL);
	ATF_REQUIRE(client != NULL);
	ATF_REQUIRE(connect_to_server(client) > 0);
	ATF_REQUIRE_EQ(0, skynet_run(0));
	error_last(line, sizeof(line));
	reason = strstr(line, "Connect failed: ");
	ATF_REQUIRE(reason != NULL);
	ATF_CHECK(strlen(reason) > strlen("Connect failed: "));
	plain_close(fd);
	memory_all_returned();
}

/* The other end of the example's datagrams. */
static void *
answer_datagram(void *argument)
{
	struct sockaddr_in name;
	socklen_t length;
	ssize_t n;
	char text[32];
	int fd;

	fd = *(int *)argument;
	length = sizeof(name);
	n = recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&name,
	    &length);
	if (n == 11 && memcmp(text, "UDP message", 11) == 0)
		(void)sendto(fd, "pong", 4, 0, (struct sockaddr *)&name,
		    length);
	return (NULL);
}

DOCUMENT_TC(document_7_4_udp,
    "M-2, F-10, F-11: a datagram, its answer, and the reply to its address")
{
	struct sockaddr_in name;
	struct timeval deadline;
	pthread_t peer;
	socklen_t length;
	char text[32];
	int fd, id;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ATF_REQUIRE(fd != -1);
	memset(&name, 0, sizeof(name));
	name.sin_family = AF_INET;
	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = sizeof(name);
	ATF_REQUIRE_EQ(0, bind(fd, (struct sockaddr *)&name, length));
	ATF_REQUIRE_EQ(0, getsockname(fd, (struct sockaddr *)&name, &length));
	deadline.tv_sec = 10;
	deadline.tv_usec = 0;
	ATF_REQUIRE_EQ(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline,
	    sizeof(deadline)));
	port_8888 = ntohs(name.sin_port);
	port_9999 = 0;		/* the system chooses when it sends */

	memset(datagram, 0, sizeof(datagram));
	ATF_REQUIRE_EQ(0, skynet_init());
	client = skynet_context_new(client_callback, NULL);
	ATF_REQUIRE(client != NULL);
	id = create_udp(client);
	ATF_REQUIRE(id > 0);
	send_udp(client, id);
	ATF_REQUIRE_EQ(0, pthread_create(&peer, NULL, answer_datagram, &fd));
	ATF_REQUIRE_EQ(0, skynet_run(0));
	ATF_REQUIRE_EQ(0, pthread_join(peer, NULL));
	ATF_CHECK_STREQ("pong", datagram);
	ATF_REQUIRE_EQ(9, recv(fd, text, sizeof(text), 0));
	ATF_CHECK(memcmp(text, "UDP reply", 9) == 0);
	ATF_REQUIRE_EQ(0, close(fd));
	memory_all_returned();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, document_7_1_to_7_3_talk);
	ATF_TP_ADD_TC(tp, document_7_1_listen_fails);
	ATF_TP_ADD_TC(tp, document_7_2_connect_fails);
	ATF_TP_ADD_TC(tp, document_7_4_udp);
	return (atf_no_error());
}
