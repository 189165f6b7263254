/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Reading and writing plain descriptors, sockets or pipes.  A descriptor is
 * made non-blocking for the length of a write only, lest the deadline be lost
 * in a write that the kernel takes half of.
 */

#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define PIECE	65536

/* Writes what is taken without blocking; 0 if nothing is. */
static size_t
write_some(int fd, const void *bytes, size_t n)
{
	ssize_t result;
	int flags;

	flags = fcntl(fd, F_GETFL);
	ATF_REQUIRE(flags != -1);
	ATF_REQUIRE(fcntl(fd, F_SETFL, flags | O_NONBLOCK) != -1);
	result = write(fd, bytes, n);
	if (result == -1 && errno != EAGAIN && errno != EWOULDBLOCK)
		atf_tc_fail("write to %d: %s", fd, strerror(errno));
	ATF_REQUIRE(fcntl(fd, F_SETFL, flags) != -1);
	return (result == -1 ? 0 : (size_t)result);
}

void
plain_write(int fd, const void *bytes, size_t n)
{
	const char *rest;
	size_t written;

	for (rest = bytes; n > 0; rest += written, n -= written) {
		plain_await(fd, POLLOUT, "write");
		written = write_some(fd, rest, n);
	}
}

void
plain_write_pattern(int fd, size_t offset, size_t n)
{
	char piece[PIECE];
	size_t size;

	for (; n > 0; offset += size, n -= size) {
		size = n < sizeof(piece) ? n : sizeof(piece);
		pattern_fill(piece, offset, size);
		plain_write(fd, piece, size);
	}
}

size_t
plain_fill(int fd)
{
	struct pollfd entry;
	char piece[PIECE];
	size_t total;

	entry.fd = fd;
	entry.events = POLLOUT;
	total = 0;
	while (poll(&entry, 1, 0) == 1) {
		pattern_fill(piece, total, sizeof(piece));
		total += write_some(fd, piece, sizeof(piece));
	}
	return (total);
}

/* Up to n bytes: how many, 0 for the end of file. */
static size_t
read_some(int fd, void *bytes, size_t n)
{
	ssize_t result;

	plain_await(fd, POLLIN, "read");
	result = read(fd, bytes, n);
	if (result == -1)
		atf_tc_fail("read from %d: %s", fd, strerror(errno));
	return ((size_t)result);
}

void
plain_read(int fd, void *bytes, size_t n)
{
	char *rest;
	size_t come;

	for (rest = bytes; n > 0; rest += come, n -= come) {
		come = read_some(fd, rest, n);
		if (come == 0)
			atf_tc_fail("descriptor %d: end of file, %zu bytes are"
			    " missing", fd, n);
	}
}

void
plain_expect(int fd, const void *bytes, size_t n)
{
	char *come;

	come = malloc(n + 1);
	ATF_REQUIRE(come != NULL);
	plain_read(fd, come, n);
	if (memcmp(come, bytes, n) != 0)
		atf_tc_fail("descriptor %d: the bytes differ: \"%.*s\", not"
		    " \"%.*s\"", fd, (int)(n < 60 ? n : 60), come,
		    (int)(n < 60 ? n : 60), (const char *)bytes);
	free(come);
}

/* Reads one piece of the pattern, at most n bytes. */
static size_t
read_piece(int fd, size_t offset, size_t n)
{
	char piece[PIECE];
	size_t come, same;

	come = read_some(fd, piece, n < sizeof(piece) ? n : sizeof(piece));
	same = pattern_check(piece, offset, come);
	if (same != come)
		atf_tc_fail("descriptor %d: the pattern breaks at byte %zu",
		    fd, offset + same);
	return (come);
}

void
plain_expect_pattern(int fd, size_t offset, size_t n)
{
	size_t come;

	for (; n > 0; offset += come, n -= come) {
		come = read_piece(fd, offset, n);
		if (come == 0)
			atf_tc_fail("descriptor %d: end of file at byte %zu,"
			    " %zu are missing", fd, offset, n);
	}
}

size_t
plain_pattern_until_end(int fd, size_t offset)
{
	size_t come, total;

	for (total = 0; (come = read_piece(fd, offset + total, PIECE)) != 0;)
		total += come;
	return (total);
}

size_t
plain_readable(int fd)
{
	int n;

	ATF_REQUIRE_EQ(0, ioctl(fd, FIONREAD, &n));
	ATF_REQUIRE_MSG(n > 0, "descriptor %d: no bytes to read", fd);
	return ((size_t)n);
}

void
plain_expect_end(int fd)
{
	char byte;

	if (read_some(fd, &byte, 1) != 0)
		atf_tc_fail("descriptor %d: a byte, not the end", fd);
}

void
plain_expect_reset(int fd)
{
	char piece[PIECE];
	ssize_t n;

	do {
		plain_await(fd, POLLIN, "see a reset");
		n = read(fd, piece, sizeof(piece));
	} while (n > 0);
	if (n == 0)
		atf_tc_fail("descriptor %d: end of file, not a reset", fd);
	if (errno != ECONNRESET)
		atf_tc_fail("descriptor %d: %s, not a reset", fd,
		    strerror(errno));
}
