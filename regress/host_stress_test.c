/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "host_support.h"

/*
 * Two hundred services pass tokens on four workers.  Each service counts
 * without a lock, so a second worker in the same service would be seen by
 * ThreadSanitizer, and mostly by the sums too.
 */

#define SERVICES	200
#define TOKENS		400
#define HOPS		250

struct player {
	uint32_t		 handle;
	int			 calls;		/* no lock: on purpose */
	unsigned int		 random;
	atomic_int		 inside;
	struct skynet_context	*context;
};

static struct player	 players[SERVICES];
static atomic_int	 tokens_left;
static atomic_int	 faults;

/* A service's own small generator; rand(3) has a lock or a race. */
static uint32_t
anybody(struct player *player)
{
	player->random = player->random * 1103515245 + 12345;
	return (players[player->random / 65536 % SERVICES].handle);
}

/* The session is the number of hops that are left. */
static int
pass_token(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct player *player;
	int hops;

	(void)type;
	(void)source;
	player = ud;
	if (atomic_fetch_add(&player->inside, 1) != 0)
		(void)atomic_fetch_add(&faults, 1);
	player->calls++;
	if (size != sizeof(hops))
		(void)atomic_fetch_add(&faults, 1);
	else {
		memcpy(&hops, message, sizeof(hops));
		if (hops != session)
			(void)atomic_fetch_add(&faults, 1);
	}
	if (session == 0) {
		if (atomic_fetch_sub(&tokens_left, 1) == 1)
			skynet_abort();
	} else {
		hops = session - 1;
		if (skynet_send(context, 0, anybody(player), PTYPE_TEXT,
		    hops, &hops, sizeof(hops)) != hops)
			(void)atomic_fetch_add(&faults, 1);
	}
	(void)atomic_fetch_sub(&player->inside, 1);
	return (0);
}

HOST_TC(four_workers_pass_tokens,
    "each token makes all its hops, and no service is at two workers")
{
	struct player *player;
	int hops, i, sum;

	ATF_REQUIRE_EQ(0, skynet_init());
	atomic_store(&tokens_left, TOKENS);
	for (i = 0; i < SERVICES; i++) {
		player = &players[i];
		player->random = (unsigned int)i;
		player->context = host_service(pass_token, player);
		player->handle = skynet_context_handle(player->context);
	}
	hops = HOPS;
	for (i = 0; i < TOKENS; i++)
		ATF_REQUIRE_EQ(hops, skynet_send(players[0].context, 0,
		    players[i % SERVICES].handle, PTYPE_TEXT, hops, &hops,
		    sizeof(hops)));
	host_run_to_end(4);
	ATF_CHECK_EQ(0, faults);
	sum = 0;
	for (i = 0; i < SERVICES; i++)
		sum += players[i].calls;
	ATF_CHECK_EQ(TOKENS * (HOPS + 1), sum);
}

/*
 * Services that come and go: each makes its successor, tells another what its
 * handle was, and exits with messages in its queue.
 */

#define LINES		50
#define GENERATIONS	100

struct line {
	atomic_uint	 handle;	/* of the living member */
	int		 left;		/* of the member */
};

static struct line	 lines[LINES];

static int
succeed(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct line *line;
	struct skynet_context *heir;
	int i;

	(void)session;
	(void)source;
	(void)message;
	(void)size;
	if (type != PTYPE_RESPONSE)
		return (0);
	line = ud;
	if (--line->left > 0) {
		heir = skynet_context_new(succeed, line);
		if (heir == NULL) {
			(void)atomic_fetch_add(&faults, 1);
			skynet_abort();
			return (0);
		}
		atomic_store(&line->handle, skynet_context_handle(heir));
		(void)skynet_timeout(heir, 0, 1);
	}
	/* Some of these are alive, some are gone. */
	for (i = 0; i < LINES; i++)
		(void)skynet_send(context, 0, atomic_load(&lines[i].handle),
		    PTYPE_TEXT, 0, (void *)(uintptr_t)"hello", 5);
	(void)skynet_timeout(context, 1, 2);
	skynet_exit(context);
	return (0);
}

HOST_TC(services_come_and_go_on_four_workers,
    "messages to services that end meanwhile are delivered or freed")
{
	struct skynet_context *context;
	int i;

	ATF_REQUIRE_EQ(0, skynet_init());
	for (i = 0; i < LINES; i++) {
		lines[i].left = GENERATIONS;
		context = host_service(succeed, &lines[i]);
		atomic_store(&lines[i].handle, skynet_context_handle(context));
		ATF_REQUIRE_EQ(1, skynet_timeout(context, 0, 1));
	}
	host_run_to_end(4);
	ATF_CHECK_EQ(0, faults);
	for (i = 0; i < LINES; i++)
		ATF_CHECK_EQ(0, lines[i].left);
}

struct sequence {
	int	 next;
	int	 last;
	int	 wrong;
};

static int
check_sequence(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct sequence *sequence;

	(void)type;
	(void)source;
	(void)message;
	(void)size;
	sequence = ud;
	if (session != sequence->next++)
		sequence->wrong++;
	if (sequence->next == sequence->last)
		skynet_exit(context);
	return (0);
}

static void
send_in_order(int threads)
{
	struct sequence sequence;
	struct skynet_context *context;
	int i;

	memset(&sequence, 0, sizeof(sequence));
	sequence.last = 10000;
	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(check_sequence, &sequence);
	for (i = 0; i < 10000; i++)
		ATF_REQUIRE_EQ(i, skynet_send(context, 0,
		    skynet_context_handle(context), PTYPE_TEXT, i, NULL, 0));
	host_run_to_end(threads);
	ATF_CHECK_EQ(10000, sequence.next);
	ATF_CHECK_EQ(0, sequence.wrong);
}

HOST_TC(messages_keep_their_order,
    "ten thousand messages are handled in the order they were sent")
{
	send_in_order(0);
	send_in_order(1);
	send_in_order(4);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, four_workers_pass_tokens);
	ATF_TP_ADD_TC(tp, services_come_and_go_on_four_workers);
	ATF_TP_ADD_TC(tp, messages_keep_their_order);
	return (atf_no_error());
}
