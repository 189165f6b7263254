/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>

#include <atf-c.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "kqueue_support.h"

#define ROOM	16
#define LOOKS	3

int
open_queue(void)
{
	int kq;

	kq = kqueue();
	ATF_REQUIRE_MSG(kq != -1, "kqueue: %s", strerror(errno));
	return (kq);
}

void
close_pair(int kq, int fd[2])
{

	plain_close(fd[0]);
	plain_close(fd[1]);
	plain_close(kq);
}

struct kevent
make_change(int fd, int filter, int flags, intptr_t udata)
{
	struct kevent change;

	memset(&change, 0, sizeof(change));
	change.ident = (uintptr_t)fd;
	change.filter = (__typeof__(change.filter))filter;
	change.flags = (__typeof__(change.flags))flags;
	change.udata = (__typeof__(change.udata))udata;
	return (change);
}

int
change_knote(int kq, int fd, int filter, int flags)
{
	struct kevent change;

	change = make_change(fd, filter, flags,
	    UDATA(fd, (__typeof__(change.filter))filter));
	return (kevent(kq, &change, 1, NULL, 0, NULL));
}

void
add_both(int kq, int fd)
{

	ATF_REQUIRE_EQ(0, change_knote(kq, fd, EVFILT_READ, EV_ADD));
	ATF_REQUIRE_EQ(0, change_knote(kq, fd, EVFILT_WRITE, EV_ADD));
}

int
take_events(int kq, struct kevent *event, int room)
{
	struct timespec none;
	int n;

	none.tv_sec = 0;
	none.tv_nsec = 0;
	n = kevent(kq, NULL, 0, event, (KQUEUE_STANDIN_COUNT)room, &none);
	ATF_REQUIRE_MSG(n >= 0, "kevent: %s", strerror(errno));
	return (n);
}

bool
find_event(int kq, int fd, int filter, struct kevent *found)
{
	struct kevent event[ROOM];
	int count, i, n;

	count = 0;
	n = take_events(kq, event, ROOM);
	for (i = 0; i < n; i++) {
		if (event[i].ident != (uintptr_t)fd ||
		    (int)event[i].filter != filter)
			continue;
		*found = event[i];
		count++;
	}
	ATF_REQUIRE(count <= 1);
	return (count == 1);
}

/* Something comes from elsewhere, so it may take a while. */
static bool
await(int kq, int fd, int filter, int flags, int64_t data)
{
	struct kevent event;
	int64_t until;

	until = monotonic_ms() + TEST_DEADLINE;
	while (monotonic_ms() < until) {
		if (find_event(kq, fd, filter, &event) &&
		    ((int)event.flags & (EV_EOF | EV_ERROR)) == flags &&
		    (data == ANY_DATA || event.data == data))
			return (true);
	}
	return (false);
}

void
expect_event_at(const char *file, int line, int kq, int fd, int filter,
    int flags, int64_t data)
{
	struct kevent event;
	int i;

	ATF_REQUIRE_MSG(await(kq, fd, filter, flags, data),
	    "%s:%d: no such event of %d", file, line, fd);
	for (i = 0; i < LOOKS; i++) {
		ATF_REQUIRE_MSG(find_event(kq, fd, filter, &event),
		    "%s:%d: no event of %d", file, line, fd);
		ATF_CHECK_EQ(flags, (int)event.flags & (EV_EOF | EV_ERROR));
		ATF_CHECK_EQ(0, event.fflags);
		ATF_CHECK(data == ANY_DATA || event.data == data);
		ATF_CHECK_EQ(UDATA(fd, event.filter), (intptr_t)event.udata);
	}
}

void
expect_silence_at(const char *file, int line, int kq, int fd, int filter)
{
	struct kevent event;
	int i;

	for (i = 0; i < LOOKS; i++)
		ATF_REQUIRE_MSG(!find_event(kq, fd, filter, &event),
		    "%s:%d: an event of %d", file, line, fd);
}

void
expect_nothing_at(const char *file, int line, int kq)
{
	struct kevent event[ROOM];
	int i;

	for (i = 0; i < LOOKS; i++)
		ATF_REQUIRE_MSG(take_events(kq, event, ROOM) == 0,
		    "%s:%d: an event", file, line);
}
