# libskynet_socket.  The README tells what there is to make; share/mk/own.mk
# has the variables.

TOP=		${.CURDIR}
.include "${TOP}/share/mk/own.mk"

SUBDIR=		include lib man share/examples
SUBDIR_obj=	regress
SUBDIR_clean=	regress

.include "${TOP}/share/mk/subdir.mk"

.PHONY: demo regress test check install-tests cross

demo: all
	@(cd ${.CURDIR}/share/examples && ${MAKE} run-demo)

regress test check: all
	@(cd ${.CURDIR}/regress && ${MAKE} regress)

install-tests: all
	@(cd ${.CURDIR}/regress && ${MAKE} install-tests)

# For the other systems, with their own headers: nothing is run.
cross:
	@MAKE="${MAKE}" sh ${.CURDIR}/share/mk/cross.sh
