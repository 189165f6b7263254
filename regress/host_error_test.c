/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "skynet.h"

/*
 * This program is about the library's own skynet_error, so it is linked without
 * the harness, which has another; it brings what it needs of memory itself.
 */

static bool	 refuse;	/* no memory */
static int	 blocks;	/* of the one thread that gets any */
static int	 saved = -1;

void *
skynet_malloc(size_t size)
{
	void *block;

	block = refuse ? NULL : malloc(size);
	if (block != NULL)
		blocks++;
	return (block);
}

void
skynet_free(void *block)
{
	if (block != NULL)
		blocks--;
	free(block);
}

/* What is written to stderr goes to a file until read_lines. */
static void
redirect(void)
{
	int fd;

	fd = open("stderr", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	ATF_REQUIRE(fd != -1);
	saved = dup(STDERR_FILENO);
	ATF_REQUIRE(saved != -1);
	ATF_REQUIRE_EQ(STDERR_FILENO, dup2(fd, STDERR_FILENO));
	ATF_REQUIRE_EQ(0, close(fd));
}

static char *
read_lines(void)
{
	static char text[100000];
	ssize_t n;
	int fd;

	ATF_REQUIRE_EQ(STDERR_FILENO, dup2(saved, STDERR_FILENO));
	ATF_REQUIRE_EQ(0, close(saved));
	fd = open("stderr", O_RDONLY);
	ATF_REQUIRE(fd != -1);
	n = read(fd, text, sizeof(text) - 1);
	ATF_REQUIRE(n >= 0);
	text[n] = '\0';
	ATF_REQUIRE_EQ(0, close(fd));
	return (text);
}

ATF_TC_WITHOUT_HEAD(error_is_one_line);
ATF_TC_BODY(error_is_one_line, tc)
{
	struct skynet_context *context;
	char expected[100];

	ATF_REQUIRE_EQ(0, skynet_init());
	context = skynet_context_new(NULL, NULL);
	ATF_REQUIRE(context != NULL);
	redirect();
	skynet_error(NULL, "number %d", 5);
	skynet_error(context, "%s", "text");
	skynet_error(NULL, "with an end\n");
	skynet_error(NULL, "two\nparts");
	skynet_error(NULL, "%s", "");
	(void)snprintf(expected, sizeof(expected), "[:00000000] number 5\n"
	    "[:%08x] text\n[:00000000] with an end\n[:00000000] two parts\n"
	    "[:00000000] \n", (unsigned int)skynet_context_handle(context));
	ATF_CHECK_STREQ(expected, read_lines());
	skynet_exit(context);
	ATF_REQUIRE_EQ(0, skynet_run(0));
}

/* Around the size of the buffer on the stack, and far beyond. */
ATF_TC_WITHOUT_HEAD(error_of_any_length);
ATF_TC_BODY(error_of_any_length, tc)
{
	size_t length;
	char *line, text[50000];

	for (length = 490; length <= 49999; length += length < 520 ? 1 : 9000) {
		memset(text, 'x', length);
		text[length - 1] = 'y';
		text[length] = '\0';
		redirect();
		skynet_error(NULL, "%s", text);
		line = read_lines();
		ATF_REQUIRE_EQ(length + strlen("[:00000000] \n"),
		    strlen(line));
		ATF_CHECK(strncmp(line + strlen("[:00000000] "), text,
		    length) == 0);
	}
	ATF_CHECK_EQ(0, blocks);
}

ATF_TC_WITHOUT_HEAD(error_without_memory_is_cut);
ATF_TC_BODY(error_without_memory_is_cut, tc)
{
	char *line, text[5000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	redirect();
	refuse = true;
	skynet_error(NULL, "%s", text);
	refuse = false;
	line = read_lines();
	ATF_CHECK(strlen(line) > 100 && strlen(line) < sizeof(text));
	ATF_CHECK_EQ('\n', line[strlen(line) - 1]);
}

ATF_TC_WITHOUT_HEAD(error_leaves_errno);
ATF_TC_BODY(error_leaves_errno, tc)
{
	redirect();
	errno = ERANGE;
	skynet_error(NULL, "text");
	ATF_CHECK_EQ(ERANGE, errno);
	ATF_REQUIRE_EQ(0, close(STDERR_FILENO));
	errno = ERANGE;
	skynet_error(NULL, "nowhere");
	ATF_CHECK_EQ(ERANGE, errno);
	ATF_CHECK_STREQ("[:00000000] text\n", read_lines());
}

static void *
write_many(void *argument)
{
	char text[400];		/* needs no memory */
	int i;

	memset(text, *(char *)argument, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < 20; i++)
		skynet_error(NULL, "%s", text);
	return (NULL);
}

ATF_TC_WITHOUT_HEAD(errors_of_threads_do_not_mix);
ATF_TC_BODY(errors_of_threads_do_not_mix, tc)
{
	pthread_t threads[4];
	char letters[] = "abcd", *line, *p;
	int i, lines;

	redirect();
	for (i = 0; i < 4; i++)
		ATF_REQUIRE_EQ(0, pthread_create(&threads[i], NULL, write_many,
		    &letters[i]));
	for (i = 0; i < 4; i++)
		ATF_REQUIRE_EQ(0, pthread_join(threads[i], NULL));
	p = read_lines();
	for (lines = 0; *p != '\0'; lines++, p++) {
		ATF_REQUIRE(strncmp(p, "[:00000000] ", 12) == 0);
		p += 12;
		for (line = p; *p == *line; p++)
			continue;
		ATF_REQUIRE_EQ('\n', *p);
		ATF_CHECK_EQ(399, p - line);
	}
	ATF_CHECK_EQ(80, lines);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, error_is_one_line);
	ATF_TP_ADD_TC(tp, error_of_any_length);
	ATF_TP_ADD_TC(tp, error_without_memory_is_cut);
	ATF_TP_ADD_TC(tp, error_leaves_errno);
	ATF_TP_ADD_TC(tp, errors_of_threads_do_not_mix);
	return (atf_no_error());
}
