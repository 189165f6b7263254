/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include "skynet.h"

static uint64_t
monotonic_centiseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return ((uint64_t)now.tv_sec * 100 + (uint64_t)now.tv_nsec / 10000000);
}

static pthread_once_t	 once = PTHREAD_ONCE_INIT;
static uint64_t		 start;		/* fixed by the first call */

static void
remember_start(void)
{
	start = monotonic_centiseconds();
}

/*
 * Counts from the first call, which skynet_socket_init makes, and goes on from
 * there when the host is started again.
 */
uint64_t
skynet_now(void)
{
	(void)pthread_once(&once, remember_start);
	return (monotonic_centiseconds() - start);
}
