/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * From the queue to the descriptor.  The holder of a socket's writer token
 * calls the functions that send; the note in server.h tells the rules.
 */

#include <errno.h>
#include <string.h>

#include "descriptor.h"
#include "send.h"
#include "server.h"

#define ATTEND_ROUNDS	8	/* write calls for one event, for fairness */

static void
post(struct socket_server *ss, struct ss_socket *s,
    enum ss_command_type type, int value)
{
	struct ss_command command;

	memset(&command, 0, sizeof(command));
	command.type = type;
	command.id = atomic_load_explicit(&s->id, memory_order_relaxed);
	command.value = value;
	if (ss_commands_post(&ss->commands, &command) == 0)
		return;
	/* Without memory the last of each kind is kept in the socket. */
	if (type == SS_COMMAND_WARN)
		s->warn_due = value;
	else
		s->lost_due = value;
	ss_commands_attend(&ss->commands, command.id);
}

void
ss_flush_lost_locked(struct socket_server *ss, struct ss_socket *s, int error)
{

	post(ss, s, SS_COMMAND_LOST, error);
}

void
ss_flush_warn_locked(struct socket_server *ss, struct ss_socket *s)
{
	size_t kilobytes;

	if (s->unsent >= s->warn_at) {
		s->warn_at = s->unsent * 2;
		s->warned = true;
		kilobytes = (s->unsent + 1023) / 1024;
		post(ss, s, SS_COMMAND_WARN, (int)kilobytes);
	} else if (s->unsent == 0 && s->warned) {
		s->warn_at = SS_WARNING;
		s->warned = false;
		post(ss, s, SS_COMMAND_WARN, 0);
	}
}

void
ss_flush_failed_locked(struct ss_socket *s, int error,
    struct ss_write_list *trash)
{
	int i;

	s->error = error;
	s->accepts = s->ready = false;
	for (i = 0; i < SS_PRIORITIES; i++)
		STAILQ_CONCAT(trash, &s->queue[i]);
	s->unsent = 0;
	s->warned = false;
}

void
ss_flush_sent_locked(struct socket_server *ss, struct ss_socket *s, size_t n)
{

	s->unsent -= n;
	s->written += n;
	s->wtime = atomic_load_explicit(&ss->time, memory_order_relaxed);
}

static void
flush_stream_locked(struct socket_server *ss, struct ss_socket *s,
    struct ss_gathered *g, struct ss_write_list *trash)
{
	size_t offered;
	ssize_t n;
	bool is_socket;
	int error, fd, i;

	offered = 0;
	for (i = 0; i < g->count; i++)
		offered += g->iov[i].iov_len;
	fd = s->fd;
	is_socket = s->is_socket;
	(void)pthread_mutex_unlock(&s->lock);
	n = ss_descriptor_writev(fd, is_socket, g->iov, g->count);
	error = errno;
	(void)pthread_mutex_lock(&s->lock);
	if (n == -1 && s->packets && ss_datagram_survives(error)) {
		ss_flush_lost_locked(ss, s, error);
		s->unsent -= offered;
		ss_write_remove(s->queue, g, g->count, trash);
		return;
	}
	if (n == -1 && error != EAGAIN && error != ENOBUFS) {
		ss_flush_failed_locked(s, error, trash);
		return;
	}
	if (n == -1)
		n = 0;
	ss_write_consume(s->queue, g, (size_t)n, trash);
	ss_flush_sent_locked(ss, s, (size_t)n);
	s->blocked = (size_t)n < offered;
}

static void
flush_datagrams_locked(struct socket_server *ss, struct ss_socket *s,
    struct ss_gathered *g, struct ss_write_list *trash)
{
	int error, fd, i, n;

	fd = s->fd;
	(void)pthread_mutex_unlock(&s->lock);
	n = ss_datagram_send_many(fd, g);
	error = errno;
	(void)pthread_mutex_lock(&s->lock);
	if (n == -1 && error == EAGAIN) {
		s->blocked = true;
		return;
	}
	if (n == -1) {		/* the first cannot be sent: it is lost */
		ss_flush_lost_locked(ss, s, error);
		s->unsent -= g->iov[0].iov_len;
		ss_write_remove(s->queue, g, 1, trash);
		return;
	}
	for (i = 0; i < n; i++)
		ss_flush_sent_locked(ss, s, g->iov[i].iov_len);
	ss_write_remove(s->queue, g, n, trash);
}

void
ss_flush_locked(struct socket_server *ss, struct ss_socket *s, int rounds,
    struct ss_write_list *trash)
{
	struct ss_gathered g;

	while (rounds-- > 0 && s->ready && !s->blocked) {
		ss_write_gather(s->queue, &g);
		if (g.count == 0)
			break;
		if (s->packets)
			g.count = 1;
		if (s->kind == SS_DATAGRAM)
			flush_datagrams_locked(ss, s, &g, trash);
		else
			flush_stream_locked(ss, s, &g, trash);
	}
}

void
ss_flush_done_locked(struct socket_server *ss, struct ss_socket *s)
{
	bool waiting;

	s->writer = false;
	waiting = s->ready && ss_write_first(s->queue) != NULL;
	if (s->stage == SS_DOOMED || s->closing || s->error != 0 ||
	    (waiting && !s->attended)) {
		s->attended = waiting;
		ss_commands_attend(&ss->commands,
		    atomic_load_explicit(&s->id, memory_order_relaxed));
	}
}

/* What the network thread is to do after it has written. */
struct aftermath {
	bool	doomed;
	bool	failed;
	bool	drained;
	bool	warned;		/* a WARNING of 0 is on its way */
	int	warn_due;
	int	lost_due;
};

static void
attend_locked(struct socket_server *ss, struct ss_socket *s, bool writable,
    struct aftermath *after, struct ss_write_list *trash)
{
	bool warned;

	after->doomed = s->stage == SS_DOOMED && !s->writer;
	warned = s->warned;
	if (writable)
		s->blocked = false;
	s->attended = false;
	if (s->ready && !s->writer && !s->blocked) {
		s->writer = true;
		ss_flush_locked(ss, s, ATTEND_ROUNDS, trash);
		s->writer = false;
		ss_flush_warn_locked(ss, s);
	}
	after->drained = !s->writer && ss_write_first(s->queue) == NULL;
	if (!after->drained && !s->writer && s->ready)
		s->attended = s->blocked = true;
	after->failed = s->error != 0;
	after->warned = warned && !s->warned;
	after->warn_due = s->warn_due;
	after->lost_due = s->lost_due;
	s->warn_due = -1;
	s->lost_due = 0;
}

/* What no command could carry. */
static void
tell_due(struct socket_server *ss, struct ss_socket *s,
    const struct aftermath *after)
{

	if (after->lost_due != 0)
		ss_tell_error(ss, s, after->lost_due);
	if (after->warn_due != -1 && !s->silent)
		ss_tell(ss, SOCKET_WARNING, atomic_load(&s->opaque),
		    atomic_load(&s->id), after->warn_due, NULL);
}

void
ss_attend(struct socket_server *ss, struct ss_socket *s, bool writable)
{
	struct ss_write_list trash;
	struct aftermath after;
	int id;

	STAILQ_INIT(&trash);
	id = atomic_load(&s->id);
	(void)pthread_mutex_lock(&s->lock);
	attend_locked(ss, s, writable, &after, &trash);
	(void)pthread_mutex_unlock(&s->lock);
	ss_write_list_free(&trash);
	if (after.doomed)
		ss_bury(ss, s);
	if (after.doomed || s->stage == SS_DOOMED || s->stage == SS_LINGERING)
		return;
	tell_due(ss, s, &after);
	if (after.failed)
		ss_write_failed(ss, s);
	else if (ss_interest_update(ss, s) == -1)
		ss_fail(ss, s, errno);
	else if (after.drained && s->closing && s->stage == SS_OPEN) {
		/* The WARNING goes before the CLOSE. */
		if (after.warned)
			ss_commands_attend(&ss->commands, id);
		else
			ss_finish(ss, s);
	}
}
