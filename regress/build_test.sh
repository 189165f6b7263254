# SPDX-License-Identifier: BSD-2-Clause
#
# Copyright (c) 2026 The libskynet_socket authors

# What is built and installed from the source tree.  Kyua is told where that
# is: source, library (the objects of lib/), make, cc.

sources()
{
	atf_config_has source || atf_skip "needs the source tree"
	SOURCE=$(atf_config_get source)
	LIBRARY=$(atf_config_get library)
	MAKE=$(atf_config_get make)
	# What make handed down is for the make that runs the tests.
	unset MAKEFLAGS MAKELEVEL
}

# The functions that the public headers declare.
declared()
{
	for header in "${SOURCE}"/include/*.h; do
		${CC} -E -P -I"${SOURCE}/include" "${header}" |
		    tr '\n' ' ' | tr ';{}' '\n\n\n' |
		    sed -e '/static/d' -e 's/__attribute__.*//' |
		    sed -n 's/^[^(]*[ *]\(sk[a-z_]*\|so[a-z_]*\) *(.*/\1/p'
	done | sort -u
}

mapped()
{
	sed -n 's/^	\([a-z_]*\);.*/\1/p' "${SOURCE}/lib/Symbol.map" | sort
}

# stage: installs to ${STAGE} with the given variables.
stage()
{
	STAGE=$(pwd)/stage
	(cd "${SOURCE}" && ${MAKE} install DESTDIR="${STAGE}" "$@") ||
	    atf_fail "install"
}

atf_test_case common_subset
common_subset_head()
{
	atf_set descr "Makefiles keep to what bmake, NetBSD's and OpenBSD's make share"
}
common_subset_body()
{
	sources
	cd "${SOURCE}" || exit 1
	files=$(find . -name Makefile -o -name '*.mk')
	for words in \
	    '^[[:space:]]*(CC|CFLAGS|LDFLAGS|AR|RANLIB)\?=' \
	    '\$\{[A-Za-z_.]+:(U|L|D|O|Ox|u|tu|tl|ts.|sh|\[[0-9*@-]*\]|@.*|\?.*|!.*)[:}]' \
	    '^\. *(export|error|warning|info|-include|sinclude|dinclude|unexport)' \
	    '\.(MAKE\.|PARSEDIR|PARSEFILE|INCLUDED)' \
	    '%\.o|\$\((wildcard|shell|patsubst)|^ifeq|^ifdef|\$<' \
	    '(^|[^$])\$PWD' \
	    ':[MN][^}:]*\$\{' \
	    ':\.[a-z]+=[^}]*\$\{'; do
		# shellcheck disable=SC2086
		if grep -nE "${words}" ${files}; then
			atf_fail "not in the common subset: ${words}"
		fi
	done
}

atf_test_case all_sources_named
all_sources_named_head()
{
	atf_set descr "Every source of the library and every test is in a Makefile"
}
all_sources_named_body()
{
	sources
	cd "${SOURCE}" || exit 1
	for file in lib/*.c lib/host/*.c poller/*.c; do
		grep -qE "[[:space:]]$(basename "${file}")([[:space:]]|\$)" \
		    lib/Makefile || atf_fail "${file} is not built"
	done
	for file in regress/*_test.c regress/*_test.sh; do
		name=$(basename "${file}")
		grep -qE "[[:space:]]${name%.*}([[:space:]]|\$)" \
		    regress/Makefile || atf_fail "${file} is not run"
	done
	for file in include/*.h; do
		grep -q "[[:space:]]$(basename "${file}")" include/Makefile ||
		    atf_fail "${file} is not installed"
	done
	for file in man/*.[1-9]; do
		[ ! -e "${file}" ] ||
		    grep -q "[[:space:]]$(basename "${file}")" man/Makefile ||
		    atf_fail "${file} is not installed"
	done
}

atf_test_case exported_names
exported_names_head()
{
	atf_set descr "The shared library exports what the public headers declare, and no more"
	atf_set require.progs "nm"
}
exported_names_body()
{
	sources
	CC=$(atf_config_get cc)
	declared > declared
	mapped > mapped
	atf_check cmp declared mapped
	shared=$(cd "${SOURCE}/lib" && ${MAKE} shared-names | cut -d' ' -f1)
	atf_check -o save:names nm -D --defined-only "${LIBRARY}/${shared}"
	# Instrumented builds bring names of the compiler's own.
	awk '$2 ~ /[A-Z]/ && $3 !~ /^_/ { print $3 }' names | sort > exported
	atf_check cmp mapped exported
}

atf_test_case prefixed_names
prefixed_names_head()
{
	atf_set descr "Global names of the static library have its prefixes"
	atf_set require.progs "nm"
}
prefixed_names_body()
{
	sources
	atf_check -o save:names \
	    nm -g --defined-only "${LIBRARY}/libskynet_socket.a"
	# The stand-in for kqueue(2) has the names that it stands for.
	awk 'NF == 3 && $3 !~ /^_/ { print $3 }' names |
	    grep -vE '^(skynet|socket|ss|host)_' |
	    grep -vE '^(kqueue|kevent|standin)' > others
	[ ! -s others ] || atf_fail "$(cat others)"
}

atf_test_case shared_library_names
shared_library_names_head()
{
	atf_set descr "The shared library is named as each system does"
}
shared_library_names_body()
{
	sources
	cd "${SOURCE}/lib" || exit 1
	while read -r system expected; do
		atf_check -o inline:"${expected}\n" \
		    ${MAKE} OPSYS="${system}" shared-names
	done <<-EOT
	FreeBSD libskynet_socket.so.0 libskynet_socket.so.0 libskynet_socket.so
	NetBSD libskynet_socket.so.0.0 libskynet_socket.so.0 libskynet_socket.so.0 libskynet_socket.so
	OpenBSD libskynet_socket.so.0.0 libskynet_socket.so.0.0
	Linux libskynet_socket.so.0.0 libskynet_socket.so.0 libskynet_socket.so.0 libskynet_socket.so
	Darwin libskynet_socket.0.dylib /usr/local/lib/libskynet_socket.0.dylib libskynet_socket.dylib
	EOT
	atf_check -o inline:"libskynet_socket.so.3.1 libskynet_socket.so.3.1\n" \
	    ${MAKE} OPSYS=OpenBSD LIBskynet_socket_VERSION=3.1 shared-names
}

atf_test_case default_pollers
default_pollers_head()
{
	atf_set descr "kqueue where the system has it, else epoll, else poll"
}
default_pollers_body()
{
	sources
	cd "${SOURCE}/lib" || exit 1
	while read -r system expected; do
		[ "$(env -u POLLER ${MAKE} OPSYS="${system}" -V POLLER)" = \
		    "${expected}" ] || atf_fail "${system}"
	done <<-EOT
	FreeBSD kqueue
	NetBSD kqueue
	OpenBSD kqueue
	DragonFly kqueue
	Darwin kqueue
	Linux epoll
	SunOS poll
	EOT
}

atf_test_case manifest
manifest_head()
{
	atf_set descr "A staged install brings the files of regress/manifest"
}
manifest_body()
{
	sources
	stage PREFIX=/usr/local > /dev/null
	# The names of the shared library differ: see shared_library_names.
	(cd stage/usr/local && find . ! -type d) | sed 's|^\./||' |
	    grep -vE '\.so|\.dylib' | sort > installed
	grep -vE '^#|^$' "${SOURCE}/regress/manifest" | sort > manifest
	if ! diff manifest installed; then
		atf_fail "regress/manifest is not what is installed"
	fi
	[ -z "$(find stage -type f ! -path 'stage/usr/local/*')" ] ||
	    atf_fail "files outside of PREFIX"
	[ -z "$(find stage -type f ! -perm 444)" ] || atf_fail "modes"
	grep -rlF "${STAGE}" stage && atf_fail "DESTDIR is in a file"
	# Twice, over what is there.
	stage PREFIX=/usr/local > /dev/null
}

atf_test_case other_folders
other_folders_head()
{
	atf_set descr "The variables for folders are honoured"
}
other_folders_body()
{
	sources
	stage PREFIX=/usr/pkg MANDIR=/usr/pkg/man INCSDIR=/usr/pkg/headers \
	    PKGCONFIGDIR=/usr/pkg/libdata/pkgconfig LIBDIR=/usr/pkg/lib64 \
	    EXAMPLESDIR=/usr/pkg/examples > /dev/null
	pc=stage/usr/pkg/libdata/pkgconfig/skynet_socket.pc
	atf_check -o ignore grep -qx 'prefix=/usr/pkg' ${pc}
	atf_check -o ignore grep -qx 'libdir=/usr/pkg/lib64' ${pc}
	atf_check -o ignore grep -qx 'includedir=/usr/pkg/headers' ${pc}
	for file in lib64/libskynet_socket.a headers/skynet/skynet_socket.h \
	    examples/echo.c; do
		[ -f "stage/usr/pkg/${file}" ] || atf_fail "${file}"
	done
	if [ -n "$(cd "${SOURCE}/man" && ${MAKE} -V MAN)" ]; then
		[ -d stage/usr/pkg/man/man3 ] || atf_fail "man3"
	fi
	[ "$(ls stage/usr/pkg | tr '\n' ' ')" = "examples headers lib64 \
libdata man " ] || [ ! -d stage/usr/pkg/share ] || atf_fail "share"
}

atf_test_case staged_program
staged_program_head()
{
	atf_set descr "A program is built with what is installed, by pkg-config"
	atf_set require.progs "pkg-config"
}
staged_program_body()
{
	sources
	cc=$(atf_config_get cc)
	stage PREFIX="$(pwd)/opt" > /dev/null
	PKG_CONFIG_PATH=$(pwd)/stage$(pwd)/opt/lib/pkgconfig
	PKG_CONFIG_SYSROOT_DIR=${STAGE}
	export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
	cat > program.c <<-EOT
	#include <skynet.h>
	#include <skynet_socket.h>
	#include <socket_server.h>
	int
	main(void)
	{
		if (skynet_init() != 0)
			return (1);
		return (skynet_run(0));
	}
	EOT
	# shellcheck disable=SC2046,SC2086
	atf_check ${cc} $(pkg-config --cflags skynet_socket) \
	    -o shared program.c $(pkg-config --libs skynet_socket)
	LD_LIBRARY_PATH=$(pkg-config --variable=libdir skynet_socket)
	LD_LIBRARY_PATH=${STAGE}${LD_LIBRARY_PATH#"${STAGE}"}
	export LD_LIBRARY_PATH
	atf_check -o ignore -e ignore ./shared
}

atf_init_test_cases()
{
	atf_add_test_case common_subset
	atf_add_test_case all_sources_named
	atf_add_test_case exported_names
	atf_add_test_case prefixed_names
	atf_add_test_case shared_library_names
	atf_add_test_case default_pollers
	atf_add_test_case manifest
	atf_add_test_case other_folders
	atf_add_test_case staged_program
}
