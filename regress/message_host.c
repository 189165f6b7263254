/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */


#include <sys/types.h>
#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "message_host.h"
#include "skynet_mq.h"
#include "skynet_server.h"

struct pushed {
	STAILQ_ENTRY(pushed)	 entry;
	uint32_t		 handle;
	struct skynet_message	 message;
};

struct skynet_context		 alice = { 0xa11ce, false };
struct skynet_context		 bob = { 0xb0b, false };

int				 message_refused;

static STAILQ_HEAD(, pushed)	 queue = STAILQ_HEAD_INITIALIZER(queue);
static struct pushed		*current;	/* the last one expected */
static bool			*descriptors;

uint32_t
skynet_context_handle(struct skynet_context *context)
{
	return (context->handle);
}

int
skynet_context_push(uint32_t handle, struct skynet_message *message)
{
	struct pushed *pushed;

	if ((handle == alice.handle && alice.dead) ||
	    (handle == bob.handle && bob.dead)) {
		message_refused++;
		return (-1);
	}
	pushed = malloc(sizeof(*pushed));
	ATF_REQUIRE(pushed != NULL);
	pushed->handle = handle;
	pushed->message = *message;
	STAILQ_INSERT_TAIL(&queue, pushed, entry);
	return (0);
}

static void
free_pushed(struct pushed *pushed)
{
	struct skynet_socket_message *sm;

	if (pushed == NULL)
		return;
	sm = pushed->message.data;
	skynet_free(sm->buffer);
	skynet_free(sm);
	free(pushed);
}

void
message_set_up(void)
{
	alice.dead = bob.dead = false;
	message_refused = 0;
	descriptors = descriptor_census();
	skynet_socket_init();
}

void
message_tear_down(void)
{
	struct pushed *pushed;

	skynet_socket_exit();
	while (skynet_socket_poll() != 0)
		continue;
	skynet_socket_free();
	free_pushed(current);
	current = NULL;
	while ((pushed = STAILQ_FIRST(&queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&queue, entry);
		free_pushed(pushed);
	}
	memory_all_returned();
	descriptor_compare(descriptors);
	free(descriptors);
}

const char *
message_text(const struct skynet_socket_message *sm)
{
	return ((const char *)(sm + 1));
}

/* M-4 and M-5, which are true of every message. */
static void
check_wrapping(const struct pushed *pushed)
{
	const struct skynet_socket_message *sm;
	size_t size;

	ATF_CHECK_EQ(0, pushed->message.source);
	ATF_CHECK_EQ(0, pushed->message.session);
	ATF_CHECK_EQ(PTYPE_SOCKET, pushed->message.sz >> MESSAGE_TYPE_SHIFT);
	sm = pushed->message.data;
	size = pushed->message.sz & MESSAGE_TYPE_MASK;
	switch (sm->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
	case SKYNET_SOCKET_TYPE_ACCEPT:
	case SKYNET_SOCKET_TYPE_ERROR:
		ATF_CHECK(sm->buffer == NULL);
		ATF_REQUIRE(size >= sizeof(*sm) && size <= sizeof(*sm) + 128);
		ATF_CHECK_EQ('\0', message_text(sm)[size - sizeof(*sm)]);
		ATF_CHECK_EQ(size - sizeof(*sm), strlen(message_text(sm)));
		break;
	case SKYNET_SOCKET_TYPE_DATA:
	case SKYNET_SOCKET_TYPE_UDP:
		ATF_CHECK(sm->buffer != NULL);
		ATF_CHECK_EQ(sizeof(*sm), size);
		break;
	case SKYNET_SOCKET_TYPE_CLOSE:
	case SKYNET_SOCKET_TYPE_WARNING:
		ATF_CHECK(sm->buffer == NULL);
		ATF_CHECK_EQ(sizeof(*sm), size);
		break;
	default:
		atf_tc_fail("type %d", sm->type);
	}
}

struct skynet_socket_message *
message_expect(const struct skynet_context *context, int type, int id)
{
	struct skynet_socket_message *sm;

	free_pushed(current);
	current = NULL;
	while (STAILQ_EMPTY(&queue))
		ATF_REQUIRE(skynet_socket_poll() != 0);
	current = STAILQ_FIRST(&queue);
	STAILQ_REMOVE_HEAD(&queue, entry);
	check_wrapping(current);
	ATF_CHECK_EQ(context->handle, current->handle);
	sm = current->message.data;
	ATF_REQUIRE_EQ_MSG(type, sm->type, "type %d of %d, not %d of %d (%s)",
	    sm->type, sm->id, type, id,
	    sm->buffer == NULL ? message_text(sm) : "");
	ATF_REQUIRE_EQ(id, sm->id);
	return (sm);
}

size_t
message_raw_size(void)
{
	return (current->message.sz);
}

bool
message_waiting(void)
{
	return (!STAILQ_EMPTY(&queue));
}

void
message_fence(void)
{
	/* A start of an id that is gone is answered with ERROR (F-6). */
	skynet_socket_start(&bob, 0x7ffffff0);
	(void)message_expect(&bob, SKYNET_SOCKET_TYPE_ERROR, 0x7ffffff0);
}

int
message_listener(int *port)
{
	int id;

	id = skynet_socket_listen(&alice, "127.0.0.1", 0, 16);
	ATF_REQUIRE(id > 0);
	*port = message_expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id)->ud;
	skynet_socket_start(&alice, id);
	(void)message_expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	return (id);
}

int
message_accepted(int *fd)
{
	int id, listening, port;

	listening = message_listener(&port);
	*fd = plain_connect(AF_INET, port);
	id = message_expect(&alice, SKYNET_SOCKET_TYPE_ACCEPT, listening)->ud;
	skynet_socket_start(&alice, id);
	(void)message_expect(&alice, SKYNET_SOCKET_TYPE_CONNECT, id);
	skynet_socket_close(&alice, listening);
	(void)message_expect(&alice, SKYNET_SOCKET_TYPE_CLOSE, listening);
	return (id);
}
