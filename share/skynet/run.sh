#! /bin/sh
#
# Runs the original project's own examples and tests on one build of it.
#
#	sh run.sh BUILD [case ...]
#
# BUILD is a folder made by build.sh.  Each case starts ./skynet there, drives
# it from outside, compares what comes back and ends it.  The environment:
#
#	DEADLINE	seconds that anything may take (30)
#	FACTS		file to write what was observed to, for compare.sh
#	KEEP		a folder to keep the logs in
#	WRAP		a command to start ./skynet with, as valgrind

set -u
LC_ALL=C
export LC_ALL

HERE=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { echo "usage: sh run.sh BUILD [case ...]" >&2; exit 2; }
[ -x "$1/skynet" ] || { echo "There is no skynet in $1" >&2; exit 2; }
BUILD=$(cd "$1" && pwd)
shift
DEADLINE=${DEADLINE:-30}
FACTS=${FACTS:-/dev/null}
WRAP=${WRAP:-}
SCRIPTS=$HERE/lua

. "$HERE/common.sh"
for file in "$HERE"/cases/*.sh; do
	. "$file"
done

# Every function that is called case_something, in the order of the files.
ALL=$(sed -n 's/^case_\([a-z0-9_]*\)() {.*/\1/p' "$HERE"/cases/*.sh)
[ $# -gt 0 ] || set -- $ALL

for tool in curl nc redis-server redis-cli cmp; do
	command -v $tool >/dev/null ||
	    echo "There is no $tool: the cases that need it will fail" >&2
done

if [ -n "${KEEP:-}" ]; then
	mkdir -p "$KEEP"
	FOLDER=$(cd "$KEEP" && pwd)
else
	FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/skynet.XXXXXX") || exit 2
	trap 'rm -rf "$FOLDER"' EXIT
	trap 'exit 130' INT TERM
fi

cd "$BUILD" || exit 2
passed=0
failed=0
for name; do
	CASE=$FOLDER/$name
	rm -rf "$CASE"
	mkdir -p "$CASE"
	(trap 'end_all' EXIT; trap 'exit 130' INT TERM; "case_$name"; at_end)
	if [ $? -eq 0 ]; then
		passed=$((passed + 1))
		printf '%-20s ok\n' "$name"
	else
		failed=$((failed + 1))
		reason=$(cat "$CASE/reason" 2>/dev/null)
		printf '%-20s FAILED %s\n' "$name" "${reason:-without a word}"
	fi
	cat "$CASE"/facts 2>/dev/null >>"$FACTS"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
