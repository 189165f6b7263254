/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Changes.  The rules are those of the BSDs' kernels, not of their manuals:
 * EV_ADD does not enable a disabled knote, and EV_CLEAR, EV_ONESHOT and
 * EV_DISPATCH are kept from the change that made the knote.
 */

#include <sys/types.h>
#include <sys/epoll.h>
#include <sys/event.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "kqueue_standin.h"

#define SIZE_MIN	64
#define KEPT_FLAGS	(EV_ONESHOT | EV_CLEAR | EV_RECEIPT | EV_DISPATCH)

/*
 * On NetBSD up to 9 EV_ADD alone brings a new udata along, and writing to a
 * pipe without a reader is refused with another errno.
 */
#ifdef KQUEUE_STANDIN_NETBSD
#define TAKES_UDATA(flags)	(((flags) & EV_ADD) != 0)
#define NO_READER		EBADF
#else
#define TAKES_UDATA(flags)	true
#define NO_READER		EPIPE
#endif

struct standin_descriptor *
standin_find(struct standin_queue *queue, int fd)
{

	return (fd >= 0 && fd < queue->size ? &queue->table[fd] : NULL);
}

static int
make_room(struct standin_queue *queue, int fd)
{
	struct standin_descriptor *table;
	int size;

	if (fd < queue->size)
		return (0);
	size = queue->size == 0 ? SIZE_MIN : queue->size;
	while (size <= fd)
		size *= 2;
	table = realloc(queue->table, (size_t)size * sizeof(*table));
	if (table == NULL)
		return (ENOMEM);
	memset(table + queue->size, 0,
	    (size_t)(size - queue->size) * sizeof(*table));
	queue->table = table;
	queue->size = size;
	return (0);
}

static uint32_t
wanted(const struct standin_descriptor *descriptor)
{
	const struct standin_knote *reader, *writer;
	uint32_t events;

	reader = &descriptor->knote[STANDIN_READ];
	writer = &descriptor->knote[STANDIN_WRITE];
	events = 0;
	if (reader->enabled && !reader->deaf)
		events |= EPOLLIN | EPOLLRDHUP;
	if (writer->enabled && !writer->deaf)
		events |= EPOLLOUT;
	if (events != 0 && (descriptor->dormant ||
	    ((reader->flags | writer->flags) & EV_CLEAR) != 0))
		events |= EPOLLET;
	return (events);
}

/* What a descriptor is that epoll does not take. */
static int
refusal(int fd)
{
	struct stat status;

	if (fstat(fd, &status) == 0 && S_ISCHR(status.st_mode))
		return (ENODEV);
	return (EINVAL);
}

int
standin_register(struct standin_queue *queue, int fd, bool again)
{
	struct standin_descriptor *descriptor;
	struct epoll_event event;
	uint32_t events;
	int operation, r;

	memset(&event, 0, sizeof(event));
	descriptor = &queue->table[fd];
	events = wanted(descriptor);
	if (events == descriptor->registered && !again)
		return (0);
	if (events == 0) {
		if (descriptor->registered != 0)
			(void)epoll_ctl(queue->epoll, EPOLL_CTL_DEL, fd,
			    &event);
		descriptor->registered = 0;
		return (0);
	}
	event.events = events;
	event.data.u64 = (uint64_t)descriptor->generation << 32 |
	    (uint32_t)fd;
	operation = descriptor->registered == 0 ? EPOLL_CTL_ADD :
	    EPOLL_CTL_MOD;
	r = epoll_ctl(queue->epoll, operation, fd, &event);
	/* The number was closed, or made anew, where we could not see it. */
	if (r == -1 && errno == ENOENT)
		r = epoll_ctl(queue->epoll, EPOLL_CTL_ADD, fd, &event);
	else if (r == -1 && errno == EEXIST)
		r = epoll_ctl(queue->epoll, EPOLL_CTL_MOD, fd, &event);
	if (r == -1)
		return (errno == EPERM ? refusal(fd) : errno);
	descriptor->registered = events;
	return (0);
}

static bool
is_pair(const struct standin_descriptor *descriptor)
{

	return (descriptor->knote[STANDIN_READ].enabled &&
	    descriptor->knote[STANDIN_WRITE].enabled);
}

static void
set_enabled(struct standin_queue *queue, struct standin_descriptor *descriptor,
    enum standin_filter filter, bool enabled)
{

	if (is_pair(descriptor))
		queue->pairs--;
	descriptor->knote[filter].enabled = enabled;
	if (is_pair(descriptor))
		queue->pairs++;
}

void
standin_disable(struct standin_queue *queue, int fd, enum standin_filter filter)
{
	struct standin_descriptor *descriptor;

	descriptor = &queue->table[fd];
	set_enabled(queue, descriptor, filter, false);
	descriptor->dormant = false;
	(void)standin_register(queue, fd, false);
}

void
standin_detach(struct standin_queue *queue, int fd, enum standin_filter filter)
{
	struct standin_descriptor *descriptor;
	struct standin_knote *knote;

	descriptor = &queue->table[fd];
	knote = &descriptor->knote[filter];
	set_enabled(queue, descriptor, filter, false);
	memset(knote, 0, sizeof(*knote));
	descriptor->dormant = false;
	(void)standin_register(queue, fd, false);
}

void
standin_forget(struct standin_queue *queue, int fd)
{
	struct standin_descriptor *descriptor;

	descriptor = standin_find(queue, fd);
	if (descriptor == NULL || (!descriptor->knote[STANDIN_READ].present &&
	    !descriptor->knote[STANDIN_WRITE].present))
		return;
	standin_detach(queue, fd, STANDIN_READ);
	standin_detach(queue, fd, STANDIN_WRITE);
	descriptor->write_first = false;
	descriptor->generation++;
}

static int
option(int fd, int name)
{
	socklen_t length;
	int value;

	length = sizeof(value);
	if (getsockopt(fd, SOL_SOCKET, name, &value, &length) == -1)
		return (-1);
	return (value);
}

static enum standin_kind
kind_of(int fd)
{
	struct stat status;
	int protocol, type;

	protocol = option(fd, SO_PROTOCOL);
	if (protocol == IPPROTO_TCP)
		return (STANDIN_TCP);
	if (protocol != -1) {
		type = option(fd, SO_TYPE);
		return (type == SOCK_STREAM || type == SOCK_SEQPACKET ?
		    STANDIN_STREAM : STANDIN_DATAGRAM);
	}
	if (fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode))
		return (STANDIN_PIPE);
	return (STANDIN_OTHER);
}

/* As on FreeBSD: an end fires for one filter, and a writer needs a reader. */
static int
attach_pipe(struct standin_knote *knote, int fd, enum standin_filter filter)
{
	struct pollfd pfd;
	int mode;

	mode = fcntl(fd, F_GETFL) & O_ACCMODE;
	knote->deaf = mode == (filter == STANDIN_READ ? O_WRONLY : O_RDONLY);
	if (filter == STANDIN_READ || knote->deaf)
		return (0);
	pfd.fd = fd;
	pfd.events = 0;
	if (poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLERR) != 0)
		return (NO_READER);
	return (0);
}

static int
attach(struct standin_queue *queue, int fd, enum standin_filter filter,
    const struct kevent *change)
{
	struct standin_descriptor *descriptor;
	struct standin_knote *knote, *other;
	int error;

	error = make_room(queue, fd);
	if (error != 0)
		return (error);
	descriptor = &queue->table[fd];
	knote = &descriptor->knote[filter];
	other = &descriptor->knote[filter == STANDIN_READ ? STANDIN_WRITE :
	    STANDIN_READ];
	if (!other->present)
		descriptor->kind = kind_of(fd);
	else if (((other->flags ^ change->flags) & EV_CLEAR) != 0)
		return (EINVAL);	/* epoll has one mode for both */
	if (descriptor->kind == STANDIN_PIPE) {
		error = attach_pipe(knote, fd, filter);
		if (error != 0)
			return (error);
	}
	knote->present = true;
	knote->flags = (int)change->flags & KEPT_FLAGS;
	knote->udata = change->udata;
	set_enabled(queue, descriptor, filter,
	    (change->flags & EV_DISABLE) == 0);
	descriptor->dormant = false;
	error = standin_register(queue, fd, false);
	if (error != 0)
		standin_detach(queue, fd, filter);
	return (error);
}

/* A knote that is there. */
static int
update(struct standin_queue *queue, int fd, enum standin_filter filter,
    const struct kevent *change)
{
	struct standin_descriptor *descriptor;
	struct standin_knote *knote;

	descriptor = &queue->table[fd];
	knote = &descriptor->knote[filter];
	if ((change->flags & EV_DELETE) != 0) {
		standin_detach(queue, fd, filter);
		return (0);
	}
	if (TAKES_UDATA(change->flags))
		knote->udata = change->udata;
	if ((change->flags & EV_DISABLE) != 0)
		set_enabled(queue, descriptor, filter, false);
	else if ((change->flags & EV_ENABLE) != 0)
		set_enabled(queue, descriptor, filter, true);
	descriptor->dormant = false;
	return (standin_register(queue, fd, knote->enabled &&
	    (knote->flags & EV_CLEAR) != 0));
}

static bool
is_open(int fd)
{

	return (fcntl(fd, F_GETFD) != -1);
}

int
standin_change(struct standin_queue *queue, const struct kevent *change)
{
	const int both = EV_ENABLE | EV_DISABLE;
	struct standin_descriptor *descriptor;
	enum standin_filter filter;
	int fd;

	if (change->filter == EVFILT_READ)
		filter = STANDIN_READ;
	else if (change->filter == EVFILT_WRITE)
		filter = STANDIN_WRITE;
	else
		return (EINVAL);
	if (((int)change->flags & both) == both)
		return (EINVAL);
	if (change->ident > INT_MAX)
		return (EBADF);
	fd = (int)change->ident;
	descriptor = standin_find(queue, fd);
	if (descriptor != NULL && descriptor->knote[filter].present)
		return (update(queue, fd, filter, change));
	if (!is_open(fd))
		return (EBADF);
	if ((change->flags & (EV_ADD | EV_DELETE)) != EV_ADD)
		return (ENOENT);
	return (attach(queue, fd, filter, change));
}
