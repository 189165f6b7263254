# libskynet_socket.  The README tells what there is to make; share/mk/own.mk
# has the variables.

TOP=		${.CURDIR}
.include "${TOP}/share/mk/own.mk"

SUBDIR=		include lib man share/examples
SUBDIR_obj=	regress regress/bench
SUBDIR_clean=	regress regress/bench

.include "${TOP}/share/mk/subdir.mk"

.PHONY: demo regress test check install-tests bench cross

demo: all
	@(cd ${.CURDIR}/share/examples && ${MAKE} run-demo)

regress test check: all
	@(cd ${.CURDIR}/regress && ${MAKE} regress)

install-tests: all
	@(cd ${.CURDIR}/regress && ${MAKE} install-tests)

# ROUNDS, SECONDS, WORKLOADS, PEERS and others: see regress/bench/Makefile.
bench: all
	@(cd ${.CURDIR}/regress/bench && ${MAKE} bench)

# For the other systems, with their own headers: nothing is run.
cross:
	@MAKE="${MAKE}" sh ${.CURDIR}/share/mk/cross.sh
