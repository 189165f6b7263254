/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * harness_private.h: between harness_server.c and harness_expect.c.
 */

#ifndef HARNESS_PRIVATE_H
#define HARNESS_PRIVATE_H

#include <stdint.h>

struct test_message;
struct test_server;

struct test_wanted {
	int		 type;		/* for the failure's text; -1: any */
	int		 id;		/* 0: any */
	uintptr_t	 opaque;	/* 0: any */
};

/* Takes the next message that fits, by id and opaque, off the queue. */
struct test_message	*test_server_next(const char *, int,
			    struct test_server *, const struct test_wanted *);
/* The first one of the id (0: any) that is queued, left there; or NULL. */
struct test_message	*test_server_queued(struct test_server *, int);
void	test_server_fail(const char *, int, struct test_server *,
	    const char *);

#endif /* HARNESS_PRIVATE_H */
