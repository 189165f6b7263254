/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "life.h"
#include "skynet_malloc.h"

static void *
nothing(void *argument)
{

	return (argument);
}

void
life_begin(struct life *life)
{
	pthread_t thread;

	(void)alarm(6 * TEST_DEADLINE / 1000);
	/* With the first thread may come one of a sanitizer's own. */
	ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, nothing, NULL));
	ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
	life->threads = thread_count();
	life->descriptors = descriptor_census();
	life->server = socket_server_create(0);
	ATF_REQUIRE(life->server != NULL);
}

void
life_end(struct life *life)
{

	socket_server_release(life->server);
	memory_all_returned();
	descriptor_compare(life->descriptors);
	free(life->descriptors);
	if (life->threads != -1)
		thread_await_at_most(life->threads);
	(void)alarm(0);
}

int
life_hear(struct life *life, int type, int id, int *ud)
{
	struct socket_message sm;
	int more, result;

	do {
		memset(&sm, 0, sizeof(sm));
		result = socket_server_poll(life->server, &sm, &more);
		if (result == SOCKET_DATA || result == SOCKET_UDP)
			skynet_free(sm.data);
	} while (result != type || (id != 0 && sm.id != id));
	if (ud != NULL)
		*ud = sm.ud;
	return (sm.id);
}

int
life_connection(struct life *life, int *fd)
{
	int id, listener, port;

	listener = plain_listen(AF_INET, &port);
	id = socket_server_connect(life->server, TEST_OWNER, "127.0.0.1",
	    port);
	ATF_REQUIRE(id > 0);
	socket_server_start(life->server, TEST_OWNER, id);
	(void)life_hear(life, SOCKET_OPEN, id, NULL);
	*fd = plain_accept(listener);
	plain_close(listener);
	return (id);
}
