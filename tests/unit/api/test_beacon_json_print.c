/*
 * A document is printed as jansson prints it, byte by byte, whatever its texts and numbers are.
 *
 * Texts hold control characters with a letter of their own and without (uhop/stream-json#117,
 * eulerto/wal2json#56), and what lies beyond the first plane of Unicode; numbers the ends of 64
 * bits.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "api/beacon/beacon_json.h"
#include "tests/support/random.h"

#define N_DRAWN 3000

static test_random rng;

static uint32_t draw(uint32_t below)
{
    return test_random_below(&rng, below);
}

static json_t *draw_text(void)
{
    static const char *const pieces[] = {
        "a", "\"", "\\", "/", "\x7f", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\xa7\xac", " ", "BRCA2"};
    char text[200];
    size_t n = 0;
    for (uint32_t i = draw(20); i > 0; i--) {
        char control[2] = {(char)draw(32), '\0'};
        const char *piece = draw(3) == 0 ? control : pieces[draw(sizeof pieces / sizeof *pieces)];
        size_t n_piece = piece == control ? 1 : strlen(piece); /* also a NUL */
        memcpy(text + n, piece, n_piece);
        n += n_piece;
    }
    return json_stringn(text, n);
}

static json_t *draw_number(void)
{
    static const json_int_t ends[] = {0, -1, INT64_MAX, INT64_MIN, 10, 99, 100, 2147483647};
    static const double reals[] = {0.5, -0.0, 1e300, 1e-7, 100.0, 0.1 + 0.2, 123456789012345.0};
    if (draw(3) == 0)
        return json_real(reals[draw(sizeof reals / sizeof *reals)]);
    if (draw(2) == 0)
        return json_integer(ends[draw(sizeof ends / sizeof *ends)]);
    return json_integer((json_int_t)((uint64_t)draw(UINT32_MAX) << draw(32)) - draw(1000));
}

static json_t *draw_value(unsigned depth)
{
    char name[32];
    json_t *json = NULL;
    switch (draw(depth == 0 ? 5 : 7)) {
    case 0:
        return json_null();
    case 1:
        return json_boolean(draw(2));
    case 2:
    case 3:
        return draw_number();
    case 4:
        return draw_text();
    case 5:
        json = json_array();
        for (uint32_t i = draw(4); i > 0; i--)
            skr_json_append(json, draw_value(depth - 1));
        return json;
    default:
        json = json_object();
        for (uint32_t i = draw(4); i > 0; i--) {
            (void)snprintf(name, sizeof name, "%s%u", draw(4) == 0 ? "\"\n\\" : "name", draw(9));
            skr_json_set(json, name, draw_value(depth - 1));
        }
        return json;
    }
}

Test(beacon_json_print, prints_what_jansson_prints)
{
    rng = test_random_drawn("beacon_json_print");
    skr_json_init();
    for (unsigned i = 0; i < N_DRAWN; i++) {
        skr_err err;
        char *text = NULL;
        size_t n = 0;
        json_t *json = draw(2) == 0 ? json_array() : json_object();
        skr_json_begin();
        if (json_is_array(json))
            skr_json_append(json, draw_value(4));
        else
            skr_json_set(json, "a", draw_value(4));
        char *expected = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(12));
        cr_assert(ne(ptr, expected, NULL));
        cr_assert(eq(int, skr_json_print(json, &text, &n, &err), SKR_OK));
        cr_assert(eq(str, text, expected));
        cr_assert(eq(sz, n, strlen(expected)));
        free(expected);
        free(text);
    }
}

/* What could not be made is told when the document is printed. */
Test(beacon_json_print, a_document_that_was_not_made_is_no_memory)
{
    skr_err err;
    char *text = NULL;
    size_t n = 0;
    skr_json_init();
    skr_json_begin();
    cr_assert(eq(int, skr_json_print(NULL, &text, &n, &err), SKR_ERR_NOMEM));
    json_t *json = json_object();
    skr_json_set(json, "a", NULL);
    cr_assert(eq(int, skr_json_print(json, &text, &n, &err), SKR_ERR_NOMEM));
    cr_assert(eq(ptr, text, NULL));
}
