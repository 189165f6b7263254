#! /bin/sh
#
# Runs all cases on both builds and shows which facts differ.
#
#	sh compare.sh ORIGINAL LIBRARY [case ...]

set -u
HERE=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 2 ] || { echo "usage: sh compare.sh ORIGINAL LIBRARY" >&2; exit 2; }
original=$1
library=$2
shift 2
folder=$(mktemp -d "${TMPDIR:-/tmp}/skynet.XXXXXX") || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
status=0
for build in original library; do
	: >"$folder/$build"
	eval "folder_of_build=\$$build"
	echo "On the $build layer:"
	FACTS=$folder/$build sh "$HERE/run.sh" "$folder_of_build" "$@" ||
	    status=1
done
echo "What differs (-: original, +: library):"
diff -U 0 "$folder/original" "$folder/library" | sed 1,2d | grep '^[-+]'
exit $status
