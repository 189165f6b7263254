/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Events: what a kqueue says of a descriptor that epoll calls ready.
 *
 * Where epoll says more than a kqueue (a socket that was never connected hangs
 * up, an AF_UNIX listener is writable), the descriptor becomes dormant: epoll
 * then wakes us only when something about it changes.
 */

#include <sys/types.h>
#include <sys/epoll.h>
#include <sys/event.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "kqueue_standin.h"

/* Of the array that SO_MEMINFO fills in. */
#define MEMINFO_SEND_LIMIT	3
#define MEMINFO_SEND_QUEUED	5
#define MEMINFO_MAX		9

struct verdict {
	int64_t	data;
	bool	fires;
	bool	eof;
};

static bool
is_connected_kind(const struct standin_descriptor *descriptor)
{

	return (descriptor->kind == STANDIN_TCP ||
	    descriptor->kind == STANDIN_STREAM);
}

/* A dead socket is shut for reading, one that never lived is not. */
static bool
never_connected(int fd, uint32_t events)
{
	struct pollfd pfd;

	if ((events & EPOLLHUP) == 0 || (events & (EPOLLRDHUP | EPOLLERR)) != 0)
		return (false);
	pfd.fd = fd;
	pfd.events = POLLRDHUP;
	return (poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLRDHUP) == 0);
}

/* Connections that wait; Linux counts them for TCP alone. */
static int64_t
backlog(int fd)
{
	struct tcp_info info;
	socklen_t length;

	length = sizeof(info);
	memset(&info, 0, sizeof(info));
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == -1 ||
	    info.tcpi_unacked == 0)
		return (1);
	return (info.tcpi_unacked);
}

static int64_t
unread(int fd)
{
	int n;

	if (ioctl(fd, FIONREAD, &n) == 0)
		return (n);
	return (errno == EINVAL ? backlog(fd) : 0);
}

static struct verdict
look_read(const struct standin_descriptor *descriptor, int fd, uint32_t events)
{
	struct verdict verdict;

	memset(&verdict, 0, sizeof(verdict));
	verdict.fires = (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP |
	    EPOLLERR)) != 0;
	if (!verdict.fires)
		return (verdict);
	verdict.eof = (events & (EPOLLRDHUP | EPOLLHUP)) != 0;
	if (is_connected_kind(descriptor) && (events & EPOLLIN) == 0 &&
	    never_connected(fd, events))
		verdict.fires = false;
	else
		verdict.data = unread(fd);
	return (verdict);
}

static int64_t
space(int fd)
{
	uint32_t info[MEMINFO_MAX];
	socklen_t length;

	length = sizeof(info);
	memset(info, 0, sizeof(info));
	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length) == -1 ||
	    info[MEMINFO_SEND_QUEUED] >= info[MEMINFO_SEND_LIMIT])
		return (1);
	return ((int64_t)info[MEMINFO_SEND_LIMIT] - info[MEMINFO_SEND_QUEUED]);
}

/* Whether the socket was shut for writing, which epoll calls writable. */
static bool
tcp_is_shut(int fd)
{
	struct tcp_info info;
	socklen_t length;

	length = sizeof(info);
	memset(&info, 0, sizeof(info));
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == -1)
		return (false);
	switch (info.tcpi_state) {
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
	case TCP_TIME_WAIT:
	case TCP_CLOSE:
		return (true);
	default:
		return (false);
	}
}

/* Sending no bytes to a stream sends nothing, and tells. */
static void
ask_stream(struct verdict *verdict, int fd)
{

	if (send(fd, "", 0, MSG_NOSIGNAL | MSG_DONTWAIT) == 0)
		return;
	if (errno == ENOTCONN)
		verdict->fires = false;
	else if (errno == EPIPE)
		verdict->eof = true;
}

static bool
is_stream(int fd)
{
	socklen_t length;
	int type;

	length = sizeof(type);
	return (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
	    type == SOCK_STREAM);
}

static struct verdict
look_write(const struct standin_descriptor *descriptor, int fd,
    uint32_t events)
{
	struct verdict verdict;

	memset(&verdict, 0, sizeof(verdict));
	verdict.fires = (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
	if (!verdict.fires)
		return (verdict);
	switch (descriptor->kind) {
	case STANDIN_TCP:
		verdict.fires = !never_connected(fd, events);
		verdict.eof = (events & EPOLLHUP) != 0 || tcp_is_shut(fd);
		break;
	case STANDIN_STREAM:
		verdict.fires = !never_connected(fd, events);
		verdict.eof = (events & EPOLLHUP) != 0;
		if (verdict.fires && !verdict.eof && is_stream(fd))
			ask_stream(&verdict, fd);
		break;
	case STANDIN_PIPE:
		verdict.eof = (events & (EPOLLHUP | EPOLLERR)) != 0;
		break;
	case STANDIN_DATAGRAM:
	case STANDIN_OTHER:
		break;
	}
	if (verdict.fires && !verdict.eof)
		verdict.data = space(fd);
	return (verdict);
}

static void
fill_in(struct kevent *event, const struct standin_knote *knote, int fd,
    enum standin_filter filter, const struct verdict *verdict)
{
	int flags;

	memset(event, 0, sizeof(*event));
	flags = knote->flags;
	if (verdict->eof)
		flags |= EV_EOF;
	event->ident = (uintptr_t)fd;
	event->filter = filter == STANDIN_READ ? EVFILT_READ : EVFILT_WRITE;
	event->flags = (__typeof__(event->flags))flags;
	event->fflags = 0;	/* asking for the error would take it away */
	event->data = verdict->data;
	event->udata = knote->udata;
}

/* The first of EV_ONESHOT, EV_CLEAR, EV_DISPATCH counts. */
static void
delivered(struct standin_queue *queue, int fd, enum standin_filter filter)
{
	int flags;

	flags = queue->table[fd].knote[filter].flags;
	if ((flags & EV_ONESHOT) != 0)
		standin_detach(queue, fd, filter);
	else if ((flags & (EV_CLEAR | EV_DISPATCH)) == EV_DISPATCH)
		standin_disable(queue, fd, filter);
}

/* A knote's part in one ready descriptor: the number of events, 0 or 1. */
static int
report_knote(struct standin_queue *queue, int fd, enum standin_filter filter,
    uint32_t events, struct kevent *event, int room)
{
	struct standin_descriptor *descriptor;
	struct standin_knote *knote;
	struct verdict verdict;

	descriptor = &queue->table[fd];
	knote = &descriptor->knote[filter];
	if (!knote->enabled || knote->deaf)
		return (0);
	verdict = filter == STANDIN_READ ? look_read(descriptor, fd, events) :
	    look_write(descriptor, fd, events);
	if (!verdict.fires)
		return (0);
	if (room == 0) {
		/* Once told, epoll does not tell a cleared one again. */
		descriptor->write_first = filter == STANDIN_WRITE;
		if ((knote->flags & EV_CLEAR) != 0)
			(void)standin_register(queue, fd, true);
		return (1);
	}
	fill_in(event, knote, fd, filter, &verdict);
	delivered(queue, fd, filter);
	return (1);
}

static int
report_descriptor(struct standin_queue *queue, int fd, uint32_t events,
    struct kevent *event, int room)
{
	struct standin_descriptor *descriptor;
	enum standin_filter first, second;
	int fired, n;

	descriptor = &queue->table[fd];
	first = descriptor->write_first ? STANDIN_WRITE : STANDIN_READ;
	second = descriptor->write_first ? STANDIN_READ : STANDIN_WRITE;
	descriptor->write_first = false;
	fired = report_knote(queue, fd, first, events, event, room);
	n = fired < room ? fired : room;
	fired += report_knote(queue, fd, second, events, event + n, room - n);
	/* Dormant until something happens, or no more. */
	if (descriptor->dormant != (fired == 0)) {
		descriptor->dormant = fired == 0;
		(void)standin_register(queue, fd, false);
	}
	return (fired < room ? fired : room);
}

int
standin_report(struct standin_queue *queue, const struct epoll_event *ready,
    int count, struct kevent *event, int room)
{
	struct standin_descriptor *descriptor;
	uint32_t generation;
	int fd, i, n;

	n = 0;
	for (i = 0; i < count; i++) {
		fd = (int)(ready[i].data.u64 & UINT32_MAX);
		generation = (uint32_t)(ready[i].data.u64 >> 32);
		descriptor = standin_find(queue, fd);
		if (descriptor == NULL || descriptor->registered == 0 ||
		    descriptor->generation != generation)
			continue;	/* taken back since */
		n += report_descriptor(queue, fd, ready[i].events, event + n,
		    room - n);
	}
	return (n);
}
