/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What happens to a socket while a worker is in its write call: W-1, F-7.
 * The program has its own write calls, which stop one thread before or after
 * the real one, until the test lets it go on.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <atf-c.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "harness.h"

#define LARGE	((size_t)16 * 1024 * 1024)	/* more than a kernel takes */

enum stop {
	NOWHERE,
	BEFORE,
	AFTER
};

/* All under the lock. */
static pthread_mutex_t	 lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t	 changed = PTHREAD_COND_INITIALIZER;
static enum stop	 stop;
static bool		 stopped;

/* Set in the one thread that is to be stopped, once. */
static _Thread_local bool	 chosen;

static void
pass(enum stop place)
{
	int64_t until;
	int error;

	if (!chosen)
		return;
	error = errno;
	until = monotonic_ms() + TEST_DEADLINE;
	(void)pthread_mutex_lock(&lock);
	if (stop == place) {
		stopped = true;
		(void)pthread_cond_broadcast(&changed);
		while (stop == place && cond_wait_until(&changed, &lock, until))
			continue;
		chosen = false;
	}
	(void)pthread_mutex_unlock(&lock);
	errno = error;
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t (*real)(int, const struct msghdr *, int);
	ssize_t n;

	*(void **)&real = dlsym(RTLD_NEXT, "sendmsg");
	pass(BEFORE);
	n = real(fd, message, flags);
	pass(AFTER);
	return (n);
}

ssize_t
send(int fd, const void *bytes, size_t size, int flags)
{
	ssize_t (*real)(int, const void *, size_t, int);
	ssize_t n;

	*(void **)&real = dlsym(RTLD_NEXT, "send");
	pass(BEFORE);
	n = real(fd, bytes, size, flags);
	pass(AFTER);
	return (n);
}

ssize_t
writev(int fd, const struct iovec *iov, int count)
{
	ssize_t (*real)(int, const struct iovec *, int);
	ssize_t n;

	*(void **)&real = dlsym(RTLD_NEXT, "writev");
	pass(BEFORE);
	n = real(fd, iov, count);
	pass(AFTER);
	return (n);
}

/* A worker that sends n bytes of the pattern, and is stopped in the write. */
struct worker {
	pthread_t		 thread;
	struct test_server	*ts;
	int			 id;
	size_t			 size;
	int			 result;
};

static void *
worker_main(void *argument)
{
	struct worker *worker;

	worker = argument;
	chosen = true;
	worker->result = test_send_pattern(worker->ts, worker->id, 0,
	    worker->size);
	return (NULL);
}

static void
worker_stop(struct worker *worker, struct test_server *ts, int id,
    size_t size, enum stop place)
{
	int64_t until;

	worker->ts = ts;
	worker->id = id;
	worker->size = size;
	stop = place;
	stopped = false;
	until = monotonic_ms() + TEST_DEADLINE;
	ATF_REQUIRE_EQ(0, pthread_create(&worker->thread, NULL, worker_main,
	    worker));
	(void)pthread_mutex_lock(&lock);
	while (!stopped && cond_wait_until(&changed, &lock, until))
		continue;
	(void)pthread_mutex_unlock(&lock);
	ATF_REQUIRE_MSG(stopped, "W-2: the worker does not write itself");
}

/* Lets the worker go on: the result of its send. */
static int
worker_end(struct worker *worker)
{

	(void)pthread_mutex_lock(&lock);
	stop = NOWHERE;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
	ATF_REQUIRE_EQ(0, pthread_join(worker->thread, NULL));
	return (worker->result);
}

/* WARNINGs, then CLOSE. */
static void
expect_close(struct test_server *ts, int id)
{

	while (expect_any_of(ts, id)->type == SOCKET_WARNING)
		continue;
	ATF_CHECK_EQ(SOCKET_CLOSE, ts->current->type);
}

ATF_TC_WITHOUT_HEAD(w1_what_comes_meanwhile_goes_behind);
ATF_TC_BODY(w1_what_comes_meanwhile_goes_behind, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct worker worker;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	worker_stop(&worker, ts, stream.id, LARGE, AFTER);
	ATF_CHECK_EQ(0, test_send_low(ts, stream.id, "low", 3));
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "high", 4));
	ATF_CHECK_EQ(0, worker_end(&worker));
	/* Cut in two, with others waiting before its rest is queued. */
	plain_expect_pattern(stream.fd, 0, LARGE);
	plain_expect(stream.fd, "highlow", 7);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(w2_what_comes_meanwhile_is_not_forgotten);
ATF_TC_BODY(w2_what_comes_meanwhile_is_not_forgotten, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct worker worker;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	worker_stop(&worker, ts, stream.id, 100, AFTER);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "behind", 6));
	expect_fence(ts);
	ATF_CHECK_EQ(0, worker_end(&worker));
	plain_expect_pattern(stream.fd, 0, 100);
	plain_expect(stream.fd, "behind", 6);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_gives_nobody_else_the_bytes);
ATF_TC_BODY(f7_close_gives_nobody_else_the_bytes, tc)
{
	struct test_server *ts;
	struct test_stream fresh, stream;
	struct worker worker;
	struct socket_info info;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	worker_stop(&worker, ts, stream.id, 100, BEFORE);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	expect_close(ts, stream.id);
	ATF_CHECK_EQ(-1, test_send(ts, stream.id, "x", 1));
	ATF_CHECK(!test_info(ts, stream.id, &info));
	/* Whoever gets the descriptor's number now must not get the bytes. */
	fresh = test_connected(ts);
	(void)worker_end(&worker);
	expect_none(ts, stream.id);
	ATF_CHECK(plain_is_quiet(fresh.fd));
	ATF_CHECK_EQ(0, test_send(ts, fresh.id, "mine", 4));
	plain_expect(fresh.fd, "mine", 4);
	/* All or nothing of the bytes, then the end. */
	ATF_CHECK(plain_pattern_until_end(stream.fd, 0) % 100 == 0);
	plain_close(fresh.fd);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_close_after_half_a_message);
ATF_TC_BODY(f7_close_after_half_a_message, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	struct worker worker;
	int descriptors;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_connected(ts);
	worker_stop(&worker, ts, stream.id, LARGE, AFTER);
	socket_server_close(ts->server, TEST_OWNER, stream.id);
	expect_close(ts, stream.id);
	(void)worker_end(&worker);
	expect_none(ts, stream.id);
	ATF_CHECK_EQ(descriptors + 1, descriptor_count());
	ATF_CHECK(memory_bytes() < LARGE / 2);
	ATF_CHECK(plain_pattern_until_end(stream.fd, 0) < LARGE);
	plain_close(stream.fd);
	test_server_release(ts);
}

/* shutdown while a worker is in the write of a message of this size. */
static void
try_shutdown(size_t size, enum stop place)
{
	struct test_server *ts;
	struct test_stream stream;
	struct worker worker;

	ts = test_server_create(TEST_THREAD);
	stream = test_connected(ts);
	worker_stop(&worker, ts, stream.id, size, place);
	socket_server_shutdown(ts->server, TEST_OWNER, stream.id);
	expect_command_fence(ts);
	/* The byte in hand is not with the kernel yet: no CLOSE. */
	while (place == BEFORE && test_server_has(ts, stream.id))
		(void)expect_message_of(ts, stream.id, SOCKET_WARNING);
	/* What was taken is sent. */
	if (worker_end(&worker) == 0)
		plain_expect_pattern(stream.fd, 0, size);
	plain_expect_end(stream.fd);
	expect_close(ts, stream.id);
	expect_none(ts, stream.id);
	plain_close(stream.fd);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f7_shutdown_waits_for_the_writer);
ATF_TC_BODY(f7_shutdown_waits_for_the_writer, tc)
{

	try_shutdown(100, BEFORE);
	try_shutdown(100, AFTER);
	try_shutdown(LARGE, BEFORE);
	try_shutdown(LARGE, AFTER);
}

ATF_TC_WITHOUT_HEAD(l4_reset_while_a_worker_writes);
ATF_TC_BODY(l4_reset_while_a_worker_writes, tc)
{
	struct test_server *ts;
	struct test_stream fresh, stream;
	struct worker worker;
	int descriptors;

	ts = test_server_create(TEST_THREAD);
	expect_fence(ts);
	descriptors = descriptor_count();
	stream = test_connected(ts);
	worker_stop(&worker, ts, stream.id, LARGE, BEFORE);
	plain_reset(stream.fd);
	(void)expect_message_of(ts, stream.id, SOCKET_ERR);
	(void)expect_message_of(ts, stream.id, SOCKET_CLOSE);
	fresh = test_connected(ts);
	(void)worker_end(&worker);
	expect_none(ts, stream.id);
	ATF_CHECK(plain_is_quiet(fresh.fd));
	test_close(ts, fresh.id);
	plain_close(fresh.fd);
	expect_fence(ts);
	ATF_CHECK_EQ(descriptors, descriptor_count());
	test_server_release(ts);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, w1_what_comes_meanwhile_goes_behind);
	ATF_TP_ADD_TC(tp, w2_what_comes_meanwhile_is_not_forgotten);
	ATF_TP_ADD_TC(tp, f7_close_gives_nobody_else_the_bytes);
	ATF_TP_ADD_TC(tp, f7_close_after_half_a_message);
	ATF_TP_ADD_TC(tp, f7_shutdown_waits_for_the_writer);
	ATF_TP_ADD_TC(tp, l4_reset_while_a_worker_writes);
	return (atf_no_error());
}
