/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "sink.h"

/* Reads what is there; true if the guest has gone. */
static bool
sink_read(int fd)
{
	static char piece[65536];

	return (read(fd, piece, sizeof(piece)) <= 0);
}

static void
sink_add(struct sink *sink, int fd)
{

	if (fd == -1)
		return;
	if (sink->count == 2 + SINK_GUESTS) {
		(void)close(fd);
		return;
	}
	sink->entry[sink->count].fd = fd;
	sink->entry[sink->count++].events = POLLIN;
}

static void *
sink_main(void *argument)
{
	struct sink *sink;
	int i;

	sink = argument;
	for (;;) {
		(void)poll(sink->entry, (nfds_t)sink->count, -1);
		if (sink->entry[0].revents != 0)
			break;
		for (i = sink->count - 1; i >= 2; i--) {
			if (sink->entry[i].revents == 0 ||
			    !sink_read(sink->entry[i].fd))
				continue;
			(void)close(sink->entry[i].fd);
			sink->entry[i] = sink->entry[--sink->count];
		}
		if (sink->entry[1].revents != 0)
			sink_add(sink, accept(sink->listener, NULL, NULL));
	}
	for (i = 2; i < sink->count; i++)
		(void)close(sink->entry[i].fd);
	return (NULL);
}

void
sink_open(struct sink *sink)
{

	memset(sink, 0, sizeof(*sink));
	sink->listener = plain_listen(AF_INET, &sink->port);
	plain_pipe(sink->stop);
	sink_add(sink, sink->stop[0]);
	sink_add(sink, sink->listener);
	ATF_REQUIRE_EQ(0, pthread_create(&sink->thread, NULL, sink_main,
	    sink));
}

void
sink_close(struct sink *sink)
{

	plain_close(sink->stop[1]);
	ATF_REQUIRE_EQ(0, pthread_join(sink->thread, NULL));
	plain_close(sink->stop[0]);
	plain_close(sink->listener);
}
