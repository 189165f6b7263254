# The medians of one metric of results.csv: a line for each workload, a column
# for each peer.  With a prefix those workloads alone, named by what follows
# it; without one those that a client measured with its own number of
# connections.

BEGIN {
	FS = ","
}

NR == 1 || $4 != metric {
	next
}

prefix == "" && $2 ~ /^(connections|grow|commands|send|info|still)/ {
	next
}

prefix != "" && index($2, prefix) != 1 {
	next
}

{
	row = substr($2, length(prefix) + 1)
	if (!(row in rows)) {
		rows[row] = 1
		row_name[++row_count] = row
	}
	if (!($3 in columns)) {
		columns[$3] = 1
		column_name[++column_count] = $3
	}
	n = ++count[row, $3]
	for (i = n; i > 1 && sorted[row, $3, i - 1] > $5 + 0; i--)
		sorted[row, $3, i] = sorted[row, $3, i - 1]
	sorted[row, $3, i] = $5 + 0
}

END {
	printf("workload")
	for (j = 1; j <= column_count; j++)
		printf(" %s", column_name[j])
	printf("\n")
	for (i = 1; i <= row_count; i++) {
		printf("%s", row_name[i])
		for (j = 1; j <= column_count; j++) {
			n = count[row_name[i], column_name[j]]
			if (n == 0)
				printf(" -")
			else
				printf(" %s", sorted[row_name[i],
				    column_name[j], int((n + 1) / 2)])
		}
		printf("\n")
	}
}
