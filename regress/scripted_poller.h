/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * scripted_poller.h: a poller that says what a test has told it to say, and
 * notes what it is asked.
 *
 * It drives a server made by ss_create, whose field poller is the one to
 * script.  Descriptors are real, readiness comes from the script alone.  The
 * script is a list of batches; each wait takes from the first one.  When none
 * is left,
 *
 *	a wait after a wake returns nothing,
 *	a wait with a time-out returns nothing, the time being over at once,
 *	a wait without a limit would never end: the program aborts.
 *
 * The caller is held to poller.h as well: what no poller could make sense of
 * (a descriptor added twice, a change from an interest that it does not have,
 * another key than the one it was added with) ends the program with a line on
 * standard error.  Events in the script may name any key, also one that is
 * gone, as those of a kernel do.
 *
 * Any thread, and a signal handler, may call wake.  The rest, and all below, is
 * for the thread that polls, or for another one while that stands still.
 */

#ifndef SCRIPTED_POLLER_H
#define SCRIPTED_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poller.h"

#pragma GCC visibility push(hidden)

extern const struct poller_ops	skynet_poller_scripted;

/*
 * The script.
 */

/* One more batch, copied; none at all is a wait that ends for nothing. */
void	scripted_batch(struct poller *, const struct poller_event *, int n);
/* A batch of one event; what is POLLER_READ, POLLER_WRITE or both. */
void	scripted_event(struct poller *, uintptr_t key, int what);
/* Whether waits have taken all of it. */
bool	scripted_done(const struct poller *);

enum scripted_operation {
	SCRIPTED_ADD,
	SCRIPTED_CHANGE,
	SCRIPTED_WAIT,
	SCRIPTED_REMOVE,
	SCRIPTED_OPERATIONS
};

/* Makes the next one fail with this errno, and change nothing; not REMOVE. */
void	scripted_fail(struct poller *, enum scripted_operation, int error);

/*
 * What the poller was asked.
 */

struct scripted_call {
	enum scripted_operation	operation;
	int			fd;		/* WAIT: -1 */
	uintptr_t		key;		/* as it was added; WAIT: 0 */
	int			from;		/* interest; ADD: 0 */
	int			to;		/* likewise; REMOVE: 0 */
	int			timeout;	/* WAIT; others: 0 */
	int			error;		/* what it failed with, or 0 */
};

/* The calls since the creation, or the last scripted_forget, in order. */
size_t	scripted_calls(const struct poller *);
/* The n-th of them, from 0; there is one.  Good until the next call. */
const struct scripted_call	*scripted_call(const struct poller *, size_t n);
void	scripted_forget(struct poller *);
/* Wakes since the creation. */
int	scripted_wakes(const struct poller *);

/* The interest and the descriptor of a key; -1: it is not watched. */
int	scripted_interest(const struct poller *, uintptr_t key);
int	scripted_descriptor(const struct poller *, uintptr_t key);

#pragma GCC visibility pop

#endif /* SCRIPTED_POLLER_H */
