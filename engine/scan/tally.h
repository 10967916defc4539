/*
 * tally.h - adding up one allele in one dataset: copies, carriers, who was called.
 *
 * What a sample is for an allele is said in storage/segment/segment.h. An allele that replaces
 * several bases by as many others is counted as a whole (rule 1 of docs/counting.md), in a list as
 * by name: by records of the whole where a sample has some, by its atoms otherwise.
 */
#ifndef SKR_ENGINE_SCAN_TALLY_H
#define SKR_ENGINE_SCAN_TALLY_H

#include "engine/scan/scan.h"

typedef struct skr_tally {
    uint64_t ac;
    uint64_t an; /* only with SKR_TALLY_AN */
    uint32_t n_carriers;
    uint32_t n_hom;
    uint32_t n_het;
    uint32_t n_hemi;
    uint32_t n_partial;
} skr_tally;

/* What a tally is to find out. */
#define SKR_TALLY_AN 1u     /* who was called, too */
#define SKR_TALLY_COHORT 2u /* only the slot's cohort, if it has one */
#define SKR_TALLY_FOUND                                                                            \
    4u /* leave the carriers in worker->found, behind those that are there;                        \
        * not of a batch */

/*
 * Tallies the selected alleles of the batch in one slot: tallies[i] of each i with selected[i].
 * Individuals are counted once. Errors: as a scan.
 */
SKR_MUST_USE int skr_tally_batch(skr_worker *worker, uint32_t slot, unsigned flags,
                                 const uint8_t *selected, skr_tally *tallies, skr_err *err);

/* Tallies the allele at hand in one slot. Individuals are counted once. Errors: as a scan. */
SKR_MUST_USE int skr_tally_slot(skr_worker *worker, const skr_key_view *view, uint32_t slot,
                                unsigned flags, skr_tally *ret_tally, skr_err *err);

/*
 * Counts carriers as individuals, each once, in the form with the most copies; found is reordered.
 * Sets everything of the tally but ac and an.
 */
void skr_tally_people(skr_carrier *found, size_t n, skr_tally *tally);

/*
 * What each sample of a lane is for the allele at hand: worker->called, this_copies and zygosities;
 * 0 called copies for those of whom nothing is known and for those who do not live. Errors: as a
 * scan.
 */
SKR_MUST_USE int skr_tally_states(skr_worker *worker, skr_lane *lane, const skr_key_view *view,
                                  skr_err *err);

/*
 * Sets the bits of the individuals who carry an allele of the batch in one slot, in copies that the
 * slot's verdicts count. Marks of whole rows stay in the lanes until skr_tally_flush. Errors: as a
 * scan.
 */
SKR_MUST_USE int skr_tally_mark(skr_worker *worker, uint32_t slot, uint64_t *people, skr_err *err);

/* Moves the marks of the lanes of a slot to the people. Before a lane enters another contig. */
void skr_tally_flush(skr_worker *worker, uint32_t slot, uint64_t *people);

/* Adds what was found among carriers. */
static inline void skr_tally_add(skr_tally *tally, const skr_carrier_tally *sums)
{
    tally->ac += sums->ac;
    tally->n_carriers += sums->n_carriers;
    tally->n_hom += sums->n_hom;
    tally->n_hemi += sums->n_hemi;
    tally->n_partial += sums->n_partial;
    tally->n_het += sums->n_carriers - sums->n_hom - sums->n_hemi - sums->n_partial;
}

/*
 * Adds to *an what the spans say of the samples of a set whose direct claim is NO_STATEMENT; direct
 * NULL: of all of them. The lane has its view. Errors: as a scan.
 */
SKR_MUST_USE int skr_tally_spans(skr_worker *worker, const skr_lane *lane,
                                 const skr_sample_set *set, const skr_allele *key,
                                 const uint8_t *direct, uint64_t *an, skr_err *err);

/* The same of those of whom a row of the lane's tile does not speak. Errors: as a scan. */
SKR_MUST_USE int skr_tally_row_spans(skr_worker *worker, const skr_lane *lane, uint32_t row,
                                     const skr_sample_set *set, const skr_allele *key, uint64_t *an,
                                     skr_err *err);

/* A row, wherever it was found, and who reads it. */
typedef struct skr_row_at {
    skr_segment_view *view;
    size_t tile;
    uint32_t row;
    skr_ploidy ploidy;
} skr_row_at;

/* The rows of a segment that a place and type alone (SKR_ALLELE_SV_ANY) holds, of those alive. */
typedef struct skr_held_rows {
    skr_row_at *rows;
    uint32_t n;
    uint32_t n_max;
    bool is_passed; /* a record that passed FILTER names one of them */
} skr_held_rows;

/* Finds them through the lane's other view. held is zeroed by the caller, who frees it with done;
 * it may be used again. Errors: as a scan. */
SKR_MUST_USE int skr_held_find(skr_worker *worker, skr_lane *lane, const skr_allele *place,
                               skr_held_rows *held, skr_err *err);
void skr_held_done(skr_held_rows *held);

/* Copies called, copies of the allele, zygosity: what a row's direct claims say, over all samples.
 * Errors: as a scan. */
SKR_MUST_USE int skr_tally_direct(skr_worker *worker, const skr_lane *lane, const skr_row_at *at,
                                  uint8_t *called, uint8_t *this_copies, uint8_t *zygosities,
                                  skr_err *err);

/* Adds the carriers of a row in set to worker->found, and their copies to the tally. Errors: as a
 * scan. */
SKR_MUST_USE int skr_tally_row(skr_worker *worker, const skr_lane *lane, const skr_row_at *at,
                               const skr_sample_set *set, skr_tally *tally, skr_err *err);

/* The same of an allele that is counted sample by sample; adds to an too. Errors: as a scan. */
SKR_MUST_USE int skr_tally_by_states(skr_worker *worker, skr_lane *lane, const skr_sample_set *set,
                                     const skr_key_view *view, skr_tally *tally, skr_err *err);

/* skr_tally_by_states of a place and type alone, and skr_tally_states of one. Errors: as a scan. */
SKR_MUST_USE int skr_tally_open(skr_worker *worker, skr_lane *lane, const skr_sample_set *set,
                                const skr_key_view *view, skr_tally *tally, skr_err *err);
SKR_MUST_USE int skr_tally_open_states(skr_worker *worker, skr_lane *lane, const skr_allele *place,
                                       skr_err *err);

/* Do the atoms of the allele at hand speak for some samples of the lane? */
static inline bool skr_tally_has_atoms(const skr_lane *lane, const skr_key_view *view)
{
    return view->key.kind == SKR_ALLELE_MNV &&
           !(lane->has_row && lane->rows->is_complete[lane->row] != 0);
}

#endif
