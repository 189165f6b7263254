# examples/simpleweb.lua, test/testhttp.lua, examples/simplewebsocket.lua.

fetch() {	# curl's arguments
	curl -s -S --noproxy '*' --max-time "$DEADLINE" "$@" \
	    2>>"$CASE/curl.errors"
}

case_web() {
	ports_free 8001
	serve simpleweb
	wait_line "$LOG" "Listen web port 8001"
	url=http://127.0.0.1:8001
	fetch "$url/some/where?one=1&two=2" >"$CASE/get" || fail "GET failed"
	want_line "$CASE/get" "^path: /some/where$"
	want_line "$CASE/get" "^query: one= 1$"
	want_line "$CASE/get" "^query: two= 2$"
	fetch -d 'body of a post' "$url/" >"$CASE/post" || fail "POST failed"
	want "body" "body of a post" "$(sed '1,/-body-/d' "$CASE/post")"

	# A body beyond the example's limit is answered although it is unread.
	dd if=/dev/zero of="$CASE/large" bs=9000 count=1 2>/dev/null
	want "large body" 413 "$(fetch -o /dev/null -w '%{http_code}' \
	    --data-binary @"$CASE/large" "$url/")"
	want "chunks" "in chunks" "$(printf 'in chunks' | fetch -T - \
	    -H 'Transfer-Encoding: chunked' "$url/" | sed '1,/-body-/d')"
	want "nonsense" "" "$(printf 'nonsense\r\n\r\n' | talk 8001)"

	# Half closed before the answer, and gone without a request.
	want "half closed" "HTTP/1.1 200" "$(printf 'GET / HTTP/1.0\r\n\r\n' |
	    talk 8001 | head -1 | cut -c1-12)"
	talk 8001 </dev/null >/dev/null
	wait_line "$LOG" "socket closed"
}

case_web_many() {
	ports_free 8001
	serve simpleweb
	wait_line "$LOG" "Listen web port 8001"
	clients=
	number=0
	while [ $number -lt 40 ]; do
		number=$((number + 1))
		fetch "http://127.0.0.1:8001/$number" >"$CASE/get.$number" &
		clients="$clients $!"
	done
	PIDS="$PIDS $clients"
	wait $clients
	while [ $number -gt 0 ]; do
		want_line "$CASE/get.$number" "^path: /$number$"
		number=$((number - 1))
	done
}

# testhttp asks servers of the world; lua/world.lua plays them on loopback.
case_http() {
	ports_free 8001
	serve world "preload = \"$SCRIPTS/world_preload.lua\""
	wait_line "$LOG" "\[test_connect_formats\] done"
	want_line "$LOG" "resolved baidu.com -> 127.0.0.1"
	want_none "$LOG" "FAIL:"
	wait_line "$LOG" "^STATUS.200"
	wait_line "$LOG" "^HEAD.content-length"
	wait_line "$LOG" "^path: /"
	wait_line "$LOG" "^GET 127.0.0.1 (baidu.com)"
	wait_line "$LOG" "^true"
}

case_websocket() {
	ports_free 9948
	serve simplewebsocket
	# The example's own client says it once a second.
	wait_line "$LOG" "^<: hello world!" 2
	wait_line "$LOG" "^ws ping from: "
	{
		printf 'GET /chat HTTP/1.1\r\nHost: localhost\r\n'
		printf 'Upgrade: websocket\r\nConnection: Upgrade\r\n'
		printf 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
		printf 'Sec-WebSocket-Version: 13\r\n\r\n'
		# "Hello" in a masked frame, then a masked frame that closes.
		printf '\201\205\067\372\041\075\177\237\115\121\130'
		printf '\210\200\001\002\003\004'
	} | talk 9948 >"$CASE/answer"
	want_line "$CASE/answer" "^HTTP/1.1 101"
	want_line "$CASE/answer" "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	want "frames" "$(printf '\201\005Hello\210' | od -c)" \
	    "$(sed "1,/^.\$/d" "$CASE/answer" | dd bs=1 count=8 \
	    2>/dev/null | od -c)"
	want_line "$LOG" "url./chat"
	wait_line "$LOG" "ws close from: "
}
