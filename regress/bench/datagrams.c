/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Datagrams: so many in flight, each with its number.  One that does not come
 * back for a while is sent again.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "portability.h"

#define LOST	(100 * 1000 * 1000)	/* ns */
#define BYTES	512			/* of a datagram, at most */

struct flight {
	uint64_t	 number;
	uint64_t	 sent;		/* ns */
	char		 data[BYTES];
};

static struct flight	 flights[LOAD_DEPTH];
static int		 waiting[LOAD_DEPTH];	/* to be sent */
static int		 waiting_count;

static int
datagram_socket(struct load *load)
{
	struct sockaddr_in address;
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((in_port_t)load->subject.udp_port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || fcntl(fd, F_SETFL, O_NONBLOCK) == -1 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    load->ops->add(load->poller, fd, 0, POLLER_READ) == -1)
		err(1, "datagrams");
	return (fd);
}

static void
prepare(struct load *load, int slot)
{
	struct flight *flight;

	flight = &flights[slot];
	flight->sent = load->now;
	memcpy(flight->data, pattern_at(slot, flight->number),
	    (size_t)load->workload.size);
	memcpy(flight->data, &flight->number, sizeof(flight->number));
	waiting[waiting_count++] = slot;
}

/* What waits, in one call where the system has it. */
static void
send_waiting(struct load *load, int fd)
{
	struct iovec parts[LOAD_DEPTH];
#if SS_HAVE_MMSG
	struct mmsghdr headers[LOAD_DEPTH];

	memset(headers, 0, sizeof(headers));
#endif
	for (int i = 0; i < waiting_count; i++) {
		parts[i].iov_base = flights[waiting[i]].data;
		parts[i].iov_len = (size_t)load->workload.size;
#if SS_HAVE_MMSG
		headers[i].msg_hdr.msg_iov = &parts[i];
		headers[i].msg_hdr.msg_iovlen = 1;
#else
		(void)send(fd, parts[i].iov_base, parts[i].iov_len, 0);
#endif
	}
#if SS_HAVE_MMSG
	(void)sendmmsg(fd, headers, (unsigned int)waiting_count, 0);
#endif
	waiting_count = 0;
}

static void
came(struct load *load, const char *data, size_t size)
{
	uint64_t number;
	int slot;

	if (size != (size_t)load->workload.size)
		errx(1, "a datagram of %zu bytes came back", size);
	memcpy(&number, data, sizeof(number));
	slot = (int)(number % (uint64_t)load->workload.depth);
	if (flights[slot].number != number)
		return;		/* of one that was sent twice */
	if (memcmp(data, flights[slot].data, size) != 0)
		errx(1, "a datagram came back with wrong bytes");
	load_message(load, flights[slot].sent);
	flights[slot].number += (uint64_t)load->workload.depth;
	prepare(load, slot);
}

static void
receive(struct load *load, int fd)
{
	static char buffers[LOAD_DEPTH][BYTES];
#if SS_HAVE_MMSG
	struct mmsghdr headers[LOAD_DEPTH];
	struct iovec parts[LOAD_DEPTH];
	int i, n;

	memset(headers, 0, sizeof(headers));
	for (i = 0; i < LOAD_DEPTH; i++) {
		parts[i].iov_base = buffers[i];
		parts[i].iov_len = BYTES;
		headers[i].msg_hdr.msg_iov = &parts[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(fd, headers, LOAD_DEPTH, 0, NULL);
	load->now = load_clock();
	for (i = 0; i < n; i++)
		came(load, buffers[i], headers[i].msg_len);
#else
	ssize_t n;

	n = recv(fd, buffers[0], BYTES, 0);
	load->now = load_clock();
	if (n > 0)
		came(load, buffers[0], (size_t)n);
#endif
}

void
datagrams_run(struct load *load)
{
	struct poller_event events[1];
	int fd, i, n;

	fd = datagram_socket(load);
	load_begin(load);
	for (i = 0; i < load->workload.depth; i++) {
		flights[i].number = (uint64_t)i;
		prepare(load, i);
	}
	send_waiting(load, fd);
	while ((n = load_wait(load, events, 100)) != -1) {
		if (n == 1) {
			receive(load, fd);
		} else {
			for (i = 0; i < load->workload.depth; i++)
				if (load->now - flights[i].sent > LOST)
					prepare(load, i);
		}
		send_waiting(load, fd);
	}
	(void)close(fd);
}
