#! /bin/sh
#
# How fast an echo service in Lua is on two builds, measured in turns: echoes
# a second, and what each costs the server in processor time, which is the
# better number on a machine that has other work.
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

# The processor time in seconds of the programs that have been waited for.
children() {
	times >"$FOLDER/times"
	used=$(sed -n 2p "$FOLDER/times" |
	    awk -F '[ms ]+' '{ printf "%.2f", $1 * 60 + $2 + $3 * 60 + $4 }')
}

measure() {	# folder of the build, file to add the results to
	cd "$1" || exit 2
	serve echo "mode = \"$MODE\"" "thread = $THREADS"
	wait_line "$LOG" "^port "
	"$FOLDER/load" "$(sed -n 's/^port //p' "$LOG")" "$CONNECTIONS" \
	    "$BYTES" "$SECONDS_EACH" >"$FOLDER/rate" || fail "the load failed"
	children
	before=$used
	end "$SERVER"
	children
	rate=$(cat "$FOLDER/rate")
	cost=$(echo "$rate $SECONDS_EACH $before $used" |
	    awk '{ printf "%.2f", ($4 - $3) * 1e6 / ($1 * $2) }')
	echo "$rate" >>"$FOLDER/$2.rate"
	echo "$cost" >>"$FOLDER/$2.cost"
}

echo "$CONNECTIONS connections, $BYTES bytes, mode $MODE, echoes a second"
echo "          echoes a second    microseconds each"
echo "round   original   library   original  library"
round=0
while [ $round -lt "$ROUNDS" ]; do
	round=$((round + 1))
	# Who begins changes, for the machine's sake.
	if [ $((round % 2)) -eq 1 ]; then
		measure "$ORIGINAL" original
		measure "$LIBRARY" library
	else
		measure "$LIBRARY" library
		measure "$ORIGINAL" original
	fi
	printf '%5d   %8s  %8s   %8s %8s\n' $round \
	    "$(tail -n 1 "$FOLDER/original.rate")" \
	    "$(tail -n 1 "$FOLDER/library.rate")" \
	    "$(tail -n 1 "$FOLDER/original.cost")" \
	    "$(tail -n 1 "$FOLDER/library.cost")"
done

median() {	# file
	sort -n "$FOLDER/$1" | sed -n "$(((ROUNDS + 1) / 2))p"
}

printf 'median  %8s  %8s   %8s %8s\n' "$(median original.rate)" \
    "$(median library.rate)" "$(median original.cost)" "$(median library.cost)"
echo "$(median original.rate) $(median library.rate)" \
    "$(median original.cost) $(median library.cost)" |
    awk '{ printf "ratio of the medians, library / original: %.2f %.2f\n",
	$2 / $1, $4 / $3 }'
