# A folder for what is made: obj beside the sources, or one below
# MAKEOBJDIRPREFIX.

.PHONY: obj
obj:
	@if [ -n "$${MAKEOBJDIRPREFIX}" ]; then \
		mkdir -p "$${MAKEOBJDIRPREFIX}${.CURDIR}"; \
	else \
		mkdir -p ${.CURDIR}/obj; \
	fi
