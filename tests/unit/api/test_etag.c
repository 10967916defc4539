/* One tag for the same bytes, another for others; lists of tags as clients send them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "api/http/etag_int.h"

static char tag[SKR_ETAG_MAX];

static const char *tag_of(const char *body)
{
    skr_etag_make(body, strlen(body), tag);
    return tag;
}

Test(etag, is_of_the_bytes_alone)
{
    char one[SKR_ETAG_MAX];
    memcpy(one, tag_of("{\"a\":1}"), sizeof one);
    cr_expect(eq(str, (char *)(uintptr_t)tag_of("{\"a\":1}"), one));
    cr_expect(ne(str, (char *)(uintptr_t)tag_of("{\"a\":2}"), one));
    cr_expect(ne(str, (char *)(uintptr_t)tag_of(""), one));
    cr_expect(eq(sz, strlen(one), 34));
    cr_expect(eq(chr, one[0], '"'));
    cr_expect(eq(chr, one[33], '"'));
}

Test(etag, reads_lists_of_them)
{
    static const struct {
        const char *list;
        bool matches;
    } cases[] = {{NULL, false},
                 {"", false},
                 {"\"x\"", true},
                 {"W/\"x\"", true},
                 {" \"y\" ,\t\"x\" ", true},
                 {"\"y\",W/\"x\"", true},
                 {"*", true},
                 {" * ", true},
                 {"*, \"y\"", false},
                 {"x", false},
                 {"\"x", false},
                 {"\"xx\"", false},
                 {"\"y\" z \"x\"", false},
                 {"\"y\"\"x\"", true},
                 {"w/\"x\"", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect(eq(int, skr_etag_matches(cases[i].list, "\"x\""), cases[i].matches), "%s",
                  cases[i].list == NULL ? "none" : cases[i].list);
    cr_expect(not(skr_etag_matches("*", ""))); /* what has no tag is never known */
}
