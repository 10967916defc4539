/*
 * catalogue_fuzz.c - any bytes as the members of the rows of a tile: refused, or sets that agree
 * with each other.
 *
 * The first byte is the number of members less 1, the next two the number of rows less 1; each
 * member has 1,000 rows.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/segment/catalogue_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

#define N_MEMBERS_MAX 256u

static void need(bool is_so)
{
    if (!is_so)
        abort();
}

static void look_at(const skr_catalogue_rows *rows, uint32_t n_rows)
{
    uint32_t n = 0;
    for (uint32_t row = 0; row < n_rows; row++) {
        bool is_present = skr_catalogue_rows_has(rows, SKR_ROWS_PRESENT, row);
        need(skr_catalogue_rows_count(rows, 0, row) == n);
        need(is_present || !skr_catalogue_rows_has(rows, SKR_ROWS_CALLED, row));
        n += is_present;
    }
    need(n > 0 && skr_catalogue_rows_count(rows, 0, n_rows) == n);
    need(rows->first_row + n <= 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    static skr_catalogue_member members[N_MEMBERS_MAX];
    if (n_bytes < 3)
        return 0;
    for (uint32_t i = 0; i < N_MEMBERS_MAX; i++)
        members[i].n_rows = 1000;
    skr_catalogue catalogue = {.members = members, .n = bytes[0] + 1u};
    const skr_segment segment = {.catalogue = &catalogue};
    uint32_t n_rows = 1u + bytes[1] + 256u * (bytes[2] % 8u);
    skr_catalogue_tile tile = {0};
    skr_err err;
    int status = skr_catalogue_tile_decode(&tile, &segment, n_rows, bytes + 3, n_bytes - 3, &err);
    need(status == SKR_OK || status == SKR_ERR_CORRUPT);
    need(status == SKR_OK || tile.n == 0);
    for (uint32_t i = 0; i < tile.n; i++) {
        need(tile.members[i].member < catalogue.n);
        need(i == 0 || tile.members[i - 1].member < tile.members[i].member);
        look_at(&tile.members[i], n_rows);
    }
    skr_catalogue_tile_done(&tile);
    return 0;
}
