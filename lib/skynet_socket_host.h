/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the host's run loop needs of the bridge beyond skynet_socket.h.
 * Internal to the library.
 */

#ifndef SKYNET_SOCKET_HOST_H
#define SKYNET_SOCKET_HOST_H

#pragma GCC visibility push(hidden)

/*
 * As skynet_socket_poll, but waits no longer than timeout milliseconds (-1: no
 * limit, 0: only looks), and returns SKYNET_SOCKET_POLL_NOTHING when that time
 * is over or skynet_socket_wake was called and there was no event to forward.
 * Network thread.
 */
int	skynet_socket_poll_timeout(int timeout);

#define SKYNET_SOCKET_POLL_NOTHING	2

/* Whether skynet_socket_init has made a server; if not, errno is its reason. */
int	skynet_socket_ready(void);

/*
 * Ends the current skynet_socket_poll_timeout or, if there is none, the next
 * one.  Any thread, and signal handlers, between skynet_socket_init and
 * skynet_socket_free.
 */
void	skynet_socket_wake(void);

#pragma GCC visibility pop

#endif /* SKYNET_SOCKET_HOST_H */
