/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * send.h: from a caller's buffer to the descriptor.  Any thread, unless a
 * comment says otherwise; the note in server.h tells how threads share a
 * socket's writing.  Internal.
 */

#ifndef SS_SEND_H
#define SS_SEND_H

#include "server.h"

#pragma GCC visibility push(hidden)

/* datagram.c */

/* Whether a socket outlives an error of one datagram. */
bool	ss_datagram_survives(int error);
/* One datagram; -1: EAGAIN as for ss_descriptor_writev. */
int	ss_datagram_send(int fd, const void *, size_t, const union ss_address *);
/* As many of the gathered as go, their number; -1: errno. */
int	ss_datagram_send_many(int fd, const struct ss_gathered *);

/* send.c */

enum ss_sent {
	SS_SENT_REFUSED = -1,	/* errno; the payload is the caller's */
	SS_SENT_QUEUED,		/* the payload waits in the queue */
	SS_SENT_DONE		/* the payload is done with, to be released */
};

/* 0; -1: EINVAL, and the buffer stays the caller's. */
int	ss_payload_of(struct socket_server *, const struct socket_sendbuffer *,
	    struct ss_payload *);
/*
 * The socket is locked, is locked again when the call returns, and may be
 * unlocked meanwhile.  to is NULL for streams.
 */
enum ss_sent	ss_send_locked(struct socket_server *, struct ss_socket *,
		    const struct ss_payload *, enum ss_priority,
		    const union ss_address *to, struct ss_write_list *trash);

/* Unlocked: frees what is done with.  0, or -1 and errno as it was. */
int	ss_sent_result(const struct ss_payload *, enum ss_sent,
	    struct ss_write_list *trash);

/* flush.c: queue to descriptor. */

/*
 * Locked, and the caller holds the token; unlocks during system calls.  Sends
 * in at most so many rounds what waits.
 */
void	ss_flush_locked(struct socket_server *, struct ss_socket *,
	    int rounds, struct ss_write_list *trash);
/* Writing failed: no more is taken, what waits is dropped. */
void	ss_flush_failed_locked(struct ss_socket *, int error,
	    struct ss_write_list *trash);
/* Counts n bytes as handed to the kernel. */
void	ss_flush_sent_locked(struct socket_server *, struct ss_socket *,
	    size_t n);
/* A datagram could not be sent: its owner is to hear of it. */
void	ss_flush_lost_locked(struct socket_server *, struct ss_socket *,
	    int error);
/* Gives the token back and sees to what came meanwhile. */
void	ss_flush_done_locked(struct socket_server *, struct ss_socket *);
/* Posts the WARNING that a change of unsent asks for. */
void	ss_flush_warn_locked(struct socket_server *, struct ss_socket *);

#pragma GCC visibility pop

#endif /* SS_SEND_H */
