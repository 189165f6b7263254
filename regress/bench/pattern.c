/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <err.h>
#include <stdint.h>
#include <string.h>

#include "load.h"

/* A prime, so that no message begins like the one before. */
#define PERIOD	65521

static char	table[PERIOD + LOAD_READ];

void
pattern_begin(void)
{
	uint32_t state;
	int i;

	state = 2463534242;
	for (i = 0; i < PERIOD; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		table[i] = (char)(state >> 11);
	}
	for (i = PERIOD; i < (int)sizeof(table); i++)
		table[i] = table[i - PERIOD];
}

const char *
pattern_at(int stream, uint64_t offset)
{

	return (table + (offset + (uint64_t)stream * 7919) % PERIOD);
}

void
pattern_check(int stream, uint64_t offset, const char *data, size_t size)
{

	if (memcmp(data, pattern_at(stream, offset), size) != 0)
		errx(1, "connection %d: wrong bytes after byte %llu", stream,
		    (unsigned long long)offset);
}
