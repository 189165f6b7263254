# The targets that go through the folders of SUBDIR; SUBDIR_clean and the like
# name more folders for one target.

SUBDIR_TARGETS=	all install clean obj lint

.for t in ${SUBDIR_TARGETS}
SUBDIR_${t}?=
.PHONY: ${t}
${t}:
.  for d in ${SUBDIR} ${SUBDIR_${t}}
	@echo "===> ${d} (${t})"
	@(cd ${.CURDIR}/${d} && ${MAKE} ${t})
.  endfor
.endfor
.MAIN: all
