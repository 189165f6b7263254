/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * bench_original: the original's socket_server.c with a queue and one worker
 * thread, as its framework runs it: the network thread puts each message into
 * the service's queue and wakes a sleeping worker once for each batch, and the
 * timer's thread wakes it every 2.5 ms for what came too late.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "server_peer.h"
#include "skynet_malloc.h"

#define FIRST_ROOM	64
#define TICK		2500	/* us */

struct item {
	int			 type;
	struct socket_message	 message;
};

static struct server_peer	 peer;
static pthread_mutex_t		 queue_lock = PTHREAD_MUTEX_INITIALIZER;
static struct item		**queue;	/* under queue_lock: a ring */
static size_t			 room, head, length;
static pthread_mutex_t		 sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t		 wake = PTHREAD_COND_INITIALIZER;
static bool			 asleep;	/* under sleep_lock */

static void
grow(void)
{
	struct item **larger;
	size_t i, n;

	n = room == 0 ? FIRST_ROOM : room * 2;
	larger = malloc(n * sizeof(*larger));
	if (larger == NULL)
		abort();
	for (i = 0; i < length; i++)
		larger[i] = queue[(head + i) % room];
	free(queue);
	queue = larger;
	head = 0;
	room = n;
}

static void
push(int type, const struct socket_message *message)
{
	struct item *item;

	item = skynet_malloc(sizeof(*item));
	item->type = type;
	item->message = *message;
	pthread_mutex_lock(&queue_lock);
	if (length == room)
		grow();
	queue[(head + length++) & (room - 1)] = item;
	pthread_mutex_unlock(&queue_lock);
}

static struct item *
pop(void)
{
	struct item *item;

	item = NULL;
	pthread_mutex_lock(&queue_lock);
	if (length > 0) {
		item = queue[head];
		head = (head + 1) & (room - 1);
		length--;
	}
	pthread_mutex_unlock(&queue_lock);
	return (item);
}

static void *
work(void *argument)
{
	struct item *item;

	(void)argument;
	for (;;) {
		item = pop();
		if (item == NULL) {
			pthread_mutex_lock(&sleep_lock);
			asleep = true;
			/* What was pushed before asleep was seen. */
			item = pop();
			if (item == NULL)
				pthread_cond_wait(&wake, &sleep_lock);
			asleep = false;
			pthread_mutex_unlock(&sleep_lock);
			if (item == NULL)
				continue;
		}
		server_peer_message(&peer, item->type, &item->message);
		skynet_free(item);
	}
	return (NULL);
}

static void
wake_sleeper(void)
{

	pthread_mutex_lock(&sleep_lock);
	if (asleep)
		pthread_cond_signal(&wake);
	pthread_mutex_unlock(&sleep_lock);
}

static void *
tick(void *argument)
{

	(void)argument;
	for (;;) {
		(void)usleep(TICK);
		wake_sleeper();
	}
	return (NULL);
}

int
main(int argc, char *argv[])
{
	struct socket_message message;
	pthread_t timer, worker;
	int more, type;

	server_peer_open(&peer, argc, argv);
	if (pthread_create(&worker, NULL, work, NULL) != 0 ||
	    pthread_create(&timer, NULL, tick, NULL) != 0)
		abort();
	for (;;) {
		more = 1;
		type = socket_server_poll(peer.server, &message, &more);
		if (type == SOCKET_EXIT)
			return (0);
		if (type != -1)
			push(type, &message);
		if (!more)
			wake_sleeper();
	}
}
