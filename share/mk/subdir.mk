# The targets that go through the folders of SUBDIR.

SUBDIR_TARGETS?=	all install clean obj lint

.for t in ${SUBDIR_TARGETS}
.PHONY: ${t}
${t}:
.  for d in ${SUBDIR}
	@echo "===> ${d} (${t})"
	@(cd ${.CURDIR}/${d} && ${MAKE} ${t})
.  endfor
.endfor
.MAIN: all
