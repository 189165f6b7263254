/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The host: services with message queues, workers, a clock.  See
 * skynet_context(3).
 */

#ifndef SKYNET_H
#define SKYNET_H

#include <stddef.h>
#include <stdint.h>

#include "skynet_malloc.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PTYPE_TEXT		0
#define PTYPE_RESPONSE		1
#define PTYPE_MULTICAST		2
#define PTYPE_CLIENT		3
#define PTYPE_SYSTEM		4
#define PTYPE_HARBOR		5
#define PTYPE_SOCKET		6
#define PTYPE_ERROR		7
#define PTYPE_RESERVED_QUEUE	8
#define PTYPE_RESERVED_DEBUG	9
#define PTYPE_RESERVED_LUA	10
#define PTYPE_RESERVED_SNAX	11

/* Flags beside the type of skynet_send. */
#define PTYPE_TAG_DONTCOPY	0x10000	/* data is passed on, not copied */
#define PTYPE_TAG_ALLOCSESSION	0x20000	/* session is 0: take a new number */

struct skynet_context;

/*
 * A service's callback: one message.  Returns 0 when the host is to free the
 * message, 1 when the callback has kept it.
 */
typedef int (*skynet_cb)(struct skynet_context *, void *, int type,
    int session, uint32_t source, const void *msg, size_t sz);

int		 skynet_init(void);
int		 skynet_run(int);
void		 skynet_abort(void);

struct skynet_context	*skynet_context_new(skynet_cb, void *);
void		 skynet_exit(struct skynet_context *);
void		 skynet_callback(struct skynet_context *, void *, skynet_cb);
uint32_t	 skynet_context_handle(struct skynet_context *);

int		 skynet_send(struct skynet_context *, uint32_t, uint32_t, int,
		    int, void *, size_t);
int		 skynet_timeout(struct skynet_context *, int, int);

uint64_t	 skynet_now(void);
void		 skynet_error(struct skynet_context *, const char *, ...)
#if defined(__GNUC__)
		    __attribute__((__format__(__printf__, 2, 3)))
#endif
		    ;

#ifdef __cplusplus
}
#endif

#endif /* SKYNET_H */
