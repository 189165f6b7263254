/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * demo: echo services on loopback and two clients that use them, in one
 * program.  Exits with 0 if everything came back as it was sent.
 */

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "demo.h"
#include "skynet.h"

#define WORKERS	2

static pthread_t	plain_thread;
static int		plain_started;

/* An echo service has opened: the client begins when all have. */
static void
opened(struct skynet_context *context, struct echo *echo)
{
	struct demo *demo;

	demo = echo->data;
	if (echo->failed)
		demo_fail("no echo service on %s", echo->host);
	if (skynet_send(context, 0, demo->client, PTYPE_TEXT, 0, NULL, 0) ==
	    -1)
		demo_fail("the client is gone");
}

static void
echo_new(struct demo *demo, const char *host)
{
	struct echo *echo;

	echo = &demo->echo[demo->services++];
	echo->host = host;
	echo->opened = opened;
	echo->data = demo;
	if (echo_service_new(echo) == NULL)
		err(1, "echo service");
}

static void *
plain_main(void *demo)
{

	demo_plain_run(demo);
	skynet_abort();
	return (NULL);
}

static void
client_done(struct demo *demo)
{
	int error;

	error = pthread_create(&plain_thread, NULL, plain_main, demo);
	if (error != 0)
		demo_fail("pthread_create: %s", strerror(error));
	plain_started = 1;
}

int
main(void)
{
	static struct demo demo;

	demo_deadline();
#ifdef POLLER_NAME
	demo_print("libskynet_socket on this machine's loopback, with "
	    POLLER_NAME "\n\n");
#else
	demo_print("libskynet_socket on this machine's loopback\n\n");
#endif
	if (skynet_init() == -1)
		err(1, "skynet_init");
	demo.closed_port = demo_plain_closed_port();
	demo.client_done = client_done;
	demo_client_new(&demo);
	echo_new(&demo, "127.0.0.1");
	if (demo_plain_has_ipv6())
		echo_new(&demo, "::1");
	else
		demo_print("  no ::1 here: IPv6 is left out\n");
	if (skynet_run(WORKERS) == -1)
		err(1, "skynet_run");
	if (!plain_started || pthread_join(plain_thread, NULL) != 0)
		demo_fail("the plain client did not run");
	demo_summary();
	return (0);
}
