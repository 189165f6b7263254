/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Snapshots for statistics, from any thread.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <string.h>

#include "server.h"
#include "skynet_malloc.h"

struct socket_info *
socket_info_create(struct socket_info *next)
{
	struct socket_info *info;

	info = skynet_calloc(1, sizeof(*info));
	if (info != NULL)
		info->next = next;
	return (info);
}

void
socket_info_release(struct socket_info *info)
{
	struct socket_info *next;

	for (; info != NULL; info = next) {
		next = info->next;
		skynet_free(info);
	}
}

static int
type_of(const struct ss_socket *s)
{

	if (s->closing)
		return (SOCKET_INFO_CLOSING);
	switch (s->kind) {
	case SS_LISTENER:
		return (SOCKET_INFO_LISTEN);
	case SS_STREAM:
		return (SOCKET_INFO_TCP);
	case SS_DATAGRAM:
		return (SOCKET_INFO_UDP);
	default:
		return (SOCKET_INFO_BIND);
	}
}

static void
name_of(const struct ss_socket *s, char *name, size_t size)
{
	union ss_address address;
	socklen_t length;

	address = s->address;
	if (s->kind == SS_DATAGRAM && address.sa.sa_family == AF_UNSPEC) {
		length = sizeof(address);
		if (getsockname(s->fd, &address.sa, &length) == -1)
			return;
	}
	ss_address_text(&address, name, size);
}

static void
fill_in_locked(struct socket_info *info, struct ss_socket *s)
{

	info->id = atomic_load(&s->id);
	info->type = type_of(s);
	info->opaque = atomic_load_explicit(&s->opaque, memory_order_relaxed);
	info->read = atomic_load_explicit(&s->received, memory_order_relaxed);
	info->rtime = atomic_load_explicit(&s->rtime, memory_order_relaxed);
	info->write = s->written;
	info->wtime = s->wtime;
	info->wbuffer = (int64_t)s->unsent;
	info->reading = s->started && s->stage == SS_OPEN;
	info->writing = s->unsent > 0;
	name_of(s, info->name, sizeof(info->name));
}

struct socket_info *
socket_server_info(struct socket_server *ss)
{
	struct socket_info *info, *list;
	struct ss_socket *s;
	int i, id;

	list = NULL;
	for (i = SS_SLOTS - 1; i >= 0; i--) {
		s = ss_slots_at(&ss->slots, i);
		if (s == NULL) {
			i -= i % SS_CHUNK_SLOTS;	/* the whole chunk */
			continue;
		}
		id = atomic_load_explicit(&s->id, memory_order_relaxed);
		if (id == 0)
			continue;
		info = socket_info_create(list);
		if (info == NULL)
			break;
		s = ss_slots_lock(&ss->slots, id);
		if (s == NULL) {
			skynet_free(info);
			continue;
		}
		fill_in_locked(info, s);
		(void)pthread_mutex_unlock(&s->lock);
		list = info;
	}
	return (list);
}
