# Makes tables of results.csv: medians over the rounds, medians of the ratios
# within each round, and the quartiles of some of them.

BEGIN {
	FS = ","
	metrics = split("rate cpu_us p50_us p99_us p999_us peak_kb", metric, " ")
}

NR == 1 {
	next
}

{
	value[$2, $3, $4, $1] = $5
	if ($1 > rounds)
		rounds = $1
	if (!(($2) in seen)) {
		seen[$2] = 1
		workload[++workloads] = $2
	}
	if (!(($2, $3) in seen)) {
		seen[$2, $3] = 1
		peers[$2] = peers[$2] " " $3
	}
	has[$2, $4] = 1
}

# The first n of list.
function sort(n,	i, j, swap) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
			swap = list[j]
			list[j] = list[j - 1]
			list[j - 1] = swap
		}
}

function median(n) {
	if (n == 0)
		return "-"
	sort(n)
	if (n % 2 == 1)
		return list[(n + 1) / 2]
	return (list[n / 2] + list[n / 2 + 1]) / 2
}

function of(w, p, m,	n, r) {
	n = 0
	for (r = 1; r <= rounds; r++)
		if ((w, p, m, r) in value)
			list[++n] = value[w, p, m, r] + 0
	return median(n)
}

# Into list, one for each round; returns how many.
function ratio_list(w, p, q, m,	n, r) {
	n = 0
	for (r = 1; r <= rounds; r++)
		if ((w, p, m, r) in value && (w, q, m, r) in value &&
		    value[w, q, m, r] > 0)
			list[++n] = value[w, p, m, r] / value[w, q, m, r]
	return n
}

function ratio(w, p, q, m) {
	return median(ratio_list(w, p, q, m))
}

function quartiles(w, p, q, m,	n) {
	n = ratio_list(w, p, q, m)
	if (n == 0)
		return "-"
	sort(n)
	return sprintf("%.2f - %.2f", list[int((n + 3) / 4)],
	    list[n + 1 - int((n + 3) / 4)])
}

function number(x, wide) {
	if (x == "-")
		return sprintf("%*s", wide, "-")
	if (x >= 10000)
		return sprintf("%*.0f", wide, x)
	return sprintf("%*.2f", wide, x)
}

# Our servers against each peer.
function ratios(w, m, text,	i, j, n, names, line) {
	n = split(peers[w], names, " ")
	printf("  %-14s", text)
	for (j = 1; j <= n; j++)
		printf(" %9s", "/" names[j])
	printf("\n")
	for (i = 1; i <= n; i++) {
		if (names[i] !~ /^(bare|run|library)/)
			continue
		line = sprintf("  %-14s", names[i])
		for (j = 1; j <= n; j++)
			line = line " " (i == j ? sprintf("%9s", "") : \
			    number(ratio(w, names[i], names[j], m), 9))
		print line
	}
}

# Half of the rounds lie between these.
function spread(w, q,	i, n, names) {
	if (!((w, q) in seen) || rounds < 3)
		return
	n = split(peers[w], names, " ")
	printf("  %-14s %16s %16s\n", "quartiles", "rate/" q, "CPU/" q)
	for (i = 1; i <= n; i++)
		if (names[i] != q)
			printf("  %-14s %16s %16s\n", names[i],
			    quartiles(w, names[i], q, "rate"),
			    quartiles(w, names[i], q, "cpu_us"))
}

function table(w,	i, j, n, names) {
	n = split(peers[w], names, " ")
	printf("  %-14s %12s %9s %9s %9s %9s %9s\n", "", "messages/s",
	    "CPU us", "p50 us", "p99 us", "p99.9 us", "peak KB")
	for (i = 1; i <= n; i++) {
		printf("  %-14s %s", names[i],
		    number(of(w, names[i], "rate"), 12))
		for (j = 2; j <= metrics; j++)
			printf(" %s", number(of(w, names[i], metric[j]), 9))
		printf("\n")
	}
	ratios(w, "rate", "rate")
	ratios(w, "cpu_us", "CPU/message")
	spread(w, "floor")
	spread(w, "run1")
}

function other(w, wanted,	i, j, k, m, n, names) {
	n = split(peers[w], names, " ")
	k = split(wanted, m, " ")
	printf("  %-14s", "")
	for (j = 1; j <= k; j++)
		printf(" %12s", m[j])
	printf("\n")
	for (i = 1; i <= n; i++) {
		printf("  %-14s", names[i])
		for (j = 1; j <= k; j++)
			printf(" %s", number(of(w, names[i], m[j]), 12))
		printf("\n")
	}
}

END {
	print "Medians of the rounds; ratios: medians of those in each round."
	for (i = 1; i <= workloads; i++) {
		w = workload[i]
		printf("\n%s\n", w)
		if (w == "still")
			other(w, "resident_kb idle idle_bytes wakeups peak_kb")
		else if (w ~ /^send/)
			other(w, "rate mb_s")
		else if (w == "info")
			other(w, "rate rate_alone info_ms")
		else if ((w, "cpu_us") in has)
			table(w)
		else
			other(w, "rate")
	}
}
