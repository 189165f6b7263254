/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A server of 2^20 ids: linked with a library that was compiled with
 * SOCKET_SERVER_ID_BITS=20.  A connect whose name is still being looked up has
 * an id and no descriptor.
 */

#include <sys/types.h>

#include <atf-c.h>
#include <errno.h>
#include <stdlib.h>

#include "harness.h"
#include "server.h"

#define MANY	200000

static void
open_many(struct test_server *ts, int *id, int n)
{
	int i;

	resolver_hold();
	for (i = 0; i < n; i++) {
		id[i] = socket_server_connect(ts->server, TEST_OWNER,
		    "localhost", 9);
		ATF_REQUIRE_MSG(id[i] > 0, "no id after %d", i);
	}
}

static int
count_infos(struct test_server *ts)
{
	struct socket_info *each, *list;
	int n;

	n = 0;
	list = socket_server_info(ts->server);
	for (each = list; each != NULL; each = each->next)
		n++;
	socket_info_release(list);
	return (n);
}

ATF_TC_WITHOUT_HEAD(l1_more_sockets_than_a_small_server_has_ids);
ATF_TC_BODY(l1_more_sockets_than_a_small_server_has_ids, tc)
{
	struct test_server *ts;
	struct test_stream stream;
	int i, *id;

	ATF_REQUIRE_MSG(SS_SLOTS == 1 << 20,
	    "this program is compiled for %d ids", SS_SLOTS);
	id = calloc(MANY, sizeof(*id));
	ATF_REQUIRE(id != NULL);
	ts = test_server_create(TEST_STEP);
	open_many(ts, id, MANY);
	ATF_CHECK_EQ(MANY, count_infos(ts));
	/* One like any other among so many. */
	stream = test_connected(ts);
	ATF_CHECK_EQ(0, test_send(ts, stream.id, "to", 2));
	plain_expect(stream.fd, "to", 2);
	plain_write(stream.fd, "fro", 3);
	expect_data(ts, stream.id, "fro", 3);
	for (i = 0; i < MANY; i++)
		socket_server_close(ts->server, TEST_OWNER, id[i]);
	for (i = 0; i < MANY; i++)
		(void)expect_message_of(ts, id[i], SOCKET_CLOSE);
	ATF_CHECK_EQ(1, count_infos(ts));
	resolver_let_go();
	plain_close(stream.fd);
	test_server_release(ts);
	free(id);
}

ATF_TC(e1_all_of_a_large_server_s_ids_in_use);
ATF_TC_HEAD(e1_all_of_a_large_server_s_ids_in_use, tc)
{

	atf_tc_set_md_var(tc, "require.memory", "1g");
}
ATF_TC_BODY(e1_all_of_a_large_server_s_ids_in_use, tc)
{
	struct test_server *ts;
	int *id;

	id = calloc(SS_SLOTS, sizeof(*id));
	ATF_REQUIRE(id != NULL);
	ts = test_server_create(TEST_STEP);
	open_many(ts, id, SS_SLOTS);
	ATF_CHECK_EQ(-1, socket_server_connect(ts->server, TEST_OWNER,
	    "127.0.0.1", 9));
	ATF_CHECK_EQ(EMFILE, errno);
	ATF_CHECK_EQ(-1, socket_server_udp(ts->server, TEST_OWNER, NULL, 0));
	socket_server_close(ts->server, TEST_OWNER, id[SS_SLOTS / 2]);
	(void)expect_message(ts, SOCKET_CLOSE, id[SS_SLOTS / 2]);
	ATF_CHECK(socket_server_udp(ts->server, TEST_OWNER, NULL, 0) > 0);
	resolver_let_go();
	test_server_release(ts);
	free(id);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, l1_more_sockets_than_a_small_server_has_ids);
	ATF_TP_ADD_TC(tp, e1_all_of_a_large_server_s_ids_in_use);
	return (atf_no_error());
}
