/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * All that lies between the original project and this library.
 *
 * The original brings the host (skynet_malloc and its like by the names of its
 * allocator, skynet_now, skynet_error, skynet_context_handle,
 * skynet_context_push), and its files that call the socket layer are compiled
 * with its own headers, whose structures and functions are the same.  What is
 * left is the dialect: skynet_socket_init makes the server by this function,
 * which stands here instead of in the library.
 */

#include "socket_server.h"

struct socket_server *
socket_server_create(uint64_t time)
{

	return (socket_server_create_dialect(time, SOCKET_DIALECT_UPSTREAM));
}
