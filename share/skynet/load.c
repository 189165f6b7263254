/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A load for an echo service on loopback, for speed.sh: sends one message on
 * each of many connections and, whenever one has come back whole, the next.
 * Prints how many came back in a second.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <arpa/inet.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAXIMUM_CONNECTIONS	1000
#define MAXIMUM_SIZE		65536

static char message[MAXIMUM_SIZE];

static double
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return ((double)time.tv_sec + (double)time.tv_nsec / 1e9);
}

static int
number(const char *text, int maximum)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || value < 1 || value > maximum)
		errx(2, "%s is no number from 1 to %d", text, maximum);
	return ((int)value);
}

static int
dial(int port)
{
	struct sockaddr_in address;
	int on = 1, s;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((in_port_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((s = socket(AF_INET, SOCK_STREAM, 0)) == -1)
		err(1, "socket");
	if (connect(s, (struct sockaddr *)&address, sizeof(address)) == -1)
		err(1, "connect");
	(void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return (s);
}

static void
say(int s, int size)
{

	if (write(s, message, (size_t)size) != size)
		err(1, "write");
}

/* Reads what has come of the echo; says whether the message is whole. */
static int
hear(int s, int *missing, int size)
{
	static char echo[MAXIMUM_SIZE];
	ssize_t count;

	count = read(s, echo, (size_t)*missing);
	if (count <= 0)
		errx(1, "the server has closed");
	if (memcmp(echo, message + (size - *missing), (size_t)count) != 0)
		errx(1, "the echo differs");
	if ((*missing -= (int)count) > 0)
		return (0);
	*missing = size;
	return (1);
}

int
main(int argc, char **argv)
{
	static struct pollfd connection[MAXIMUM_CONNECTIONS];
	static int missing[MAXIMUM_CONNECTIONS];
	double begin, seconds;
	long done = 0;
	int count, i, port, size;

	if (argc != 5)
		errx(2, "usage: load port connections bytes seconds");
	port = number(argv[1], 65535);
	count = number(argv[2], MAXIMUM_CONNECTIONS);
	size = number(argv[3], MAXIMUM_SIZE);
	seconds = number(argv[4], 3600);
	for (i = 0; i < size; i++)
		message[i] = (char)('a' + i % 26);
	for (i = 0; i < count; i++) {
		connection[i].fd = dial(port);
		connection[i].events = POLLIN;
		missing[i] = size;
		say(connection[i].fd, size);
	}
	begin = now();
	while (now() < begin + seconds) {
		if (poll(connection, (nfds_t)count, 10000) < 1)
			errx(1, "no echo in 10 seconds");
		for (i = 0; i < count; i++)
			if (connection[i].revents != 0 &&
			    hear(connection[i].fd, &missing[i], size)) {
				done++;
				say(connection[i].fd, size);
			}
	}
	printf("%.0f\n", (double)done / (now() - begin));
	return (0);
}
