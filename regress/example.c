/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "example.h"
#include "harness.h"

#define SECONDS	55		/* that a program may run */
#define HELD	300		/* ms without a byte taken: held back */
#define LIMIT	(64 * 1024 * 1024)

static void
example_path(const atf_tc_t *tc, const char *name, char *path, size_t size)
{
	const char *folder;

	if (atf_tc_has_config_var(tc, "examples_dir")) {
		folder = atf_tc_get_config_var(tc, "examples_dir");
		(void)snprintf(path, size, "%s/%s", folder, name);
	} else {
		folder = atf_tc_get_config_var(tc, "srcdir");
		(void)snprintf(path, size, "%s/../share/examples/%s", folder,
		    name);
	}
	if (access(path, X_OK) == -1)
		atf_tc_skip("%s: %s", path, strerror(errno));
}

void
example_line(int fd, char *line, size_t size)
{
	size_t n;

	for (n = 0; n < size - 1; n++) {
		plain_read(fd, &line[n], 1);
		if (line[n] == '\n')
			break;
	}
	line[n] = '\0';
}

void
example_rest(int fd, char *text, size_t size)
{
	size_t n;
	ssize_t result;

	for (n = 0; n < size - 1; n += (size_t)result) {
		plain_await(fd, POLLIN, "read");
		result = read(fd, text + n, size - 1 - n);
		ATF_REQUIRE_MSG(result != -1, "read: %s", strerror(errno));
		if (result == 0)
			break;
	}
	text[n] = '\0';
}

/* The last number of the line. */
static int
port_in(const char *line)
{
	size_t n;

	for (n = strlen(line); n > 0 && !isdigit((unsigned char)line[n - 1]);)
		n--;
	while (n > 0 && isdigit((unsigned char)line[n - 1]))
		n--;
	return ((int)strtol(line + n, NULL, 10));
}

/* Its standard output goes to a pipe. */
static struct example
spawn(const atf_tc_t *tc, char *const arguments[])
{
	struct example example;
	char path[1024];
	int out[2];

	example_path(tc, arguments[0], path, sizeof(path));
	plain_pipe(out);
	example.pid = fork();
	ATF_REQUIRE(example.pid != -1);
	if (example.pid == 0) {
		/* Ends with the case, should the case end early. */
		(void)alarm(SECONDS);
		(void)dup2(out[1], STDOUT_FILENO);
		(void)close(out[0]);
		(void)close(out[1]);
		(void)execv(path, arguments);
		_exit(127);
	}
	plain_close(out[1]);
	example.out = out[0];
	example.port = 0;
	return (example);
}

struct example
example_run(const atf_tc_t *tc, char *const arguments[])
{
	struct example example;
	char line[256];

	example = spawn(tc, arguments);
	example_line(example.out, line, sizeof(line));
	example.port = port_in(line);
	ATF_REQUIRE_MSG(example.port > 0 && example.port < 65536,
	    "no port in: %s", line);
	return (example);
}

int
example_status(const atf_tc_t *tc, const char *name)
{
	char *arguments[2], text[8192];
	struct example example;
	int status;

	arguments[0] = (char *)(uintptr_t)name;
	arguments[1] = NULL;
	example = spawn(tc, arguments);
	example_rest(example.out, text, sizeof(text));
	(void)fputs(text, stdout);
	plain_close(example.out);
	ATF_REQUIRE_EQ(example.pid, waitpid(example.pid, &status, 0));
	return (status);
}

struct example
example_start(const atf_tc_t *tc, const char *name)
{
	char *arguments[4];

	arguments[0] = (char *)(uintptr_t)name;
	arguments[1] = (char *)(uintptr_t)"127.0.0.1";
	arguments[2] = (char *)(uintptr_t)"0";
	arguments[3] = NULL;
	return (example_run(tc, arguments));
}

void
example_end(struct example *example, int signal_number)
{
	int status;

	ATF_REQUIRE_EQ(0, kill(example->pid, signal_number));
	plain_expect_end(example->out);
	ATF_REQUIRE_EQ(example->pid, waitpid(example->pid, &status, 0));
	ATF_CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "its status is 0x%x", (unsigned int)status);
	plain_close(example->out);
}

void
example_line_with(int fd, const char *text)
{
	char line[1024];

	example_line(fd, line, sizeof(line));
	ATF_CHECK_MSG(strstr(line, text) != NULL, "no \"%s\" in: %s", text,
	    line);
}

/* Writes what is taken within HELD milliseconds: how much, 0 if nothing is. */
static size_t
write_some(int fd, size_t offset)
{
	static char bytes[65536];
	struct pollfd entry;
	ssize_t n;

	entry.fd = fd;
	entry.events = POLLOUT;
	if (poll(&entry, 1, HELD) != 1)
		return (0);
	pattern_fill(bytes, offset, sizeof(bytes));
	n = send(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	ATF_REQUIRE_MSG(n != -1 || errno == EAGAIN || errno == EWOULDBLOCK,
	    "send: %s", strerror(errno));
	return (n == -1 ? 0 : (size_t)n);
}

size_t
example_fill(int fd)
{
	size_t n, sent;

	for (sent = 0; (n = write_some(fd, sent)) > 0; sent += n)
		ATF_REQUIRE_MSG(sent < LIMIT, "%zu bytes were taken", sent);
	return (sent);
}
