/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * message_host.h: a host of the test's own, two functions, that keeps each
 * message as it was pushed.  The test's thread is the network thread, too.
 */

#ifndef MESSAGE_HOST_H
#define MESSAGE_HOST_H

#include <atf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness.h"
#include "skynet.h"
#include "skynet_socket.h"

struct skynet_context {
	uint32_t	 handle;
	bool		 dead;		/* pushes to it fail */
};

extern struct skynet_context	 alice, bob;
extern int			 message_refused;	/* pushes that failed */

void	message_set_up(void);
/* Ends the poll, and fails the case unless all came back. */
void	message_tear_down(void);

/*
 * The next message of all, its wrapping checked (M-4, M-5); good until the next
 * call.
 */
struct skynet_socket_message	*message_expect(const struct skynet_context *,
				    int type, int id);
/* sz of the message behind it, as pushed. */
size_t	message_raw_size(void);
/* Whether one waits to be expected. */
bool	message_waiting(void);
const char	*message_text(const struct skynet_socket_message *);

/* Polls until the server has carried out what was commanded before. */
void	message_fence(void);

/* A started listener of alice's. */
int	message_listener(int *port);
/* A connection accepted and started by alice, its listener closed again. */
int	message_accepted(int *fd);

#define MESSAGE_TC(name, text)						\
	ATF_TC(name);							\
	ATF_TC_HEAD(name, tc)						\
	{								\
		atf_tc_set_md_var(tc, "descr", "%s", text);		\
		atf_tc_set_md_var(tc, "timeout", "10");			\
	}								\
	ATF_TC_BODY(name, tc)

#endif /* MESSAGE_HOST_H */
