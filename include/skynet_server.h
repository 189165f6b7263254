/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What a piece of infrastructure, such as the socket layer, needs of the host:
 * a service's handle, and a way to put a message into its queue.  A program
 * with an actor system of its own replaces these two functions.
 */

#ifndef SKYNET_SERVER_H
#define SKYNET_SERVER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct skynet_context;
struct skynet_message;

/* The number that names the service; never 0 for a living one. */
uint32_t	skynet_context_handle(struct skynet_context *);

/*
 * Copies the message to the end of the service's queue.  0: the queue owns
 * message->data now.  -1: there is no such service, or no memory, and the
 * caller still owns it.  Any thread.
 */
int		skynet_context_push(uint32_t, struct skynet_message *);

#ifdef __cplusplus
}
#endif

#endif /* SKYNET_SERVER_H */
