/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * bench_micro: calls of socket_server from many threads.
 *
 *	bench_micro commands threads	pause, start, pause ... of one socket
 *	bench_micro send threads size	sends on one socket, all of it received
 *	bench_micro info sockets	statistics of so many while one echoes
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "micro.h"
#include "skynet_malloc.h"

#define OWNER		1
#define THREADS		8
#define COMMANDS	2000000		/* of all threads together */
#define SEND_BYTES	(96 * 1024 * 1024)
#define LIMIT		60		/* seconds until all is given up */
#define SENDS		1000000		/* at most */

struct caller {
	struct micro	*micro;
	pthread_t	 thread;
	long		 calls;
	size_t		 size;
};

static pthread_barrier_t	start;

double
micro_clock(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return ((double)time.tv_sec + (double)time.tv_nsec / 1e9);
}

static void
echo(struct micro *micro, struct socket_message *message)
{
	struct socket_sendbuffer buffer;

	buffer.id = message->id;
	buffer.type = SOCKET_BUFFER_MEMORY;
	buffer.buffer = message->data;
	buffer.sz = (size_t)message->ud;
	(void)socket_server_send(micro->server, &buffer);
}

static void *
network(void *argument)
{
	struct socket_message message;
	struct micro *micro;
	int more, type;

	micro = argument;
	for (;;) {
		more = 1;
		type = socket_server_poll(micro->server, &message, &more);
		if (type == SOCKET_EXIT)
			return (NULL);
		if (type == SOCKET_OPEN && message.id == micro->id)
			micro->open = true;
		else if (type == SOCKET_DATA && micro->echo)
			echo(micro, &message);
		else if (type == SOCKET_DATA)
			skynet_free(message.data);
	}
}

void
micro_begin(struct micro *micro, bool echoes)
{
	struct sockaddr_in address;
	socklen_t length;
	pthread_t thread;
	int listener;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	length = sizeof(address);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (listener == -1 ||
	    bind(listener, (struct sockaddr *)&address, length) == -1 ||
	    listen(listener, 1) == -1 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) == -1)
		err(1, "listener");
	micro->echo = echoes;
	micro->open = false;
	micro->server = socket_server_create(0);
	if (micro->server == NULL)
		err(1, "socket_server_create");
	micro->id = socket_server_connect(micro->server, OWNER, "127.0.0.1",
	    ntohs(address.sin_port));
	if (micro->id == -1 ||
	    pthread_create(&thread, NULL, network, micro) != 0)
		errx(1, "network thread");
	micro->fd = accept(listener, NULL, NULL);
	while (!micro->open)
		(void)usleep(1000);
	micro->open = false;
	socket_server_start(micro->server, OWNER, micro->id);
	while (!micro->open)
		(void)usleep(1000);
	(void)close(listener);
}

static void *
command(void *argument)
{
	struct caller *caller;
	long i;

	caller = argument;
	(void)pthread_barrier_wait(&start);
	for (i = 0; i < caller->calls; i += 2) {
		socket_server_pause(caller->micro->server, OWNER,
		    caller->micro->id);
		socket_server_start(caller->micro->server, OWNER,
		    caller->micro->id);
	}
	return (NULL);
}

static void *
send_many(void *argument)
{
	struct socket_sendbuffer buffer;
	struct caller *caller;
	char *data;
	long i;

	caller = argument;
	(void)pthread_barrier_wait(&start);
	for (i = 0; i < caller->calls; i++) {
		data = skynet_malloc(caller->size);
		memset(data, 1, caller->size);
		buffer.id = caller->micro->id;
		buffer.type = SOCKET_BUFFER_MEMORY;
		buffer.buffer = data;
		buffer.sz = caller->size;
		if (socket_server_send(caller->micro->server, &buffer) == -1)
			errx(1, "socket_server_send");
	}
	return (NULL);
}

/* Receives all; the bytes are a lot, and were checked by other workloads. */
static void *
receive(void *argument)
{
	static char buffer[1024 * 1024];
	struct caller *caller;
	uint64_t left;
	ssize_t n;

	caller = argument;
	left = (uint64_t)caller->calls * caller->size;
	while (left > 0) {
		n = read(caller->micro->fd, buffer, sizeof(buffer));
		if (n <= 0)
			errx(1, "the connection has ended");
		left -= (uint64_t)n;
	}
	return (NULL);
}

static void
call(struct micro *micro, int threads, long calls, size_t size)
{
	struct caller callers[THREADS], receiver;
	double begin, called;
	int i;

	if (threads < 1 || threads > THREADS)
		errx(2, "1 to %d threads", THREADS);
	calls = calls / threads & ~1L;
	receiver.micro = micro;
	receiver.calls = calls * threads;
	receiver.size = size;
	(void)pthread_barrier_init(&start, NULL, (unsigned int)threads + 1);
	(void)pthread_create(&receiver.thread, NULL, receive, &receiver);
	for (i = 0; i < threads; i++) {
		callers[i].micro = micro;
		callers[i].calls = calls;
		callers[i].size = size;
		(void)pthread_create(&callers[i].thread, NULL,
		    size == 0 ? command : send_many, &callers[i]);
	}
	(void)pthread_barrier_wait(&start);
	begin = micro_clock();
	for (i = 0; i < threads; i++)
		(void)pthread_join(callers[i].thread, NULL);
	called = micro_clock();
	(void)pthread_join(receiver.thread, NULL);
	(void)printf("rate %.0f\n", (double)receiver.calls / (called - begin));
	if (size > 0)
		(void)printf("mb_s %.1f\n", (double)receiver.calls *
		    (double)size / (micro_clock() - begin) / 1e6);
}

int
main(int argc, char *argv[])
{
	static struct micro micro;
	long calls, size;

	(void)alarm(LIMIT);
	if (argc < 3)
		errx(2, "usage: bench_micro commands|send|info number [size]");
	if (strcmp(argv[1], "info") == 0) {
		micro_begin(&micro, true);
		micro_info(&micro, atoi(argv[2]), 0.4);
		return (0);
	}
	micro_begin(&micro, false);
	if (strcmp(argv[1], "commands") == 0) {
		call(&micro, atoi(argv[2]), COMMANDS, 0);
		return (0);
	}
	size = argc > 3 ? atol(argv[3]) : 64;
	if (size <= 0)
		errx(2, "a size above 0");
	calls = SEND_BYTES / size;
	call(&micro, atoi(argv[2]), calls > SENDS ? SENDS : calls,
	    (size_t)size);
	return (0);
}
