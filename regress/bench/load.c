/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * bench_load: runs one workload against one server.
 *
 *	bench_load [-c connections] [-d depth] [-i idle] [-p processor]
 *	    [-t seconds] [-w warm-up] workload server [argument]
 *
 * With -p the server runs on that processor alone, by taskset(1).
 */

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

static const struct workload workloads[] = {
	/* name, mode, run, connections, idle, size, depth */
	{ "ping", "echo", stream_run, 1, 0, 64, 1 },
	{ "echo100", "echo", stream_run, 100, 0, 64, 1 },
	{ "pipe100", "echo", stream_run, 100, 0, 64, 16 },
	{ "bulk4", "echo", stream_run, 4, 0, 64 * 1024, 4 },
	{ "churn", "plain", churn_run, 8, 0, 64, 1 },
	{ "udp32", "echo", datagrams_run, 1, 0, 64, 32 },
	{ "idle", "echo", stream_run, 50, 15000, 64, 1 },
	{ "fan500", "fan", fan_run, 500, 0, 64, 1 },
	{ "many-small", "small", stream_run, 100, 0, 64, 1 },
	{ "still", "echo", still_run, 0, 15000, 0, 0 }
};

static void
usage(void)
{

	(void)fprintf(stderr, "usage: bench_load [-c connections] [-d depth] "
	    "[-i idle] [-p processor]\n    [-t seconds] [-w warm-up] "
	    "workload server [argument]\n");
	exit(2);
}

uint64_t
load_clock(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return ((uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec);
}

void
load_begin(struct load *load)
{

	load->now = load_clock();
	load->begin = load->now + (uint64_t)(load->warm_up * 1e9);
	load->end = load->begin + (uint64_t)(load->seconds * 1e9);
}

int
load_wait(struct load *load, struct poller_event *events, int timeout)
{

	load->now = load_clock();
	if (!load->measuring && load->now >= load->begin) {
		load->measuring = true;
		load->cpu_begin = subject_cpu(&load->subject);
		load->now = load->begin = load_clock();
		load->end = load->begin + (uint64_t)(load->seconds * 1e9);
	}
	if (load->measuring && load->now >= load->end)
		return (-1);
	return (load->ops->wait(load->poller, events,
	    load->workload.run == datagrams_run ? 1 : LOAD_EVENTS, timeout));
}

void
load_message(struct load *load, uint64_t sent)
{

	if (!load->measuring)
		return;
	load->messages++;
	histogram_add(&load->latency, load->now - sent);
}

void
load_report(struct load *load)
{
	double cpu, messages, seconds;
	uint64_t now;

	cpu = subject_cpu(&load->subject) - load->cpu_begin;
	now = load_clock();
	seconds = (double)(now - load->begin) / 1e9;
	messages = (double)load->messages;
	if (load->messages == 0)
		errx(1, "no message came back");
	(void)printf("rate %.0f\n", messages / seconds);
	(void)printf("cpu_us %.4f\n", cpu * 1e6 / messages);
	(void)printf("cpu_load %.3f\n", cpu / seconds);
	(void)printf("p50_us %.2f\n",
	    (double)histogram_percentile(&load->latency, 50) / 1e3);
	(void)printf("p99_us %.2f\n",
	    (double)histogram_percentile(&load->latency, 99) / 1e3);
	(void)printf("p999_us %.2f\n",
	    (double)histogram_percentile(&load->latency, 99.9) / 1e3);
	(void)printf("idle %d\n", load->workload.idle);
}

static void
options(struct load *load, int argc, char *argv[])
{
	int c, connections, depth, idle;

	connections = depth = idle = -1;
	load->warm_up = 0.1;
	load->seconds = 0.5;
	while ((c = getopt(argc, argv, "+c:d:i:p:t:w:")) != -1)
		switch (c) {
		case 'c':
			connections = atoi(optarg);
			break;
		case 'd':
			depth = atoi(optarg);
			break;
		case 'i':
			idle = atoi(optarg);
			break;
		case 'p':
			load->processor = optarg;
			break;
		case 't':
			load->seconds = atof(optarg);
			break;
		case 'w':
			load->warm_up = atof(optarg);
			break;
		default:
			usage();
		}
	if (argc - optind < 2)
		usage();
	for (c = 0; strcmp(workloads[c].name, argv[optind]) != 0; c++)
		if (c + 1 == sizeof(workloads) / sizeof(workloads[0]))
			errx(2, "no workload %s", argv[optind]);
	load->workload = workloads[c];
	if (connections > 0)
		load->workload.connections = connections;
	if (depth > 0 && depth <= LOAD_DEPTH)
		load->workload.depth = depth;
	if (idle >= 0)
		load->workload.idle = idle;
}

int
main(int argc, char *argv[])
{
	static struct load load;
	char *server[7];
	int n;

	options(&load, argc, argv);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)alarm(LOAD_ALARM);
	connection_limit();
	n = 0;
	if (load.processor != NULL) {
		server[n++] = strdup("taskset");
		server[n++] = strdup("-c");
		server[n++] = load.processor;
	}
	server[n++] = argv[optind + 1];
	server[n++] = strdup(load.workload.mode);
	server[n++] = argv[optind + 2];
	server[n] = NULL;
	subject_start(&load.subject, server);
	load.ops = skynet_poller_backend;
	load.poller = load.ops->create();
	if (load.poller == NULL)
		err(1, "poller");
	pattern_begin();
	load.workload.run(&load);
	if (load.workload.run != still_run)
		load_report(&load);
	subject_end(&load.subject);
	(void)printf("peak_kb %ld\n", load.subject.peak);
	load.ops->destroy(load.poller);
	return (0);
}
