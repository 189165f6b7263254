/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * bench_uv: libuv.  One buffer is read into; what comes is written at once if
 * the socket takes it, and copied to a write request if not.
 */

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "peer.h"

#define UDP_BUFFER	(16 * 64 * 1024)	/* room for recvmmsg */

static uv_loop_t	*loop;
static enum peer_mode	 mode;
static char		 buffer[PEER_BUFFER];
static char		 udp_buffer[UDP_BUFFER];

struct request {
	uv_write_t	 write;
	char		 data[];
};

static void
on_allocate(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{

	(void)handle;
	(void)size;
	*buf = uv_buf_init(buffer, sizeof(buffer));
}

static void
on_closed(uv_handle_t *handle)
{

	free(handle);
}

static void
end(uv_handle_t *handle)
{
	struct peer_connection *connection;

	if (uv_is_closing(handle))
		return;
	connection = handle->data;
	connection->fd = -1;
	peer_connection_free(connection);
	uv_close(handle, on_closed);
}

static void	on_read(uv_stream_t *, ssize_t, const uv_buf_t *);

static void
on_written(uv_write_t *write, int status)
{
	uv_stream_t *stream;

	stream = write->handle;
	free(write->data);
	if (status == 0 && !uv_is_closing((uv_handle_t *)stream) &&
	    stream->write_queue_size == 0)
		(void)uv_read_start(stream, on_allocate, on_read);
}

static void
answer(uv_stream_t *stream, char *data, size_t size)
{
	struct request *request;
	uv_buf_t buf;
	int n;

	buf = uv_buf_init(data, (unsigned int)size);
	n = uv_try_write(stream, &buf, 1);
	if (n == (int)size)
		return;
	if (n < 0 && n != UV_EAGAIN) {
		end((uv_handle_t *)stream);
		return;
	}
	if (n < 0)
		n = 0;
	size -= (size_t)n;
	request = malloc(sizeof(*request) + size);
	if (request == NULL)
		err(1, "memory");
	request->write.data = request;
	memcpy(request->data, data + n, size);
	buf = uv_buf_init(request->data, (unsigned int)size);
	(void)uv_read_stop(stream);
	if (uv_write(&request->write, stream, &buf, 1, on_written) != 0)
		free(request);
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	size_t done, piece, size;
	int i;

	if (n < 0) {
		end((uv_handle_t *)stream);
		return;
	}
	size = (size_t)n;
	if (mode == PEER_FAN) {
		for (i = 0; i < peer_count; i++)
			answer(peer_all[i]->user, buf->base, size);
	} else if (mode == PEER_SMALL) {
		for (done = 0; done < size; done += piece) {
			piece = size - done;
			if (piece > PEER_PIECE)
				piece = PEER_PIECE;
			answer(stream, buf->base + done, piece);
		}
	} else if (size > 0)
		answer(stream, buf->base, size);
}

static void
on_connection(uv_stream_t *listener, int status)
{
	struct peer_connection *connection;
	uv_tcp_t *tcp;

	if (status != 0)
		return;
	tcp = malloc(sizeof(*tcp));
	if (tcp == NULL || uv_tcp_init(loop, tcp) != 0)
		errx(1, "uv_tcp_init");
	connection = peer_connection_new(-1);
	connection->user = tcp;
	tcp->data = connection;
	if (uv_accept(listener, (uv_stream_t *)tcp) != 0) {
		end((uv_handle_t *)tcp);
		return;
	}
	if (mode != PEER_PLAIN)
		(void)uv_tcp_nodelay(tcp, 1);
	(void)uv_read_start((uv_stream_t *)tcp, on_allocate, on_read);
}

static void
on_udp_allocate(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{

	(void)handle;
	(void)size;
	*buf = uv_buf_init(udp_buffer, sizeof(udp_buffer));
}

static void
on_datagram(uv_udp_t *udp, ssize_t n, const uv_buf_t *buf,
    const struct sockaddr *address, unsigned int flags)
{
	uv_buf_t reply;

	(void)flags;
	if (n < 0 || address == NULL)
		return;
	reply = uv_buf_init(buf->base, (unsigned int)n);
	(void)uv_udp_try_send(udp, &reply, 1, address);
}

static void
on_input(uv_poll_t *input, int status, int events)
{

	(void)input;
	(void)status;
	(void)events;
	uv_stop(loop);
}

int
main(int argc, char *argv[])
{
	static uv_tcp_t listener;
	static uv_udp_t udp;
	static uv_poll_t input;
	int tcp_port, udp_port;

	mode = peer_begin(argc, argv);
	loop = uv_default_loop();
	if (uv_tcp_init(loop, &listener) != 0 ||
	    uv_tcp_open(&listener, peer_listen(&tcp_port)) != 0 ||
	    uv_listen((uv_stream_t *)&listener, 1024, on_connection) != 0 ||
	    uv_udp_init_ex(loop, &udp, AF_UNSPEC | UV_UDP_RECVMMSG) != 0 ||
	    uv_udp_open(&udp, peer_udp(&udp_port)) != 0 ||
	    uv_udp_recv_start(&udp, on_udp_allocate, on_datagram) != 0 ||
	    uv_poll_init(loop, &input, STDIN_FILENO) != 0 ||
	    uv_poll_start(&input, UV_READABLE, on_input) != 0)
		errx(1, "uv");
	peer_announce(tcp_port, udp_port);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	return (0);
}
