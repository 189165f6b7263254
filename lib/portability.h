/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the systems do differently, outside poller/.  Nothing else in lib/
 * tests for a system.  The facts are those of the systems' manuals:
 *
 *	accept4, SOCK_*	everywhere but macOS; on NetBSD from 8
 *	MSG_NOSIGNAL	not on older macOS: SO_NOSIGPIPE there
 *	recvmmsg	Linux, FreeBSD 11, NetBSD 7, OpenBSD 7.2
 *	queue(3)	glibc lacks the _SAFE macros, musl the whole header
 *	condition's clock	always the wall's on macOS: a relative wait there
 *	strerror_r	glibc's own form unlike POSIX's
 *	64 bit atomics	not on every 32 bit machine without a library of their own
 */

#ifndef SKYNET_PORTABILITY_H
#define SKYNET_PORTABILITY_H

#include <sys/param.h>
#include <sys/types.h>
#include <sys/socket.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#if defined(__has_include)
#if __has_include(<sys/queue.h>)
#include <sys/queue.h>
#else
#include "compat/queue.h"
#endif
#else
#include <sys/queue.h>
#endif

#ifndef STAILQ_FOREACH_SAFE
#define STAILQ_FOREACH_SAFE(var, head, field, next)			\
	for ((var) = STAILQ_FIRST(head);				\
	    (var) != NULL && ((next) = STAILQ_NEXT(var, field), 1);	\
	    (var) = (next))
#endif

#ifndef TAILQ_FOREACH_SAFE
#define TAILQ_FOREACH_SAFE(var, head, field, next)			\
	for ((var) = TAILQ_FIRST(head);					\
	    (var) != NULL && ((next) = TAILQ_NEXT(var, field), 1);	\
	    (var) = (next))
#endif

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL	0
#endif

#if defined(SOCK_NONBLOCK) && defined(SOCK_CLOEXEC) && \
    !defined(__APPLE__) && \
    !(defined(__NetBSD__) && __NetBSD_Version__ < 800000000)
#define SS_HAVE_ACCEPT4	1
#else
#define SS_HAVE_ACCEPT4	0
#endif

#if defined(__linux__) || (defined(__FreeBSD__) && __FreeBSD__ >= 11) || \
    (defined(__NetBSD__) && __NetBSD_Version__ >= 700000000) || \
    (defined(__OpenBSD__) && OpenBSD >= 202210)
#define SS_HAVE_MMSG	1
#else
#define SS_HAVE_MMSG	0
#endif

/*
 * A counter of statistics.  Where the machine has no atomic access to 64 bits
 * it is shorter, and comes round, rather than needing another library.
 */
#if ATOMIC_LLONG_LOCK_FREE == 2
#define SS_COUNTER	_Atomic uint64_t
#else
#define SS_COUNTER	atomic_ulong
#endif

/* A condition for ss_condition_wait_for.  0 or an errno. */
static inline int
ss_condition_init(pthread_cond_t *condition)
{
#if defined(__APPLE__)
	return (pthread_cond_init(condition, NULL));
#else
	pthread_condattr_t attributes;
	int error;

	error = pthread_condattr_init(&attributes);
	if (error != 0)
		return (error);
	error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	if (error == 0)
		error = pthread_cond_init(condition, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return (error);
#endif
}

/* Waits, the lock held, for at most so many nanoseconds, less than 10^9. */
static inline void
ss_condition_wait_for(pthread_cond_t *condition, pthread_mutex_t *lock,
    long nanoseconds)
{
	struct timespec time;

#if defined(__APPLE__)
	time.tv_sec = 0;
	time.tv_nsec = nanoseconds;
	(void)pthread_cond_timedwait_relative_np(condition, lock, &time);
#else
	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_nsec += nanoseconds;
	if (time.tv_nsec >= 1000000000) {
		time.tv_sec++;
		time.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(condition, lock, &time);
#endif
}

/* The text of an error number; thread safe.  The text may lie in buffer. */
static inline const char *
ss_strerror(int error, char *buffer, size_t size)
{
#if defined(__GLIBC__)
	return (strerror_r(error, buffer, size));
#else
	if (strerror_r(error, buffer, size) != 0)
		(void)snprintf(buffer, size, "error %d", error);
	return (buffer);
#endif
}

#endif /* SKYNET_PORTABILITY_H */
