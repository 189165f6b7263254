/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * load.h: the load generator.  One thread, the project's own poller.  It starts
 * the server, sends for a while, measures for a while, checks every byte that
 * comes back, and prints what it found: lines of a metric's name and a number.
 */

#ifndef LOAD_H
#define LOAD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poller.h"

#define LOAD_ALARM	120		/* seconds until all is given up */
#define LOAD_EVENTS	128
#define LOAD_READ	(256 * 1024)
#define LOAD_MESSAGE	(64 * 1024)	/* bytes, at most */
#define LOAD_DEPTH	32		/* in flight, at most */

/* histogram.c: nanoseconds, with an error below 2 %. */

#define HISTOGRAM_STEPS		64
#define HISTOGRAM_BUCKETS	(HISTOGRAM_STEPS * 34)

struct histogram {
	uint64_t	 count;
	uint64_t	 bucket[HISTOGRAM_BUCKETS];
};

void		 histogram_add(struct histogram *, uint64_t);
uint64_t	 histogram_percentile(const struct histogram *, double);

/* subject.c: the server that is measured, a child process. */

struct subject {
	pid_t		 pid;
	int		 input;		/* its end ends the server */
	clockid_t	 clock;		/* of its CPU time */
	int		 tcp_port;
	int		 udp_port;
	long		 peak;		/* KB; once it has ended */
};

void		 subject_start(struct subject *, char *argv[]);
double		 subject_cpu(const struct subject *);	/* seconds */
/* KB, and voluntary switches of all threads; -1: this system does not tell. */
long		 subject_resident(const struct subject *);
long		 subject_switches(const struct subject *);
void		 subject_end(struct subject *);

/* pattern.c: the bytes that a stream consists of. */

void		 pattern_begin(void);
/* The bytes of a stream from offset on, as many as LOAD_READ. */
const char	*pattern_at(int stream, uint64_t offset);
/* Ends the program if they differ. */
void		 pattern_check(int stream, uint64_t offset, const char *,
		    size_t);

/* load.c */

struct load;

struct workload {
	const char	*name;
	const char	*mode;		/* of the server */
	void		 (*run)(struct load *);
	int		 connections;
	int		 idle;
	int		 size;		/* bytes of a message */
	int		 depth;		/* messages in flight */
};

struct load {
	struct workload		 workload;	/* with what was asked for */
	struct subject		 subject;
	const struct poller_ops	*ops;
	struct poller		*poller;
	char			*processor;	/* of the server, or NULL */
	double			 warm_up;	/* seconds */
	double			 seconds;
	uint64_t		 now;		/* ns */
	uint64_t		 begin;		/* of the measured time */
	uint64_t		 end;
	bool			 measuring;
	uint64_t		 messages;	/* in that time */
	double			 cpu_begin;
	struct histogram	 latency;
};

uint64_t	 load_clock(void);
void		 load_begin(struct load *);
/*
 * Waits for events, keeps the time; -1: it is over.  timeout in milliseconds.
 */
int		 load_wait(struct load *, struct poller_event *, int timeout);
/* A message came back that was sent at the given time. */
void		 load_message(struct load *, uint64_t sent);
void		 load_report(struct load *);

/* connection.c: the client's end of connections. */

void		 connection_limit(void);
/* Connecting, non-blocking.  number selects the local address. */
int		 connection_begin(struct load *, int number);
/* Connected. */
int		 connection_open(struct load *, int number);
/* As many as asked for, or as can be: their number. */
int		 connection_idle(struct load *, int);

/* The workloads. */

void		 stream_run(struct load *);	/* stream.c */
void		 fan_run(struct load *);	/* fan.c */
void		 churn_run(struct load *);	/* churn.c */
void		 datagrams_run(struct load *);	/* datagrams.c */
void		 still_run(struct load *);	/* still.c */

#endif /* LOAD_H */
