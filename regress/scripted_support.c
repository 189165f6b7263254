/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <poll.h>
#include <string.h>

#include "harness.h"
#include "scripted_support.h"
#include "skynet_malloc.h"

struct socket_server *
scripted_create(void)
{
	struct socket_server *ss;

	ss = ss_create(0, SOCKET_DIALECT_DOCUMENT, &skynet_poller_scripted);
	ATF_REQUIRE(ss != NULL);
	return (ss);
}

void
scripted_release(struct socket_server *ss)
{

	ATF_CHECK(scripted_done(ss->poller));
	socket_server_release(ss);
	memory_all_returned();
}

struct socket_message
scripted_hear(struct socket_server *ss, int type, int id)
{
	struct socket_message message;
	int heard, more;

	memset(&message, 0, sizeof(message));
	do
		heard = ss_poll(ss, &message, &more, 0);
	while (heard == SS_NOTHING && !scripted_done(ss->poller));
	ATF_REQUIRE_MSG(heard == type, "heard %d, not %d", heard, type);
	ATF_REQUIRE_EQ(id, message.id);
	return (message);
}

void
scripted_hear_nothing(struct socket_server *ss)
{
	struct socket_message message;
	int heard, more;

	do {
		heard = ss_poll(ss, &message, &more, 0);
		ATF_REQUIRE_MSG(heard == SS_NOTHING, "heard %d of %d", heard,
		    message.id);
	} while (!scripted_done(ss->poller));
}

int
scripted_listen(struct socket_server *ss, int *port)
{
	int id;

	id = socket_server_listen(ss, TEST_OWNER, "127.0.0.1", 0, 8);
	ATF_REQUIRE(id > 0);
	*port = scripted_hear(ss, SOCKET_OPEN, id).ud;
	return (id);
}

int
scripted_accept(struct socket_server *ss, int *fd)
{
	int id, listener, port;

	listener = scripted_listen(ss, &port);
	socket_server_start(ss, TEST_OWNER, listener);
	(void)scripted_hear(ss, SOCKET_OPEN, listener);
	*fd = plain_connect(AF_INET, port);
	scripted_event(ss->poller, (uintptr_t)listener, POLLER_READ);
	id = scripted_hear(ss, SOCKET_ACCEPT, listener).ud;
	socket_server_close(ss, TEST_OWNER, listener);
	(void)scripted_hear(ss, SOCKET_CLOSE, listener);
	return (id);
}

int
scripted_accepted(struct socket_server *ss, int *fd)
{
	int id;

	id = scripted_accept(ss, fd);
	socket_server_start(ss, TEST_OWNER, id);
	(void)scripted_hear(ss, SOCKET_OPEN, id);
	return (id);
}

void
scripted_close(struct socket_server *ss, int id)
{

	socket_server_close(ss, TEST_OWNER, id);
	(void)scripted_hear(ss, SOCKET_CLOSE, id);
	ATF_CHECK_EQ(-1, scripted_interest(ss->poller, (uintptr_t)id));
}

void
scripted_await(struct socket_server *ss, int id)
{

	plain_await(ss_slots_find(&ss->slots, id)->fd, POLLIN, "arrive");
}

void
scripted_two_events(struct socket_server *ss, int id0, int what0, int id1,
    int what1)
{
	struct poller_event event[2];

	event[0].key = (uintptr_t)id0;
	event[0].readable = (what0 & POLLER_READ) != 0;
	event[0].writable = (what0 & POLLER_WRITE) != 0;
	event[1].key = (uintptr_t)id1;
	event[1].readable = (what1 & POLLER_READ) != 0;
	event[1].writable = (what1 & POLLER_WRITE) != 0;
	scripted_batch(ss->poller, event, 2);
}

void
scripted_hear_data(struct socket_server *ss, int id, const char *text)
{
	struct socket_message message;

	message = scripted_hear(ss, SOCKET_DATA, id);
	ATF_REQUIRE_EQ(strlen(text), (size_t)message.ud);
	ATF_CHECK_EQ(0, memcmp(text, message.data, strlen(text)));
	skynet_free(message.data);
}

int
scripted_send(struct socket_server *ss, int id, size_t n)
{
	struct socket_sendbuffer buffer;
	void *bytes;

	bytes = skynet_malloc(n);
	ATF_REQUIRE(bytes != NULL);
	pattern_fill(bytes, 0, n);
	buffer.id = id;
	buffer.type = SOCKET_BUFFER_MEMORY;
	buffer.buffer = bytes;
	buffer.sz = n;
	return (socket_server_send(ss, &buffer));
}
