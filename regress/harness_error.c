/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "skynet.h"

static pthread_mutex_t	 lock = PTHREAD_MUTEX_INITIALIZER;
static int		 lines;		/* under the lock */
static char		 last[512];	/* under the lock */

void
skynet_error(struct skynet_context *context, const char *format, ...)
{
	va_list arguments;

	(void)context;
	(void)pthread_mutex_lock(&lock);
	lines++;
	va_start(arguments, format);
	(void)vsnprintf(last, sizeof(last), format, arguments);
	va_end(arguments);
	(void)fprintf(stderr, "skynet_error: %s\n", last);
	(void)pthread_mutex_unlock(&lock);
}

int
error_count(void)
{
	int n;

	(void)pthread_mutex_lock(&lock);
	n = lines;
	(void)pthread_mutex_unlock(&lock);
	return (n);
}

void
error_last(char *buffer, size_t size)
{

	(void)pthread_mutex_lock(&lock);
	(void)snprintf(buffer, size, "%s", last);
	(void)pthread_mutex_unlock(&lock);
}
