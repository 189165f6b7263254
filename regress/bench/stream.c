/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Messages over connections that stay: each message that has come back is
 * followed by the next one, so that the number in flight stays the same.
 */

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

struct stream {
	int		 fd;
	bool		 blocked;	/* waits for writing */
	uint64_t	 due;		/* bytes to be sent in all */
	uint64_t	 sent;
	uint64_t	 received;
	uint64_t	 message;	/* the next one to come back */
	uint64_t	 since[LOAD_DEPTH];	/* when it was sent, ns */
};

static char	buffer[LOAD_READ];

static void
stream_write(struct load *load, struct stream *stream, int number)
{
	size_t size;
	ssize_t n;
	bool blocked;

	while (stream->sent < stream->due) {
		size = stream->due - stream->sent > LOAD_MESSAGE ?
		    LOAD_MESSAGE : (size_t)(stream->due - stream->sent);
		n = write(stream->fd, pattern_at(number, stream->sent), size);
		if (n == -1 && errno != EAGAIN)
			err(1, "write to the server");
		if (n == -1)
			break;
		stream->sent += (size_t)n;
	}
	blocked = stream->sent < stream->due;
	if (blocked == stream->blocked)
		return;
	if (load->ops->change(load->poller, stream->fd, (uintptr_t)number,
	    stream->blocked ? POLLER_READ | POLLER_WRITE : POLLER_READ,
	    blocked ? POLLER_READ | POLLER_WRITE : POLLER_READ) == -1)
		err(1, "poller");
	stream->blocked = blocked;
}

/* One more message, sent with the next write. */
static void
stream_message(struct load *load, struct stream *stream)
{
	uint64_t number;

	number = stream->due / (uint64_t)load->workload.size;
	stream->since[number % LOAD_DEPTH] = load->now;
	stream->due += (uint64_t)load->workload.size;
}

static void
stream_read(struct load *load, struct stream *stream, int number)
{
	ssize_t n;

	n = read(stream->fd, buffer, sizeof(buffer));
	if (n == 0 || (n == -1 && errno != EAGAIN))
		errx(1, "connection %d was closed by the server", number);
	if (n == -1)
		return;
	if (stream->received + (uint64_t)n > stream->sent)
		errx(1, "connection %d: more came back than was sent", number);
	pattern_check(number, stream->received, buffer, (size_t)n);
	stream->received += (uint64_t)n;
	load->now = load_clock();
	while ((stream->message + 1) * (uint64_t)load->workload.size <=
	    stream->received) {
		load_message(load,
		    stream->since[stream->message++ % LOAD_DEPTH]);
		stream_message(load, stream);
	}
	stream_write(load, stream, number);
}

static struct stream *
streams_open(struct load *load)
{
	struct stream *streams;
	int i;

	streams = calloc((size_t)load->workload.connections, sizeof(*streams));
	if (streams == NULL)
		err(1, "memory");
	for (i = 0; i < load->workload.connections; i++) {
		streams[i].fd = connection_open(load, 0);
		if (streams[i].fd == -1)
			err(1, "connection %d", i);
		if (load->ops->add(load->poller, streams[i].fd, (uintptr_t)i,
		    POLLER_READ) == -1)
			err(1, "poller");
	}
	return (streams);
}

void
stream_run(struct load *load)
{
	struct poller_event events[LOAD_EVENTS];
	struct stream *streams, *stream;
	int i, j, n;

	load->workload.idle = connection_idle(load, load->workload.idle);
	streams = streams_open(load);
	load_begin(load);
	for (i = 0; i < load->workload.connections; i++) {
		for (j = 0; j < load->workload.depth; j++)
			stream_message(load, &streams[i]);
		stream_write(load, &streams[i], i);
	}
	while ((n = load_wait(load, events, 100)) != -1)
		for (i = 0; i < n; i++) {
			stream = &streams[events[i].key];
			if (events[i].writable)
				stream_write(load, stream, (int)events[i].key);
			if (events[i].readable)
				stream_read(load, stream, (int)events[i].key);
		}
	free(streams);
}
