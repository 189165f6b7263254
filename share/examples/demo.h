/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * demo.h: what the files of the demo owe each other.
 *
 *	demo.c		starts the echo services and the clients
 *	demo_client.c	a client that is a service of the library
 *	demo_plain.c	a client that knows nothing of the library: a thread
 *			with sockets of its own
 *	demo_report.c	what is printed, and what is compared
 *
 * The two clients run one after the other and use the same echo services.
 */

#ifndef DEMO_H
#define DEMO_H

#include <stddef.h>
#include <stdint.h>

#include "echo_service.h"

#define DEMO_IPV4	0
#define DEMO_IPV6	1
#define DEMO_SECONDS	60	/* it is over by then, or has failed */

#define DEMO_STREAM	((uint64_t)64 * 1024 * 1024)

struct demo {
	struct echo	 echo[2];	/* DEMO_IPV4, DEMO_IPV6 */
	int		 services;	/* how many of them there are */
	int		 closed_port;	/* nobody listens there */
	uint32_t	 client;	/* handle of the client service */
	/* Called by the client service when all its steps are done. */
	void		(*client_done)(struct demo *);
};

/* demo_client.c: exits with a message when it cannot. */
void	demo_client_new(struct demo *);

/* demo_plain.c: all its steps, one after the other. */
void	demo_plain_run(const struct demo *);
/* 1 if the system has ::1. */
int	demo_plain_has_ipv6(void);
/* A bound socket that does not listen; it stays open.  Returns its port. */
int	demo_plain_closed_port(void);

/*
 * demo_report.c.  A step begins, makes progress, and ends with a line of what
 * came back.  Any thread, but one at a time.
 */
void	demo_print(const char *, ...)
	    __attribute__((__format__(__printf__, 1, 2)));
void	demo_step(const char *name);
void	demo_progress(uint64_t bytes, uint64_t total);
/* remark may be NULL: the rate then is in messages, or for one in bytes. */
void	demo_step_done(uint64_t messages, uint64_t bytes, const char *remark);
void	demo_summary(void);
/* Says why and ends the program with 1. */
void	demo_fail(const char *, ...)
	    __attribute__((__noreturn__, __format__(__printf__, 1, 2)));
/* From now on the demo fails when DEMO_SECONDS are over. */
void	demo_deadline(void);

/* The bytes of the stream from offset on; no piece of it is like another. */
void	demo_fill(void *, uint64_t offset, size_t);
/* Fails unless the bytes are those of the stream. */
void	demo_compare(const void *, uint64_t offset, size_t);

#endif /* DEMO_H */
