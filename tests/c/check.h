/* Assertions. The first that fails prints its location and values, and ends the program. */

#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zexa.h"

/** A condition is true. */
#define CHECK(condition)                                                                           \
    ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition, "false", "true"))

/** Two numbers are equal. */
#define CHECK_NUMBER(actual, expected)                                                             \
    check_number(__FILE__, __LINE__, #actual, (long long)(actual), (long long)(expected))

/** Two strings are equal, or both are NULL. */
#define CHECK_TEXT(actual, expected) check_text(__FILE__, __LINE__, #actual, (actual), (expected))

/** A string contains another. */
#define CHECK_CONTAINS(actual, part) check_contains(__FILE__, __LINE__, #actual, (actual), (part))

/** A call succeeded and set no error. */
#define CHECK_OK(call, error) check_ok(__FILE__, __LINE__, #call, (int)(call), (error))

/** A call failed with this status and outcome. Frees its error. */
#define CHECK_FAILS(call, kind, outcome, error)                                                    \
    check_fails(__FILE__, __LINE__, #call, (int)(call), (kind), (outcome), (error))

static inline void check_failed(const char *file, int line, const char *what, const char *actual,
                                const char *expected) {
    fprintf(stderr, "%s:%d: %s\n  actual    %s\n  expected  %s\n", file, line, what, actual,
            expected);
    exit(1);
}

static inline void check_number(const char *file, int line, const char *what, long long actual,
                                long long expected) {
    if (actual != expected) {
        char found[32], wanted[32];
        snprintf(found, sizeof found, "%lld", actual);
        snprintf(wanted, sizeof wanted, "%lld", expected);
        check_failed(file, line, what, found, wanted);
    }
}

static inline void check_text(const char *file, int line, const char *what, const char *actual,
                              const char *expected) {
    const char *found = actual ? actual : "NULL";
    const char *wanted = expected ? expected : "NULL";
    if (!actual != !expected || strcmp(found, wanted) != 0)
        check_failed(file, line, what, found, wanted);
}

static inline void check_contains(const char *file, int line, const char *what, const char *actual,
                                  const char *part) {
    if (!actual || !strstr(actual, part))
        check_failed(file, line, what, actual ? actual : "NULL", part);
}

static inline void check_ok(const char *file, int line, const char *what, int status,
                            zexa_error **error) {
    if (status != ZEXA_OK) {
        const char *text = *error ? zexa_error_text(*error) : zexa_status_name(status);
        check_failed(file, line, what, text, "ok");
    }
    if (*error)
        check_failed(file, line, what, zexa_error_text(*error), "no error object");
}

static inline void check_fails(const char *file, int line, const char *what, int status,
                               zexa_status kind, zexa_outcome outcome, zexa_error **error) {
    check_text(file, line, what, zexa_status_name(status), zexa_status_name(kind));
    if (!*error)
        check_failed(file, line, what, "no error object", "an error object");
    check_number(file, line, what, zexa_error_kind(*error), kind);
    const char *reached = zexa_outcome_name(zexa_error_outcome(*error));
    check_text(file, line, what, reached, zexa_outcome_name(outcome));
    zexa_error_free(*error);
    *error = NULL;
}

#endif
