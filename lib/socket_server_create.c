/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Alone in its object file: a program that wants the other dialect under
 * skynet_socket_init replaces this function with one of its own.
 */

#include "socket_server.h"

struct socket_server *
socket_server_create(uint64_t time)
{

	return (socket_server_create_dialect(time, SOCKET_DIALECT_DOCUMENT));
}
