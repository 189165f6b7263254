/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>

#include <atf-c.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "harness_private.h"

/* Locked.  The log keeps its end. */
static void
server_log(struct test_server *ts, const struct test_message *message)
{
	char line[128];
	size_t length, surplus;

	(void)snprintf(line, sizeof(line), " %s id %d ud %d%s%.60s%s;",
	    test_message_name(message->type), message->id, message->ud,
	    message->text[0] != '\0' ? " \"" : "", message->text,
	    message->text[0] != '\0' ? "\"" : "");
	length = strlen(line);
	if (ts->logged + length >= sizeof(ts->log)) {
		surplus = ts->logged + length - sizeof(ts->log) + 1;
		memmove(ts->log, ts->log + surplus, ts->logged - surplus);
		ts->logged -= surplus;
	}
	memcpy(ts->log + ts->logged, line, length + 1);
	ts->logged += length;
}

/* One poll.  False: that was the exit. */
static bool
server_poll(struct test_server *ts)
{
	struct socket_message message;
	struct test_message *copy;
	int more, type;

	memset(&message, 0, sizeof(message));
	more = 1;
	type = socket_server_poll(ts->server, &message, &more);
	copy = type == SOCKET_EXIT ? NULL : test_message_copy(type, &message);
	(void)pthread_mutex_lock(&ts->lock);
	if (copy != NULL) {
		server_log(ts, copy);
		STAILQ_INSERT_TAIL(&ts->queue, copy, entry);
	} else
		ts->exited = true;
	(void)pthread_cond_signal(&ts->heard);
	(void)pthread_mutex_unlock(&ts->lock);
	return (type != SOCKET_EXIT);
}

static void *
network_main(void *argument)
{

	while (server_poll(argument))
		continue;
	return (NULL);
}

/* Ends a poll of the test's own thread that has taken too long. */
static void *
watchdog_main(void *argument)
{
	struct test_server *ts;

	ts = argument;
	(void)pthread_mutex_lock(&ts->lock);
	while (!ts->dismissed) {
		if (ts->until == 0)
			(void)pthread_cond_wait(&ts->alarm, &ts->lock);
		else if (!cond_wait_until(&ts->alarm, &ts->lock, ts->until) &&
		    ts->until != 0 && monotonic_ms() >= ts->until) {
			ts->until = 0;
			(void)pthread_mutex_unlock(&ts->lock);
			socket_server_exit(ts->server);
			(void)pthread_mutex_lock(&ts->lock);
		}
	}
	(void)pthread_mutex_unlock(&ts->lock);
	return (NULL);
}

static void
watchdog_set(struct test_server *ts, int64_t until)
{

	(void)pthread_mutex_lock(&ts->lock);
	ts->until = until;
	(void)pthread_cond_signal(&ts->alarm);
	(void)pthread_mutex_unlock(&ts->lock);
}

struct test_server *
test_server_adopt(struct socket_server *server, int flags)
{
	struct test_server *ts;

	ATF_REQUIRE(server != NULL);
	ts = calloc(1, sizeof(*ts));
	ATF_REQUIRE(ts != NULL);
	ts->server = server;
	ts->flags = flags;
	ts->errors = error_count();
	STAILQ_INIT(&ts->queue);
	ATF_REQUIRE_EQ(0, pthread_mutex_init(&ts->lock, NULL));
	ATF_REQUIRE_EQ(0, pthread_cond_init(&ts->heard, NULL));
	ATF_REQUIRE_EQ(0, pthread_cond_init(&ts->alarm, NULL));
	if (flags & TEST_STEP)
		ATF_REQUIRE_EQ(0, pthread_create(&ts->watchdog, NULL,
		    watchdog_main, ts));
	else
		ATF_REQUIRE_EQ(0, pthread_create(&ts->network, NULL,
		    network_main, ts));
	return (ts);
}

struct test_server *
test_server_create(int flags)
{
	struct test_server *ts;
	bool *before;

	before = descriptor_census();
	ts = test_server_adopt(flags & TEST_UPSTREAM ?
	    socket_server_create_dialect(0, SOCKET_DIALECT_UPSTREAM) :
	    socket_server_create(0), flags);
	ts->descriptors = before;
	return (ts);
}

void
test_server_exit(struct test_server *ts)
{

	ATF_REQUIRE(!ts->ended);
	ts->ended = true;
	socket_server_exit(ts->server);
	if (ts->flags & TEST_STEP) {
		watchdog_set(ts, monotonic_ms() + TEST_DEADLINE);
		while (server_poll(ts))
			continue;
		(void)pthread_mutex_lock(&ts->lock);
		ts->dismissed = true;
		(void)pthread_cond_signal(&ts->alarm);
		(void)pthread_mutex_unlock(&ts->lock);
		ATF_REQUIRE_EQ(0, pthread_join(ts->watchdog, NULL));
		return;
	}
	(void)pthread_mutex_lock(&ts->lock);
	while (!ts->exited) {
		if (!cond_wait_until(&ts->heard, &ts->lock,
		    monotonic_ms() + TEST_DEADLINE))
			break;
	}
	(void)pthread_mutex_unlock(&ts->lock);
	ATF_REQUIRE_MSG(ts->exited, "the poll does not end");
	ATF_REQUIRE_EQ(0, pthread_join(ts->network, NULL));
}

void
test_server_keep(struct test_server *ts, int fd)
{

	ATF_REQUIRE(fd >= 0 && fd < DESCRIPTOR_LIMIT);
	if (ts->descriptors != NULL)
		ts->descriptors[fd] = true;
}

void
test_server_release(struct test_server *ts)
{
	struct test_message *message;

	if (!ts->ended)
		test_server_exit(ts);
	socket_server_release(ts->server);
	while ((message = STAILQ_FIRST(&ts->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&ts->queue, entry);
		test_message_free(message);
	}
	test_message_free(ts->current);
	memory_all_returned();
	if (ts->descriptors != NULL)
		descriptor_compare(ts->descriptors);
	free(ts->descriptors);
	(void)pthread_mutex_destroy(&ts->lock);
	(void)pthread_cond_destroy(&ts->heard);
	(void)pthread_cond_destroy(&ts->alarm);
	free(ts);
}

/* Locked.  The first message that fits, taken off the queue, or NULL. */
static struct test_message *
server_take(struct test_server *ts, const struct test_wanted *wanted)
{
	struct test_message *message;

	STAILQ_FOREACH(message, &ts->queue, entry) {
		if ((wanted->id == 0 || message->id == wanted->id) &&
		    (wanted->opaque == 0 || message->opaque == wanted->opaque))
			break;
	}
	if (message != NULL)
		STAILQ_REMOVE(&ts->queue, message, test_message, entry);
	return (message);
}

void
test_server_fail(const char *file, int line, struct test_server *ts,
    const char *what)
{
	char log[sizeof(ts->log)];

	(void)pthread_mutex_lock(&ts->lock);
	memcpy(log, ts->log, sizeof(log));
	log[sizeof(log) - 1] = '\0';
	(void)pthread_mutex_unlock(&ts->lock);
	atf_tc_fail("%s:%d: %s; heard so far:%s", file, line, what, log);
}

struct test_message *
test_server_next(const char *file, int line, struct test_server *ts,
    const struct test_wanted *wanted)
{
	struct test_message *message;
	int64_t until;
	bool over;
	char what[160];

	test_message_free(ts->current);
	ts->current = NULL;
	over = false;
	until = monotonic_ms() + TEST_DEADLINE;
	(void)pthread_mutex_lock(&ts->lock);
	while ((message = server_take(ts, wanted)) == NULL && !over) {
		over = ts->exited || monotonic_ms() >= until;
		if (over)
			continue;
		if (ts->flags & TEST_STEP) {
			(void)pthread_mutex_unlock(&ts->lock);
			watchdog_set(ts, until);
			(void)server_poll(ts);
			watchdog_set(ts, 0);
			(void)pthread_mutex_lock(&ts->lock);
		} else
			(void)cond_wait_until(&ts->heard, &ts->lock, until);
	}
	(void)pthread_mutex_unlock(&ts->lock);
	if (message == NULL) {
		(void)snprintf(what, sizeof(what), "no %s of id %d came",
		    wanted->type < 0 ? "message" :
		    test_message_name(wanted->type), wanted->id);
		test_server_fail(file, line, ts, what);
	}
	ts->current = message;
	return (message);
}

struct test_message *
test_server_queued(struct test_server *ts, int id)
{
	struct test_message *message;

	(void)pthread_mutex_lock(&ts->lock);
	STAILQ_FOREACH(message, &ts->queue, entry) {
		if (id == 0 || message->id == id)
			break;
	}
	(void)pthread_mutex_unlock(&ts->lock);
	return (message);
}

bool
test_server_has(struct test_server *ts, int id)
{

	return (test_server_queued(ts, id) != NULL);
}
