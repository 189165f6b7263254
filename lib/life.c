/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * How a socket's life goes on and ends, in the network thread.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "descriptor.h"
#include "server.h"
#include "skynet_malloc.h"

#define LINGER_READS	16	/* in one turn, for fairness */

static void
set_stage(struct ss_socket *s, enum ss_stage stage)
{

	(void)pthread_mutex_lock(&s->lock);
	s->stage = stage;
	(void)pthread_mutex_unlock(&s->lock);
}

static void
set_started(struct ss_socket *s, bool started)
{

	(void)pthread_mutex_lock(&s->lock);
	s->started = started;
	(void)pthread_mutex_unlock(&s->lock);
}

static void
update_or_fail(struct socket_server *ss, struct ss_socket *s)
{

	if (ss_interest_update(ss, s) == -1)
		ss_fail(ss, s, errno);
}

void
ss_start(struct socket_server *ss, uintptr_t opaque, int id)
{
	struct ss_socket *s;
	bool transfer;

	s = ss_socket_find(ss, id);
	if (s == NULL || s->closing) {
		ss_tell(ss, SOCKET_ERR, opaque, id, 0, "socket is gone");
		return;
	}
	atomic_store(&s->opaque, opaque);
	transfer = s->started || s->peer_ended ||
	    (s->kind == SS_STREAM && !s->accepted);
	set_started(s, true);
	s->paused = false;
	if (s->stage != SS_OPEN)
		return;		/* it begins when it is connected */
	ss_tell(ss, SOCKET_OPEN, opaque, id, 0,
	    transfer ? "transfer" : "start");
	if (!s->peer_ended) {
		update_or_fail(ss, s);
	} else if (s->close_owner != opaque) {
		s->close_owner = opaque;
		ss_tell(ss, SOCKET_CLOSE, opaque, id, 0, NULL);
	}
}

void
ss_pause(struct socket_server *ss, int id)
{
	struct ss_socket *s;

	s = ss_socket_find(ss, id);
	if (s == NULL || s->closing)
		return;
	set_started(s, false);
	s->paused = true;
	update_or_fail(ss, s);
}

/* What is unsent and the token, seen at one moment. */
static bool
all_is_sent(struct ss_socket *s)
{
	bool result;

	(void)pthread_mutex_lock(&s->lock);
	result = !s->writer && ss_write_first(s->queue) == NULL;
	(void)pthread_mutex_unlock(&s->lock);
	return (result);
}

/* Tells of a write that has failed, once; its errno, 0 if none has. */
static int
writing_is_dead(struct socket_server *ss, struct ss_socket *s)
{
	int error;

	(void)pthread_mutex_lock(&s->lock);
	error = s->error;
	(void)pthread_mutex_unlock(&s->lock);
	if (error != 0 && !s->error_told) {
		s->error_told = true;
		ss_tell_error(ss, s, error);
	}
	return (error);
}

static void
close_gracefully(struct socket_server *ss, struct ss_socket *s)
{

	(void)pthread_mutex_lock(&s->lock);
	s->closing = true;
	s->accepts = false;
	s->started = false;
	(void)pthread_mutex_unlock(&s->lock);
	if (writing_is_dead(ss, s) != 0)
		ss_end(ss, s);
	else if (all_is_sent(s))
		ss_finish(ss, s);
	else
		update_or_fail(ss, s);
}

void
ss_close(struct socket_server *ss, int id)
{
	struct ss_socket *s;

	s = ss_socket_find(ss, id);
	if (s == NULL)
		return;
	if (!ss->upstream) {
		ss_end(ss, s);
		return;
	}
	if (s->closing)
		return;
	ss_tell_close(ss, s);
	s->silent = true;
	close_gracefully(ss, s);
}

void
ss_shutdown(struct socket_server *ss, int id)
{
	struct ss_socket *s;

	s = ss_socket_find(ss, id);
	if (s == NULL)
		return;
	if (ss->upstream)
		ss_end(ss, s);
	else if (!s->closing)
		close_gracefully(ss, s);
}

void
ss_end(struct socket_server *ss, struct ss_socket *s)
{

	ss_tell_close(ss, s);
	ss_discard(ss, s);
}

void
ss_fail(struct socket_server *ss, struct ss_socket *s, int error)
{

	ss_tell_error(ss, s, error);
	ss_end(ss, s);
}

void
ss_discard(struct socket_server *ss, struct ss_socket *s)
{
	bool writer;

	ss_deadline_end(ss, s);
	ss_interest_end(ss, s);
	(void)pthread_mutex_lock(&s->lock);
	s->stage = SS_DOOMED;
	s->accepts = s->ready = false;
	writer = s->writer;
	(void)pthread_mutex_unlock(&s->lock);
	if (!writer)
		ss_bury(ss, s);
}

/*
 * Whether a terminal blocks is a matter of all its descriptors, the shell's and
 * those of other bound sockets too: it is put back when none is bound any more.
 */
static void
let_go_of_bound(struct socket_server *ss, struct ss_socket *s, int fd)
{

	if (!s->counted)
		return;
	if (s->restore && ss->terminal == -1)
		ss->terminal = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (--ss->bound == 0 && ss->terminal != -1) {
		ss_descriptor_block(ss->terminal);
		(void)close(ss->terminal);
		ss->terminal = -1;
	}
}

void
ss_bury(struct socket_server *ss, struct ss_socket *s)
{
	struct ss_write_list trash;
	int fd, i;

	ss_deadline_end(ss, s);
	ss_interest_end(ss, s);
	if (s->kind == SS_BOUND)
		let_go_of_bound(ss, s, s->fd);
	STAILQ_INIT(&trash);
	(void)pthread_mutex_lock(&s->lock);
	for (i = 0; i < SS_PRIORITIES; i++)
		STAILQ_CONCAT(&trash, &s->queue[i]);
	fd = s->fd;
	s->fd = -1;
	s->stage = SS_FREE;
	atomic_store_explicit(&s->id, 0, memory_order_release);
	(void)pthread_mutex_unlock(&s->lock);
	if (fd != -1)
		(void)close(fd);
	skynet_free(s->addresses);
	s->addresses = NULL;
	ss_slots_release(&ss->slots, s);
	ss_write_list_free(&trash);
}

void
ss_finish(struct socket_server *ss, struct ss_socket *s)
{

	ss_tell_close(ss, s);
	if (s->kind != SS_STREAM || s->peer_ended || s->stage != SS_OPEN ||
	    shutdown(s->fd, SHUT_WR) == -1) {
		ss_discard(ss, s);
		return;
	}
	(void)pthread_mutex_lock(&s->lock);
	s->ready = false;
	(void)pthread_mutex_unlock(&s->lock);
	set_stage(s, SS_LINGERING);
	ss_deadline_set(ss, s, &ss->lingering, SS_LINGER);
	if (ss_interest_update(ss, s) == -1)
		ss_bury(ss, s);
}

void
ss_linger_readable(struct socket_server *ss, struct ss_socket *s)
{
	ssize_t n;
	int i;

	for (i = 0; i < LINGER_READS; i++) {
		n = read(s->fd, ss->spill, SS_READ_SPILL);
		if (n > 0 || (n == -1 && errno == EINTR))
			continue;
		if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
			ss_bury(ss, s);
		return;
	}
}

void
ss_peer_ended(struct socket_server *ss, struct ss_socket *s)
{

	s->peer_ended = true;
	if (writing_is_dead(ss, s) != 0) {
		ss_end(ss, s);
		return;
	}
	ss_tell_close(ss, s);
	update_or_fail(ss, s);
}

void
ss_read_failed(struct socket_server *ss, struct ss_socket *s, int error)
{

	if (writing_is_dead(ss, s) == 0)
		ss_tell_error(ss, s, error);
	ss_end(ss, s);
}

void
ss_write_failed(struct socket_server *ss, struct ss_socket *s)
{
	int error;

	if (s->error_told)
		return;
	error = writing_is_dead(ss, s);
	/* Without memory half a message has left: the peer must hear an end. */
	if (s->closing || s->peer_ended || !s->receives || error == ENOMEM)
		ss_end(ss, s);
	else
		update_or_fail(ss, s);
}

void
ss_forsake(struct socket_server *ss, uintptr_t opaque, int id)
{
	struct ss_socket *s;

	s = ss_socket_find(ss, id);
	if (s != NULL && atomic_load(&s->opaque) == opaque && !s->closing)
		ss_discard(ss, s);
}
