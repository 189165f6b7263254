/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The network thread leaves the sockets alone for a moment while all workers
 * have enough to do.  It must come back by itself: here the only worker is held
 * in a callback, with messages behind it, until the network thread has done
 * what nobody else can.
 */

#include <sys/types.h>

#include <atf-c.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "skynet.h"
#include "skynet_socket.h"

#define AMOUNT	((size_t)8 * 1024 * 1024)	/* more than the kernel takes */
#define BEHIND	64				/* messages that wait */

static struct {
	pthread_mutex_t	 lock;
	pthread_cond_t	 changed;
	int		 port;		/* under the lock */
	bool		 received;	/* under the lock */
} shared = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER
};

static void
tell(int port, bool received)
{

	(void)pthread_mutex_lock(&shared.lock);
	shared.port = port != 0 ? port : shared.port;
	shared.received = received;
	(void)pthread_cond_broadcast(&shared.changed);
	(void)pthread_mutex_unlock(&shared.lock);
}

static void
hold_until_received(void)
{

	(void)pthread_mutex_lock(&shared.lock);
	while (!shared.received)
		(void)pthread_cond_wait(&shared.changed, &shared.lock);
	(void)pthread_mutex_unlock(&shared.lock);
}

/* What the peer has asked for is sent, and seen to arrive, in one callback. */
static void
answer(struct skynet_context *context, int id)
{
	char *bytes;
	int i;

	for (i = 0; i < BEHIND; i++)
		(void)skynet_send(context, 0, skynet_context_handle(context),
		    PTYPE_TEXT, 0, NULL, 0);
	bytes = skynet_malloc(AMOUNT);
	if (bytes == NULL)
		return;
	memset(bytes, 'b', AMOUNT);
	(void)skynet_socket_send(context, id, bytes, (int)AMOUNT);
	hold_until_received();
	skynet_exit(context);
}

static int
serve(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	const struct skynet_socket_message *sm;

	(void)ud, (void)session, (void)source, (void)size;
	if (type != PTYPE_SOCKET)
		return (0);
	sm = message;
	switch (sm->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
		if (sm->ud == 0)
			break;
		skynet_socket_start(context, sm->id);
		tell(sm->ud, false);
		break;
	case SKYNET_SOCKET_TYPE_ACCEPT:
		skynet_socket_start(context, sm->ud);
		break;
	case SKYNET_SOCKET_TYPE_DATA:
		skynet_free(sm->buffer);
		answer(context, sm->id);
		break;
	}
	return (0);
}

static void *
peer(void *unused)
{
	static char bytes[65536];
	size_t done;
	ssize_t n;
	int fd, port;

	(void)unused;
	(void)pthread_mutex_lock(&shared.lock);
	while (shared.port == 0)
		(void)pthread_cond_wait(&shared.changed, &shared.lock);
	port = shared.port;
	(void)pthread_mutex_unlock(&shared.lock);
	fd = plain_connect(AF_INET, port);
	plain_write(fd, "?", 1);
	for (done = 0; done < AMOUNT; done += (size_t)n) {
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0)
			break;
	}
	plain_close(fd);
	tell(0, true);
	return (done == AMOUNT ? &shared : NULL);
}

ATF_TC_WITHOUT_HEAD(t2_network_thread_goes_on_while_workers_are_held);
ATF_TC_BODY(t2_network_thread_goes_on_while_workers_are_held, tc)
{
	struct skynet_context *context;
	pthread_t thread;
	void *result;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = skynet_context_new(serve, NULL);
	ATF_REQUIRE(context != NULL);
	ATF_REQUIRE(skynet_socket_listen(context, "127.0.0.1", 0, 8) > 0);
	ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, peer, NULL));
	ATF_REQUIRE_EQ(0, skynet_run(1));
	ATF_REQUIRE_EQ(0, pthread_join(thread, &result));
	ATF_CHECK(result != NULL);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, t2_network_thread_goes_on_while_workers_are_held);
	return (atf_no_error());
}
