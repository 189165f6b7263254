/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A message as it lies in a service's queue.
 */

#ifndef SKYNET_MQ_H
#define SKYNET_MQ_H

#include <stddef.h>
#include <stdint.h>

/* The highest byte of sz carries the message's type (PTYPE_*). */
#define MESSAGE_TYPE_MASK	(SIZE_MAX >> 8)
#define MESSAGE_TYPE_SHIFT	((sizeof(size_t) - 1) * 8)

struct skynet_message {
	uint32_t	 source;	/* handle of the sender; 0: a system's */
	int		 session;	/* the sender's number of a request */
	void		*data;		/* owned by whoever holds the message */
	size_t		 sz;		/* size and type in one word */
};

#endif /* SKYNET_MQ_H */
