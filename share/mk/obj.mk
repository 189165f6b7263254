# A folder for what is made: obj beside the sources, or one below
# MAKEOBJDIRPREFIX.

.if defined(MAKEOBJDIRPREFIX)
OBJECTS=	${MAKEOBJDIRPREFIX}${.CURDIR}
.else
OBJECTS=	${.CURDIR}/obj
.endif

.PHONY: obj
obj:
	@mkdir -p ${OBJECTS}
