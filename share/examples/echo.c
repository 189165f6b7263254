/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * echo: an echo server, the example to read first.  The service itself is in
 * echo_service.c; here it is set up and run.
 *
 *	echo [-t threads] [address [port]]
 *
 * Without a port the system chooses one, which is printed.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "skynet.h"

#include "echo_service.h"
#include "program.h"
#include "sandbox.h"

static void
usage(void)
{

	(void)fprintf(stderr, "usage: echo [-t threads] [address [port]]\n");
	exit(1);
}

static void
say_port(struct skynet_context *context, struct echo *echo)
{

	(void)context;
	if (echo->failed) {
		warnx("cannot serve on %s port %d", echo->host, echo->port);
		skynet_abort();
		return;
	}
	(void)printf("echo: TCP and UDP on %s port %d\n", echo->host,
	    echo->port);
	(void)fflush(stdout);
}

int
main(int argc, char *argv[])
{
	struct echo echo = {
		.host = "127.0.0.1",
		.opened = say_port
	};
	int c, threads;

	threads = 0;
	while ((c = getopt(argc, argv, "t:")) != -1) {
		if (c != 't')
			usage();
		threads = program_number(optarg, 0, 64);
	}
	argc -= optind;
	argv += optind;
	if (argc > 2)
		usage();
	if (argc > 0)
		echo.host = argv[0];
	if (argc > 1)
		echo.port = program_number(argv[1], 0, 65535);

	if (skynet_init() == -1)
		err(1, "skynet_init");
	program_end_on_signals();
	if (echo_service_new(&echo) == NULL)
		err(1, "echo service");
	sandbox_connecting();	/* the address may be a name */
	if (skynet_run(threads) == -1)
		err(1, "skynet_run");
	return (echo.failed);
}
