/*
 * alleles_find.h - what a worker finds of the alleles of its batch: their tallies, slot by slot.
 *
 * Threads: those of a worker have one owner.
 */
#ifndef SKR_ENGINE_ALLELES_ALLELES_FIND_H
#define SKR_ENGINE_ALLELES_ALLELES_FIND_H

#include "engine/people/question.h"
#include "engine/scan/tally.h"

/* What a worker has found of the alleles of its batch. */
typedef struct skr_findings {
    skr_tally *tallies; /* [slot * n_max + i]: of those that are summed */
    uint8_t *is_summed; /* they were added up together */
    uint8_t *selected;  /* scratch of that */
    uint32_t n_max;     /* alleles, and slots, for which there is memory */
    uint32_t n_slots;
    skr_carrier_list found; /* carriers of the allele at hand, where they are told apart */
} skr_findings;

/* Frees those of n workers. NULL is allowed. */
void skr_findings_free(skr_findings *all, unsigned n_workers);

/* Must carriers of an allele be told apart by name: has somebody several samples there? */
bool skr_findings_has_repeats(const skr_tallier *tallier, uint32_t contig);

/* Adds up those of the batch that may be added up together, slot by slot. Errors: as a scan. */
SKR_MUST_USE int skr_findings_together(skr_tallier *tallier, skr_findings *mine, unsigned flags,
                                       skr_err *err);

/*
 * The tally of allele k in a slot: found with the others, or now; its carriers are appended to
 * mine->found where they are told apart. *ret_counts: whether it counts there and its carriers
 * would be told. Errors: as a scan.
 */
SKR_MUST_USE int skr_findings_slot(const skr_question *question, skr_tallier *tallier,
                                   skr_findings *mine, uint32_t k, unsigned flags, uint32_t slot,
                                   skr_tally *tally, bool *ret_counts, skr_err *err);

#endif
