/*
 * row_live.h - the tile that a cursor is at with totals of those who live, in the place of those
 * that are stored.
 */
#ifndef SKR_ENGINE_SCAN_ROW_LIVE_H
#define SKR_ENGINE_SCAN_ROW_LIVE_H

#include "engine/scan/row_cursor.h"

/*
 * For a cursor that has rows at hand, and not all samples of which live: n_asked of them will be
 * added up or judged by their totals; 0: it is only looked whether others have asked. Afterwards
 * cursor->known may be set; then the totals of cursor->rows are those of the living, and the rows
 * of nobody else are known. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_row_live_need(skr_row_cursor *cursor, uint32_t n_asked, skr_err *err);

/* The same for one row of the tile, which costs what its carriers do. Errors: as above. */
SKR_MUST_USE int skr_row_live_need_row(skr_row_cursor *cursor, uint32_t row, skr_err *err);

/* Leaves the tile at hand: that it was asked about is noted once it was gone through, so that who
 * goes through it once finds no totals for the rest of it. */
void skr_row_live_leave(skr_row_cursor *cursor);

/* Are the totals at hand those of everybody in a set, which is one of the cursor's? */
static inline bool skr_row_live_tells(const skr_row_cursor *cursor, const skr_sample_set *set)
{
    return cursor->known != NULL && set == &cursor->live.set;
}

/* What a row adds up to, where the totals at hand tell. */
static inline skr_carrier_tally skr_row_live_tally(const skr_row_cursor *cursor, uint32_t row)
{
    const skr_row_totals *totals = &cursor->rows->totals[row];
    return (skr_carrier_tally){totals->ac, totals->n_carriers, totals->n_hom, totals->n_hemi,
                               totals->n_partial};
}

#endif
