# A library, static and shared; the shared one is named as the system does.
#
#	LIB		its name
#	SRCS		sources
#	HEADERS		what all sources depend on
#	SHLIB_MAJOR, SHLIB_MINOR
#	VERSION_MAP	the exported names
#	PC, VERSION	PC.in becomes the file for pkg-config

OBJS=		${SRCS:.c=.o}
PICOBJS=	${SRCS:S,.c$,.${PICO},}
ARCHIVE=	lib${LIB}.a

.if ${OPSYS} == "OpenBSD"
.  if defined(LIB${LIB}_VERSION)
SHLIB=		lib${LIB}.so.${LIB${LIB}_VERSION}
.  else
SHLIB=		lib${LIB}.so.${SHLIB_MAJOR}.${SHLIB_MINOR}
.  endif
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

# A program may replace functions of the library.  ELF lets it unless the
# library is linked with -Bsymbolic; macOS needs to be told.
.if ${OPSYS} == "Darwin"
EXPORTS=	exported.list
REPLACEABLE?=	-Wl,-flat_namespace -Wl,-interposable \
		-Wl,-exported_symbols_list,${EXPORTS}
SHLIB_FLAGS=	-dynamiclib -install_name ${SONAME} ${REPLACEABLE}
.else
EXPORTS=	${VERSION_MAP}
SHLIB_FLAGS=	-shared -Wl,-soname,${SONAME} -Wl,--version-script,${EXPORTS}
.endif

.PHONY: all install clean lint shared-names
.MAIN: all
all: ${ARCHIVE} ${SHLIB}
lint:

# The file, its soname, the links to it.
shared-names:
	@echo ${SHLIB} ${SONAME} ${SHLIB_LINKS}

.c.o:
	${COMPILE} -c ${.IMPSRC} -o ${.TARGET}
# The counters of both objects would lie in one file.
.c.${PICO}:
	${COMPILE:N--coverage} -fPIC -c ${.IMPSRC} -o ${.TARGET}

${OBJS} ${PICOBJS}: ${HEADERS}

${ARCHIVE}: ${OBJS}
	rm -f ${.TARGET}
	${AR} cr ${.TARGET} ${OBJS}
	${RANLIB} ${.TARGET}

exported.list: ${VERSION_MAP}
	sed -n 's/^	\([a-z_]*\);.*/_\1/p' ${VERSION_MAP} > ${.TARGET}

${SHLIB}: ${PICOBJS} ${EXPORTS}
	${LINK} ${SHLIB_FLAGS} -o ${.TARGET} ${PICOBJS} ${LIBS}
.for l in ${SHLIB_LINKS}
	ln -sf ${SHLIB} ${l}
.endfor

install:
	${INSTALL_DIR} ${DESTDIR}${LIBDIR} ${DESTDIR}${PKGCONFIGDIR}
	${INSTALL_LIB} ${ARCHIVE} ${DESTDIR}${LIBDIR}
	${INSTALL_LIB} ${SHLIB} ${DESTDIR}${LIBDIR}
.for l in ${SHLIB_LINKS}
	ln -sf ${SHLIB} ${DESTDIR}${LIBDIR}/${l}
.endfor
	sed -e 's|@prefix@|${PREFIX}|' -e 's|@libdir@|${LIBDIR}|' \
	    -e 's|@includedir@|${INCLUDEDIR}|' -e 's|@version@|${VERSION}|' \
	    -e 's|@libs@|${THREADS} ${LIBS}|' ${.CURDIR}/${PC}.in \
	    > ${DESTDIR}${PKGCONFIGDIR}/${PC}.tmp
	${INSTALL_FILE} ${DESTDIR}${PKGCONFIGDIR}/${PC}.tmp \
	    ${DESTDIR}${PKGCONFIGDIR}/${PC}
	rm -f ${DESTDIR}${PKGCONFIGDIR}/${PC}.tmp

clean:
	rm -f ${ARCHIVE} ${SHLIB} ${SHLIB_LINKS} exported.list *.o *.${PICO} \
	    *.gcda *.gcno
