/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A program that defines one of the eight functions that the socket layer calls
 * and leaves the others to the library.  Compiled once for each with
 *
 *	-DREPLACE_MALLOC -DREPLACE_CALLOC -DREPLACE_REALLOC -DREPLACE_FREE
 *	-DREPLACE_NOW -DREPLACE_ERROR -DREPLACE_HANDLE -DREPLACE_PUSH
 *
 * and linked with the archive and with the shared object; neither harness nor
 * poller variant is linked.
 */

#include <atf-c.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "skynet.h"
#include "skynet_mq.h"
#include "skynet_server.h"
#include "skynet_socket.h"

/* Calls of the replaced function by the library. */
static int	 calls;

/* With these two the library's services get nothing. */
static bool	 no_messages;

#ifdef REPLACE_MALLOC
void *
skynet_malloc(size_t size)
{
	calls++;
	return (malloc(size));
}
#endif

#ifdef REPLACE_CALLOC
void *
skynet_calloc(size_t number, size_t size)
{
	calls++;
	return (calloc(number, size));
}
#endif

#ifdef REPLACE_REALLOC
void *
skynet_realloc(void *block, size_t size)
{
	calls++;
	return (realloc(block, size));
}
#endif

#ifdef REPLACE_FREE
void
skynet_free(void *block)
{
	calls++;
	free(block);
}
#endif

#ifdef REPLACE_NOW
uint64_t
skynet_now(void)
{
	calls++;
	return (0);
}
#endif

#ifdef REPLACE_ERROR
void
skynet_error(struct skynet_context *context, const char *format, ...)
{
	(void)context;
	(void)format;
	calls++;
}
#endif

#ifdef REPLACE_HANDLE
uint32_t
skynet_context_handle(struct skynet_context *context)
{
	(void)context;
	calls++;
	return (4711);
}
#endif

#ifdef REPLACE_PUSH
int
skynet_context_push(uint32_t handle, struct skynet_message *message)
{
	(void)handle;
	(void)message;
	calls++;
	return (-1);
}
#endif

struct heard {
	int	 texts;
	int	 responses;
	int	 connects;
};

static int
hear(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct heard *heard;

	(void)session;
	(void)source;
	heard = ud;
	if (type == PTYPE_TEXT && size == 3 && memcmp(message, "abc", 3) == 0)
		heard->texts++;
	else if (type == PTYPE_RESPONSE)
		heard->responses++;
	else if (type == PTYPE_SOCKET)
		heard->connects++;
	if (heard->texts > 0 && heard->responses > 0 && heard->connects > 0)
		skynet_exit(context);
	return (0);
}

/* Something of everything, so that each function has its use. */
static void
use_the_host(struct skynet_context *context)
{
	uint32_t handle;
	int result;

	handle = skynet_context_handle(context);
	ATF_REQUIRE(skynet_socket_listen(context, "127.0.0.1", 0, 5) > 0);
	result = skynet_send(context, 0, handle, PTYPE_TEXT, 0,
	    (void *)(uintptr_t)"abc", 3);
	ATF_CHECK_EQ(no_messages ? -1 : 0, result);
	ATF_CHECK_EQ(1, skynet_timeout(context, 1, 1));
	ATF_CHECK_EQ(-1, skynet_send(context, 0, 0, PTYPE_TEXT, 0,
	    (void *)(uintptr_t)"abc", 3));
}

ATF_TC(one_function_is_the_programs);
ATF_TC_HEAD(one_function_is_the_programs, tc)
{
	atf_tc_set_md_var(tc, "descr", "F-13: the library calls the program's "
	    "function, and its own in all other places");
	atf_tc_set_md_var(tc, "timeout", "20");
}
ATF_TC_BODY(one_function_is_the_programs, tc)
{
	struct heard heard;
	struct skynet_context *context;

#if defined(REPLACE_HANDLE) || defined(REPLACE_PUSH)
	no_messages = true;
#endif
	memset(&heard, 0, sizeof(heard));
	ATF_REQUIRE_EQ(0, skynet_init());
	context = skynet_context_new(hear, &heard);
	ATF_REQUIRE(context != NULL);
	use_the_host(context);
	if (no_messages)
		skynet_abort();
	ATF_REQUIRE_EQ(0, skynet_run(0));
	if (!no_messages) {
		ATF_CHECK_EQ(1, heard.texts);
		ATF_CHECK_EQ(1, heard.responses);
		ATF_CHECK_EQ(1, heard.connects);
	}
#ifdef REPLACE_HANDLE
	/* One of the calls was this program's own. */
	calls--;
#endif
	ATF_CHECK(calls > 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, one_function_is_the_programs);
	return (atf_no_error());
}
