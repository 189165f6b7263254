/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What a send takes: a buffer, its size, and who frees it how.
 */

#ifndef SOCKET_BUFFER_H
#define SOCKET_BUFFER_H

#include <stddef.h>

#define SOCKET_BUFFER_MEMORY		0	/* freed with skynet_free */
#define SOCKET_BUFFER_OBJECT		1	/* see socket_object_interface */
#define SOCKET_BUFFER_RAWPOINTER	2	/* stays the caller's */

struct socket_sendbuffer {
	int		 id;
	int		 type;		/* SOCKET_BUFFER_* */
	const void	*buffer;
	size_t		 sz;		/* bytes; not used for an OBJECT */
};

#endif /* SOCKET_BUFFER_H */
