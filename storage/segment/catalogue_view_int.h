/*
 * catalogue_view_int.h - what a view of a catalogue keeps of the members that it reads.
 */
#ifndef SKR_STORAGE_SEGMENT_CATALOGUE_VIEW_INT_H
#define SKR_STORAGE_SEGMENT_CATALOGUE_VIEW_INT_H

#include "storage/segment/catalogue_int.h"

/* Views of members that are kept; the one that was not used for the longest time goes first. */
#define SKR_MEMBER_VIEWS_MAX 1024u

/* How much of a member a set of samples has. */
typedef enum skr_catalogue_part {
    SKR_PART_NONE,
    SKR_PART_SOME,
    SKR_PART_ALL
} skr_catalogue_part;

typedef struct skr_catalogue_part_set {
    skr_catalogue_part part;
    unsigned known;     /* a bit for each ploidy whose n_copies are known */
    skr_sample_set set; /* of the member's samples; bits NULL: all */
    uint64_t *bits;     /* owner */
} skr_catalogue_part_set;

typedef struct skr_catalogue_view {
    skr_segment_view **views; /* of each member; NULL: not made, or let go */
    uint64_t *used_at;
    uint32_t n_views;
    uint64_t n_uses;

    size_t tile; /* whose members are at hand; SKR_NO_TILE: none */
    skr_block_bytes raw;
    skr_catalogue_tile who;

    bool has_sets; /* those below are of that serial */
    uint64_t serial;
    skr_catalogue_part_set *sets; /* of each member */
    uint32_t n_not_whole;         /* members that are not in as a whole */

    size_t found_tile; /* of a member: skr_catalogue_view_row */
    uint32_t found_row;

    /* scratch: rows of a member, which of those asked they are, and what is said of them */
    uint32_t n_max;
    uint64_t *rows;
    uint32_t *numbers;
    uint32_t *at;
    skr_carrier_tally *tallies;
    uint64_t *ans;
} skr_catalogue_view;

/* Room for n rows in the scratch. Errors: NOMEM. */
SKR_MUST_USE int skr_catalogue_view_reserve(skr_catalogue_view *members, uint32_t n, skr_err *err);

/* The members of a tile of the catalogue. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_catalogue_view_tile(skr_segment_view *view, size_t tile,
                                         const skr_catalogue_tile **ret_tile, skr_err *err);

/* A view of a member, which is opened if need be; until another one is asked for. Errors: CORRUPT,
 * IO, MISSING, NOMEM. */
SKR_MUST_USE int skr_catalogue_view_member(skr_segment_view *view, uint32_t member,
                                           skr_segment_view **ret_view, skr_err *err);

/* Cuts a set of samples, its bits not NULL, into those of the members. Errors: NOMEM. */
SKR_MUST_USE int skr_catalogue_view_cut(skr_segment_view *view, const skr_sample_set *who,
                                        skr_err *err);

/* The copies expected of a member's part of that set in a ploidy. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_catalogue_view_copies(skr_segment_view *view, uint32_t member, uint8_t ploidy,
                                           uint64_t *ret_n, skr_err *err);

/*
 * Finds one row that a member has: its view, and in found_tile and found_row the place there.
 * columns: those of the catalogue. Errors: CORRUPT; those of a member.
 */
SKR_MUST_USE int skr_catalogue_view_row(skr_segment_view *view, const skr_catalogue_rows *of,
                                        uint32_t row, const skr_tile_rows *columns,
                                        skr_segment_view **ret_member, skr_err *err);

/* Rows of one tile of a member: numbers[0 .. n) of the scratch, from place `first` of it on. */
typedef struct skr_catalogue_run {
    skr_segment_view *view;
    size_t tile;
    const uint32_t *numbers;
    uint32_t n;
    uint32_t first;
} skr_catalogue_run;
typedef int (*skr_catalogue_run_fn)(void *context, const skr_catalogue_run *run, skr_err *err);

/*
 * Visits rows[0 .. n) of the scratch, which are rows of a member, tile by tile. at says which of
 * the catalogue's rows they are: they must begin where those begin. Errors: CORRUPT; those of a
 * member; what visit gives.
 */
SKR_MUST_USE int skr_catalogue_view_visit(skr_segment_view *view, uint32_t member, uint32_t n,
                                          const skr_rows_of_tile *of, skr_catalogue_run_fn visit,
                                          void *context, skr_err *err);

#endif
