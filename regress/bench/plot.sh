#! /bin/sh
#
# Plots of results.csv by gnuplot.
#
#	sh plot.sh folder-of-this folder-of-results

here=$1
results=$2
csv=$results/results.csv

if ! command -v gnuplot >/dev/null 2>&1; then
	echo "No plots: gnuplot is not here."
	exit 0
fi

# A line for each row, a column for each peer: the medians.
matrix() {	# file, metric, what rows begin with: prefix-, or nothing
	awk -v metric="$2" -v prefix="$3" \
	    -f "$here/matrix.awk" "$csv" >"$1"
	[ "$(wc -l <"$1")" -gt 1 ]
}

plot() {	# name, title, label of y, style of plot, more settings
	columns=$(awk 'NR == 1 { print NF }' "$results/$1.data")
	gnuplot 2>>"$results/log.txt" <<-EOF
	set terminal pngcairo size 1100,600 font ",11"
	set output "$results/$1.png"
	set title "$2"
	set ylabel "$3"
	set key outside
	set grid ytics
	set datafile missing "-"
	$5
	plot for [i=2:$columns] "$results/$1.data" $4
	EOF
}

bars='using i:xtic(1) title columnheader(i)'
histogram='set style data histogram
set style fill solid 0.8
set logscale y
set xtics rotate by -30'
lines='using 1:i title columnheader(i) with linespoints'

if matrix "$results/rate.data" rate ""; then
	plot rate "Messages a second" "messages/s" "$bars" "$histogram"
fi
if matrix "$results/cpu.data" cpu_us ""; then
	plot cpu "The server's CPU for a message" "us" "$bars" "$histogram"
fi
if matrix "$results/p99.data" p99_us connections-; then
	plot p99 "99th percentile of the latency" "us" "$lines" \
	    'set xlabel "connections"
set logscale xy'
fi
if matrix "$results/grow.data" cpu_us grow-; then
	plot grow "The server's CPU for a message beside idle connections" \
	    "us" "$lines" 'set xlabel "idle connections"
set yrange [0:*]'
fi
exit 0
