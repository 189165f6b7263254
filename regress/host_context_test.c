/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host_support.h"
#include "skynet_mq.h"
#include "skynet_server.h"

static int
push_text(uint32_t handle, char *data)
{
	struct skynet_message message;

	message.source = 1;
	message.session = 0;
	message.data = data;
	message.sz = data == NULL ? 0 : strlen(data);
	return (skynet_context_push(handle, &message));
}

static int
count_call(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	int *calls;

	(void)context;
	(void)type;
	(void)session;
	(void)source;
	(void)message;
	(void)size;
	calls = ud;
	++*calls;
	return (0);
}

static int
abort_call(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	(void)count_call(context, ud, type, session, source, message, size);
	skynet_abort();
	return (0);
}

static int
compare_handles(const void *a, const void *b)
{
	const uint32_t *x, *y;

	x = a;
	y = b;
	return ((*x > *y) - (*x < *y));
}

HOST_TC(handles_are_distinct_and_not_zero,
    "a thousand services have a thousand handles, and each is found by its own")
{
	uint32_t handles[1000];
	int calls[1000], i, last;

	ATF_REQUIRE_EQ(0, skynet_init());
	memset(calls, 0, sizeof(calls));
	for (i = 0; i < 1000; i++)
		handles[i] = skynet_context_handle(host_service(count_call,
		    &calls[i]));
	for (i = 0; i < 1000; i++)
		ATF_REQUIRE_EQ(0, push_text(handles[i], NULL));
	last = 0;
	ATF_REQUIRE_EQ(0, push_text(skynet_context_handle(
	    host_service(abort_call, &last)), NULL));
	host_run_to_end(0);
	for (i = 0; i < 1000; i++)
		ATF_CHECK_EQ(1, calls[i]);
	ATF_CHECK_EQ(1, last);
	qsort(handles, 1000, sizeof(handles[0]), compare_handles);
	ATF_CHECK(handles[0] != 0);
	for (i = 1; i < 1000; i++)
		ATF_CHECK(handles[i] != handles[i - 1]);
}

HOST_TC(handle_is_not_given_again_soon,
    "the handle of a service that has ended does not name a new one")
{
	struct skynet_context *context;
	uint32_t first;
	int i;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(NULL, NULL);
	first = skynet_context_handle(context);
	skynet_exit(context);
	for (i = 0; i < 100000; i++) {
		context = host_service(NULL, NULL);
		ATF_REQUIRE(skynet_context_handle(context) != first);
		skynet_exit(context);
	}
	host_run_to_end(0);
}

HOST_TC(handles_are_not_given_again_in_the_next_run,
    "who kept a handle over skynet_run does not reach a stranger")
{
	uint32_t first;

	ATF_REQUIRE_EQ(0, skynet_init());
	first = skynet_context_handle(host_service(NULL, NULL));
	skynet_abort();
	host_run_to_end(0);
	ATF_REQUIRE_EQ(0, skynet_init());
	ATF_CHECK(skynet_context_handle(host_service(NULL, NULL)) != first);
	skynet_abort();
	host_run_to_end(0);
}

HOST_TC(push_to_nobody_fails_and_keeps_ownership,
    "-1 with ESRCH for 0, an unknown handle and a service that has ended")
{
	struct skynet_context *context;
	uint32_t handle;
	char *data;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(NULL, NULL);
	handle = skynet_context_handle(context);
	data = skynet_malloc(2);
	ATF_REQUIRE(data != NULL);
	memcpy(data, "x", 2);
	ATF_CHECK_ERRNO(ESRCH, push_text(0, data) == -1);
	ATF_CHECK_ERRNO(ESRCH, push_text(handle + 12345, data) == -1);
	skynet_exit(context);
	ATF_CHECK_ERRNO(ESRCH, push_text(handle, data) == -1);
	ATF_CHECK_STREQ("x", data);
	skynet_free(data);
	host_run_to_end(0);
}

HOST_TC(nothing_is_accepted_outside_init_and_run,
    "no service and no message before skynet_init and after skynet_run")
{
	uint32_t handle;

	ATF_CHECK_ERRNO(EINVAL, skynet_context_new(NULL, NULL) == NULL);
	ATF_CHECK_ERRNO(ESRCH, push_text(1, NULL) == -1);
	ATF_REQUIRE_EQ(0, skynet_init());
	handle = skynet_context_handle(host_service(NULL, NULL));
	skynet_abort();
	host_run_to_end(0);
	ATF_CHECK_ERRNO(ESRCH, push_text(handle, NULL) == -1);
	ATF_CHECK_ERRNO(EINVAL, skynet_context_new(NULL, NULL) == NULL);
	memory_all_returned();
}

struct leaver {
	uint32_t	 handle;
	int		 calls;
	int		 sent;
};

static int
leave(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct leaver *leaver;

	leaver = ud;
	(void)count_call(context, &leaver->calls, type, session, source,
	    message, size);
	skynet_exit(context);
	skynet_exit(context);
	leaver->handle = skynet_context_handle(context);
	leaver->sent = skynet_send(context, 0, leaver->handle, PTYPE_TEXT, 0,
	    NULL, 0);
	return (0);
}

HOST_TC(context_lives_until_its_callback_returns,
    "after skynet_exit in a callback ctx is valid, and no message follows")
{
	struct leaver leaver;
	struct skynet_context *context;
	uint32_t handle;
	int i;

	memset(&leaver, 0, sizeof(leaver));
	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(leave, &leaver);
	handle = skynet_context_handle(context);
	for (i = 0; i < 100; i++)
		ATF_REQUIRE_EQ(0, skynet_send(context, 0, handle, PTYPE_TEXT,
		    0, (void *)(uintptr_t)"data", 4));
	host_run_to_end(0);
	ATF_CHECK_EQ(1, leaver.calls);
	ATF_CHECK_EQ(handle, leaver.handle);
	ATF_CHECK_EQ(-1, leaver.sent);
}

HOST_TC(exit_before_run_drains_the_queue,
    "a service may be ended before it ever ran, with messages or without")
{
	struct skynet_context *context;
	int calls;

	calls = 0;
	ATF_REQUIRE_EQ(0, skynet_init());
	skynet_exit(NULL);
	skynet_exit(host_service(count_call, &calls));
	context = host_service(count_call, &calls);
	ATF_REQUIRE_EQ(0, skynet_send(context, 0,
	    skynet_context_handle(context), PTYPE_TEXT, 0,
	    (void *)(uintptr_t)"data", 4));
	skynet_exit(context);
	host_run_to_end(0);
	ATF_CHECK_EQ(0, calls);
}

static int
become_abort(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	int *calls;

	calls = ud;
	(void)count_call(context, &calls[0], type, session, source, message,
	    size);
	skynet_callback(context, &calls[1], abort_call);
	return (0);
}

HOST_TC(callback_can_be_changed,
    "skynet_callback decides what gets the next message")
{
	struct skynet_context *context;
	int calls[2];

	memset(calls, 0, sizeof(calls));
	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(NULL, NULL);
	skynet_callback(context, calls, become_abort);
	host_poke(context);
	host_poke(context);
	host_poke(context);
	host_run_to_end(0);
	ATF_CHECK_EQ(1, calls[0]);
	ATF_CHECK_EQ(1, calls[1]);
}

HOST_TC(service_without_callback_drops_its_messages,
    "a message for a service that has no callback is freed")
{
	struct skynet_context *context;
	int calls;

	calls = 0;
	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(NULL, NULL);
	ATF_REQUIRE_EQ(0, skynet_send(context, 0,
	    skynet_context_handle(context), PTYPE_TEXT, 0,
	    (void *)(uintptr_t)"data", 4));
	host_poke(host_service(abort_call, &calls));
	host_run_to_end(0);
}

HOST_TC(want_of_memory_makes_no_half_service,
    "skynet_context_new fails with ENOMEM at each of its allocations")
{
	struct skynet_context *context;
	size_t before;
	long n;

	ATF_REQUIRE_EQ(0, skynet_init());
	before = memory_blocks();
	context = NULL;
	for (n = 0; context == NULL; n++) {
		ATF_CHECK_EQ(before, memory_blocks());
		memory_fail_from(n + 1);
		context = skynet_context_new(NULL, NULL);
		(void)memory_fail_end();
		ATF_REQUIRE(context != NULL || errno == ENOMEM);
	}
	ATF_CHECK(n > 3);	/* service, queue, table */
	skynet_exit(context);
	host_run_to_end(0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, handles_are_distinct_and_not_zero);
	ATF_TP_ADD_TC(tp, handle_is_not_given_again_soon);
	ATF_TP_ADD_TC(tp, handles_are_not_given_again_in_the_next_run);
	ATF_TP_ADD_TC(tp, push_to_nobody_fails_and_keeps_ownership);
	ATF_TP_ADD_TC(tp, nothing_is_accepted_outside_init_and_run);
	ATF_TP_ADD_TC(tp, context_lives_until_its_callback_returns);
	ATF_TP_ADD_TC(tp, exit_before_run_drains_the_queue);
	ATF_TP_ADD_TC(tp, callback_can_be_changed);
	ATF_TP_ADD_TC(tp, service_without_callback_drops_its_messages);
	ATF_TP_ADD_TC(tp, want_of_memory_makes_no_half_service);
	return (atf_no_error());
}
