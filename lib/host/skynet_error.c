/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../descriptor.h"
#include "skynet.h"
#include "skynet_malloc.h"

/* One write for one line, so that the lines of threads do not mix. */
static void
write_line(char *line)
{
	struct iovec iov;
	char *p;
	size_t left;
	ssize_t n;
	int tries;

	left = strlen(line);
	while (left > 0 && line[left - 1] == '\n')
		left--;
	line[left] = '\0';
	for (p = line; (p = strchr(p, '\n')) != NULL;)
		*p = ' ';
	line[left++] = '\n';
	/* A terminal that was made non-blocking must not hold its writer up. */
	tries = 0;
	for (p = line; left > 0 && tries < 8; p += n, left -= (size_t)n) {
		iov.iov_base = p;
		iov.iov_len = left;
		n = ss_descriptor_writev(STDERR_FILENO, false, &iov, 1);
		if (n == -1 && errno != EAGAIN)
			return;
		if (n == -1) {
			n = 0;
			tries++;
		}
	}
}

/* Leaves errno as it was: it is called on the way out of what has failed. */
void
skynet_error(struct skynet_context *context, const char *format, ...)
{
	char small[512], *line;
	size_t length, size;
	va_list arguments;
	int error, n;

	error = errno;
	size = sizeof(small);
	line = small;
	(void)snprintf(small, size, "[:%08x] ", context == NULL ? 0u :
	    (unsigned int)skynet_context_handle(context));
	length = strlen(small);

	errno = error;		/* for %m */
	va_start(arguments, format);
	n = vsnprintf(small + length, size - length, format, arguments);
	va_end(arguments);
	if (n < 0)
		(void)snprintf(small + length, size - length, "%s", format);
	else if (length + (size_t)n >= size) {
		size = length + (size_t)n + 1;
		line = skynet_malloc(size);
		if (line == NULL)
			line = small;	/* what there is of it */
		else {
			memcpy(line, small, length);
			errno = error;
			va_start(arguments, format);
			(void)vsnprintf(line + length, size - length, format,
			    arguments);
			va_end(arguments);
		}
	}
	write_line(line);
	if (line != small)
		skynet_free(line);
	errno = error;
}
