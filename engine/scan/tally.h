/*
 * tally.h - the numbers of an allele in one dataset: copies, carriers, who was called.
 */
#ifndef SKR_ENGINE_SCAN_TALLY_H
#define SKR_ENGINE_SCAN_TALLY_H

#include "engine/scan/batch.h"
#include "engine/scan/sample_states.h"

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

/* One carrier of an allele. */
typedef struct skr_carrier {
    uint32_t individual;
    uint8_t n_this;
    uint8_t zygosity; /* skr_zygosity */
} skr_carrier;

/* Carriers told apart; the owner frees items. Zeroed at first. */
typedef struct skr_carrier_list {
    skr_carrier *items;
    size_t n;
    size_t n_max;
} skr_carrier_list;

/* Adds up the alleles of a batch; of one thread. What is in it is its own. */
typedef struct skr_tallier {
    skr_batch *batch;
    const skr_scan_scope *scope;
    skr_sample_states states;
    skr_carriers carriers;
    skr_carrier_list found; /* of the allele at hand, where the caller does not want them */
    uint8_t *direct;        /* who of a segment has a direct claim, and what the spans say */
    uint8_t *spans;
    uint32_t n_samples_max;
    uint8_t *together; /* alleles that are added up together; all below: n_max of the batch */
    uint32_t *rows;    /* those of a cursor, the alleles that they are of, and their numbers */
    uint32_t *keys;
    skr_carrier_tally *row_tallies;
    uint64_t *row_ans;
} skr_tallier;

/* Memory for the alleles of a batch, which must outlive it. *tallier is zeroed. Errors: NOMEM. */
SKR_MUST_USE int skr_tallier_init(skr_tallier *tallier, skr_batch *batch, skr_err *err);
void skr_tallier_done(skr_tallier *tallier);

/* Turns it to a scan, for which its batch was turned already. Errors: NOMEM. */
SKR_MUST_USE int skr_tallier_begin(skr_tallier *tallier, const skr_scan_scope *scope, skr_err *err);

/*
 * Tallies the selected alleles of the batch in one slot: tallies[i] of each i with selected[i].
 * Individuals are counted once. Errors: as a scan.
 */
SKR_MUST_USE int skr_tally_batch(skr_tallier *tallier, uint32_t slot, unsigned flags,
                                 const uint8_t *selected, skr_tally *tallies, skr_err *err);

/*
 * Tallies one allele in one slot. Individuals are counted once. Its carriers are appended to found,
 * which may be NULL: nobody wants them. Errors: as a scan.
 */
SKR_MUST_USE int skr_tally_slot(skr_tallier *tallier, const skr_key_view *view, uint32_t slot,
                                unsigned flags, skr_carrier_list *found, skr_tally *ret_tally,
                                skr_err *err);

/* Must carriers of an allele be told apart by name in a slot? Otherwise no two of its carriers are
 * one individual, and its rows alone say who they are. */
bool skr_tally_is_apart(const skr_tallier *tallier, const skr_key_view *view, uint32_t slot);

/*
 * Counts carriers as individuals, each once, in the form with the most copies; found is reordered.
 * Sets everything of the tally but ac and an.
 */
void skr_tally_people(skr_carrier *found, size_t n, skr_tally *tally);

/*
 * What each sample of cursor number `cursor` is for an allele. They are the tallier's, until it is
 * asked something else. Errors: as a scan.
 */
SKR_MUST_USE int skr_tally_states(skr_tallier *tallier, const skr_key_view *view, uint32_t cursor,
                                  const skr_sample_states **ret_states, skr_err *err);

/*
 * Sets the bits of the individuals who carry an allele of the batch in one slot, in copies that the
 * slot's verdicts count. Marks of whole rows stay in the cursors until skr_tally_flush. Errors: as
 * a scan.
 */
SKR_MUST_USE int skr_tally_mark(skr_tallier *tallier, uint32_t slot, uint64_t *people,
                                skr_err *err);

/* Moves the marks of the cursors of a slot to the people. Before a cursor enters another contig. */
void skr_tally_flush(skr_tallier *tallier, uint32_t slot, uint64_t *people);

/*
 * Adds to *n how many live samples carry a row, in whatever copies; about n_carriers do. Errors: as
 * a scan.
 */
SKR_MUST_USE int skr_tally_count_live(skr_tallier *tallier, skr_row_cursor *cursor,
                                      const skr_row_at *at, uint32_t n_carriers, uint64_t *n,
                                      skr_err *err);

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
 * Adds to *an what the spans say of the samples of a set whom a row of the cursor's tile does not
 * speak of; row SKR_NONE: of all of them. The cursor has its view. For tally_batch.c. Errors: as a
 * scan.
 */
SKR_MUST_USE int skr_tally_spans(skr_tallier *tallier, const skr_row_cursor *cursor, uint32_t row,
                                 const skr_sample_set *set, const skr_allele *key, uint64_t *an,
                                 skr_err *err);

#endif
