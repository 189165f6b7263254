/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * One message to the server, which sends it to all connections.  Once all have
 * it the next one is sent.  A message that a connection gets is what counts.
 */

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "load.h"

static char	buffer[LOAD_READ];

static void
fan_send(struct load *load, int fd, uint64_t offset)
{

	load->now = load_clock();
	if (write(fd, pattern_at(0, offset), (size_t)load->workload.size) !=
	    load->workload.size)
		err(1, "write to the server");
}

/* The bytes that came. */
static uint64_t
fan_read(struct load *load, int fd, uint64_t offset, uint64_t sent)
{
	ssize_t n;

	n = read(fd, buffer, sizeof(buffer));
	if (n == 0 || (n == -1 && errno != EAGAIN))
		errx(1, "a connection was closed by the server");
	if (n == -1)
		return (0);
	pattern_check(0, offset, buffer, (size_t)n);
	if ((offset + (uint64_t)n) % (uint64_t)load->workload.size == 0) {
		load->now = load_clock();
		load_message(load, sent);
	}
	return ((uint64_t)n);
}

void
fan_run(struct load *load)
{
	struct poller_event events[LOAD_EVENTS];
	uint64_t *received, sent, size, start, waiting;
	int count, *fds, i, n;

	count = load->workload.connections;
	size = (uint64_t)load->workload.size;
	fds = calloc((size_t)count, sizeof(*fds));
	received = calloc((size_t)count, sizeof(*received));
	if (fds == NULL || received == NULL)
		err(1, "memory");
	for (i = 0; i < count; i++) {
		fds[i] = connection_open(load, 0);
		if (fds[i] == -1 || load->ops->add(load->poller, fds[i],
		    (uintptr_t)i, POLLER_READ) == -1)
			err(1, "connection %d", i);
	}
	/* The server is to have accepted all of them. */
	(void)usleep(200 * 1000);
	load_begin(load);
	sent = waiting = start = 0;
	while ((n = load_wait(load, events, waiting == 0 ? 0 : 100)) != -1) {
		for (i = 0; i < n; i++) {
			start = fan_read(load, fds[events[i].key],
			    received[events[i].key], sent);
			received[events[i].key] += start;
			waiting -= start;
		}
		if (waiting == 0) {
			fan_send(load, fds[0], received[0]);
			sent = load->now;
			waiting = size * (uint64_t)count;
		}
	}
	free(received);
	free(fds);
}
