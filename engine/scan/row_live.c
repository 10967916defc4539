/*
 * row_live.c - totals of those who live: what is stored of all, less what the dead have of it.
 */
#include "engine/scan/row_live.h"

#include <stdlib.h>

#include "storage/base/check.h"
#include "storage/segment/segment_heard.h"

/* To pass so many carriers is about as much work as a row of few. */
#define CARRIERS_PER_ROW 4096u

/* Those of the segment who do not live on the contig at hand. */
static int find_dead(skr_row_cursor *cursor, skr_err *err)
{
    const skr_sample_set *live = &cursor->live.set;
    const skr_sample_table *samples = skr_segment_samples(cursor->segment);
    skr_sample_mask *dead = &cursor->dead;
    size_t n_words = skr_bits_words(cursor->n_samples);
    if (dead->set.n > 0)
        return SKR_OK;
    if (dead->bits == NULL)
        SKR_TRY(skr_bits_new(cursor->n_samples, &dead->bits, err));
    for (size_t w = 0; w < n_words; w++)
        dead->bits[w] = ~live->bits[w];
    if (cursor->n_samples % 64 != 0)
        dead->bits[n_words - 1] &= (UINT64_C(1) << cursor->n_samples % 64) - 1;
    for (unsigned z = 0; z < SKR_N_PLOIDIES; z++)
        dead->set.n_copies[z] =
            skr_sample_table_n_copies(samples, (skr_ploidy)z) - live->n_copies[z];
    dead->set.bits = dead->bits;
    dead->set.serial = ++cursor->n_sets;
    dead->set.n = cursor->n_samples - live->n;
    return SKR_OK;
}

/* Takes away what the dead have; it is never more than there is. */
static int take_away(skr_row_totals *totals, const skr_carrier_tally *tally, uint64_t an,
                     skr_err *err)
{
    if (tally->ac > totals->ac || tally->n_carriers > totals->n_carriers ||
        tally->n_hom > totals->n_hom || tally->n_hemi > totals->n_hemi ||
        tally->n_partial > totals->n_partial || an > totals->an)
        return skr_fail(err, SKR_ERR_CORRUPT, "a row adds up to less than some of its samples");
    totals->ac -= tally->ac;
    totals->n_carriers -= tally->n_carriers;
    totals->n_hom -= tally->n_hom;
    totals->n_hemi -= tally->n_hemi;
    totals->n_partial -= tally->n_partial;
    totals->an -= an;
    return SKR_OK;
}

/* Scratch for the rows of a tile. */
typedef struct scratch {
    uint32_t *rows;
    skr_carrier_tally *tallies;
    uint64_t *ans;
} scratch;

static int fill(skr_row_cursor *cursor, const scratch *of, skr_live_tile *fresh, skr_err *err)
{
    const skr_tile_rows *rows = cursor->rows;
    size_t tile = skr_row_cursor_tile(cursor);
    for (uint32_t i = 0; i < fresh->n; i++)
        of->rows[i] = i;
    SKR_TRY(skr_segment_view_tally(cursor->view, tile, of->rows, fresh->n, &cursor->dead.set,
                                   of->tallies, err));
    SKR_TRY(skr_segment_view_n_called(cursor->view, tile, of->rows, fresh->n, &cursor->dead.set,
                                      of->ans, err));
    for (uint32_t i = 0; i < fresh->n; i++) {
        bool is_row = rows->is_complete[i] != 0;
        fresh->totals[i] = rows->totals[i];
        SKR_TRY(take_away(&fresh->totals[i], &of->tallies[i], of->ans[i], err));
        if (!is_row)
            SKR_TRY(skr_segment_view_is_spoken_of(cursor->view, tile, i, &cursor->live.set, &is_row,
                                                  err));
        fresh->is_row[i] = is_row;
    }
    return SKR_OK;
}

/* Finds the totals of the tile at hand, and keeps them. */
static int find_tile(skr_row_cursor *cursor, skr_live_totals *all, const skr_live_tile **ret_tile,
                     skr_err *err)
{
    uint32_t n = cursor->rows->n;
    size_t n_max = (size_t)n + 1;
    skr_live_tile *fresh = NULL;
    scratch of = {.rows = malloc(n_max * sizeof *of.rows),
                  .tallies = calloc(n_max, sizeof *of.tallies),
                  .ans = calloc(n_max, sizeof *of.ans)};
    int status = of.rows == NULL || of.tallies == NULL || of.ans == NULL
                     ? skr_fail_nomem(err, "who lives")
                     : find_dead(cursor, err);
    if (status == SKR_OK)
        status = skr_live_tile_new(n, &fresh, err);
    if (status == SKR_OK)
        status = fill(cursor, &of, fresh, err);
    if (status == SKR_OK)
        *ret_tile = skr_live_totals_keep(all, skr_row_cursor_tile(cursor), fresh);
    else
        skr_live_tile_free(fresh);
    free(of.rows);
    free(of.tallies);
    free(of.ans);
    return status;
}

int skr_row_live_need(skr_row_cursor *cursor, uint32_t n_asked, skr_err *err)
{
    skr_live_totals *all = cursor->kept;
    size_t tile = skr_row_cursor_tile(cursor);
    SKR_CHECK(cursor->live.set.bits != NULL && cursor->rows != NULL);
    if (cursor->known != NULL || all == NULL)
        return SKR_OK;
    const skr_live_tile *known = skr_live_totals_find(all, tile);
    cursor->n_asked += known == NULL ? n_asked : 0;
    if (known == NULL && n_asked > 0 && skr_live_totals_is_due(all, tile, cursor->rows->n))
        SKR_TRY(find_tile(cursor, all, &known, err));
    if (known == NULL)
        return SKR_OK;
    SKR_CHECK(known->n == cursor->rows->n);
    cursor->known = known;
    cursor->live_rows = *cursor->rows;
    cursor->live_rows.totals = known->totals;
    cursor->rows = &cursor->live_rows;
    return SKR_OK;
}

void skr_row_live_leave(skr_row_cursor *cursor)
{
    if (cursor->n_asked > 0)
        skr_live_totals_note(cursor->kept, skr_row_cursor_tile(cursor), cursor->n_asked);
    cursor->n_asked = 0;
    cursor->known = NULL;
}

int skr_row_live_need_row(skr_row_cursor *cursor, uint32_t row, skr_err *err)
{
    uint32_t n_carriers = cursor->rows->totals[row].n_carriers;
    return skr_row_live_need(cursor, 1 + n_carriers / CARRIERS_PER_ROW, err);
}
