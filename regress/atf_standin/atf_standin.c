/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

#include "atf-c.h"

void
atf_tc_fail(const char *format, ...)
{

	(void)format;
	abort();
}

void
atf_tc_skip(const char *format, ...)
{

	(void)format;
	abort();
}

void
atf_tc_set_md_var(atf_tc_t *tc, const char *name, const char *format, ...)
{

	(void)tc;
	(void)name;
	(void)format;
}

bool
atf_tc_has_config_var(const atf_tc_t *tc, const char *name)
{

	(void)tc;
	(void)name;
	return (false);
}

const char *
atf_tc_get_config_var(const atf_tc_t *tc, const char *name)
{

	(void)tc;
	(void)name;
	return (NULL);
}

void
atf_utils_create_file(const char *name, const char *format, ...)
{

	(void)name;
	(void)format;
}

int
main(void)
{
	atf_tp_t program = { 0 };

	return (atf_standin_cases(&program));
}
