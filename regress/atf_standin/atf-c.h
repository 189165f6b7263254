/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * As much of ATF's interface as lets the tests be compiled and linked for a
 * system whose ATF is not at hand (share/mk/cross.sh).  Nothing is meant to be
 * run with it.
 */

#ifndef ATF_STANDIN_H
#define ATF_STANDIN_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	const char	*name;
} atf_tc_t;
typedef struct {
	int	 cases;
} atf_tp_t;
typedef int	 atf_error_t;

static inline atf_error_t
atf_no_error(void)
{

	return (0);
}

#define ATF_CHECK_FAILED()	((void)fprintf(stderr, "%d\n", __LINE__))
#define ATF_REQUIRE_FAILED()	abort()

#define ATF_CHECK(x)		((x) ? (void)0 : ATF_CHECK_FAILED())
#define ATF_REQUIRE(x)		((x) ? (void)0 : ATF_REQUIRE_FAILED())
#define ATF_CHECK_EQ(a, b)	ATF_CHECK((a) == (b))
#define ATF_REQUIRE_EQ(a, b)	ATF_REQUIRE((a) == (b))
#define ATF_CHECK_STREQ(a, b)	ATF_CHECK(strcmp((a), (b)) == 0)
#define ATF_REQUIRE_STREQ(a, b)	ATF_REQUIRE(strcmp((a), (b)) == 0)
#define ATF_CHECK_ERRNO(e, x)	ATF_CHECK((x) && errno == (e))
#define ATF_REQUIRE_ERRNO(e, x)	ATF_REQUIRE((x) && errno == (e))
#define ATF_CHECK_MSG(x, ...)						\
	((x) ? (void)0 : (void)fprintf(stderr, __VA_ARGS__))
#define ATF_REQUIRE_MSG(x, ...)						\
	((x) ? (void)0 : atf_tc_fail(__VA_ARGS__))
#define ATF_CHECK_EQ_MSG(a, b, ...)	ATF_CHECK_MSG((a) == (b), __VA_ARGS__)
#define ATF_REQUIRE_EQ_MSG(a, b, ...)					\
	ATF_REQUIRE_MSG((a) == (b), __VA_ARGS__)

void	atf_tc_fail(const char *, ...)
	    __attribute__((__format__(__printf__, 1, 2), __noreturn__));
void	atf_tc_skip(const char *, ...)
	    __attribute__((__format__(__printf__, 1, 2), __noreturn__));
void	atf_tc_set_md_var(atf_tc_t *, const char *, const char *, ...);
bool	atf_tc_has_config_var(const atf_tc_t *, const char *);
const char	*atf_tc_get_config_var(const atf_tc_t *, const char *);
void	atf_utils_create_file(const char *, const char *, ...);

#define ATF_TC_WITHOUT_HEAD(tc)						\
	static void tc##_body(const atf_tc_t *)
#define ATF_TC(tc)							\
	static void tc##_head(atf_tc_t *)				\
	    __attribute__((__unused__));				\
	static void tc##_body(const atf_tc_t *)
#define ATF_TC_HEAD(tc, parameter)					\
	static void							\
	tc##_head(atf_tc_t *parameter __attribute__((__unused__)))
#define ATF_TC_BODY(tc, parameter)					\
	static void							\
	tc##_body(const atf_tc_t *parameter __attribute__((__unused__)))
#define ATF_TP_ADD_TC(tp, tc)						\
	((tp)->cases++, tc##_body(NULL))

/* What atf_standin.c calls. */
atf_error_t	atf_standin_cases(atf_tp_t *);

#define ATF_TP_ADD_TCS(tp)						\
	atf_error_t							\
	atf_standin_cases(atf_tp_t *tp)

#endif /* ATF_STANDIN_H */
