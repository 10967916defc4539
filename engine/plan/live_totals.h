/*
 * live_totals.h - who of a segment lives, where somebody was replaced or has withdrawn, and what
 * rows add up to over those who do; kept, so that the questions of a generation find it once.
 *
 * A tile is worth it when as many of its rows were asked about before as a quarter of it has; until
 * then, and so in a program that asks one thing and ends, whoever asks counts through the mask of
 * the living, and comes to the same.
 *
 * Threads: any number. What is kept does not change; two that find a tile at once keep one of them.
 */
#ifndef SKR_ENGINE_PLAN_LIVE_TOTALS_H
#define SKR_ENGINE_PLAN_LIVE_TOTALS_H

#include "storage/segment/segment.h"

/* Of each row of a tile. */
typedef struct skr_live_tile {
    skr_row_totals *totals;
    uint8_t *is_row; /* 1: somebody who lives is spoken of */
    uint32_t n;
} skr_live_tile;

typedef struct skr_live_totals skr_live_totals;

/* For a segment of n_tiles tiles. The caller owns *ret_all. Errors: NOMEM. */
SKR_MUST_USE int skr_live_totals_new(size_t n_tiles, skr_live_totals **ret_all, skr_err *err);

/* Frees. NULL is allowed. */
void skr_live_totals_free(skr_live_totals *all);

/*
 * Those who live on a contig; contig SKR_NONE: who lives on any that no tombstone names by itself.
 * NULL: nobody has kept them. They belong to `all`.
 */
const skr_sample_set *skr_live_totals_who(const skr_live_totals *all, uint32_t contig);

/*
 * Keeps a set, whose bits it takes, and gives it the serial that it has from now on. Returns the
 * set that is kept; NULL, and the bits stay the caller's: that would be too many, or there is no
 * memory.
 */
const skr_sample_set *skr_live_totals_keep_who(skr_live_totals *all, uint32_t contig,
                                               const skr_sample_set *set, uint64_t *bits);

/* Of a tile; NULL: nobody has kept them. They belong to `all`. */
const skr_live_tile *skr_live_totals_find(const skr_live_totals *all, size_t tile);

/* Notes that n_asked rows of a tile were asked about, or one that costs as much as so many. */
void skr_live_totals_note(skr_live_totals *all, size_t tile, uint32_t n_asked);

/* Is it time to keep a tile of n_rows rows? Never where what is kept has grown too large. */
bool skr_live_totals_is_due(const skr_live_totals *all, size_t tile, uint32_t n_rows);

/* Memory for a tile of n rows, zeroed; skr_live_tile_free frees it. Errors: NOMEM. */
SKR_MUST_USE int skr_live_tile_new(uint32_t n, skr_live_tile **ret_tile, skr_err *err);
void skr_live_tile_free(skr_live_tile *tile);

/* Keeps a tile, which it takes, and returns the one that is kept. */
const skr_live_tile *skr_live_totals_keep(skr_live_totals *all, size_t tile, skr_live_tile *fresh);

#endif
