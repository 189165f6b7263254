/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * write_queue.h: what is to be sent on a socket and has not been yet.
 *
 * Plain lists without a lock of their own: the socket's lock guards them.
 * Nothing here frees a payload while that lock is held; what is done with
 * moves to a list of trash that the caller frees after unlocking, for a user
 * object's free function may call the library.
 */

#ifndef SS_WRITE_QUEUE_H
#define SS_WRITE_QUEUE_H

#include <sys/types.h>
#include <sys/uio.h>

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "portability.h"
#include "socket_server.h"

#pragma GCC visibility push(hidden)

/* A caller's data and how it is given back. */
struct ss_payload {
	const char	*data;
	size_t		 size;
	void		*owned;			/* what release gets */
	void		(*release)(void *);	/* NULL: RAWPOINTER */
};

enum ss_priority {
	SS_PRIORITY_HIGH,
	SS_PRIORITY_LOW,
	SS_PRIORITIES
};

/* A message that waits. */
struct ss_write {
	STAILQ_ENTRY(ss_write)	 entry;
	const char		*next;		/* the first unsent byte */
	size_t			 left;		/* unsent bytes */
	bool			 begun;		/* some bytes have left */
	enum ss_priority	 priority;	/* the list it is in */
	void			*owned;
	void			(*release)(void *);	/* NULL: copied here */
	union ss_address	 to[];		/* datagrams: one */
};

STAILQ_HEAD(ss_write_list, ss_write);

#define SS_WRITE_VECTORS	64

/* What one write call offers to the kernel, in order. */
struct ss_gathered {
	int			 count;
	struct iovec		 iov[SS_WRITE_VECTORS];
	struct ss_write		*write[SS_WRITE_VECTORS];
};

void	ss_payload_release(const struct ss_payload *);

/*
 * A message of the payload but its first sent bytes, which takes the payload
 * over or, for a RAWPOINTER, copies the rest.  to is a datagram's address or
 * NULL.  NULL: ENOMEM, and the payload is still the caller's.
 */
struct ss_write	*ss_write_create(const struct ss_payload *, size_t sent,
		    enum ss_priority, const union ss_address *to);
/* Frees every message of the list and leaves it empty. */
void	ss_write_list_free(struct ss_write_list *);

/*
 * Gathers in the order in which bytes must leave: a message that has begun,
 * the high priority, the low.
 */
void	ss_write_gather(const struct ss_write_list[SS_PRIORITIES],
	    struct ss_gathered *);
/*
 * Takes away the n bytes of what was gathered that the kernel took; finished
 * messages go to trash.  Since the gathering others may have appended, but
 * nobody may have taken away.
 */
void	ss_write_consume(struct ss_write_list[SS_PRIORITIES],
	    const struct ss_gathered *, size_t n, struct ss_write_list *trash);
/* The message that is to leave first, or NULL. */
struct ss_write	*ss_write_first(const struct ss_write_list[SS_PRIORITIES]);
/* Takes away the first n of what was gathered, whole. */
void	ss_write_remove(struct ss_write_list[SS_PRIORITIES],
	    const struct ss_gathered *, int n, struct ss_write_list *trash);

#pragma GCC visibility pop

#endif /* SS_WRITE_QUEUE_H */
