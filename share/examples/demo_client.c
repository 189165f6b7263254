/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The client that is a service.  Its work is a table of steps.  In each it
 * opens a socket, keeps some messages under way until all have come back, and
 * closes the socket; the CLOSE that answers begins the next step.
 */

#include <err.h>

#include "demo.h"
#include "skynet.h"
#include "skynet_socket.h"

enum kind {
	STREAM,
	DATAGRAM,
	REFUSED			/* a connect that must fail */
};

static const struct step {
	const char	*name;
	enum kind	 kind;
	int		 service;	/* DEMO_IPV4, DEMO_IPV6 */
	uint64_t	 messages;
	uint64_t	 under_way;	/* that many at once; 1: sizes vary */
	size_t		 largest;	/* bytes of a message */
} steps[] = {
	{ "short messages",	STREAM,   DEMO_IPV4, 5000, 1, 512 },
	{ "the same, IPv6",	STREAM,   DEMO_IPV6, 5000, 1, 512 },
	{ "stream",		STREAM,   DEMO_IPV4,
	    DEMO_STREAM / 65536, 64, 65536 },
	{ "datagrams",		DATAGRAM, DEMO_IPV4, 2000, 1, 1400 },
	{ "the same, IPv6",	DATAGRAM, DEMO_IPV6, 2000, 1, 1400 },
	{ "refused connect",	REFUSED,  DEMO_IPV4, 0, 0, 0 }
};

#define STEPS	(int)(sizeof(steps) / sizeof(steps[0]))

static struct client {
	struct demo	*demo;
	int		 ready;		/* echo services that have opened */
	int		 step;		/* index of steps */
	int		 id;
	uint64_t	 messages;	/* sent */
	uint64_t	 sent;		/* bytes */
	uint64_t	 received;	/* bytes */
} client;

static size_t
size_of_next(const struct client *c)
{
	const struct step *step;

	step = &steps[c->step];
	if (step->under_way > 1)
		return (step->largest);
	return ((size_t)(c->messages * 37 % step->largest + 1));
}

static void
send_next(struct skynet_context *context, struct client *c)
{
	char *buffer;
	size_t size;
	int result;

	size = size_of_next(c);
	buffer = skynet_malloc(size);
	if (buffer == NULL)
		demo_fail("no memory");
	demo_fill(buffer, c->sent, size);
	if (steps[c->step].kind == DATAGRAM)
		result = skynet_socket_udp_send(context, c->id, NULL, buffer,
		    (int)size);
	else
		result = skynet_socket_send(context, c->id, buffer, (int)size);
	if (result == -1)
		demo_fail("a send was refused");
	c->messages++;
	c->sent += size;
}

static int
may_send(const struct client *c)
{
	const struct step *step;

	step = &steps[c->step];
	return (c->messages < step->messages && c->sent - c->received +
	    step->largest <= step->under_way * step->largest);
}

static void
send_more(struct skynet_context *context, struct client *c)
{

	while (may_send(c))
		send_next(context, c);
}

static void
begin(struct skynet_context *context, struct client *c)
{
	const struct step *step;
	const struct echo *echo;

	while (c->step < STEPS && steps[c->step].service >= c->demo->services)
		c->step++;
	if (c->step == STEPS) {
		c->demo->client_done(c->demo);
		return;
	}
	step = &steps[c->step];
	echo = &c->demo->echo[step->service];
	c->messages = c->sent = c->received = 0;
	demo_step(step->name);
	if (step->kind == DATAGRAM)
		c->id = skynet_socket_udp_dial(context, echo->host,
		    echo->port);
	else
		c->id = skynet_socket_connect(context, echo->host,
		    step->kind == REFUSED ? c->demo->closed_port : echo->port);
	if (c->id == -1)
		demo_fail("no socket");
	if (step->kind == DATAGRAM)
		send_more(context, c);	/* there is no CONNECT to wait for */
}

/* What has come back; ends the step when it was the last. */
static void
receive(struct skynet_context *context, struct client *c,
    const struct skynet_socket_message *message)
{
	const struct step *step;

	step = &steps[c->step];
	if (c->received + (uint64_t)message->ud > c->sent)
		demo_fail("more came back than was sent");
	demo_compare(message->buffer, c->received, (size_t)message->ud);
	skynet_free(message->buffer);
	c->received += (uint64_t)message->ud;
	if (step->kind == DATAGRAM && c->received != c->sent)
		demo_fail("a datagram came back cut");
	if (step->under_way > 1)
		demo_progress(c->received, step->messages * step->largest);
	if (c->messages == step->messages && c->received == c->sent)
		skynet_socket_close(context, c->id);
	else
		send_more(context, c);
}

static void
closed(struct skynet_context *context, struct client *c)
{
	const struct step *step;

	step = &steps[c->step];
	if (c->messages < step->messages || c->received != c->sent)
		demo_fail("closed after %llu of %llu bytes",
		    (unsigned long long)c->received,
		    (unsigned long long)c->sent);
	demo_step_done(step->under_way > 1 ? 1 : c->messages, c->received,
	    NULL);
	c->step++;
	begin(context, c);
}

static void
failed(struct skynet_context *context, struct client *c, const char *text)
{

	if (steps[c->step].kind != REFUSED)
		demo_fail("%s", text);
	demo_step_done(0, 0, text);
	c->step++;
	begin(context, c);
}

static void
socket_event(struct skynet_context *context, struct client *c,
    const struct skynet_socket_message *message)
{

	if (message->id != c->id)
		demo_fail("a message of socket %d, not %d", message->id,
		    c->id);
	switch (message->type) {
	case SKYNET_SOCKET_TYPE_CONNECT:
		if (steps[c->step].kind == REFUSED)
			demo_fail("it was taken");
		if (c->messages > 0)
			break;		/* the answer to start */
		skynet_socket_nodelay(context, c->id);
		skynet_socket_start(context, c->id);
		send_more(context, c);
		break;
	case SKYNET_SOCKET_TYPE_DATA:
	case SKYNET_SOCKET_TYPE_UDP:
		receive(context, c, message);
		break;
	case SKYNET_SOCKET_TYPE_CLOSE:
		closed(context, c);
		break;
	case SKYNET_SOCKET_TYPE_ERROR:
		failed(context, c, (const char *)(message + 1));
		break;
	case SKYNET_SOCKET_TYPE_WARNING:
		break;			/* it reads as fast as it can */
	}
}

/* All echo services have opened. */
static void
all_ready(struct skynet_context *context, struct client *c)
{
	int i;

	for (i = 0; i < c->demo->services; i++)
		demo_print("  echo service on %s port %d, TCP and UDP\n",
		    c->demo->echo[i].host, c->demo->echo[i].port);
	demo_print("  a client that is a service of the library\n");
	begin(context, c);
}

static int
client_callback(struct skynet_context *context, void *ud, int type,
    int session, uint32_t source, const void *message, size_t size)
{
	struct client *c;

	(void)session;
	(void)source;
	(void)size;
	c = ud;
	if (type == PTYPE_SOCKET)
		socket_event(context, c, message);
	else if (++c->ready == c->demo->services)
		all_ready(context, c);
	return (0);
}

void
demo_client_new(struct demo *demo)
{
	struct skynet_context *context;

	client.demo = demo;
	context = skynet_context_new(client_callback, &client);
	if (context == NULL)
		err(1, "client service");
	demo->client = skynet_context_handle(context);
}
