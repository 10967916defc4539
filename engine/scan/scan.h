/*
 * scan.h - going through the alleles that a plan could mean, each once, over all segments.
 *
 * The places are cut into morsels: windows of one contig. Workers take morsels off one atomic
 * counter. Within a morsel the rows of each segment are judged over columns, and those that are
 * left are merged by key over all segments, together with the alleles asked for by name. Whoever
 * counts gets them in batches, each allele once, with everything that is said of it. The answer
 * depends neither on the number of workers nor on how many alleles a batch holds.
 */
#ifndef SKR_ENGINE_SCAN_SCAN_H
#define SKR_ENGINE_SCAN_SCAN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/face/warnings.h"
#include "engine/plan/plan.h"
#include "engine/scan/scan_doubt_int.h"
#include "storage/carriers/bits.h"
#include "storage/carriers/carriers.h"
#include "storage/segment/segment_marks.h"

/* One dataset of a scan. */
typedef struct skr_slot {
    uint32_t dataset;       /* index in the manifest */
    const uint64_t *cohort; /* individuals who are counted; NULL: everybody */
} skr_slot;

/* Which samples of a segment count on one contig. */
typedef struct skr_mask {
    uint64_t *bits;     /* owner; as large as the segment */
    skr_sample_set set; /* its bits are those above, or NULL when it is every sample */
} skr_mask;

/* One segment as one worker sees it. */
typedef struct skr_lane {
    uint32_t number; /* of the segment, in the manifest */
    uint32_t slot;
    const skr_segment_entry *entry;
    const skr_segment *segment;
    skr_individuals individuals;
    uint32_t n_samples;
    skr_segment_view *view;       /* where the merge stands; made when first needed */
    skr_segment_view *other_view; /* for rows elsewhere: atoms of an allele asked for as a whole */
    uint32_t contig;              /* for which the masks are; SKR_NONE at first */
    skr_mask live;                /* not replaced, not withdrawn */
    skr_mask cohort;              /* live, and of the slot's cohort */
    size_t tile;                  /* the merge: next tile to load, and the last */
    size_t tile_to;
    const skr_tile_rows *rows; /* of the tile before `tile`; NULL at the end */
    uint32_t *wanted;          /* rows of it that go on, ascending */
    uint8_t *codes;            /* and what is known of each: a skr_row_code */
    uint32_t n_wanted;
    uint32_t n_wanted_max;
    uint32_t next;       /* the next one to be merged */
    uint32_t batch_from; /* those in the batch are wanted[batch_from + i] for i < n_batch */
    uint32_t n_batch;
    uint32_t *keys; /* and keys[i] is the number of the allele in the batch */
    bool has_row;   /* of the allele at hand, after skr_batch_seek */
    uint32_t row;
    skr_segment_marks *marks; /* carriers seen on this contig, for whoever marks; NULL at first */
    bool has_marks;
} skr_lane;

/* One carrier of the allele at hand. */
typedef struct skr_carrier {
    uint32_t individual;
    uint8_t n_this;
    uint8_t zygosity; /* skr_zygosity */
} skr_carrier;

/* An allele in one dataset. */
typedef struct skr_slot_view {
    bool has_row;      /* some live record of the dataset names it */
    unsigned verdicts; /* bit 1: it counts for carriers of one copy; bit 2: of two and more */
} skr_slot_view;

/* The allele at hand. */
typedef struct skr_key_view {
    skr_allele key;
    bool is_named; /* asked for by name: a replacement is counted as a whole */
    skr_slot_view *slots;
} skr_key_view;

/* Alleles in the order of their keys. Arrays of slots are n_max apart. */
typedef struct skr_batch {
    uint32_t n;
    uint32_t n_max;
    skr_allele *keys; /* their texts are those of the lanes' rows, or of the plan */
    bool has_whole;   /* some key is a replacement of several bases, or a place and type alone */
    uint8_t *is_named;
    uint8_t *is_wanted; /* the visitor is to look at it */
    uint8_t *codes;     /* what was known of the key by itself */
    uint8_t *has_row;   /* [slot * n_max + i], as in skr_slot_view */
    uint8_t *verdicts;  /* likewise */
    uint8_t *is_failed; /* likewise: no record that passed FILTER names it */
    skr_key_view at;    /* the allele at hand, after skr_batch_seek */
} skr_batch;

struct skr_scan;
struct skr_tally;

/*
 * What one thread owns while it scans, and what is kept for the next question on the generation: a
 * worker that has ended waits in the pool of the engine.
 */
typedef struct skr_worker {
    struct skr_scan *scan;
    const skr_snapshot *snapshot; /* whose segments it reads */
    unsigned number;
    size_t morsel; /* at which it is */
    struct skr_worker *next_idle;
    skr_block_reader *reader;
    skr_lane *lanes; /* those of the question */
    uint32_t n_lanes;
    skr_lane *kept; /* of every segment between questions: its views and memory */
    uint32_t n_kept;
    size_t n_slots_max; /* for which there is memory */
    uint32_t n_samples_max;
    uint64_t n_sets; /* sample sets made so far: their serials */
    skr_batch batch;
    uint32_t *starts; /* of each lane's next row; SKR_NONE at its end */
    uint32_t *lowest; /* lanes that have the allele at hand */
    uint32_t *picked; /* scratch, n_max of the batch each: rows, the keys that they are of */
    uint32_t *picked_keys;
    uint32_t *open;    /* alleles that are not judged yet */
    uint8_t *selected; /* alleles to be tallied */
    uint8_t *together; /* those of them that are added up together */
    skr_carrier_tally *row_tallies;
    uint64_t *row_ans;
    struct skr_tally *judged;  /* of the alleles whose totals had to be found to judge them */
    uint8_t *is_summed;        /* for the visitor: alleles whose tallies are in these: */
    struct skr_tally *tallies; /* for the visitor: [slot * n_max + i] */
    skr_allele_facts *facts;
    skr_af_seen *seen; /* of each slot, in this scan; counted where the scan has doubts */
    uint8_t *direct;   /* scratch, n_samples of the largest segment each */
    uint8_t *called;
    uint8_t *this_copies;
    uint8_t *zygosities;
    uint8_t *scratch;
    skr_carriers carriers;
    skr_carrier *found; /* carriers of the allele at hand, where they are told apart */
    size_t n_found;
    size_t n_found_max;
    skr_analysis done; /* in this scan: its counters and times, but for total and plan */
} skr_worker;

/* Who counts. Called by any worker, but for one worker at a time from one thread. */
typedef struct skr_scan_visitor {
    int (*on_batch)(void *context, skr_worker *worker, skr_batch *batch, skr_err *err);
    /* May be NULL. Called for each morsel, by the worker that did it; also when it failed. */
    int (*on_morsel_end)(void *context, skr_worker *worker, size_t morsel, skr_err *err);
    /* May be NULL. The worker is done, or leaves a contig: what it keeps by lane ends. */
    int (*on_leave)(void *context, skr_worker *worker, skr_err *err);
    void *context;
    bool wants_carriers;   /* of most alleles: they are read ahead */
    bool wants_silent;     /* datasets without a row matter too: their AN counts */
    bool warns_unassessed; /* a name that no record names, where nobody was called, is told */
    bool wants_named;      /* alleles asked for by name matter even where they do not satisfy */
} skr_scan_visitor;

typedef struct skr_morsel {
    uint32_t contig;
    uint32_t window;
    uint32_t from0; /* starts of alleles that matter lie in [from0, to0) */
    uint32_t to0;
    uint32_t end_above0; /* tiles whose rows all end at or before it do not matter */
} skr_morsel;

/* What all scans of an engine have read. */
typedef struct skr_scan_work {
    atomic_uint_fast64_t n_reads;
    atomic_uint_fast64_t n_bytes;
    atomic_uint_fast64_t n_blocks;
} skr_scan_work;

/* What a scan works with; belongs to the engine. */
typedef struct skr_scan_tools {
    skr_io_choice io;
    unsigned n_threads;
    uint32_t n_batch_max; /* alleles in a batch; 0: as many as are good. For tests: with it, the
                           * smallest scan is divided among all threads */
    struct skr_helpers *helpers;
    struct skr_worker_pool *workers; /* NULL: a worker lives for one scan */
    struct skr_block_cache *cache;
    skr_analysis *analysis; /* what scans did is added here; NULL: nobody wants to know */
    skr_scan_work *work;    /* NULL: not added up */
} skr_scan_tools;

typedef struct skr_scan {
    const skr_plan *plan;
    const skr_access *access;
    const skr_slot *slots;
    uint32_t n_slots;
    const skr_scan_visitor *visitor;
    skr_scan_tools tools;
    skr_warnings *warnings;  /* NULL: nobody wants them */
    skr_af_doubt *doubts;    /* of each slot, where af is asked; made by the scan itself */
    skr_named_note *notes;   /* of each name of the plan, where there are warnings; likewise */
    skr_named_note one_note; /* where one is enough */
    unsigned window_shift;
    skr_morsel *morsels;
    size_t n_morsels;
    size_t n_morsels_max;
    uint64_t n_rows;  /* about how many rows lie in them */
    unsigned n_ahead; /* morsels that a worker takes before their time, to read ahead */
    atomic_size_t next_morsel;
    atomic_bool has_failed;
    pthread_mutex_t lock; /* of the three below, and of the analysis */
    uint64_t n_parts;     /* that are done */
    int status;
    skr_err err; /* of the first who failed */
} skr_scan;

/*
 * Runs a scan to its end: plan, access, slots, n_slots, visitor and tools are set, the rest is
 * zero. Errors: DEADLINE, INTERRUPTED, CORRUPT, IO, NOMEM, what the visitor gives.
 */
SKR_MUST_USE int skr_scan_run(skr_scan *scan, skr_err *err);

/* Finds the morsels, for skr_scan_run and explain. The caller frees scan->morsels. Errors: NOMEM.
 */
SKR_MUST_USE int skr_scan_cut(skr_scan *scan, skr_err *err);

/* A worker for the generation of a scan. The caller owns it. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_worker_new(const skr_scan *scan, skr_worker **ret_worker, skr_err *err);

/* Frees. NULL is allowed. */
void skr_worker_free(skr_worker *worker);

/*
 * Gives a worker of the same generation the lanes of a scan, as its part `number`; it lets go of
 * them in skr_worker_end, also when it could not begin. Errors: IO, NOMEM.
 */
SKR_MUST_USE int skr_worker_begin(skr_worker *worker, skr_scan *scan, unsigned number,
                                  skr_err *err);
void skr_worker_end(skr_worker *worker);

/*
 * Begins to read what a morsel will want. Returns a number for skr_block_reader_pass once the
 * morsel is done, or 0.
 */
uint64_t skr_worker_read_ahead(skr_worker *worker, const skr_morsel *morsel);

/* Merges one morsel and gives its alleles to the visitor. Errors: as skr_scan_run. */
SKR_MUST_USE int skr_worker_merge(skr_worker *worker, const skr_morsel *morsel, skr_err *err);

/* The masks of a lane for a contig, if it has others. Errors: NOMEM. */
SKR_MUST_USE int skr_lane_enter(skr_worker *worker, skr_lane *lane, uint32_t contig, skr_err *err);

/* The view of a lane, made when first needed. Errors: NOMEM. */
SKR_MUST_USE int skr_lane_view(skr_worker *worker, skr_lane *lane, skr_err *err);

/*
 * Chooses the rows of the lane's tile from `from` up to start to0 that go on: those that the
 * question does not rule out, that somebody alive speaks of, and those at the places of the names
 * [named, named_to). Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_lane_choose(skr_worker *worker, skr_lane *lane, const skr_morsel *morsel,
                                 skr_err *err);

/* Does a row's call set say something of a sample of the set? */
bool skr_lane_is_spoken_of(const skr_call_set *calls, const skr_sample_set *set);

/* Judges the alleles of the batch in each dataset, and says which are wanted. Errors: as a scan. */
SKR_MUST_USE int skr_batch_judge(skr_worker *worker, skr_err *err);

/* Makes allele i the one at hand: batch->at, and has_row and row of each lane. */
const skr_key_view *skr_batch_seek(skr_worker *worker, uint32_t i);

/* Is one segment all that there is, and everybody in it alive? */
static inline bool skr_lane_is_alone(const skr_worker *worker, const skr_lane *lane)
{
    return worker->n_lanes == 1 && worker->scan->n_slots == 1 && lane->live.set.bits == NULL;
}

/* Is this sample among those of a set? */
static inline bool skr_set_has(const skr_sample_set *set, uint32_t sample)
{
    return set->bits == NULL || skr_bits_has(set->bits, sample);
}

/* Of the rows in the batch: their tile. */
static inline size_t skr_lane_tile(const skr_lane *lane)
{
    return lane->tile - 1;
}

#endif
