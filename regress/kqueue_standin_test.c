/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The stand-in for kqueue(2) does what the real ones do.  Linux only.
 *
 * Facts are numbered as in the notes that the stand-in was made from: 1 READ
 * and WRITE on sockets, 3 changes, 4 close and fork, 5 and 6 threads, 8 other
 * descriptors.
 */

#include <sys/types.h>
#include <sys/event.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <netinet/in.h>

#include <atf-c.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "kqueue_support.h"
#include "poller_support.h"

ATF_TC_WITHOUT_HEAD(fact_1_1_idle_reads_nothing_and_has_room);
ATF_TC_BODY(fact_1_1_idle_reads_nothing_and_has_room, tc)
{
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	add_both(kq, fd[0]);
	expect_silence(kq, fd[0], EVFILT_READ);
	expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_data_is_the_number_of_bytes);
ATF_TC_BODY(fact_1_1_data_is_the_number_of_bytes, tc)
{
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	add_both(kq, fd[0]);
	plain_write(fd[1], "abcde", 5);
	expect_event(kq, fd[0], EVFILT_READ, 0, 5);
	plain_expect(fd[0], "ab", 2);
	expect_event(kq, fd[0], EVFILT_READ, 0, 3);
	expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_fin_is_eof_for_reading_alone);
ATF_TC_BODY(fact_1_1_fin_is_eof_for_reading_alone, tc)
{
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	add_both(kq, fd[0]);
	plain_end(fd[1]);
	expect_event(kq, fd[0], EVFILT_READ, EV_EOF, 0);
	plain_expect_end(fd[0]);
	expect_event(kq, fd[0], EVFILT_READ, EV_EOF, 0);
	expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_fin_with_unread_bytes_is_eof_and_data);
ATF_TC_BODY(fact_1_1_fin_with_unread_bytes_is_eof_and_data, tc)
{
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	add_both(kq, fd[0]);
	plain_write(fd[1], "abc", 3);
	plain_end(fd[1]);
	expect_event(kq, fd[0], EVFILT_READ, EV_EOF, 3);
	expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
	plain_expect(fd[0], "abc", 3);
	expect_event(kq, fd[0], EVFILT_READ, EV_EOF, 0);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_reset_is_eof_for_both);
ATF_TC_BODY(fact_1_1_reset_is_eof_for_both, tc)
{
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	add_both(kq, fd[0]);
	plain_write(fd[1], "abc", 3);
	plain_reset(fd[1]);
	expect_event(kq, fd[0], EVFILT_READ, EV_EOF, ANY_DATA);
	expect_event(kq, fd[0], EVFILT_WRITE, EV_EOF, ANY_DATA);
	/* Looking has not taken the error away. */
	plain_expect_reset(fd[0]);
	expect_event(kq, fd[0], EVFILT_READ, EV_EOF, 0);
	expect_event(kq, fd[0], EVFILT_WRITE, EV_EOF, ANY_DATA);
	plain_close(fd[0]);
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_own_end_is_eof_for_writing_for_ever);
ATF_TC_BODY(fact_1_1_own_end_is_eof_for_writing_for_ever, tc)
{
	int fd[2], i, kq;

	for (i = 0; i < 2; i++) {
		kq = open_queue();
		if (i == 0)
			tcp_pair(fd);
		else
			plain_socketpair(fd);
		add_both(kq, fd[0]);
		plain_end(fd[0]);
		expect_event(kq, fd[0], EVFILT_WRITE, EV_EOF, ANY_DATA);
		expect_silence(kq, fd[0], EVFILT_READ);
		plain_write(fd[1], "a", 1);
		expect_event(kq, fd[0], EVFILT_READ, 0, 1);
		expect_event(kq, fd[0], EVFILT_WRITE, EV_EOF, ANY_DATA);
		close_pair(kq, fd);
	}
}

ATF_TC_WITHOUT_HEAD(fact_1_1_own_end_of_reading_is_eof_for_ever);
ATF_TC_BODY(fact_1_1_own_end_of_reading_is_eof_for_ever, tc)
{
	int fd[2], kq;

	kq = open_queue();
	tcp_pair(fd);
	add_both(kq, fd[0]);
	ATF_REQUIRE_EQ(0, shutdown(fd[0], SHUT_RD));
	expect_event(kq, fd[0], EVFILT_READ, EV_EOF, 0);
	expect_event(kq, fd[0], EVFILT_WRITE, 0, ANY_DATA);
	close_pair(kq, fd);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_local_peer_gone_is_eof_for_both);
ATF_TC_BODY(fact_1_1_local_peer_gone_is_eof_for_both, tc)
{
	int fd[2], kq;

	kq = open_queue();
	plain_socketpair(fd);
	add_both(kq, fd[0]);
	plain_write(fd[1], "abc", 3);
	plain_close(fd[1]);
	expect_event(kq, fd[0], EVFILT_READ, EV_EOF, 3);
	expect_event(kq, fd[0], EVFILT_WRITE, EV_EOF, ANY_DATA);
	plain_close(fd[0]);
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_refused_connect_is_eof_for_both);
ATF_TC_BODY(fact_1_1_refused_connect_is_eof_for_both, tc)
{
	socklen_t length;
	int error, fd, kq, port, refusing;

	kq = open_queue();
	refusing = plain_refusing_port(&port);
	fd = begin_connect(port);
	add_both(kq, fd);
	expect_event(kq, fd, EVFILT_READ, EV_EOF, ANY_DATA);
	expect_event(kq, fd, EVFILT_WRITE, EV_EOF, ANY_DATA);
	length = sizeof(error);
	ATF_REQUIRE_EQ(0, getsockopt(fd, SOL_SOCKET, SO_ERROR, &error,
	    &length));
	ATF_CHECK_EQ(ECONNREFUSED, error);
	expect_event(kq, fd, EVFILT_READ, EV_EOF, ANY_DATA);
	expect_event(kq, fd, EVFILT_WRITE, EV_EOF, ANY_DATA);
	plain_close(fd);
	plain_close(refusing);
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_never_connected_is_silent_until_it_is);
ATF_TC_BODY(fact_1_1_never_connected_is_silent_until_it_is, tc)
{
	struct sockaddr_in address;
	socklen_t length;
	int fd, kq, listener, port;

	kq = open_queue();
	listener = plain_listen(AF_INET, &port);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ATF_REQUIRE(fd != -1);
	add_both(kq, fd);
	expect_silence(kq, fd, EVFILT_READ);
	expect_silence(kq, fd, EVFILT_WRITE);
	length = sizeof(address);
	ATF_REQUIRE_EQ(0, getsockname(listener, (struct sockaddr *)&address,
	    &length));
	ATF_REQUIRE_EQ(0, connect(fd, (struct sockaddr *)&address,
	    sizeof(address)));
	expect_event(kq, fd, EVFILT_WRITE, 0, ANY_DATA);
	expect_silence(kq, fd, EVFILT_READ);
	plain_close(fd);
	plain_close(listener);
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_listener_counts_connections);
ATF_TC_BODY(fact_1_1_listener_counts_connections, tc)
{
	int accepted, client[2], kq, listener, port;

	kq = open_queue();
	listener = plain_listen(AF_INET, &port);
	add_both(kq, listener);
	expect_silence(kq, listener, EVFILT_READ);
	client[0] = plain_connect(AF_INET, port);
	client[1] = plain_connect(AF_INET, port);
	expect_event(kq, listener, EVFILT_READ, 0, 2);
	expect_silence(kq, listener, EVFILT_WRITE);
	accepted = plain_accept(listener);
	expect_event(kq, listener, EVFILT_READ, 0, 1);
	plain_close(accepted);
	plain_close(client[0]);
	plain_close(client[1]);
	plain_close(listener);
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_local_listener_is_never_writable);
ATF_TC_BODY(fact_1_1_local_listener_is_never_writable, tc)
{
	struct sockaddr_un address;
	int accepted, client, kq, listener;

	kq = open_queue();
	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	(void)strcpy(address.sun_path, "socket");
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ATF_REQUIRE_EQ(0, bind(listener, (struct sockaddr *)&address,
	    sizeof(address)));
	ATF_REQUIRE_EQ(0, listen(listener, 5));
	add_both(kq, listener);
	expect_silence(kq, listener, EVFILT_WRITE);
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	ATF_REQUIRE_EQ(0, connect(client, (struct sockaddr *)&address,
	    sizeof(address)));
	expect_event(kq, listener, EVFILT_READ, 0, 1);
	expect_silence(kq, listener, EVFILT_WRITE);
	accepted = plain_accept(listener);
	expect_silence(kq, listener, EVFILT_READ);
	plain_close(accepted);
	plain_close(client);
	plain_close(listener);
	(void)unlink("socket");
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_1_1_datagram_error_is_no_eof);
ATF_TC_BODY(fact_1_1_datagram_error_is_no_eof, tc)
{
	struct sockaddr_in address;
	socklen_t length;
	int fd, gone, kq;

	kq = open_queue();
	gone = socket(AF_INET, SOCK_DGRAM, 0);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ATF_REQUIRE(gone != -1 && fd != -1);
	length = sizeof(address);
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ATF_REQUIRE_EQ(0, bind(gone, (struct sockaddr *)&address, length));
	ATF_REQUIRE_EQ(0, getsockname(gone, (struct sockaddr *)&address,
	    &length));
	ATF_REQUIRE_EQ(0, connect(fd, (struct sockaddr *)&address, length));
	plain_close(gone);
	add_both(kq, fd);
	expect_silence(kq, fd, EVFILT_READ);
	ATF_REQUIRE_EQ(1, send(fd, "a", 1, 0));
	expect_event(kq, fd, EVFILT_READ, 0, 0);
	expect_event(kq, fd, EVFILT_WRITE, 0, ANY_DATA);
	plain_close(fd);
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_8_pipe_read_end);
ATF_TC_BODY(fact_8_pipe_read_end, tc)
{
	char bytes[3];
	int end[2], kq;

	kq = open_queue();
	plain_pipe(end);
	add_both(kq, end[0]);
	expect_silence(kq, end[0], EVFILT_READ);
	plain_write(end[1], "abc", 3);
	expect_event(kq, end[0], EVFILT_READ, 0, 3);
	plain_close(end[1]);
	expect_event(kq, end[0], EVFILT_READ, EV_EOF, 3);
	expect_silence(kq, end[0], EVFILT_WRITE);
	ATF_REQUIRE_EQ(3, read(end[0], bytes, sizeof(bytes)));
	expect_event(kq, end[0], EVFILT_READ, EV_EOF, 0);
	plain_close(end[0]);
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_8_pipe_write_end);
ATF_TC_BODY(fact_8_pipe_write_end, tc)
{
	int end[2], kq;

	kq = open_queue();
	plain_pipe(end);
	add_both(kq, end[1]);
	expect_event(kq, end[1], EVFILT_WRITE, 0, ANY_DATA);
	plain_close(end[0]);
	expect_event(kq, end[1], EVFILT_WRITE, EV_EOF, 0);
	expect_silence(kq, end[1], EVFILT_READ);
	ATF_REQUIRE_EQ(0, change_knote(kq, end[1], EVFILT_WRITE, EV_DELETE));
	ATF_CHECK_EQ(-1, change_knote(kq, end[1], EVFILT_WRITE, EV_ADD));
#ifdef KQUEUE_STANDIN_NETBSD
	ATF_CHECK_EQ(EBADF, errno);
#else
	ATF_CHECK_EQ(EPIPE, errno);
#endif
	plain_close(end[1]);
	plain_close(kq);
}

ATF_TC_WITHOUT_HEAD(fact_8_queue_in_a_queue);
ATF_TC_BODY(fact_8_queue_in_a_queue, tc)
{
	int end[2], inner, kq;

	kq = open_queue();
	inner = open_queue();
	plain_pipe(end);
	ATF_REQUIRE_EQ(0, change_knote(inner, end[0], EVFILT_READ, EV_ADD));
	ATF_REQUIRE_EQ(0, change_knote(kq, inner, EVFILT_READ, EV_ADD));
	ATF_CHECK_EQ(-1, change_knote(kq, kq, EVFILT_READ, EV_ADD));
	ATF_CHECK_EQ(EINVAL, errno);
	expect_silence(kq, inner, EVFILT_READ);
	plain_write(end[1], "a", 1);
	expect_event(kq, inner, EVFILT_READ, 0, ANY_DATA);
	plain_close(inner);
	expect_nothing(kq);
	plain_close(end[0]);
	plain_close(end[1]);
	plain_close(kq);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, fact_1_1_idle_reads_nothing_and_has_room);
	ATF_TP_ADD_TC(tp, fact_1_1_data_is_the_number_of_bytes);
	ATF_TP_ADD_TC(tp, fact_1_1_fin_is_eof_for_reading_alone);
	ATF_TP_ADD_TC(tp, fact_1_1_fin_with_unread_bytes_is_eof_and_data);
	ATF_TP_ADD_TC(tp, fact_1_1_reset_is_eof_for_both);
	ATF_TP_ADD_TC(tp, fact_1_1_own_end_is_eof_for_writing_for_ever);
	ATF_TP_ADD_TC(tp, fact_1_1_own_end_of_reading_is_eof_for_ever);
	ATF_TP_ADD_TC(tp, fact_1_1_local_peer_gone_is_eof_for_both);
	ATF_TP_ADD_TC(tp, fact_1_1_refused_connect_is_eof_for_both);
	ATF_TP_ADD_TC(tp, fact_1_1_never_connected_is_silent_until_it_is);
	ATF_TP_ADD_TC(tp, fact_1_1_listener_counts_connections);
	ATF_TP_ADD_TC(tp, fact_1_1_local_listener_is_never_writable);
	ATF_TP_ADD_TC(tp, fact_1_1_datagram_error_is_no_eof);
	ATF_TP_ADD_TC(tp, fact_8_pipe_read_end);
	ATF_TP_ADD_TC(tp, fact_8_pipe_write_end);
	ATF_TP_ADD_TC(tp, fact_8_queue_in_a_queue);
	return (atf_no_error());
}
