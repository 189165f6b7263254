# test/testredis.lua, testpipeline.lua and testredis2.lua with a real server.

start_redis() {	# port, further options
	ports_free "$1"
	mkdir -p "$CASE/redis.$1"
	client "$CASE/redis.$1.log" /dev/null redis-server --port "$@" \
	    --bind 127.0.0.1 --save '' --appendonly no --daemonize no \
	    --dir "$CASE/redis.$1"
	REDIS=$CLIENT
	wait_line "$CASE/redis.$1.log" "eady to accept connections"
}

case_redis() {
	start_redis 6379
	serve testredis
	wait_line "$LOG" "^Watch.10.foo"
	wait_line "$LOG" "^Watch.20.hello.foo.hello.\*"
	want_line "$LOG" "^Exec.hello$"
	want_line "$LOG" "^Exec.world$"
	want_line "$LOG" "^hello world$"
	want "A" "hello world" "$(redis-cli -p 6379 get A)"
	want "D" 10 "$(redis-cli -p 6379 hlen D)"
	# What is published from outside reaches the one that watches.
	redis-cli -p 6379 publish hello.outside message >/dev/null
	wait_line "$LOG" "^Watch.message.hello.outside"
	end "$REDIS"
	wait_line "$LOG" "stack traceback"
	running "$SERVER" || fail "the server has died with redis"
}

case_pipeline() {
	start_redis 6379
	serve testpipeline
	wait_line "$LOG" "^test table"
	wait_line "$LOG" "^1.1$" 2
	wait_line "$LOG" "^3.3$" 2
	want_none "$LOG" "stack traceback"
	want "hello" 3 "$(redis-cli -p 6379 hlen hello)"
}

# A command of half a million words.  Lua itself can not unpack that many for
# the first form of the call, the second form passes them in a table.
case_redis_large() {
	start_redis 6300 --requirepass foobared
	serve testredis2
	wait_line "$LOG" "^redistest launched"
	want_line "$LOG" "^add2 succeed"
	want "test2" 250000 "$(redis-cli -p 6300 -a foobared --no-auth-warning \
	    hlen test2)"
}
