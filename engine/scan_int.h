/*
 * scan_int.h - going through the alleles that a plan could mean, each once, over all segments.
 *
 * The places are cut into morsels: windows of one contig. Workers take morsels off one atomic
 * counter. Within a morsel the rows of all segments and the alleles asked for by name are merged by
 * key, so that whoever counts sees an allele once, with everything that is said of it. The answer
 * does not depend on the number of workers.
 */
#ifndef SKR_ENGINE_SCAN_INT_H
#define SKR_ENGINE_SCAN_INT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/plan_int.h"
#include "storage/carriers.h"

/* One dataset of a scan. */
typedef struct skr_slot {
    uint32_t dataset;       /* index in the manifest */
    const uint64_t *cohort; /* individuals who are counted; NULL: everybody */
} skr_slot;

/* Which samples of a segment count on one contig, and how many copies they are expected to have. */
typedef struct skr_mask {
    uint64_t *bits; /* owner; as large as the segment */
    bool is_all;    /* every sample: bits mean nothing */
    uint32_t n;
    uint64_t serial; /* of the set in this worker, for skr_sample_set */
    uint64_t n_copies[SKR_N_ZONES];
} skr_mask;

/* One segment as one worker sees it. */
typedef struct skr_lane {
    uint32_t slot;
    const skr_segment_entry *entry;
    const skr_segment *segment;
    const skr_sample *samples;
    uint32_t n_samples;
    skr_segment_view *view;       /* where the merge stands; made when first needed */
    skr_segment_view *other_view; /* for rows elsewhere: atoms of an allele asked for as a whole */
    uint32_t contig;              /* for which the masks are; SKR_NONE at first */
    skr_mask live;                /* not replaced, not withdrawn */
    skr_mask cohort;              /* live, and of the slot's cohort */
    size_t tile;                  /* the merge: next tile to load, and the last */
    size_t tile_to;
    const skr_tile_rows *rows; /* of the tile before `tile`; NULL at the end */
    uint32_t row;
    bool has_row;    /* of the allele at hand */
    uint64_t *marks; /* carriers seen on this contig, for whoever marks; NULL at first */
    bool has_marks;
} skr_lane;

/* One carrier of the allele at hand. */
typedef struct skr_carrier {
    uint32_t individual;
    uint8_t n_this;
    uint8_t zygosity; /* skr_zygosity */
} skr_carrier;

struct skr_scan;

/* What one thread owns. */
typedef struct skr_worker {
    struct skr_scan *scan;
    unsigned number;
    skr_block_reader *reader;
    skr_lane *lanes;
    uint32_t n_lanes;
    uint8_t *direct; /* scratch, n_samples of the largest segment each */
    uint8_t *called;
    uint8_t *this_copies;
    uint8_t *zygosities;
    uint8_t *scratch;
    skr_carriers carriers;
    skr_carrier *found; /* carriers of the allele at hand, where they are told apart */
    size_t n_found;
    size_t n_found_max;
    uint64_t n_keys;
    uint64_t n_masks; /* made so far: their serials */
    int status;
    skr_err err;
} skr_worker;

/* An allele in one dataset. */
typedef struct skr_slot_view {
    bool has_row;      /* some live record of the dataset names it */
    unsigned verdicts; /* bit 1: it counts for carriers of one copy; bit 2: of two and more */
} skr_slot_view;

typedef struct skr_key_view {
    skr_allele key;
    bool is_named; /* asked for by name: a replacement is counted as a whole */
    skr_slot_view *slots;
} skr_key_view;

/* Who counts. Called by any worker, but for one worker at a time from one thread. */
typedef struct skr_scan_visitor {
    int (*on_key)(void *context, skr_worker *worker, const skr_key_view *view, skr_err *err);
    /* May be NULL. Called for each morsel, by the worker that did it; also when it failed. */
    int (*on_morsel_end)(void *context, skr_worker *worker, size_t morsel, skr_err *err);
    /* May be NULL. The worker is done, or leaves a contig: what it keeps by lane ends. */
    int (*on_leave)(void *context, skr_worker *worker, skr_err *err);
    void *context;
    bool wants_silent; /* datasets without a row matter too: their AN counts */
    bool wants_named;  /* alleles asked for by name matter even where they do not satisfy */
} skr_scan_visitor;

typedef struct skr_morsel {
    uint32_t contig;
    uint32_t window;
    uint32_t from0; /* starts of alleles that matter lie in [from0, to0) */
    uint32_t to0;
    uint32_t end_above0; /* tiles whose rows all end at or before it do not matter */
} skr_morsel;

typedef struct skr_scan {
    const skr_plan *plan;
    const skr_access *access;
    const skr_slot *slots;
    uint32_t n_slots;
    const skr_scan_visitor *visitor;
    skr_io_choice io;
    unsigned n_threads;
    unsigned window_shift;
    skr_morsel *morsels;
    size_t n_morsels;
    size_t n_morsels_max;
    skr_worker *workers;
    unsigned n_workers;
    atomic_size_t next_morsel;
    atomic_bool has_failed;
} skr_scan;

/*
 * Runs a scan to its end: plan, access, slots, n_slots, visitor, io and n_threads are set, the rest
 * is zero. Errors: DEADLINE, INTERRUPTED, CORRUPT, IO, NOMEM, what the visitor gives.
 */
SKR_MUST_USE int skr_scan_run(skr_scan *scan, skr_err *err);

/* Finds the morsels, for skr_scan_run and explain. The caller frees scan->morsels. Errors: NOMEM.
 */
SKR_MUST_USE int skr_scan_cut(skr_scan *scan, skr_err *err);

/* Does the deadline or the stop flag end the question? Errors: DEADLINE, INTERRUPTED. */
SKR_MUST_USE int skr_access_check(const skr_access *access, skr_err *err);

/* A worker with its lanes, and its end. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_worker_init(skr_worker *worker, skr_scan *scan, unsigned number, skr_err *err);
void skr_worker_done(skr_worker *worker);

/* Merges one morsel and gives each allele to the visitor. Errors: as skr_scan_run. */
SKR_MUST_USE int skr_worker_merge(skr_worker *worker, const skr_morsel *morsel, skr_err *err);

/* The masks of a lane for a contig, if it has others. Errors: NOMEM. */
SKR_MUST_USE int skr_lane_enter(skr_worker *worker, skr_lane *lane, uint32_t contig, skr_err *err);

/* The view of a lane, made when first needed. Errors: NOMEM. */
SKR_MUST_USE int skr_lane_view(skr_worker *worker, skr_lane *lane, skr_err *err);

/* Of the row at hand: its number in its tile, and the tile. */
static inline size_t skr_lane_tile(const skr_lane *lane)
{
    return lane->tile - 1;
}

#endif
