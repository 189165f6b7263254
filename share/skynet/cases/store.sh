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
	# Its server goes away and comes back.
	end "$REDIS"
	wait_line "$LOG" "redis.lua:.*\|[Ss]ocket.*6379\|[Ss]ocket"
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

# Two commands of half a million words each.
case_redis_large() {
	start_redis 6300 --requirepass foobared
	serve testredis2
	wait_line "$LOG" "^redistest launched"
	want_line "$LOG" "^add1 succeed"
	want_line "$LOG" "^add2 succeed"
	want_line "$LOG" "^dbsize:.2"
	want "test1" 250000 "$(redis-cli -p 6300 -a foobared --no-auth-warning \
	    hlen test1)"
}
