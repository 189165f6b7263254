# What the layer says without the lualib between: lua/facts.lua.  The lines
# that have to be the same on both builds are looked at here, all are facts
# for compare.sh.

case_facts() {
	ports_free 8775
	serve facts
	DEADLINE=$((DEADLINE * 5)) wait_line "$LOG" "^FACTS end"
	sed -n 's/^FACT //p' "$LOG" >>"$CASE/facts"
	want_none "$LOG" "^ERROR"
	for line in 'listen: CONNECT "127.0.0.1"' \
	    'start of a listener: CONNECT "start"' \
	    'connect: CONNECT "127.0.0.1"' \
	    'accept: ACCEPT "127.0.0.1:PORT"' \
	    'start of an accepted socket: CONNECT "start"' \
	    'start of a running socket: CONNECT "transfer"' \
	    'close: CLOSE' "the peer's close: CLOSE" \
	    'close after the peer'\''s close: nothing' \
	    'send to a socket that is gone: false' \
	    'connection refused: ERROR "Connection refused"' \
	    'bytes that arrive: 20971520' 'datagram: UDP 1000' \
	    'datagram after that: UDP 1'
	do
		grep -q -x -e "$line" "$CASE/facts" ||
		    fail "not \"$line\" but \"$(grep "^${line%%:*}:" \
		    "$CASE/facts")\""
	done
}
