/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The answers of httpd: pages that lie in memory.
 */

#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

struct skynet_context;

/*
 * Answers one request, a string of header lines.  Returns whether the
 * connection is to be kept for another one.
 */
int	http_answer(struct skynet_context *, int id, const char *request);

#endif /* HTTP_ANSWER_H */
