# SPDX-License-Identifier: BSD-2-Clause
#
# Copyright (c) 2026 The libskynet_socket authors

# The manual pages against the headers, the library and mandoc.  Kyua is told
# where the tree is: source, library (the objects of lib/), cc.

tree()
{
	atf_config_has source || atf_skip "needs the source tree"
	SOURCE=$(atf_config_get source)
	LIBRARY=$(atf_config_get library)
	CC=$(atf_config_get cc)
}

# The functions of the public headers: what is exported, and what is inline.
public()
{
	{
		sed -n 's/^	\([a-z_]*\);.*/\1/p' "${SOURCE}/lib/Symbol.map"
		sed -n 's/^\([a-z_]*[a-z]\)(.*/\1/p' "${SOURCE}"/include/*.h
	} | sort -u
}

# The functions of the pages' SYNOPSIS.
documented()
{
	sed -n -e '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/{
		s/^\.F[no] \([a-z_]*\).*/\1/p
	}' "${SOURCE}"/man/*.3 | sort -u
}

# The literal block of the EXAMPLES of a page, as mandoc shows it.
example()
{
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh/p' "${SOURCE}/man/$1.3" |
	    sed -n '/^\.Bd -literal/,/^\.Ed/{
		/^\./d
		s/\\e/\\/g
		p
	}' > "$1.c"
	[ -s "$1.c" ] || atf_fail "no program in the EXAMPLES of $1(3)"
	${CC} -std=c11 -Wall -Wextra -Werror -I"${SOURCE}/include" \
	    -o "$1" "$1.c" "${LIBRARY}/libskynet_socket.a" -pthread ||
	    atf_fail "the example of $1(3) does not compile"
}

# Waits for the port that a program prints; the case has a time limit.
port()
{
	until grep -q '^port [0-9]*$' output; do
		kill -0 "$1" || atf_fail "the example has ended"
		sleep 0.05
	done
	sed -n 's/^port //p' output
}

echoes()
{
	example "$1"
	"./$1" > output &
	pid=$!
	port=$(port ${pid})
	printf 'there and back\n' > sent
	nc -N 127.0.0.1 "${port}" < sent > received || atf_fail "nc"
	kill ${pid}
	cmp sent received || atf_fail "the example of $1(3) does not echo"
}

atf_test_case every_function_has_a_page
every_function_has_a_page_head()
{
	atf_set descr "The pages document the public functions, and no others"
}
every_function_has_a_page_body()
{
	tree
	public | grep -v '_$' > public
	documented > documented
	diff public documented || atf_fail "functions and pages differ"
}

atf_test_case every_function_has_a_link
every_function_has_a_link_head()
{
	atf_set descr "man(1) finds the page of every function by its name"
}
every_function_has_a_link_body()
{
	tree
	documented > documented
	sed -n 's/^MLINKS+=	[a-z_]*\.3 \([a-z_]*\)\.3$/\1/p' \
	    "${SOURCE}/man/Makefile" | sort > linked
	diff documented linked || atf_fail "functions and links differ"
	sed -n 's/^\.Nm \([a-z_]*\).*/\1/p' "${SOURCE}"/man/*.3 |
	    sort -u > named
	diff documented named || atf_fail "functions and names differ"
}

atf_test_case pages_are_clean
pages_are_clean_head()
{
	atf_set descr "mandoc finds nothing to blame"
	atf_set require.progs "mandoc"
}
pages_are_clean_body()
{
	tree
	mandoc -Tlint -Wstyle "${SOURCE}"/man/*.[1-9] 2>&1 |
	    grep -v -e 'referenced manual not found' \
	    -e 'operating system explicitly' -e 'outdated mandoc.db' > blame
	[ ! -s blame ] || atf_fail "$(cat blame)"
}

atf_test_case example_of_skynet_socket
example_of_skynet_socket_head()
{
	atf_set descr "The program of skynet_socket(3) compiles and echoes"
	atf_set require.progs "nc"
}
example_of_skynet_socket_body()
{
	tree
	echoes skynet_socket
}

atf_test_case example_of_socket_server
example_of_socket_server_head()
{
	atf_set descr "The program of socket_server(3) compiles and echoes"
	atf_set require.progs "nc"
}
example_of_socket_server_body()
{
	tree
	echoes socket_server
}

atf_test_case example_of_skynet_context
example_of_skynet_context_head()
{
	atf_set descr "The program of skynet_context(3) compiles and runs"
}
example_of_skynet_context_body()
{
	tree
	example skynet_context
	./skynet_context > output || atf_fail "the example fails"
	grep -q '^ready at 127\.0\.0\.1, port [1-9][0-9]*$' output ||
	    atf_fail "$(cat output)"
}

atf_init_test_cases()
{
	atf_add_test_case every_function_has_a_page
	atf_add_test_case every_function_has_a_link
	atf_add_test_case pages_are_clean
	atf_add_test_case example_of_skynet_socket
	atf_add_test_case example_of_socket_server
	atf_add_test_case example_of_skynet_context
}
