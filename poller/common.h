/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the backends share: the pipe that ends a wait, and the look at a
 * descriptor before it is watched.
 */

#ifndef SKYNET_POLLER_COMMON_H
#define SKYNET_POLLER_COMMON_H

#pragma GCC visibility push(hidden)

struct skynet_poller_pipe {
	int	read_end;	/* fixed */
	int	write_end;	/* fixed */
};

/* Both ends non-blocking and close-on-exec.  -1: errno, nothing is open. */
int	skynet_poller_pipe_open(struct skynet_poller_pipe *);
void	skynet_poller_pipe_close(struct skynet_poller_pipe *);
/* Any thread, and signal handlers: makes the read end readable. */
void	skynet_poller_pipe_ring(const struct skynet_poller_pipe *);
/* Network thread: takes away what was rung. */
void	skynet_poller_pipe_drain(const struct skynet_poller_pipe *);

/*
 * 0, or -1: EBADF, or EPERM for a regular file or a directory, which kqueue
 * and poll(2) take and then report as ready for ever or never.
 */
int	skynet_poller_probe(int fd);

#pragma GCC visibility pop

#endif /* SKYNET_POLLER_COMMON_H */
