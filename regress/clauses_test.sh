# SPDX-License-Identifier: BSD-2-Clause
#
# Copyright (c) 2026 The libskynet_socket authors

# Every clause of the contract has a case, and README.md tells the truth about
# which.

CLAUSES="M-1 M-2 M-3 M-4 M-5 M-6 M-7
    F-1 F-2 F-3 F-4 F-5 F-6 F-7 F-8 F-9 F-10 F-11 F-12 F-13
    L-1 L-2 L-3 L-4 L-5 L-6 W-1 W-2 W-3 W-4 T-1 T-2 E-1 E-2 U"

# "clause program case", of the sources and of the table.
sources()
{
	atf_config_has source || atf_skip "needs the source tree"
	REGRESS=$(atf_config_get source)/regress
	LC_ALL=C		# of sort and comm
	export LC_ALL
	awk -f "${REGRESS}/clauses.awk" "${REGRESS}"/*_test.c \
	    "${REGRESS}"/*/*_test.c "${REGRESS}"/*_test.sh |
	    sort -u > sources.txt
	awk -F '|' '
		$2 ~ /^ ([MFLWTE]-[0-9]+|U) $/ {
			clause = $2
			n = split($3, word, /[ ;]+/)
			for (i = 1; i <= n; i++) {
				if (word[i] ~ /^\*\*/) {
					program = word[i]
					gsub(/\*/, "", program)
				} else if (word[i] != "")
					print clause, program, word[i]
			}
		}' "${REGRESS}/README.md" | sed -e 's/^ *//' -e 's/  */ /g' |
	    sort -u > table.txt
	[ -s sources.txt ] || atf_fail "no cases were found"
	[ -s table.txt ] || atf_fail "README.md has no table"
}

atf_test_case every_clause_has_a_case
every_clause_has_a_case_head()
{
	atf_set descr "no clause of the contract is without a case"
}
every_clause_has_a_case_body()
{
	sources
	for clause in ${CLAUSES}; do
		for list in sources table; do
			grep -q "^${clause} " ${list}.txt ||
			    echo "${clause} is missing: ${list}"
		done
	done > missing
	atf_check cat missing
}

atf_test_case every_named_case_exists
every_named_case_exists_head()
{
	atf_set descr "README.md names cases that are there, for their clauses"
}
every_named_case_exists_body()
{
	sources
	atf_check comm -13 sources.txt table.txt
}

atf_test_case every_case_is_of_a_known_clause
every_case_is_of_a_known_clause_head()
{
	atf_set descr "no case names a clause that the contract does not have"
}
every_case_is_of_a_known_clause_body()
{
	sources
	echo ${CLAUSES} | tr ' ' '\n' | sort > known
	cut -d ' ' -f 1 sources.txt | sort -u | comm -23 - known > unknown
	atf_check cat unknown
}

atf_init_test_cases()
{
	atf_add_test_case every_clause_has_a_case
	atf_add_test_case every_named_case_exists
	atf_add_test_case every_case_is_of_a_known_clause
}
