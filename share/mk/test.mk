# ATF test programs, run by Kyua.
#
#	HARNESS		sources of an archive that every program is linked with
#	TESTS_POLLER	programs, each linked once for each poller of POLLERS
#	TESTS_C		programs linked once, with the library's own poller
#	TESTS_LINK	programs linked without the harness, once with the
#			static library and once with the shared one
#	TESTS_SH	programs for atf-sh(1)
#	TREE_TESTS_C, TREE_TESTS_SH
#			programs about the source tree and the examples built
#			in it: not installed
#	SRCS.name	sources of a program other than name.c
#	HARNESS.name	empty for a program that does without the harness
#	LIBS.name	what else the program is linked with
#	HEADERS		what all sources depend on
#
# CASES on the command line runs those programs or cases (program:case) alone.

TESTSUITE=	skynet_socket
TEST_TIMEOUT?=	60
PARALLELISM?=	2
CASES?=
KYUA?=		kyua

LIBOBJ!=	cd ${TOP}/lib && ${MAKE} -V .OBJDIR
EXAMPLEOBJ!=	cd ${TOP}/share/examples && ${MAKE} -V .OBJDIR
LIBRARY=	${LIBOBJ}/libskynet_socket.a
LIBHARNESS=	libharness.a
HARNESS_OBJS=	${HARNESS:.c=.o}

# Asked when tests are made, and then only.
ATF_CFLAGS=	$$(pkg-config --cflags atf-c)
ATF_LIBS=	$$(pkg-config --libs atf-c)

.PHONY: all programs tools products regress install-tests clean lint
.MAIN: all
all: programs
lint:

# What is tested is looked after in its own folder.
products:
	@(cd ${TOP}/lib && ${MAKE} all)
	@(cd ${TOP}/share/examples && ${MAKE} all)

tools:
	@for tool in ${KYUA} pkg-config atf-sh; do \
		command -v $$tool >/dev/null 2>&1 || { \
		echo "The tests need $$tool: see Tests in README.md."; \
		exit 1; }; \
	done
	@pkg-config --exists atf-c || { \
		echo "The tests need ATF (atf-c): see Tests in README.md."; \
		exit 1; }

.c.o:
	${COMPILE} ${ATF_CFLAGS} -c ${.IMPSRC} -o ${.TARGET}

${HARNESS_OBJS}: ${HEADERS}
${LIBHARNESS}: ${HARNESS_OBJS}
	rm -f ${.TARGET}
	${AR} cr ${.TARGET} ${HARNESS_OBJS}
	${RANLIB} ${.TARGET}

# What makes a program use one poller stands before the library.
.for p in ${POLLERS}
OBJS_${p}=	backend_${p}.o
LIBS_${p}=
backend_${p}.o: ${TOP}/poller/backend.c ${TOP}/poller/poller.h
	${COMPILE} -DSKYNET_POLLER=skynet_poller_${p} \
	    -c ${TOP}/poller/backend.c -o ${.TARGET}
.endfor
.if ${OPSYS} == "Linux"
.PATH:		${TOP}/regress/kqueue_standin
OBJS_kqueue+=	kqueue.o ${KQUEUE_SRCS:.c=.o}
LIBS_kqueue=	${KQUEUE_LIBS}
INCLUDES+=	${KQUEUE_CFLAGS}
kqueue.o: ${TOP}/poller/kqueue.c ${TOP}/poller/poller.h
	${COMPILE} -c ${TOP}/poller/kqueue.c -o ${.TARGET}
.endif

.for t in ${TESTS_POLLER} ${TESTS_C} ${TREE_TESTS_C}
SRCS.${t}?=	${t}.c
OBJS.${t}=	${SRCS.${t}:.c=.o}
HARNESS.${t}?=	${LIBHARNESS}
LIBS.${t}?=
${OBJS.${t}}: ${HEADERS}
.endfor
.for p in ${POLLERS}
.  for t in ${TESTS_POLLER}
PROGRAMS+=	${t}_${p}
CROSS_PROGRAMS+=	${t}_${p}
${t}_${p}: ${OBJS.${t}} ${OBJS_${p}} ${HARNESS.${t}} ${LIBRARY}
	${LINK} -o ${.TARGET} ${OBJS.${t}} ${OBJS_${p}} ${HARNESS.${t}} \
	    ${LIBRARY} ${LIBS.${t}} ${LIBS_${p}} ${ATF_LIBS}
.  endfor
.endfor
.for t in ${TESTS_C} ${TREE_TESTS_C}
${t}: ${OBJS.${t}} ${HARNESS.${t}} ${LIBRARY}
	${LINK} -o ${.TARGET} ${OBJS.${t}} ${HARNESS.${t}} ${LIBRARY} \
	    ${LIBS.${t}} ${LIBS} ${ATF_LIBS}
.endfor
# The shared library is found by LD_LIBRARY_PATH before it is installed.
.for t in ${TESTS_LINK}
${t}.o: ${HEADERS}
PROGRAMS+=	${t}_static ${t}_shared
${t}_static: ${t}.o ${LIBRARY}
	${LINK} -o ${.TARGET} ${t}.o ${LIBRARY} ${LIBS} ${ATF_LIBS}
${t}_shared: ${t}.o ${LIBRARY}
	${LINK} -o ${.TARGET} ${t}.o -L${LIBOBJ} -lskynet_socket \
	    -Wl,-rpath,${LIBDIR} ${ATF_LIBS}
.endfor
.for t in ${TESTS_SH} ${TREE_TESTS_SH}
${t}: ${t}.sh
	{ echo "#! $$(command -v atf-sh)"; cat ${.ALLSRC}; } > ${.TARGET}.tmp
	chmod 755 ${.TARGET}.tmp
	mv -f ${.TARGET}.tmp ${.TARGET}
.endfor
PROGRAMS+=	${TESTS_C} ${TESTS_SH}
CROSS_PROGRAMS+=	${TESTS_C}

# For another system (share/mk/cross.sh): to be linked, not to be run.
.PHONY: cross-programs
cross-programs: ${CROSS_PROGRAMS}
TREE_PROGRAMS=	${TREE_TESTS_C} ${TREE_TESTS_SH}
KYUAFILE=	echo 'syntax(2)'; echo 'test_suite("${TESTSUITE}")'; \
		for p in $$programs; do echo \
		"atf_test_program{name=\"$$p\", timeout=${TEST_TIMEOUT}}"; done
Kyuafile: Makefile ${TOP}/share/mk/test.mk
	@programs="${PROGRAMS} ${TREE_PROGRAMS}"; \
	{ ${KYUAFILE}; } > ${.TARGET}
Kyuafile.installed: Makefile ${TOP}/share/mk/test.mk
	@programs="${PROGRAMS}"; { ${KYUAFILE}; } > ${.TARGET}

# For tests that compile.
compiler:
	{ echo '#! /bin/sh'; echo 'exec ${CC} ${INSTRUMENT} "$$@"'; } > ${.TARGET}
	chmod 755 ${.TARGET}

programs: tools products .WAIT ${PROGRAMS} ${TREE_PROGRAMS} \
	Kyuafile Kyuafile.installed compiler

# What build_test and the tests of the examples ask for.
KYUA_CONFIG=	-v parallelism=${PARALLELISM} \
		-v test_suites.${TESTSUITE}.source=${TOP} \
		-v test_suites.${TESTSUITE}.library=${LIBOBJ} \
		-v test_suites.${TESTSUITE}.examples_dir=${EXAMPLEOBJ} \
		-v test_suites.${TESTSUITE}.make=${MAKE} \
		-v test_suites.${TESTSUITE}.cc=${.OBJDIR}/compiler

# The results lie here, where those of other folders do not mix with them.
regress: programs
	@rm -f results.db
	@failed=0; \
	LD_LIBRARY_PATH=${LIBOBJ}:$$LD_LIBRARY_PATH; \
	DYLD_LIBRARY_PATH=${LIBOBJ}:$$DYLD_LIBRARY_PATH; \
	export LD_LIBRARY_PATH DYLD_LIBRARY_PATH; \
	${KYUA} --logfile=kyua.log ${KYUA_CONFIG} test \
	    --results-file=results.db --kyuafile=Kyuafile ${CASES} || \
	    failed=1; \
	${KYUA} --logfile=kyua.log report --results-file=results.db; \
	exit $$failed

install-tests: programs
	${INSTALL_DIR} ${DESTDIR}${TESTSDIR}
	${INSTALL_FILE} Kyuafile.installed ${DESTDIR}${TESTSDIR}/Kyuafile
.for p in ${PROGRAMS}
	${INSTALL_PROG} ${p} ${DESTDIR}${TESTSDIR}
.endfor

clean:
	rm -f ${PROGRAMS} ${TREE_PROGRAMS} ${LIBHARNESS} compiler \
	    Kyuafile Kyuafile.installed results.db kyua.log *.o *.tmp \
	    *.gcda *.gcno
