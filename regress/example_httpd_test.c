/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>

#include <atf-c.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "example.h"
#include "harness.h"

/* The requests are written, and what comes until the end is the answer. */
static void
ask(int port, const char *requests, char *answers, size_t size)
{
	int fd;

	fd = plain_connect(AF_INET, port);
	plain_write(fd, requests, strlen(requests));
	example_rest(fd, answers, size);
	plain_close(fd);
}

static int
count(const char *text, const char *part)
{
	int n;

	for (n = 0; (text = strstr(text, part)) != NULL; n++)
		text += strlen(part);
	return (n);
}

ATF_TC(httpd_curl);
ATF_TC_HEAD(httpd_curl, tc)
{

	atf_tc_set_md_var(tc, "descr", "curl(1) gets two pages by one "
	    "connection");
	atf_tc_set_md_var(tc, "require.progs", "curl");
}
ATF_TC_BODY(httpd_curl, tc)
{
	char command[256], text[1024];
	struct example httpd;
	FILE *curl;
	size_t n;

	httpd = example_start(tc, "httpd");
	(void)snprintf(command, sizeof(command), "curl -q -s -S --noproxy '*' "
	    "--max-time 10 -w '%%{http_code} %%{num_connects}\\n' "
	    "http://127.0.0.1:%d/hello http://127.0.0.1:%d/none?x", httpd.port,
	    httpd.port);
	curl = popen(command, "r");
	ATF_REQUIRE(curl != NULL);
	n = fread(text, 1, sizeof(text) - 1, curl);
	text[n] = '\0';
	ATF_CHECK_EQ(0, pclose(curl));
	ATF_CHECK_STREQ("Hello, world\n200 1\nSorry.\n404 0\n", text);
	example_end(&httpd, SIGTERM);
}

EXAMPLE_TC(httpd_requests_in_a_row, "all are answered, up to the one that "
    "ends the connection")
{
	struct example httpd;
	char text[4096];

	httpd = example_start(tc, "httpd");
	ask(httpd.port, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
	    "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n"
	    "GET /hello HTTP/1.1\r\nHost: x\r\nconnection: Close\r\n\r\n"
	    "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", text, sizeof(text));
	ATF_CHECK_EQ(3, count(text, "HTTP/1.1 200 OK\r\n"));
	ATF_CHECK_EQ(3, count(text, "Content-Length: 13\r\n"));
	ATF_CHECK_EQ(2, count(text, "\r\n\r\nHello, world\n"));
	ATF_CHECK_EQ(1, count(text, "Connection: close\r\n"));
	ask(httpd.port, "GET /hello HTTP/1.0\r\n\r\n", text, sizeof(text));
	ATF_CHECK_EQ(1, count(text, "\r\n\r\nHello, world\n"));
	example_end(&httpd, SIGTERM);
}

EXAMPLE_TC(httpd_request_in_pieces, "a request may come byte by byte")
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	struct example httpd;
	char text[4096];
	size_t i;
	int fd;

	httpd = example_start(tc, "httpd");
	fd = plain_connect(AF_INET, httpd.port);
	for (i = 0; i < sizeof(request) - 1; i++)
		plain_write(fd, request + i, 1);
	plain_end(fd);
	example_rest(fd, text, sizeof(text));
	ATF_CHECK_EQ(1, count(text, "HTTP/1.1 200 OK\r\n"));
	ATF_CHECK_EQ(1, count(text, "<title>httpd</title>"));
	plain_close(fd);
	example_end(&httpd, SIGTERM);
}

EXAMPLE_TC(httpd_nonsense, "what is no request is refused")
{
	static char junk[20000];
	struct example httpd;
	char text[4096];
	int fd;

	httpd = example_start(tc, "httpd");
	ask(httpd.port, "hello\r\n\r\n", text, sizeof(text));
	ATF_CHECK_EQ(1, count(text, "HTTP/1.1 400 "));
	ask(httpd.port, "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nGET ",
	    text, sizeof(text));
	ATF_CHECK_EQ(1, count(text, "HTTP/1.1 501 "));
	ATF_CHECK_EQ(1, count(text, "HTTP/1.1 "));

	memset(junk, 'x', sizeof(junk));
	fd = plain_connect(AF_INET, httpd.port);
	plain_write(fd, junk, sizeof(junk));
	example_rest(fd, text, sizeof(text));
	ATF_CHECK_EQ(1, count(text, "HTTP/1.1 400 "));
	plain_close(fd);
	example_end(&httpd, SIGTERM);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, httpd_curl);
	ATF_TP_ADD_TC(tp, httpd_requests_in_a_row);
	ATF_TP_ADD_TC(tp, httpd_request_in_pieces);
	ATF_TP_ADD_TC(tp, httpd_nonsense);
	return (atf_no_error());
}
