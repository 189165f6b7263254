/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The socket layer for services.  See skynet_socket(3).
 */

#ifndef SKYNET_SOCKET_H
#define SKYNET_SOCKET_H

#include "socket_buffer.h"
#include "socket_info.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SKYNET_SOCKET_TYPE_DATA		1
#define SKYNET_SOCKET_TYPE_CONNECT	2
#define SKYNET_SOCKET_TYPE_CLOSE	3
#define SKYNET_SOCKET_TYPE_ACCEPT	4
#define SKYNET_SOCKET_TYPE_ERROR	5
#define SKYNET_SOCKET_TYPE_UDP		6
#define SKYNET_SOCKET_TYPE_WARNING	7

struct skynet_context;
struct socket_object_interface;

/* The payload of a PTYPE_SOCKET message; text follows the structure. */
struct skynet_socket_message {
	int	 type;		/* SKYNET_SOCKET_TYPE_* */
	int	 id;
	int	 ud;		/* its meaning depends on type */
	char	*buffer;	/* DATA, UDP: the receiver frees it */
};

void	skynet_socket_init(void);
void	skynet_socket_exit(void);
void	skynet_socket_free(void);
int	skynet_socket_poll(void);
void	skynet_socket_updatetime(void);
void	skynet_socket_userobject(struct socket_object_interface *);
struct socket_info	*skynet_socket_info(void);

int	skynet_socket_listen(struct skynet_context *, const char *, int, int);
int	skynet_socket_connect(struct skynet_context *, const char *, int);
int	skynet_socket_bind(struct skynet_context *, int);
void	skynet_socket_start(struct skynet_context *, int);
void	skynet_socket_pause(struct skynet_context *, int);
void	skynet_socket_close(struct skynet_context *, int);
void	skynet_socket_shutdown(struct skynet_context *, int);
void	skynet_socket_nodelay(struct skynet_context *, int);

int	skynet_socket_sendbuffer(struct skynet_context *,
	    struct socket_sendbuffer *);
int	skynet_socket_sendbuffer_lowpriority(struct skynet_context *,
	    struct socket_sendbuffer *);

int	skynet_socket_udp(struct skynet_context *, const char *, int);
int	skynet_socket_udp_connect(struct skynet_context *, int, const char *,
	    int);
int	skynet_socket_udp_dial(struct skynet_context *, const char *, int);
int	skynet_socket_udp_listen(struct skynet_context *, const char *, int);
int	skynet_socket_udp_sendbuffer(struct skynet_context *, const char *,
	    struct socket_sendbuffer *);
const char	*skynet_socket_udp_address(struct skynet_socket_message *,
	    int *);

static inline void
sendbuffer_init_(struct socket_sendbuffer *sb, int id, const void *buffer,
    int sz)
{
	sb->id = id;
	sb->type = sz < 0 ? SOCKET_BUFFER_OBJECT : SOCKET_BUFFER_MEMORY;
	sb->buffer = buffer;
	sb->sz = sz < 0 ? 0 : (size_t)sz;
}

static inline int
skynet_socket_send(struct skynet_context *ctx, int id, void *buffer, int sz)
{
	struct socket_sendbuffer sb;

	sendbuffer_init_(&sb, id, buffer, sz);
	return (skynet_socket_sendbuffer(ctx, &sb));
}

static inline int
skynet_socket_send_lowpriority(struct skynet_context *ctx, int id,
    void *buffer, int sz)
{
	struct socket_sendbuffer sb;

	sendbuffer_init_(&sb, id, buffer, sz);
	return (skynet_socket_sendbuffer_lowpriority(ctx, &sb));
}

static inline int
skynet_socket_udp_send(struct skynet_context *ctx, int id,
    const char *address, const void *buffer, int sz)
{
	struct socket_sendbuffer sb;

	sendbuffer_init_(&sb, id, buffer, sz);
	return (skynet_socket_udp_sendbuffer(ctx, address, &sb));
}

#ifdef __cplusplus
}
#endif

#endif /* SKYNET_SOCKET_H */
