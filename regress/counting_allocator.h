/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The host's memory functions, replaced by ones that count.  A test program
 * that links this file knows whether everything has been given back.
 */

#ifndef COUNTING_ALLOCATOR_H
#define COUNTING_ALLOCATOR_H

/* Blocks that were given out and not yet freed.  Any thread. */
long	counting_allocator_blocks(void);

/* Let n more requests succeed and refuse those after; -1: refuse none. */
void	counting_allocator_refuse_after(long n);

#endif /* COUNTING_ALLOCATOR_H */
