/*
 * catalogue_int.h - what the parts of catalogues share: the twin of docs/format.md, "Catalogue".
 */
#ifndef SKR_STORAGE_SEGMENT_CATALOGUE_INT_H
#define SKR_STORAGE_SEGMENT_CATALOGUE_INT_H

#include <pthread.h>

#include "storage/segment/catalogue.h"
#include "storage/segment/segment_view_int.h"

#define SKR_CATALOGUE_MEMBERS_MAX 1000000u

struct skr_catalogue {
    struct skr_open_files *files;
    char *folder;
    skr_catalogue_member *members;
    uint32_t n;
    uint64_t n_spent;
    uint32_t *first_samples; /* of each member among all; n + 1 of them */
    pthread_mutex_t lock;    /* of opening members */
    _Atomic(skr_segment *) *opened;
};

/* ------------------------------------------------------------------ who has the rows of a tile */

/* Sets of the rows of a tile, of each member that has rows in it. */
typedef enum skr_catalogue_set {
    SKR_ROWS_PRESENT, /* the member has the row */
    SKR_ROWS_CALLED,  /* and everybody in it is called with the copies expected */
    SKR_N_ROW_SETS,
} skr_catalogue_set;

typedef enum skr_catalogue_form {
    SKR_FORM_NONE, /* no row */
    SKR_FORM_ALL,  /* every row of the tile; of those called: every one that is present */
    SKR_FORM_BITS,
} skr_catalogue_form;

/* One member in a tile. */
typedef struct skr_catalogue_rows {
    uint32_t member;
    uint64_t first_row; /* among the member's rows: the first that is present. The others follow */
    uint8_t forms[SKR_N_ROW_SETS];
    const uint8_t *bits[SKR_N_ROW_SETS]; /* of form BITS: a bit a row of the tile */
} skr_catalogue_rows;

/* All of them. Zero-initialise. */
typedef struct skr_catalogue_tile {
    uint32_t n_rows;
    skr_catalogue_rows *members;
    uint32_t n;
    uint32_t n_max;
} skr_catalogue_tile;

/* Reads the stored bytes, which are not believed and which it points into. Errors: CORRUPT, NOMEM.
 */
SKR_MUST_USE int skr_catalogue_tile_decode(skr_catalogue_tile *tile, const skr_segment *catalogue,
                                           uint32_t n_rows, const uint8_t *bytes, size_t n_bytes,
                                           skr_err *err);
void skr_catalogue_tile_done(skr_catalogue_tile *tile);

/* Is a row in a set of a member? */
static inline bool skr_catalogue_rows_has(const skr_catalogue_rows *rows, skr_catalogue_set set,
                                          uint32_t row)
{
    if (rows->forms[set] == SKR_FORM_BITS)
        return (rows->bits[set][row / 8] >> row % 8 & 1) != 0;
    if (rows->forms[set] == SKR_FORM_ALL && set != SKR_ROWS_PRESENT)
        return skr_catalogue_rows_has(rows, SKR_ROWS_PRESENT, row);
    return rows->forms[set] == SKR_FORM_ALL;
}

/* How many rows from `from` up to, not with, `to` are present. */
uint32_t skr_catalogue_rows_count(const skr_catalogue_rows *rows, uint32_t from, uint32_t to);

/* ------------------------------------------------------------------ merging */

/* What a member says of a merged row. */
typedef struct skr_catalogue_pair {
    uint32_t member;
    bool is_called;
    uint64_t row; /* among the member's rows */
} skr_catalogue_pair;

/* A row of all sources together. What it points to lasts until the next one. */
typedef struct skr_catalogue_row {
    skr_allele allele;
    skr_row_totals totals;
    bool is_complete;
    bool filter_failed;
    const skr_carriers *carriers;      /* numbered through all sources */
    const skr_catalogue_pair *members; /* that have it, ascending */
    uint32_t n_members;
} skr_catalogue_row;

typedef int (*skr_catalogue_row_fn)(void *context, const skr_catalogue_row *row, skr_err *err);

/*
 * Visits the rows of all sources, each allele once, in order. Members are numbered through all
 * sources. Errors: LIMIT where two say different things of one allele; CORRUPT, IO, NOMEM; what
 * on_row gives.
 */
SKR_MUST_USE int skr_catalogue_merge(skr_segment *const *sources, uint32_t n,
                                     skr_catalogue_row_fn on_row, void *context, skr_err *err);

/* ------------------------------------------------------------------ as a segment */

/* Closes the members. */
void skr_catalogue_close(skr_catalogue *catalogue);

/*
 * The functions of segment.h, of a view of a catalogue; tally: of a set that has nearly all members
 * as a whole, else *ret_is_told is false and the stored carriers say it.
 */
SKR_MUST_USE int skr_catalogue_view_new(skr_segment_view *view, skr_err *err);
void skr_catalogue_view_free(skr_segment_view *view);
SKR_MUST_USE int skr_catalogue_view_tally(skr_segment_view *view, const skr_rows_of_tile *rows,
                                          const skr_sample_set *who, skr_carrier_tally *ret_tallies,
                                          bool *ret_is_told, skr_err *err);
SKR_MUST_USE int skr_catalogue_view_n_called(skr_segment_view *view, const skr_rows_of_tile *rows,
                                             const skr_sample_set *who, uint64_t *ret_an,
                                             skr_err *err);
SKR_MUST_USE int skr_catalogue_view_phase(skr_segment_view *view, size_t tile, uint32_t row,
                                          const skr_carriers *carriers, skr_haplotypes *phased,
                                          skr_err *err);
SKR_MUST_USE int skr_catalogue_view_calls(skr_segment_view *view, size_t tile, uint32_t row,
                                          skr_call_set *calls, skr_err *err);
SKR_MUST_USE int skr_catalogue_view_called(skr_segment_view *view, uint32_t contig,
                                           const uint32_t place0[2], uint8_t *called, skr_err *err);
SKR_MUST_USE int skr_catalogue_view_hear(skr_segment_view *view, const skr_rows_of_tile *at,
                                         const skr_sample_set *who, bool wants_passed, bool *ret_is,
                                         skr_err *err);
SKR_MUST_USE int skr_catalogue_view_says(skr_segment_view *view, uint32_t contig,
                                         const uint32_t place0[2], bool *ret_says, skr_err *err);

#endif
