/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The calls: kqueue(2), kevent(2), and close(2), which drops knotes.
 */

#include <sys/types.h>
#include <sys/epoll.h>
#include <sys/event.h>
#include <sys/syscall.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "kqueue_standin.h"

#define BATCH		256
#define BILLION		1000000000LL
#define MILLION		1000000

static LIST_HEAD(, standin_queue) queues = LIST_HEAD_INITIALIZER(queues);
static pthread_mutex_t queues_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int queues_open;	/* a close need not look while it is 0 */
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

/*
 * Where a sanitizer stands between a program and close(2): it must learn which
 * numbers are free, or it takes two owners of a number for a race.
 */
int	__interceptor_close(int) __attribute__((__weak__));

static int
close_descriptor(int fd)
{

	if (__interceptor_close != NULL)
		return (__interceptor_close(fd));
	return ((int)syscall(SYS_close, fd));
}

static void
before_fork(void)
{

	(void)pthread_mutex_lock(&queues_lock);
}

static void
after_fork(void)
{

	(void)pthread_mutex_unlock(&queues_lock);
}

/* A kqueue is not inherited: the number is free in the child. */
static void
after_fork_child(void)
{
	struct standin_queue *queue;

	while ((queue = LIST_FIRST(&queues)) != NULL) {
		LIST_REMOVE(queue, entry);
		(void)close_descriptor(queue->epoll);
		free(queue->table);
		free(queue);
	}
	atomic_store(&queues_open, 0);
	(void)pthread_mutex_unlock(&queues_lock);
}

static void
prepare_for_fork(void)
{

	(void)pthread_atfork(before_fork, after_fork, after_fork_child);
}

int
kqueue(void)
{
	struct standin_queue *queue;
	int error;

	(void)pthread_once(&fork_once, prepare_for_fork);
	queue = calloc(1, sizeof(*queue));
	if (queue == NULL)
		return (-1);
	queue->epoll = epoll_create1(0);
	if (queue->epoll == -1) {
		error = errno;
		free(queue);
		errno = error;
		return (-1);
	}
	queue->references = 1;
	(void)pthread_mutex_init(&queue->lock, NULL);
	(void)pthread_mutex_lock(&queues_lock);
	LIST_INSERT_HEAD(&queues, queue, entry);
	atomic_fetch_add(&queues_open, 1);
	(void)pthread_mutex_unlock(&queues_lock);
	return (queue->epoll);
}

static struct standin_queue *
find_locked(int fd)
{
	struct standin_queue *queue;

	LIST_FOREACH(queue, &queues, entry)
		if (queue->epoll == fd)
			break;
	return (queue);
}

/* NULL: not a kqueue. */
static struct standin_queue *
acquire(int fd)
{
	struct standin_queue *queue;

	(void)pthread_mutex_lock(&queues_lock);
	queue = find_locked(fd);
	if (queue != NULL)
		queue->references++;
	(void)pthread_mutex_unlock(&queues_lock);
	return (queue);
}

static void
release_locked(struct standin_queue *queue)
{

	if (--queue->references > 0)
		return;
	(void)pthread_mutex_destroy(&queue->lock);
	free(queue->table);
	free(queue);
}

static void
release(struct standin_queue *queue)
{

	(void)pthread_mutex_lock(&queues_lock);
	release_locked(queue);
	(void)pthread_mutex_unlock(&queues_lock);
}

/* The number leaves every queue, and if it is a queue, the list. */
static void
forget_everywhere(int fd)
{
	struct standin_queue *queue;

	(void)pthread_mutex_lock(&queues_lock);
	queue = find_locked(fd);
	if (queue != NULL) {
		LIST_REMOVE(queue, entry);
		atomic_fetch_sub(&queues_open, 1);
		release_locked(queue);
	}
	LIST_FOREACH(queue, &queues, entry) {
		(void)pthread_mutex_lock(&queue->lock);
		standin_forget(queue, fd);
		(void)pthread_mutex_unlock(&queue->lock);
	}
	(void)pthread_mutex_unlock(&queues_lock);
}

int
close(int fd)
{
	int error;

	if (fd >= 0 && atomic_load(&queues_open) > 0) {
		error = errno;
		forget_everywhere(fd);
		errno = error;
	}
	return (close_descriptor(fd));
}

/*
 * Applies the changes.  Returns how many entries were written, or -1; *done
 * tells that the call ends with that.
 */
static int
apply(struct standin_queue *queue, const struct kevent *change, size_t changes,
    struct kevent *event, size_t room, bool *done)
{
	size_t i, n;
	int error;

	n = 0;
	*done = true;
	for (i = 0; i < changes; i++) {
		(void)pthread_mutex_lock(&queue->lock);
		error = standin_change(queue, &change[i]);
		(void)pthread_mutex_unlock(&queue->lock);
		if (error == 0 && (change[i].flags & EV_RECEIPT) == 0)
			continue;
		if (n == room) {
			/* Without room a receipt ends the list, too. */
			errno = error;
			return (error == 0 ? 0 : -1);
		}
		event[n] = change[i];
		event[n].flags = EV_ERROR;
		event[n].data = error;
		n++;
	}
	*done = n > 0 || room == 0;
	return ((int)n);
}

static long long
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return ((long long)time.tv_sec * BILLION + time.tv_nsec);
}

/* Nanoseconds left as milliseconds, rounded up. */
static int
left(long long until)
{
	long long rest;

	rest = until - now();
	if (rest <= 0)
		return (0);
	rest = (rest + MILLION - 1) / MILLION;
	return (rest > INT_MAX ? INT_MAX : (int)rest);
}

/* How many ready descriptors are sure to fit as events. */
static int
batch(struct standin_queue *queue, int room)
{
	bool pairs;

	(void)pthread_mutex_lock(&queue->lock);
	pairs = queue->pairs > 0;
	(void)pthread_mutex_unlock(&queue->lock);
	if (pairs)
		room = room / 2 + room % 2;
	return (room < BATCH ? room : BATCH);
}

static int
collect(struct standin_queue *queue, struct kevent *event, int room,
    const struct timespec *timeout)
{
	struct epoll_event ready[BATCH];
	long long until;
	int count, limit, n;
	bool look;

	look = timeout != NULL && timeout->tv_sec == 0 && timeout->tv_nsec == 0;
	until = 0;
	if (timeout != NULL && !look)
		until = now() + (timeout->tv_sec > INT_MAX ? INT_MAX :
		    (long long)timeout->tv_sec) * BILLION + timeout->tv_nsec;
	for (;;) {
		limit = look ? 0 : timeout == NULL ? -1 : left(until);
		count = epoll_wait(queue->epoll, ready, batch(queue, room),
		    limit);
		if (count == -1)
			return (-1);
		if (count > 0) {
			(void)pthread_mutex_lock(&queue->lock);
			n = standin_report(queue, ready, count, event, room);
			(void)pthread_mutex_unlock(&queue->lock);
			if (n > 0)
				return (n);
		}
		/* Ready for nobody: what made it so is dormant by now. */
		if (count == 0 && limit == 0)
			return (0);
	}
}

static bool
valid(const struct timespec *timeout)
{

	return (timeout == NULL || (timeout->tv_sec >= 0 &&
	    timeout->tv_nsec >= 0 && timeout->tv_nsec < BILLION));
}

int
kevent(int fd, const struct kevent *change, KQUEUE_STANDIN_COUNT changes,
    struct kevent *event, KQUEUE_STANDIN_COUNT events,
    const struct timespec *timeout)
{
	struct standin_queue *queue;
	int n;
	bool done;

#ifndef KQUEUE_STANDIN_NETBSD
	if (changes < 0 || events < 0) {
		errno = EINVAL;
		return (-1);
	}
#endif
	queue = acquire(fd);
	if (queue == NULL) {
		errno = EBADF;
		return (-1);
	}
	n = apply(queue, change, (size_t)changes, event, (size_t)events, &done);
	if (!done) {
		if (valid(timeout)) {
			n = collect(queue, event,
			    events < INT_MAX ? (int)events : INT_MAX, timeout);
		} else {
			errno = EINVAL;
			n = -1;
		}
	}
	release(queue);
	return (n);
}
