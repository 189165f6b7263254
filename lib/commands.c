/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <string.h>

#include "commands.h"
#include "poller.h"
#include "skynet_malloc.h"

#define LIST_MIN	64
#define LIST_KEEP	4096	/* a larger list is given back when empty */

static void
list_free(struct ss_command_list *list, size_t next)
{
	size_t i;

	for (i = next; i < list->count; i++)
		ss_addresses_free(list->entry[i].addresses);
	skynet_free(list->entry);
	memset(list, 0, sizeof(*list));
}

static int
list_append(struct ss_command_list *list, const struct ss_command *command)
{
	struct ss_command *entry;
	size_t capacity;

	if (list->count == list->capacity) {
		capacity = list->capacity == 0 ? LIST_MIN : list->capacity * 2;
		entry = skynet_realloc(list->entry, capacity * sizeof(*entry));
		if (entry == NULL) {
			errno = ENOMEM;
			return (-1);
		}
		list->entry = entry;
		list->capacity = capacity;
	}
	list->entry[list->count++] = *command;
	return (0);
}

int
ss_commands_init(struct ss_commands *commands, const struct poller_ops *ops,
    struct poller *poller)
{
	int error;

	memset(commands, 0, sizeof(*commands));
	commands->ops = ops;
	commands->poller = poller;
	atomic_init(&commands->pending, 0);
	atomic_init(&commands->asleep, false);
	error = pthread_mutex_init(&commands->lock, NULL);
	if (error != 0) {
		errno = error;
		return (-1);
	}
	return (0);
}

void
ss_commands_destroy(struct ss_commands *commands)
{

	list_free(&commands->taken, commands->next);
	list_free(&commands->posted, 0);
	(void)pthread_mutex_destroy(&commands->lock);
}

/*
 * A poster stores pending and then looks at asleep, the network thread stores
 * asleep and then looks at pending: in the one order of all such operations
 * one of the two sees the other, so that no command is slept over.
 */
static void
ring(struct ss_commands *commands)
{

	if (atomic_load(&commands->asleep) &&
	    atomic_exchange(&commands->asleep, false))
		commands->ops->wake(commands->poller);
}

int
ss_commands_post(struct ss_commands *commands,
    const struct ss_command *command)
{
	int result;

	(void)pthread_mutex_lock(&commands->lock);
	result = list_append(&commands->posted, command);
	if (result == 0)
		atomic_store(&commands->pending, commands->posted.count +
		    (commands->sweep ? 1 : 0));
	(void)pthread_mutex_unlock(&commands->lock);
	if (result == 0)
		ring(commands);
	return (result);
}

void
ss_commands_attend(struct ss_commands *commands, int id)
{
	struct ss_command command;
	int error;

	error = errno;
	memset(&command, 0, sizeof(command));
	command.type = SS_COMMAND_ATTEND;
	command.id = id;
	if (ss_commands_post(commands, &command) == -1)
		ss_commands_attend_all(commands);
	errno = error;
}

void
ss_commands_attend_all(struct ss_commands *commands)
{

	(void)pthread_mutex_lock(&commands->lock);
	commands->sweep = true;
	atomic_store(&commands->pending, commands->posted.count + 1);
	(void)pthread_mutex_unlock(&commands->lock);
	ring(commands);
}

/* Changes the lists over; the one that was taken is used up. */
static void
fetch(struct ss_commands *commands)
{
	struct ss_command_list empty;

	empty = commands->taken;
	if (empty.capacity > LIST_KEEP) {
		skynet_free(empty.entry);
		memset(&empty, 0, sizeof(empty));
	}
	empty.count = 0;
	(void)pthread_mutex_lock(&commands->lock);
	commands->taken = commands->posted;
	commands->posted = empty;
	atomic_store(&commands->pending, commands->sweep ? 1 : 0);
	(void)pthread_mutex_unlock(&commands->lock);
	commands->next = 0;
}

bool
ss_commands_take(struct ss_commands *commands, struct ss_command *command)
{

	if (commands->next == commands->taken.count) {
		if (atomic_load_explicit(&commands->pending,
		    memory_order_relaxed) == 0)
			return (false);
		fetch(commands);
		if (commands->taken.count == 0)
			return (false);
	}
	*command = commands->taken.entry[commands->next++];
	return (true);
}

bool
ss_commands_take_sweep(struct ss_commands *commands)
{
	bool sweep;

	if (atomic_load_explicit(&commands->pending,
	    memory_order_relaxed) == 0)
		return (false);
	(void)pthread_mutex_lock(&commands->lock);
	sweep = commands->sweep;
	commands->sweep = false;
	atomic_store(&commands->pending, commands->posted.count);
	(void)pthread_mutex_unlock(&commands->lock);
	return (sweep);
}

bool
ss_commands_waiting(struct ss_commands *commands)
{

	return (commands->next < commands->taken.count ||
	    atomic_load_explicit(&commands->pending,
	    memory_order_relaxed) != 0);
}

bool
ss_commands_doze(struct ss_commands *commands)
{

	atomic_store(&commands->asleep, true);
	if (atomic_load(&commands->pending) == 0)
		return (true);
	atomic_store(&commands->asleep, false);
	return (false);
}

void
ss_commands_wake_up(struct ss_commands *commands)
{

	atomic_store_explicit(&commands->asleep, false, memory_order_relaxed);
}
