/*
 * catalogue_tile.c - which members have the rows of a tile of a catalogue.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/segment/catalogue_int.h"

static int fail_corrupt(skr_err *err, const char *what)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "members of rows: %s", what);
}

void skr_catalogue_tile_done(skr_catalogue_tile *tile)
{
    free(tile->members);
    *tile = (skr_catalogue_tile){0};
}

uint32_t skr_catalogue_rows_count(const skr_catalogue_rows *rows, uint32_t from, uint32_t to)
{
    uint32_t n = 0;
    if (rows->forms[SKR_ROWS_PRESENT] == SKR_FORM_ALL)
        return to - from;
    const uint8_t *bits = rows->bits[SKR_ROWS_PRESENT];
    for (; from < to && from % 8 != 0; from++)
        n += bits[from / 8] >> from % 8 & 1;
    for (; to - from >= 64; from += 64) {
        uint64_t word;
        memcpy(&word, bits + from / 8, sizeof word);
        n += (uint32_t)__builtin_popcountll(word);
    }
    for (; from < to; from++)
        n += bits[from / 8] >> from % 8 & 1;
    return n;
}

/* ------------------------------------------------------------------ the head of each member */

static bool take_numbers(skr_catalogue_tile *tile, skr_cursor *cursor, uint32_t n_members)
{
    uint64_t next = 0;
    for (uint32_t i = 0; i < tile->n; i++) {
        next += skr_cursor_varint_max(cursor, SKR_CATALOGUE_MEMBERS_MAX);
        if (cursor->is_bad || next >= n_members)
            return false;
        tile->members[i].member = (uint32_t)next++;
    }
    for (uint32_t i = 0; i < tile->n; i++)
        tile->members[i].first_row = skr_cursor_varint(cursor);
    return !cursor->is_bad;
}

/* Two bits for each set: its form. */
static bool take_forms(skr_catalogue_tile *tile, skr_cursor *cursor)
{
    for (uint32_t i = 0; i < tile->n; i++) {
        unsigned code = skr_cursor_u8(cursor);
        for (unsigned s = 0; s < SKR_N_ROW_SETS; s++) {
            tile->members[i].forms[s] = code >> 2 * s & 3;
            if (tile->members[i].forms[s] > SKR_FORM_BITS)
                return false;
        }
        if (code >> 2 * SKR_N_ROW_SETS != 0 ||
            tile->members[i].forms[SKR_ROWS_PRESENT] == SKR_FORM_NONE)
            return false;
    }
    return !cursor->is_bad;
}

/* ------------------------------------------------------------------ their bits */

/* Are there bits, none of them behind the last row, and none that are not present? */
static bool bits_are_sound(const skr_catalogue_rows *rows, unsigned set, uint32_t n_rows)
{
    const uint8_t *bits = rows->bits[set];
    const uint8_t *present = rows->bits[SKR_ROWS_PRESENT];
    size_t n_bytes = (n_rows + 7u) / 8;
    unsigned any = 0;
    unsigned stray = n_rows % 8 == 0 ? 0 : bits[n_bytes - 1] >> n_rows % 8;
    for (size_t i = 0; i < n_bytes; i++) {
        any |= bits[i];
        stray |= present == NULL ? 0 : bits[i] & ~present[i] & 0xffu;
    }
    return any != 0 && stray == 0;
}

static bool take_bits(skr_catalogue_tile *tile, skr_cursor *cursor)
{
    size_t n_bytes = (tile->n_rows + 7u) / 8;
    for (uint32_t i = 0; i < tile->n; i++) {
        skr_catalogue_rows *rows = &tile->members[i];
        for (unsigned s = 0; s < SKR_N_ROW_SETS; s++) {
            rows->bits[s] = NULL;
            if (rows->forms[s] != SKR_FORM_BITS)
                continue;
            rows->bits[s] = skr_cursor_bytes(cursor, n_bytes);
            if (cursor->is_bad || !bits_are_sound(rows, s, tile->n_rows))
                return false;
        }
    }
    return skr_cursor_is_done(cursor);
}

/* Does the member have the rows, and does some member have each row? */
static bool rows_are_there(const skr_catalogue_tile *tile, const skr_catalogue *catalogue)
{
    uint64_t n_pairs = 0;
    for (uint32_t i = 0; i < tile->n; i++) {
        const skr_catalogue_rows *rows = &tile->members[i];
        uint32_t n = skr_catalogue_rows_count(rows, 0, tile->n_rows);
        uint64_t n_all = catalogue->members[rows->member].n_rows;
        if (n > n_all || rows->first_row > n_all - n)
            return false;
        n_pairs += n;
    }
    return n_pairs >= tile->n_rows;
}

int skr_catalogue_tile_decode(skr_catalogue_tile *tile, const skr_segment *catalogue,
                              uint32_t n_rows, const uint8_t *bytes, size_t n_bytes, skr_err *err)
{
    const skr_catalogue *of = catalogue->catalogue;
    skr_cursor cursor = skr_cursor_of(bytes, n_bytes);
    uint32_t n = (uint32_t)skr_cursor_varint_max(&cursor, of->n);
    SKR_CHECK(of != NULL && n_rows > 0);
    tile->n = 0;
    tile->n_rows = n_rows;
    if (cursor.is_bad || n == 0 || n > n_bytes)
        return fail_corrupt(err, "their number is wrong");
    if (n > tile->n_max) {
        tile->n_max = 0;
        if (!skr_segment_room_for(&tile->members, n, sizeof *tile->members))
            return skr_fail_nomem(err, "a catalogue");
        tile->n_max = n;
    }
    tile->n = n;
    bool is_sound = take_numbers(tile, &cursor, of->n) && take_forms(tile, &cursor) &&
                    take_bits(tile, &cursor) && rows_are_there(tile, of);
    if (!is_sound)
        tile->n = 0;
    return is_sound ? SKR_OK : fail_corrupt(err, "they are malformed");
}
