/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Listeners, bound descriptors, and how a descriptor that the calling thread
 * has opened is taken in by the network thread.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netdb.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "server.h"
#include "skynet.h"

/* Takes the id back that nobody but the caller has seen. */
void
ss_open_undo(struct socket_server *ss, struct ss_socket *s)
{

	(void)pthread_mutex_lock(&s->lock);
	s->fd = -1;
	s->stage = SS_FREE;
	s->accepts = s->ready = false;
	atomic_store_explicit(&s->id, 0, memory_order_release);
	(void)pthread_mutex_unlock(&s->lock);
	ss_slots_release(&ss->slots, s);
}

static void
close_keeping_errno(int fd)
{
	int error;

	error = errno;
	if (fd != -1)
		(void)close(fd);
	errno = error;
}

int
ss_open(struct socket_server *ss, enum ss_kind kind, uintptr_t opaque, int fd,
    int family, const union ss_address *address)
{
	struct ss_command command;
	struct ss_socket *s;
	int error, id;

	error = errno;
	s = ss_slots_reserve(&ss->slots, kind, opaque, &id);
	if (s == NULL) {
		close_keeping_errno(fd);
		return (-1);
	}
	s->fd = fd;
	s->error = fd == -1 ? error : 0;
	s->family = (uint8_t)family;
	if (address != NULL)
		s->address = *address;
	s->is_socket = s->receives = kind != SS_BOUND;
	s->accepts = kind != SS_LISTENER && fd != -1;
	s->ready = kind == SS_DATAGRAM;
	s->started = kind != SS_LISTENER;
	ss_slots_publish(s, id);
	memset(&command, 0, sizeof(command));
	command.type = SS_COMMAND_ATTACH;
	command.id = id;
	if (ss_commands_post(&ss->commands, &command) == -1) {
		ss_open_undo(ss, s);
		close_keeping_errno(fd);
		return (-1);
	}
	return (id);
}

static int
listen_on(const union ss_address *address, int backlog)
{
	int error, fd, on;

	fd = ss_descriptor_socket(address->sa.sa_family, SOCK_STREAM);
	if (fd == -1)
		return (-1);
	on = 1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address->sa.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
		    sizeof(on));
	if (bind(fd, &address->sa, ss_address_length(address)) == 0 &&
	    listen(fd, backlog) == 0)
		return (fd);
	error = errno;
	(void)close(fd);
	errno = error;
	return (-1);
}

static int
listen_on_any(const struct ss_addresses *addresses, int backlog)
{
	int fd, i;

	fd = -1;
	for (i = 0; i < addresses->count && fd == -1; i++)
		fd = listen_on(&addresses->address[i], backlog);
	return (fd);
}

int
socket_server_listen(struct socket_server *ss, uintptr_t opaque,
    const char *host, int port, int backlog)
{
	struct ss_addresses *addresses;
	union ss_address own;
	socklen_t length;
	int fd;

	addresses = ss_addresses_of(host, port, SOCK_STREAM);
	if (addresses == NULL)
		return (-1);
	fd = listen_on_any(addresses, backlog > 0 ? backlog : SOMAXCONN);
	ss_addresses_free(addresses);
	if (fd == -1) {
		skynet_error(NULL, "socket: listen on port %d: error %d", port,
		    errno);
		return (-1);
	}
	memset(&own, 0, sizeof(own));
	length = sizeof(own);
	(void)getsockname(fd, &own.sa, &length);
	return (ss_open(ss, SS_LISTENER, opaque, fd, own.sa.sa_family,
	    &own));
}

/*
 * The library works on a duplicate, which is its own to watch and to close: the
 * caller may close his at any time, and its number may become a stranger's.
 */
int
socket_server_bind(struct socket_server *ss, uintptr_t opaque, int fd)
{

	return (ss_open(ss, SS_BOUND, opaque, fcntl(fd, F_DUPFD_CLOEXEC, 0),
	    AF_UNSPEC, NULL));
}

static void
attach_listener(struct socket_server *ss, struct ss_socket *s)
{
	char text[SS_ADDRESS_TEXT];

	(void)pthread_mutex_lock(&s->lock);
	s->stage = SS_OPEN;
	(void)pthread_mutex_unlock(&s->lock);
	ss_address_host(&s->address, text, sizeof(text));
	ss_tell(ss, SOCKET_OPEN, atomic_load(&s->opaque),
	    atomic_load(&s->id), ss_address_port(&s->address), text);
	if (ss_interest_update(ss, s) == -1)
		ss_fail(ss, s, errno);
}

static void
attach_datagram(struct socket_server *ss, struct ss_socket *s)
{

	(void)pthread_mutex_lock(&s->lock);
	s->stage = SS_OPEN;
	(void)pthread_mutex_unlock(&s->lock);
	if (ss_interest_begin(ss, s) == -1)
		ss_fail(ss, s, errno);
}

/* What kind of descriptor it is.  -1: errno. */
static int
examine(struct ss_socket *s)
{
	socklen_t length;
	int blocking, flags, type;

	if (s->fd == -1) {
		errno = s->error;
		return (-1);
	}
	flags = fcntl(s->fd, F_GETFL);
	if (flags == -1)
		return (-1);
	length = sizeof(type);
	s->is_socket = getsockopt(s->fd, SOL_SOCKET, SO_TYPE, &type,
	    &length) == 0;
	s->packets = s->is_socket && type != SOCK_STREAM;
	s->endless = s->is_socket && type == SOCK_DGRAM;
	s->receives = (flags & O_ACCMODE) != O_WRONLY;
	blocking = ss_descriptor_unblock(s->fd);
	s->restore = blocking == 1 && isatty(s->fd) == 1;
	return (blocking == -1 ? -1 : flags);
}

/* What was sent before it was known that nothing can be. */
static void
drop_unwritable(struct socket_server *ss, struct ss_socket *s)
{
	struct ss_write_list trash;
	int i;

	STAILQ_INIT(&trash);
	(void)pthread_mutex_lock(&s->lock);
	for (i = 0; i < SS_PRIORITIES && !s->ready; i++)
		STAILQ_CONCAT(&trash, &s->queue[i]);
	if (!s->ready)
		s->unsent = 0;
	(void)pthread_mutex_unlock(&s->lock);
	if (STAILQ_EMPTY(&trash))
		return;
	ss_write_list_free(&trash);
	ss_tell_error(ss, s, EBADF);
}

static void
attach_bound(struct socket_server *ss, struct ss_socket *s)
{
	int error, flags;

	ss->bound++;
	s->counted = true;
	flags = examine(s);
	if (flags != -1) {
		(void)pthread_mutex_lock(&s->lock);
		s->stage = SS_OPEN;
		s->ready = (flags & O_ACCMODE) != O_RDONLY;
		s->accepts = s->accepts && s->ready;
		(void)pthread_mutex_unlock(&s->lock);
	}
	if (flags == -1 || ss_interest_begin(ss, s) == -1) {
		error = errno;
		if (error == EPERM)
			ss_tell(ss, SOCKET_ERR, atomic_load(&s->opaque),
			    atomic_load(&s->id), 0,
			    "descriptor cannot be polled");
		else
			ss_tell_error(ss, s, error);
		ss_discard(ss, s);
		return;
	}
	ss_tell(ss, SOCKET_OPEN, atomic_load(&s->opaque),
	    atomic_load(&s->id), 0, "binding");
	drop_unwritable(ss, s);
	ss_attend(ss, s, true);
}

void
ss_attach(struct socket_server *ss, int id)
{
	struct ss_socket *s;

	s = ss_socket_find(ss, id);
	if (s == NULL || s->stage != SS_RESERVED)
		return;
	switch (s->kind) {
	case SS_LISTENER:
		attach_listener(ss, s);
		break;
	case SS_DATAGRAM:
		attach_datagram(ss, s);
		break;
	default:
		attach_bound(ss, s);
		break;
	}
}

void
ss_nodelay(struct socket_server *ss, int id)
{
	struct ss_socket *s;
	int on;

	s = ss_socket_find(ss, id);
	if (s == NULL || s->kind == SS_DATAGRAM)
		return;
	s->nodelay = true;
	if (s->stage != SS_OPEN || !s->is_socket)
		return;
	on = 1;
	(void)setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}
