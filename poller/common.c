/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common.h"

/* pipe2(2) is everywhere but on macOS; a second call costs nothing here. */
static int
prepare(int fd)
{
	int flags;

	flags = fcntl(fd, F_GETFL);
	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return (-1);
	return (fcntl(fd, F_SETFD, FD_CLOEXEC));
}

int
skynet_poller_pipe_open(struct skynet_poller_pipe *wake)
{
	int end[2], error;

#ifdef __APPLE__
	if (pipe(end) == -1)
		return (-1);
#else
	if (pipe2(end, O_NONBLOCK | O_CLOEXEC) == -1)
		return (-1);
#endif
	if (prepare(end[0]) == -1 || prepare(end[1]) == -1) {
		error = errno;
		(void)close(end[0]);
		(void)close(end[1]);
		errno = error;
		return (-1);
	}
	wake->read_end = end[0];
	wake->write_end = end[1];
	return (0);
}

void
skynet_poller_pipe_close(struct skynet_poller_pipe *wake)
{

	(void)close(wake->read_end);
	(void)close(wake->write_end);
}

void
skynet_poller_pipe_ring(const struct skynet_poller_pipe *wake)
{
	ssize_t n;
	int error;

	error = errno;
	/* A full pipe has been rung already. */
	do
		n = write(wake->write_end, "", 1);
	while (n == -1 && errno == EINTR);
	errno = error;
}

void
skynet_poller_pipe_drain(const struct skynet_poller_pipe *wake)
{
	char bytes[512];
	ssize_t n;

	do
		n = read(wake->read_end, bytes, sizeof(bytes));
	while (n == (ssize_t)sizeof(bytes) || (n == -1 && errno == EINTR));
}

int
skynet_poller_probe(int fd)
{
	struct stat status;

	if (fstat(fd, &status) == -1)
		return (-1);
	if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
		errno = EPERM;
		return (-1);
	}
	return (0);
}
