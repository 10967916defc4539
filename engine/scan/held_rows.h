/*
 * held_rows.h - the rows that a place and type alone (SKR_ALLELE_SV_ANY) holds in one segment.
 */
#ifndef SKR_ENGINE_SCAN_HELD_ROWS_H
#define SKR_ENGINE_SCAN_HELD_ROWS_H

#include "engine/scan/row_cursor.h"

/* A row, wherever it was found, and who reads it. */
typedef struct skr_row_at {
    skr_segment_view *view;
    size_t tile;
    uint32_t row;
    skr_ploidy ploidy;
} skr_row_at;

/* A row of the tile that a cursor is at. */
static inline skr_row_at skr_row_at_cursor(const skr_row_cursor *cursor, uint32_t row)
{
    return (skr_row_at){cursor->view, skr_row_cursor_tile(cursor), row,
                        (skr_ploidy)cursor->rows->ploidy[row]};
}

typedef struct skr_held_rows {
    skr_row_at *rows; /* of which somebody alive has a record */
    uint32_t n;
    uint32_t n_max;
    bool is_passed; /* a record that passed FILTER names one of them */
} skr_held_rows;

/*
 * Finds them through the cursor's other view. held is zeroed by the caller, who frees it with done;
 * it may be used again. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_held_rows_find(skr_row_cursor *cursor, const skr_allele *place,
                                    skr_held_rows *held, skr_err *err);
void skr_held_rows_done(skr_held_rows *held);

#endif
