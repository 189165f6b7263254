#! /bin/sh
#
# Writes the packing lists of the three ports from regress/manifest, here or in
# the folder given.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
files=$(grep -v -e '^#' -e '^$' "$here/../../regress/manifest")
mkdir -p "$out/freebsd" "$out/openbsd/pkg" "$out/pkgsrc"

# FreeBSD: one number in the library's name, pages are compressed.
{
	echo "$files" | sed -e 's|^lib/pkgconfig/|libdata/pkgconfig/|' \
	    -e 's|^\(share/man/.*\)$|\1.gz|'
	echo lib/libskynet_socket.so
	echo lib/libskynet_socket.so.0
} | LC_ALL=C sort > "$out/freebsd/pkg-plist"

# OpenBSD: folders are named, pages and libraries marked.
{
	echo "$files" | sed -e 's|^share/man/|@man man/|' \
	    -e 's|^\(lib/.*\.a\)$|@static-lib \1|'
	echo "$files" | grep -e '^include/' -e '^share/examples/' |
	    sed 's|[^/]*$||' | sort -u
	# The name is make's to fill in.
	echo '@lib lib/libskynet_socket.so.${LIBskynet_socket_VERSION}'
} | awk '{ print ($1 ~ /^@/ ? $2 : $1) "\t" $0 }' | LC_ALL=C sort |
    cut -f2 > "$out/openbsd/pkg/PLIST"

# pkgsrc: pages below man/.
{
	echo '@comment $NetBSD$'
	{
		echo "$files" | sed 's|^share/man/|man/|'
		echo lib/libskynet_socket.so
		echo lib/libskynet_socket.so.0
		echo lib/libskynet_socket.so.0.0
	} | LC_ALL=C sort
} > "$out/pkgsrc/PLIST"
