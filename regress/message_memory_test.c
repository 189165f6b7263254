/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The bridge without memory, with a host of one service.
 */

#include <sys/types.h>

#include <atf-c.h>
#include <errno.h>
#include <string.h>

#include "harness.h"
#include "skynet_malloc.h"
#include "skynet_mq.h"
#include "skynet_server.h"
#include "skynet_socket.h"

struct skynet_context {
	uint32_t	handle;
};

static struct skynet_context	 service = { 1 };
static struct skynet_socket_message	*last;	/* pushed and not yet freed */
static int			 push_errno;	/* of the next push; 0: none */

uint32_t
skynet_context_handle(struct skynet_context *context)
{

	return (context->handle);
}

int
skynet_context_push(uint32_t handle, struct skynet_message *message)
{

	ATF_REQUIRE_EQ(service.handle, handle);
	if (push_errno != 0) {
		errno = push_errno;
		push_errno = 0;
		return (-1);
	}
	ATF_REQUIRE(last == NULL);
	last = message->data;
	return (0);
}

static void
done(void)
{

	ATF_REQUIRE(last != NULL);
	skynet_free(last->buffer);
	skynet_free(last);
	last = NULL;
}

/* Polls until a message of the type has come; others are dropped. */
static void
wait_for(int type)
{

	for (;;) {
		if (last != NULL && last->type == type)
			return;
		if (last != NULL)
			done();
		ATF_REQUIRE(skynet_socket_poll() != 0);
	}
}

static int
listening(int *port)
{
	int id;

	skynet_socket_init();
	id = skynet_socket_listen(&service, "127.0.0.1", 0, 8);
	ATF_REQUIRE(id > 0);
	wait_for(SKYNET_SOCKET_TYPE_CONNECT);
	*port = last->ud;
	done();
	skynet_socket_start(&service, id);
	wait_for(SKYNET_SOCKET_TYPE_CONNECT);
	done();
	return (id);
}

ATF_TC_WITHOUT_HEAD(e2_one_failed_allocation_loses_no_message);
ATF_TC_BODY(e2_one_failed_allocation_loses_no_message, tc)
{
	int fd, id, port;

	id = listening(&port);
	fd = plain_connect(AF_INET, port);
	/* The accept itself needs a chunk of slots no more. */
	memory_fail_at(0);
	wait_for(SKYNET_SOCKET_TYPE_ACCEPT);
	ATF_CHECK(memory_fail_end());
	ATF_CHECK_EQ(id, last->id);
	done();
	plain_close(fd);
	fd = plain_connect(AF_INET, port);
	wait_for(SKYNET_SOCKET_TYPE_ACCEPT);
	done();
	plain_close(fd);
	skynet_socket_free();
	memory_all_returned();
}

ATF_TC_WITHOUT_HEAD(e2_listener_outlives_a_queue_without_memory);
ATF_TC_BODY(e2_listener_outlives_a_queue_without_memory, tc)
{
	int fd, port;

	(void)listening(&port);
	fd = plain_connect(AF_INET, port);
	push_errno = ENOMEM;
	while (push_errno != 0)
		ATF_REQUIRE(skynet_socket_poll() != 0);
	/* The connection is gone, and nothing else. */
	plain_expect_end(fd);
	plain_close(fd);
	fd = plain_connect(AF_INET, port);
	wait_for(SKYNET_SOCKET_TYPE_ACCEPT);
	done();
	plain_close(fd);
	skynet_socket_free();
	memory_all_returned();
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, e2_one_failed_allocation_loses_no_message);
	ATF_TP_ADD_TC(tp, e2_listener_outlives_a_queue_without_memory);
	return (atf_no_error());
}
