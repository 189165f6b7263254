/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Memory functions that count.  Each block has a header and lies in a list, so
 * that a leak can be told by its size and by the number of its allocation.
 */

#include <atf-c.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "skynet_malloc.h"

#define BLOCK_LIVES	0x5ca1ab1eU
#define BLOCK_FREED	0xdeadbeefU
#define BLOCKS_NAMED	10

struct block {
	TAILQ_ENTRY(block)	 entry;
	size_t			 size;
	unsigned long		 number;	/* of the allocation */
	unsigned int		 magic;
	max_align_t		 bytes[];
};

TAILQ_HEAD(block_list, block);

/* All under the lock. */
static pthread_mutex_t		 lock = PTHREAD_MUTEX_INITIALIZER;
static struct block_list	 living = TAILQ_HEAD_INITIALIZER(living);
static size_t			 blocks;
static size_t			 bytes;
static unsigned long		 allocations;
static long			 countdown = LONG_MAX;	/* to a failure */
static bool			 lasting;	/* all fail after it */
static bool			 failed;	/* one was made to */

static struct block *
block_of(void *pointer)
{
	struct block *block;

	block = (struct block *)(void *)((char *)pointer -
	    offsetof(struct block, bytes));
	if (block->magic != BLOCK_LIVES) {
		(void)fprintf(stderr, "memory: %p is %s\n", pointer,
		    block->magic == BLOCK_FREED ? "freed already" : "no block");
		abort();
	}
	return (block);
}

/* Locked.  Whether this allocation is one that was chosen to fail. */
static bool
is_to_fail(void)
{

	if (countdown == LONG_MAX)
		return (false);
	if (countdown > 1) {
		countdown--;
		return (false);
	}
	if (!lasting)
		countdown = LONG_MAX;
	failed = true;
	return (true);
}

void *
skynet_malloc(size_t size)
{
	struct block *block;

	(void)pthread_mutex_lock(&lock);
	block = is_to_fail() ? NULL : malloc(sizeof(*block) + size);
	if (block != NULL) {
		block->size = size;
		block->number = ++allocations;
		block->magic = BLOCK_LIVES;
		TAILQ_INSERT_TAIL(&living, block, entry);
		blocks++;
		bytes += size;
	}
	(void)pthread_mutex_unlock(&lock);
	if (block == NULL) {
		errno = ENOMEM;
		return (NULL);
	}
	/* What is read before it is written shall not happen to be zero. */
	memset(block->bytes, 0xa5, size);
	return (block->bytes);
}

void *
skynet_calloc(size_t n, size_t size)
{
	void *pointer;

	if (size != 0 && n > SIZE_MAX / size) {
		errno = ENOMEM;
		return (NULL);
	}
	pointer = skynet_malloc(n * size);
	if (pointer != NULL)
		memset(pointer, 0, n * size);
	return (pointer);
}

/* Always moves, so that a pointer kept over it is found out. */
void *
skynet_realloc(void *old, size_t size)
{
	size_t kept;
	void *pointer;

	if (old == NULL)
		return (skynet_malloc(size));
	pointer = skynet_malloc(size);
	if (pointer == NULL)
		return (NULL);
	kept = block_of(old)->size;
	memcpy(pointer, old, kept < size ? kept : size);
	skynet_free(old);
	return (pointer);
}

void
skynet_free(void *pointer)
{
	struct block *block;

	if (pointer == NULL)
		return;
	(void)pthread_mutex_lock(&lock);
	block = block_of(pointer);
	TAILQ_REMOVE(&living, block, entry);
	blocks--;
	bytes -= block->size;
	block->magic = BLOCK_FREED;
	memset(block->bytes, 0x5a, block->size);
	(void)pthread_mutex_unlock(&lock);
	free(block);
}

size_t
memory_blocks(void)
{
	size_t n;

	(void)pthread_mutex_lock(&lock);
	n = blocks;
	(void)pthread_mutex_unlock(&lock);
	return (n);
}

size_t
memory_bytes(void)
{
	size_t n;

	(void)pthread_mutex_lock(&lock);
	n = bytes;
	(void)pthread_mutex_unlock(&lock);
	return (n);
}

static void
fail_after(long n, bool all)
{

	(void)pthread_mutex_lock(&lock);
	countdown = n;
	lasting = all;
	failed = false;
	(void)pthread_mutex_unlock(&lock);
}

void
memory_fail_at(long n)
{

	fail_after(n, false);
}

void
memory_fail_from(long n)
{

	fail_after(n, true);
}

bool
memory_fail_end(void)
{
	bool result;

	(void)pthread_mutex_lock(&lock);
	countdown = LONG_MAX;
	result = failed;
	(void)pthread_mutex_unlock(&lock);
	return (result);
}

void
memory_require_blocks(size_t most)
{
	char line[BLOCKS_NAMED * 40 + 1];
	size_t length, n;
	struct block *block;
	int named;

	length = 0;
	named = 0;
	line[0] = '\0';
	(void)pthread_mutex_lock(&lock);
	n = blocks;
	TAILQ_FOREACH(block, &living, entry) {
		if (named++ == BLOCKS_NAMED)
			break;
		length += (size_t)snprintf(line + length,
		    sizeof(line) - length, " #%lu:%zu", block->number,
		    block->size);
		if (length >= sizeof(line))
			break;
	}
	(void)pthread_mutex_unlock(&lock);
	if (n > most)
		atf_tc_fail("%zu blocks live, at most %zu may"
		    " (#allocation:bytes):%s", n, most, line);
}

void
memory_all_returned(void)
{

	memory_require_blocks(0);
}
