/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * commands.h: the way from the workers to the network thread.
 *
 * A command is an entry in a queue in memory.  Any thread posts; the network
 * thread takes.  The commands of one thread are taken in the order in which it
 * posted them.  Posting costs a system call only when the network thread
 * sleeps, and then one for all commands that come until it is awake.
 *
 * A poster may hold a socket's lock; the queue's own lock is the innermost.
 */

#ifndef SS_COMMANDS_H
#define SS_COMMANDS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

#pragma GCC visibility push(hidden)

enum ss_command_type {
	SS_COMMAND_EXIT,	/* end the poll */
	SS_COMMAND_ATTACH,	/* take in a listener, UDP socket, bound fd */
	SS_COMMAND_CONNECT,	/* the addresses to try, or why there are none */
	SS_COMMAND_START,
	SS_COMMAND_PAUSE,
	SS_COMMAND_CLOSE,
	SS_COMMAND_SHUTDOWN,
	SS_COMMAND_NODELAY,
	SS_COMMAND_ATTEND,	/* look after a socket's writing */
	SS_COMMAND_WARN,	/* raise a WARNING */
	SS_COMMAND_LOST		/* a datagram could not be sent */
};

struct ss_command {
	enum ss_command_type	 type;
	int			 id;
	uintptr_t		 opaque;	/* the caller */
	struct ss_addresses	*addresses;	/* CONNECT: owned, or NULL */
	int			 value;		/* KB, errno, or a gai code */
};

struct ss_command_list {
	struct ss_command	*entry;
	size_t			 count;
	size_t			 capacity;
};

struct poller;
struct poller_ops;

struct ss_commands {
	const struct poller_ops	*ops;		/* fixed: whom to wake */
	struct poller		*poller;	/* fixed */
	pthread_mutex_t		 lock;
	struct ss_command_list	 posted;	/* under the lock */
	struct ss_command_list	 taken;		/* network thread */
	size_t			 next;		/* network thread */
	bool			 sweep;		/* under the lock */
	atomic_size_t		 pending;	/* entries of posted, + sweep */
	atomic_bool		 asleep;	/* the network thread waits */
};

int	ss_commands_init(struct ss_commands *, const struct poller_ops *,
	    struct poller *);
/* Frees the queue, the commands in it, and what they carry. */
void	ss_commands_destroy(struct ss_commands *);

/* -1: ENOMEM, and what the command carries is still the caller's. */
int	ss_commands_post(struct ss_commands *, const struct ss_command *);

/*
 * Asks for attention to one socket.  Cannot fail: without memory the network
 * thread is told to look after every socket.
 */
void	ss_commands_attend(struct ss_commands *, int id);
/* Asks for attention to every socket, and wakes the network thread. */
void	ss_commands_attend_all(struct ss_commands *);

/* Network thread: the next command; false when there is none. */
bool	ss_commands_take(struct ss_commands *, struct ss_command *);
/* Network thread: whether attention to every socket was asked for; resets. */
bool	ss_commands_take_sweep(struct ss_commands *);
/* Network thread: whether there is a command. */
bool	ss_commands_waiting(struct ss_commands *);
/*
 * Network thread, around a wait: between a doze that returned true and
 * ss_commands_wake_up a posted command wakes the poller.  false: there is a
 * command, do not wait.
 */
bool	ss_commands_doze(struct ss_commands *);
void	ss_commands_wake_up(struct ss_commands *);

#pragma GCC visibility pop

#endif /* SS_COMMANDS_H */
