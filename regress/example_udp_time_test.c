/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "example.h"
#include "harness.h"
#include "plain_udp.h"

EXAMPLE_TC(udp_time, "udp-time tells the time of now")
{
	struct example example;
	char text[128], year[16];
	struct tm tm;
	time_t now;
	size_t n;
	int fd, port;

	example = example_start(tc, "udp-time");
	now = time(NULL);
	ATF_REQUIRE(gmtime_r(&now, &tm) != NULL);
	fd = plain_udp(AF_INET, &port);
	plain_udp_send(fd, example.port, "?", 1);
	n = plain_udp_receive(fd, text, sizeof(text) - 1, &port);
	ATF_CHECK_EQ(example.port, port);
	text[n] = '\0';
	ATF_REQUIRE(strftime(year, sizeof(year), " %Y ", &tm) > 0);
	ATF_CHECK_MSG(strstr(text, year) != NULL || tm.tm_yday > 363,
	    "it said: %s", text);
	ATF_CHECK_MSG(strstr(text, " GMT\r\n") != NULL, "it said: %s", text);
	plain_close(fd);
	example_end(&example, SIGTERM);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, udp_time);
	return (atf_no_error());
}
