/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The calls of socket_server that only hand a command to the network thread.
 */

#include <string.h>

#include "server.h"
#include "skynet.h"

static int
post(struct socket_server *ss, enum ss_command_type type, uintptr_t opaque,
    int id)
{
	struct ss_command command;

	memset(&command, 0, sizeof(command));
	command.type = type;
	command.id = id;
	command.opaque = opaque;
	return (ss_commands_post(&ss->commands, &command));
}

static int
ask(struct socket_server *ss, enum ss_command_type type, uintptr_t opaque,
    int id)
{

	if (post(ss, type, opaque, id) == 0)
		return (0);
	skynet_error(NULL, "socket: no memory for a command to %d", id);
	return (-1);
}

/* What the caller sends after it has asked for the end is refused at once. */
static void
ask_to_end(struct socket_server *ss, enum ss_command_type type,
    uintptr_t opaque, int id)
{
	struct ss_socket *s;

	if (ask(ss, type, opaque, id) == -1)
		return;
	s = ss_slots_lock(&ss->slots, id);
	if (s == NULL)
		return;
	s->accepts = false;
	(void)pthread_mutex_unlock(&s->lock);
}

void
socket_server_exit(struct socket_server *ss)
{

	if (post(ss, SS_COMMAND_EXIT, 0, 0) == 0)
		return;
	atomic_store(&ss->exit_asked, true);
	ss_commands_attend_all(&ss->commands);
}

void
socket_server_start(struct socket_server *ss, uintptr_t opaque, int id)
{

	(void)ask(ss, SS_COMMAND_START, opaque, id);
}

void
socket_server_pause(struct socket_server *ss, uintptr_t opaque, int id)
{

	(void)ask(ss, SS_COMMAND_PAUSE, opaque, id);
}

void
socket_server_close(struct socket_server *ss, uintptr_t opaque, int id)
{

	ask_to_end(ss, SS_COMMAND_CLOSE, opaque, id);
}

void
socket_server_shutdown(struct socket_server *ss, uintptr_t opaque, int id)
{

	ask_to_end(ss, SS_COMMAND_SHUTDOWN, opaque, id);
}

void
socket_server_nodelay(struct socket_server *ss, int id)
{

	(void)ask(ss, SS_COMMAND_NODELAY, 0, id);
}
