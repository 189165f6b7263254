/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include <sys/types.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netdb.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "skynet.h"
#include "skynet_malloc.h"

/* The tags of a packed address, as the original has them. */
#define PACKED_INET	1
#define PACKED_INET6	2
#define PACKED_PORT	1	/* offsets: tag, port, address */
#define PACKED_HOST	3

socklen_t
ss_address_length(const union ss_address *address)
{

	if (address->sa.sa_family == AF_INET6)
		return (sizeof(address->in6));
	return (sizeof(address->in));
}

void
ss_address_host(const union ss_address *address, char *text, size_t size)
{
	const void *host;

	if (address->sa.sa_family == AF_INET6)
		host = &address->in6.sin6_addr;
	else
		host = &address->in.sin_addr;
	if (inet_ntop(address->sa.sa_family, host, text,
	    (socklen_t)size) == NULL)
		text[0] = '\0';
}

void
ss_address_text(const union ss_address *address, char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN];

	host[0] = '\0';
	switch (address->sa.sa_family) {
	case AF_INET:
		(void)inet_ntop(AF_INET, &address->in.sin_addr, host,
		    sizeof(host));
		(void)snprintf(text, size, "%s:%d", host,
		    ss_address_port(address));
		break;
	case AF_INET6:
		(void)inet_ntop(AF_INET6, &address->in6.sin6_addr, host,
		    sizeof(host));
		(void)snprintf(text, size, "[%s]:%d", host,
		    ss_address_port(address));
		break;
	default:
		text[0] = '\0';
		break;
	}
}

int
ss_address_port(const union ss_address *address)
{

	switch (address->sa.sa_family) {
	case AF_INET:
		return (ntohs(address->in.sin_port));
	case AF_INET6:
		return (ntohs(address->in6.sin6_port));
	default:
		return (0);
	}
}

int
ss_address_pack(const union ss_address *address, void *packed)
{
	unsigned char *bytes;

	bytes = packed;
	if (address->sa.sa_family == AF_INET6) {
		bytes[0] = PACKED_INET6;
		memcpy(bytes + PACKED_PORT, &address->in6.sin6_port,
		    sizeof(address->in6.sin6_port));
		memcpy(bytes + PACKED_HOST, &address->in6.sin6_addr,
		    sizeof(address->in6.sin6_addr));
	} else {
		bytes[0] = PACKED_INET;
		memcpy(bytes + PACKED_PORT, &address->in.sin_port,
		    sizeof(address->in.sin_port));
		memcpy(bytes + PACKED_HOST, &address->in.sin_addr,
		    sizeof(address->in.sin_addr));
	}
	return (ss_address_packed_size(packed));
}

int
ss_address_unpack(const void *packed, union ss_address *address)
{
	const unsigned char *bytes;

	bytes = packed;
	memset(address, 0, sizeof(*address));
	switch (bytes[0]) {
	case PACKED_INET:
		address->in.sin_family = AF_INET;
		memcpy(&address->in.sin_port, bytes + PACKED_PORT,
		    sizeof(address->in.sin_port));
		memcpy(&address->in.sin_addr, bytes + PACKED_HOST,
		    sizeof(address->in.sin_addr));
		return (0);
	case PACKED_INET6:
		address->in6.sin6_family = AF_INET6;
		memcpy(&address->in6.sin6_port, bytes + PACKED_PORT,
		    sizeof(address->in6.sin6_port));
		memcpy(&address->in6.sin6_addr, bytes + PACKED_HOST,
		    sizeof(address->in6.sin6_addr));
		return (0);
	default:
		errno = EINVAL;
		return (-1);
	}
}

int
ss_address_packed_size(const void *packed)
{
	const unsigned char *bytes;

	bytes = packed;
	switch (bytes[0]) {
	case PACKED_INET:
		return (PACKED_HOST + (int)sizeof(struct in_addr));
	case PACKED_INET6:
		return (PACKED_HOST + (int)sizeof(struct in6_addr));
	default:
		return (0);
	}
}

static int
usable(const struct addrinfo *ai)
{

	return ((ai->ai_family == AF_INET || ai->ai_family == AF_INET6) &&
	    ai->ai_addrlen <= sizeof(union ss_address));
}

struct ss_addresses *
ss_addresses_look_up(const char *host, int port, int socktype, int numeric,
    int *gai)
{
	struct addrinfo hints, *ai, *list;
	struct ss_addresses *found;
	char service[16];
	size_t count;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = socktype;
	hints.ai_flags = AI_NUMERICSERV | (numeric ? AI_NUMERICHOST : 0);
	(void)snprintf(service, sizeof(service), "%d", port);
	*gai = getaddrinfo(host, service, &hints, &list);
	if (*gai != 0)
		return (NULL);
	count = 0;
	for (ai = list; ai != NULL; ai = ai->ai_next)
		count += usable(ai) ? 1 : 0;
	found = NULL;
	if (count == 0) {
		*gai = EAI_NONAME;
	} else {
		found = skynet_calloc(1, sizeof(*found) +
		    count * sizeof(found->address[0]));
		if (found == NULL)
			*gai = EAI_MEMORY;
	}
	for (ai = list; found != NULL && ai != NULL; ai = ai->ai_next) {
		if (usable(ai))
			memcpy(&found->address[found->count++], ai->ai_addr,
			    ai->ai_addrlen);
	}
	freeaddrinfo(list);
	return (found);
}

int
ss_host_check(const char *host)
{

	if (host != NULL && strlen(host) > SS_HOST_MAX) {
		errno = EINVAL;
		return (-1);
	}
	return (0);
}

void
ss_addresses_free(struct ss_addresses *addresses)
{

	skynet_free(addresses);
}

struct ss_addresses *
ss_addresses_of(const char *host, int port, int socktype)
{
	struct ss_addresses *addresses;
	int gai;

	if (host == NULL || host[0] == '\0')
		host = "0.0.0.0";
	if (port < 0 || port > 65535 || ss_host_check(host) == -1) {
		skynet_error(NULL, "socket: bad host or port %d", port);
		errno = EINVAL;
		return (NULL);
	}
	addresses = ss_addresses_look_up(host, port, socktype, 0, &gai);
	if (addresses == NULL) {
		skynet_error(NULL, "socket: host %s: %s", host,
		    gai_strerror(gai));
		if (gai == EAI_MEMORY)
			errno = ENOMEM;
		else if (gai != EAI_SYSTEM)
			errno = EINVAL;
	}
	return (addresses);
}
