# ATF test programs, run by Kyua.
#
#	SUPPORT		sources of an archive that every program is linked with
#	TESTS_POLLER	programs, each linked once for each poller of POLLERS
#	TESTS_C		programs linked once, with the library's own poller
#	TESTS_SH	programs in atf-sh(1)

TEST_TIMEOUT?=	120
PARALLELISM?=	2
KYUA?=		kyua

# What is read from pkg-config is read when tests are made, and then only.
ATF_CFLAGS=	$$(pkg-config --cflags atf-c 2>/dev/null)
ATF_LIBS=	$$(pkg-config --libs atf-c 2>/dev/null || echo -latf-c)

LIBOBJ!=	cd ${.CURDIR}/../lib && ${MAKE} -V .OBJDIR
ARCHIVE=	${LIBOBJ}/libskynet_socket.a
SUPPORT_LIB=	libsupport.a
SUPPORT_OBJS=	${SUPPORT:.c=.o}

.PHONY: all regress programs install-tests clean lint tools library
.MAIN: programs
all lint:

tools:
	@for tool in ${KYUA} pkg-config; do \
		command -v $$tool >/dev/null 2>&1 || { \
		echo "The tests need $$tool; the README names the packages."; \
		exit 1; }; done
	@pkg-config --exists atf-c || { \
	    echo "The tests need ATF; the README names the packages."; \
	    exit 1; }

library:
	@(cd ${.CURDIR}/../lib && ${MAKE} all)

.c.o:
	${COMPILE} ${ATF_CFLAGS} -c ${.IMPSRC} -o ${.TARGET}

${SUPPORT_LIB}: ${SUPPORT_OBJS}
	rm -f ${.TARGET}
	${AR} cr ${.TARGET} ${SUPPORT_OBJS}
	${RANLIB} ${.TARGET}
${SUPPORT_OBJS}: ${TEST_HEADERS}

# The object files that make a program use one poller, before all archives.
.for p in ${POLLERS}
backend_${p}.o: ${TOP}/poller/backend.c
	${COMPILE} -DSKYNET_POLLER=skynet_poller_${p} \
	    -c ${TOP}/poller/backend.c -o ${.TARGET}
CHOICE_${p}=	backend_${p}.o
CHOICE_LIBS_${p}=
.endfor
.if ${OPSYS} == "Linux"
kqueue.o: ${TOP}/poller/kqueue.c
	${COMPILE} ${KQUEUE_CFLAGS} -c ${TOP}/poller/kqueue.c -o ${.TARGET}
.  for s in ${KQUEUE_SRCS}
${s:.c=.o}: ${TOP}/regress/kqueue_standin/${s}
	${COMPILE} ${KQUEUE_CFLAGS} -c ${TOP}/regress/kqueue_standin/${s} \
	    -o ${.TARGET}
.  endfor
CHOICE_kqueue=	backend_kqueue.o kqueue.o ${KQUEUE_SRCS:.c=.o}
CHOICE_LIBS_kqueue=	${KQUEUE_LIBS}
.endif

.for t in ${TESTS_POLLER}
${t}.o: ${TEST_HEADERS}
.  for p in ${POLLERS}
PROGRAMS+=	${t}_${p}
${t}_${p}: ${t}.o ${CHOICE_${p}} ${SUPPORT_LIB} ${ARCHIVE}
	${LINK} -o ${.TARGET} ${t}.o ${CHOICE_${p}} ${SUPPORT_LIB} \
	    ${ARCHIVE} ${CHOICE_LIBS_${p}} ${ATF_LIBS}
.  endfor
.endfor
.for t in ${TESTS_C}
${t}.o: ${TEST_HEADERS}
PROGRAMS+=	${t}
${t}: ${t}.o ${EXTRA.${t}} ${SUPPORT_LIB} ${ARCHIVE}
	${LINK} -o ${.TARGET} ${t}.o ${EXTRA.${t}} ${SUPPORT_LIB} \
	    ${ARCHIVE} ${ATF_LIBS}
.endfor
.for t in ${TESTS_SH}
PROGRAMS+=	${t}
${t}: ${t}.sh ${ARCHIVE}
	{ echo "#! $$(command -v atf-sh)"; \
	    sed -e 's|@source@|${TOP}|g' -e 's|@objects@|${.OBJDIR}|g' \
	    -e 's|@library@|${LIBOBJ}|g' -e 's|@make@|${MAKE}|g' \
	    -e 's|@cc@|${CC}|g' -e 's|@instrument@|${INSTRUMENT}|g' \
	    ${.CURDIR}/${t}.sh; } > ${.TARGET}.tmp
	chmod 755 ${.TARGET}.tmp
	mv -f ${.TARGET}.tmp ${.TARGET}
.endfor

Kyuafile: Makefile
	{ echo 'syntax(2)'; echo 'test_suite("${TESTSUITE}")'; \
	    for p in ${PROGRAMS}; do \
	    echo "atf_test_program{name=\"$$p\", timeout=${TEST_TIMEOUT}}"; \
	    done; } > ${.TARGET}

programs: tools library .WAIT ${PROGRAMS} Kyuafile

# The results of other folders' runs do not mix with these.
regress: programs
	@cd ${.OBJDIR} && rm -f results.db && \
	if ${KYUA} -v parallelism=${PARALLELISM} test \
	    --results-file=results.db -k Kyuafile > kyua.log 2>&1; \
	then failed=0; else failed=1; fi; \
	grep -v -e '->  passed' kyua.log || true; \
	${KYUA} report --results-file=results.db | \
	    sed -n '/^===> Summary/,$$p'; \
	exit $$failed

install-tests: programs
	${INSTALL_DIR} ${DESTDIR}${TESTSDIR}
	${INSTALL_FILE} ${.OBJDIR}/Kyuafile ${DESTDIR}${TESTSDIR}
.for p in ${PROGRAMS}
	${INSTALL_PROG} ${.OBJDIR}/${p} ${DESTDIR}${TESTSDIR}
.endfor

clean:
	rm -f ${PROGRAMS} ${SUPPORT_LIB} Kyuafile results.db kyua.log *.o \
	    *.tmp *.gcda *.gcno
