/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <arpa/inet.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "poller_support.h"

#define ROOM	64		/* events taken by one wait */
#define REPEATS	3		/* waits that must all say it */
#define SEND_BUFFER	16384

struct test_poller *
test_poller_create(void)
{
	struct test_poller *tp;

	tp = malloc(sizeof(*tp));
	ATF_REQUIRE(tp != NULL);
	tp->descriptors = descriptor_census();
	tp->poller = skynet_poller_backend->create();
	ATF_REQUIRE_MSG(tp->poller != NULL, "create: %s", strerror(errno));
	return (tp);
}

void
test_poller_release(struct test_poller *tp)
{

	skynet_poller_backend->destroy(tp->poller);
	memory_all_returned();
	descriptor_compare(tp->descriptors);
	free(tp->descriptors);
	free(tp);
}

void
watch(struct test_poller *tp, int fd, uintptr_t key, int interest)
{
	int r;

	r = skynet_poller_backend->add(tp->poller, fd, key, interest);
	ATF_REQUIRE_MSG(r == 0, "add: %s", strerror(errno));
}

void
change(struct test_poller *tp, int fd, uintptr_t key, int from, int to)
{
	int r;

	r = skynet_poller_backend->change(tp->poller, fd, key, from, to);
	ATF_REQUIRE_MSG(r == 0, "change: %s", strerror(errno));
}

void
unwatch(struct test_poller *tp, int fd, int interest)
{

	skynet_poller_backend->remove(tp->poller, fd, interest);
}

int
wait_once(struct test_poller *tp, struct poller_event *event, int max,
    int timeout)
{
	int n;

	n = skynet_poller_backend->wait(tp->poller, event, max, timeout);
	ATF_REQUIRE_MSG(n >= 0, "wait: %s", strerror(errno));
	ATF_REQUIRE(n <= max);
	return (n);
}

static int
take(struct test_poller *tp, uintptr_t key, int timeout)
{
	struct poller_event event[ROOM];
	int i, n, ready;

	ready = 0;
	n = wait_once(tp, event, ROOM, timeout);
	for (i = 0; i < n; i++) {
		if (event[i].key != key)
			continue;
		if (event[i].readable)
			ready |= POLLER_READ;
		if (event[i].writable)
			ready |= POLLER_WRITE;
	}
	return (ready);
}

int
look(struct test_poller *tp, uintptr_t key)
{

	return (take(tp, key, 0));
}

void
expect_ready_at(const char *file, int line, struct test_poller *tp,
    uintptr_t key, int what)
{
	int64_t until;
	int i, ready;

	until = monotonic_ms() + TEST_DEADLINE;
	ready = 0;
	while ((ready & what) != what) {
		ATF_REQUIRE_MSG(monotonic_ms() < until,
		    "%s:%d: ready for %#x, not %#x", file, line,
		    (unsigned int)ready, (unsigned int)what);
		ready |= take(tp, key, TEST_DEADLINE);
	}
	for (i = 0; i < REPEATS; i++) {
		ready = look(tp, key);
		ATF_REQUIRE_MSG(ready == what,
		    "%s:%d: look %d: ready for %#x, not %#x", file, line, i,
		    (unsigned int)ready, (unsigned int)what);
	}
}

void
tcp_pair(int fd[2])
{
	int listener, port;

	listener = plain_listen(AF_INET, &port);
	fd[0] = plain_connect(AF_INET, port);
	fd[1] = plain_accept(listener);
	plain_close(listener);
}

size_t
fill(int fd)
{
	int size;

	size = SEND_BUFFER;
	ATF_REQUIRE_EQ(0, setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size,
	    sizeof(size)));
	return (plain_fill(fd));
}

void
make_non_blocking(int fd)
{
	int flags;

	flags = fcntl(fd, F_GETFL);
	ATF_REQUIRE(flags != -1);
	ATF_REQUIRE(fcntl(fd, F_SETFL, flags | O_NONBLOCK) != -1);
}

int
begin_connect(int port)
{
	struct sockaddr_in address;
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ATF_REQUIRE(fd != -1);
	make_non_blocking(fd);
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		ATF_REQUIRE_MSG(errno == EINPROGRESS || errno == ECONNREFUSED,
		    "connect: %s", strerror(errno));
	return (fd);
}
