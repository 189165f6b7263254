/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

#define PER_ADDRESS	10000	/* connections with one local address */
#define SPARE		200	/* descriptors for other things */
#define CONNECT_WAIT	10000	/* ms */

/* As many descriptors as the system allows; the server inherits it. */
void
connection_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Another local address, where the system has more than one: more ports. */
static void
choose_address(int fd, int number)
{
	struct sockaddr_in address;
#ifdef IP_BIND_ADDRESS_NO_PORT
	int one;

	one = 1;
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
	    sizeof(one));
#endif
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK +
	    (uint32_t)(number / PER_ADDRESS % 250));
	(void)bind(fd, (struct sockaddr *)&address, sizeof(address));
}

int
connection_begin(struct load *load, int number)
{
	struct sockaddr_in address;
	int fd, one;

	one = 1;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd == -1)
		return (-1);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (number >= PER_ADDRESS)
		choose_address(fd, number);
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((in_port_t)load->subject.tcp_port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1 &&
	    errno != EINPROGRESS) {
		(void)close(fd);
		return (-1);
	}
	return (fd);
}

int
connection_open(struct load *load, int number)
{
	struct pollfd wait;
	socklen_t length;
	int error, fd;

	fd = connection_begin(load, number);
	if (fd == -1)
		return (-1);
	wait.fd = fd;
	wait.events = POLLOUT;
	error = ETIMEDOUT;
	length = sizeof(error);
	if (poll(&wait, 1, CONNECT_WAIT) == 1)
		(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error != 0) {
		(void)close(fd);
		errno = error;
		return (-1);
	}
	return (fd);
}

int
connection_idle(struct load *load, int wanted)
{
	struct rlimit limit;
	int i;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur < (rlim_t)wanted + SPARE) {
		wanted = limit.rlim_cur < SPARE ? 0 :
		    (int)limit.rlim_cur - SPARE;
		warnx("only %d idle connections: the limit of descriptors",
		    wanted);
	}
	for (i = 0; i < wanted; i++)
		if (connection_open(load, i) == -1) {
			warn("only %d idle connections", i);
			break;
		}
	return (i);
}
