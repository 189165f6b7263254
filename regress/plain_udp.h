/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * plain_udp.h: plain datagram sockets on the loopback interface, beside those
 * of the harness.
 */

#ifndef PLAIN_UDP_H
#define PLAIN_UDP_H

#include <stddef.h>

/* Bound to 127.0.0.1 or ::1. */
int	plain_udp(int family, int *port);
/* A port that answers with "port unreachable" while the descriptor is open. */
int	plain_udp_refusing(int family, int *port);
void	plain_udp_send(int, int port, const void *, size_t);
/* The next datagram, whole, within the deadline: its size and sender's port. */
size_t	plain_udp_receive(int, void *, size_t, int *port);
/* The next datagram is these bytes; the port it came from. */
int	plain_udp_expect(int, const void *, size_t);
/* The size of the largest datagram that the system sends; at most 65507. */
size_t	plain_udp_largest(void);

#endif /* PLAIN_UDP_H */
