/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <signal.h>

#include "example.h"
#include "harness.h"
#include "plain_udp.h"

EXAMPLE_TC(echo_tcp_half_closed, "echo answers all before a half-close (L-2)")
{
	struct example echo;
	int fd;

	echo = example_start(tc, "echo");
	fd = plain_connect(AF_INET, echo.port);
	plain_write_pattern(fd, 0, 300000);
	plain_end(fd);
	plain_expect_pattern(fd, 0, 300000);
	plain_expect_end(fd);
	plain_close(fd);
	example_end(&echo, SIGTERM);
}

EXAMPLE_TC(echo_slow_reader, "echo stops reading from who does not read (W-3)")
{
	struct example echo;
	size_t sent;
	int fd, lively;

	echo = example_start(tc, "echo");
	fd = plain_connect_narrow(echo.port);
	lively = plain_connect(AF_INET, echo.port);
	/* Some megabytes are taken, then no more; others go on. */
	sent = example_fill(fd);
	plain_write(lively, "still here", 10);
	plain_expect(lively, "still here", 10);
	plain_end(fd);
	ATF_CHECK_EQ(sent, plain_pattern_until_end(fd, 0));
	plain_close(fd);
	plain_close(lively);
	example_end(&echo, SIGTERM);
}

EXAMPLE_TC(echo_udp, "echo answers datagrams (F-11)")
{
	struct example echo;
	char big[1400];
	int fd, port;

	echo = example_start(tc, "echo");
	fd = plain_udp(AF_INET, &port);
	plain_udp_send(fd, echo.port, "a datagram", 10);
	ATF_CHECK_EQ(echo.port, plain_udp_expect(fd, "a datagram", 10));
	pattern_fill(big, 0, sizeof(big));
	plain_udp_send(fd, echo.port, big, sizeof(big));
	ATF_CHECK_EQ(echo.port, plain_udp_expect(fd, big, sizeof(big)));
	plain_close(fd);
	example_end(&echo, SIGINT);
}

EXAMPLE_TC(demo_ends_well, "the demo gets back all that it has sent")
{

	ATF_CHECK_EQ(0, example_status(tc, "demo"));
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, echo_tcp_half_closed);
	ATF_TP_ADD_TC(tp, echo_slow_reader);
	ATF_TP_ADD_TC(tp, echo_udp);
	ATF_TP_ADD_TC(tp, demo_ends_well);
	return (atf_no_error());
}
