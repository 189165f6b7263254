/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The server: its making, its end, and the poll that ties the rest together.
 *
 * A call of the poll hands out one message.  While messages wait in the outbox
 * nothing else happens; then commands are carried out, one by one; then the
 * events of the last wait; then the poll waits.  Everything that a command or
 * an event leads to is finished before the next is looked at.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "server.h"
#include "skynet.h"

static void
set_up_lists(struct socket_server *ss)
{

	TAILQ_INIT(&ss->lingering);
	TAILQ_INIT(&ss->resting);
	ss->spare = ss_accept_spare();
	ss->terminal = -1;
}

struct socket_server *
ss_create(uint64_t time, int dialect, const struct poller_ops *ops)
{
	struct socket_server *ss;
	int error;

	ss = skynet_calloc(1, sizeof(*ss));
	if (ss == NULL) {
		errno = ENOMEM;
		return (NULL);
	}
	ss->ops = ops;
	ss->upstream = dialect == SOCKET_DIALECT_UPSTREAM;
	atomic_init(&ss->time, time);
	ss->spill = skynet_malloc(SS_READ_SPILL);
	if (ss->spill == NULL) {
		errno = ENOMEM;
		goto no_spill;
	}
	ss->poller = ops->create();
	if (ss->poller == NULL)
		goto no_poller;
	if (ss_commands_init(&ss->commands, ops, ss->poller) == -1)
		goto no_commands;
	if (ss_resolver_init(&ss->resolver, &ss->commands) == -1)
		goto no_resolver;
	if (ss_slots_init(&ss->slots) == -1)
		goto no_slots;
	error = pthread_mutex_init(&ss->object_lock, NULL);
	if (error != 0) {
		errno = error;
		goto no_object_lock;
	}
	set_up_lists(ss);
	return (ss);

no_object_lock:
	ss_slots_destroy(&ss->slots);
no_slots:
	ss_resolver_destroy(&ss->resolver);
no_resolver:
	ss_commands_destroy(&ss->commands);
no_commands:
	ops->destroy(ss->poller);
no_poller:
	skynet_free(ss->spill);
no_spill:
	error = errno;
	skynet_free(ss);
	errno = error;
	return (NULL);
}

struct socket_server *
socket_server_create_dialect(uint64_t time, int dialect)
{

	if (dialect != SOCKET_DIALECT_DOCUMENT &&
	    dialect != SOCKET_DIALECT_UPSTREAM) {
		errno = EINVAL;
		return (NULL);
	}
	return (ss_create(time, dialect, skynet_poller_backend));
}

/* Messages that nobody will take. */
static void
drop_outbox(struct socket_server *ss)
{
	struct ss_message *message;
	int i;

	for (i = ss->outbox_next; i < ss->outbox_count; i++) {
		message = &ss->outbox[i];
		if (message->data != message->text)
			skynet_free(message->data);
	}
}

void
socket_server_release(struct socket_server *ss)
{
	struct ss_socket *s;
	int i;

	if (ss == NULL)
		return;
	ss_resolver_destroy(&ss->resolver);
	for (i = 0; i < SS_SLOTS; i++) {
		s = ss_slots_at(&ss->slots, i);
		if (s == NULL)
			i += SS_CHUNK_SLOTS - 1 - i % SS_CHUNK_SLOTS;
		else if (atomic_load(&s->id) != 0)
			ss_bury(ss, s);
	}
	drop_outbox(ss);
	ss_commands_destroy(&ss->commands);
	ss->ops->destroy(ss->poller);
	ss_slots_destroy(&ss->slots);
	ss_datagram_room_free(ss);
	(void)pthread_mutex_destroy(&ss->object_lock);
	if (ss->spare != -1)
		(void)close(ss->spare);
	skynet_free(ss->spill);
	skynet_free(ss);
}

void
socket_server_updatetime(struct socket_server *ss, uint64_t time)
{

	atomic_store_explicit(&ss->time, time, memory_order_relaxed);
}

static void
attend_to(struct socket_server *ss, int id)
{
	struct ss_socket *s;

	s = ss_slots_find(&ss->slots, id);
	if (s != NULL)
		ss_attend(ss, s, false);
}

/* A reserved slot is its opener's still, who may take it back. */
static bool
is_opened(struct ss_socket *s, int id)
{
	bool result;

	(void)pthread_mutex_lock(&s->lock);
	result = atomic_load_explicit(&s->id, memory_order_relaxed) == id &&
	    s->stage != SS_RESERVED;
	(void)pthread_mutex_unlock(&s->lock);
	return (result);
}

/* A message about writing, unless the id has said its last word. */
static void
tell_if_heard(struct socket_server *ss, const struct ss_command *command)
{
	struct ss_socket *s;

	s = ss_socket_find(ss, command->id);
	if (s == NULL || s->silent)
		return;
	if (command->type == SS_COMMAND_LOST)
		ss_tell_error(ss, s, command->value);
	else
		ss_tell(ss, SOCKET_WARNING, atomic_load(&s->opaque),
		    command->id, command->value, NULL);
}

static void
carry_out(struct socket_server *ss, const struct ss_command *command)
{

	switch (command->type) {
	case SS_COMMAND_EXIT:
		ss->exiting = true;
		break;
	case SS_COMMAND_ATTACH:
		ss_attach(ss, command->id);
		break;
	case SS_COMMAND_CONNECT:
		ss_connect(ss, command);
		break;
	case SS_COMMAND_START:
		ss_start(ss, command->opaque, command->id);
		break;
	case SS_COMMAND_PAUSE:
		ss_pause(ss, command->id);
		break;
	case SS_COMMAND_CLOSE:
		ss_close(ss, command->id);
		break;
	case SS_COMMAND_SHUTDOWN:
		ss_shutdown(ss, command->id);
		break;
	case SS_COMMAND_NODELAY:
		ss_nodelay(ss, command->id);
		break;
	case SS_COMMAND_ATTEND:
		attend_to(ss, command->id);
		break;
	case SS_COMMAND_WARN:
	case SS_COMMAND_LOST:
		tell_if_heard(ss, command);
		break;
	}
}

static void
readable(struct socket_server *ss, struct ss_socket *s)
{

	switch (s->kind) {
	case SS_LISTENER:
		ss_accept_readable(ss, s);
		break;
	case SS_DATAGRAM:
		ss_datagram_readable(ss, s);
		break;
	default:
		ss_stream_readable(ss, s);
		break;
	}
}

/*
 * An event may be about a socket that has ended, or wanted something else,
 * since the event was taken from the poller.
 */
static void
handle(struct socket_server *ss, const struct poller_event *event)
{
	struct ss_socket *s;
	int id;

	id = (int)event->key;
	s = ss_slots_find(&ss->slots, id);
	if (s == NULL)
		return;
	switch (s->stage) {
	case SS_CONNECTING:
		ss_connect_ready(ss, s);
		break;
	case SS_LINGERING:
		ss_linger_readable(ss, s);
		break;
	case SS_OPEN:
		if (event->readable && (s->interest & POLLER_READ) != 0)
			readable(ss, s);
		if (event->writable && ss_slots_find(&ss->slots, id) == s &&
		    s->stage == SS_OPEN && (s->interest & POLLER_WRITE) != 0)
			ss_attend(ss, s, true);
		break;
	default:
		break;
	}
}

static void
wait_for_events(struct socket_server *ss, int timeout)
{
	int n;

	timeout = ss_deadline_next(ss, timeout);
	if (timeout != 0 && !ss_commands_doze(&ss->commands))
		return;
	n = ss->ops->wait(ss->poller, ss->event, SS_EVENTS, timeout);
	ss_commands_wake_up(&ss->commands);
	if (n == -1) {
		skynet_error(NULL, "socket: poller %s: error %d",
		    ss->ops->name, errno);
		n = 0;
	}
	ss->event_next = 0;
	ss->event_count = n;
}

static void
sweep(struct socket_server *ss)
{
	struct ss_socket *s;
	int i, id;

	for (i = 0; i < SS_SLOTS && ss->outbox_count < SS_OUTBOX - 4; i++) {
		s = ss_slots_at(&ss->slots, i);
		if (s == NULL) {
			i += SS_CHUNK_SLOTS - 1 - i % SS_CHUNK_SLOTS;
			continue;
		}
		id = atomic_load_explicit(&s->id, memory_order_acquire);
		if (id != 0 && is_opened(s, id))
			attend_to(ss, id);
	}
	if (i < SS_SLOTS)
		ss_commands_attend_all(&ss->commands);
}

/* One step before waiting; false when there is nothing to do. */
static bool
step(struct socket_server *ss)
{
	struct ss_command command;

	if (ss_commands_take(&ss->commands, &command))
		carry_out(ss, &command);
	else if (ss_commands_take_sweep(&ss->commands))
		sweep(ss);
	else if (ss->event_next < ss->event_count)
		handle(ss, &ss->event[ss->event_next++]);
	else
		return (false);
	return (true);
}

int
ss_poll(struct socket_server *ss, struct socket_message *result, int *more,
    int timeout)
{
	bool waited;
	int type;

	waited = false;
	for (;;) {
		if (ss_outbox_take(ss, result, &type)) {
			*more = ss->outbox_next < ss->outbox_count ||
			    ss->event_next < ss->event_count ||
			    ss_commands_waiting(&ss->commands);
			return (type);
		}
		if (ss->exiting || atomic_load_explicit(&ss->exit_asked,
		    memory_order_relaxed)) {
			*more = 0;
			return (SOCKET_EXIT);
		}
		if (step(ss))
			continue;
		ss_deadline_expire(ss);
		if (ss->outbox_count > 0)
			continue;
		if (waited)
			return (SS_NOTHING);
		waited = true;
		wait_for_events(ss, timeout);
	}
}

int
socket_server_poll(struct socket_server *ss, struct socket_message *result,
    int *more)
{
	struct socket_message unused;
	int ignored, type;

	do {
		type = ss_poll(ss, result != NULL ? result : &unused,
		    more != NULL ? more : &ignored, -1);
	} while (type == SS_NOTHING);
	return (type);
}
