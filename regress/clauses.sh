#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Copyright (c) 2026 The libskynet_socket authors

# Prints README.md anew, its table made from the sources.  Run it here:
#
#	sh clauses.sh > README.new && mv README.new README.md

LC_ALL=C		# of sort
export LC_ALL
sed '/^| clause /,$d' README.md
echo '| clause | cases |'
echo '|---|---|'
awk -f clauses.awk ./*_test.c ./*/*_test.c ./*_test.sh | sort -u |
    awk '{ print index("MFLWTEU", substr($1, 1, 1)), substr($1, 3) + 0, $0 }' |
    sort -k1,1n -k2,2n -k4,4 -k5,5 |
    awk '
	$3 != clause {
		if (clause != "")
			print row " |"
		clause = $3
		program = ""
		row = "| " clause " |"
	}
	$4 != program {
		row = row (program == "" ? "" : ";") " **" $4 "**"
		program = $4
	}
	{ row = row " " $5 }
	END { print row " |" }'
