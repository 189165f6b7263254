# test/testsocket.lua: an echo, one service a connection.

start_testsocket() {
	ports_free 8001
	serve testsocket
	wait_line "$LOG" "Listen socket"
}

case_socket() {
	start_testsocket
	printf 'one\ntwo\n' | talk 8001 >"$CASE/answer" || fail "nc failed"
	printf 'Hello Skynet\none\ntwo\n' >"$CASE/expected"
	cmp -s "$CASE/answer" "$CASE/expected" || fail "the echo differs"
	want_line "$LOG" "connect from 127.0.0.1:[0-9]* "
}

# What is sent in one go and ended comes back whole, pauses and all.
case_socket_large() {
	start_testsocket
	dd if=/dev/urandom of="$CASE/large" bs=65536 count=256 2>/dev/null
	(printf 'Hello Skynet\n'; cat "$CASE/large") >"$CASE/expected"
	talk 8001 <"$CASE/large" >"$CASE/answer" || fail "nc failed"
	cmp -s "$CASE/answer" "$CASE/expected" ||
	    fail "16 MB came back as $(wc -c <"$CASE/answer") bytes"
}

case_socket_many() {
	start_testsocket
	clients=
	number=0
	while [ $number -lt 50 ]; do
		number=$((number + 1))
		echo "client $number" | talk 8001 >"$CASE/answer.$number" &
		clients="$clients $!"
	done
	PIDS="$PIDS $clients"
	wait $clients
	while [ $number -gt 0 ]; do
		want "echo $number" "client $number" \
		    "$(sed 1d "$CASE/answer.$number")"
		number=$((number - 1))
	done
}

# A port in use: the second server's listen fails, the first goes on.
case_port_in_use() {
	start_testsocket
	first=$SERVER
	configure second testsocket
	start_server second "$CASE/second.config"
	wait_line "$CASE/second.log" "Listen failed\|init service failed"
	end "$SERVER"
	want "echo" "Hello Skynet" "$(talk 8001 </dev/null)"
	running "$first" || fail "the first server has died"
}
