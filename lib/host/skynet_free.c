/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <stdlib.h>

#include "skynet_malloc.h"

void
skynet_free(void *block)
{
	free(block);
}
