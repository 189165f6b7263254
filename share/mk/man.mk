# Manual pages.  MAN, MLINKS (pairs: page link).

.PHONY: all install clean lint
.MAIN: all
all clean:

install:
.for page in ${MAN}
	${INSTALL_DIR} ${DESTDIR}${MANDIR}/man${page:E}
	${INSTALL_FILE} ${.CURDIR}/${page} ${DESTDIR}${MANDIR}/man${page:E}
.endfor
.for page link in ${MLINKS}
	ln -sf ${page} ${DESTDIR}${MANDIR}/man${link:E}/${link}
.endfor

# References to pages of other systems, and to ours where they are not
# installed, cannot be found.
lint:
.if !empty(MAN)
	@cd ${.CURDIR} && messages=$$(mandoc -Tlint -Wstyle ${MAN} 2>&1 | \
	    grep -v -e 'referenced manual not found' \
	    -e 'operating system explicitly' -e 'outdated mandoc.db' || \
	    true); \
	if [ -n "$$messages" ]; then echo "$$messages"; exit 1; fi
.endif
