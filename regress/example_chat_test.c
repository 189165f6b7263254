/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "example.h"
#include "harness.h"

/* A guest who has been welcomed. */
static int
guest(int port)
{
	char line[256];
	int fd;

	fd = plain_connect(AF_INET, port);
	example_line(fd, line, sizeof(line));
	ATF_CHECK_STREQ("Welcome.  Say something.", line);
	return (fd);
}

EXAMPLE_TC(chat_all_others_hear, "chat passes lines on, without control bytes")
{
	struct example chat;
	int anna, bert, carl;

	chat = example_start(tc, "chat");
	anna = guest(chat.port);
	bert = guest(chat.port);
	example_line_with(anna, "is here");
	carl = guest(chat.port);
	example_line_with(anna, "is here");
	example_line_with(bert, "is here");
	plain_write(anna, "good \033[31mday\r\n", 15);
	example_line_with(bert, ": good [31mday");
	example_line_with(carl, ": good [31mday");
	plain_write(bert, "you ", 4);
	plain_write(bert, "too\n", 4);
	example_line_with(anna, ": you too");
	plain_expect(carl, plain_name(bert), strlen(plain_name(bert)));
	example_line_with(carl, ": you too");
	plain_end(carl);
	plain_expect_end(carl);
	example_line_with(anna, "has gone");
	example_line_with(bert, "has gone");
	plain_close(anna);
	example_line_with(bert, "has gone");
	plain_close(bert);
	plain_close(carl);
	example_end(&chat, SIGTERM);
}

EXAMPLE_TC(chat_slow_reader_dropped, "chat drops who does not read (W-3)")
{
	static char line[500];
	struct example chat;
	struct pollfd listening;
	int i, loud, slow;

	chat = example_start(tc, "chat");
	loud = guest(chat.port);
	slow = plain_connect_narrow(chat.port);
	example_line_with(loud, "is here");
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\n';
	listening.fd = loud;
	listening.events = POLLIN;
	for (i = 0; poll(&listening, 1, 0) == 0; i++) {
		ATF_REQUIRE_MSG(i < 100000, "nobody is too slow");
		plain_write(loud, line, sizeof(line));
	}
	example_line_with(loud, "is too slow");
	plain_close(slow);
	plain_close(loud);
	example_end(&chat, SIGTERM);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, chat_all_others_hear);
	ATF_TP_ADD_TC(tp, chat_slow_reader_dropped);
	return (atf_no_error());
}
