/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The scripted poller: that it says what it is told, notes what it is asked,
 * and lets nobody by who breaks the rules of poller.h.
 */

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "scripted_poller.h"

#define ops	(&skynet_poller_scripted)
#define KEY	7
#define BOTH	(POLLER_READ | POLLER_WRITE)

static struct poller *
create(void)
{
	struct poller *poller;

	poller = ops->create();
	ATF_REQUIRE(poller != NULL);
	return (poller);
}

/* Runs the step in a child, with a pipe: it must abort. */
static void
require_abort(void (*step)(struct poller *, const int *))
{
	struct rlimit none;
	pid_t child;
	int fd[2], status;

	plain_pipe(fd);
	child = fork();
	ATF_REQUIRE(child != -1);
	if (child == 0) {
		memset(&none, 0, sizeof(none));
		(void)setrlimit(RLIMIT_CORE, &none);
		step(create(), fd);
		_exit(0);
	}
	ATF_REQUIRE_EQ(child, waitpid(child, &status, 0));
	ATF_CHECK_MSG(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
	    "the child did not abort: status %#x", (unsigned int)status);
	plain_close(fd[0]);
	plain_close(fd[1]);
}

ATF_TC_WITHOUT_HEAD(wait_hands_out_the_batches_in_order);
ATF_TC_BODY(wait_hands_out_the_batches_in_order, tc)
{
	struct poller_event three[] = {
		{ 1, true, false }, { 2, false, true }, { 3, true, true }
	};
	struct poller_event event[4];
	struct poller *poller;

	poller = create();
	scripted_batch(poller, three, 3);
	scripted_batch(poller, NULL, 0);
	scripted_event(poller, KEY, POLLER_WRITE);
	memset(three, 0, sizeof(three));	/* it was copied */
	ATF_REQUIRE_EQ(2, ops->wait(poller, event, 2, -1));
	ATF_CHECK(event[0].key == 1 && event[0].readable && !event[0].writable);
	ATF_CHECK(event[1].key == 2 && !event[1].readable && event[1].writable);
	ATF_REQUIRE_EQ(1, ops->wait(poller, event, 2, -1));
	ATF_CHECK(event[0].key == 3 && event[0].readable && event[0].writable);
	ATF_REQUIRE_EQ(0, ops->wait(poller, event, 4, -1));
	ATF_CHECK(!scripted_done(poller));
	ATF_REQUIRE_EQ(1, ops->wait(poller, event, 4, -1));
	ATF_CHECK(event[0].key == KEY && !event[0].readable &&
	    event[0].writable);
	ATF_CHECK(scripted_done(poller));
	ATF_CHECK_EQ(0, ops->wait(poller, event, 4, 0));
	ATF_CHECK_EQ(0, ops->wait(poller, event, 4, 1000000));
	ops->destroy(poller);
	ops->destroy(NULL);
}

static void *
wake(void *poller)
{

	ops->wake(poller);
	return (NULL);
}

ATF_TC_WITHOUT_HEAD(wake_ends_one_wait);
ATF_TC_BODY(wake_ends_one_wait, tc)
{
	struct poller_event event[1];
	struct poller *poller;
	pthread_t thread;

	poller = create();
	ops->wake(poller);
	ATF_REQUIRE_EQ(0, pthread_create(&thread, NULL, wake, poller));
	ATF_REQUIRE_EQ(0, pthread_join(thread, NULL));
	ATF_CHECK_EQ(0, ops->wait(poller, event, 1, -1));
	ATF_CHECK_EQ(2, scripted_wakes(poller));
	ATF_CHECK_EQ(1, scripted_calls(poller));
	ATF_CHECK_EQ(-1, scripted_call(poller, 0)->timeout);
	ops->destroy(poller);
}

static void
wait_for_ever(struct poller *poller, const int *fd)
{
	struct poller_event event[1];

	(void)fd;
	ops->wake(poller);
	if (ops->wait(poller, event, 1, -1) == 0)
		(void)ops->wait(poller, event, 1, -1);
}

ATF_TC_WITHOUT_HEAD(wait_that_nothing_would_end_aborts);
ATF_TC_BODY(wait_that_nothing_would_end_aborts, tc)
{

	require_abort(wait_for_ever);
}

ATF_TC_WITHOUT_HEAD(calls_are_noted_in_order);
ATF_TC_BODY(calls_are_noted_in_order, tc)
{
	const struct scripted_call *call;
	struct poller *poller;
	int fd[2];

	poller = create();
	plain_pipe(fd);
	ATF_CHECK_EQ(-1, scripted_interest(poller, KEY));
	ATF_CHECK_EQ(-1, scripted_descriptor(poller, KEY));
	ATF_REQUIRE_EQ(0, ops->add(poller, fd[0], KEY, POLLER_READ));
	ATF_CHECK_EQ(POLLER_READ, scripted_interest(poller, KEY));
	ATF_CHECK_EQ(fd[0], scripted_descriptor(poller, KEY));
	ATF_REQUIRE_EQ(0, ops->change(poller, fd[0], KEY, POLLER_READ, BOTH));
	ATF_CHECK_EQ(BOTH, scripted_interest(poller, KEY));
	ops->remove(poller, fd[0], BOTH);
	ATF_CHECK_EQ(-1, scripted_interest(poller, KEY));
	ATF_REQUIRE_EQ(3, scripted_calls(poller));
	call = scripted_call(poller, 0);
	ATF_CHECK(call->operation == SCRIPTED_ADD && call->fd == fd[0] &&
	    call->key == KEY && call->from == 0 && call->to == POLLER_READ);
	call = scripted_call(poller, 1);
	ATF_CHECK(call->operation == SCRIPTED_CHANGE && call->fd == fd[0] &&
	    call->key == KEY && call->from == POLLER_READ && call->to == BOTH);
	call = scripted_call(poller, 2);
	ATF_CHECK(call->operation == SCRIPTED_REMOVE && call->fd == fd[0] &&
	    call->key == KEY && call->from == BOTH && call->to == 0);
	scripted_forget(poller);
	ATF_CHECK_EQ(0, scripted_calls(poller));
	plain_close(fd[0]);
	plain_close(fd[1]);
	ops->destroy(poller);
}

ATF_TC_WITHOUT_HEAD(fails_once_as_told);
ATF_TC_BODY(fails_once_as_told, tc)
{
	struct poller_event event[1];
	struct poller *poller;
	int fd[2];

	poller = create();
	plain_pipe(fd);
	scripted_fail(poller, SCRIPTED_ADD, ENOSPC);
	ATF_CHECK_ERRNO(ENOSPC, ops->add(poller, fd[0], KEY, 0) == -1);
	ATF_CHECK_EQ(ENOSPC, scripted_call(poller, 0)->error);
	ATF_CHECK_EQ(-1, scripted_interest(poller, KEY));
	ATF_REQUIRE_EQ(0, ops->add(poller, fd[0], KEY, 0));
	scripted_fail(poller, SCRIPTED_CHANGE, ENOMEM);
	ATF_CHECK_ERRNO(ENOMEM,
	    ops->change(poller, fd[0], KEY, 0, POLLER_READ) == -1);
	ATF_CHECK_EQ(0, scripted_interest(poller, KEY));
	ATF_REQUIRE_EQ(0, ops->change(poller, fd[0], KEY, 0, POLLER_READ));
	scripted_event(poller, KEY, POLLER_READ);
	scripted_fail(poller, SCRIPTED_WAIT, EBADF);
	ATF_CHECK_ERRNO(EBADF, ops->wait(poller, event, 1, -1) == -1);
	ATF_CHECK_EQ(1, ops->wait(poller, event, 1, -1));
	plain_close(fd[0]);
	plain_close(fd[1]);
	ops->destroy(poller);
}

ATF_TC_WITHOUT_HEAD(add_refuses_what_no_poller_takes);
ATF_TC_BODY(add_refuses_what_no_poller_takes, tc)
{
	struct poller *poller;
	int fd;

	poller = create();
	fd = open(".", O_RDONLY);
	ATF_REQUIRE(fd != -1);
	ATF_CHECK_ERRNO(EPERM, ops->add(poller, fd, KEY, 0) == -1);
	plain_close(fd);
	ATF_CHECK_ERRNO(EBADF, ops->add(poller, fd, KEY, 0) == -1);
	ops->destroy(poller);
}

static void
add_twice(struct poller *poller, const int *fd)
{

	(void)ops->add(poller, fd[0], KEY, 0);
	(void)ops->add(poller, fd[0], KEY + 1, 0);
}

static void
add_a_key_twice(struct poller *poller, const int *fd)
{

	(void)ops->add(poller, fd[0], KEY, 0);
	(void)ops->add(poller, fd[1], KEY, 0);
}

static void
add_a_large_key(struct poller *poller, const int *fd)
{

	(void)ops->add(poller, fd[0], (uintptr_t)POLLER_KEY_MAX + 1, 0);
}

static void
change_with_another_key(struct poller *poller, const int *fd)
{

	(void)ops->add(poller, fd[0], KEY, 0);
	(void)ops->change(poller, fd[0], KEY + 1, 0, POLLER_READ);
}

static void
change_from_another_interest(struct poller *poller, const int *fd)
{

	(void)ops->add(poller, fd[0], KEY, POLLER_READ);
	(void)ops->change(poller, fd[0], KEY, 0, BOTH);
}

static void
change_to_no_interest_there_is(struct poller *poller, const int *fd)
{

	(void)ops->add(poller, fd[0], KEY, POLLER_READ);
	(void)ops->change(poller, fd[0], KEY, POLLER_READ, BOTH + 1);
}

static void
remove_what_is_not_watched(struct poller *poller, const int *fd)
{

	ops->remove(poller, fd[0], 0);
}

static void
remove_with_another_interest(struct poller *poller, const int *fd)
{

	(void)ops->add(poller, fd[0], KEY, POLLER_READ);
	ops->remove(poller, fd[0], 0);
}

ATF_TC_WITHOUT_HEAD(misuse_aborts);
ATF_TC_BODY(misuse_aborts, tc)
{

	require_abort(add_twice);
	require_abort(add_a_key_twice);
	require_abort(add_a_large_key);
	require_abort(change_with_another_key);
	require_abort(change_from_another_interest);
	require_abort(change_to_no_interest_there_is);
	require_abort(remove_what_is_not_watched);
	require_abort(remove_with_another_interest);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, wait_hands_out_the_batches_in_order);
	ATF_TP_ADD_TC(tp, wake_ends_one_wait);
	ATF_TP_ADD_TC(tp, wait_that_nothing_would_end_aborts);
	ATF_TP_ADD_TC(tp, calls_are_noted_in_order);
	ATF_TP_ADD_TC(tp, fails_once_as_told);
	ATF_TP_ADD_TC(tp, add_refuses_what_no_poller_takes);
	ATF_TP_ADD_TC(tp, misuse_aborts);
	return (atf_no_error());
}
