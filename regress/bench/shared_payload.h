/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * shared_payload.h: one payload for many sends, an object of
 * socket_object_interface that counts its users.
 */

#ifndef SHARED_PAYLOAD_H
#define SHARED_PAYLOAD_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

struct shared_payload {
	atomic_int	 users;
	size_t		 size;
	char		*data;		/* owned, freed with free_data */
	void		 (*free_data)(void *);
};

static const void *
shared_payload_data(const void *object)
{

	return (((const struct shared_payload *)object)->data);
}

static size_t
shared_payload_size(const void *object)
{

	return (((const struct shared_payload *)object)->size);
}

static void
shared_payload_free(void *object)
{
	struct shared_payload *payload;

	payload = object;
	if (atomic_fetch_sub(&payload->users, 1) == 1) {
		payload->free_data(payload->data);
		free(payload);
	}
}

static struct shared_payload *
shared_payload_new(char *data, size_t size, int users,
    void (*free_data)(void *))
{
	struct shared_payload *payload;

	payload = malloc(sizeof(*payload));
	if (payload == NULL)
		abort();
	atomic_init(&payload->users, users);
	payload->size = size;
	payload->data = data;
	payload->free_data = free_data;
	return (payload);
}

#endif /* SHARED_PAYLOAD_H */
