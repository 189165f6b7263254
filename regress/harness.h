/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * harness.h: what the test programs share.
 *
 * The harness is linked as an archive, before the library's, so that a program
 * gets only the members that it names.  Three members stand in for the host:
 *
 *	harness_memory.c    skynet_malloc and its like, counting
 *	harness_error.c     skynet_error, noting its lines
 *	harness_resolver.c  getaddrinfo(3), answering from a script
 *
 * A program that uses a test_server gets the first two.  One that brings the
 * real host, or a host of its own, simply does not use memory_*, error_* or
 * test_server_*, and the library's own functions are linked.
 *
 * Nothing here sleeps.  Every wait ends with what was waited for, or fails the
 * test case after TEST_DEADLINE.  All of it is to be called by the thread of
 * the test case, unless a comment says otherwise, for ATF takes no locks.
 */

#ifndef HARNESS_H
#define HARNESS_H

#include <sys/types.h>
#include <sys/socket.h>

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "portability.h"
#include "socket_server.h"

#ifndef nitems
#define nitems(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#define TEST_DEADLINE	10000		/* ms */
#define TEST_OWNER	((uintptr_t)0x0a)	/* opaque of what is set up here */
#define TEST_FENCE	((uintptr_t)0xfe)	/* opaque of a fence; hands off */

/*
 * harness_message.c: a queue of messages with a lock.
 */

/* A message of socket_server_poll, copied so that it outlives the poll. */
struct test_message {
	STAILQ_ENTRY(test_message)	 entry;
	int				 type;	/* SOCKET_* */
	int				 id;
	uintptr_t			 opaque;
	int				 ud;
	char				*data;	/* owned; DATA and UDP */
	char				 text[256];	/* OPEN, ACCEPT, ERR */
};

STAILQ_HEAD(test_message_list, test_message);

/* Copies; takes over data of DATA and UDP.  Any thread. */
struct test_message	*test_message_copy(int type,
			    const struct socket_message *);
/* NULL is allowed.  Any thread. */
void			 test_message_free(struct test_message *);
/* "DATA", "OPEN"; any thread. */
const char		*test_message_name(int type);

/*
 * harness_server.c: a socket_server under test.
 *
 * With TEST_THREAD a network thread polls and queues what it hears.  With
 * TEST_STEP nobody polls until an expect_ function needs a message: the
 * network thread stands still whenever the test does something else.
 */

#define TEST_THREAD	0x0
#define TEST_STEP	0x1
#define TEST_UPSTREAM	0x2		/* the upstream dialect */

struct test_server {
	struct socket_server		*server;	/* fixed */
	int				 flags;		/* fixed */
	int				 errors;	/* fixed: error_count then */
	pthread_t			 network;	/* fixed; TEST_THREAD */
	pthread_mutex_t			 lock;
	pthread_cond_t			 heard;		/* with the lock */
	struct test_message_list	 queue;		/* under the lock */
	bool				 exited;	/* under the lock */
	char				 log[2048];	/* under the lock */
	size_t				 logged;	/* under the lock */

	/* TEST_STEP: a thread that ends a poll which takes too long. */
	pthread_t			 watchdog;	/* fixed */
	pthread_cond_t			 alarm;		/* with the lock */
	int64_t				 until;		/* under the lock; 0: none */
	bool				 dismissed;	/* under the lock */

	/* The test's thread. */
	struct test_message		*current;	/* last one expected */
	int				 fence;		/* id of a listener, or 0 */
	int				 fence_port;
	int				 gone;		/* an id that is gone, or 0 */
	bool				 ended;		/* no thread polls */
	bool				*descriptors;	/* open before creation */
};

struct test_server	*test_server_create(int flags);
/*
 * Likewise, of a server made elsewhere.  The balance of memory counts from the
 * start of the program, that of descriptors from here.
 */
struct test_server	*test_server_adopt(struct socket_server *, int flags);
/*
 * Ends the poll, releases the server, and fails the case unless all memory and
 * all descriptors came back.  What the test has opened itself since the
 * creation it must have closed, but for what it keeps.  Messages that nobody
 * expected are allowed.
 */
void			 test_server_release(struct test_server *);
/* This descriptor of the test must still be open after the release. */
void			 test_server_keep(struct test_server *, int fd);
/*
 * Ends the poll, and no more; test_server_release needs no such call before.
 */
void			 test_server_exit(struct test_server *);

/*
 * The message returned is good until the next expect_ call on this server.
 * Each fails the case if something else comes, or nothing within the deadline.
 */

/* The next message of all. */
#define expect_message(ts, type, id)					\
	expect_message_at(__FILE__, __LINE__, (ts), (type), (id))
/* The next message of this id; those of other ids keep their places. */
#define expect_message_of(ts, id, type)					\
	expect_message_of_at(__FILE__, __LINE__, (ts), (id), (type))
/* The next message of this id, whatever it is. */
#define expect_any_of(ts, id)						\
	expect_any_of_at(__FILE__, __LINE__, (ts), (id))
/* The next one that goes to this owner, whatever it is. */
#define expect_any_for(ts, opaque)					\
	expect_any_for_at(__FILE__, __LINE__, (ts), (opaque))
/* Nothing of this id (0: of any) has come or is under way: fences and looks. */
#define expect_none(ts, id)						\
	expect_none_at(__FILE__, __LINE__, (ts), (id))
/* Nothing of this id (0: of any) is queued; does not fence. */
#define expect_none_queued(ts, id)					\
	expect_none_queued_at(__FILE__, __LINE__, (ts), (id))
/*
 * Returns when the network thread has seen all that was commanded by this
 * thread, or could be seen on a descriptor, before the call: two connections
 * in turn are made to a listener of the harness and turn up.  Needs two free
 * descriptors.
 */
#define expect_fence(ts)						\
	expect_fence_at(__FILE__, __LINE__, (ts))
/*
 * Likewise for commands alone; F-6 has the server answer each one.  Needs no
 * descriptor, but for one in the first call.
 */
#define expect_command_fence(ts)					\
	expect_command_fence_at(__FILE__, __LINE__, (ts))
/* DATA of the id, in pieces of any size: these bytes, and no more. */
#define expect_data(ts, id, bytes, n)					\
	expect_data_at(__FILE__, __LINE__, (ts), (id), (bytes), (n))
/* DATA of the id: n bytes of the pattern from an offset on. */
#define expect_pattern(ts, id, offset, n)				\
	expect_pattern_at(__FILE__, __LINE__, (ts), (id), (offset), (n))
/* DATA of the id in the pattern from an offset on until CLOSE: how much. */
#define expect_pattern_until_close(ts, id, offset)			\
	expect_pattern_until_close_at(__FILE__, __LINE__, (ts), (id), (offset))

/* Whether a message of this id (0: of any) is queued; takes nothing. */
bool	test_server_has(struct test_server *, int id);

const struct test_message	*expect_message_at(const char *, int,
				    struct test_server *, int, int);
const struct test_message	*expect_message_of_at(const char *, int,
				    struct test_server *, int, int);
const struct test_message	*expect_any_of_at(const char *, int,
				    struct test_server *, int);
const struct test_message	*expect_any_for_at(const char *, int,
				    struct test_server *, uintptr_t);
void	expect_none_at(const char *, int, struct test_server *, int);
void	expect_none_queued_at(const char *, int, struct test_server *, int);
void	expect_fence_at(const char *, int, struct test_server *);
void	expect_command_fence_at(const char *, int, struct test_server *);
void	expect_data_at(const char *, int, struct test_server *, int,
	    const void *, size_t);
void	expect_pattern_at(const char *, int, struct test_server *, int,
	    size_t, size_t);
size_t	expect_pattern_until_close_at(const char *, int,
	    struct test_server *, int, size_t);

/*
 * harness_setup.c: sockets in the state that a test starts from, all of
 * TEST_OWNER on 127.0.0.1, their messages taken in.
 */

/* An id of the server and the plain descriptor at the other end. */
struct test_stream {
	int	id;
	int	fd;
};

/* A started listener. */
int	test_listen(struct test_server *, int *port);
/* A connection that the listener has accepted, not started. */
struct test_stream	test_accept(struct test_server *, int listener,
			    int port);
/* As both, with the listener closed again; started. */
struct test_stream	test_accepted(struct test_server *);
/* A connection of socket_server_connect, not started, and started. */
struct test_stream	test_connect(struct test_server *);
struct test_stream	test_connected(struct test_server *);
/* A descriptor bound, which must be taken; its OPEN. */
int	test_bind(struct test_server *, int fd);
/* socket_server_start and its OPEN. */
void	test_start(struct test_server *, int id);
/* socket_server_close and its CLOSE. */
void	test_close(struct test_server *, int id);
/* Sends a copy of the bytes as SOCKET_BUFFER_MEMORY: the call's result. */
int	test_send(struct test_server *, int id, const void *, size_t);
int	test_send_low(struct test_server *, int id, const void *, size_t);
/* Likewise n bytes of the pattern from an offset on. */
int	test_send_pattern(struct test_server *, int id, size_t offset,
	    size_t n);
/*
 * As plain_expect_pattern, with a fence whenever nothing is there to read: for
 * TEST_STEP, where nobody else drives the server.
 */
void	test_drain(struct test_server *, int fd, size_t offset, size_t n);
/* The snapshot of an id: true, or false if there is none. */
bool	test_info(struct test_server *, int id, struct socket_info *);

/*
 * harness_socket.c: plain descriptors on the loopback interface.  All of them
 * block, with the deadline; a failure fails the case.
 */

/* A listener on a port of the system's choice. */
int	plain_listen(int family, int *port);
/* Likewise on 127.0.0.1 and unable to take much: back-pressure comes soon. */
int	plain_listen_narrow(int *port);
/*
 * A listener whose backlog is full, by connections in the array: where the
 * system lets further ones wait (Linux), connecting to it does not end.
 */
int	plain_listen_full(int *port, int *, int n);
/* 127.0.0.1 or ::1. */
int	plain_connect(int family, int port);
/* Likewise unable to take much. */
int	plain_connect_narrow(int port);
int	plain_accept(int listener);
/* A port where nobody listens, and nobody will while the descriptor is open. */
int	plain_refusing_port(int *port);
/* AF_UNIX, SOCK_STREAM. */
void	plain_socketpair(int [2]);
void	plain_pipe(int [2]);
void	plain_close(int);
/* Closes so that the peer gets a reset. */
void	plain_reset(int);
/* Ends the sending side. */
void	plain_end(int);

/* Waits until poll(2) tells one of the events (or a failure). */
void	plain_await(int, short events, const char *what);

/* Own and peer's "address:port" or "[address]:port"; good for four calls. */
const char	*plain_name(int);
const char	*plain_peer_name(int);
int		 plain_port(int);

/* Writes all; reads exactly n bytes. */
void	plain_write(int, const void *, size_t);
void	plain_read(int, void *, size_t);
/* Reads exactly these bytes. */
void	plain_expect(int, const void *, size_t);
/* End of file, in good order. */
void	plain_expect_end(int);
/* Read fails with ECONNRESET; what may come before is dropped. */
void	plain_expect_reset(int);
/* There is nothing to read now, no end of file either. */
bool	plain_is_quiet(int);
/* How many bytes can be read now; fails the case at the end of file. */
size_t	plain_readable(int);
void	plain_write_pattern(int, size_t offset, size_t n);
void	plain_expect_pattern(int, size_t offset, size_t n);
/* The pattern from an offset on until end of file: how much came. */
size_t	plain_pattern_until_end(int, size_t offset);
/* Writes the pattern from offset 0 until no more is taken: how much was. */
size_t	plain_fill(int);
/* Skips the case, with the reason, where there is no ::1. */
void	require_ipv6(void);

/*
 * harness_support.c: the pattern, censuses and clocks.
 */

/* The byte at an offset of the pattern, whose period is no power of two. */
unsigned char	 pattern_byte(size_t offset);
void		 pattern_fill(void *, size_t offset, size_t n);
/* The first place that differs from the pattern, or n. */
size_t		 pattern_check(const void *, size_t offset, size_t n);

/* How many descriptors are open. */
int	 descriptor_count(void);
/* Which: an array of DESCRIPTOR_LIMIT that the caller frees with free(3). */
bool	*descriptor_census(void);
/* Fails the case, naming them, if others are open than the census says. */
void	 descriptor_compare(const bool *);
#define DESCRIPTOR_LIMIT	4096

/* How many threads the process has, or -1 where that cannot be told. */
int	 thread_count(void);
/*
 * Likewise, after a thread has come and gone: some run-time libraries start
 * one of their own beside the first.
 */
int	 thread_baseline(void);
/* Waits until it has no more than n threads. */
void	 thread_await_at_most(int n);

/* Milliseconds of the monotonic clock; any thread. */
int64_t	 monotonic_ms(void);
/* Waits on a condition; false once monotonic_ms has reached until.  Any. */
bool	 cond_wait_until(pthread_cond_t *, pthread_mutex_t *, int64_t until);

/*
 * harness_memory.c: skynet_malloc, skynet_calloc, skynet_realloc and
 * skynet_free that count.  Freeing what is not a living block aborts.  Any
 * thread.
 */

size_t	 memory_blocks(void);		/* that live */
size_t	 memory_bytes(void);		/* in them */
/* Fails the n-th allocation from now (1 is the next), and only that. */
void	 memory_fail_at(long n);
/* Fails the n-th allocation from now and all after it. */
void	 memory_fail_from(long n);
/* Ends either; true if an allocation was made to fail. */
bool	 memory_fail_end(void);
/* Fails the case, naming sizes, unless no more than this many blocks live. */
void	 memory_require_blocks(size_t);
/* Likewise unless none does. */
void	 memory_all_returned(void);

/*
 * harness_error.c: skynet_error that notes and repeats on standard error.
 * Any thread.
 */

int	 error_count(void);
/* Copies the last line, "" if there is none. */
void	 error_last(char *, size_t);

/*
 * harness_resolver.c: getaddrinfo(3) and freeaddrinfo(3) from a script.  A
 * program that names one of these gets them; numeric hosts and localhost
 * (127.0.0.1 alone) are known to it, other names give EAI_NONAME.
 */

/* The answer to a name: numeric addresses, ended by NULL; all fixed strings. */
void	 resolver_answer(const char *name, const char *const *addresses);
/* From now on look-ups of names wait for resolver_let_go. */
void	 resolver_hold(void);
void	 resolver_let_go(void);
/* Waits until n look-ups of names are being held. */
void	 resolver_await_held(int n);
/* Look-ups of names so far; threads at most in one at a time. */
int	 resolver_calls(void);
int	 resolver_most_at_once(void);
/* Whether this thread has ever made a look-up of a name. */
bool	 resolver_called_by(pthread_t);

#endif /* HARNESS_H */
