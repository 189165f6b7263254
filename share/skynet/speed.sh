#! /bin/sh
#
# How fast an echo service in Lua is on two builds, measured in turns.
#
#	sh speed.sh ORIGINAL LIBRARY
#
# The environment: ROUNDS (5), SECONDS_EACH (3), CONNECTIONS (100), BYTES (64),
# MODE (one or each, see lua/echo.lua), THREADS (2: workers), CC.

set -u
LC_ALL=C
export LC_ALL

HERE=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 2 ] || { echo "usage: sh speed.sh ORIGINAL LIBRARY" >&2; exit 2; }
ORIGINAL=$(cd "$1" && pwd) || exit 2
LIBRARY=$(cd "$2" && pwd) || exit 2
ROUNDS=${ROUNDS:-5}
SECONDS_EACH=${SECONDS_EACH:-3}
CONNECTIONS=${CONNECTIONS:-100}
BYTES=${BYTES:-64}
MODE=${MODE:-one}
THREADS=${THREADS:-2}
DEADLINE=30
WRAP=
SCRIPTS=$HERE/lua
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/skynet.XXXXXX") || exit 2
CASE=$FOLDER
. "$HERE/common.sh"
trap 'end_all; cat "$FOLDER/reason" 2>/dev/null; rm -rf "$FOLDER"' EXIT
trap 'exit 130' INT TERM

case $(uname -s) in
Linux)	features=-D_GNU_SOURCE ;;
*)	features= ;;
esac
${CC:-cc} -std=c11 $features -O2 -o "$FOLDER/load" "$HERE/load.c" || exit 2

measure() {	# folder of the build; appends to the file of its name
	cd "$1" || exit 2
	serve echo "mode = \"$MODE\"" "thread = $THREADS"
	wait_line "$LOG" "^port "
	"$FOLDER/load" "$(sed -n 's/^port //p' "$LOG")" "$CONNECTIONS" \
	    "$BYTES" "$SECONDS_EACH" >"$FOLDER/rate" || fail "the load failed"
	end "$SERVER"
	cat "$FOLDER/rate" >>"$FOLDER/$2"
	rate=$(cat "$FOLDER/rate")
}

echo "$CONNECTIONS connections, $BYTES bytes, mode $MODE, echoes a second"
echo "round  original   library"
round=0
while [ $round -lt "$ROUNDS" ]; do
	round=$((round + 1))
	# Who begins changes, for the machine's sake.
	if [ $((round % 2)) -eq 1 ]; then
		measure "$ORIGINAL" original; original=$rate
		measure "$LIBRARY" library; library=$rate
	else
		measure "$LIBRARY" library; library=$rate
		measure "$ORIGINAL" original; original=$rate
	fi
	printf '%5d  %8d  %8d\n' $round "$original" "$library"
done

median() {
	sort -n "$FOLDER/$1" | sed -n "$(((ROUNDS + 1) / 2))p"
}
original=$(median original)
library=$(median library)
printf 'median %8d  %8d  ratio ' "$original" "$library"
echo "$original $library" | awk '{ printf "%.2f\n", $2 / $1 }'
