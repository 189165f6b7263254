# Where things go, what is built, with which flags.  A leaf sets TOP and
# includes this file first.

.if !defined(OPSYS)
OPSYS!=		uname -s
.endif

PREFIX?=	/usr/local
LIBDIR?=	${PREFIX}/lib
INCSDIR?=	${PREFIX}/include
INCLUDEDIR?=	${INCSDIR}
MANDIR?=	${PREFIX}/share/man
PKGCONFIGDIR?=	${LIBDIR}/pkgconfig
EXAMPLESDIR?=	${PREFIX}/share/examples/skynet_socket
TESTSDIR?=	${PREFIX}/tests/skynet_socket

BINMODE?=	555
NOBINMODE?=	444
INSTALL?=	install
# Owners only where somebody names them: ports stage as an ordinary user.
.if defined(BINOWN)
INSTALL_OWNER+=	-o ${BINOWN}
.endif
.if defined(BINGRP)
INSTALL_OWNER+=	-g ${BINGRP}
.endif
INSTALL_OWNER?=
INSTALL_FILE=	${INSTALL} -c ${INSTALL_OWNER} -m ${NOBINMODE}
INSTALL_PROG=	${INSTALL} -c ${INSTALL_OWNER} -m ${BINMODE}
INSTALL_DIR=	${INSTALL} -d

# The poller of the library.
.if !defined(POLLER)
.  if ${OPSYS} == "Linux"
POLLER=		epoll
.  elif ${OPSYS} == "FreeBSD" || ${OPSYS} == "OpenBSD" || \
	${OPSYS} == "NetBSD" || ${OPSYS} == "DragonFly" || \
	${OPSYS} == "Darwin"
POLLER=		kqueue
.  else
POLLER=		poll
.  endif
.endif

# The pollers that this system has, or can pretend to have in tests.
.if ${OPSYS} == "Linux"
POLLERS=	epoll poll kqueue
FEATURES=	-D_GNU_SOURCE
.elif ${POLLER} == "kqueue" || ${OPSYS} == "FreeBSD" || \
	${OPSYS} == "OpenBSD" || ${OPSYS} == "NetBSD" || \
	${OPSYS} == "DragonFly" || ${OPSYS} == "Darwin"
POLLERS=	kqueue poll
.else
POLLERS=	poll
.endif
FEATURES?=

CSTD?=		-std=c11
WARNINGS?=	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
.if defined(WERROR)
WARNINGS+=	-Werror
.endif
THREADS?=	-pthread
OPTIMIZE?=	-O2 -g
.if defined(SANITIZE)
INSTRUMENT+=	-g -fno-omit-frame-pointer -fsanitize=${SANITIZE} \
		-fno-sanitize-recover=all
.endif
.if defined(COVERAGE)
INSTRUMENT+=	-g -O0 --coverage
.endif
INSTRUMENT?=
INCLUDES=	-I${TOP}/include -I${TOP}/lib -I${TOP}/poller
DEFINES?=

# Debian's sys.mk turns DESTDIR into flags that hide the system's headers.
.if ${OPSYS} == "Linux" && defined(CPPFLAGS)
CPPFLAGS:=	${CPPFLAGS:N-nostdinc:N-idirafter:N*/usr/include}
.endif
CPPFLAGS?=

COMPILE=	${CC} ${CSTD} ${FEATURES} ${DEFINES} ${INCLUDES} ${CPPFLAGS} \
		${OPTIMIZE} ${CFLAGS} ${WARNINGS} ${INSTRUMENT} ${THREADS}
LINK=		${CC} ${CFLAGS} ${INSTRUMENT} ${THREADS} ${LDFLAGS}

# kqueue on a system without it: an installed libkqueue, or the stand-in.
.if ${OPSYS} == "Linux"
.  if !defined(LIBKQUEUE)
LIBKQUEUE!=	pkg-config --exists libkqueue 2>/dev/null && echo yes || echo no
.  endif
.  if ${LIBKQUEUE} == "yes"
KQUEUE_CFLAGS!=	pkg-config --cflags libkqueue
KQUEUE_LIBS!=	pkg-config --libs libkqueue
KQUEUE_SRCS=
.  else
KQUEUE_CFLAGS=	-I${TOP}/regress/kqueue_standin
KQUEUE_LIBS=
KQUEUE_SRCS=	kqueue_standin.c
.  endif
.else
KQUEUE_CFLAGS=
KQUEUE_LIBS=
KQUEUE_SRCS=
.endif

.SUFFIXES: .c .o .pico
