/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * bench_epoll: the floor.  A loop around epoll, level triggered: one wait for
 * up to 128 events, one read and one write for each, and nothing else.
 */

#include <sys/epoll.h>

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "peer.h"

static int				epoll_fd;
static enum peer_mode			mode;
static struct peer_connection		listener, udp, input;

static void
watch(struct peer_connection *connection, int operation, uint32_t events)
{
	struct epoll_event event;

	event.events = events;
	event.data.ptr = connection;
	if (epoll_ctl(epoll_fd, operation, connection->fd, &event) == -1)
		err(1, "epoll_ctl");
}

/* Until the answer is sent no more is read. */
static void
wait_writing(struct peer_connection *connection)
{

	watch(connection, EPOLL_CTL_MOD, EPOLLOUT);
}

static void
ready(struct peer_connection *connection)
{
	int fd, left;

	if (connection == &listener) {
		while ((fd = peer_accept(listener.fd, mode)) != -1)
			watch(peer_connection_new(fd), EPOLL_CTL_ADD, EPOLLIN);
	} else if (connection == &udp) {
		(void)peer_answer_datagram(udp.fd);
	} else if (connection == &input) {
		exit(0);
	} else if (connection->unsent != NULL) {
		left = peer_flush(connection);
		if (left == -1)
			peer_connection_free(connection);
		else if (left == 0)
			watch(connection, EPOLL_CTL_MOD, EPOLLIN);
	} else if (peer_serve(connection, mode, wait_writing) == -1)
		peer_connection_free(connection);
}

int
main(int argc, char *argv[])
{
	struct epoll_event events[PEER_EVENTS];
	int i, n, tcp_port, udp_port;

	mode = peer_begin(argc, argv);
	epoll_fd = epoll_create1(0);
	if (epoll_fd == -1)
		err(1, "epoll_create1");
	listener.fd = peer_listen(&tcp_port);
	udp.fd = peer_udp(&udp_port);
	input.fd = STDIN_FILENO;
	watch(&listener, EPOLL_CTL_ADD, EPOLLIN);
	watch(&udp, EPOLL_CTL_ADD, EPOLLIN);
	watch(&input, EPOLL_CTL_ADD, EPOLLIN);
	peer_announce(tcp_port, udp_port);
	for (;;) {
		n = epoll_wait(epoll_fd, events, PEER_EVENTS, -1);
		if (n == -1 && errno != EINTR)
			err(1, "epoll_wait");
		for (i = 0; i < n; i++)
			ready(events[i].data.ptr);
	}
}
