/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <signal.h>
#include <stdio.h>

#include "example.h"
#include "harness.h"

/* A relay to this port that waits for a second when one side has ended. */
static struct example
relay_start(const atf_tc_t *tc, int port)
{
	char *arguments[8], text[16];

	(void)snprintf(text, sizeof(text), "%d", port);
	arguments[0] = (char *)(uintptr_t)"relay";
	arguments[1] = (char *)(uintptr_t)"-q";
	arguments[2] = (char *)(uintptr_t)"1";
	arguments[3] = (char *)(uintptr_t)"127.0.0.1";
	arguments[4] = text;
	arguments[5] = (char *)(uintptr_t)"127.0.0.1";
	arguments[6] = (char *)(uintptr_t)"0";
	arguments[7] = NULL;
	return (example_run(tc, arguments));
}

EXAMPLE_TC(relay_half_closed, "an answer comes after the client's end (L-2)")
{
	struct example relay;
	int client, listener, port, server;

	listener = plain_listen(AF_INET, &port);
	relay = relay_start(tc, port);
	client = plain_connect(AF_INET, relay.port);
	server = plain_accept(listener);
	plain_write_pattern(client, 0, 200000);
	plain_end(client);
	plain_expect_pattern(server, 0, 200000);
	plain_write_pattern(server, 7, 200000);
	plain_expect_pattern(client, 7, 200000);
	plain_end(server);
	plain_expect_end(client);
	plain_expect_end(server);
	plain_close(server);
	plain_close(client);
	plain_close(listener);
	example_end(&relay, SIGTERM);
}

EXAMPLE_TC(relay_end_is_told, "a silent server is told of the client's end")
{
	struct example echo, relay;
	int client;

	echo = example_start(tc, "echo");
	relay = relay_start(tc, echo.port);
	client = plain_connect(AF_INET, relay.port);
	plain_write_pattern(client, 0, 300000);
	plain_end(client);
	/* The echo ends only when it has been told. */
	plain_expect_pattern(client, 0, 300000);
	plain_expect_end(client);
	plain_close(client);
	example_end(&relay, SIGTERM);
	example_end(&echo, SIGTERM);
}

EXAMPLE_TC(relay_server_ends, "what the server has sent last arrives (F-7)")
{
	struct example relay;
	int client, listener, port, server;

	listener = plain_listen(AF_INET, &port);
	relay = relay_start(tc, port);
	client = plain_connect(AF_INET, relay.port);
	server = plain_accept(listener);
	plain_write_pattern(server, 0, 300000);
	plain_close(server);
	plain_expect_pattern(client, 0, 300000);
	plain_expect_end(client);
	plain_close(client);
	plain_close(listener);
	example_end(&relay, SIGTERM);
}

EXAMPLE_TC(relay_holds_back, "a fast sender waits for a slow reader (W-3)")
{
	struct example relay;
	size_t sent;
	int client, listener, port, server;

	listener = plain_listen(AF_INET, &port);
	relay = relay_start(tc, port);
	client = plain_connect(AF_INET, relay.port);
	server = plain_accept(listener);
	sent = example_fill(client);
	plain_expect_pattern(server, 0, sent);
	/* And it goes on. */
	plain_write_pattern(client, sent, 100000);
	plain_expect_pattern(server, sent, 100000);
	plain_close(client);
	plain_expect_end(server);
	plain_close(server);
	plain_close(listener);
	example_end(&relay, SIGTERM);
}

EXAMPLE_TC(relay_nobody_there, "the client is let go when the host refuses")
{
	struct example relay;
	int client, holder, port;

	holder = plain_refusing_port(&port);
	relay = relay_start(tc, port);
	client = plain_connect(AF_INET, relay.port);
	plain_expect_end(client);
	plain_close(client);
	plain_close(holder);
	example_end(&relay, SIGINT);
}

EXAMPLE_TC(relay_client_resets, "a reset of the client ends the other side")
{
	struct example relay;
	int client, listener, port, server;

	listener = plain_listen(AF_INET, &port);
	relay = relay_start(tc, port);
	client = plain_connect(AF_INET, relay.port);
	server = plain_accept(listener);
	plain_write(client, "x", 1);
	plain_expect(server, "x", 1);
	plain_reset(client);
	plain_expect_end(server);
	plain_close(server);
	plain_close(listener);
	example_end(&relay, SIGTERM);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, relay_half_closed);
	ATF_TP_ADD_TC(tp, relay_end_is_told);
	ATF_TP_ADD_TC(tp, relay_server_ends);
	ATF_TP_ADD_TC(tp, relay_holds_back);
	ATF_TP_ADD_TC(tp, relay_nobody_there);
	ATF_TP_ADD_TC(tp, relay_client_resets);
	return (atf_no_error());
}
