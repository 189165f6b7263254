/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <atf-c.h>
#include <pthread.h>
#include <string.h>

#include "crew.h"
#include "harness.h"

static void *
member_main(void *argument)
{
	struct crew_member *member;
	struct crew *crew;

	member = argument;
	crew = member->crew;
	/* All wait here until the starter lets the lock go. */
	(void)pthread_mutex_lock(&crew->lock);
	(void)pthread_mutex_unlock(&crew->lock);
	crew->work(member);
	(void)pthread_mutex_lock(&crew->lock);
	crew->working--;
	(void)pthread_cond_signal(&crew->left);
	(void)pthread_mutex_unlock(&crew->lock);
	return (NULL);
}

void
crew_start(struct crew *crew, int count, void (*work)(struct crew_member *),
    void *argument)
{
	int i;

	memset(crew, 0, sizeof(*crew));
	ATF_REQUIRE(count <= CREW_MAX);
	crew->count = crew->working = count;
	crew->work = work;
	atomic_init(&crew->fault, NULL);
	ATF_REQUIRE_EQ(0, pthread_mutex_init(&crew->lock, NULL));
	ATF_REQUIRE_EQ(0, pthread_cond_init(&crew->left, NULL));
	ATF_REQUIRE_EQ(0, pthread_mutex_lock(&crew->lock));
	for (i = 0; i < count; i++) {
		crew->member[i].crew = crew;
		crew->member[i].number = i;
		crew->member[i].argument = argument;
		crew->member[i].random = 2463534242U + (uint32_t)i * 7919;
		ATF_REQUIRE_EQ(0, pthread_create(&crew->thread[i], NULL,
		    member_main, &crew->member[i]));
	}
	ATF_REQUIRE_EQ(0, pthread_mutex_unlock(&crew->lock));
}

void
crew_join(struct crew *crew)
{
	int64_t until;
	int i, working;

	until = monotonic_ms() + TEST_DEADLINE;
	(void)pthread_mutex_lock(&crew->lock);
	while (crew->working > 0 &&
	    cond_wait_until(&crew->left, &crew->lock, until))
		continue;
	working = crew->working;
	(void)pthread_mutex_unlock(&crew->lock);
	ATF_REQUIRE_MSG(atomic_load(&crew->fault) == NULL, "%s",
	    atomic_load(&crew->fault));
	ATF_REQUIRE_MSG(working == 0, "%d threads have not come to an end",
	    working);
	for (i = 0; i < crew->count; i++)
		ATF_REQUIRE_EQ(0, pthread_join(crew->thread[i], NULL));
	(void)pthread_mutex_destroy(&crew->lock);
	(void)pthread_cond_destroy(&crew->left);
}

void
crew_fault(struct crew_member *member, const char *text)
{
	const char *none;

	none = NULL;
	(void)atomic_compare_exchange_strong(&member->crew->fault, &none,
	    text);
}

uint32_t
crew_random(struct crew_member *member, uint32_t n)
{

	member->random ^= member->random << 13;
	member->random ^= member->random >> 17;
	member->random ^= member->random << 5;
	return (member->random % n);
}
