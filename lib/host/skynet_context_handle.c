/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include "host.h"
#include "skynet_server.h"

uint32_t
skynet_context_handle(struct skynet_context *context)
{
	return (context->handle);
}
