/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include "host.h"
#include "skynet_server.h"

int
skynet_context_push(uint32_t handle, struct skynet_message *message)
{
	return (host_handle_push(handle, message));
}
