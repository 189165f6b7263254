# Several processes: cluster1 and cluster2, master and slave of a harbor.

start_cluster() {
	ports_free 2528 2529
	start_server first examples/config.c1
	FIRST=$SERVER
	wait_line "$LOG" "^ping server start"
}

case_cluster() {
	start_cluster
	first=$LOG
	start_server second examples/config.c2
	wait_line "$LOG" "^foobar$"
	wait_line "$LOG" "^foobar2$"
	wait_line "$LOG" "^false.*call failed"
	wait_line "$first" "ping proxy"
	wait_line "$first" "ping db2:longstringRRRRR.*(102414)"
	wait_line "$LOG" "^hello$"
	want_line "$LOG" "Config nowaiting"
	want_none "$first" "stack traceback"
}

# The node that is asked goes away, and comes back.
case_cluster_back() {
	start_cluster
	configure second cluster_client
	start_server second "$CASE/second.config"
	second=$LOG
	wait_line "$second" "^answer.foobar"
	end "$FIRST"
	wait_line "$second" "^no answer"
	start_cluster
	before=$(grep -c "^answer.foobar" "$second")
	wait_line "$second" "^answer.foobar" $((before + 1))
}

start_master() {	# start script
	ports_free 2013 2526 2527
	configure master "$1" "harbor = 1" 'address = "127.0.0.1:2526"' \
	    'master = "127.0.0.1:2013"' 'standalone = "0.0.0.0:2013"'
	start_server master "$CASE/master.config"
	MASTER=$SERVER
	MASTER_LOG=$LOG
	wait_line "$LOG" "Shakehand ready"
}

case_harbor() {
	start_master testharborlink
	wait_line "$MASTER_LOG" "^wait for harbor 2"
	start_server slave examples/config_log
	wait_line "$MASTER_LOG" "^harbor 2 connected"
	wait_line "$MASTER_LOG" "^LOG =.:0200"
	want_line "$LOG" "^Log server start"
	# The slave vanishes, its link does too, and it may come again.
	end "$SERVER"
	wait_line "$MASTER_LOG" "^disconnected"
	running "$MASTER" || fail "the master has died with the slave"
}

case_harbor_master() {
	start_master testharborlink
	start_server slave examples/config_log
	# The name is there only shortly before the slave looks out for its end.
	wait_line "$MASTER_LOG" "^LOG =.:0200"
	end "$MASTER"
	wait_line "$LOG" "^master is down"
}

# Messages of a channel between two processes, both ways.  The example deletes
# the channel behind its messages, which need not all arrive for that.
case_multicast() {
	start_master testmulticast
	wait_line "$MASTER_LOG" "<=== .*Hello World" 10
	mkfifo "$CASE/quiet"
	start_server slave examples/config.mc "$CASE/quiet"
	exec 3>"$CASE/quiet"
	wait_line "$LOG" "^remote channel"
	wait_line "$LOG" "<=== .*Remote message$" 10
	wait_line "$MASTER_LOG" "<=== .*Remote message"
}
