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

# Owners only where somebody names them: ports stage as an ordinary user.
.if defined(BINOWN) && !empty(BINOWN)
INSTALL_OWNER+=	-o ${BINOWN}
.endif
.if defined(BINGRP) && !empty(BINGRP)
INSTALL_OWNER+=	-g ${BINGRP}
.endif
INSTALL_OWNER?=
BINMODE?=	555
LIBMODE?=	444
NOBINMODE?=	444
INSTALL?=	install
INSTALL_DIR=	${INSTALL} -d
INSTALL_FILE=	${INSTALL} -c ${INSTALL_OWNER} -m ${NOBINMODE}
INSTALL_LIB=	${INSTALL} -c ${INSTALL_OWNER} -m ${LIBMODE}
INSTALL_PROG=	${INSTALL} -c ${INSTALL_OWNER} -m ${BINMODE}

# The pollers that this system has.  Linux has kqueue(2) by libkqueue, or by
# the stand-in of the tests.
.if ${OPSYS} == "Linux"
POLLERS=	epoll poll kqueue
.elif ${OPSYS} == "FreeBSD" || ${OPSYS} == "OpenBSD" || \
	${OPSYS} == "NetBSD" || ${OPSYS} == "DragonFly" || \
	${OPSYS} == "Darwin"
POLLERS=	kqueue poll
.else
POLLERS=	poll
.endif

# The poller of the library.
.if !defined(POLLER)
.  if ${OPSYS} == "Linux"
POLLER=		epoll
.  elif !empty(POLLERS:Mkqueue)
POLLER=		kqueue
.  else
POLLER=		poll
.  endif
.endif

# Feature macros on Linux alone: on a BSD they would hide what is needed.
.if ${OPSYS} == "Linux"
FEATURES=	-D_GNU_SOURCE
.else
FEATURES=
.endif

CSTD?=		-std=c11
# Before CFLAGS, which may say otherwise; some sys.mk says nothing.
OPTIMIZE?=	-O2
WARNINGS?=	-Wall -Wextra -Wshadow -Wstrict-prototypes \
		-Wmissing-prototypes
.if defined(WERROR)
ERRORS=		-Werror
.else
ERRORS=
.endif
THREADS?=	-pthread
.if defined(DEBUG)
INSTRUMENT+=	-g -O0
.endif
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
.if defined(ID_BITS)
DEFINES+=	-DSOCKET_SERVER_ID_BITS=${ID_BITS}
.endif

# With DESTDIR, the sys.mk of bmake on Linux hides the system's headers.
CPPFLAGS?=
.if ${OPSYS} == "Linux"
CPPFLAGS:=	${CPPFLAGS:N-nostdinc:N-idirafter:N*/usr/include}
.endif

COMPILE=	${CC} ${CSTD} ${FEATURES} ${DEFINES} ${INCLUDES} ${CPPFLAGS} \
		${OPTIMIZE} ${CFLAGS} ${WARNINGS} ${ERRORS} ${INSTRUMENT} ${THREADS}
LINK=		${CC} ${CFLAGS} ${INSTRUMENT} ${THREADS} ${LDFLAGS}

# kqueue(2) on Linux: libkqueue, or the stand-in of the tests.
.if ${OPSYS} == "Linux" && ${POLLER} == "kqueue" && !defined(LIBKQUEUE)
LIBKQUEUE!=	pkg-config --exists libkqueue 2>/dev/null && echo yes || echo no
.endif
LIBKQUEUE?=	no
.if ${OPSYS} == "Linux" && ${LIBKQUEUE} == "yes"
KQUEUE_CFLAGS!=	pkg-config --cflags libkqueue
KQUEUE_LIBS!=	pkg-config --libs libkqueue
KQUEUE_SRCS=
.elif ${OPSYS} == "Linux"
KQUEUE_CFLAGS=	-I${TOP}/regress/kqueue_standin
KQUEUE_LIBS=
KQUEUE_SRCS=	activity.c knote.c kqueue_standin.c
.endif

# What the library needs beside libc and threads: nothing but a library for
# a poller that the system itself does not have.
.if ${OPSYS} == "Linux" && ${POLLER} == "kqueue"
LIBS=		${KQUEUE_LIBS}
.else
LIBS=
.endif

# zig cc takes no .pico for an object.
PICO?=		pico
.SUFFIXES: .c .o .${PICO}
