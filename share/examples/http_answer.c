/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "skynet.h"
#include "skynet_socket.h"

#include "http_answer.h"

static const struct page {
	const char	*path;
	const char	*type;
	const char	*text;
} pages[] = {
	{ "/", "text/html",
	    "<!DOCTYPE html>\n<title>httpd</title>\n"
	    "<p>An example of libskynet_socket.  <a href=\"/hello\">Hello</a>\n"
	},
	{ "/hello", "text/plain", "Hello, world\n" }
};

static void
respond(struct skynet_context *context, int id, const char *status,
    const struct page *page, int with_body, int keep)
{
	char *response, date[40];
	struct tm tm;
	time_t now;
	int length, size;

	now = time(NULL);
	if (gmtime_r(&now, &tm) == NULL || strftime(date, sizeof(date),
	    "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
		date[0] = '\0';
	length = (int)strlen(page->text);
	size = length + 256;
	response = skynet_malloc((size_t)size);
	if (response == NULL) {
		skynet_socket_close(context, id);
		return;
	}
	size = snprintf(response, (size_t)size, "HTTP/1.1 %s\r\nDate: %s\r\n"
	    "Content-Type: %s\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n"
	    "%s", status, date, page->type, length,
	    keep ? "keep-alive" : "close", with_body ? page->text : "");
	(void)skynet_socket_send(context, id, response, size);
}

/* Whether a header line of this name has the value; case does not matter. */
static int
has_header(const char *line, const char *name, const char *value)
{
	size_t length;

	length = strlen(name);
	while ((line = strstr(line, "\r\n")) != NULL) {
		line += 2;
		if (strncasecmp(line, name, length) != 0 ||
		    line[length] != ':')
			continue;
		line += length + 1;
		line += strspn(line, " \t");
		return (value == NULL ||
		    strncasecmp(line, value, strlen(value)) == 0);
	}
	return (0);
}

int
http_answer(struct skynet_context *context, int id, const char *request)
{
	static const struct page sorry = { "", "text/plain", "Sorry.\n" };
	char method[8], path[256];
	int head, i, keep, minor;

	if (sscanf(request, "%7[A-Z] %255[^ \r\n] HTTP/1.%1d", method, path,
	    &minor) != 3) {
		respond(context, id, "400 Bad Request", &sorry, 1, 0);
		return (0);
	}
	head = strcmp(method, "HEAD") == 0;
	if ((!head && strcmp(method, "GET") != 0) ||
	    has_header(request, "Transfer-Encoding", NULL) ||
	    (has_header(request, "Content-Length", NULL) &&
	    !has_header(request, "Content-Length", "0\r\n"))) {
		respond(context, id, "501 Not Implemented", &sorry, 1, 0);
		return (0);
	}
	keep = minor > 0 ? !has_header(request, "Connection", "close") :
	    has_header(request, "Connection", "keep-alive");
	path[strcspn(path, "?")] = '\0';
	for (i = 0; i < (int)(sizeof(pages) / sizeof(pages[0])); i++) {
		if (strcmp(path, pages[i].path) == 0) {
			respond(context, id, "200 OK", &pages[i], !head,
			    keep);
			return (keep);
		}
	}
	respond(context, id, "404 Not Found", &sorry, !head, keep);
	return (keep);
}
