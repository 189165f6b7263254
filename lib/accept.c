/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Incoming connections.
 *
 * When descriptors (or ids) run out, a connection that waits keeps its
 * listener readable for ever.  One descriptor is held in reserve: it is given
 * up for a moment, so that the connection can be accepted and closed, and its
 * peer learns that it was turned away.  Where even that fails the listener
 * rests for SS_BACKOFF milliseconds.  The owner hears one ERROR for each time
 * of want, which ends with the next connection that is accepted.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "descriptor.h"
#include "server.h"

enum outcome {
	TAKEN,			/* go on */
	EMPTY,			/* none waits */
	FAILED			/* errno; none can be taken now */
};

int
ss_accept_spare(void)
{

	return (open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static void
want(struct socket_server *ss, struct ss_socket *s, int error)
{

	if (!s->wanting)
		ss_tell_error(ss, s, error);
	s->wanting = true;
}

static void
rest(struct socket_server *ss, struct ss_socket *s)
{

	ss_deadline_set(ss, s, &ss->resting, SS_BACKOFF);
	if (ss_interest_update(ss, s) == -1)
		ss_fail(ss, s, errno);
}

/* True if a connection was turned away. */
static bool
turn_away(struct socket_server *ss, struct ss_socket *s)
{
	union ss_address peer;
	int fd;

	if (ss->spare == -1)
		return (false);
	(void)close(ss->spare);
	fd = ss_descriptor_accept(s->fd, &peer);
	if (fd != -1)
		(void)close(fd);
	ss->spare = ss_accept_spare();
	return (fd != -1);
}

static enum outcome
adopt(struct socket_server *ss, struct ss_socket *listener, int fd,
    const union ss_address *peer)
{
	char text[SS_ADDRESS_TEXT];
	struct ss_socket *s;
	uintptr_t opaque;
	int error, id;

	opaque = atomic_load(&listener->opaque);
	s = ss_slots_reserve(&ss->slots, SS_STREAM, opaque, &id);
	if (s == NULL) {
		error = errno;
		(void)close(fd);
		want(ss, listener, error);
		return (TAKEN);		/* turned away */
	}
	ss_descriptor_keepalive(fd);
	s->stage = SS_OPEN;
	s->fd = fd;
	s->address = *peer;
	s->accepted = s->is_socket = s->receives = true;
	s->accepts = s->ready = true;
	ss_slots_publish(s, id);
	listener->wanting = false;
	(void)atomic_fetch_add_explicit(&listener->received, 1,
	    memory_order_relaxed);
	ss_address_text(peer, text, sizeof(text));
	ss_tell(ss, SOCKET_ACCEPT, opaque, atomic_load(&listener->id), id,
	    text);
	return (TAKEN);
}

static enum outcome
accept_one(struct socket_server *ss, struct ss_socket *s)
{
	union ss_address peer;
	int fd;

	fd = ss_descriptor_accept(s->fd, &peer);
	if (fd != -1)
		return (adopt(ss, s, fd, &peer));
	switch (errno) {
	case EAGAIN:
#if EWOULDBLOCK != EAGAIN
	case EWOULDBLOCK:
#endif
		return (EMPTY);
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EBADF:
	case EINVAL:
	case ENOTSOCK:
	case EOPNOTSUPP:
	case EFAULT:
		return (FAILED);
	default:
		/* EINTR, ECONNABORTED, and what Linux reports of the peer. */
		return (TAKEN);
	}
}

void
ss_accept_readable(struct socket_server *ss, struct ss_socket *s)
{
	int error, i;

	for (i = 0; i < SS_ACCEPTS; i++) {
		switch (accept_one(ss, s)) {
		case TAKEN:
			continue;
		case EMPTY:
			return;
		case FAILED:
			error = errno;
			want(ss, s, error);
			if ((error != EMFILE && error != ENFILE) ||
			    !turn_away(ss, s))
				rest(ss, s);
			return;
		}
	}
}

void
ss_accept_resume(struct socket_server *ss, struct ss_socket *s)
{

	if (ss->spare == -1)
		ss->spare = ss_accept_spare();
	if (ss_interest_update(ss, s) == -1)
		ss_fail(ss, s, errno);
}
