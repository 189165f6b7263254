/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <atf-c.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "memory_trial.h"

static void
witness_check(struct trial *t)
{

	ATF_CHECK_EQ(0, test_send(t->ts, t->witness.id, "to", 2));
	plain_expect(t->witness.fd, "to", 2);
	plain_write(t->witness.fd, "fro", 3);
	expect_data(t->ts, t->witness.id, "fro", 3);
}

bool
memory_try_once(const struct scenario *scenario, long n, bool lasting)
{
	struct trial t;
	bool failed;

	memset(&t, 0, sizeof(t));
	t.bytes = malloc(LARGE);
	ATF_REQUIRE(t.bytes != NULL);
	t.ts = test_server_create(scenario->flags);
	t.witness = test_connected(t.ts);
	t.stream.fd = -1;
	scenario->prepare(&t);
	if (lasting)
		memory_fail_from(n);
	else
		memory_fail_at(n);
	scenario->act(&t);
	failed = memory_fail_end();
	scenario->finish(&t);
	witness_check(&t);
	plain_close(t.witness.fd);
	if (t.stream.fd != -1)
		plain_close(t.stream.fd);
	free(t.bytes);
	test_server_release(t.ts);
	return (failed);
}

void
memory_try_all(const struct scenario *scenario)
{
	long n;

	for (n = 1; memory_try_once(scenario, n, false); n++)
		ATF_REQUIRE(n < TRIALS);
	for (n = 1; memory_try_once(scenario, n, true); n++)
		ATF_REQUIRE(n < TRIALS);
}
