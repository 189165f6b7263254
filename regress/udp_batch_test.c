/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Datagrams that come together are read together; each answer still leaves at
 * once.  Nobody polls here but the test itself: the network thread stands still
 * wherever it looks.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <string.h>

#include "harness.h"
#include "plain_udp.h"
#include "skynet_malloc.h"

#define CLIENTS	3
#define EACH	30		/* more than one batch in all */
#define V4_SIZE	7

/* A server's UDP socket, and a plain one that sends to it. */
struct pair {
	struct test_server	*ts;
	int			 id;
	int			 port;
	int			 fd;
	int			 own;		/* fd's port */
	unsigned char		 address[V4_SIZE];	/* fd's, as it came */
};

static void
pair_open(struct pair *pair)
{
	int fd;

	pair->ts = test_server_create(TEST_STEP);
	do {
		fd = plain_udp(AF_INET, &pair->port);
		plain_close(fd);
		pair->id = socket_server_udp_listen(pair->ts->server,
		    TEST_OWNER, "127.0.0.1", pair->port);
	} while (pair->id == -1 && errno == EADDRINUSE);
	ATF_REQUIRE(pair->id > 0);
	pair->fd = plain_udp(AF_INET, &pair->own);
}

static void
pair_close(struct pair *pair)
{

	plain_close(pair->fd);
	test_server_release(pair->ts);
}

/* What was sent before has reached the server's socket when this has. */
static void
arrived(int fd, int own)
{

	plain_udp_send(fd, own, "fence", 5);
	(void)plain_udp_expect(fd, "fence", 5);
}

/* Sends so many datagrams, and has the poll hand out the first of them. */
static void
take_first_of(struct pair *pair, int n)
{
	const struct test_message *message;
	int i;

	for (i = 0; i < n; i++)
		plain_udp_send(pair->fd, pair->port, "question", 8);
	arrived(pair->fd, pair->own);
	message = expect_message(pair->ts, SOCKET_UDP, pair->id);
	ATF_REQUIRE_EQ(8, message->ud);
	memcpy(pair->address, message->data + 8, V4_SIZE);
}

static int
answer_as(struct pair *pair, int type, const void *bytes, size_t size)
{
	struct socket_sendbuffer buffer;

	buffer.id = pair->id;
	buffer.type = type;
	buffer.buffer = bytes;
	buffer.sz = size;
	return (socket_server_udp_send(pair->ts->server,
	    (const struct socket_udp_address *)(const void *)pair->address,
	    &buffer));
}

static int
answer(struct pair *pair, const char *text)
{
	char *bytes;

	bytes = skynet_malloc(strlen(text) + 1);
	ATF_REQUIRE(bytes != NULL);
	memcpy(bytes, text, strlen(text));
	return (answer_as(pair, SOCKET_BUFFER_MEMORY, bytes, strlen(text)));
}

static uint64_t
unsent(struct pair *pair)
{
	struct socket_info info;

	ATF_REQUIRE(test_info(pair->ts, pair->id, &info));
	return (info.wbuffer);
}

/* Every client gets its own back, in its order. */
ATF_TC_WITHOUT_HEAD(f11_answers_to_batches_all_arrive);
ATF_TC_BODY(f11_answers_to_batches_all_arrive, tc)
{
	const struct test_message *message;
	unsigned char bytes[2];
	struct pair pair;
	int client[CLIENTS], i, own[CLIENTS], port;

	pair_open(&pair);
	for (i = 0; i < CLIENTS; i++)
		client[i] = plain_udp(AF_INET, &own[i]);
	for (i = 0; i < CLIENTS * EACH; i++) {
		bytes[0] = (unsigned char)(i % CLIENTS);
		bytes[1] = (unsigned char)(i / CLIENTS);
		plain_udp_send(client[bytes[0]], pair.port, bytes, 2);
	}
	for (i = 0; i < CLIENTS; i++)
		arrived(client[i], own[i]);
	for (i = 0; i < CLIENTS * EACH; i++) {
		message = expect_message(pair.ts, SOCKET_UDP, pair.id);
		ATF_REQUIRE_EQ(2, message->ud);
		memcpy(pair.address, message->data + 2, V4_SIZE);
		ATF_CHECK_EQ(0, answer_as(&pair, SOCKET_BUFFER_RAWPOINTER,
		    message->data, 2));
	}
	ATF_CHECK_EQ(0, unsent(&pair));
	for (i = 0; i < CLIENTS * EACH; i++) {
		bytes[0] = (unsigned char)(i % CLIENTS);
		bytes[1] = (unsigned char)(i / CLIENTS);
		port = plain_udp_expect(client[bytes[0]], bytes, 2);
		ATF_CHECK_EQ(pair.port, port);
	}
	for (i = 0; i < CLIENTS; i++)
		plain_close(client[i]);
	pair_close(&pair);
}

ATF_TC_WITHOUT_HEAD(w2_an_answer_does_not_wait_for_the_rest_of_its_batch);
ATF_TC_BODY(w2_an_answer_does_not_wait_for_the_rest_of_its_batch, tc)
{
	struct pair pair;

	pair_open(&pair);
	take_first_of(&pair, 3);
	ATF_CHECK_EQ(0, answer(&pair, "first"));
	ATF_CHECK_EQ(0, unsent(&pair));
	(void)plain_udp_expect(pair.fd, "first", 5);
	pair_close(&pair);
}

ATF_TC_WITHOUT_HEAD(f7_close_takes_no_answer_back);
ATF_TC_BODY(f7_close_takes_no_answer_back, tc)
{
	struct pair pair;

	pair_open(&pair);
	take_first_of(&pair, 3);
	ATF_CHECK_EQ(0, answer(&pair, "last words"));
	socket_server_close(pair.ts->server, TEST_OWNER, pair.id);
	(void)expect_message(pair.ts, SOCKET_UDP, pair.id);
	(void)expect_message(pair.ts, SOCKET_UDP, pair.id);
	(void)expect_message(pair.ts, SOCKET_CLOSE, pair.id);
	expect_none(pair.ts, pair.id);
	(void)plain_udp_expect(pair.fd, "last words", 10);
	pair_close(&pair);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f11_answers_to_batches_all_arrive);
	ATF_TP_ADD_TC(tp,
	    w2_an_answer_does_not_wait_for_the_rest_of_its_batch);
	ATF_TP_ADD_TC(tp, f7_close_takes_no_answer_back);
	return (atf_no_error());
}
