/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * server.h: the structures behind socket_server and what its files owe each
 * other.  Internal.
 *
 * The life of a socket.  socket_server_listen and its like reserve a slot in
 * the calling thread and post a command; all that follows is done by the
 * network thread, so the stage of a socket has one writer:
 *
 *	RESERVED    the id is given out; its command, or a look-up, is on its way
 *	CONNECTING  addresses are tried in turn
 *	OPEN        listening, connected, accepted, bound, UDP
 *	LINGERING   the id is gone; input is dropped until the peer ends
 *	DOOMED      the id is gone; a worker is still in its write call
 *	FREE        the slot is in the list of free ones
 *
 *	RESERVED, CONNECTING -> OPEN -> [LINGERING] -> [DOOMED] -> FREE
 *
 * What ends a socket may come in any stage.  closing is set by a shutdown (and
 * by close in the upstream dialect) and holds until the last byte is sent.
 *
 * The path of a send.  The socket's writer flag is a token: its holder alone
 * touches the descriptor for writing and takes messages off the queue, and it
 * makes its system call without the lock.  A worker that finds the socket
 * ready, nothing waiting and the token free takes it and writes at once; one
 * that finds it taken appends and goes.  Whoever gives the token back sees
 * what was appended and sends it on, or asks the network thread to (ATTEND).
 * The descriptor is closed only when nobody holds the token.
 *
 * Locks, outermost first: a socket's lock, then one of the innermost: the
 * commands' lock, the slots' lock, the objects' lock.  Never two sockets at
 * once.  User code (release functions, skynet_error) runs under none.
 */

#ifndef SS_SERVER_H
#define SS_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "commands.h"
#include "poller.h"
#include "portability.h"
#include "resolver.h"
#include "socket_server.h"
#include "write_queue.h"

#pragma GCC visibility push(hidden)

#ifndef SOCKET_SERVER_ID_BITS
#define SOCKET_SERVER_ID_BITS	16	/* up to 20 */
#endif

#define SS_SLOTS		(1 << SOCKET_SERVER_ID_BITS)
#define SS_CHUNK_SLOTS		256
#define SS_CHUNKS		(SS_SLOTS / SS_CHUNK_SLOTS)

#define SS_EVENTS		128	/* taken from the poller at once */
#define SS_ACCEPTS		128	/* taken from a listener at once */
#define SS_DATAGRAMS		32	/* taken from a UDP socket at once */
#define SS_OUTBOX		(SS_ACCEPTS + 16)
#define SS_TEXT_MAX		128	/* of a message, bytes */

#define SS_READ_SPILL		(64 * 1024)
#define SS_WARNING		(1024 * 1024)	/* unsent bytes */
#define SS_LINGER		5000	/* ms a closed peer may still send */
#define SS_BACKOFF		100	/* ms a listener rests */

enum ss_kind {
	SS_LISTENER,
	SS_STREAM,
	SS_DATAGRAM,
	SS_BOUND
};

enum ss_stage {
	SS_FREE,
	SS_RESERVED,
	SS_CONNECTING,
	SS_OPEN,
	SS_LINGERING,
	SS_DOOMED
};

struct ss_socket {
	/* Under the lock; id is read by anyone, to be checked again under it. */
	pthread_mutex_t		 lock;
	atomic_int		 id;		/* 0: free */
	bool			 accepts;	/* sends are taken */
	bool			 ready;		/* the descriptor may be written */
	bool			 writer;	/* the token is held */
	bool			 attended;	/* ATTEND is posted or WRITE armed */
	bool			 blocked;	/* the last write was short */
	bool			 warned;	/* a WARNING waits for its 0 */
	int			 warn_due;	/* KB no command could carry; -1 */
	int			 lost_due;	/* errno, likewise; 0 */
	int			 error;		/* writing, or dup(2), failed */
	struct ss_write_list	 queue[SS_PRIORITIES];
	size_t			 unsent;	/* bytes queued and being written */
	size_t			 warn_at;	/* unsent bytes of the next WARNING */
	uint64_t		 written;	/* bytes; statistics */
	uint64_t		 wtime;		/* statistics */
	union ss_address	 address;	/* peer, or own; family 0: none */

	/* Written by the network thread under the lock, read by it without. */
	uint8_t			 kind;		/* enum ss_kind */
	uint8_t			 family;	/* UDP: AF_* */
	uint8_t			 stage;		/* enum ss_stage */
	bool			 closing;	/* ends when all is sent */
	bool			 started;	/* the owner wants to read */
	int			 fd;		/* fixed while writer is set */

	/* Network thread. */
	uint8_t			 interest;	/* what the poller was told */
	bool			 watched;	/* the poller knows fd */
	bool			 accepted;	/* from a listener */
	bool			 receives;	/* fd can be read */
	bool			 is_socket;	/* of fd; fixed once open */
	bool			 packets;	/* bound: one write, one message */
	bool			 endless;	/* bound: reading 0 is no end */
	bool			 restore;	/* a terminal, to be blocking again */
	bool			 counted;	/* among the server's bound ones */
	bool			 nodelay;	/* wanted once connected */
	bool			 paused;	/* by the owner, before CONNECT */
	bool			 peer_ended;	/* end of file was read */
	bool			 error_told;	/* of the field error */
	bool			 silent;	/* the owner has heard the last */
	bool			 close_told;	/* a CLOSE was raised ... */
	uintptr_t		 close_owner;	/* ... to this owner */
	bool			 wanting;	/* listener: accept fails, told */
	uint32_t		 habit;		/* bytes of a usual large read */
	struct ss_addresses	*addresses;	/* to connect to, or NULL */
	int			 next_address;
	uint64_t		 deadline;	/* ms; while in a list */
	TAILQ_ENTRY(ss_socket)	 timed;		/* LINGERING, or backing off */
	bool			 is_timed;

	/* Atomic, written by the network thread. */
	atomic_uintptr_t	 opaque;	/* the owner */
	SS_COUNTER		 received;	/* bytes or connections */
	SS_COUNTER		 rtime;

	/* Under the slots' lock. */
	STAILQ_ENTRY(ss_socket)	 free;
	uint32_t		 generation;
	int			 number;	/* fixed: the slot's */
};

TAILQ_HEAD(ss_timed_list, ss_socket);
STAILQ_HEAD(ss_free_list, ss_socket);

struct ss_slots {
	pthread_mutex_t		 lock;
	int			 fresh;		/* under it: never used from here */
	struct ss_free_list	 free;		/* under it: the oldest first */
	struct ss_socket	*_Atomic chunk[SS_CHUNKS];	/* set once */
};

/* A message on its way out of the poll. */
struct ss_message {
	int		 type;			/* SOCKET_* */
	int		 id;
	int		 ud;
	uintptr_t	 opaque;
	char		*data;			/* owned, or text, or NULL */
	char		 text[SS_TEXT_MAX + 1];
};

struct ss_datagram_room;			/* datagram.c */

struct socket_server {
	/* Fixed. */
	const struct poller_ops	*ops;
	struct poller		*poller;
	bool			 upstream;	/* the dialect */

	struct ss_commands	 commands;
	struct ss_resolver	 resolver;
	struct ss_slots		 slots;

	/* Atomic. */
	SS_COUNTER		 time;		/* of the statistics, 1/100 s */
	atomic_bool		 exit_asked;	/* no memory for the command */

	pthread_mutex_t		 object_lock;
	struct socket_object_interface	 object;	/* under object_lock */

	/* Network thread. */
	bool			 exiting;
	int			 spare;		/* descriptor for EMFILE; -1 */
	int			 event_count;
	int			 event_next;
	struct poller_event	 event[SS_EVENTS];
	int			 outbox_count;
	int			 outbox_next;
	struct ss_message	 outbox[SS_OUTBOX];
	struct ss_timed_list	 lingering;	/* by deadline */
	struct ss_timed_list	 resting;	/* listeners, by deadline */
	int			 bound;		/* bound sockets taken in */
	int			 terminal;	/* to be made blocking; -1 */
	struct ss_datagram_room	*datagrams;	/* made on first need */
	char			*spill;		/* SS_READ_SPILL bytes */
	bool			 taught;	/* the allocator, in receive.c */
};

/* server.c */

/*
 * One message, as socket_server_poll; waits at most once, for at most timeout
 * milliseconds, and returns SS_NOTHING when nothing came of it.
 */
int	ss_poll(struct socket_server *, struct socket_message *, int *,
	    int timeout);
#define SS_NOTHING	(-1)

/* As above with a poller of the caller's choice. */
struct socket_server	*ss_create(uint64_t, int dialect,
			    const struct poller_ops *);

/* slots.c: ids.  A socket found by an id is found only until its id is gone. */

int	ss_slots_init(struct ss_slots *);
void	ss_slots_destroy(struct ss_slots *);
/*
 * Any thread.  A socket of stage RESERVED, sends refused, with a new id that
 * nobody knows; NULL: EMFILE when all ids are used, ENOMEM.  ss_socket_publish
 * makes it known.
 */
struct ss_socket	*ss_slots_reserve(struct ss_slots *, enum ss_kind,
			    uintptr_t opaque, int *id);
void	ss_slots_publish(struct ss_socket *, int id);
/* The socket's id must be 0 (gone) already; the lock not held. */
void	ss_slots_release(struct ss_slots *, struct ss_socket *);
/* Any thread: the slot of the id if it is in use, whatever its stage. */
struct ss_socket	*ss_slots_find(struct ss_slots *, int id);
/* Any thread: likewise, locked; NULL when the id is gone for callers. */
struct ss_socket	*ss_slots_lock(struct ss_slots *, int id);
/* The n-th slot, or NULL where no chunk is. */
struct ss_socket	*ss_slots_at(struct ss_slots *, int n);
/* Network thread: the socket of the id, NULL when it is gone for callers. */
struct ss_socket	*ss_socket_find(struct socket_server *, int id);

/* outbox.c: messages to the owners.  Network thread. */

void	ss_tell(struct socket_server *, int type, uintptr_t opaque, int id,
	    int ud, const char *text);
void	ss_tell_data(struct socket_server *, int type, struct ss_socket *,
	    char *data, int size);
/* ERROR with the text of an errno. */
void	ss_tell_error(struct socket_server *, struct ss_socket *, int error);
/* CLOSE to the owner, unless one was raised. */
void	ss_tell_close(struct socket_server *, struct ss_socket *);
bool	ss_outbox_take(struct socket_server *, struct socket_message *,
	    int *type);

/* interest.c: what the poller watches; deadlines.  Network thread. */

/* Begins to watch, also without interest: learns whether that can be. */
int	ss_interest_begin(struct socket_server *, struct ss_socket *);
/* Brings the poller in line with the socket.  -1: errno. */
int	ss_interest_update(struct socket_server *, struct ss_socket *);
void	ss_interest_end(struct socket_server *, struct ss_socket *);
void	ss_deadline_set(struct socket_server *, struct ss_socket *,
	    struct ss_timed_list *, int milliseconds);
void	ss_deadline_end(struct socket_server *, struct ss_socket *);
/* Milliseconds until the next one, at most timeout (-1: no limit). */
int	ss_deadline_next(struct socket_server *, int timeout);
void	ss_deadline_expire(struct socket_server *);

/* life.c: start, pause, close, shutdown.  Network thread. */

void	ss_start(struct socket_server *, uintptr_t opaque, int id);
void	ss_pause(struct socket_server *, int id);
void	ss_close(struct socket_server *, int id);
void	ss_shutdown(struct socket_server *, int id);
/* CLOSE if none was raised, then the end of id and descriptor. */
void	ss_end(struct socket_server *, struct ss_socket *);
/* ERROR, then as ss_end. */
void	ss_fail(struct socket_server *, struct ss_socket *, int error);
/* The end without a word. */
void	ss_discard(struct socket_server *, struct ss_socket *);
/* All is sent of a closing socket: CLOSE, and the descriptor lingers. */
void	ss_finish(struct socket_server *, struct ss_socket *);
/* A doomed socket's last step, once the token is back. */
void	ss_bury(struct socket_server *, struct ss_socket *);
/* End of file was read: CLOSE, or the end if writing is dead too. */
void	ss_peer_ended(struct socket_server *, struct ss_socket *);
/* Reading failed: ERROR unless a failed write was told, and the end. */
void	ss_read_failed(struct socket_server *, struct ss_socket *, int error);
/* The field error is set: ERROR, and the end if nothing can be read. */
void	ss_write_failed(struct socket_server *, struct ss_socket *);
/* Reads and drops for a lingering socket. */
void	ss_linger_readable(struct socket_server *, struct ss_socket *);
/*
 * M-6: ends the socket of a message that could not be delivered to opaque, if
 * that is still its owner.  One that is closing is left to send its rest.
 */
void	ss_forsake(struct socket_server *, uintptr_t opaque, int id);

/* open.c: listen, bind, nodelay and how they are taken in. */

void	ss_attach(struct socket_server *, int id);
void	ss_nodelay(struct socket_server *, int id);
/*
 * Any thread: a socket of the descriptor, which it owns, its ATTACH posted.
 * -1: errno, and fd is closed.
 */
int	ss_open(struct socket_server *, enum ss_kind, uintptr_t opaque, int fd,
	    int family, const union ss_address *);

/* The opener takes back an id that it has not given out. */
void	ss_open_undo(struct socket_server *, struct ss_socket *);

/* connect.c.  Network thread. */

void	ss_connect(struct socket_server *, const struct ss_command *);
void	ss_connect_ready(struct socket_server *, struct ss_socket *);

/* accept.c.  Network thread. */

/* A descriptor to give up when there are no more; -1: errno. */
int	ss_accept_spare(void);
void	ss_accept_readable(struct socket_server *, struct ss_socket *);
/* A listener has rested. */
void	ss_accept_resume(struct socket_server *, struct ss_socket *);

/* receive.c.  Network thread. */

void	ss_stream_readable(struct socket_server *, struct ss_socket *);

/* datagram.c.  Network thread; its sending side is in send.h. */

void	ss_datagram_readable(struct socket_server *, struct ss_socket *);
void	ss_datagram_room_free(struct socket_server *);

/* flush.c: likewise. */

/* Network thread: a socket may be written, or something awaits attention. */
void	ss_attend(struct socket_server *, struct ss_socket *, bool writable);

#pragma GCC visibility pop

#endif /* SS_SERVER_H */
