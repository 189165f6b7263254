/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A system that has no more threads to give: the program's own pthread_create
 * refuses, and passes on what it does not refuse.
 */

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "host_support.h"

/* ThreadSanitizer must see every thread made, so it gets none of this. */
#if defined(__SANITIZE_THREAD__)
#define CAN_REFUSE	0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CAN_REFUSE	0
#endif
#endif
#ifndef CAN_REFUSE
#define CAN_REFUSE	1
#endif

static atomic_int	 left = -1;	/* threads to be had; -1: all */

#if CAN_REFUSE
int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*start)(void *), void *argument)
{
	int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
	    void *);
	void *symbol;
	int n;

	n = atomic_load(&left);
	if (n == 0)
		return (EAGAIN);
	if (n > 0)
		atomic_store(&left, n - 1);
	symbol = dlsym(RTLD_NEXT, "pthread_create");
	memcpy(&next, &symbol, sizeof(next));
	return (next(thread, attributes, start, argument));
}
#endif

static int
leave(struct skynet_context *context, void *ud, int type, int session,
    uint32_t source, const void *message, size_t size)
{
	int *calls;

	(void)type;
	(void)session;
	(void)source;
	(void)message;
	(void)size;
	calls = ud;
	++*calls;
	skynet_exit(context);
	return (0);
}

HOST_TC(want_of_threads_changes_nothing,
    "-1 with EAGAIN, no message is handled, and fewer threads may be tried")
{
	int calls, n;

	if (!CAN_REFUSE)
		atf_tc_skip("threads cannot be refused in this build");
	calls = 0;
	ATF_REQUIRE_EQ(0, skynet_init());
	host_poke(host_service(leave, &calls));
	for (n = 0; n < 4; n++) {
		atomic_store(&left, n);
		ATF_CHECK_ERRNO(EAGAIN, skynet_run(4) == -1);
		ATF_CHECK_EQ(0, calls);
	}
	atomic_store(&left, 2);
	host_run_to_end(2);
	ATF_CHECK_EQ(1, calls);
}

HOST_TC(no_thread_is_needed_to_run_alone,
    "skynet_run(0) starts none")
{
	int calls;

	calls = 0;
	atomic_store(&left, 0);
	ATF_REQUIRE_EQ(0, skynet_init());
	host_poke(host_service(leave, &calls));
	host_run_to_end(0);
	ATF_CHECK_EQ(1, calls);
}

HOST_TC(want_of_memory_for_the_workers,
    "-1 with ENOMEM, and nothing has changed")
{
	int calls;

	calls = 0;
	ATF_REQUIRE_EQ(0, skynet_init());
	host_poke(host_service(leave, &calls));
	memory_fail_from(1);
	ATF_CHECK_ERRNO(ENOMEM, skynet_run(4) == -1);
	(void)memory_fail_end();
	ATF_CHECK_EQ(0, calls);
	host_run_to_end(4);
	ATF_CHECK_EQ(1, calls);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, want_of_threads_changes_nothing);
	ATF_TP_ADD_TC(tp, no_thread_is_needed_to_run_alone);
	ATF_TP_ADD_TC(tp, want_of_memory_for_the_workers);
	return (atf_no_error());
}
