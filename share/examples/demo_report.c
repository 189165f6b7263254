/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>

#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "demo.h"

#define MIB	(1024.0 * 1024.0)

static _Atomic(const char *)	 step;		/* for the signal handler */
static double			 step_began;	/* seconds */
static uint64_t			 progress_shown;
static int			 line_open;	/* a progress line stands */

static uint64_t	 all_messages;
static uint64_t	 all_bytes;
static double	 all_began;

static double
seconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return ((double)now.tv_sec + (double)now.tv_nsec / 1e9);
}

/* Writes n with commas: 12,345. */
static const char *
commas(uint64_t n, char *buffer, size_t size)
{
	char digits[24];
	size_t i, j, length;

	length = (size_t)snprintf(digits, sizeof(digits), "%llu",
	    (unsigned long long)n);
	for (i = j = 0; i < length && j + 2 < size; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			buffer[j++] = ',';
		buffer[j++] = digits[i];
	}
	buffer[j] = '\0';
	return (buffer);
}

static void
clear_line(void)
{

	if (line_open)
		(void)printf("\r%64s\r", "");
	line_open = 0;
}

void
demo_print(const char *format, ...)
{
	va_list arguments;

	clear_line();
	va_start(arguments, format);
	(void)vprintf(format, arguments);
	va_end(arguments);
	(void)fflush(stdout);
}

void
demo_step(const char *name)
{

	atomic_store(&step, name);
	progress_shown = 0;
	step_began = seconds_now();
}

void
demo_progress(uint64_t bytes, uint64_t total)
{

	if (!isatty(STDOUT_FILENO) || bytes - progress_shown < total / 64)
		return;
	progress_shown = bytes;
	line_open = 1;
	(void)printf("\r    %-16s %6.0f of %.0f MiB", atomic_load(&step),
	    (double)bytes / MIB, (double)total / MIB);
	(void)fflush(stdout);
}

void
demo_step_done(uint64_t messages, uint64_t bytes, const char *remark)
{
	char count[32], rate[32];
	const char *name;
	double seconds;

	name = atomic_load(&step);
	seconds = seconds_now() - step_began;
	if (seconds <= 0)
		seconds = 1e-9;
	all_messages += messages;
	all_bytes += bytes;
	if (remark != NULL) {
		demo_print("    %-16s %s\n", name, remark);
	} else if (messages > 1) {
		(void)commas(messages, count, sizeof(count));
		(void)commas((uint64_t)((double)messages / seconds), rate,
		    sizeof(rate));
		demo_print("    %-16s %6s there and back %7.2f s %8s /s\n",
		    name, count, seconds, rate);
	} else {
		demo_print("    %-16s %6.0f MiB compared   %7.2f s %8.0f "
		    "MiB/s\n", name, (double)bytes / MIB, seconds,
		    (double)bytes / MIB / seconds);
	}
}

void
demo_summary(void)
{
	char count[32];

	demo_print("\nEverything came back right: %s messages, %.1f MiB, "
	    "%.1f s.\n", commas(all_messages, count, sizeof(count)),
	    (double)all_bytes / MIB, seconds_now() - all_began);
}

void
demo_fail(const char *format, ...)
{
	va_list arguments;

	clear_line();
	(void)fflush(stdout);
	(void)fprintf(stderr, "demo: %s: ", atomic_load(&step));
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	_exit(1);		/* other threads run on: no exit handlers */
}

static void
too_late(int number)
{
	const char *name, *part;

	(void)number;
	part = "\ndemo: not done in time, while at: ";
	(void)!write(STDERR_FILENO, part, strlen(part));
	name = atomic_load(&step);
	(void)!write(STDERR_FILENO, name, strlen(name));
	(void)!write(STDERR_FILENO, "\n", 1);
	_exit(1);
}

void
demo_deadline(void)
{
	struct sigaction action;

	demo_step("start");
	all_began = seconds_now();
	memset(&action, 0, sizeof(action));
	action.sa_handler = too_late;
	(void)sigemptyset(&action.sa_mask);
	if (sigaction(SIGALRM, &action, NULL) == -1)
		demo_fail("sigaction");
	(void)alarm(DEMO_SECONDS);
}

static unsigned char
byte_at(uint64_t offset)
{
	uint64_t word;

	word = (offset / 8 + 1) * 0x9e3779b97f4a7c15u;
	word ^= word >> 29;
	return ((unsigned char)(word >> offset % 8 * 8));
}

void
demo_fill(void *buffer, uint64_t offset, size_t size)
{
	unsigned char *bytes;
	size_t i;

	bytes = buffer;
	for (i = 0; i < size; i++)
		bytes[i] = byte_at(offset + i);
}

void
demo_compare(const void *buffer, uint64_t offset, size_t size)
{
	const unsigned char *bytes;
	size_t i;

	bytes = buffer;
	for (i = 0; i < size; i++)
		if (bytes[i] != byte_at(offset + i))
			demo_fail("byte %llu came back as 0x%02x, not 0x%02x",
			    (unsigned long long)(offset + i), bytes[i],
			    byte_at(offset + i));
}
