/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * What the tests of the host share.
 */

#ifndef HOST_SUPPORT_H
#define HOST_SUPPORT_H

#include <atf-c.h>

#include "harness.h"
#include "skynet.h"

/* A case with its promise in words, and an end if the host hangs. */
#define HOST_TC(name, text)						\
	ATF_TC(name);							\
	ATF_TC_HEAD(name, tc)						\
	{								\
		atf_tc_set_md_var(tc, "descr", "%s", text);		\
		atf_tc_set_md_var(tc, "timeout", "60");			\
	}								\
	ATF_TC_BODY(name, tc)

/* Runs to the end, which must come in order and give all memory back. */
static inline void
host_run_to_end(int threads)
{
	ATF_REQUIRE_EQ(0, skynet_run(threads));
	memory_all_returned();
}

/* A service that must exist. */
static inline struct skynet_context *
host_service(skynet_cb callback, void *ud)
{
	struct skynet_context *context;

	context = skynet_context_new(callback, ud);
	ATF_REQUIRE(context != NULL);
	return (context);
}

/* An empty message to a service from itself. */
static inline void
host_poke(struct skynet_context *context)
{
	ATF_REQUIRE_EQ(0, skynet_send(context, 0,
	    skynet_context_handle(context), PTYPE_TEXT, 0, NULL, 0));
}

#endif /* HOST_SUPPORT_H */
