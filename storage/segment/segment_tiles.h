/*
 * segment_tiles.h - the tiles of a segment: where something is, and what it is in short.
 *
 * Where there are many tiles they are read when they are needed; opening a segment costs the same
 * however many it has.
 *
 * Threads: any number may ask one open segment.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_TILES_H
#define SKR_STORAGE_SEGMENT_SEGMENT_TILES_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

typedef struct skr_segment skr_segment;

/* The zone map of a tile. */
typedef struct skr_tile {
    uint32_t contig;
    uint32_t number; /* start0 >> tile_shift of everything in it */
    uint32_t n_rows;
    uint32_t n_spans;
    uint64_t first_row;     /* number of its first row in the segment */
    uint32_t min_start0;    /* of its rows; 0 without rows */
    uint32_t max_start0;    /* of its rows; 0 without rows */
    uint32_t max_end0;      /* the largest end0 of its rows, wide ones left out; 0 without rows */
    uint32_t max_span_end0; /* the same for spans; wide ones are not in tiles */
    uint32_t kinds;         /* bit 1 << skr_allele_kind for each kind that occurs */
    uint64_t max_ac;        /* of any row in this segment */
} skr_tile;

/*
 * The tiles that exist, ascending by contig, number and row; they belong to the segment. Only those
 * may be looked at, here and by a view, that one of the two functions below has read.
 */
const skr_tile *skr_segment_tiles(const skr_segment *segment, size_t *ret_n);

/* Has the tiles [from, to) read. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_segment_need_tiles(const skr_segment *segment, size_t from, size_t to,
                                        skr_err *err);

/*
 * The indexes [*ret_from, *ret_to) of the tiles of a contig with numbers in [numbers[0],
 * numbers[1]), which are read. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_segment_find_tiles(const skr_segment *segment, uint32_t contig,
                                        const uint32_t numbers[2], size_t *ret_from, size_t *ret_to,
                                        skr_err *err);

/* How many tiles have rows. */
uint64_t skr_segment_n_tiles_with_rows(const skr_segment *segment);

/* A row longer than a tile, so that it may reach beyond the next tile. */
typedef struct skr_wide_row {
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
    uint32_t tile; /* index among skr_segment_tiles */
    uint32_t row;  /* number within the tile */
} skr_wide_row;

/* All of them, ascending by contig and start0; belong to the segment. */
const skr_wide_row *skr_segment_wide_rows(const skr_segment *segment, size_t *ret_n);

#endif
