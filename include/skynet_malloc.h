/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The memory functions of the host.
 *
 * Every block that crosses the interface of this library comes from
 * skynet_malloc and goes back through skynet_free.  A program may bring its
 * own four functions; each one here can be replaced alone.
 */

#ifndef SKYNET_MALLOC_H
#define SKYNET_MALLOC_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void	*skynet_malloc(size_t);
void	*skynet_calloc(size_t, size_t);
void	*skynet_realloc(void *, size_t);
void	 skynet_free(void *);

#ifdef __cplusplus
}
#endif

#endif /* SKYNET_MALLOC_H */
