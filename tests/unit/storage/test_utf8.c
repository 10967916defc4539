/*
 * Well-formed UTF-8 is taken, everything else is not: all one- and two-byte texts against the rule,
 * longer ones at the borders.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "storage/base/utf8.h"

Test(utf8, agrees_with_the_rule_for_two_bytes)
{
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            char text[2] = {(char)a, (char)b};
            size_t expected = 0;
            if (a < 0x80)
                expected = 1;
            else if (a >= 0xc2 && a < 0xe0 && b >= 0x80 && b < 0xc0)
                expected = 2;
            cr_assert(skr_utf8_length(text, 2) == expected, "%02x %02x", a, b);
            cr_assert(skr_utf8_length(text, 1) == (a < 0x80 ? 1u : 0u), "%02x", a);
        }
    cr_assert(eq(sz, skr_utf8_length("", 0), 0));
}

static const struct row {
    const char *text;
    size_t n;
} rows[] = {
    {"\xe0\xa0\x80", 3},
    {"\xe0\x9f\xbf", 0}, /* overlong */
    {"\xed\x9f\xbf", 3},
    {"\xed\xa0\x80", 0}, /* a surrogate */
    {"\xee\x80\x80", 3},
    {"\xef\xbf\xbf", 3},
    {"\xe1\x80\x41", 0},
    {"\xe1\x41\x80", 0},
    {"\xf0\x90\x80\x80", 4},
    {"\xf0\x8f\xbf\xbf", 0}, /* overlong */
    {"\xf4\x8f\xbf\xbf", 4},
    {"\xf4\x90\x80\x80", 0}, /* beyond U+10FFFF */
    {"\xf5\x80\x80\x80", 0},
    {"\xf1\x80\x80\x41", 0},
    {"\xf1\x80\x41\x80", 0},
    {"\xf1\x41\x80\x80", 0},
    {"\xff", 0},
};

Test(utf8, knows_the_borders_of_longer_ones)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i].text);
        cr_assert(skr_utf8_length(rows[i].text, n) == rows[i].n, "row %zu", i);
        for (size_t n_cut = 0; n_cut < rows[i].n; n_cut++)
            cr_assert(skr_utf8_length(rows[i].text, n_cut) == 0, "row %zu cut to %zu", i, n_cut);
    }
}

Test(utf8, makes_one_line_of_anything)
{
    static const char *const texts[][2] = {
        {"plain", "plain"},
        {"a\tb\nc\x7f", "a?b?c?"},
        {"K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\xa7\xac", "K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\xa7\xac"},
        {"K\xf6ln", "K?ln"}, /* Latin-1 */
        {"\x9b"
         "2J",
         "?2J"}, /* a terminal's escape in one byte */
        {"\xc2\x9b"
         "2J",
         "??2J"}, /* and as Unicode has it */
        {"\xc2\xa0", "\xc2\xa0"},
        {"cut \xe2\x82", "cut ??"},
        {"\xed\xa0\x80\xff", "????"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[40];
        (void)snprintf(text, sizeof text, "%s", texts[i][0]);
        skr_utf8_make_printable(text);
        cr_expect(strcmp(text, texts[i][1]) == 0, "row %zu: %s", i, text);
    }
}
