/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The socket layer without services.  See socket_server(3).
 */

#ifndef SOCKET_SERVER_H
#define SOCKET_SERVER_H

#include <stdint.h>

#include "socket_buffer.h"
#include "socket_info.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What socket_server_poll returns. */
#define SOCKET_DATA		0
#define SOCKET_CLOSE		1
#define SOCKET_OPEN		2
#define SOCKET_ACCEPT		3
#define SOCKET_ERR		4
#define SOCKET_EXIT		5
#define SOCKET_UDP		6
#define SOCKET_WARNING		7

#define SOCKET_DIALECT_DOCUMENT	0
#define SOCKET_DIALECT_UPSTREAM	1

struct socket_server;
struct socket_udp_address;

struct socket_message {
	int		 id;
	uintptr_t	 opaque;	/* the owner */
	int		 ud;
	/*
	 * DATA, UDP: a block that the receiver frees with skynet_free.  OPEN,
	 * ACCEPT, ERR: text, good until the next poll.  Others: NULL.
	 */
	char		*data;
};

/* How the payload of a SOCKET_BUFFER_OBJECT is found and freed. */
struct socket_object_interface {
	const void	*(*buffer)(const void *);
	size_t		 (*size)(const void *);
	void		 (*free)(void *);
};

struct socket_server	*socket_server_create(uint64_t);
struct socket_server	*socket_server_create_dialect(uint64_t, int);
void	socket_server_release(struct socket_server *);
void	socket_server_updatetime(struct socket_server *, uint64_t);
int	socket_server_poll(struct socket_server *, struct socket_message *,
	    int *);
void	socket_server_exit(struct socket_server *);
void	socket_server_userobject(struct socket_server *,
	    struct socket_object_interface *);
struct socket_info	*socket_server_info(struct socket_server *);

int	socket_server_listen(struct socket_server *, uintptr_t, const char *,
	    int, int);
int	socket_server_connect(struct socket_server *, uintptr_t, const char *,
	    int);
int	socket_server_bind(struct socket_server *, uintptr_t, int);
void	socket_server_start(struct socket_server *, uintptr_t, int);
void	socket_server_pause(struct socket_server *, uintptr_t, int);
void	socket_server_close(struct socket_server *, uintptr_t, int);
void	socket_server_shutdown(struct socket_server *, uintptr_t, int);
void	socket_server_nodelay(struct socket_server *, int);

int	socket_server_send(struct socket_server *, struct socket_sendbuffer *);
int	socket_server_send_lowpriority(struct socket_server *,
	    struct socket_sendbuffer *);

int	socket_server_udp(struct socket_server *, uintptr_t, const char *,
	    int);
int	socket_server_udp_connect(struct socket_server *, int, const char *,
	    int);
int	socket_server_udp_dial(struct socket_server *, uintptr_t,
	    const char *, int);
int	socket_server_udp_listen(struct socket_server *, uintptr_t,
	    const char *, int);
int	socket_server_udp_send(struct socket_server *,
	    const struct socket_udp_address *, struct socket_sendbuffer *);
const struct socket_udp_address	*socket_server_udp_address(
	    struct socket_server *, struct socket_message *, int *);

#ifdef __cplusplus
}
#endif

#endif /* SOCKET_SERVER_H */
