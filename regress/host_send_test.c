/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "host_support.h"
#include "skynet_mq.h"
#include "skynet_server.h"
#include "skynet_socket.h"

/* The last message that a service got, and how many. */
struct inbox {
	int		 calls;
	int		 keep;		/* what the callback returns */
	int		 last;		/* end after so many */
	int		 type;
	int		 session;
	uint32_t	 source;
	const void	*message;
	size_t		 size;
	char		 text[32];
};

static int
note_message(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	struct inbox *inbox;

	inbox = ud;
	inbox->calls++;
	inbox->type = type;
	inbox->session = session;
	inbox->source = source;
	inbox->message = message;
	inbox->size = size;
	if (type != PTYPE_SOCKET && message != NULL &&
	    size < sizeof(inbox->text))
		memcpy(inbox->text, message, size + 1);
	if (inbox->calls == inbox->last)
		skynet_exit(context);
	return (inbox->keep);
}

static struct skynet_context *
service_with_inbox(struct inbox *inbox, int last)
{
	memset(inbox, 0, sizeof(*inbox));
	inbox->last = last;
	return (host_service(note_message, inbox));
}

static char *
new_text(const char *text)
{
	char *data;

	data = skynet_malloc(strlen(text) + 1);
	ATF_REQUIRE(data != NULL);
	memcpy(data, text, strlen(text) + 1);
	return (data);
}

HOST_TC(data_is_copied,
    "without DONTCOPY the receiver gets a copy, ended by a NUL beyond the size")
{
	struct inbox inbox;
	struct skynet_context *context;
	char data[] = "abcdef";

	ATF_REQUIRE_EQ(0, skynet_init());
	context = service_with_inbox(&inbox, 1);
	ATF_CHECK_EQ(77, skynet_send(context, 4711,
	    skynet_context_handle(context), PTYPE_CLIENT, 77, data, 3));
	memset(data, 'x', sizeof(data));
	host_run_to_end(0);
	ATF_CHECK_EQ(1, inbox.calls);
	ATF_CHECK_EQ(PTYPE_CLIENT, inbox.type);
	ATF_CHECK_EQ(77, inbox.session);
	ATF_CHECK_EQ(4711, inbox.source);
	ATF_CHECK_EQ(3, inbox.size);
	ATF_CHECK_STREQ("abc", inbox.text);
}

HOST_TC(data_is_passed_on,
    "with DONTCOPY the receiver gets the sender's block, and 0 frees it")
{
	struct inbox inbox;
	struct skynet_context *context;
	char *data;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = service_with_inbox(&inbox, 1);
	data = new_text("block");
	ATF_CHECK_EQ(0, skynet_send(context, 0, skynet_context_handle(context),
	    PTYPE_TEXT | PTYPE_TAG_DONTCOPY, 0, data, 5));
	host_run_to_end(0);
	ATF_CHECK_EQ(data, inbox.message);
	ATF_CHECK_EQ(PTYPE_TEXT, inbox.type);
	ATF_CHECK_STREQ("block", inbox.text);
}

HOST_TC(callback_may_keep_the_data,
    "a callback that returns 1 owns the block")
{
	struct inbox inbox;
	struct skynet_context *context;
	char *data;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = service_with_inbox(&inbox, 1);
	inbox.keep = 1;
	data = new_text("block");
	ATF_CHECK_EQ(0, skynet_send(context, 0, skynet_context_handle(context),
	    PTYPE_TEXT | PTYPE_TAG_DONTCOPY, 0, data, 5));
	ATF_REQUIRE_EQ(0, skynet_run(0));
	ATF_CHECK_EQ(1, memory_blocks());
	ATF_CHECK_STREQ("block", data);
	skynet_free(data);
}

HOST_TC(source_is_the_sender,
    "source 0 stands for the sender's own handle")
{
	struct inbox inbox;
	struct skynet_context *context, *sender;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = service_with_inbox(&inbox, 1);
	sender = host_service(NULL, NULL);
	ATF_CHECK_EQ(0, skynet_send(sender, 0, skynet_context_handle(context),
	    PTYPE_TEXT, 0, NULL, 0));
	ATF_CHECK(skynet_context_handle(sender) != 0);
	inbox.type = -1;
	skynet_exit(sender);
	host_run_to_end(0);
	ATF_CHECK(inbox.source != 0);
	ATF_CHECK_EQ(PTYPE_TEXT, inbox.type);
	ATF_CHECK(inbox.message == NULL);
	ATF_CHECK_EQ(0, inbox.size);
}

HOST_TC(send_to_nobody_frees_what_was_passed_on,
    "destination 0 or gone: -1, and DONTCOPY data is freed, other data is not")
{
	struct skynet_context *context, *gone;
	uint32_t handle;
	size_t before;
	char data[] = "mine";

	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(NULL, NULL);
	gone = host_service(NULL, NULL);
	handle = skynet_context_handle(gone);
	skynet_exit(gone);
	before = memory_blocks();
	ATF_CHECK_ERRNO(ESRCH, skynet_send(context, 0, handle,
	    PTYPE_TEXT | PTYPE_TAG_DONTCOPY, 5, new_text("a"), 1) == -1);
	ATF_CHECK_ERRNO(ESRCH, skynet_send(context, 0, handle, PTYPE_TEXT, 5,
	    data, 4) == -1);
	ATF_CHECK_ERRNO(EINVAL, skynet_send(context, 0, 0,
	    PTYPE_TEXT | PTYPE_TAG_DONTCOPY, 5, new_text("a"), 1) == -1);
	ATF_CHECK_ERRNO(EINVAL, skynet_send(context, 0, 0, PTYPE_TEXT, 5,
	    data, 4) == -1);
	ATF_CHECK_ERRNO(EINVAL, skynet_send(NULL, 0, 1,
	    PTYPE_TEXT | PTYPE_TAG_DONTCOPY, 5, new_text("a"), 1) == -1);
	ATF_CHECK_STREQ("mine", data);
	ATF_CHECK_EQ(before, memory_blocks());
	skynet_exit(context);
	host_run_to_end(0);
}

HOST_TC(size_must_leave_room_for_the_type,
    "a size in the type's byte is -2 with EMSGSIZE, and passed data is freed")
{
	struct skynet_context *context;
	size_t before;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(NULL, NULL);
	before = memory_blocks();
	ATF_CHECK_ERRNO(EMSGSIZE, skynet_send(context, 0,
	    skynet_context_handle(context), PTYPE_TEXT | PTYPE_TAG_DONTCOPY, 0,
	    new_text("a"), (size_t)MESSAGE_TYPE_MASK + 1) == -2);
	ATF_CHECK_ERRNO(EMSGSIZE, skynet_send(context, 0,
	    skynet_context_handle(context), PTYPE_TEXT, 0,
	    (void *)(uintptr_t)"a", SIZE_MAX) == -2);
	ATF_CHECK_EQ(before, memory_blocks());
	skynet_exit(context);
	host_run_to_end(0);
}

HOST_TC(sessions_are_new_and_positive,
    "ALLOCSESSION takes a new number, returns it and sends it along")
{
	struct inbox inbox;
	struct skynet_context *context;
	int i, last, session;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = service_with_inbox(&inbox, 100);
	last = 0;
	for (i = 0; i < 100; i++) {
		session = skynet_send(context, 0,
		    skynet_context_handle(context),
		    PTYPE_RESERVED_LUA | PTYPE_TAG_ALLOCSESSION, 0, NULL, 0);
		ATF_CHECK(session > last);
		last = session;
	}
	host_run_to_end(0);
	ATF_CHECK_EQ(last, inbox.session);
	ATF_CHECK_EQ(PTYPE_RESERVED_LUA, inbox.type);
}

HOST_TC(session_alone_needs_no_destination,
    "ALLOCSESSION to nobody without data only takes a number")
{
	struct skynet_context *context;
	int first;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(NULL, NULL);
	first = skynet_send(context, 0, 0, PTYPE_TAG_ALLOCSESSION, 0, NULL, 0);
	ATF_CHECK(first > 0);
	ATF_CHECK(skynet_send(context, 0, 0, PTYPE_TAG_ALLOCSESSION, 0, NULL,
	    0) > first);
	skynet_exit(context);
	host_run_to_end(0);
}

HOST_TC(want_of_memory_loses_no_passed_data,
    "a send that finds no memory is -1 with ENOMEM and leaks nothing")
{
	struct skynet_context *context;
	size_t before;
	int i, result;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(NULL, NULL);
	before = memory_blocks();
	memory_fail_from(1);
	ATF_CHECK_ERRNO(ENOMEM, skynet_send(context, 0,
	    skynet_context_handle(context), PTYPE_TEXT, 0,
	    (void *)(uintptr_t)"a", 1) == -1);
	(void)memory_fail_end();
	ATF_CHECK_EQ(before, memory_blocks());

	/* The queue grows at some time; that is refused too. */
	result = 0;
	for (i = 0; i < 100000 && result == 0; i++) {
		before = memory_blocks();
		memory_fail_from(2);
		result = skynet_send(context, 0,
		    skynet_context_handle(context), PTYPE_TEXT, 0,
		    (void *)(uintptr_t)"a", 1);
	}
	ATF_CHECK_ERRNO(ENOMEM, result == -1);
	(void)memory_fail_end();
	ATF_CHECK_EQ(before, memory_blocks());
	skynet_exit(context);
	host_run_to_end(0);
}

/* What the socket layer pushes for data that has come. */
static void
push_socket_data(uint32_t handle)
{
	struct skynet_message message;
	struct skynet_socket_message *sm;

	sm = skynet_calloc(1, sizeof(*sm));
	ATF_REQUIRE(sm != NULL);
	sm->type = SKYNET_SOCKET_TYPE_DATA;
	sm->id = INT_MAX;	/* names nothing */
	sm->ud = 4;
	sm->buffer = new_text("data");
	message.source = 0;
	message.session = 0;
	message.data = sm;
	message.sz = sizeof(*sm) | (size_t)PTYPE_SOCKET << MESSAGE_TYPE_SHIFT;
	ATF_REQUIRE_EQ(0, skynet_context_push(handle, &message));
}

HOST_TC(drained_queue_frees_everything,
    "messages that nobody gets are freed, with the buffers of socket messages")
{
	struct inbox inbox;
	struct skynet_context *context;
	uint32_t handle;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = host_service(NULL, NULL);
	handle = skynet_context_handle(context);
	push_socket_data(handle);
	ATF_REQUIRE_EQ(0, skynet_send(context, 0, handle, PTYPE_TEXT, 0,
	    (void *)(uintptr_t)"text", 4));
	/* A program's own PTYPE_SOCKET message carries what it likes. */
	ATF_REQUIRE_EQ(0, skynet_send(context, 0, handle, PTYPE_SOCKET, 0,
	    (void *)(uintptr_t)"not a socket's message, but long", 32));
	skynet_exit(context);
	host_run_to_end(0);

	/* The same with a service that ends while it runs ... */
	ATF_REQUIRE_EQ(0, skynet_init());
	context = service_with_inbox(&inbox, 1);
	host_poke(context);
	push_socket_data(skynet_context_handle(context));
	host_run_to_end(0);

	/* ... and with one that is left over when all ends. */
	ATF_REQUIRE_EQ(0, skynet_init());
	push_socket_data(skynet_context_handle(host_service(NULL, NULL)));
	skynet_abort();
	host_run_to_end(1);
}

HOST_TC(receiver_owns_the_buffer_of_a_socket_message,
    "0 frees the struct skynet_socket_message alone")
{
	struct inbox inbox;
	struct skynet_context *context;

	ATF_REQUIRE_EQ(0, skynet_init());
	context = service_with_inbox(&inbox, 1);
	push_socket_data(skynet_context_handle(context));
	ATF_REQUIRE_EQ(0, skynet_run(0));
	ATF_CHECK_EQ(PTYPE_SOCKET, inbox.type);
	ATF_CHECK_EQ(1, memory_blocks());
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, data_is_copied);
	ATF_TP_ADD_TC(tp, data_is_passed_on);
	ATF_TP_ADD_TC(tp, callback_may_keep_the_data);
	ATF_TP_ADD_TC(tp, source_is_the_sender);
	ATF_TP_ADD_TC(tp, send_to_nobody_frees_what_was_passed_on);
	ATF_TP_ADD_TC(tp, size_must_leave_room_for_the_type);
	ATF_TP_ADD_TC(tp, sessions_are_new_and_positive);
	ATF_TP_ADD_TC(tp, session_alone_needs_no_destination);
	ATF_TP_ADD_TC(tp, want_of_memory_loses_no_passed_data);
	ATF_TP_ADD_TC(tp, drained_queue_frees_everything);
	ATF_TP_ADD_TC(tp, receiver_owns_the_buffer_of_a_socket_message);
	return (atf_no_error());
}
