/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * Descriptors: the one place where the library opens and writes them.
 *
 * A write must not raise SIGPIPE.  Sockets take MSG_NOSIGNAL or SO_NOSIGPIPE.
 * A pipe or terminal has F_SETNOSIGPIPE on macOS and NetBSD, where the signal
 * goes to the process; elsewhere it goes to the thread that writes, so it is
 * blocked there around the write and, if the write raised it, taken away before
 * it is unblocked.  The process's disposition is never touched.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "portability.h"

static void
no_sigpipe(int fd)
{
#ifdef SO_NOSIGPIPE
	int on;

	on = 1;
	(void)setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
#else
	(void)fd;
#endif
}

#if !SS_HAVE_ACCEPT4
static int
prepare(int fd)
{
	int error;

	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    ss_descriptor_unblock(fd) == -1) {
		error = errno;
		(void)close(fd);
		errno = error;
		return (-1);
	}
	return (fd);
}
#endif

int
ss_descriptor_socket(int family, int type)
{
	int fd;

#if SS_HAVE_ACCEPT4
	fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
	fd = socket(family, type, 0);
	if (fd != -1)
		fd = prepare(fd);
#endif
	if (fd != -1)
		no_sigpipe(fd);
	return (fd);
}

int
ss_descriptor_accept(int listener, union ss_address *peer)
{
	socklen_t length;
	int fd;

	length = sizeof(*peer);
	memset(peer, 0, sizeof(*peer));
#if SS_HAVE_ACCEPT4
	fd = accept4(listener, &peer->sa, &length,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
	fd = accept(listener, &peer->sa, &length);
	if (fd != -1)
		fd = prepare(fd);
#endif
	if (fd != -1)
		no_sigpipe(fd);
	return (fd);
}

void
ss_descriptor_keepalive(int fd)
{
	int on;

	on = 1;
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

int
ss_descriptor_unblock(int fd)
{
	int flags;

	flags = fcntl(fd, F_GETFL);
	if (flags == -1)
		return (-1);
#if MSG_NOSIGNAL == 0
	no_sigpipe(fd);
#endif
#ifdef F_SETNOSIGPIPE
	(void)fcntl(fd, F_SETNOSIGPIPE, 1);
#endif
	if ((flags & O_NONBLOCK) != 0)
		return (0);
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return (-1);
	return (1);
}

void
ss_descriptor_block(int fd)
{
	int flags;

	flags = fcntl(fd, F_GETFL);
	if (flags != -1)
		(void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

#ifdef F_SETNOSIGPIPE
static ssize_t
write_quietly(int fd, struct iovec *iov, int count)
{

	return (writev(fd, iov, count));
}
#else
static ssize_t
write_quietly(int fd, struct iovec *iov, int count)
{
	sigset_t pending, pipe, saved;
	ssize_t n;
	int error, number;

	(void)sigemptyset(&pending);
	(void)sigpending(&pending);
	if (sigismember(&pending, SIGPIPE) == 1)
		return (writev(fd, iov, count));
	(void)sigemptyset(&pipe);
	(void)sigaddset(&pipe, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &pipe, &saved);
	n = writev(fd, iov, count);
	error = errno;
	if (n == -1 && error == EPIPE) {
		(void)sigemptyset(&pending);
		(void)sigpending(&pending);
		if (sigismember(&pending, SIGPIPE) == 1)
			(void)sigwait(&pipe, &number);
	}
	(void)pthread_sigmask(SIG_SETMASK, &saved, NULL);
	errno = error;
	return (n);
}
#endif

ssize_t
ss_descriptor_writev(int fd, bool is_socket, struct iovec *iov, int count)
{
	struct msghdr message;
	ssize_t n;

	if (!is_socket) {
		n = write_quietly(fd, iov, count);
	} else if (count == 1) {
		n = send(fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL);
	} else {
		memset(&message, 0, sizeof(message));
		message.msg_iov = iov;
		message.msg_iovlen = count;
		n = sendmsg(fd, &message, MSG_NOSIGNAL);
	}
	if (n != -1)
		return (n);
	switch (errno) {
	case EINTR:
#if EWOULDBLOCK != EAGAIN
	case EWOULDBLOCK:
#endif
		errno = EAGAIN;
		break;
	case EPROTOTYPE:	/* macOS: the peer has just vanished */
		errno = ECONNRESET;
		break;
	}
	return (-1);
}
