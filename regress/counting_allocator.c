/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "counting_allocator.h"
#include "skynet_malloc.h"

static atomic_long	 blocks;
static atomic_long	 left = -1;	/* requests that succeed; -1: all */

long
counting_allocator_blocks(void)
{
	return (atomic_load(&blocks));
}

void
counting_allocator_refuse_after(long n)
{
	atomic_store(&left, n);
}

static bool
refused(void)
{
	long n;

	n = atomic_load(&left);
	while (n > 0 && !atomic_compare_exchange_weak(&left, &n, n - 1))
		continue;
	if (n == 0)
		errno = ENOMEM;
	return (n == 0);
}

static void *
counted(void *block)
{
	if (block != NULL)
		(void)atomic_fetch_add(&blocks, 1);
	return (block);
}

void *
skynet_malloc(size_t size)
{
	return (refused() ? NULL : counted(malloc(size == 0 ? 1 : size)));
}

void *
skynet_calloc(size_t number, size_t size)
{
	return (refused() ? NULL : counted(calloc(number == 0 ? 1 : number,
	    size == 0 ? 1 : size)));
}

void *
skynet_realloc(void *block, size_t size)
{
	if (block == NULL)
		return (skynet_malloc(size));
	return (refused() ? NULL : realloc(block, size == 0 ? 1 : size));
}

void
skynet_free(void *block)
{
	if (block != NULL)
		(void)atomic_fetch_sub(&blocks, 1);
	free(block);
}
