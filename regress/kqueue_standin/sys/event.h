/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A stand-in for the <sys/event.h> of the BSDs, for tests on Linux.  README.md
 * tells what is modelled.
 *
 * The members have OpenBSD's types.  With KQUEUE_STANDIN_NETBSD they have those
 * of NetBSD up to 9, where a filter is an unsigned number from 0, udata is an
 * integer and counts are size_t.
 */

#ifndef KQUEUE_STANDIN_SYS_EVENT_H
#define KQUEUE_STANDIN_SYS_EVENT_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

struct timespec;

#ifdef KQUEUE_STANDIN_NETBSD

#define EVFILT_READ	0U
#define EVFILT_WRITE	1U

struct kevent {
	uintptr_t	ident;
	uint32_t	filter;
	uint32_t	flags;
	uint32_t	fflags;
	int64_t		data;
	intptr_t	udata;
};

#define KQUEUE_STANDIN_COUNT	size_t

#else

#define EVFILT_READ	(-1)
#define EVFILT_WRITE	(-2)

struct kevent {
	uintptr_t	ident;
	short		filter;
	unsigned short	flags;
	unsigned int	fflags;
	int64_t		data;
	void		*udata;
};

#define KQUEUE_STANDIN_COUNT	int

#endif

/* What a change asks for. */
#define EV_ADD		0x0001
#define EV_DELETE	0x0002
#define EV_ENABLE	0x0004
#define EV_DISABLE	0x0008

/* What a knote keeps from the change that made it. */
#define EV_ONESHOT	0x0010
#define EV_CLEAR	0x0020
#define EV_RECEIPT	0x0040
#define EV_DISPATCH	0x0080

/* What an event tells. */
#define EV_ERROR	0x4000
#define EV_EOF		0x8000

#define EV_SET(event, a, b, c, d, e, f) do {				\
	struct kevent *kqueue_standin_event = (event);			\
	kqueue_standin_event->ident = (a);				\
	kqueue_standin_event->filter = (b);				\
	kqueue_standin_event->flags = (c);				\
	kqueue_standin_event->fflags = (d);				\
	kqueue_standin_event->data = (e);				\
	kqueue_standin_event->udata = (f);				\
} while (0)

int	kqueue(void);
int	kevent(int, const struct kevent *, KQUEUE_STANDIN_COUNT,
	    struct kevent *, KQUEUE_STANDIN_COUNT, const struct timespec *);

#endif /* KQUEUE_STANDIN_SYS_EVENT_H */
