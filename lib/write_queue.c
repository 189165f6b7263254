/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <string.h>

#include "skynet_malloc.h"
#include "write_queue.h"

void
ss_payload_release(const struct ss_payload *payload)
{

	if (payload->release != NULL)
		payload->release(payload->owned);
}

struct ss_write *
ss_write_create(const struct ss_payload *payload, size_t sent,
    enum ss_priority priority, const union ss_address *to)
{
	struct ss_write *w;
	char *copy;
	size_t head, left;

	left = payload->size - sent;
	head = sizeof(*w) + (to != NULL ? sizeof(w->to[0]) : 0);
	w = skynet_malloc(head + (payload->release == NULL ? left : 0));
	if (w == NULL) {
		errno = ENOMEM;
		return (NULL);
	}
	w->left = left;
	w->begun = sent > 0;
	w->priority = priority;
	w->owned = payload->owned;
	w->release = payload->release;
	/* An empty datagram may have no data: NULL + 0 is undefined. */
	w->next = sent > 0 ? payload->data + sent : payload->data;
	if (to != NULL)
		w->to[0] = *to;
	if (payload->release == NULL && left > 0) {
		copy = (char *)w + head;
		memcpy(copy, payload->data + sent, left);
		w->next = copy;
	}
	return (w);
}

void
ss_write_list_free(struct ss_write_list *list)
{
	struct ss_write *next, *w;

	STAILQ_FOREACH_SAFE(w, list, entry, next) {
		if (w->release != NULL)
			w->release(w->owned);
		skynet_free(w);
	}
	STAILQ_INIT(list);
}

struct ss_write *
ss_write_first(const struct ss_write_list queue[SS_PRIORITIES])
{
	struct ss_write *high, *low;

	high = STAILQ_FIRST(&queue[SS_PRIORITY_HIGH]);
	low = STAILQ_FIRST(&queue[SS_PRIORITY_LOW]);
	if (high == NULL || (low != NULL && low->begun))
		return (low);
	return (high);
}

static bool
offer(struct ss_gathered *g, struct ss_write *w)
{

	if (g->count == SS_WRITE_VECTORS)
		return (false);
	g->write[g->count] = w;
	g->iov[g->count].iov_base = (void *)(uintptr_t)w->next;
	g->iov[g->count].iov_len = w->left;
	g->count++;
	return (true);
}

void
ss_write_gather(const struct ss_write_list queue[SS_PRIORITIES],
    struct ss_gathered *g)
{
	struct ss_write *first, *w;
	int i;

	g->count = 0;
	first = ss_write_first(queue);
	if (first == NULL)
		return;
	(void)offer(g, first);
	for (i = 0; i < SS_PRIORITIES; i++) {
		STAILQ_FOREACH(w, &queue[i], entry) {
			if (w != first && !offer(g, w))
				return;
		}
	}
}

void
ss_write_consume(struct ss_write_list queue[SS_PRIORITIES],
    const struct ss_gathered *g, size_t n, struct ss_write_list *trash)
{
	struct ss_write *w;
	int i;

	for (i = 0; i < g->count && n > 0; i++) {
		w = g->write[i];
		if (w->left > n) {
			w->next += n;
			w->left -= n;
			w->begun = true;
			return;
		}
		n -= w->left;
		/* Of its own list every gathered message is the first now. */
		STAILQ_REMOVE_HEAD(&queue[w->priority], entry);
		STAILQ_INSERT_TAIL(trash, w, entry);
	}
}

void
ss_write_remove(struct ss_write_list queue[SS_PRIORITIES],
    const struct ss_gathered *g, int n, struct ss_write_list *trash)
{
	struct ss_write *w;
	int i;

	for (i = 0; i < n; i++) {
		w = g->write[i];
		STAILQ_REMOVE_HEAD(&queue[w->priority], entry);
		STAILQ_INSERT_TAIL(trash, w, entry);
	}
}
