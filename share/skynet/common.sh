# What the cases share: to start and end programs, to wait, to compare.
#
# A case runs in a shell of its own, in the folder of the build.  CASE is a
# folder for its files.  Of the programs that it starts PIDS holds the numbers,
# and SERVERS those that have to be running still at its end.

PIDS=
SERVERS=

fail() {	# reason
	[ -f "$CASE/reason" ] || echo "$*" >"$CASE/reason"
	exit 1
}

fact() {	# what was observed, that need not be the same everywhere
	echo "$*" >>"$CASE/facts"
}

running() {	# number
	kill -0 "$1" 2>/dev/null
}

at_end() {
	for pid in $SERVERS; do
		running "$pid" || fail "the server has died"
	done
}

end() {		# number of a program, which is ended and waited for
	running "$1" && kill "$1" 2>/dev/null
	left=$((DEADLINE * 10))
	while running "$1" && [ $left -gt 0 ]; do
		left=$((left - 1))
		sleep 0.1
	done
	running "$1" && kill -9 "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	remaining=
	for pid in $SERVERS; do
		[ "$pid" = "$1" ] || remaining="$remaining $pid"
	done
	SERVERS=$remaining
}

end_all() {
	for pid in $PIDS; do
		end "$pid"
	done 2>/dev/null
}

ports_free() {	# ports
	for port; do
		if nc -z 127.0.0.1 "$port" 2>/dev/null; then
			fail "port $port is in use by somebody else"
		fi
	done
}

wait_line() {	# file pattern [times]
	left=$((DEADLINE * 10))
	until [ "$(grep -c -e "$2" "$1" 2>/dev/null)" -ge "${3:-1}" ]
	do
		left=$((left - 1))
		[ $left -gt 0 ] ||
		    fail "no line \"$2\"${3:+ $3 times} in $(basename "$1")"
		sleep 0.1
	done 2>/dev/null
}

wait_end() {	# number of a program
	left=$((DEADLINE * 10))
	while running "$1"; do
		left=$((left - 1))
		[ $left -gt 0 ] || fail "program $1 does not end"
		sleep 0.1
	done
	wait "$1"
}

want_line() {	# file pattern
	grep -q -e "$2" "$1" || fail "no line \"$2\" in $(basename "$1")"
}

want_none() {	# file pattern
	if grep -q -e "$2" "$1"; then
		fail "a line \"$2\" in $(basename "$1")"
	fi
}

want() {	# what expected observed
	[ "$2" = "$3" ] || fail "$1: \"$3\" instead of \"$2\""
}

configure() {	# name of the configuration, start script, further lines
	{
		cat <<-EOF
		root = "./"
		thread = 4
		logger = nil
		logpath = "."
		harbor = 0
		bootstrap = "snlua bootstrap"
		luaservice = root.."service/?.lua;"..root.."test/?.lua;"
		    ..root.."examples/?.lua;$SCRIPTS/?.lua"
		lualoader = root.."lualib/loader.lua"
		lua_path = root.."lualib/?.lua;"..root.."lualib/?/init.lua"
		lua_cpath = root.."luaclib/?.so"
		snax = root.."examples/?.lua;"..root.."test/?.lua"
		cpath = root.."cservice/?.so"
		start = "$2"
		EOF
		shift 2
		for line; do
			echo "$line"
		done
	} >"$CASE/$1.config"
}

# Its output goes to the file name.log.  A pipe for its standard input is
# opened by the new process, for that waits for the other end.
start_server() {	# name, configuration [standard input]
	rm -f "$CASE/$1.log"
	$WRAP ./skynet "$2" >"$CASE/$1.log" 2>&1 <"${3:-/dev/null}" &
	SERVER=$!
	LOG=$CASE/$1.log
	PIDS="$PIDS $SERVER"
	SERVERS="$SERVERS $SERVER"
}

serve() {	# start script, further lines of the configuration
	script=$1
	configure server "$@"
	start_server server "$CASE/server.config"
}

client() {	# file of its output, standard input, command
	output=$1
	input=$2
	shift 2
	"$@" >"$output" 2>&1 <"$input" &
	CLIENT=$!
	PIDS="$PIDS $CLIENT"
}

# nc that ends its own side at the end of input and waits for the other's.
# It gives up after the deadline.
talk() {	# port
	nc -N -w "$DEADLINE" 127.0.0.1 "$1"
}
