/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * example.h: runs the programs of share/examples as their readers will run
 * them.  They are looked for in the folder that the configuration variable
 * examples_dir names, or else beside the sources; a case is skipped where its
 * program has not been made.
 */

#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <sys/types.h>

#include <atf-c.h>
#include <stddef.h>

struct example {
	pid_t	pid;
	int	out;		/* its standard output */
	int	port;		/* the one that it has printed */
};

/* Good once the program has printed its first line, with its port. */
struct example	example_run(const atf_tc_t *, char *const arguments[]);
/* Likewise on 127.0.0.1 and any port. */
struct example	example_start(const atf_tc_t *, const char *name);
/* Sends the signal; the program must exit with 0 and print no more. */
void		example_end(struct example *, int signal_number);
/* The program without arguments, run to its end: its status. */
int		example_status(const atf_tc_t *, const char *name);

/* A line without its end; fails the case at the end of file. */
void	example_line(int fd, char *line, size_t size);
/* The next line has the text in it. */
void	example_line_with(int fd, const char *text);
/* What comes until the end of file, as a string. */
void	example_rest(int fd, char *text, size_t size);
/*
 * Writes the pattern until the peer holds back: how much.  Fails the case if
 * it takes what no socket buffers explain.
 */
size_t	example_fill(int fd);

#define EXAMPLE_TC(name, text)						\
	ATF_TC(name);							\
	ATF_TC_HEAD(name, tc)						\
	{								\
		atf_tc_set_md_var(tc, "descr", "%s", text);		\
	}								\
	ATF_TC_BODY(name, tc)

#endif /* EXAMPLE_H */
