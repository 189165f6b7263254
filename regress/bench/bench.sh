#! /bin/sh
#
# Runs the benchmarks: in each round every workload, in each workload every
# peer, one after the other, in each round another one first.  The floor runs a
# second time as "again": what the two differ in is the machine's doing.  The
# Makefile gives the BENCH_ variables.
#
# results.csv has a line for each number: round, workload, peer, metric, value.

set -u

here=$(cd "$(dirname "$0")" && pwd)
results=$BENCH_RESULTS
csv=$results/results.csv
log=$results/log.txt
cd "$BENCH_PROGRAMS" || exit 1
mkdir -p "$results"
csv_part=$results/part
: >"$log"
echo "round,workload,peer,metric,value" >"$csv"

all_peers="floor again bare run0 run1 run2 uv event ev original"
all_workloads="ping echo100 pipe100 bulk4 churn udp32 idle fan500 many-small"
all_workloads="$all_workloads still commands send info connections grow"
[ "$BENCH_PEERS" = all ] && BENCH_PEERS=$all_peers
[ "$BENCH_WORKLOADS" = all ] && BENCH_WORKLOADS=$all_workloads

program() {	# peer: the command line of a server
	case $1 in
	floor|again)	echo ./bench_epoll ;;
	run[0-9])	echo "./bench_skynet ${1#run}" ;;
	run0-static)	echo "./bench_skynet_static 0" ;;
	bare-static)	echo ./bench_bare_static ;;
	bare-*)		echo "./bench_bare_${1#bare-}" ;;
	*)		echo "./bench_$1" ;;
	esac
}

there() {	# peer
	file=$(program "$1")
	[ -x "${file%% *}" ]
}

record() {	# workload, peer, command ...
	workload=$1
	peer=$2
	shift 2
	if "$@" >"$csv_part" 2>>"$log" </dev/null; then
		sed -e "s/^/$round,$workload,$peer,/" -e 's/ /,/' \
		    "$csv_part" >>"$csv"
	else
		echo "round $round: $workload with $peer failed" | tee -a "$log"
	fi
}

load() {	# recorded as, peer, options, workload
	set -- "$1" "$2" "-t $BENCH_SECONDS $3" "$4"
	case $BENCH_PIN in
	yes)	set -- "$@" "taskset -c 1" "-p 0" ;;
	one)	set -- "$@" "taskset -c 0" "-p 0" ;;
	*)	set -- "$@" "" "" ;;
	esac
	record "$1" "$2" $5 ./bench_load $6 $3 "$4" $(program "$2")
}

micro() {	# recorded as, arguments ...
	name=$1
	shift
	record "$name" library ./bench_micro "$@"
	[ ! -x bench_original_micro ] || case " $peers " in
	*" original "*)
		record "$name" original ./bench_original_micro "$@" ;;
	esac
}

present() {	# peers: those that were built
	for p in "$@"; do
		if there "$p"; then
			echo "$p"
		fi
	done
}

run_workload() {
	case $1 in
	still)
		for p in $peers $(present run0-static bare-static); do
			load still "$p" "" still
		done ;;
	commands)
		for n in 1 2 4; do
			micro "commands-$n" commands "$n"
		done ;;
	send)
		for size in 64 16384; do
			for n in 1 2 4; do
				micro "send$size-$n" send "$n" "$size"
			done
		done ;;
	info)
		micro info info 10000 ;;
	connections)
		for n in 1 10 100 1000; do
			for p in $peers; do
				load "connections-$n" "$p" "-c $n" echo100
			done
		done ;;
	grow)
		for n in 0 1000 5000 15000; do
			for p in $(present bare-epoll bare-kqueue bare-poll)
			do
				load "grow-$n" "$p" "-i $n" idle
			done
		done ;;
	*)
		for p in $peers; do
			load "$1" "$p" "" "$1"
		done ;;
	esac
}

peers=
for p in $BENCH_PEERS; do
	if there "$p"; then
		peers="$peers $p"
	elif [ "$p" = original ]; then
		echo "The original is left out: ORIGINAL names no sources."
	else
		echo "$p is left out: its library is not here."
	fi
done

{
	uname -srm
	echo "processors: $(getconf _NPROCESSORS_ONLN)"
	uptime
	echo "rounds: $BENCH_ROUNDS of $BENCH_SECONDS s; pinned: $BENCH_PIN"
} >"$results/system.txt"

turned() {	# peers: the first one last
	first=$1
	shift
	echo "$* $first"
}

round=1
while [ "$round" -le "$BENCH_ROUNDS" ]; do
	for w in $BENCH_WORKLOADS; do
		echo "round $round: $w"
		run_workload "$w"
	done
	peers=$(turned $peers)
	round=$((round + 1))
done
rm -f "$csv_part"
uptime >>"$results/system.txt"

{
	cat "$results/system.txt"
	awk -f "$here/report.awk" "$csv"
	if [ -s "$log" ]; then
		echo
		echo "What was said meanwhile:"
		sort "$log" | uniq -c
	fi
} >"$results/results.txt"
cat "$results/results.txt"
sh "$here/plot.sh" "$here" "$results"
echo "Results: $results"
exit 0
