/*
 * A message is one line whatever an input brings in, and a code says whose fault it is.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "storage/base/err.h"

Test(err, writes_code_and_message)
{
    skr_err err = {0};
    cr_assert(eq(int, skr_fail(&err, SKR_ERR_INPUT, "line %d: %s", 7, "bad"), SKR_ERR_INPUT));
    cr_assert(eq(int, err.code, SKR_ERR_INPUT));
    cr_assert(eq(str, err.message, "line 7: bad"));
    cr_assert(eq(int, skr_fail_in(&err, SKR_ERR_CORRUPT, "file %s", "a"), SKR_ERR_CORRUPT));
    cr_assert(eq(str, err.message, "file a: line 7: bad"));
    cr_assert(eq(int, skr_fail(NULL, SKR_ERR_IO, "nobody listens"), SKR_ERR_IO));
    cr_assert(eq(int, skr_fail_in(NULL, SKR_ERR_IO, "nobody listens"), SKR_ERR_IO));
}

Test(err, stays_one_line_and_in_its_bounds)
{
    skr_err err = {0};
    char text[3 * SKR_ERR_MESSAGE_MAX];
    memset(text, 'x', sizeof text);
    memcpy(text, "a\nb\x1b[2Jc\x7f", 9);
    text[sizeof text - 1] = '\0';
    (void)skr_fail(&err, SKR_ERR_INPUT, "%s", text);
    cr_assert(zero(int, strncmp(err.message, "a?b?[2Jc?x", 10)));
    cr_assert(eq(sz, strlen(err.message), SKR_ERR_MESSAGE_MAX - 1));
    (void)skr_fail_in(&err, SKR_ERR_INPUT, "%s", text);
    cr_assert(eq(sz, strlen(err.message), SKR_ERR_MESSAGE_MAX - 1));
    cr_assert(eq(ptr, strchr(err.message, '\n'), NULL));
}

Test(err, each_code_has_a_name_and_an_exit_status)
{
    static const struct {
        int code;
        const char *name;
        int exit_status;
    } codes[] = {
        {SKR_OK, "OK", 0},
        {SKR_ERR_NOMEM, "NOMEM", 6},
        {SKR_ERR_IO, "IO", 6},
        {SKR_ERR_LIMIT, "LIMIT", 6},
        {SKR_ERR_DEADLINE, "DEADLINE", 4},
        {SKR_ERR_LOCKED, "LOCKED", 6},
        {SKR_ERR_INTERRUPTED, "INTERRUPTED", 130},
        {SKR_ERR_NOT_HELD, "NOT_HELD", 6},
        {SKR_ERR_CORRUPT, "CORRUPT", 3},
        {SKR_ERR_MISSING, "MISSING", 3},
        {SKR_ERR_VERSION, "VERSION", 3},
        {SKR_ERR_INPUT, "INPUT", 2},
        {SKR_ERR_QUERY, "QUERY", 2},
        {SKR_ERR_USAGE, "USAGE", 2},
        {SKR_ERR_NOT_YET, "NOT_YET", 2},
        {SKR_ERR_POLICY, "POLICY", 5},
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        cr_assert(eq(str, (char *)skr_err_name(codes[i].code), (char *)codes[i].name));
        cr_assert(eq(int, skr_err_exit_status(codes[i].code), codes[i].exit_status), "%s",
                  codes[i].name);
    }
    cr_assert(eq(str, (char *)skr_err_name(-999), "UNKNOWN"));
    cr_assert(eq(int, skr_err_exit_status(-999), 70));
}

Test(err, tells_a_bad_input_from_a_bad_machine)
{
    cr_expect(eq(int, skr_err_of_input(EIO), SKR_ERR_IO));
    cr_expect(eq(int, skr_err_of_input(EMFILE), SKR_ERR_IO));
    cr_expect(eq(int, skr_err_of_input(ENFILE), SKR_ERR_IO));
    cr_expect(eq(int, skr_err_of_input(ENOENT), SKR_ERR_INPUT));
    cr_expect(eq(int, skr_err_of_input(EACCES), SKR_ERR_INPUT));
    cr_expect(eq(int, skr_err_of_input(ENOTDIR), SKR_ERR_INPUT));
}
