/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * document_examples.h: the examples of the source document, sections 7.1 to
 * 7.4, for document_examples_test.c alone.
 *
 * Their code is the document's, comments apart.  Its ports, 8888 and 9999, may
 * be in use, so the macros below put others in their place at the four calls
 * that take one.  What else was needed is marked with "Added".
 */

#ifndef DOCUMENT_EXAMPLES_H
#define DOCUMENT_EXAMPLES_H

#include <string.h>

#include "skynet.h"
#include "skynet_socket.h"

/* What the document's ports stand for in the case that runs. */
static int	 port_8888;
static int	 port_9999;

static int
real_port(int port)
{
	return (port == 8888 ? port_8888 : port_9999);
}

#define skynet_socket_listen(ctx, host, port, backlog)			\
	skynet_socket_listen(ctx, host, real_port(port), backlog)
#define skynet_socket_connect(ctx, host, port)				\
	skynet_socket_connect(ctx, host, real_port(port))
#define skynet_socket_udp(ctx, host, port)				\
	skynet_socket_udp(ctx, host, real_port(port))
#define skynet_socket_udp_connect(ctx, id, host, port)			\
	skynet_socket_udp_connect(ctx, id, host, real_port(port))

/* The functions that the document leaves to the reader. */
static void	handle_data(int, char *, int);
static void	handle_close(int);
static void	process_data(int, char *, int);
static void	process_udp_data(char *, int, const char *, int);

/* 7.1 */

static int launch_listen(struct skynet_context * ctx) {
    int listen_fd = skynet_socket_listen(ctx, "0.0.0.0", 8888, 32);
    if (listen_fd < 0) {
        skynet_error(ctx, "Listen failed");
        return -1;
    }

    skynet_socket_start(ctx, listen_fd);

    return listen_fd;
}

static int socket_cb(struct skynet_context * ctx, void *ud,
                    int type, int session, uint32_t source,
                    const void * msg, size_t sz) {
    (void)ud; (void)session; (void)source; (void)sz;	/* Added */
    if (type != PTYPE_SOCKET) {
        return 0;
    }

    struct skynet_socket_message * message = (struct skynet_socket_message *)msg;
    switch(message->type) {
    case SKYNET_SOCKET_TYPE_ACCEPT:
        ;	/* Added: C11 has no declaration behind a label. */
        int new_fd = message->ud;
        skynet_socket_start(ctx, new_fd);
        break;

    case SKYNET_SOCKET_TYPE_DATA:
        handle_data(message->id, message->buffer, message->ud);
        break;

    case SKYNET_SOCKET_TYPE_CLOSE:
        handle_close(message->id);
        break;
    }
    return 0;
}

/* 7.2 */

static int connect_to_server(struct skynet_context * ctx) {
    int fd = skynet_socket_connect(ctx, "127.0.0.1", 8888);
    if (fd < 0) {
        return -1;
    }
    return fd;
}

static void handle_connect(struct skynet_context * ctx,
                          struct skynet_socket_message * msg) {
    if (msg->type == SKYNET_SOCKET_TYPE_CONNECT) {
        skynet_socket_start(ctx, msg->id);

        const char * hello = "Hello Server";
        size_t len = strlen(hello) + 1;
        char * payload = skynet_malloc(len);
        memcpy(payload, hello, len);
        skynet_socket_send(ctx, msg->id, payload, (int)(len - 1));
    } else if (msg->type == SKYNET_SOCKET_TYPE_ERROR) {
        skynet_error(ctx, "Connect failed: %s", (char*)(msg+1));
    }
}

/* 7.3 */

static void send_examples(struct skynet_context * ctx, int fd) {
    const char * payload = "test data";
    size_t len = strlen(payload) + 1;
    char * data1 = skynet_malloc(len);
    memcpy(data1, payload, len);
    skynet_socket_send(ctx, fd, data1, (int)(len - 1));

    size_t bigsz = 1024 * 1024;
    char * bigdata = skynet_malloc(bigsz);
    memset(bigdata, 'b', bigsz);	/* Added: "fill bigdata" */
    skynet_socket_send_lowpriority(ctx, fd, bigdata, (int)bigsz);

    static const char keepalive[] = "ping";
    struct socket_sendbuffer buffer;
    buffer.id = fd;
    buffer.type = SOCKET_BUFFER_RAWPOINTER;
    buffer.buffer = keepalive;
    buffer.sz = sizeof(keepalive) - 1;
    skynet_socket_sendbuffer(ctx, &buffer);
}

static void handle_socket_data(struct skynet_socket_message * msg) {
    int fd = msg->id;
    char * data = msg->buffer;
    int size = msg->ud;

    process_data(fd, data, size);

    skynet_free(data);
}

/* 7.4 */

static int create_udp(struct skynet_context * ctx) {
    int udp_fd = skynet_socket_udp(ctx, "0.0.0.0", 9999);
    return udp_fd;
}

static void send_udp(struct skynet_context * ctx, int udp_fd) {
    const char * data = "UDP message";
    size_t len = strlen(data) + 1;
    char * payload = skynet_malloc(len);
    memcpy(payload, data, len);
    skynet_socket_udp_connect(ctx, udp_fd, "127.0.0.1", 8888);
    skynet_socket_udp_send(ctx, udp_fd, NULL, payload, (int)(len - 1));
}

static void handle_udp(struct skynet_context * ctx,
                      struct skynet_socket_message * msg) {
    if (msg->type != SKYNET_SOCKET_TYPE_UDP) {
        return;
    }

    int addrsz = 0;
    const char * addr = skynet_socket_udp_address(msg, &addrsz);

    process_udp_data(msg->buffer, msg->ud, addr, addrsz);

    const char * reply = "UDP reply";
    size_t rlen = strlen(reply) + 1;
    char * payload = skynet_malloc(rlen);
    memcpy(payload, reply, rlen);
    skynet_socket_udp_send(ctx, msg->id, addr, payload, (int)(rlen - 1));

    skynet_free(msg->buffer);
}

#endif /* DOCUMENT_EXAMPLES_H */
