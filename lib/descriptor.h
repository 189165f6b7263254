/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * System calls on descriptors, made alike on every system: non-blocking,
 * close-on-exec, and without SIGPIPE.  Any thread.
 */

#ifndef SS_DESCRIPTOR_H
#define SS_DESCRIPTOR_H

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <stdbool.h>
#include <stddef.h>

#include "address.h"

#pragma GCC visibility push(hidden)

/* A new socket: non-blocking, close-on-exec.  -1: errno. */
int	ss_descriptor_socket(int family, int type);

/* Takes a connection from a listener, likewise prepared.  -1: errno. */
int	ss_descriptor_accept(int fd, union ss_address *peer);

/* Keep-alive for a TCP connection; failure is not worth reporting. */
void	ss_descriptor_keepalive(int fd);

/*
 * 1: it was blocking and no longer is; 0: it was non-blocking; -1: errno.
 * Where a system can keep SIGPIPE away by the descriptor alone, it does from
 * now on.
 */
int	ss_descriptor_unblock(int fd);
void	ss_descriptor_block(int fd);

/*
 * Writes without SIGPIPE.  is_socket tells whether fd is one.  As writev(2),
 * but a would-block of any kind (EWOULDBLOCK, EINTR) is EAGAIN.
 */
ssize_t	ss_descriptor_writev(int fd, bool is_socket, struct iovec *, int);

#pragma GCC visibility pop

#endif /* SS_DESCRIPTOR_H */
