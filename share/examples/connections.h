/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A service's connections by the id of their sockets: a table of short lists.
 * A connection's own structure begins with a struct connection.
 */

#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <stddef.h>

#define CONNECTIONS_LISTS	1024

struct connection {
	struct connection	*next;
	int			 id;
};

struct connections {
	struct connection	*list[CONNECTIONS_LISTS];
};

/* Where the pointer to the connection is, or would be at a list's end. */
static inline struct connection **
connections_place(struct connections *all, int id)
{
	struct connection **place;

	place = &all->list[id % CONNECTIONS_LISTS];
	while (*place != NULL && (*place)->id != id)
		place = &(*place)->next;
	return (place);
}

/* NULL: there is none of this id. */
static inline void *
connections_find(struct connections *all, int id)
{

	return (*connections_place(all, id));
}

static inline void
connections_add(struct connections *all, struct connection *connection, int id)
{
	struct connection **place;

	place = connections_place(all, id);
	connection->id = id;
	connection->next = *place;
	*place = connection;
}

/* Takes it out and returns it; NULL: there is none of this id. */
static inline void *
connections_remove(struct connections *all, int id)
{
	struct connection **place, *connection;

	place = connections_place(all, id);
	connection = *place;
	if (connection != NULL)
		*place = connection->next;
	return (connection);
}

#endif /* CONNECTIONS_H */
