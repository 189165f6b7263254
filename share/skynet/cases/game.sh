# examples/config with examples/client.lua, the consoles, login.

# The example: console on standard input, debug console on port 8000, gate on
# 8888, harbor 1 with its master on 2013 and 2526.
start_example() {	# [configuration]
	ports_free 2013 2526 8000 8888
	mkfifo "$CASE/input"
	start_server server "${1:-examples/config}" "$CASE/input"
	exec 3>"$CASE/input"
	wait_line "$LOG" "Watchdog listen on 0.0.0.0:8888$"
}

# The same, and services of ours can be launched in it.
start_own_example() {
	configure own main "harbor = 1" 'address = "127.0.0.1:2526"' \
	    'master = "127.0.0.1:2013"' 'standalone = "127.0.0.1:2013"'
	start_example "$CASE/own.config"
}

start_client() {	# number
	mkfifo "$CASE/words.$1"
	client "$CASE/client.$1" "$CASE/words.$1" ./lua examples/client.lua
}

case_main() {
	start_example
	start_client 1
	exec 4>"$CASE/words.1"
	wait_line "$CASE/client.1" "^msg.Welcome to skynet"
	wait_line "$CASE/client.1" "^REQUEST.heartbeat"
	echo hello >&4
	wait_line "$CASE/client.1" "^result.world"
	start_client 2
	second=$CLIENT
	exec 5>"$CASE/words.2"
	wait_line "$CASE/client.2" "^msg.Welcome to skynet"
	want_line "$LOG" "New client from : 127.0.0.1:"
	want_line "$LOG" "^set.hello.world"

	# One asks to be closed, one vanishes.
	echo quit >&4
	wait_line "$CASE/client.1" "Server closed"
	end "$second"
	wait_line "$LOG" "^socket close"
	start_client 3
	exec 6>"$CASE/words.3"
	wait_line "$CASE/client.3" "^msg.Welcome to skynet"
}

# Names typed on standard input are launched; then it ends.
case_console() {
	start_own_example
	echo testsha >&3
	wait_line "$LOG" "LAUNCH snlua testsha"
	printf 'hello_con' >&3
	printf 'sole one\nhello_console two\n' >&3
	wait_line "$LOG" "^hello from the console one"
	wait_line "$LOG" "^hello from the console two"
	exec 3>&-
	# The original's console does not expect the end and says so.
	wait_line "$LOG" "console.lua:.*bad argument #1"
	start_client 1
	exec 4>"$CASE/words.1"
	wait_line "$CASE/client.1" "^msg.Welcome to skynet"
}

# A regular file can not be waited for: the console hears an error.
case_console_file() {
	ports_free 2013 2526 8000 8888
	echo hello_console three >"$CASE/input"
	start_server server examples/config "$CASE/input"
	wait_line "$LOG" "Watchdog listen on 0.0.0.0:8888$"
	wait_line "$LOG" "console.lua:.*"
	start_client 1
	exec 4>"$CASE/words.1"
	wait_line "$CASE/client.1" "^msg.Welcome to skynet"
}

# examples/abort.lua ends the whole: no crash, exit status 0.
case_abort() {
	start_example
	echo abort >&3
	wait_end "$SERVER" || fail "it ended with status $?"
	SERVERS=
}

ask() {		# lines for the debug console
	for line; do
		echo "$line"
	done | talk 8000
}

case_debug_console() {
	start_own_example
	want_line "$LOG" "Start debug console at 127.0.0.1:8000$"
	ask help >"$CASE/help"
	want_line "$CASE/help" "^Welcome to skynet console"
	want_line "$CASE/help" "netstat"
	want_line "$CASE/help" "^<CMD OK>"
	ask list >"$CASE/list"
	want_line "$CASE/list" "snlua simpledb"
	want_line "$CASE/list" "^<CMD OK>"
	ask "start hello_console four" >"$CASE/start"
	want_line "$CASE/start" "^<CMD OK>"
	wait_line "$LOG" "^hello from the console four"
	ask nonsense >"$CASE/nonsense"
	want_line "$CASE/nonsense" "^Invalid command"

	# Several clients at the same time, and the same by HTTP.
	ask stat >"$CASE/stat" &
	ask service >"$CASE/service" &
	wait $!
	want_line "$CASE/service" "^<CMD OK>"
	fetch --http0.9 http://127.0.0.1:8000/list >"$CASE/http" ||
	    fail "curl failed"
	want_line "$CASE/http" "snlua simpledb"

	ask netstat >"$CASE/netstat"
	want_line "$CASE/netstat" "^<CMD OK>"
	want_line "$CASE/netstat" "type:LISTEN"
	want_line "$CASE/netstat" "peer:127.0.0.1:[0-9]*.*type:TCP"
	want_line "$CASE/netstat" "id:[0-9]*.*sock:0.0.0.0:8888"
	fact "netstat: the keys of a TCP socket are $(sed -n \
	    's/^[^p]*address:/address:/; /type:TCP/{s/:[^	]*//g;p;q;}' \
	    "$CASE/netstat" | tr '\t' ' ')"
}

# The client would end with its standard input.
login() {	# file of its output
	[ -p "$CASE/quiet" ] || mkfifo "$CASE/quiet"
	client "$CASE/$1" "$CASE/quiet" ./lua examples/login/client.lua
	exec 4>"$CASE/quiet"
	wait_end "$CLIENT" || fail "the client ended with status $?"
	exec 4>&-
}

case_login() {
	ports_free 8001 8888
	start_server server examples/config.login
	wait_line "$LOG" "Listen on 0.0.0.0 8888"
	login client
	want_line "$CASE/client" "^200 MQ=="
	want_line "$CASE/client" "^login ok, subid=.1"
	want_line "$CASE/client" "^200 OK" 2
	want_line "$CASE/client" "^<===.true.echo.0"
	want_line "$CASE/client" "^<===.true.again.1"
	wait_line "$LOG" "hello@sample is login"
	wait_line "$LOG" "AFK" 2

	# A second login of the same user sends the first one away.
	login again
	wait_line "$LOG" "hello@sample is logout"
	want_line "$CASE/again" "^<===.true.again.1"
}

# The gate service in C, by a watchdog in Lua (lua/c_gate.lua).
case_c_gate() {
	ports_free 8788
	serve c_gate
	wait_line "$LOG" "^gate is open"
	# Two packages with their size in front are echoed with theirs.
	printf '\000\005hello\000\003you' >"$CASE/packages"
	(cat "$CASE/packages"; wait_line "$LOG" "^echo you") |
	    talk 8788 >"$CASE/answer"
	cmp -s "$CASE/answer" "$CASE/packages" || fail "the echo differs"
	wait_line "$LOG" "^[0-9]* close"
	# A client that asks for it is sent away.
	printf '\000\004quit' | nc -w "$DEADLINE" 127.0.0.1 8788 >"$CASE/quit"
	want "goodbye" "$(printf '\000\003bye' | od -c)" \
	    "$(od -c <"$CASE/quit")"
	wait_line "$LOG" "^[0-9]* close" 2
	want_line "$LOG" "^[0-9]* open [0-9]* 127.0.0.1:[0-9]*:0$"
}
