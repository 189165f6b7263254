/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The plain client: system calls and nothing of the library, so that what the
 * echo service does is seen from outside.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo.h"

#define SECONDS		10	/* without a byte: the peer has failed */
#define MESSAGES	5000
#define DATAGRAMS	2000
#define REQUEST		(512 * 1024)
#define CHUNK		65536

union address {
	struct sockaddr		sa;
	struct sockaddr_in	in;
	struct sockaddr_in6	in6;
};

static socklen_t
loopback(union address *address, int version, int port)
{

	memset(address, 0, sizeof(*address));
	if (version == DEMO_IPV6) {
		address->in6.sin6_family = AF_INET6;
		address->in6.sin6_addr = in6addr_loopback;
		address->in6.sin6_port = htons((uint16_t)port);
		return (sizeof(address->in6));
	}
	address->in.sin_family = AF_INET;
	address->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address->in.sin_port = htons((uint16_t)port);
	return (sizeof(address->in));
}

int
demo_plain_has_ipv6(void)
{
	union address address;
	socklen_t length;
	int fd, result;

	fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (fd == -1)
		return (0);
	length = loopback(&address, DEMO_IPV6, 0);
	result = bind(fd, &address.sa, length);
	(void)close(fd);
	return (result == 0);
}

int
demo_plain_closed_port(void)
{
	union address address;
	socklen_t length;
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	length = loopback(&address, DEMO_IPV4, 0);
	if (fd == -1 || bind(fd, &address.sa, length) == -1 ||
	    getsockname(fd, &address.sa, &length) == -1)
		demo_fail("a port to be refused at: %s", strerror(errno));
	return (ntohs(address.in.sin_port));
}

static int
connected(const struct demo *demo, int version, int type)
{
	struct timeval timeout = { .tv_sec = SECONDS };
	union address address;
	socklen_t length;
	int fd, on;

	length = loopback(&address, version, demo->echo[version].port);
	fd = socket(address.sa.sa_family, type, 0);
	if (fd == -1 || connect(fd, &address.sa, length) == -1)
		demo_fail("connect: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
	    sizeof(timeout)) == -1)
		demo_fail("SO_RCVTIMEO: %s", strerror(errno));
	on = 1;
	if (type == SOCK_STREAM)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
		    sizeof(on));
	return (fd);
}

static void
send_all(int fd, uint64_t offset, size_t size)
{
	static char buffer[CHUNK];
	size_t left;
	ssize_t n;

	for (left = size; left > 0; left -= (size_t)n, offset += (size_t)n) {
		n = left < sizeof(buffer) ? (ssize_t)left :
		    (ssize_t)sizeof(buffer);
		demo_fill(buffer, offset, (size_t)n);
		n = send(fd, buffer, (size_t)n, 0);
		if (n == -1)
			demo_fail("send: %s", strerror(errno));
	}
}

/* What one call receives, compared; 0 at the end of file. */
static size_t
receive_some(int fd, uint64_t offset)
{
	static char buffer[CHUNK];
	ssize_t n;

	n = recv(fd, buffer, sizeof(buffer), 0);
	if (n == -1)
		demo_fail("receive: %s", strerror(errno));
	demo_compare(buffer, offset, (size_t)n);
	return ((size_t)n);
}

/* Messages of many sizes, one at a time there and back. */
static void
ping_pong(const struct demo *demo, const char *name, int version, int type,
    unsigned int messages, size_t largest)
{
	size_t received, n, size;
	uint64_t offset;
	unsigned int i;
	int fd;

	demo_step(name);
	fd = connected(demo, version, type);
	offset = 0;
	for (i = 0; i < messages; i++) {
		size = i * 37 % largest + 1;
		send_all(fd, offset, size);
		for (received = 0; received < size; received += n) {
			n = receive_some(fd, offset + received);
			if (n == 0)
				demo_fail("closed by the service");
			if (type == SOCK_DGRAM && n != size)
				demo_fail("a datagram came back cut");
		}
		if (received != size)
			demo_fail("more came back than was sent");
		offset += size;
	}
	(void)close(fd);
	demo_step_done(messages, offset, NULL);
}

/* Writes what the socket takes of the next piece. */
static uint64_t
stream_out(int fd, uint64_t sent)
{
	static char buffer[CHUNK];
	size_t size;
	ssize_t n;

	size = sizeof(buffer);
	if (size > DEMO_STREAM - sent)
		size = (size_t)(DEMO_STREAM - sent);
	demo_fill(buffer, sent, size);
	n = send(fd, buffer, size, 0);
	if (n == -1 && errno != EAGAIN && errno != EWOULDBLOCK)
		demo_fail("send: %s", strerror(errno));
	if (n > 0)
		sent += (uint64_t)n;
	return (sent);
}

/* A long stream that is sent and received at the same time. */
static void
stream(const struct demo *demo)
{
	struct pollfd watched;
	uint64_t received, sent;
	size_t n;

	demo_step("stream");
	watched.fd = connected(demo, DEMO_IPV4, SOCK_STREAM);
	if (fcntl(watched.fd, F_SETFL, O_NONBLOCK) == -1)
		demo_fail("fcntl: %s", strerror(errno));
	for (received = sent = 0; received < DEMO_STREAM;) {
		watched.events = POLLIN;
		if (sent < DEMO_STREAM)
			watched.events |= POLLOUT;
		if (poll(&watched, 1, SECONDS * 1000) != 1)
			demo_fail("nothing moves");
		if ((watched.revents & POLLOUT) != 0)
			sent = stream_out(watched.fd, sent);
		if ((watched.revents & ~POLLOUT) == 0)
			continue;
		n = receive_some(watched.fd, received);
		if (n == 0)
			demo_fail("closed by the service");
		received += n;
		demo_progress(received, DEMO_STREAM);
	}
	if (received != sent)
		demo_fail("more came back than was sent");
	(void)close(watched.fd);
	demo_step_done(1, received, NULL);
}

/* The request is sent and ended before the first byte of the answer is read. */
static void
half_close(const struct demo *demo)
{
	uint64_t received;
	size_t n;
	int fd;

	demo_step("half-close");
	fd = connected(demo, DEMO_IPV4, SOCK_STREAM);
	send_all(fd, 0, REQUEST);
	if (shutdown(fd, SHUT_WR) == -1)
		demo_fail("shutdown: %s", strerror(errno));
	for (received = 0; (n = receive_some(fd, received)) > 0;)
		received += n;
	if (received != REQUEST)
		demo_fail("the answer ended after %llu of %d bytes",
		    (unsigned long long)received, REQUEST);
	(void)close(fd);
	demo_step_done(1, received, "512 KiB asked and ended, all of it answered");
}

void
demo_plain_run(const struct demo *demo)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	demo_print("  a plain client, with sockets of its own\n");
	ping_pong(demo, "short messages", DEMO_IPV4, SOCK_STREAM, MESSAGES,
	    512);
	stream(demo);
	half_close(demo);
	ping_pong(demo, "datagrams", DEMO_IPV4, SOCK_DGRAM, DATAGRAMS, 1400);
	if (demo->services > DEMO_IPV6)
		ping_pong(demo, "the same, IPv6", DEMO_IPV6, SOCK_DGRAM,
		    DATAGRAMS, 1400);
}
