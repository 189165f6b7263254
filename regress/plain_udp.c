/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <atf-c.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "plain_udp.h"

#define LARGEST	65507		/* 65535 without the headers of IP and UDP */

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

int
plain_udp(int family, int *port)
{
	union plain_address address;
	socklen_t length;
	int fd;

	fd = socket(family, SOCK_DGRAM, 0);
	ATF_REQUIRE_MSG(fd != -1, "socket: %s", strerror(errno));
	length = loopback(family, 0, &address);
	ATF_REQUIRE_MSG(bind(fd, &address.any, length) == 0, "bind: %s",
	    strerror(errno));
	*port = plain_port(fd);
	return (fd);
}

/* A connected socket takes from its peer alone: here from itself. */
int
plain_udp_refusing(int family, int *port)
{
	union plain_address address;
	socklen_t length;
	int fd;

	fd = plain_udp(family, port);
	length = loopback(family, *port, &address);
	ATF_REQUIRE_EQ(0, connect(fd, &address.any, length));
	return (fd);
}

static int
family_of(int fd)
{
	union plain_address address;
	socklen_t length;

	length = sizeof(address);
	ATF_REQUIRE_EQ(0, getsockname(fd, &address.any, &length));
	return (address.any.sa_family);
}

void
plain_udp_send(int fd, int port, const void *bytes, size_t n)
{
	union plain_address to;
	socklen_t length;

	length = loopback(family_of(fd), port, &to);
	ATF_REQUIRE_MSG(sendto(fd, bytes, n, 0, &to.any, length) ==
	    (ssize_t)n, "sendto: %s", strerror(errno));
}

size_t
plain_udp_receive(int fd, void *bytes, size_t size, int *port)
{
	union plain_address from;
	socklen_t length;
	ssize_t n;

	plain_await(fd, POLLIN, "receive a datagram");
	length = sizeof(from);
	n = recvfrom(fd, bytes, size, 0, &from.any, &length);
	ATF_REQUIRE_MSG(n != -1, "recvfrom: %s", strerror(errno));
	if (port != NULL)
		*port = ntohs(from.any.sa_family == AF_INET6 ?
		    from.v6.sin6_port : from.v4.sin_port);
	return ((size_t)n);
}

int
plain_udp_expect(int fd, const void *bytes, size_t n)
{
	char *come;
	size_t size;
	int port;

	come = malloc(LARGEST + 1);
	ATF_REQUIRE(come != NULL);
	size = plain_udp_receive(fd, come, LARGEST + 1, &port);
	ATF_REQUIRE_MSG(size == n, "a datagram of %zu bytes, not %zu", size,
	    n);
	ATF_REQUIRE_MSG(memcmp(come, bytes, n) == 0,
	    "a datagram of other bytes");
	free(come);
	return (port);
}

size_t
plain_udp_largest(void)
{
	union plain_address to;
	socklen_t length;
	char *bytes;
	size_t n;
	int fd, port;

	fd = plain_udp(AF_INET, &port);
	length = loopback(AF_INET, port, &to);
	bytes = calloc(1, LARGEST);
	ATF_REQUIRE(bytes != NULL);
	for (n = LARGEST; n > 0; n--) {
		if (sendto(fd, bytes, n, 0, &to.any, length) != -1)
			break;
		ATF_REQUIRE_EQ(EMSGSIZE, errno);
	}
	free(bytes);
	plain_close(fd);
	return (n);
}
