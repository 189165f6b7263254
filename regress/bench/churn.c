/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Connections that live for one message: connect, echo, close.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <unistd.h>

#include "load.h"

#define AT_ONCE	32	/* connections at a time, at most */

struct visit {
	int		 fd;
	bool		 connected;
	uint64_t	 begun;		/* ns */
	int		 received;
};

static int	made;

static void
visit_begin(struct load *load, struct visit *visit, int key)
{

	visit->connected = false;
	visit->received = 0;
	visit->begun = load_clock();
	visit->fd = connection_begin(load, made++);
	if (visit->fd == -1)
		err(1, "connect");
	if (load->ops->add(load->poller, visit->fd, (uintptr_t)key,
	    POLLER_WRITE) == -1)
		err(1, "poller");
}

static void
visit_send(struct load *load, struct visit *visit, int key)
{

	if (write(visit->fd, pattern_at(key, 0),
	    (size_t)load->workload.size) != load->workload.size)
		err(1, "write to the server");
	visit->connected = true;
	if (load->ops->change(load->poller, visit->fd, (uintptr_t)key,
	    POLLER_WRITE, POLLER_READ) == -1)
		err(1, "poller");
}

static void
visit_read(struct load *load, struct visit *visit, int key)
{
	char buffer[LOAD_DEPTH * 64];
	ssize_t n;

	n = read(visit->fd, buffer, sizeof(buffer));
	if (n == 0 || (n == -1 && errno != EAGAIN))
		errx(1, "a connection was closed by the server");
	if (n == -1)
		return;
	pattern_check(key, (uint64_t)visit->received, buffer, (size_t)n);
	visit->received += (int)n;
	if (visit->received < load->workload.size)
		return;
	load->ops->remove(load->poller, visit->fd, POLLER_READ);
	(void)close(visit->fd);
	load->now = load_clock();
	load_message(load, visit->begun);
	visit_begin(load, visit, key);
}

void
churn_run(struct load *load)
{
	struct poller_event events[LOAD_EVENTS];
	struct visit visits[AT_ONCE];
	int i, key, n;

	if (load->workload.connections > AT_ONCE)
		load->workload.connections = AT_ONCE;
	load_begin(load);
	for (i = 0; i < load->workload.connections; i++)
		visit_begin(load, &visits[i], i);
	while ((n = load_wait(load, events, 100)) != -1)
		for (i = 0; i < n; i++) {
			key = (int)events[i].key;
			if (!visits[key].connected)
				visit_send(load, &visits[key], key);
			else
				visit_read(load, &visits[key], key);
		}
}
