/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * A server with nothing to do: how often it wakes up, the memory that it
 * holds, and what each idle connection adds.
 */

#include <stdio.h>
#include <unistd.h>

#include "load.h"

#define SETTLE	(300 * 1000)	/* us */

void
still_run(struct load *load)
{
	long empty, full, switches;
	int connections;

	(void)usleep(SETTLE);
	empty = subject_resident(&load->subject);
	if (empty != -1)
		(void)printf("resident_kb %ld\n", empty);
	connections = connection_idle(load, load->workload.idle);
	(void)usleep(SETTLE);
	full = subject_resident(&load->subject);
	(void)printf("idle %d\n", connections);
	if (full != -1 && connections > 0)
		(void)printf("idle_bytes %.0f\n",
		    (double)(full - empty) * 1024 / connections);
	switches = subject_switches(&load->subject);
	(void)usleep((useconds_t)(load->seconds * 2e6));
	if (switches != -1)
		(void)printf("wakeups %.2f\n",
		    (double)(subject_switches(&load->subject) - switches) /
		    (load->seconds * 2));
}
