/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * kqueue_support.h: what the tests of the stand-in for kqueue(2) share.
 */

#ifndef KQUEUE_SUPPORT_H
#define KQUEUE_SUPPORT_H

#include <sys/types.h>
#include <sys/event.h>

#include <stdbool.h>
#include <stdint.h>

#define ANY_DATA	(-1)

/* Of every knote that change_knote makes. */
#define UDATA(fd, filter)						\
	((intptr_t)(fd) * 16 + ((filter) == EVFILT_READ ? 1 : 2))

int	open_queue(void);
/* Closes the queue and both descriptors. */
void	close_pair(int kq, int [2]);

/* One change, with its udata: kevent's result. */
int	change_knote(int kq, int fd, int filter, int flags);
struct kevent
	make_change(int fd, int filter, int flags, intptr_t udata);
/* Knotes for both filters. */
void	add_both(int kq, int fd);

/* One look: the number of events. */
int	take_events(int kq, struct kevent *, int room);
/* Whether a look finds an event of this knote, which is copied out. */
bool	find_event(int kq, int fd, int filter, struct kevent *);

/*
 * Waits for the event, and looks again and again: it must be there each time,
 * once, with these of EV_EOF and EV_ERROR, this data, no fflags, its udata.
 */
#define expect_event(kq, fd, filter, flags, data)			\
	expect_event_at(__FILE__, __LINE__, (kq), (fd), (int)(filter),	\
	    (flags), (data))
void	expect_event_at(const char *, int, int kq, int fd, int filter,
	    int flags, int64_t data);
/* The knote is not reported now. */
#define expect_silence(kq, fd, filter)					\
	expect_silence_at(__FILE__, __LINE__, (kq), (fd), (int)(filter))
void	expect_silence_at(const char *, int, int kq, int fd, int filter);
/* No knote is. */
#define expect_nothing(kq)						\
	expect_nothing_at(__FILE__, __LINE__, (kq))
void	expect_nothing_at(const char *, int, int kq);

#endif /* KQUEUE_SUPPORT_H */
