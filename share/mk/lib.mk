# A library: static and shared, with the shared one named as the system does.
# LIB, SRCS, SHLIB_MAJOR and SHLIB_MINOR, VERSION_MAP, INCS, PC.

OBJS=		${SRCS:.c=.o}
PICOBJS=	${SRCS:.c=.pico}
ARCHIVE=	lib${LIB}.a

.if ${OPSYS} == "OpenBSD"
.  if defined(LIB${LIB}_VERSION)
SHLIB_VERSION=	${LIB${LIB}_VERSION}
.  else
SHLIB_VERSION=	${SHLIB_MAJOR}.${SHLIB_MINOR}
.  endif
SHLIB=		lib${LIB}.so.${SHLIB_VERSION}
SONAME=		${SHLIB}
SHLIB_LINKS=
.elif ${OPSYS} == "FreeBSD" || ${OPSYS} == "DragonFly"
SHLIB=		lib${LIB}.so.${SHLIB_MAJOR}
SONAME=		${SHLIB}
SHLIB_LINKS=	lib${LIB}.so
.elif ${OPSYS} == "Darwin"
SHLIB=		lib${LIB}.${SHLIB_MAJOR}.dylib
SONAME=		${LIBDIR}/${SHLIB}
SHLIB_LINKS=	lib${LIB}.dylib
.else
SHLIB=		lib${LIB}.so.${SHLIB_MAJOR}.${SHLIB_MINOR}
SONAME=		lib${LIB}.so.${SHLIB_MAJOR}
SHLIB_LINKS=	lib${LIB}.so.${SHLIB_MAJOR} lib${LIB}.so
.endif

.if ${OPSYS} == "Darwin"
SHLIB_FLAGS=	-dynamiclib -install_name ${SONAME} \
		-exported_symbols_list exported.list
SHLIB_NEEDS=	exported.list
.else
SHLIB_FLAGS=	-shared -Wl,-soname,${SONAME} \
		-Wl,--version-script=${VERSION_MAP}
SHLIB_NEEDS=	${VERSION_MAP}
.endif

.PHONY: all install clean lint
.MAIN: all
all: ${ARCHIVE} ${SHLIB}

.c.o:
	${COMPILE} -c ${.IMPSRC} -o ${.TARGET}
.c.pico:
	${COMPILE} -fPIC -c ${.IMPSRC} -o ${.TARGET}

${OBJS} ${PICOBJS}: ${HEADERS}

${ARCHIVE}: ${OBJS}
	rm -f ${.TARGET}
	${AR} cr ${.TARGET} ${OBJS}
	${RANLIB} ${.TARGET}

exported.list: ${VERSION_MAP}
	sed -n 's/^	\([a-z_]*\);.*/_\1/p' ${VERSION_MAP} > ${.TARGET}

${SHLIB}: ${PICOBJS} ${SHLIB_NEEDS}
	${LINK} ${SHLIB_FLAGS} -o ${.TARGET} ${PICOBJS} ${LIBS}
.for l in ${SHLIB_LINKS}
	ln -sf ${SHLIB} ${l}
.endfor

install:
	${INSTALL_DIR} ${DESTDIR}${LIBDIR} ${DESTDIR}${PKGCONFIGDIR}
	${INSTALL_FILE} ${ARCHIVE} ${DESTDIR}${LIBDIR}
	${INSTALL_FILE} ${SHLIB} ${DESTDIR}${LIBDIR}
.for l in ${SHLIB_LINKS}
	ln -sf ${SHLIB} ${DESTDIR}${LIBDIR}/${l}
.endfor
	sed -e 's|@prefix@|${PREFIX}|' -e 's|@libdir@|${LIBDIR}|' \
	    -e 's|@includedir@|${INCLUDEDIR}|' -e 's|@version@|${VERSION}|' \
	    ${.CURDIR}/${PC}.in > ${DESTDIR}${PKGCONFIGDIR}/${PC}.tmp
	${INSTALL_FILE} ${DESTDIR}${PKGCONFIGDIR}/${PC}.tmp \
	    ${DESTDIR}${PKGCONFIGDIR}/${PC}
	rm -f ${DESTDIR}${PKGCONFIGDIR}/${PC}.tmp

clean:
	rm -f ${ARCHIVE} ${SHLIB} ${SHLIB_LINKS} exported.list *.o *.pico \
	    *.gcda *.gcno

lint:
