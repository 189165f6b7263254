# SPDX-License-Identifier: BSD-2-Clause
#
# Copyright (c) 2026 The libskynet_socket authors

# Which test case holds which clause: one line "clause program case" for each
# pair, from the sources of the test programs.  A case names its clause as the
# beginning of its name (f12_...), or its clauses in its description.
#
#	awk -f clauses.awk *_test.c */*_test.c *_test.sh | sort -u

function pair(clause, name) {
	print clause, program, name
}

# f12 is F-12.
function clause_of(prefix) {
	if (prefix == "u")
		return ("U")
	if (prefix ~ /^[mflwte][0-9]+$/)
		return (toupper(substr(prefix, 1, 1)) "-" substr(prefix, 2))
	return ("")
}

function take(name, text,	clause) {
	clause = name
	sub(/_.*/, "", clause)
	clause = clause_of(clause)
	if (clause != "")
		pair(clause, name)
	while (match(text, /[MFLWTE]-[0-9]+/)) {
		if (substr(text, RSTART, RLENGTH) != clause)
			pair(substr(text, RSTART, RLENGTH), name)
		text = substr(text, RSTART + RLENGTH)
	}
}

FNR == 1 {
	program = FILENAME
	sub(/.*\//, "", program)
	sub(/\.(c|sh)$/, "", program)
	open = 0
}

# A definition begins in the first column and may go on to further lines.
/^[A-Z_]*TC(_WITHOUT_HEAD)?\(/ && !/^ATF_TP_ADD/ {
	statement = ""
	open = 1
}

open {
	statement = statement $0
	if ($0 ~ /\);?$/) {
		open = 0
		sub(/^[A-Z_]*\(/, "", statement)
		name = statement
		sub(/[,)].*/, "", name)
		take(name, substr(statement, length(name) + 1))
	}
}

# Or the description stands in the head of the case.
/^ATF_TC_HEAD\(/ && !/name, tc/ {
	head = $0
	sub(/^[^(]*\(/, "", head)
	sub(/[,)].*/, "", head)
}

head != "" && /"descr"/ {
	text = $0
	while (text !~ /;$/ && (getline line) > 0)
		text = text line
	take(head, text)
	head = ""
}

/^atf_test_case / {
	head = $2
	take($2, "")
}

head != "" && /^	atf_set descr / {
	take(head, $0)
	head = ""
}
