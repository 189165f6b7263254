# $NetBSD$

BUILDLINK_TREE+=	libskynet_socket

.if !defined(LIBSKYNET_SOCKET_BUILDLINK3_MK)
LIBSKYNET_SOCKET_BUILDLINK3_MK:=

BUILDLINK_API_DEPENDS.libskynet_socket+=	libskynet_socket>=0.1
BUILDLINK_PKGSRCDIR.libskynet_socket?=		../../devel/libskynet_socket
BUILDLINK_INCDIRS.libskynet_socket+=		include/skynet

.include "../../mk/pthread.buildlink3.mk"
.endif # LIBSKYNET_SOCKET_BUILDLINK3_MK

BUILDLINK_TREE+=	-libskynet_socket
