/* utf8.c - the well-formed sequences of the Unicode standard, table 3-7. */
#include "storage/base/utf8.h"

#include <stdbool.h>
#include <string.h>

static int is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

size_t skr_utf8_length(const char *text, size_t n)
{
    const unsigned char *at = (const unsigned char *)text;
    if (n == 0)
        return 0;
    if (at[0] < 0x80)
        return 1;
    if (at[0] >= 0xc2 && at[0] <= 0xdf)
        return n >= 2 && is_tail(at[1]) ? 2 : 0;
    if (at[0] >= 0xe0 && at[0] <= 0xef) {
        if (n < 3 || !is_tail(at[1]) || !is_tail(at[2]))
            return 0;
        if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f))
            return 0;
        return 3;
    }
    if (at[0] >= 0xf0 && at[0] <= 0xf4) {
        if (n < 4 || !is_tail(at[1]) || !is_tail(at[2]) || !is_tail(at[3]))
            return 0;
        if ((at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
            return 0;
        return 4;
    }
    return 0;
}

void skr_utf8_make_printable(char *text)
{
    size_t n = strlen(text);
    for (size_t at = 0; at < n;) {
        unsigned char first = (unsigned char)text[at];
        size_t n_letter = skr_utf8_length(text + at, n - at);
        bool is_control = first < 0x20 || first == 0x7f ||
                          (first == 0xc2 && n_letter == 2 && (unsigned char)text[at + 1] < 0xa0);
        if (n_letter == 0 || is_control)
            memset(text + at, '?', n_letter == 0 ? 1 : n_letter);
        at += n_letter == 0 ? 1 : n_letter;
    }
}
