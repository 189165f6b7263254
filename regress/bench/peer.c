/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"

struct peer_connection	**peer_all;
int			  peer_count;

static char		  buffer[PEER_BUFFER];

enum peer_mode
peer_begin(int argc, char *argv[])
{
	static const char *const names[] = { "echo", "plain", "fan", "small" };
	int i;

	(void)signal(SIGPIPE, SIG_IGN);
	for (i = 0; argc > 1 && i < 4; i++)
		if (strcmp(argv[1], names[i]) == 0)
			return ((enum peer_mode)i);
	errx(1, "usage: %s echo|plain|fan|small", argv[0]);
}

static int
open_socket(int type, int port, int *bound)
{
	struct sockaddr_in address;
	socklen_t length;
	int fd, one;

	one = 1;
	fd = socket(AF_INET, type, 0);
	if (fd == -1)
		err(1, "socket");
	if (type == SOCK_STREAM &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == -1)
		err(1, "SO_REUSEADDR");
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((in_port_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = sizeof(address);
	if (bind(fd, (struct sockaddr *)&address, length) == -1 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) == -1)
		err(1, "bind");
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		err(1, "O_NONBLOCK");
	*bound = ntohs(address.sin_port);
	return (fd);
}

int
peer_listen(int *port)
{
	int fd;

	fd = open_socket(SOCK_STREAM, 0, port);
	if (listen(fd, 1024) == -1)
		err(1, "listen");
	return (fd);
}

int
peer_udp(int *port)
{

	return (open_socket(SOCK_DGRAM, 0, port));
}

int
peer_free_port(int type)
{
	int port;

	(void)close(open_socket(type, 0, &port));
	return (port);
}

void
peer_announce(int tcp, int udp)
{

	(void)printf("tcp %d udp %d\n", tcp, udp);
	(void)fflush(stdout);
}

void
peer_nodelay(int fd, enum peer_mode mode)
{
	int one;

	one = 1;
	if (mode != PEER_PLAIN)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
}

int
peer_accept(int listener, enum peer_mode mode)
{
	int fd;

#if defined(SOCK_NONBLOCK)
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
#else
	fd = accept(listener, NULL, NULL);
	if (fd != -1)
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
#endif
	if (fd != -1)
		peer_nodelay(fd, mode);
	return (fd);
}

struct peer_connection *
peer_connection_new(int fd)
{
	static int room;
	struct peer_connection *connection;

	if (peer_count == room) {
		room = room == 0 ? 64 : room * 2;
		peer_all = realloc(peer_all,
		    (size_t)room * sizeof(*peer_all));
	}
	connection = calloc(1, sizeof(*connection));
	if (connection == NULL || peer_all == NULL)
		err(1, "memory");
	connection->fd = fd;
	connection->number = peer_count;
	peer_all[peer_count++] = connection;
	return (connection);
}

void
peer_connection_free(struct peer_connection *connection)
{

	peer_all[connection->number] = peer_all[--peer_count];
	peer_all[connection->number]->number = connection->number;
	(void)close(connection->fd);
	free(connection->unsent);
	free(connection);
}

/* Keeps what cannot be written now. */
static int
keep(struct peer_connection *connection, const char *data, size_t size)
{
	char *all;

	all = realloc(connection->unsent, connection->unsent_size + size);
	if (all == NULL)
		return (-1);
	memcpy(all + connection->unsent_size, data, size);
	connection->unsent = all;
	connection->unsent_size += size;
	return (0);
}

static int
answer(struct peer_connection *connection, const char *data, size_t size)
{
	ssize_t n;

	n = 0;
	if (connection->unsent == NULL) {
		n = write(connection->fd, data, size);
		if (n == (ssize_t)size)
			return (0);
		if (n == -1 && errno != EAGAIN)
			return (-1);
		if (n == -1)
			n = 0;
	}
	return (keep(connection, data + n, size - (size_t)n));
}

int
peer_flush(struct peer_connection *connection)
{
	ssize_t n;

	n = write(connection->fd, connection->unsent, connection->unsent_size);
	if (n == -1)
		return (errno == EAGAIN ? 1 : -1);
	connection->unsent_size -= (size_t)n;
	if (connection->unsent_size > 0) {
		memmove(connection->unsent, connection->unsent + n,
		    connection->unsent_size);
		return (1);
	}
	free(connection->unsent);
	connection->unsent = NULL;
	return (0);
}

static int
answer_pieces(struct peer_connection *connection, size_t size)
{
	size_t done, piece;

	for (done = 0; done < size; done += piece) {
		piece = size - done < PEER_PIECE ? size - done : PEER_PIECE;
		if (answer(connection, buffer + done, piece) == -1)
			return (-1);
	}
	return (0);
}

int
peer_serve(struct peer_connection *connection, enum peer_mode mode,
    void (*wait_writing)(struct peer_connection *))
{
	ssize_t n;
	int i, result;

	n = read(connection->fd, buffer, sizeof(buffer));
	if (n <= 0)
		return (n == -1 && errno == EAGAIN ? 0 : -1);
	if (mode == PEER_FAN) {
		for (i = 0; i < peer_count; i++) {
			(void)answer(peer_all[i], buffer, (size_t)n);
			if (peer_all[i]->unsent != NULL)
				wait_writing(peer_all[i]);
		}
		return (0);
	}
	result = mode == PEER_SMALL ? answer_pieces(connection, (size_t)n) :
	    answer(connection, buffer, (size_t)n);
	if (connection->unsent != NULL)
		wait_writing(connection);
	return (result);
}

int
peer_answer_datagram(int fd)
{
	struct sockaddr_storage address;
	socklen_t length;
	ssize_t n;

	length = sizeof(address);
	n = recvfrom(fd, buffer, sizeof(buffer), 0,
	    (struct sockaddr *)&address, &length);
	if (n == -1)
		return (-1);
	(void)sendto(fd, buffer, (size_t)n, 0, (struct sockaddr *)&address,
	    length);
	return (0);
}
