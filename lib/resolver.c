/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "resolver.h"
#include "skynet_malloc.h"

struct ss_lookup {
	STAILQ_ENTRY(ss_lookup)	entry;
	int			id;
	int			port;
	char			host[SS_HOST_MAX + 1];
};

static bool
ending(struct ss_resolver *resolver)
{
	bool result;

	(void)pthread_mutex_lock(&resolver->lock);
	result = resolver->ending;
	(void)pthread_mutex_unlock(&resolver->lock);
	return (result);
}

static void
look_up(struct ss_resolver *resolver, const struct ss_lookup *lookup)
{
	const struct timespec while_no_memory = { 0, 10 * 1000 * 1000 };
	struct ss_command command;

	memset(&command, 0, sizeof(command));
	command.type = SS_COMMAND_CONNECT;
	command.id = lookup->id;
	command.addresses = ss_addresses_look_up(lookup->host, lookup->port,
	    SOCK_STREAM, 0, &command.value);
	while (ss_commands_post(resolver->commands, &command) == -1) {
		if (ending(resolver)) {
			ss_addresses_free(command.addresses);
			break;
		}
		(void)nanosleep(&while_no_memory, NULL);
	}
}

static void *
run(void *argument)
{
	struct ss_resolver *resolver;
	struct ss_lookup *lookup;

	resolver = argument;
	(void)pthread_mutex_lock(&resolver->lock);
	while (!resolver->ending) {
		lookup = STAILQ_FIRST(&resolver->waiting);
		if (lookup == NULL) {
			resolver->idle++;
			(void)pthread_cond_wait(&resolver->work,
			    &resolver->lock);
			resolver->idle--;
			continue;
		}
		STAILQ_REMOVE_HEAD(&resolver->waiting, entry);
		resolver->queued--;
		(void)pthread_mutex_unlock(&resolver->lock);
		look_up(resolver, lookup);
		skynet_free(lookup);
		(void)pthread_mutex_lock(&resolver->lock);
	}
	(void)pthread_mutex_unlock(&resolver->lock);
	return (NULL);
}

int
ss_resolver_init(struct ss_resolver *resolver, struct ss_commands *commands)
{
	int error;

	memset(resolver, 0, sizeof(*resolver));
	resolver->commands = commands;
	STAILQ_INIT(&resolver->waiting);
	error = pthread_mutex_init(&resolver->lock, NULL);
	if (error == 0) {
		error = pthread_cond_init(&resolver->work, NULL);
		if (error != 0)
			(void)pthread_mutex_destroy(&resolver->lock);
	}
	if (error != 0) {
		errno = error;
		return (-1);
	}
	return (0);
}

void
ss_resolver_destroy(struct ss_resolver *resolver)
{
	struct ss_lookup *lookup, *next;
	int i;

	(void)pthread_mutex_lock(&resolver->lock);
	resolver->ending = true;
	(void)pthread_cond_broadcast(&resolver->work);
	(void)pthread_mutex_unlock(&resolver->lock);
	for (i = 0; i < resolver->threads; i++)
		(void)pthread_join(resolver->thread[i], NULL);
	STAILQ_FOREACH_SAFE(lookup, &resolver->waiting, entry, next)
		skynet_free(lookup);
	(void)pthread_cond_destroy(&resolver->work);
	(void)pthread_mutex_destroy(&resolver->lock);
}

/* The program's signals are for its own threads. */
static int
start_thread_locked(struct ss_resolver *resolver)
{
	sigset_t all, saved;
	int error;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &saved);
	error = pthread_create(&resolver->thread[resolver->threads], NULL, run,
	    resolver);
	(void)pthread_sigmask(SIG_SETMASK, &saved, NULL);
	if (error == 0)
		resolver->threads++;
	return (error);
}

int
ss_resolver_submit(struct ss_resolver *resolver, int id, const char *host,
    int port)
{
	struct ss_lookup *lookup;
	int error;

	lookup = skynet_calloc(1, sizeof(*lookup));
	if (lookup == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	lookup->id = id;
	lookup->port = port;
	(void)strncpy(lookup->host, host, SS_HOST_MAX);
	error = 0;
	(void)pthread_mutex_lock(&resolver->lock);
	if (resolver->queued >= resolver->idle &&
	    resolver->threads < SS_RESOLVER_THREADS)
		error = start_thread_locked(resolver);
	if (error != 0 && resolver->threads > 0)
		error = 0;	/* those that run will come to it */
	if (error == 0) {
		STAILQ_INSERT_TAIL(&resolver->waiting, lookup, entry);
		resolver->queued++;
		(void)pthread_cond_signal(&resolver->work);
	}
	(void)pthread_mutex_unlock(&resolver->lock);
	if (error != 0) {
		skynet_free(lookup);
		errno = error;
		return (-1);
	}
	return (0);
}
