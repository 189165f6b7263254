/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Plain descriptors.  They block in poll(2) alone, so that the deadline holds.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <arpa/inet.h>
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define NARROW	8192			/* bytes of a socket buffer */

union plain_address {
	struct sockaddr		 any;
	struct sockaddr_in	 v4;
	struct sockaddr_in6	 v6;
};

static socklen_t
loopback(int family, int port, union plain_address *address)
{

	memset(address, 0, sizeof(*address));
	if (family == AF_INET6) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons((uint16_t)port);
		address->v6.sin6_addr = in6addr_loopback;
		return (sizeof(address->v6));
	}
	address->v4.sin_family = AF_INET;
	address->v4.sin_port = htons((uint16_t)port);
	address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return (sizeof(address->v4));
}

void
plain_await(int fd, short events, const char *what)
{
	struct pollfd entry;
	int64_t until;
	int n;

	entry.fd = fd;
	entry.events = events;
	until = monotonic_ms() + TEST_DEADLINE;
	do {
		n = poll(&entry, 1, TEST_DEADLINE);
	} while (n == -1 && errno == EINTR && monotonic_ms() < until);
	if (n != 1)
		atf_tc_fail("descriptor %d: waited too long to %s", fd, what);
}

static int
plain_socket(int family, bool narrow)
{
	int fd, size;

	fd = socket(family, SOCK_STREAM, 0);
	ATF_REQUIRE_MSG(fd != -1, "socket: %s", strerror(errno));
	size = NARROW;
	if (narrow)
		ATF_REQUIRE_EQ(0, setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
		    sizeof(size)));
	return (fd);
}

static int
plain_bound(int family, bool narrow, int *port)
{
	union plain_address address;
	socklen_t length;
	int fd;

	fd = plain_socket(family, narrow);
	length = loopback(family, 0, &address);
	ATF_REQUIRE_MSG(bind(fd, &address.any, length) == 0, "bind: %s",
	    strerror(errno));
	*port = plain_port(fd);
	return (fd);
}

int
plain_listen(int family, int *port)
{
	int fd;

	fd = plain_bound(family, false, port);
	ATF_REQUIRE_EQ(0, listen(fd, 128));
	return (fd);
}

int
plain_listen_narrow(int *port)
{
	int fd;

	fd = plain_bound(AF_INET, true, port);
	ATF_REQUIRE_EQ(0, listen(fd, 128));
	return (fd);
}

int
plain_listen_full(int *port, int *fd, int n)
{
	union plain_address address;
	socklen_t length;
	int i, listener;

	listener = plain_bound(AF_INET, false, port);
	ATF_REQUIRE_EQ(0, listen(listener, 0));
	length = loopback(AF_INET, *port, &address);
	for (i = 0; i < n; i++) {
		fd[i] = plain_socket(AF_INET, false);
		ATF_REQUIRE(fcntl(fd[i], F_SETFL, O_NONBLOCK) != -1);
		(void)connect(fd[i], &address.any, length);
	}
	return (listener);
}

int
plain_refusing_port(int *port)
{

	return (plain_bound(AF_INET, false, port));
}

static int
connect_with(int family, int port, bool narrow)
{
	union plain_address address;
	socklen_t length;
	int fd;

	fd = plain_socket(family, narrow);
	length = loopback(family, port, &address);
	ATF_REQUIRE_MSG(connect(fd, &address.any, length) == 0,
	    "connect to port %d: %s", port, strerror(errno));
	return (fd);
}

int
plain_connect(int family, int port)
{

	return (connect_with(family, port, false));
}

int
plain_connect_narrow(int port)
{

	return (connect_with(AF_INET, port, true));
}

int
plain_accept(int listener)
{
	int fd;

	plain_await(listener, POLLIN, "accept");
	fd = accept(listener, NULL, NULL);
	ATF_REQUIRE_MSG(fd != -1, "accept: %s", strerror(errno));
	return (fd);
}

void
plain_socketpair(int fd[2])
{

	ATF_REQUIRE_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
}

void
plain_pipe(int fd[2])
{

	ATF_REQUIRE_EQ(0, pipe(fd));
}

void
plain_close(int fd)
{

	ATF_REQUIRE_EQ(0, close(fd));
}

void
plain_reset(int fd)
{
	struct linger linger;

	linger.l_onoff = 1;
	linger.l_linger = 0;
	ATF_REQUIRE_EQ(0, setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger,
	    sizeof(linger)));
	plain_close(fd);
}

void
plain_end(int fd)
{

	ATF_REQUIRE_EQ(0, shutdown(fd, SHUT_WR));
}

static const char *
address_text(const union plain_address *address)
{
	static char texts[4][80];
	static unsigned int next;
	char host[64], *text;

	text = texts[next++ % 4];
	if (address->any.sa_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &address->v6.sin6_addr, host,
		    sizeof(host));
		(void)snprintf(text, sizeof(texts[0]), "[%s]:%d", host,
		    (int)ntohs(address->v6.sin6_port));
	} else {
		(void)inet_ntop(AF_INET, &address->v4.sin_addr, host,
		    sizeof(host));
		(void)snprintf(text, sizeof(texts[0]), "%s:%d", host,
		    (int)ntohs(address->v4.sin_port));
	}
	return (text);
}

static void
own_address(int fd, union plain_address *address)
{
	socklen_t length;

	length = sizeof(*address);
	ATF_REQUIRE_EQ(0, getsockname(fd, &address->any, &length));
}

const char *
plain_name(int fd)
{
	union plain_address address;

	own_address(fd, &address);
	return (address_text(&address));
}

const char *
plain_peer_name(int fd)
{
	union plain_address address;
	socklen_t length;

	length = sizeof(address);
	ATF_REQUIRE_EQ(0, getpeername(fd, &address.any, &length));
	return (address_text(&address));
}

int
plain_port(int fd)
{
	union plain_address address;

	own_address(fd, &address);
	return (ntohs(address.any.sa_family == AF_INET6 ?
	    address.v6.sin6_port : address.v4.sin_port));
}

void
require_ipv6(void)
{
	union plain_address address;
	socklen_t length;
	int fd;

	fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (fd == -1)
		atf_tc_skip("no IPv6: %s", strerror(errno));
	length = loopback(AF_INET6, 0, &address);
	if (bind(fd, &address.any, length) == -1)
		atf_tc_skip("no ::1: %s", strerror(errno));
	plain_close(fd);
}

bool
plain_is_quiet(int fd)
{
	struct pollfd entry;

	entry.fd = fd;
	entry.events = POLLIN;
	return (poll(&entry, 1, 0) == 0);
}
