/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * UDP sockets: how they are made, from any thread, and what is sent on them.
 *
 * The descriptor is never connected: a default peer is an address that the
 * library remembers, so that datagrams of others still come in and one may
 * still be answered.
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "send.h"
#include "server.h"
#include "skynet.h"

static int
open_for(const union ss_address *address, bool bound)
{
	int error, fd, on;

	fd = ss_descriptor_socket(address->sa.sa_family, SOCK_DGRAM);
	if (fd == -1)
		return (-1);
	on = 1;
	if (address->sa.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
		    sizeof(on));
	if (!bound ||
	    bind(fd, &address->sa, ss_address_length(address)) == 0)
		return (fd);
	error = errno;
	(void)close(fd);
	errno = error;
	return (-1);
}

/* peer: the address becomes the default peer instead of one's own. */
static int
open_udp(struct socket_server *ss, uintptr_t opaque, const char *host,
    int port, bool bound, bool peer)
{
	struct ss_addresses *addresses;
	union ss_address chosen;
	int family, fd, i;

	addresses = ss_addresses_of(host, port, SOCK_DGRAM);
	if (addresses == NULL)
		return (-1);
	fd = -1;
	for (i = 0; i < addresses->count && fd == -1; i++) {
		chosen = addresses->address[i];
		fd = open_for(&chosen, bound);
	}
	ss_addresses_free(addresses);
	if (fd == -1) {
		skynet_error(NULL, "socket: udp on port %d: error %d", port,
		    errno);
		return (-1);
	}
	family = chosen.sa.sa_family;
	if (!peer)
		memset(&chosen, 0, sizeof(chosen));
	return (ss_open(ss, SS_DATAGRAM, opaque, fd, family, &chosen));
}

static int
refuse(const char *what)
{

	skynet_error(NULL, "socket: udp: %s", what);
	errno = EINVAL;
	return (-1);
}

int
socket_server_udp(struct socket_server *ss, uintptr_t opaque,
    const char *host, int port)
{

	return (open_udp(ss, opaque, host, port, port != 0, false));
}

int
socket_server_udp_listen(struct socket_server *ss, uintptr_t opaque,
    const char *host, int port)
{

	if (port == 0)
		return (refuse("no port to listen on"));
	return (open_udp(ss, opaque, host, port, true, false));
}

int
socket_server_udp_dial(struct socket_server *ss, uintptr_t opaque,
    const char *host, int port)
{

	if (host == NULL || host[0] == '\0' || port == 0)
		return (refuse("no peer's host or port"));
	return (open_udp(ss, opaque, host, port, false, true));
}

/* Locked.  The first address of the socket's own family. */
static int
set_peer_locked(struct ss_socket *s, const struct ss_addresses *addresses)
{
	int i;

	if (s->kind != SS_DATAGRAM) {
		errno = EINVAL;
		return (-1);
	}
	for (i = 0; i < addresses->count; i++) {
		if (addresses->address[i].sa.sa_family == s->family) {
			s->address = addresses->address[i];
			return (0);
		}
	}
	errno = EAFNOSUPPORT;
	return (-1);
}

int
socket_server_udp_connect(struct socket_server *ss, int id, const char *host,
    int port)
{
	struct ss_addresses *addresses;
	struct ss_socket *s;
	int error, result;

	if (host == NULL || host[0] == '\0' || port == 0)
		return (refuse("no peer's host or port"));
	addresses = ss_addresses_of(host, port, SOCK_DGRAM);
	if (addresses == NULL)
		return (-1);
	result = -1;
	error = EBADF;
	s = ss_slots_lock(&ss->slots, id);
	if (s != NULL) {
		result = set_peer_locked(s, addresses);
		error = errno;
		(void)pthread_mutex_unlock(&s->lock);
	}
	ss_addresses_free(addresses);
	errno = error;
	return (result);
}

static enum ss_sent
send_to_locked(struct socket_server *ss, struct ss_socket *s,
    const struct socket_udp_address *packed,
    const struct ss_payload *payload, struct ss_write_list *trash)
{
	union ss_address to;

	if (s->kind != SS_DATAGRAM || !s->accepts) {
		errno = s->kind != SS_DATAGRAM ? EINVAL : ENOTCONN;
		return (SS_SENT_REFUSED);
	}
	if (packed == NULL)
		to = s->address;
	else if (ss_address_unpack(packed, &to) == -1)
		return (SS_SENT_REFUSED);
	if (to.sa.sa_family != s->family) {
		errno = packed == NULL ? EDESTADDRREQ : EAFNOSUPPORT;
		return (SS_SENT_REFUSED);
	}
	return (ss_send_locked(ss, s, payload, SS_PRIORITY_HIGH, &to, trash));
}

int
socket_server_udp_send(struct socket_server *ss,
    const struct socket_udp_address *packed, struct socket_sendbuffer *sb)
{
	struct ss_write_list trash;
	struct ss_payload payload;
	struct ss_socket *s;
	enum ss_sent result;

	if (ss_payload_of(ss, sb, &payload) == -1)
		return (-1);
	STAILQ_INIT(&trash);
	s = ss_slots_lock(&ss->slots, sb->id);
	if (s != NULL) {
		result = send_to_locked(ss, s, packed, &payload, &trash);
		(void)pthread_mutex_unlock(&s->lock);
	} else {
		errno = EBADF;
		result = SS_SENT_REFUSED;
	}
	return (ss_sent_result(&payload, result, &trash));
}

const struct socket_udp_address *
socket_server_udp_address(struct socket_server *ss,
    struct socket_message *message, int *size)
{
	const char *packed;

	(void)ss;
	if (message->data == NULL || message->ud < 0)
		return (NULL);
	packed = message->data + message->ud;
	*size = ss_address_packed_size(packed);
	if (*size == 0)
		return (NULL);
	return ((const struct socket_udp_address *)(const void *)packed);
}
