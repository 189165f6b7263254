# test/testudp.lua: IPv4 and IPv6, each by a bound and a dialled socket.

case_udp() {
	serve testudp
	wait_line "$LOG" "client v4 recv.OK hello [0-9]*.127.0.0.1.8765$" 20
	wait_line "$LOG" "client recv v6 response str:OK hello" 20
	wait_line "$LOG" "server v4 recv.hello 20.127.0.0.1.[0-9]*$"
	# nc waits one second for an answer and then ends.
	printf 'from outside' | nc -u -w 1 127.0.0.1 8765 >"$CASE/answer"
	want "answer" "OK from outside" "$(cat "$CASE/answer")"
	printf 'from outside' | nc -u -w 1 ::1 8766 >"$CASE/answer6"
	want "IPv6 answer" "OK from outside" "$(cat "$CASE/answer6")"
}
