/*
 * merge_int.h - what the parts of a merge of segments share: the segments that go in, and the one
 * that comes out.
 *
 * merge.c goes through the rows and spans of all segments side by side, by key;
 * merge_samples.c numbers the samples, merge_facts.c has what was counted of them; merge_calls.c
 * lays calls and carriers beside each other, merge_phase.c their haplotypes; merge_coverage.c does
 * the same with runs of bases.
 */
#ifndef SKR_ENGINE_IMPORT_COMPACT_MERGE_INT_H
#define SKR_ENGINE_IMPORT_COMPACT_MERGE_INT_H

#include "engine/import/compact/merge.h"
#include "storage/segment/segment_phase.h"
#include "storage/segment/segment_walk.h"

/* A segment that goes in. What concerns a contig is of the one at hand. */
typedef struct skr_merge_input {
    const skr_segment_entry *entry; /* of the manifest that the merge began with */
    skr_segment *segment;
    skr_segment_view *view;
    uint32_t n_samples;
    uint32_t *numbers; /* of each sample: in the merged segment; SKR_NONE: it is left out */
    skr_karyotype *karyotypes;

    bool is_there;    /* it says anything on the contig */
    bool is_whole;    /* all of its samples count there */
    uint32_t *live;   /* those who count there, by their numbers in the merged segment */
    uint32_t n_live;  /* in the order of their numbers in this one */
    uint32_t *places; /* of each sample: where it is in live; SKR_NONE: it does not count */

    bool is_chosen; /* it has the row or the span at hand */
    skr_row_walk rows;
    skr_span_walk spans;
    const skr_call_set *said; /* of the row or span at hand, by places in live; NULL: nothing */
    skr_call_set calls;       /* what said leads to, where it is not as it is stored */
    skr_call_set span_calls;
    uint8_t *states; /* scratch: a call of each sample */
    skr_carriers carriers;
    skr_haplotypes phased; /* of them */
} skr_merge_input;

/* A plain carrier: its number in the merged segment, times 256, and its copies. */
typedef uint64_t skr_merge_carrier;

struct skr_merge {
    const skr_merge_request *request;
    skr_block_reader *reader;
    skr_merge_input *inputs;
    uint32_t n_inputs;
    skr_sample *samples; /* of the merged segment */
    uint32_t n_samples;
    char *names; /* their texts */
    bool names_are_ids;
    uint64_t *facts; /* SKR_N_SAMPLE_FACTS of each sample, or NULL */
    skr_segment_writer *writer;

    uint32_t contig;  /* at hand */
    bool is_shared;   /* on it a sample counts in several segments */
    uint32_t *silent; /* samples of which no segment says anything there, ascending */
    uint32_t n_silent;
    uint8_t *states;    /* by sample: scratch */
    skr_call_set calls; /* united */
    skr_carriers carriers;
    skr_merge_carrier *plain;
    size_t n_plain_max;
    skr_bag *bags;
    size_t n_bags_max;
    skr_haplotypes phased; /* of the carriers */

    skr_cover_run *runs; /* of the stretch at hand, as they were met */
    uint32_t *owners;    /* the sample of each */
    uint32_t n_runs;
    uint32_t n_runs_max;
    uint32_t n_owners_max;
    uint64_t n_rows;     /* written */
    uint64_t n_rows_all; /* that there will be, about */
    uint64_t n_steps;    /* rows, spans and stretches: now and then it is asked whether to stop */
};

/* merge_samples.c: numbers the samples of all inputs. Errors: CORRUPT, IO, NOMEM, LIMIT. */
SKR_MUST_USE int skr_merge_samples_number(skr_merge *merge, skr_err *err);

/* Turns to a contig, of which the inputs are there that say anything of it: who counts. Errors:
 * NOMEM. */
SKR_MUST_USE int skr_merge_samples_turn(skr_merge *merge, uint32_t contig, skr_err *err);

/*
 * merge_calls.c: takes what an input says of the row or span at hand, which stays as it is until it
 * is united. Errors: NOMEM.
 */
SKR_MUST_USE int skr_merge_calls_take(skr_merge_input *input, const skr_call_set *stored,
                                      skr_err *err);

/*
 * What all inputs say, into merge->calls. *ret_is_said: somebody says something. Errors: CORRUPT,
 * two segments speak of one sample; NOMEM.
 */
SKR_MUST_USE int skr_merge_calls_unite(skr_merge *merge, bool *ret_is_said, skr_err *err);

/* The carriers of the inputs that say something, into merge->carriers. Errors: as above. */
SKR_MUST_USE int skr_merge_calls_carriers(skr_merge *merge, skr_err *err);

/* merge_phase.c: on which haplotypes the carriers of the inputs that say something have the row,
 * into merge->phased. Errors: NOMEM. */
SKR_MUST_USE int skr_merge_phase_unite(skr_merge *merge, skr_err *err);

/* merge_facts.c: the facts about the samples, which belong to the merge; none if no segment has
 * any. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_merge_facts_read(skr_merge *merge, skr_facts_source *ret_facts, skr_err *err);

/* merge_coverage.c: writes the coverage of the contig at hand. Errors: CORRUPT, IO, NOMEM, LIMIT,
 * INTERRUPTED. */
SKR_MUST_USE int skr_merge_coverage_write(skr_merge *merge, skr_err *err);

/* merge_watch.c: one more step is done. Errors: what on_step returns. */
SKR_MUST_USE int skr_merge_step(skr_merge *merge, skr_err *err);

/* Two segments speak of one sample on the contig at hand. Returns CORRUPT. */
int skr_merge_fail_twice(const skr_merge *merge, uint32_t sample, skr_err *err);

#endif
