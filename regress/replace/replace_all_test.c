/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A program with a host of its own: it defines all eight functions that the
 * socket layer calls, and uses the layer alone.  Linked with the archive and
 * with the shared object; neither harness nor poller variant is linked.
 */

#include <atf-c.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "skynet.h"
#include "skynet_mq.h"
#include "skynet_server.h"
#include "skynet_socket.h"

/* Of the library's own host; absent unless something has pulled it in. */
int	host_handle_push(uint32_t, const struct skynet_message *)
	    __attribute__((__weak__));
bool	host_stopping(void) __attribute__((__weak__));

struct skynet_context {
	uint32_t	 handle;
};

static struct {
	int	 malloc;
	int	 calloc;
	int	 realloc;
	int	 free;
	int	 now;
	int	 error;
	int	 handle;
	int	 push;
} calls;

static long	 blocks;

/* What was pushed last, to be handled by the one thread there is. */
static struct skynet_message	 messages[64];
static int	 count;

void *
skynet_malloc(size_t size)
{
	calls.malloc++;
	blocks++;
	return (malloc(size));
}

void *
skynet_calloc(size_t number, size_t size)
{
	calls.calloc++;
	blocks++;
	return (calloc(number, size));
}

void *
skynet_realloc(void *block, size_t size)
{
	calls.realloc++;
	if (block == NULL)
		blocks++;
	return (realloc(block, size));
}

void
skynet_free(void *block)
{
	calls.free++;
	if (block != NULL)
		blocks--;
	free(block);
}

uint64_t
skynet_now(void)
{
	calls.now++;
	return (4711);
}

void
skynet_error(struct skynet_context *context, const char *format, ...)
{
	(void)context;
	(void)format;
	calls.error++;
}

uint32_t
skynet_context_handle(struct skynet_context *context)
{
	calls.handle++;
	return (context->handle);
}

int
skynet_context_push(uint32_t handle, struct skynet_message *message)
{
	calls.push++;
	if (handle != 99 || count == 64)
		return (-1);
	messages[count++] = *message;
	return (0);
}

/* Polls for the next message of a type; frees those before it. */
static struct skynet_socket_message *
next_message(int type)
{
	struct skynet_socket_message *sm;

	for (;;) {
		while (count == 0)
			ATF_REQUIRE(skynet_socket_poll() != 0);
		sm = messages[0].data;
		memmove(messages, messages + 1,
		    (size_t)--count * sizeof(messages[0]));
		if (sm->type == type)
			return (sm);
		skynet_free(sm->buffer);
		skynet_free(sm);
	}
}

static int
number_of(struct skynet_socket_message *sm)
{
	int number;

	number = sm->ud;
	skynet_free(sm);
	return (number);
}

ATF_TC(all_functions_are_the_programs);
ATF_TC_HEAD(all_functions_are_the_programs, tc)
{
	atf_tc_set_md_var(tc, "descr", "F-13, M-5: the socket layer works with "
	    "a host of the program's own and without the library's");
	atf_tc_set_md_var(tc, "timeout", "20");
}
ATF_TC_BODY(all_functions_are_the_programs, tc)
{
	struct skynet_context context = { 99 };
	struct skynet_socket_message *sm;
	struct socket_info *info, *list;
	char *data;
	int accepted, connecting, port;

	ATF_CHECK(host_handle_push == NULL);
	ATF_CHECK(host_stopping == NULL);

	skynet_socket_init();
	skynet_socket_start(&context,
	    skynet_socket_listen(&context, "127.0.0.1", 0, 5));
	port = number_of(next_message(SKYNET_SOCKET_TYPE_CONNECT));
	connecting = skynet_socket_connect(&context, "127.0.0.1", port);
	accepted = number_of(next_message(SKYNET_SOCKET_TYPE_ACCEPT));
	skynet_socket_start(&context, accepted);
	data = skynet_malloc(5);
	ATF_REQUIRE(data != NULL);
	memcpy(data, "hello", 5);
	ATF_CHECK_EQ(0, skynet_socket_send(&context, connecting, data, 5));
	sm = next_message(SKYNET_SOCKET_TYPE_DATA);
	ATF_CHECK_EQ(accepted, sm->id);
	ATF_REQUIRE_EQ(5, sm->ud);
	ATF_CHECK(memcmp(sm->buffer, "hello", 5) == 0);
	skynet_free(sm->buffer);
	skynet_free(sm);

	skynet_socket_updatetime();
	list = skynet_socket_info();
	for (info = list; info != NULL; info = info->next)
		ATF_CHECK_EQ(99, info->opaque);
	ATF_CHECK(list != NULL);
	socket_info_release(list);

	/* E-1: a caller would want to know why. */
	ATF_CHECK_EQ(-1, skynet_socket_listen(&context, "127.0.0.1", 99999,
	    5));

	skynet_socket_exit();
	while (skynet_socket_poll() != 0)
		continue;
	skynet_socket_free();
	while (count > 0) {
		sm = messages[--count].data;
		skynet_free(sm->buffer);
		skynet_free(sm);
	}
	ATF_CHECK_EQ(0, blocks);
	ATF_CHECK(calls.malloc > 1);
	ATF_CHECK(calls.calloc + calls.realloc > 0);
	ATF_CHECK(calls.free > 0);
	ATF_CHECK(calls.now > 1);
	ATF_CHECK(calls.error > 0);
	ATF_CHECK(calls.handle > 0);
	ATF_CHECK(calls.push > 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, all_functions_are_the_programs);
	return (atf_no_error());
}
