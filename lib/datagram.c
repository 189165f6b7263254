/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Datagrams in and out, in batches where the system has recvmmsg(2) and
 * sendmmsg(2).
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <string.h>

#include "send.h"
#include "server.h"
#include "skynet_malloc.h"

#define DATAGRAM_MAX	65536	/* no payload of UDP is longer */

struct ss_datagram_room {
	size_t			 size[SS_DATAGRAMS];
	union ss_address	 from[SS_DATAGRAMS];
	char			*bytes[SS_DATAGRAMS];
	char			 room[SS_DATAGRAMS * DATAGRAM_MAX];
};

static struct ss_datagram_room *
room_of(struct socket_server *ss)
{
	struct ss_datagram_room *room;
	int i;

	if (ss->datagrams != NULL)
		return (ss->datagrams);
	room = skynet_malloc(sizeof(*room));
	if (room == NULL)
		return (NULL);
	for (i = 0; i < SS_DATAGRAMS; i++)
		room->bytes[i] = room->room + (size_t)i * DATAGRAM_MAX;
	ss->datagrams = room;
	return (room);
}

void
ss_datagram_room_free(struct socket_server *ss)
{

	skynet_free(ss->datagrams);
	ss->datagrams = NULL;
}

#if SS_HAVE_MMSG
static int
receive_batch(int fd, struct ss_datagram_room *room)
{
	struct mmsghdr message[SS_DATAGRAMS];
	struct iovec iov[SS_DATAGRAMS];
	int i, n;

	memset(message, 0, sizeof(message));
	for (i = 0; i < SS_DATAGRAMS; i++) {
		iov[i].iov_base = room->bytes[i];
		iov[i].iov_len = DATAGRAM_MAX;
		message[i].msg_hdr.msg_name = &room->from[i];
		message[i].msg_hdr.msg_namelen = sizeof(room->from[i]);
		message[i].msg_hdr.msg_iov = &iov[i];
		message[i].msg_hdr.msg_iovlen = 1;
	}
	n = (int)recvmmsg(fd, message, SS_DATAGRAMS, 0, NULL);
	for (i = 0; i < n; i++)
		room->size[i] = message[i].msg_len;
	return (n);
}
#else
static int
receive_batch(int fd, struct ss_datagram_room *room)
{
	socklen_t length;
	ssize_t size;
	int n;

	for (n = 0; n < SS_DATAGRAMS; n++) {
		length = sizeof(room->from[n]);
		size = recvfrom(fd, room->bytes[n], DATAGRAM_MAX, 0,
		    &room->from[n].sa, &length);
		if (size == -1)
			return (n > 0 ? n : -1);
		room->size[n] = (size_t)size;
	}
	return (n);
}
#endif

/* One datagram to its owner: the payload and behind it the address. */
static int
deliver(struct socket_server *ss, struct ss_socket *s, const char *bytes,
    size_t size, const union ss_address *from)
{
	uint64_t now, total;
	char *block;

	block = skynet_malloc(size + SS_UDP_ADDRESS_MAX);
	if (block == NULL)
		return (-1);
	memcpy(block, bytes, size);
	(void)ss_address_pack(from, block + size);
	now = atomic_load_explicit(&ss->time, memory_order_relaxed);
	total = atomic_load_explicit(&s->received, memory_order_relaxed);
	atomic_store_explicit(&s->received, total + size,
	    memory_order_relaxed);
	atomic_store_explicit(&s->rtime, now, memory_order_relaxed);
	ss_tell_data(ss, SOCKET_UDP, s, block, (int)size);
	return (0);
}

bool
ss_datagram_survives(int error)
{

	switch (error) {
	case ECONNREFUSED:	/* ICMP: what was sent did not arrive */
	case ECONNRESET:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ENETDOWN:
	case EMSGSIZE:
	case ENOBUFS:
		return (true);
	default:
		return (false);
	}
}

static void
receive_failed(struct socket_server *ss, struct ss_socket *s, int error)
{

	if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR ||
	    error == ENOBUFS || error == ENOMEM)
		return;
	if (ss_datagram_survives(error))
		ss_tell_error(ss, s, error);
	else
		ss_fail(ss, s, error);
}

void
ss_datagram_readable(struct socket_server *ss, struct ss_socket *s)
{
	struct ss_datagram_room *room;
	int i, n;

	room = room_of(ss);
	if (room == NULL) {
		ss_fail(ss, s, ENOMEM);
		return;
	}
	n = receive_batch(s->fd, room);
	if (n == -1) {
		receive_failed(ss, s, errno);
		return;
	}
	for (i = 0; i < n; i++) {
		if (deliver(ss, s, room->bytes[i], room->size[i],
		    &room->from[i]) == -1) {
			ss_fail(ss, s, ENOMEM);
			return;
		}
	}
}

static int
sent(ssize_t n)
{

	if (n >= 0)
		return ((int)n);
	if (errno == EINTR || errno == EWOULDBLOCK)
		errno = EAGAIN;
	return (-1);
}

int
ss_datagram_send(int fd, const void *data, size_t size,
    const union ss_address *to)
{

	return (sent(sendto(fd, data, size, MSG_NOSIGNAL, &to->sa,
	    ss_address_length(to))));
}

#if SS_HAVE_MMSG
int
ss_datagram_send_many(int fd, const struct ss_gathered *g)
{
	struct mmsghdr message[SS_WRITE_VECTORS];
	union ss_address *to;
	int i;

	memset(message, 0, sizeof(message[0]) * (size_t)g->count);
	for (i = 0; i < g->count; i++) {
		to = g->write[i]->to;
		message[i].msg_hdr.msg_name = to;
		message[i].msg_hdr.msg_namelen = ss_address_length(to);
		message[i].msg_hdr.msg_iov =
		    (struct iovec *)(uintptr_t)&g->iov[i];
		message[i].msg_hdr.msg_iovlen = 1;
	}
	return (sent((ssize_t)sendmmsg(fd, message, (unsigned int)g->count,
	    MSG_NOSIGNAL)));
}
#else
int
ss_datagram_send_many(int fd, const struct ss_gathered *g)
{

	if (ss_datagram_send(fd, g->iov[0].iov_base, g->iov[0].iov_len,
	    g->write[0]->to) == -1)
		return (-1);
	return (1);
}
#endif
