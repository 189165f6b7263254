/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Outgoing connections.  The addresses of a name are tried in turn, in the
 * network thread, until one accepts.  A connect that is under way shows as any
 * event of its descriptor; the verdict is SO_ERROR, confirmed by getpeername,
 * for SO_ERROR forgets what it has told.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netdb.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "server.h"
#include "skynet.h"

static int
post_or_submit(struct socket_server *ss, int id, const char *host, int port,
    struct ss_addresses *addresses)
{
	struct ss_command command;

	if (addresses == NULL)
		return (ss_resolver_submit(&ss->resolver, id, host, port));
	memset(&command, 0, sizeof(command));
	command.type = SS_COMMAND_CONNECT;
	command.id = id;
	command.addresses = addresses;
	return (ss_commands_post(&ss->commands, &command));
}

int
socket_server_connect(struct socket_server *ss, uintptr_t opaque,
    const char *host, int port)
{
	struct ss_addresses *addresses;
	struct ss_socket *s;
	int gai, id;

	if (host == NULL || host[0] == '\0' || port < 1 || port > 65535 ||
	    ss_host_check(host) == -1) {
		skynet_error(NULL, "socket: connect: bad host or port %d",
		    port);
		errno = EINVAL;
		return (-1);
	}
	addresses = ss_addresses_look_up(host, port, SOCK_STREAM, 1, &gai);
	if (addresses == NULL && gai == EAI_MEMORY) {
		errno = ENOMEM;
		return (-1);
	}
	s = ss_slots_reserve(&ss->slots, SS_STREAM, opaque, &id);
	if (s == NULL) {
		ss_addresses_free(addresses);
		return (-1);
	}
	s->accepts = true;
	s->is_socket = s->receives = true;
	ss_slots_publish(s, id);
	if (post_or_submit(ss, id, host, port, addresses) == -1) {
		ss_open_undo(ss, s);
		ss_addresses_free(addresses);
		return (-1);
	}
	return (id);
}

static void
connect_failed(struct socket_server *ss, struct ss_socket *s,
    const char *reason)
{

	if (!s->silent)
		ss_tell(ss, SOCKET_ERR, atomic_load(&s->opaque),
		    atomic_load(&s->id), 0, reason);
	if (s->closing)
		ss_end(ss, s);	/* a shutdown is owed its CLOSE */
	else
		ss_discard(ss, s);
}

static void
set_descriptor(struct ss_socket *s, int fd)
{

	(void)pthread_mutex_lock(&s->lock);
	s->fd = fd;
	(void)pthread_mutex_unlock(&s->lock);
}

static void
connected(struct socket_server *ss, struct ss_socket *s,
    const union ss_address *peer)
{
	char text[SS_ADDRESS_TEXT];
	bool early;
	int id;

	early = s->started;
	id = atomic_load(&s->id);
	(void)pthread_mutex_lock(&s->lock);
	s->stage = SS_OPEN;
	s->ready = true;
	s->address = *peer;
	s->started = (early || (ss->upstream && !s->paused)) && !s->closing;
	(void)pthread_mutex_unlock(&s->lock);
	ss_addresses_free(s->addresses);
	s->addresses = NULL;
	if (s->nodelay)
		ss_nodelay(ss, id);
	ss_address_host(peer, text, sizeof(text));
	if (!s->silent)
		ss_tell(ss, SOCKET_OPEN, atomic_load(&s->opaque), id, 0, text);
	if (early && !s->closing)
		ss_tell(ss, SOCKET_OPEN, atomic_load(&s->opaque), id, 0,
		    "transfer");
	ss_attend(ss, s, true);
}

/* One address: 1 connected, 0 under way, -1 errno. */
static int
try_address(struct socket_server *ss, struct ss_socket *s,
    const union ss_address *address)
{
	int error, fd;

	fd = ss_descriptor_socket(address->sa.sa_family, SOCK_STREAM);
	if (fd == -1)
		return (-1);
	ss_descriptor_keepalive(fd);
	set_descriptor(s, fd);
	if (connect(fd, &address->sa, ss_address_length(address)) == 0)
		return (1);
	if ((errno == EINPROGRESS || errno == EINTR) &&
	    ss_interest_update(ss, s) == 0)
		return (0);
	error = errno;
	set_descriptor(s, -1);
	(void)close(fd);
	errno = error;
	return (-1);
}

static void
try_next(struct socket_server *ss, struct ss_socket *s, int error)
{
	char text[SS_TEXT_MAX];
	union ss_address *address;

	while (s->next_address < s->addresses->count) {
		address = &s->addresses->address[s->next_address++];
		switch (try_address(ss, s, address)) {
		case 1:
			connected(ss, s, address);
			return;
		case 0:
			return;
		default:
			error = errno;
			break;
		}
	}
	connect_failed(ss, s, ss_strerror(error, text, sizeof(text)));
}

void
ss_connect(struct socket_server *ss, const struct ss_command *command)
{
	struct ss_socket *s;

	s = ss_socket_find(ss, command->id);
	if (s == NULL || s->stage != SS_RESERVED) {
		ss_addresses_free(command->addresses);
		return;
	}
	if (command->addresses == NULL) {
		connect_failed(ss, s, gai_strerror(command->value));
		return;
	}
	s->addresses = command->addresses;
	(void)pthread_mutex_lock(&s->lock);
	s->stage = SS_CONNECTING;
	(void)pthread_mutex_unlock(&s->lock);
	try_next(ss, s, 0);
}

/* 1 connected, 0 nothing has been decided yet, -1 errno. */
static int
verdict(int fd, union ss_address *peer)
{
	struct pollfd pfd;
	socklen_t length;
	int error;

	error = 0;
	length = sizeof(error);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == -1)
		return (-1);
	if (error != 0) {
		errno = error;
		return (-1);
	}
	memset(peer, 0, sizeof(*peer));
	length = sizeof(*peer);
	if (getpeername(fd, &peer->sa, &length) == 0)
		return (1);
	pfd.fd = fd;
	pfd.events = POLLOUT;
	if (errno == ENOTCONN && poll(&pfd, 1, 0) == 0)
		return (0);
	errno = ECONNREFUSED;
	return (-1);
}

void
ss_connect_ready(struct socket_server *ss, struct ss_socket *s)
{
	union ss_address peer;
	int error, fd;

	if (s->fd == -1)
		return;
	switch (verdict(s->fd, &peer)) {
	case 1:
		connected(ss, s, &peer);
		break;
	case 0:
		break;
	default:
		error = errno;
		ss_interest_end(ss, s);
		fd = s->fd;
		set_descriptor(s, -1);
		(void)close(fd);
		try_next(ss, s, error);
		break;
	}
}
