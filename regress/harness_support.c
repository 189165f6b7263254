/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <atf-c.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

#define PATTERN_ROW	251		/* primes */
#define PATTERN_ROWS	241

unsigned char
pattern_byte(size_t offset)
{

	return ((unsigned char)(offset % PATTERN_ROW +
	    offset / PATTERN_ROW % PATTERN_ROWS));
}

void
pattern_fill(void *buffer, size_t offset, size_t n)
{
	unsigned char *bytes;
	size_t i;

	bytes = buffer;
	for (i = 0; i < n; i++)
		bytes[i] = pattern_byte(offset + i);
}

size_t
pattern_check(const void *buffer, size_t offset, size_t n)
{
	const unsigned char *bytes;
	size_t i;

	bytes = buffer;
	for (i = 0; i < n; i++) {
		if (bytes[i] != pattern_byte(offset + i))
			break;
	}
	return (i);
}

bool *
descriptor_census(void)
{
	bool *open;
	int fd;

	open = calloc(DESCRIPTOR_LIMIT, sizeof(*open));
	ATF_REQUIRE(open != NULL);
	for (fd = 0; fd < DESCRIPTOR_LIMIT; fd++)
		open[fd] = fcntl(fd, F_GETFD) != -1;
	return (open);
}

int
descriptor_count(void)
{
	int fd, n;

	n = 0;
	for (fd = 0; fd < DESCRIPTOR_LIMIT; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			n++;
	}
	return (n);
}

void
descriptor_compare(const bool *before)
{
	char line[256];
	size_t length;
	int fd;
	bool is_open;

	length = 0;
	for (fd = 0; fd < DESCRIPTOR_LIMIT; fd++) {
		is_open = fcntl(fd, F_GETFD) != -1;
		if (is_open == before[fd] || length >= sizeof(line))
			continue;
		length += (size_t)snprintf(line + length,
		    sizeof(line) - length, " %d %s", fd,
		    is_open ? "left open" : "closed");
	}
	if (length != 0)
		atf_tc_fail("descriptors:%s", line);
}

int
thread_count(void)
{
	struct dirent *entry;
	DIR *directory;
	int n;

	directory = opendir("/proc/self/task");
	if (directory == NULL)
		return (-1);
	n = 0;
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] != '.')
			n++;
	}
	(void)closedir(directory);
	return (n);
}

static void *
nothing_main(void *argument)
{

	return (argument);
}

int
thread_baseline(void)
{
	pthread_t thread;

	ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, nothing_main, NULL));
	ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
	return (thread_count());
}

void
thread_await_at_most(int n)
{
	int64_t until;
	int threads;

	until = monotonic_ms() + TEST_DEADLINE;
	while ((threads = thread_count()) > n) {
		if (monotonic_ms() >= until)
			atf_tc_fail("%d threads, not %d", threads, n);
		(void)sched_yield();
	}
}

int64_t
monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

bool
cond_wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex,
    int64_t until)
{
	struct timespec when;
	int64_t left;

	left = until - monotonic_ms();
	if (left <= 0)
		return (false);
	(void)clock_gettime(CLOCK_REALTIME, &when);
	when.tv_sec += (time_t)(left / 1000);
	when.tv_nsec += (long)(left % 1000) * 1000000;
	if (when.tv_nsec >= 1000000000) {
		when.tv_sec++;
		when.tv_nsec -= 1000000000;
	}
	return (pthread_cond_timedwait(condition, mutex, &when) != ETIMEDOUT);
}
