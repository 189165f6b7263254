# Programs that use the static library, none of them installed.
#
#	PROGS		their names; SRCS.name are the sources of one
#	HEADERS		what all sources depend on

LIBOBJ!=	cd ${TOP}/lib && ${MAKE} -V .OBJDIR
LIBRARY=	${LIBOBJ}/libskynet_socket.a

.PHONY: all install clean lint
.MAIN: all
all: ${PROGS}
lint:

.c.o:
	${COMPILE} -c ${.IMPSRC} -o ${.TARGET}

.for p in ${PROGS}
SRCS.${p}?=	${p}.c
OBJS.${p}=	${SRCS.${p}:.c=.o}
${OBJS.${p}}: ${HEADERS}
${p}: ${OBJS.${p}} ${LIBRARY}
	${LINK} -o ${.TARGET} ${OBJS.${p}} ${LIBRARY} ${LIBS}
.endfor

${LIBRARY}:
	cd ${TOP}/lib && ${MAKE} all

clean:
	rm -f ${PROGS} *.o *.gcda *.gcno
