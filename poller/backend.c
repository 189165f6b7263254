/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The one place where a build chooses its poller.
 */

#include "poller.h"

#ifndef SKYNET_POLLER
#error "SKYNET_POLLER must name one of the backends of poller.h"
#endif

const struct poller_ops *const skynet_poller_backend = &SKYNET_POLLER;
