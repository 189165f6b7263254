/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define START_WAIT	10000	/* ms */
#define END_WAIT	5000	/* ms */

static void
read_ports(struct subject *subject, int output)
{
	struct pollfd wait;
	char line[64];
	ssize_t n;
	size_t size;

	size = 0;
	do {
		wait.fd = output;
		wait.events = POLLIN;
		if (poll(&wait, 1, START_WAIT) != 1)
			errx(1, "the server does not start");
		n = read(output, line + size, sizeof(line) - 1 - size);
		if (n <= 0)
			errx(1, "the server has ended");
		size += (size_t)n;
		line[size] = '\0';
	} while (strchr(line, '\n') == NULL);
	if (sscanf(line, "tcp %d udp %d", &subject->tcp_port,
	    &subject->udp_port) != 2)
		errx(1, "the server says: %s", line);
}

void
subject_start(struct subject *subject, char *argv[])
{
	int input[2], output[2];

	if (pipe(input) == -1 || pipe(output) == -1)
		err(1, "pipe");
	subject->pid = fork();
	if (subject->pid == -1)
		err(1, "fork");
	if (subject->pid == 0) {
		if (dup2(input[0], STDIN_FILENO) == -1 ||
		    dup2(output[1], STDOUT_FILENO) == -1)
			err(1, "dup2");
		(void)close(input[0]);
		(void)close(input[1]);
		(void)close(output[0]);
		(void)close(output[1]);
		(void)execvp(argv[0], argv);
		err(1, "%s", argv[0]);
	}
	(void)close(input[0]);
	(void)close(output[1]);
	subject->input = input[1];
	read_ports(subject, output[0]);
	(void)close(output[0]);
	errno = clock_getcpuclockid(subject->pid, &subject->clock);
	if (errno != 0)
		err(1, "clock_getcpuclockid");
}

double
subject_cpu(const struct subject *subject)
{
	struct timespec time;

	if (clock_gettime(subject->clock, &time) == -1)
		err(1, "the server has ended");
	return ((double)time.tv_sec + (double)time.tv_nsec / 1e9);
}

/* A number of a file in /proc, or -1. */
static long
field(const char *path, const char *name)
{
	char line[128];
	FILE *file;
	long number;

	file = fopen(path, "r");
	if (file == NULL)
		return (-1);
	number = -1;
	while (number == -1 && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			number = strtol(line + strlen(name), NULL, 10);
	(void)fclose(file);
	return (number);
}

long
subject_resident(const struct subject *subject)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%ld/status",
	    (long)subject->pid);
	return (field(path, "VmRSS:"));
}

long
subject_switches(const struct subject *subject)
{
	struct dirent *entry;
	char path[512];
	DIR *directory;
	long sum;

	(void)snprintf(path, sizeof(path), "/proc/%ld/task",
	    (long)subject->pid);
	directory = opendir(path);
	if (directory == NULL)
		return (-1);
	sum = 0;
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%ld/task/%s/status",
		    (long)subject->pid, entry->d_name);
		sum += field(path, "voluntary_ctxt_switches:");
	}
	(void)closedir(directory);
	return (sum);
}

void
subject_end(struct subject *subject)
{
	struct rusage usage;
	char path[64];
	int i, status;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status",
	    (long)subject->pid);
	subject->peak = field(path, "VmHWM:");
	(void)close(subject->input);
	for (i = 0; i < END_WAIT / 10; i++) {
		if (wait4(subject->pid, &status, WNOHANG, &usage) != 0)
			break;
		(void)usleep(10 * 1000);
	}
	if (i == END_WAIT / 10) {
		(void)kill(subject->pid, SIGKILL);
		(void)wait4(subject->pid, &status, 0, &usage);
	}
	/* On Linux this may be that of the process that forked. */
	if (subject->peak == -1)
		subject->peak = usage.ru_maxrss;
}
