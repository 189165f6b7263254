/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * bench_ev: libev, one watcher for each connection.
 */

#include <ev.h>
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "peer.h"

static struct ev_loop	*loop;
static enum peer_mode	 mode;
static ev_io		 listener, udp, input;

static void
end(struct peer_connection *connection)
{

	ev_io_stop(loop, connection->user);
	free(connection->user);
	peer_connection_free(connection);
}

static void
wait_for(struct peer_connection *connection, int events)
{
	ev_io *watcher;

	watcher = connection->user;
	ev_io_stop(loop, watcher);
	ev_io_set(watcher, connection->fd, events);
	ev_io_start(loop, watcher);
}

static void
wait_writing(struct peer_connection *connection)
{

	wait_for(connection, EV_WRITE);
}

static void
on_connection(struct ev_loop *l, ev_io *watcher, int events)
{
	struct peer_connection *connection;
	int left;

	(void)l;
	(void)events;
	connection = watcher->data;
	if (connection->unsent != NULL) {
		left = peer_flush(connection);
		if (left == -1)
			end(connection);
		else if (left == 0)
			wait_for(connection, EV_READ);
	} else if (peer_serve(connection, mode, wait_writing) == -1)
		end(connection);
}

static void
on_listener(struct ev_loop *l, ev_io *watcher, int events)
{
	struct peer_connection *connection;
	ev_io *io;
	int fd;

	(void)events;
	while ((fd = peer_accept(watcher->fd, mode)) != -1) {
		connection = peer_connection_new(fd);
		io = malloc(sizeof(*io));
		if (io == NULL)
			err(1, "memory");
		connection->user = io;
		ev_io_init(io, on_connection, fd, EV_READ);
		io->data = connection;
		ev_io_start(l, io);
	}
}

static void
on_udp(struct ev_loop *l, ev_io *watcher, int events)
{

	(void)l;
	(void)events;
	(void)peer_answer_datagram(watcher->fd);
}

static void
on_input(struct ev_loop *l, ev_io *watcher, int events)
{

	(void)watcher;
	(void)events;
	ev_break(l, EVBREAK_ALL);
}

int
main(int argc, char *argv[])
{
	int tcp_port, udp_port;

	mode = peer_begin(argc, argv);
	loop = ev_default_loop(EVFLAG_AUTO);
	if (loop == NULL)
		errx(1, "no loop");
	ev_io_init(&listener, on_listener, peer_listen(&tcp_port), EV_READ);
	ev_io_init(&udp, on_udp, peer_udp(&udp_port), EV_READ);
	ev_io_init(&input, on_input, STDIN_FILENO, EV_READ);
	ev_io_start(loop, &listener);
	ev_io_start(loop, &udp);
	ev_io_start(loop, &input);
	peer_announce(tcp_port, udp_port);
	(void)ev_run(loop, 0);
	return (0);
}
