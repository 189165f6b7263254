/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <stdint.h>

#include "load.h"

/* Values below HISTOGRAM_STEPS exactly, then as many steps to each doubling. */
static int
bucket_of(uint64_t value)
{
	int shift;

	shift = 0;
	while (value >> shift >= HISTOGRAM_STEPS * 2)
		shift++;
	if (shift > HISTOGRAM_BUCKETS / HISTOGRAM_STEPS - 2)
		return (HISTOGRAM_BUCKETS - 1);
	return (shift * HISTOGRAM_STEPS + (int)(value >> shift));
}

static uint64_t
value_of(int bucket)
{
	int shift;

	if (bucket < HISTOGRAM_STEPS * 2)
		return ((uint64_t)bucket);
	shift = bucket / HISTOGRAM_STEPS - 1;
	return ((uint64_t)(bucket - shift * HISTOGRAM_STEPS) << shift);
}

void
histogram_add(struct histogram *histogram, uint64_t value)
{

	histogram->count++;
	histogram->bucket[bucket_of(value)]++;
}

uint64_t
histogram_percentile(const struct histogram *histogram, double percent)
{
	uint64_t seen, wanted;
	int i;

	wanted = (uint64_t)((double)histogram->count * percent / 100);
	seen = 0;
	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->bucket[i];
		if (seen > wanted)
			return (value_of(i));
	}
	return (value_of(HISTOGRAM_BUCKETS - 1));
}
