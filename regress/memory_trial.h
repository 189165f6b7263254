/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * memory_trial.h: out of memory, again and again.
 *
 * Each trial lets the n-th allocation of what is done fail, for n = 1, 2, ...
 * until none is left to fail: alone, and with all that come after it.
 * Whatever fails: a call says so, or the one socket gets ERROR and CLOSE;
 * another connection goes on, and everything comes back at the end.
 */

#ifndef MEMORY_TRIAL_H
#define MEMORY_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "harness.h"

#define TRIALS	200		/* no scenario allocates as often */
#define LARGE	(8 * 1024 * 1024)	/* beyond any pair of socket buffers */

struct trial {
	struct test_server	*ts;
	struct test_stream	 witness;	/* must not notice */
	struct test_stream	 stream;	/* the scenario's; fd may be -1 */
	int			 outcome;	/* a message's type, or -1 */
	int			 listener;
	int			 port;
	size_t			 sent;		/* bytes that were taken */
	char			*bytes;		/* LARGE of the pattern */
};

struct scenario {
	int	flags;				/* of the server */
	void	(*prepare)(struct trial *);	/* memory is plentiful, */
	void	(*act)(struct trial *);		/* here it is not, */
	void	(*finish)(struct trial *);	/* and here it is again */
};

/* One trial; true if an allocation has failed. */
bool	memory_try_once(const struct scenario *, long n, bool lasting);
/* All of them. */
void	memory_try_all(const struct scenario *);

#endif /* MEMORY_TRIAL_H */
