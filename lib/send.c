/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Sending, from any thread.  The note in server.h tells the path of a send.
 */

#include <errno.h>

#include "descriptor.h"
#include "send.h"
#include "server.h"
#include "skynet_malloc.h"

#define SEND_ROUNDS	4	/* write calls for what others appended */

int
ss_payload_of(struct socket_server *ss, const struct socket_sendbuffer *sb,
    struct ss_payload *payload)
{
	struct socket_object_interface object;

	if (sb == NULL)
		goto invalid;
	payload->data = sb->buffer;
	payload->size = sb->sz;
	payload->owned = (void *)(uintptr_t)sb->buffer;
	switch (sb->type) {
	case SOCKET_BUFFER_MEMORY:
		payload->release = skynet_free;
		break;
	case SOCKET_BUFFER_RAWPOINTER:
		payload->release = NULL;
		break;
	case SOCKET_BUFFER_OBJECT:
		(void)pthread_mutex_lock(&ss->object_lock);
		object = ss->object;
		(void)pthread_mutex_unlock(&ss->object_lock);
		if (object.buffer == NULL || sb->buffer == NULL)
			goto invalid;
		payload->data = object.buffer(sb->buffer);
		payload->size = object.size(sb->buffer);
		payload->release = object.free;
		break;
	default:
		goto invalid;
	}
	if (payload->data != NULL || payload->size == 0)
		return (0);
invalid:
	errno = EINVAL;
	return (-1);
}

static enum ss_sent
append_locked(struct socket_server *ss, struct ss_socket *s,
    const struct ss_payload *payload, enum ss_priority priority,
    const union ss_address *to)
{
	struct ss_write *w;

	w = ss_write_create(payload, 0, priority, to);
	if (w == NULL)
		return (SS_SENT_REFUSED);
	STAILQ_INSERT_TAIL(&s->queue[priority], w, entry);
	s->unsent += payload->size;
	if (s->ready && !s->writer && !s->attended) {
		s->attended = true;
		ss_commands_attend(&ss->commands,
		    atomic_load_explicit(&s->id, memory_order_relaxed));
	}
	ss_flush_warn_locked(ss, s);
	return (SS_SENT_QUEUED);
}

/* The rest of a message whose first n bytes have left goes before all. */
static enum ss_sent
keep_rest_locked(struct ss_socket *s, const struct ss_payload *payload,
    size_t n, enum ss_priority priority, const union ss_address *to,
    struct ss_write_list *trash)
{
	struct ss_write *w;

	s->blocked = true;
	w = ss_write_create(payload, n, priority, to);
	if (w != NULL) {
		STAILQ_INSERT_HEAD(&s->queue[priority], w, entry);
		return (SS_SENT_QUEUED);
	}
	if (n > 0) {		/* half a message: the stream is broken */
		ss_flush_failed_locked(s, ENOMEM, trash);
		return (SS_SENT_DONE);
	}
	s->unsent -= payload->size;
	errno = ENOMEM;
	return (SS_SENT_REFUSED);
}

static enum ss_sent
write_stream_locked(struct socket_server *ss, struct ss_socket *s,
    const struct ss_payload *payload, enum ss_priority priority,
    struct ss_write_list *trash)
{
	struct iovec iov;
	ssize_t n;
	bool is_socket;
	int error, fd;

	fd = s->fd;
	is_socket = s->is_socket;
	(void)pthread_mutex_unlock(&s->lock);
	iov.iov_base = (void *)(uintptr_t)payload->data;
	iov.iov_len = payload->size;
	n = ss_descriptor_writev(fd, is_socket, &iov, 1);
	error = errno;
	(void)pthread_mutex_lock(&s->lock);
	if (n == -1 && s->packets && ss_datagram_survives(error)) {
		ss_flush_lost_locked(ss, s, error);
		s->unsent -= payload->size;
		return (SS_SENT_DONE);
	}
	if (n == -1 && error != EAGAIN && error != ENOBUFS) {
		ss_flush_failed_locked(s, error, trash);
		return (SS_SENT_DONE);
	}
	if (n == -1)
		n = 0;
	ss_flush_sent_locked(ss, s, (size_t)n);
	if ((size_t)n == payload->size)
		return (SS_SENT_DONE);
	return (keep_rest_locked(s, payload, (size_t)n, priority, NULL,
	    trash));
}

static enum ss_sent
write_datagram_locked(struct socket_server *ss, struct ss_socket *s,
    const struct ss_payload *payload, enum ss_priority priority,
    const union ss_address *to, struct ss_write_list *trash)
{
	int error, fd, n;

	fd = s->fd;
	(void)pthread_mutex_unlock(&s->lock);
	n = ss_datagram_send(fd, payload->data, payload->size, to);
	error = errno;
	(void)pthread_mutex_lock(&s->lock);
	if (n != -1) {
		ss_flush_sent_locked(ss, s, payload->size);
		return (SS_SENT_DONE);
	}
	if (error == EAGAIN)
		return (keep_rest_locked(s, payload, 0, priority, to, trash));
	ss_flush_lost_locked(ss, s, error);
	s->unsent -= payload->size;
	return (SS_SENT_DONE);
}

enum ss_sent
ss_send_locked(struct socket_server *ss, struct ss_socket *s,
    const struct ss_payload *payload, enum ss_priority priority,
    const union ss_address *to, struct ss_write_list *trash)
{
	union ss_address address;
	enum ss_sent result;
	int error;

	if (!s->ready || s->writer || ss_write_first(s->queue) != NULL)
		return (append_locked(ss, s, payload, priority, to));
	s->writer = true;
	s->unsent += payload->size;
	if (to != NULL) {
		address = *to;	/* the default peer may change meanwhile */
		result = write_datagram_locked(ss, s, payload, priority,
		    &address, trash);
	} else {
		result = write_stream_locked(ss, s, payload, priority, trash);
	}
	error = errno;
	if (ss_write_first(s->queue) != NULL)
		ss_flush_locked(ss, s, SEND_ROUNDS, trash);
	ss_flush_warn_locked(ss, s);
	ss_flush_done_locked(ss, s);
	errno = error;
	return (result);
}

/* Locked.  errno of a refusal. */
static enum ss_sent
send_locked(struct socket_server *ss, struct ss_socket *s,
    const struct ss_payload *payload, enum ss_priority priority,
    struct ss_write_list *trash)
{

	if (!s->accepts) {
		errno = ENOTCONN;
		return (SS_SENT_REFUSED);
	}
	if (payload->size == 0)
		return (SS_SENT_DONE);
	if (s->kind != SS_DATAGRAM)
		return (ss_send_locked(ss, s, payload, priority, NULL, trash));
	if (s->address.sa.sa_family == AF_UNSPEC) {
		errno = EDESTADDRREQ;
		return (SS_SENT_REFUSED);
	}
	return (ss_send_locked(ss, s, payload, priority, &s->address, trash));
}

static int
send_with_priority(struct socket_server *ss,
    const struct socket_sendbuffer *sb, enum ss_priority priority)
{
	struct ss_write_list trash;
	struct ss_payload payload;
	struct ss_socket *s;
	enum ss_sent result;

	if (ss_payload_of(ss, sb, &payload) == -1)
		return (-1);
	STAILQ_INIT(&trash);
	s = ss_slots_lock(&ss->slots, sb->id);
	if (s != NULL) {
		result = send_locked(ss, s, &payload, priority, &trash);
		(void)pthread_mutex_unlock(&s->lock);
	} else {
		errno = EBADF;
		result = SS_SENT_REFUSED;
	}
	return (ss_sent_result(&payload, result, &trash));
}

int
ss_sent_result(const struct ss_payload *payload, enum ss_sent result,
    struct ss_write_list *trash)
{
	int error;

	error = errno;
	if (!STAILQ_EMPTY(trash))
		ss_write_list_free(trash);
	if (result != SS_SENT_QUEUED)
		ss_payload_release(payload);
	errno = error;
	return (result == SS_SENT_REFUSED ? -1 : 0);
}

int
socket_server_send(struct socket_server *ss, struct socket_sendbuffer *sb)
{

	return (send_with_priority(ss, sb, SS_PRIORITY_HIGH));
}

int
socket_server_send_lowpriority(struct socket_server *ss,
    struct socket_sendbuffer *sb)
{

	return (send_with_priority(ss, sb, SS_PRIORITY_LOW));
}

void
socket_server_userobject(struct socket_server *ss,
    struct socket_object_interface *object)
{

	(void)pthread_mutex_lock(&ss->object_lock);
	if (object != NULL)
		ss->object = *object;
	(void)pthread_mutex_unlock(&ss->object_lock);
}
