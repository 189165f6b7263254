/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The host's inner parts.  Nothing outside lib/host includes this file.
 *
 * A service is a struct skynet_context: a callback and a queue.  The handle
 * table finds it by number; the ready list holds the services that have
 * messages and no worker.  A service is in one of these states, kept by its
 * queue's lock:
 *
 *	idle		no message; in no list
 *	scheduled	in the ready list, or having its turn at one worker
 *	ended		skynet_exit was called: out of the handle table; whoever
 *			has it scheduled releases it, or, if it was idle, the
 *			caller of skynet_exit
 *
 * So a service is at one worker at a time, and its messages are handled one
 * after another without a lock being held.
 *
 * A push holds the handle table for reading until the message is in the queue
 * and the service in the ready list; skynet_exit and the end of skynet_run take
 * the table for writing.  That is why nobody can push to a queue that is being
 * released.  Order of locks: handle table, queue, ready list; a queue's lock
 * and the ready list's are not held together.  The timers' lock is held alone.
 *
 * The functions that a program may replace (skynet_malloc, skynet_calloc,
 * skynet_realloc, skynet_free, skynet_now, skynet_error, skynet_context_handle,
 * skynet_context_push) have a file each with nothing else in it, and the host
 * itself calls them by their public names.
 */

#ifndef HOST_H
#define HOST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skynet.h"
#include "skynet_mq.h"
#include "../portability.h"	/* queue(3) */

#pragma GCC visibility push(hidden)

/* message_queue.c: the queue of one service, a ring that grows. */

enum host_queue_state {
	HOST_QUEUE_MESSAGE,	/* a message was taken */
	HOST_QUEUE_EMPTY,	/* none was there: the service is idle now */
	HOST_QUEUE_ENDED	/* the caller releases the service now */
};

struct host_queue {
	pthread_mutex_t		 lock;

	/* Under the lock. */
	struct skynet_message	*ring;
	size_t			 capacity;	/* a power of two */
	size_t			 head;		/* the oldest message */
	size_t			 count;
	bool			 scheduled;
	bool			 ended;
};

int	host_queue_init(struct host_queue *);
/* What is in the queue is the caller's. */
void	host_queue_destroy(struct host_queue *);

/*
 * Appends a copy of the message.  Sets *schedule when the service was idle: the
 * caller then puts it into the ready list.  -1 with ENOMEM.
 */
int	host_queue_put(struct host_queue *, const struct skynet_message *,
	    bool *schedule);

/* The next message, for the worker whose turn it is. */
enum host_queue_state	host_queue_take(struct host_queue *,
			    struct skynet_message *);

/* The messages in all queues, about. */
long	host_queue_backlog(void);

/* Marks the end.  True: the service was idle, the caller releases it. */
bool	host_queue_end(struct host_queue *);

/* Message number i from the oldest, or NULL.  Only while released. */
const struct skynet_message	*host_queue_at(struct host_queue *, size_t);

/* context.c: a service from skynet_context_new to its release. */

struct skynet_context {
	uint32_t			 handle;	/* fixed */
	atomic_uint			 session;	/* the last one given */

	/* Of the one that has the service's turn. */
	skynet_cb			 callback;
	void				*ud;

	struct host_queue		 queue;		/* has its own lock */
	STAILQ_ENTRY(skynet_context)	 next;		/* ready list's lock */
};

/*
 * Frees the service, which is in no table and no list, with the messages in its
 * queue.  Sockets: close those that would be left without an owner.
 */
void	host_context_release(struct skynet_context *, bool sockets);

/* The number of services not yet released. */
int	host_context_count(void);

/* handle.c: the table of handles. */

/* From now on the table takes services. */
void	host_handle_open(void);

/* Gives the service a handle and enters it.  -1 with errno. */
int	host_handle_insert(struct skynet_context *);

/*
 * Takes the service out of the table and marks the end of its queue.  True: it
 * was there, and idle; the caller releases it.
 */
bool	host_handle_end(struct skynet_context *);

/* As skynet_context_push. */
int	host_handle_push(uint32_t, const struct skynet_message *);

/* From now on it takes no service, and every push fails. */
void	host_handle_close(void);

/* Releases the services that are in the closed table. */
void	host_handle_clear(void);

/* ready.c: the services that have messages, and the workers that wait. */

/* Appends a service; wakes one who sleeps, unless he was called already. */
void	host_ready_add(struct skynet_context *);

/* The same by a worker who takes the next service from the list himself. */
void	host_ready_again(struct skynet_context *);

/* A worker, of worker.c. */
struct host_worker {
	pthread_t		 thread;	/* fixed */
	pthread_cond_t		 wake;		/* with the ready list's lock */

	/* Under the ready list's lock. */
	bool			 called;	/* to be up */
	LIST_ENTRY(host_worker)	 next;		/* while it sleeps */
};

/* The first service; sleeps until there is one.  NULL: host_ready_stop. */
struct skynet_context	*host_ready_wait(struct host_worker *);

/*
 * The first service or NULL.  After NULL the caller is held to sleep in the
 * poll until he calls again.
 */
struct skynet_context	*host_ready_take(void);

/*
 * The network thread, between two looks at the sockets.  When messages wait and
 * no service waits for a worker, or no worker for a service, what it would read
 * now mostly waits behind those, and it would be woken for every single event;
 * so it sleeps until a worker runs out of services, but no longer than
 * HOST_PARK_LIMIT.  An idle worker beside one busy service may so get its next
 * event that much later: looking at once costs a third more time per message.
 */
void	host_ready_park(void);

#define HOST_PARK_BACKLOG	4	/* messages that wait */
#define HOST_PARK_LIMIT		500000	/* ns */

/*
 * alone: there will be no workers, the network thread does it all.  Holds the
 * workers back until host_ready_release or host_ready_stop.
 */
void	host_ready_start(bool alone);
void	host_ready_release(void);
void	host_ready_stop(void);

/* The workers have ended: returns when nobody is about to wake one still. */
void	host_ready_settle(void);

/* worker.c */

/* The most messages that a service gets before others have their turn. */
#define HOST_TURN_MESSAGES	32

/*
 * Gives a service, just taken from the ready list, its turn.  Returns the
 * number of messages it has handled.
 */
int	host_worker_turn(struct skynet_context *);

/* Starts n workers; they wait for host_ready_release.  -1 with errno. */
int	host_worker_start(int n);

/* Waits for the end of all that were started. */
void	host_worker_join(void);

/* timer.c: timeouts, a heap. */

/* After so many centiseconds, at least 1.  -1 with ENOMEM. */
int	host_timer_add(uint32_t handle, int centiseconds, int session);

/*
 * Pushes what is due.  Returns the milliseconds until the next one, rounded up:
 * 0 when something was pushed, -1 when there is no other.  Network thread.
 */
int	host_timer_expire(void);

void	host_timer_clear(void);

/* run.c */

/* True from skynet_abort, or the end of skynet_run, to the next skynet_init. */
bool	host_stopping(void);

/* Ends the network thread's wait.  Any thread, signal handlers, any time. */
void	host_wake(void);

/* Whether the calling thread is in skynet_run's own loop. */
bool	host_is_network_thread(void);

#pragma GCC visibility pop

#endif /* HOST_H */
