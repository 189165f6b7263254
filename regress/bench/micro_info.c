/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Statistics of many sockets, taken again and again while one of them echoes.
 */

#include <sys/types.h>
#include <sys/resource.h>

#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "micro.h"

#define OWNER	1
#define SIZE	64
#define SPARE	100

struct echoes {
	int		 fd;
	atomic_bool	 end;
	long		 count;
};

static void *
ping(void *argument)
{
	char data[SIZE] = { 1 };
	struct echoes *echoes;
	ssize_t n;
	size_t got;

	echoes = argument;
	while (!echoes->end) {
		if (write(echoes->fd, data, SIZE) != SIZE)
			err(1, "write");
		for (got = 0; got < SIZE; got += (size_t)n) {
			n = read(echoes->fd, data, SIZE - got);
			if (n <= 0)
				errx(1, "the connection has ended");
		}
		echoes->count++;
	}
	return (NULL);
}

/* Echoes in a second, with statistics taken or without; their cost in ms. */
static double
measure(struct micro *micro, double seconds, double *cost)
{
	struct echoes echoes;
	struct socket_info *info;
	pthread_t thread;
	double begin, now, since;
	int taken;

	echoes.fd = micro->fd;
	echoes.end = false;
	echoes.count = 0;
	(void)pthread_create(&thread, NULL, ping, &echoes);
	begin = now = micro_clock();
	for (taken = 0; now - begin < seconds; taken++) {
		if (cost == NULL) {
			(void)usleep(10 * 1000);
			now = micro_clock();
			continue;
		}
		since = now;
		info = socket_server_info(micro->server);
		socket_info_release(info);
		now = micro_clock();
		*cost += (now - since) * 1e3;
	}
	echoes.end = true;
	(void)pthread_join(thread, NULL);
	if (cost != NULL)
		*cost /= taken;
	return ((double)echoes.count / (now - begin));
}

void
micro_info(struct micro *micro, int sockets, double seconds)
{
	struct rlimit limit;
	double alone, cost, together;
	int i;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
		if (limit.rlim_cur < (rlim_t)sockets + SPARE) {
			sockets = (int)limit.rlim_cur - SPARE;
			warnx("statistics of %d sockets only: the limit of "
			    "descriptors", sockets);
		}
	}
	for (i = 0; i < sockets; i++)
		if (socket_server_udp(micro->server, OWNER, "127.0.0.1", 0) ==
		    -1)
			errx(1, "socket %d cannot be opened", i);
	(void)usleep(200 * 1000);
	cost = 0;
	alone = measure(micro, seconds, NULL);
	together = measure(micro, seconds, &cost);
	(void)printf("rate %.0f\n", together);
	(void)printf("rate_alone %.0f\n", alone);
	(void)printf("info_ms %.3f\n", cost);
}
