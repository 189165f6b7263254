/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Bound terminals.
 */

#include <sys/types.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "harness.h"

/* A pseudo-terminal that changes no byte. */
static void
open_terminal(int *master, int *slave)
{
	struct termios termios;
	const char *name;

	*master = posix_openpt(O_RDWR | O_NOCTTY);
	if (*master == -1)
		atf_tc_skip("no pseudo-terminals: %s", strerror(errno));
	ATF_REQUIRE_EQ(0, grantpt(*master));
	ATF_REQUIRE_EQ(0, unlockpt(*master));
	name = ptsname(*master);
	ATF_REQUIRE(name != NULL);
	*slave = open(name, O_RDWR | O_NOCTTY);
	ATF_REQUIRE(*slave != -1);
	ATF_REQUIRE_EQ(0, tcgetattr(*slave, &termios));
	termios.c_iflag &= (tcflag_t)~(ICRNL | INLCR | IXON | ISTRIP);
	termios.c_oflag &= (tcflag_t)~OPOST;
	termios.c_lflag &= (tcflag_t)~(ECHO | ICANON | ISIG | IEXTEN);
	ATF_REQUIRE_EQ(0, tcsetattr(*slave, TCSANOW, &termios));
}

ATF_TC_WITHOUT_HEAD(f5_terminal);
ATF_TC_BODY(f5_terminal, tc)
{
	struct test_server *ts;
	int id, master, slave;

	ts = test_server_create(TEST_THREAD);
	open_terminal(&master, &slave);
	id = test_bind(ts, slave);
	plain_write(master, "typed\n", 6);
	expect_data(ts, id, "typed\n", 6);
	ATF_CHECK_EQ(0, test_send(ts, id, "shown\n", 6));
	plain_expect(master, "shown\n", 6);
	test_close(ts, id);
	ATF_CHECK(fcntl(slave, F_GETFD) != -1);
	plain_close(slave);
	plain_close(master);
	expect_none(ts, 0);
	test_server_release(ts);
}

static void
hang_up(bool of_master)
{
	const struct test_message *message;
	struct test_server *ts;
	int end[2], id;

	ts = test_server_create(TEST_THREAD);
	open_terminal(&end[0], &end[1]);
	id = test_bind(ts, end[of_master ? 0 : 1]);
	plain_close(end[of_master ? 1 : 0]);
	/* Systems differ in whether it is an error; the end is one CLOSE. */
	message = expect_any_of(ts, id);
	if (message->type == SOCKET_ERR)
		message = expect_any_of(ts, id);
	ATF_CHECK_EQ(SOCKET_CLOSE, message->type);
	expect_none(ts, 0);
	ATF_CHECK(fcntl(end[of_master ? 0 : 1], F_GETFD) != -1);
	socket_server_close(ts->server, TEST_OWNER, id);
	expect_none(ts, 0);
	plain_close(end[of_master ? 0 : 1]);
	test_server_release(ts);
}

ATF_TC_WITHOUT_HEAD(f5_hang_up_of_a_bound_terminal);
ATF_TC_BODY(f5_hang_up_of_a_bound_terminal, tc)
{

	hang_up(false);
}

ATF_TC_WITHOUT_HEAD(f5_hang_up_seen_by_a_bound_master);
ATF_TC_BODY(f5_hang_up_seen_by_a_bound_master, tc)
{

	hang_up(true);
}

ATF_TC_WITHOUT_HEAD(f5_terminal_blocks_again_when_none_is_bound);
ATF_TC_BODY(f5_terminal_blocks_again_when_none_is_bound, tc)
{
	struct test_server *ts;
	int first, master, second, slave, twin;

	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master == -1)
		atf_tc_skip("no pseudo-terminals: %s", strerror(errno));
	ATF_REQUIRE_EQ(0, grantpt(master));
	ATF_REQUIRE_EQ(0, unlockpt(master));
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	ATF_REQUIRE(slave != -1);
	twin = dup(slave);
	ATF_REQUIRE(twin != -1);
	ts = test_server_create(TEST_THREAD);
	first = test_bind(ts, slave);
	second = test_bind(ts, twin);
	socket_server_close(ts->server, TEST_OWNER, first);
	(void)expect_message(ts, SOCKET_CLOSE, first);
	expect_fence(ts);
	ATF_CHECK((fcntl(slave, F_GETFL) & O_NONBLOCK) != 0);
	socket_server_close(ts->server, TEST_OWNER, second);
	(void)expect_message(ts, SOCKET_CLOSE, second);
	expect_fence(ts);
	ATF_CHECK((fcntl(slave, F_GETFL) & O_NONBLOCK) == 0);
	test_server_release(ts);
	plain_close(twin);
	plain_close(slave);
	plain_close(master);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, f5_terminal);
	ATF_TP_ADD_TC(tp, f5_hang_up_of_a_bound_terminal);
	ATF_TP_ADD_TC(tp, f5_hang_up_seen_by_a_bound_master);
	ATF_TP_ADD_TC(tp, f5_terminal_blocks_again_when_none_is_bound);
	return (atf_no_error());
}
