/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * crew.h: threads that work at the same time as the test case.  They call no
 * function of ATF; what goes wrong they note, and the case tells it.
 */

#ifndef CREW_H
#define CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define CREW_MAX	16

struct crew;

struct crew_member {
	struct crew	*crew;			/* fixed */
	int		 number;		/* fixed: from 0 on */
	void		*argument;		/* fixed: the same for all */
	uint32_t	 random;		/* the member's thread */
};

struct crew {
	int			 count;		/* fixed */
	pthread_t		 thread[CREW_MAX];	/* fixed */
	struct crew_member	 member[CREW_MAX];
	void			(*work)(struct crew_member *);	/* fixed */
	const char		*_Atomic fault;	/* the first one noted */
	pthread_mutex_t		 lock;
	pthread_cond_t		 left;		/* with the lock */
	int			 working;	/* under the lock */
};

/* All begin at once. */
void		 crew_start(struct crew *, int count,
		    void (*work)(struct crew_member *), void *argument);
/* Waits for all, and fails the case if one is late or has noted a fault. */
void		 crew_join(struct crew *);

/* The members' own: */
void		 crew_fault(struct crew_member *, const char *);
/* From 0 to n - 1, the same numbers in each run. */
uint32_t	 crew_random(struct crew_member *, uint32_t n);

#endif /* CREW_H */
