/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * peer.h: what the echo servers have in common.  A peer is run as
 *
 *	bench_<peer> echo|plain|fan|small
 *
 * prints "tcp PORT udp PORT" and serves until its standard input ends, so that
 * it cannot outlive the program that started it.
 *
 *	echo	sends back what comes
 *	plain	the same, without TCP_NODELAY
 *	fan	sends what comes to all connections
 *	small	sends back what comes in pieces of PEER_PIECE bytes, each with
 *		a send of its own
 *
 * Datagrams are sent back in every mode.
 */

#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stddef.h>

#define PEER_BUFFER	(64 * 1024)
#define PEER_PIECE	8
#define PEER_EVENTS	128

enum peer_mode {
	PEER_ECHO,
	PEER_PLAIN,
	PEER_FAN,
	PEER_SMALL
};

/* A connection of the peers that call read and write themselves. */
struct peer_connection {
	int	 fd;
	int	 number;	/* in peer_all */
	char	*unsent;	/* owned; what a short write left */
	size_t	 unsent_size;
	void	*user;		/* the peer's */
};

/* All open connections; filled by peer_connection_new. */
extern struct peer_connection	**peer_all;
extern int			  peer_count;

/* Any of the functions that open something ends the program if it fails. */

enum peer_mode	 peer_begin(int argc, char *argv[]);
/* Non-blocking sockets on 127.0.0.1, and their ports. */
int		 peer_listen(int *port);
int		 peer_udp(int *port);
/* A port that was free a moment ago. */
int		 peer_free_port(int type);
void		 peer_announce(int tcp, int udp);

/* A non-blocking connection, or -1 when no more wait. */
int		 peer_accept(int listener, enum peer_mode);
void		 peer_nodelay(int fd, enum peer_mode);

struct peer_connection	*peer_connection_new(int fd);
/* Closes it. */
void		 peer_connection_free(struct peer_connection *);

/*
 * One read and the answer.  -1: the connection is over.  Otherwise look at
 * unsent of whom it was sent to: while it is not NULL wait for writing.
 */
int		 peer_serve(struct peer_connection *, enum peer_mode,
		    void (*wait_writing)(struct peer_connection *));
/* 0: all is sent, 1: not yet, -1: the connection is over. */
int		 peer_flush(struct peer_connection *);
/* Answers one datagram; -1: none is there. */
int		 peer_answer_datagram(int fd);

#endif /* PEER_H */
