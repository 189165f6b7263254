/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the examples' main functions have in common.
 */

#ifndef PROGRAM_H
#define PROGRAM_H

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skynet.h"

/* A port or any other number from least to most; exits with a message. */
static inline int
program_number(const char *text, int least, int most)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < least || n > most)
		errx(1, "%s is not a number from %d to %d", text, least, most);
	return ((int)n);
}

/* Tells where a program listens, in a line of its own. */
static inline void
program_tell(const char *before, const char *address, int port,
    const char *after)
{
	const int ipv6 = strchr(address, ':') != NULL;

	(void)printf("%s%s%s%s:%d%s\n", before, ipv6 ? "[" : "", address,
	    ipv6 ? "]" : "", port, after);
	(void)fflush(stdout);
}

static inline void
program_end(int number)
{

	(void)number;
	skynet_abort();
}

/* From now on SIGINT and SIGTERM end skynet_run(3). */
static inline void
program_end_on_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = program_end;
	(void)sigemptyset(&action.sa_mask);
	if (sigaction(SIGINT, &action, NULL) == -1 ||
	    sigaction(SIGTERM, &action, NULL) == -1)
		err(1, "sigaction");
}

#endif /* PROGRAM_H */
