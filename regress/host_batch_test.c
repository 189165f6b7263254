/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What a service answers to datagrams that wait in a row has left when the call
 * returns, whatever comes behind them.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "host_support.h"
#include "plain_udp.h"
#include "skynet_socket.h"

#define DATAGRAMS	50	/* more than one turn's */

/* Of the test's thread before and after the run, of the service in it. */
static struct {
	int	 fd;
	int	 own;
	int	 port;
	int	 answered;
	bool	 waits;		/* a callback waits for what it has sent */
} shared;

static void
answer(struct skynet_context *context, const struct skynet_socket_message *sm)
{
	const char *address;
	unsigned char number;
	int size;

	address = skynet_socket_udp_address(
	    (struct skynet_socket_message *)(uintptr_t)sm, &size);
	ATF_CHECK_EQ(0, skynet_socket_udp_send(context, sm->id, address,
	    sm->buffer, sm->ud));
	number = (unsigned char)shared.answered;
	if (shared.waits)
		(void)plain_udp_expect(shared.fd, &number, 1);
	if (++shared.answered == DATAGRAMS)
		skynet_exit(context);
}

static int
serve(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	const struct skynet_socket_message *sm;

	(void)ud, (void)session, (void)source, (void)size;
	sm = message;
	if (type == PTYPE_SOCKET && sm->type == SKYNET_SOCKET_TYPE_UDP)
		answer(context, sm);
	else if (type == PTYPE_SOCKET)
		skynet_free(sm->buffer);
	return (0);
}

/* All datagrams are there before anybody looks. */
static void
run(int threads, bool waits)
{
	struct skynet_context *context;
	unsigned char number;
	int fd, id;

	shared.answered = 0;
	shared.waits = waits;
	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(serve, NULL);
	do {
		fd = plain_udp(AF_INET, &shared.port);
		plain_close(fd);
		id = skynet_socket_udp_listen(context, "127.0.0.1",
		    shared.port);
	} while (id == -1 && errno == EADDRINUSE);
	ATF_REQUIRE(id > 0);
	shared.fd = plain_udp(AF_INET, &shared.own);
	for (number = 0; number < DATAGRAMS; number++)
		plain_udp_send(shared.fd, shared.port, &number, 1);
	plain_udp_send(shared.fd, shared.own, "fence", 5);
	(void)plain_udp_expect(shared.fd, "fence", 5);
	host_run_to_end(threads);
	ATF_CHECK_EQ(DATAGRAMS, shared.answered);
	for (number = 0; number < DATAGRAMS && !waits; number++)
		(void)plain_udp_expect(shared.fd, &number, 1);
	ATF_CHECK(plain_is_quiet(shared.fd));
	plain_close(shared.fd);
}

HOST_TC(f11_answers_of_a_turn_leave_before_the_service_ends,
    "what a service has answered leaves although it exits in the same turn")
{

	run(0, false);
	run(1, false);
	run(2, false);
}

HOST_TC(w2_answer_has_left_when_the_call_returns,
    "a callback can wait for the effect of its answer, others being behind it")
{

	run(0, true);
	run(1, true);
	run(2, true);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f11_answers_of_a_turn_leave_before_the_service_ends);
	ATF_TP_ADD_TC(tp, w2_answer_has_left_when_the_call_returns);
	return (atf_no_error());
}
