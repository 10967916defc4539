/*
 * batch_judge.h - which alleles of a batch satisfy the question, in each dataset.
 */
#ifndef SKR_ENGINE_SCAN_BATCH_JUDGE_H
#define SKR_ENGINE_SCAN_BATCH_JUDGE_H

#include "engine/scan/tally.h"

/* Judges the alleles of a tallier's batch; of one thread. What is in it is its own. */
typedef struct skr_judge {
    skr_tallier *tallier;
    skr_batch *batch; /* of the tallier */
    skr_analysis *done;
    skr_allele_facts *facts; /* those below: n_max of the batch */
    uint32_t *open;          /* alleles that are not judged yet */
    uint8_t *selected;       /* alleles to be tallied */
    skr_tally *totals;       /* of those */
    uint32_t *rows;          /* those of a cursor, the alleles that they are of, copies called */
    uint32_t *keys;
    uint64_t *row_ans;
    skr_af_seen *seen; /* of each slot, in this scan; counted where the scan has doubts */
    uint32_t n_slots_max;
} skr_judge;

/* Memory for the alleles of a tallier's batch. *judge is zeroed. Errors: NOMEM. */
SKR_MUST_USE int skr_judge_init(skr_judge *judge, skr_tallier *tallier, skr_err *err);
void skr_judge_done(skr_judge *judge);

/* Turns it to a scan, for which the tallier was turned already. Errors: NOMEM. */
SKR_MUST_USE int skr_judge_begin(skr_judge *judge, skr_analysis *done, skr_err *err);

/*
 * Judges the alleles of the batch in each dataset, and says which are wanted; wants_named: those
 * asked for by name are in any case. Errors: as a scan.
 */
SKR_MUST_USE int skr_judge_batch(skr_judge *judge, bool wants_named, skr_err *err);

/*
 * Judges the names of the batch that no record names: a REF that the stored reference or every
 * record contradicts fails; one where nobody was called is noted. For skr_judge_batch. Errors:
 * QUERY pointing at the word, and those of a scan.
 */
SKR_MUST_USE int skr_judge_names(skr_judge *judge, skr_err *err);

#endif
