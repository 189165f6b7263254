/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * getaddrinfo(3) and freeaddrinfo(3) as the script says.  Serves what the
 * library asks for: any family, one socket type, a numeric service.
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <arpa/inet.h>
#include <atf-c.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define ANSWERS	16
#define CALLERS	64

struct answer {
	const char		*name;
	const char *const	*addresses;
};

/* All under the lock. */
static pthread_mutex_t	 lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t	 changed = PTHREAD_COND_INITIALIZER;
static struct answer	 answers[ANSWERS];
static int		 answer_count;
static pthread_t	 callers[CALLERS];
static int		 caller_count;
static int		 calls, inside, most_inside, held;
static bool		 holding;

/* One address and its structure in one block. */
struct result {
	struct addrinfo			 info;
	struct sockaddr_storage		 address;
};

static struct addrinfo *
result_create(const char *text, const char *service,
    const struct addrinfo *hints)
{
	struct sockaddr_in6 *v6;
	struct sockaddr_in *v4;
	struct result *result;
	uint16_t port;

	port = htons((uint16_t)(service == NULL ? 0 : atoi(service)));
	result = calloc(1, sizeof(*result));
	if (result == NULL)
		abort();
	v4 = (struct sockaddr_in *)&result->address;
	v6 = (struct sockaddr_in6 *)&result->address;
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = port;
		result->info.ai_addrlen = sizeof(*v4);
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = port;
		result->info.ai_addrlen = sizeof(*v6);
	} else {
		free(result);
		return (NULL);
	}
	result->info.ai_family = result->address.ss_family;
	result->info.ai_addr = (struct sockaddr *)&result->address;
	if (hints != NULL) {
		result->info.ai_socktype = hints->ai_socktype;
		result->info.ai_protocol = hints->ai_protocol;
	}
	return (&result->info);
}

void
freeaddrinfo(struct addrinfo *list)
{
	struct addrinfo *next;

	for (; list != NULL; list = next) {
		next = list->ai_next;
		free(list);
	}
}

/* Locked. */
static const char *const *
script_find(const char *name)
{
	static const char *const localhost[] = { "127.0.0.1", NULL };
	int i;

	for (i = 0; i < answer_count; i++) {
		if (strcmp(answers[i].name, name) == 0)
			return (answers[i].addresses);
	}
	return (strcmp(name, "localhost") == 0 ? localhost : NULL);
}

/* A look-up of a name: counted, and held if so ordered. */
static const char *const *
script_ask(const char *name)
{
	const char *const *addresses;

	(void)pthread_mutex_lock(&lock);
	calls++;
	inside++;
	if (inside > most_inside)
		most_inside = inside;
	if (caller_count < CALLERS)
		callers[caller_count++] = pthread_self();
	if (holding) {
		held++;
		(void)pthread_cond_broadcast(&changed);
		while (holding)
			(void)pthread_cond_wait(&changed, &lock);
		held--;
	}
	addresses = script_find(name);
	inside--;
	(void)pthread_mutex_unlock(&lock);
	return (addresses);
}

int
getaddrinfo(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **list)
{
	struct addrinfo *numeric, **tail;
	const char *const *addresses;
	int family;

	family = hints == NULL ? AF_UNSPEC : hints->ai_family;
	if (host == NULL)
		host = family == AF_INET6 ? "::" : "0.0.0.0";
	numeric = result_create(host, service, hints);
	*list = numeric;
	if (numeric != NULL && family != AF_UNSPEC &&
	    family != numeric->ai_family) {
		freeaddrinfo(numeric);
		return (EAI_NONAME);
	}
	if (numeric != NULL)
		return (0);
	if (hints != NULL && hints->ai_flags & AI_NUMERICHOST)
		return (EAI_NONAME);
	addresses = script_ask(host);
	tail = list;
	for (; addresses != NULL && *addresses != NULL; addresses++) {
		*tail = result_create(*addresses, service, hints);
		if (family == AF_UNSPEC || family == (*tail)->ai_family)
			tail = &(*tail)->ai_next;
		else {
			freeaddrinfo(*tail);
			*tail = NULL;
		}
	}
	return (*list == NULL ? EAI_NONAME : 0);
}

void
resolver_answer(const char *name, const char *const *addresses)
{

	(void)pthread_mutex_lock(&lock);
	ATF_REQUIRE(answer_count < ANSWERS);
	answers[answer_count].name = name;
	answers[answer_count].addresses = addresses;
	answer_count++;
	(void)pthread_mutex_unlock(&lock);
}

void
resolver_hold(void)
{

	(void)pthread_mutex_lock(&lock);
	holding = true;
	(void)pthread_mutex_unlock(&lock);
}

void
resolver_let_go(void)
{

	(void)pthread_mutex_lock(&lock);
	holding = false;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
}

void
resolver_await_held(int n)
{
	int64_t until;
	int now;

	until = monotonic_ms() + TEST_DEADLINE;
	(void)pthread_mutex_lock(&lock);
	while (held < n && cond_wait_until(&changed, &lock, until))
		continue;
	now = held;
	(void)pthread_mutex_unlock(&lock);
	ATF_REQUIRE_MSG(now >= n, "%d look-ups are held, not %d", now, n);
}

int
resolver_calls(void)
{
	int n;

	(void)pthread_mutex_lock(&lock);
	n = calls;
	(void)pthread_mutex_unlock(&lock);
	return (n);
}

int
resolver_most_at_once(void)
{
	int n;

	(void)pthread_mutex_lock(&lock);
	n = most_inside;
	(void)pthread_mutex_unlock(&lock);
	return (n);
}

bool
resolver_called_by(pthread_t thread)
{
	bool found;
	int i;

	found = false;
	(void)pthread_mutex_lock(&lock);
	for (i = 0; i < caller_count; i++) {
		if (pthread_equal(callers[i], thread))
			found = true;
	}
	(void)pthread_mutex_unlock(&lock);
	return (found);
}
