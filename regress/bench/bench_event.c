/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * bench_event: libevent with its buffered connections, which move what was
 * read to what is written without a copy.
 */

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "peer.h"

static struct event_base	*base;
static enum peer_mode		 mode;

static void
end(struct bufferevent *be, short what, void *argument)
{

	(void)what;
	bufferevent_free(be);
	((struct peer_connection *)argument)->fd = -1;
	peer_connection_free(argument);
}

static void
broadcast(struct evbuffer *input)
{
	size_t size;
	unsigned char *data;
	int i;

	size = evbuffer_get_length(input);
	data = evbuffer_pullup(input, -1);
	for (i = 0; i < peer_count; i++)
		(void)bufferevent_write(peer_all[i]->user, data, size);
	(void)evbuffer_drain(input, size);
}

static void
on_data(struct bufferevent *be, void *argument)
{
	struct evbuffer *input, *output;

	(void)argument;
	input = bufferevent_get_input(be);
	output = bufferevent_get_output(be);
	if (mode == PEER_FAN)
		broadcast(input);
	else if (mode == PEER_SMALL)
		while (evbuffer_remove_buffer(input, output, PEER_PIECE) > 0)
			continue;
	else
		(void)evbuffer_add_buffer(output, input);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int length, void *argument)
{
	struct peer_connection *connection;
	struct bufferevent *be;

	(void)listener;
	(void)address;
	(void)length;
	(void)argument;
	peer_nodelay(fd, mode);
	connection = peer_connection_new(fd);
	be = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (be == NULL)
		errx(1, "bufferevent_socket_new");
	connection->user = be;
	bufferevent_setcb(be, on_data, NULL, end, connection);
	(void)bufferevent_set_max_single_read(be, PEER_BUFFER);
	(void)bufferevent_set_max_single_write(be, PEER_BUFFER);
	(void)bufferevent_enable(be, EV_READ | EV_WRITE);
}

static void
on_udp(evutil_socket_t fd, short what, void *argument)
{

	(void)what;
	(void)argument;
	(void)peer_answer_datagram(fd);
}

static void
on_input(evutil_socket_t fd, short what, void *argument)
{

	(void)fd;
	(void)what;
	(void)argument;
	(void)event_base_loopbreak(base);
}

int
main(int argc, char *argv[])
{
	struct event *input, *udp;
	int tcp_port, udp_port;

	mode = peer_begin(argc, argv);
	base = event_base_new();
	if (base == NULL)
		errx(1, "event_base_new");
	if (evconnlistener_new(base, on_accept, NULL, LEV_OPT_CLOSE_ON_FREE, 0,
	    peer_listen(&tcp_port)) == NULL)
		errx(1, "evconnlistener_new");
	udp = event_new(base, peer_udp(&udp_port), EV_READ | EV_PERSIST,
	    on_udp, NULL);
	input = event_new(base, STDIN_FILENO, EV_READ, on_input, NULL);
	if (udp == NULL || input == NULL || event_add(udp, NULL) == -1 ||
	    event_add(input, NULL) == -1)
		errx(1, "event_add");
	peer_announce(tcp_port, udp_port);
	(void)event_base_dispatch(base);
	return (0);
}
