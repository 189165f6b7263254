#! /bin/sh
#
# Compiles and links the library, the examples and the tests for the systems it
# is for, with each system's own headers and link stubs as `zig cc` carries
# them, warnings being errors, and looks at what the products ask for.
#
#	sh share/mk/cross.sh [folder for the products]
#
# Where a system's headers are missing the run fails and says which.  The linker
# of zig lacks the flags that make functions replaceable on macOS; there they are
# left out.

set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-$(mktemp -d)}
make="${MAKE:-bmake} -j$(getconf _NPROCESSORS_ONLN)"
zig=${ZIG:-}
if [ -z "$zig" ]; then
	if command -v zig >/dev/null 2>&1; then
		zig=zig
	elif python3 -m ziglang version >/dev/null 2>&1; then
		zig="python3 -m ziglang"
	else
		echo "cross builds need zig (from PyPI: ziglang)" >&2
		exit 1
	fi
fi
failed=0
mkdir -p "$out"

# The sources are made elsewhere, so that no object of this system is in reach.
rm -rf "$out/source"
mkdir -p "$out/source"
(cd "$top" && git ls-files -z --cached --others --exclude-standard |
    xargs -0 tar cf -) | (cd "$out/source" && tar xf -)

step() {	# what, folder, arguments of make
	what=$1
	shift
	folder=$1
	shift
	log=$out/log
	if (cd "$out/source/$folder" && $make "$@") >"$log" 2>&1; then
		return 0
	fi
	echo "FAILED: $what"
	grep -e error: -e warning: -e undefined "$log" | head -5
	failed=1
	return 1
}

# What a product needs of the system: the C library and threads.
needs() {	# product
	file=$1
	extra=$(readelf -d "$file" 2>/dev/null | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
	    grep -v -E '^lib(c|pthread|thr)\.so')
	if [ -n "$extra" ]; then
		echo "FAILED: $file needs $extra"
		failed=1
	fi
}

target() {	# triple, name of the system, poller
	build=$out/$1-$3
	rm -rf "$build"
	mkdir -p "$build"
	MAKEOBJDIRPREFIX=$build
	export MAKEOBJDIRPREFIX
	set -- "$1" "$2" "$3" OPSYS="$2" POLLER="$3" WERROR=yes LIBKQUEUE=no \
	    PICO=obj REPLACEABLE= "CC=$zig cc -target $1" "AR=$zig ar" \
	    "RANLIB=$zig ranlib"
	triple=$1
	poller=$3
	shift 3
	(cd "$out/source" && $make obj "$@") >/dev/null 2>&1
	step "library, $triple, $poller" lib "$@" all || return
	step "examples, $triple, $poller" share/examples "$@" all || return
	# The tests are the same with every poller: once is enough.
	[ "$poller" = poll ] ||
	    step "tests, $triple, $poller" regress "$@" POLLERS="$poller" \
	    ATF_CFLAGS="-I$out/source/regress/atf_standin" \
	    ATF_LIBS="$out/source/regress/atf_standin/atf_standin.c" \
	    cross-programs || return
	for product in "$build$out/source"/lib/*.so.* \
	    "$build$out/source"/share/examples/echo; do
		needs "$product"
	done
	echo "ok: $triple, POLLER=$poller"
}

for poller in kqueue poll; do
	target x86_64-freebsd FreeBSD $poller
	target aarch64-freebsd FreeBSD $poller
	# The headers are those of NetBSD 11; older stubs lack its kevent.
	target x86_64-netbsd.11.0-none NetBSD $poller
	target x86_64-openbsd OpenBSD $poller
	target aarch64-macos Darwin $poller
done
for poller in epoll poll; do
	target x86_64-linux-musl Linux $poller
done

# NetBSD up to 9 has other types in struct kevent: unsigned and an integer.
mkdir -p "$out/netbsd9"
if ${CC:-cc} -std=c11 -D_GNU_SOURCE -DKQUEUE_STANDIN_NETBSD -Wall -Wextra \
    -Werror -I"$top/regress/kqueue_standin" -I"$top/include" \
    -c "$top/poller/kqueue.c" -o "$out/netbsd9/kqueue.o"; then
	echo "ok: kqueue.c with the types of NetBSD 9"
else
	echo "FAILED: kqueue.c with the types of NetBSD 9"
	failed=1
fi
exit $failed
