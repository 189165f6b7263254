/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Snapshots of sockets for statistics.  See socket_info(3).
 */

#ifndef SOCKET_INFO_H
#define SOCKET_INFO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SOCKET_INFO_UNKNOWN	0
#define SOCKET_INFO_LISTEN	1
#define SOCKET_INFO_TCP		2
#define SOCKET_INFO_UDP		3
#define SOCKET_INFO_BIND	4
#define SOCKET_INFO_CLOSING	5

struct socket_info {
	int			 id;
	int			 type;		/* SOCKET_INFO_* */
	uint64_t		 opaque;	/* the owner */
	uint64_t		 read;		/* bytes; accepts of a listener */
	uint64_t		 write;		/* bytes handed to the kernel */
	uint64_t		 rtime;		/* of the last read, in 1/100 s */
	uint64_t		 wtime;		/* of the last write, in 1/100 s */
	int64_t			 wbuffer;	/* unsent bytes */
	uint8_t			 reading;	/* 1: reading is open */
	uint8_t			 writing;	/* 1: unsent bytes wait */
	char			 name[128];	/* numeric address:port */
	struct socket_info	*next;
};

/* A zeroed snapshot before the given one (which may be NULL); NULL: ENOMEM. */
struct socket_info	*socket_info_create(struct socket_info *);
/* Frees the whole list; NULL is an empty one. */
void			 socket_info_release(struct socket_info *);

#ifdef __cplusplus
}
#endif

#endif /* SOCKET_INFO_H */
