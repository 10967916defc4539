/*
 * Totals of who lives are kept once a tile was asked about often enough, and one set of two that
 * are found at once.
 */
#include "engine/plan/live_totals.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static skr_live_totals *made(size_t n_tiles)
{
    skr_live_totals *all = NULL;
    skr_err err = {0};
    cr_assert(eq(int, skr_live_totals_new(n_tiles, &all, &err), SKR_OK));
    return all;
}

static skr_live_tile *tile_of(uint32_t n)
{
    skr_live_tile *tile = NULL;
    skr_err err = {0};
    cr_assert(eq(int, skr_live_tile_new(n, &tile, &err), SKR_OK));
    return tile;
}

Test(live_totals, are_due_after_a_quarter_of_the_rows_and_never_at_first)
{
    skr_live_totals *all = made(2);
    cr_assert(not(skr_live_totals_is_due(all, 0, 1)));
    skr_live_totals_note(all, 0, 24);
    cr_assert(not(skr_live_totals_is_due(all, 0, 100)));
    skr_live_totals_note(all, 0, 1);
    cr_assert(skr_live_totals_is_due(all, 0, 100));
    cr_assert(not(skr_live_totals_is_due(all, 1, 100)), "of another tile");
    skr_live_totals_note(all, 0, UINT32_MAX);
    for (int i = 0; i < 9; i++)
        skr_live_totals_note(all, 0, UINT32_MAX / 5);
    cr_assert(skr_live_totals_is_due(all, 0, 100), "it does not wrap");
    skr_live_totals_free(all);
    skr_live_totals_free(NULL);
}

Test(live_totals, keep_the_first_of_a_tile)
{
    skr_live_totals *all = made(1);
    cr_assert(skr_live_totals_find(all, 0) == NULL);
    skr_live_tile *first = tile_of(3);
    first->totals[2].ac = 7;
    cr_assert(skr_live_totals_keep(all, 0, first) == first);
    cr_assert(skr_live_totals_keep(all, 0, tile_of(3)) == first, "the other one is freed");
    cr_assert(eq(u64, skr_live_totals_find(all, 0)->totals[2].ac, 7));
    skr_live_totals_free(all);
}

Test(live_totals, keep_no_more_than_they_may)
{
    skr_live_totals *all = made(3);
    skr_live_totals_note(all, 2, 1000000);
    cr_assert(skr_live_totals_is_due(all, 2, 1500000));
    cr_assert(skr_live_totals_keep(all, 0, tile_of(1500000)) != NULL);
    cr_assert(not(skr_live_totals_is_due(all, 2, 1500000)));
    cr_assert(skr_live_totals_is_due(all, 2, 1000));
    skr_live_totals_free(all);
}

Test(live_totals, keep_who_lives_by_contig)
{
    skr_live_totals *all = made(0);
    cr_assert(skr_live_totals_who(all, 3) == NULL);
    for (uint32_t contig = 0; contig < 70; contig++) {
        uint64_t *bits = calloc(1, sizeof *bits);
        const skr_sample_set set = {.bits = bits, .n = contig, .serial = 5};
        const skr_sample_set *kept = skr_live_totals_keep_who(all, contig, &set, bits);
        cr_assert(eq(int, kept != NULL, contig < 64), "%u", contig);
        if (kept == NULL)
            free(bits);
    }
    cr_assert(eq(u32, skr_live_totals_who(all, 3)->n, 3));
    cr_assert(skr_live_totals_who(all, 3)->serial != skr_live_totals_who(all, 4)->serial);
    cr_assert(skr_live_totals_who(all, 66) == NULL);
    skr_live_totals_free(all);
}
