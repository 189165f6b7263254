/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Reading from streams: one read for one event.
 *
 * A socket whose reads are short is read into a buffer that all share, and the
 * message gets a block of just the size.  One whose reads are long has a habit:
 * the block is made first, of that size, and filled without a copy; the shared
 * buffer lies behind it for what comes beyond.
 */

#include <sys/types.h>
#include <sys/uio.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "send.h"
#include "server.h"
#include "skynet_malloc.h"

#define HABIT_MIN	(16 * 1024)
#define HABIT_MAX	(256 * 1024)

/*
 * Long reads come and go as blocks of up to HABIT_MAX.  An allocator that gives
 * the end of its heap back to the system whenever such a block is freed, and
 * takes it again for the next, spends more on that than the reading costs.
 * glibc does, until a larger block is freed that was mapped by itself, which
 * raises its thresholds.  So one such block, never touched, is freed at once.
 */
static void
teach_allocator(struct socket_server *ss)
{

	if (ss->taught)
		return;
	ss->taught = true;
	skynet_free(skynet_malloc(16 * HABIT_MAX));
}

static void
learn(struct socket_server *ss, struct ss_socket *s, size_t n)
{
	uint32_t habit;

	habit = s->habit;
	if (n > habit) {
		if (n < HABIT_MIN)
			return;
		if (habit == 0) {
			habit = HABIT_MIN;
			teach_allocator(ss);
		}
		while (habit < n && habit < HABIT_MAX)
			habit *= 2;
	} else if (n < habit / 4) {
		habit = habit > HABIT_MIN ? habit / 2 : 0;
	}
	s->habit = habit;
}

/* A block of what was read: first bytes in block, the rest spilled. */
static char *
fit(struct socket_server *ss, char *block, size_t size, size_t n)
{
	char *fitted;

	if (n >= size - size / 4 && n <= size && block != NULL)
		return (block);
	fitted = skynet_realloc(block, n);
	if (fitted == NULL) {
		skynet_free(block);
		return (NULL);
	}
	if (n > size)
		memcpy(fitted + size, ss->spill, n - size);
	return (fitted);
}

static void
received(struct socket_server *ss, struct ss_socket *s, char *data, size_t n)
{
	uint64_t now, total;

	now = atomic_load_explicit(&ss->time, memory_order_relaxed);
	total = atomic_load_explicit(&s->received, memory_order_relaxed);
	atomic_store_explicit(&s->received, total + n, memory_order_relaxed);
	atomic_store_explicit(&s->rtime, now, memory_order_relaxed);
	ss_tell_data(ss, SOCKET_DATA, s, data, (int)n);
}

static void
read_nothing(struct socket_server *ss, struct ss_socket *s, ssize_t n,
    int error)
{

	if (n == 0) {
		if (!s->endless)
			ss_peer_ended(ss, s);
	} else if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) {
		return;
	} else if (s->endless && ss_datagram_survives(error)) {
		ss_tell_error(ss, s, error);
	} else {
		ss_read_failed(ss, s, error);
	}
}

void
ss_stream_readable(struct socket_server *ss, struct ss_socket *s)
{
	struct iovec iov[2];
	char *block;
	size_t size;
	ssize_t n;
	int error;

	size = s->habit;
	block = NULL;
	if (size > 0 && (block = skynet_malloc(size)) == NULL)
		size = 0;
	if (size > 0) {
		iov[0].iov_base = block;
		iov[0].iov_len = size;
		iov[1].iov_base = ss->spill;
		iov[1].iov_len = SS_READ_SPILL;
		n = readv(s->fd, iov, 2);
	} else {
		n = read(s->fd, ss->spill, SS_READ_SPILL);
	}
	if (n <= 0) {
		error = errno;
		skynet_free(block);
		read_nothing(ss, s, n, error);
		return;
	}
	block = fit(ss, block, size, (size_t)n);
	if (block == NULL) {
		ss_fail(ss, s, ENOMEM);
		return;
	}
	learn(ss, s, (size_t)n);
	received(ss, s, block, (size_t)n);
}
