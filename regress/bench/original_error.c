/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the original's socket_server.c asks of its framework.
 */

struct skynet_context;

void	skynet_error(struct skynet_context *, const char *, ...);

void
skynet_error(struct skynet_context *context, const char *format, ...)
{

	(void)context;
	(void)format;
}
