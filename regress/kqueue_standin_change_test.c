/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The stand-in for kqueue(2) takes changes as the real ones do: facts 3 and 7.
 */

#include <sys/types.h>
#include <sys/event.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "kqueue_support.h"
#include "poller_support.h"

#define OTHER_UDATA	4321

static int
change_udata(int kq, int fd, int filter, int flags, intptr_t udata)
{
	struct kevent change;

	change = make_change(fd, filter, flags, udata);
	return (kevent(kq, &change, 1, NULL, 0, NULL));
}

static void
expect_error(int error, int result)
{

	ATF_CHECK_EQ(-1, result);
	ATF_CHECK_EQ_MSG(error, errno, "%s", strerror(errno));
}

ATF_TC_WITHOUT_HEAD(fact_3_2_add_alone_does_not_enable);
ATF_TC_BODY(fact_3_2_add_alone_does_not_enable, tc)
{
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	plain_write(fd[1], "a", 1);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ, EV_ADD));
	expect_event(kq, fd[0], EVFILT_READ, 0, 1);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ, EV_DISABLE));
	expect_nothing(kq);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ, EV_ADD));
	expect_nothing(kq);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ,
	    EV_ADD | EV_ENABLE));
	expect_event(kq, fd[0], EVFILT_READ, 0, 1);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_3_2_add_disabled_and_enable);
ATF_TC_BODY(fact_3_2_add_disabled_and_enable, tc)
{
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_WRITE,
	    EV_ADD | EV_DISABLE));
	expect_nothing(kq);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_WRITE, EV_ENABLE));
	expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
	expect_error(EINVAL, change_knote(kq, fd[0], EVFILT_WRITE,
	    EV_ENABLE | EV_DISABLE));
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_1_6_disabled_knotes_hide_a_reset);
ATF_TC_BODY(fact_1_6_disabled_knotes_hide_a_reset, tc)
{
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	add_both(kq, fd[0]);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ, EV_DISABLE));
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_WRITE, EV_DISABLE));
	plain_reset(fd[1]);
	plain_expect_reset(fd[0]);
	expect_nothing(kq);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ, EV_ENABLE));
	expect_event(kq, fd[0], EVFILT_READ, EV_EOF, 0);
	expect_silence(kq, fd[0], EVFILT_WRITE);
	plain_close(fd[0]);
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_3_3_which_changes_replace_udata);
ATF_TC_BODY(fact_3_3_which_changes_replace_udata, tc)
{
	struct kevent event;
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_WRITE, EV_ADD));
	expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
	ATF_REQUIRE_EQ(0, change_udata(kq, fd[0], EVFILT_WRITE, EV_ADD,
	    OTHER_UDATA));
	ATF_REQUIRE(find_event(kq, fd[0], (int)EVFILT_WRITE, &event));
	ATF_CHECK_EQ(OTHER_UDATA, (intptr_t)event.udata);
	ATF_REQUIRE_EQ(0, change_udata(kq, fd[0], EVFILT_WRITE, EV_ENABLE,
	    OTHER_UDATA + 1));
	ATF_REQUIRE(find_event(kq, fd[0], (int)EVFILT_WRITE, &event));
#ifdef KQUEUE_STANDIN_NETBSD
	ATF_CHECK_EQ(OTHER_UDATA, (intptr_t)event.udata);
#else
	ATF_CHECK_EQ(OTHER_UDATA + 1, (intptr_t)event.udata);
#endif
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_3_4_errors_of_a_change);
ATF_TC_BODY(fact_3_4_errors_of_a_change, tc)
{
	static const int flags[] = { EV_DELETE, EV_ENABLE, EV_DISABLE, 0 };
	size_t i;
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	for (i = 0; i < nitems(flags); i++)
		expect_error(ENOENT, change_knote(kq, fd[0], EVFILT_READ,
		    flags[i]));
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ, EV_ADD));
	expect_error(ENOENT, change_knote(kq, fd[0], EVFILT_WRITE, EV_DELETE));
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ, EV_DELETE));
	expect_error(ENOENT, change_knote(kq, fd[0], EVFILT_READ, EV_DELETE));
	expect_error(EINVAL, change_knote(kq, fd[0], -11, EV_ADD));
	plain_close(fd[0]);
	for (i = 0; i < nitems(flags); i++)
		expect_error(EBADF, change_knote(kq, fd[0], EVFILT_READ,
		    flags[i]));
	expect_error(EBADF, change_knote(kq, fd[0], EVFILT_READ, EV_ADD));
	expect_error(EBADF, change_knote(kq, -1, EVFILT_READ, EV_ADD));
	expect_error(EBADF, change_knote(fd[1], fd[1], EVFILT_READ, EV_ADD));
	plain_close(kq);
	expect_error(EBADF, change_knote(kq, fd[1], EVFILT_READ, EV_ADD));
	plain_close(fd[1]);
}

ATF_TC_WITHOUT_HEAD(fact_3_5_without_room_the_first_error_ends_it);
ATF_TC_BODY(fact_3_5_without_room_the_first_error_ends_it, tc)
{
	struct kevent change[3];
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	change[0] = make_change(fd[0], EVFILT_WRITE, EV_ADD,
	    UDATA(fd[0], EVFILT_WRITE));
	change[1] = make_change(fd[0], EVFILT_READ, EV_DELETE, 0);
	change[2] = make_change(fd[1], EVFILT_WRITE, EV_ADD, 0);
	expect_error(ENOENT, kevent(kq, change, 3, NULL, 0, NULL));
	expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
	expect_silence(kq, fd[1], EVFILT_WRITE);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_3_5_with_room_errors_are_entries_and_no_events);
ATF_TC_BODY(fact_3_5_with_room_errors_are_entries_and_no_events, tc)
{
	struct kevent change[3], event[4];
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	change[0] = make_change(fd[0], EVFILT_WRITE, EV_ADD,
	    UDATA(fd[0], EVFILT_WRITE));
	change[1] = make_change(fd[0], EVFILT_READ, EV_DELETE, OTHER_UDATA);
	change[2] = make_change(fd[1], EVFILT_WRITE, EV_ADD,
	    UDATA(fd[1], EVFILT_WRITE));
	ATF_REQUIRE_EQ(1, kevent(kq, change, 3, event, 4, NULL));
	ATF_CHECK_EQ(EV_ERROR, event[0].flags);
	ATF_CHECK_EQ(ENOENT, event[0].data);
	ATF_CHECK_EQ((uintptr_t)fd[0], event[0].ident);
	ATF_CHECK_EQ((int)EVFILT_READ, (int)event[0].filter);
	ATF_CHECK_EQ(OTHER_UDATA, (intptr_t)event[0].udata);
	expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
	expect_event(kq, fd[1], EVFILT_WRITE, 0, ANY_DATA);
	/* Without an error the same call collects events. */
	change[1] = make_change(fd[0], EVFILT_READ, EV_ADD, 0);
	ATF_REQUIRE_EQ(2, kevent(kq, change, 3, event, 4, NULL));
	ATF_CHECK_EQ(0, (int)event[0].flags & EV_ERROR);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_3_5_more_errors_than_room);
ATF_TC_BODY(fact_3_5_more_errors_than_room, tc)
{
	struct kevent change[3], event[1];
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	change[0] = make_change(fd[0], EVFILT_WRITE, EV_DELETE, 0);
	change[1] = make_change(fd[0], -11, EV_ADD, 0);
	change[2] = make_change(fd[0], EVFILT_WRITE, EV_ADD, 0);
	expect_error(EINVAL, kevent(kq, change, 3, event, 1, NULL));
	expect_nothing(kq);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_3_5_receipts);
ATF_TC_BODY(fact_3_5_receipts, tc)
{
	struct kevent change[2], event[2];
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	change[0] = make_change(fd[0], EVFILT_WRITE, EV_ADD | EV_RECEIPT,
	    UDATA(fd[0], EVFILT_WRITE));
	change[1] = make_change(fd[0], EVFILT_READ, EV_DELETE | EV_RECEIPT, 0);
	ATF_REQUIRE_EQ(2, kevent(kq, change, 2, event, 2, NULL));
	ATF_CHECK_EQ(EV_ERROR, event[0].flags);
	ATF_CHECK_EQ(0, event[0].data);
	ATF_CHECK_EQ(EV_ERROR, event[1].flags);
	ATF_CHECK_EQ(ENOENT, event[1].data);
	expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
	/* Without room the first one ends the list, in silence. */
	change[0] = make_change(fd[0], EVFILT_WRITE, EV_DELETE | EV_RECEIPT, 0);
	change[1] = make_change(fd[1], EVFILT_WRITE, EV_ADD, 0);
	ATF_REQUIRE_EQ(0, kevent(kq, change, 2, NULL, 0, NULL));
	expect_nothing(kq);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_3_2_oneshot_is_deleted_once_reported);
ATF_TC_BODY(fact_3_2_oneshot_is_deleted_once_reported, tc)
{
	struct kevent event;
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_WRITE,
	    EV_ADD | EV_ONESHOT));
	ATF_CHECK(find_event(kq, fd[0], (int)EVFILT_WRITE, &event));
	expect_nothing(kq);
	expect_error(ENOENT, change_knote(kq, fd[0], EVFILT_WRITE, EV_ENABLE));
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_3_2_dispatch_is_disabled_once_reported);
ATF_TC_BODY(fact_3_2_dispatch_is_disabled_once_reported, tc)
{
	struct kevent event;
	int fd[2], i, kq;

	kq = open_queue();
	tcp_pair(fd);
	plain_write(fd[1], "a", 1);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ,
	    EV_ADD | EV_DISPATCH));
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_WRITE, EV_ADD));
	for (i = 0; i < 2; i++) {
		ATF_CHECK(find_event(kq, fd[0], (int)EVFILT_READ, &event));
		expect_silence(kq, fd[0], EVFILT_READ);
		expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
		ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ,
		    EV_ENABLE));
	}
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_14_clear_is_once_for_each_arrival);
ATF_TC_BODY(fact_14_clear_is_once_for_each_arrival, tc)
{
	struct kevent event;
	int fd[2], kq;

	kq = open_queue();
	plain_socketpair(fd);
	ATF_REQUIRE_EQ(0, change_knote(kq, fd[0], EVFILT_READ,
	    EV_ADD | EV_CLEAR));
	plain_write(fd[1], "abc", 3);
	ATF_REQUIRE(find_event(kq, fd[0], (int)EVFILT_READ, &event));
	ATF_CHECK_EQ(3, event.data);
	expect_nothing(kq);
	plain_write(fd[1], "de", 2);
	ATF_REQUIRE(find_event(kq, fd[0], (int)EVFILT_READ, &event));
	ATF_CHECK_EQ(5, event.data);
	expect_nothing(kq);
	plain_close(fd[1]);
	ATF_REQUIRE(find_event(kq, fd[0], (int)EVFILT_READ, &event));
	ATF_CHECK((event.flags & EV_EOF) != 0);
	expect_nothing(kq);
	plain_close(fd[0]);
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_3_6_counts_and_timeouts);
ATF_TC_BODY(fact_3_6_counts_and_timeouts, tc)
{
	struct kevent event;
	struct timespec end, start, time;
	int kq;

	kq = open_queue();
	ATF_CHECK_EQ(0, kevent(kq, NULL, 0, NULL, 0, NULL));
	memset(&time, 0, sizeof(time));
	time.tv_nsec = 20500000;
	ATF_REQUIRE_EQ(0, clock_gettime(CLOCK_MONOTONIC, &start));
	ATF_CHECK_EQ(0, kevent(kq, NULL, 0, &event, 1, &time));
	ATF_REQUIRE_EQ(0, clock_gettime(CLOCK_MONOTONIC, &end));
	ATF_CHECK((end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec -
	    start.tv_nsec >= time.tv_nsec);
	time.tv_nsec = 1000000000;
	expect_error(EINVAL, kevent(kq, NULL, 0, &event, 1, &time));
	time.tv_nsec = -1;
	expect_error(EINVAL, kevent(kq, NULL, 0, &event, 1, &time));
#ifndef KQUEUE_STANDIN_NETBSD
	time.tv_nsec = 0;
	expect_error(EINVAL, kevent(kq, NULL, 0, &event, -1, &time));
	expect_error(EINVAL, kevent(kq, NULL, -1, &event, 1, &time));
#endif
	plain_close(kq);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, fact_3_2_add_alone_does_not_enable);
	ATF_TP_ADD_TC(tp, fact_3_2_add_disabled_and_enable);
	ATF_TP_ADD_TC(tp, fact_1_6_disabled_knotes_hide_a_reset);
	ATF_TP_ADD_TC(tp, fact_3_3_which_changes_replace_udata);
	ATF_TP_ADD_TC(tp, fact_3_4_errors_of_a_change);
	ATF_TP_ADD_TC(tp, fact_3_5_without_room_the_first_error_ends_it);
	ATF_TP_ADD_TC(tp, fact_3_5_with_room_errors_are_entries_and_no_events);
	ATF_TP_ADD_TC(tp, fact_3_5_more_errors_than_room);
	ATF_TP_ADD_TC(tp, fact_3_5_receipts);
	ATF_TP_ADD_TC(tp, fact_3_2_oneshot_is_deleted_once_reported);
	ATF_TP_ADD_TC(tp, fact_3_2_dispatch_is_disabled_once_reported);
	ATF_TP_ADD_TC(tp, fact_14_clear_is_once_for_each_arrival);
	ATF_TP_ADD_TC(tp, fact_3_6_counts_and_timeouts);
	return (atf_no_error());
}
