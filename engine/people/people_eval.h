/*
 * people_eval.h - from a question about individuals to sets of them, dataset by dataset.
 *
 * An expression is evaluated in each permitted dataset over that dataset's own facts; `not`
 * complements within the people of the dataset.
 */
#ifndef SKR_ENGINE_PEOPLE_PEOPLE_EVAL_H
#define SKR_ENGINE_PEOPLE_PEOPLE_EVAL_H

#include "engine/people/question.h"

typedef struct skr_people_answer {
    skr_people_sets people;
    bool has_unassessed;        /* the question negates what somebody carries */
    skr_people_sets unassessed; /* only then */
} skr_people_answer;

/*
 * Who satisfies expr, whose names were checked with skr_people_check_all. plan: where expr is one
 * condition on alleles (carries), the plan of those, if it was made already; or NULL. *ret_answer
 * is zeroed or done. Errors: QUERY, NOT_YET, those of a scan.
 */
SKR_MUST_USE int skr_people_eval(const skr_question *question, const skr_expr *expr,
                                 const skr_plan *plan, skr_people_answer *ret_answer, skr_err *err);
void skr_people_answer_done(skr_people_answer *answer);

/*
 * The same of n expressions at once: what stands in several of them is found once. ret_answers: n
 * that are zeroed; on failure they are done. Errors: as above.
 */
SKR_MUST_USE int skr_people_eval_all(const skr_question *question, const skr_expr *const *exprs,
                                     size_t n, const skr_plan *plan, skr_people_answer *ret_answers,
                                     skr_err *err);

/* What carries and absent found: for skr_people_eval. */
typedef struct skr_genomic {
    skr_people_sets carriers;
    skr_people_sets assessed; /* only when asked for */
} skr_genomic;

/*
 * Who carries an allele that satisfies the plan. wants_assessed: also who was assessed: called
 * with at least one copy at one of the alleles, where the question names them; otherwise everybody
 * with a genome. Errors: as above.
 */
SKR_MUST_USE int skr_carriers_find(const skr_question *question, const skr_plan *plan,
                                   bool wants_assessed, skr_genomic *ret_genomic, skr_err *err);
void skr_carriers_find_done(skr_genomic *genomic);

/*
 * Counts those who carry an allele that satisfies the plan, where it means one allele asked for by
 * name and no people need to be told apart over datasets: numbers[slot], zero on entry.
 * *ret_is_counted false: find them, as skr_people_eval does. Errors: as above.
 */
SKR_MUST_USE int skr_carriers_count(const skr_question *question, const skr_plan *plan,
                                    uint64_t *numbers, bool *ret_is_counted, skr_err *err);

/*
 * Sets the bits of those of a dataset who have the node's term: for a node TERM also one below it.
 * With a comparison (of VALUE or ONSET; its curie is not looked at) of those whose value of it, or
 * onset of it or of one below it, compares so. Errors: CORRUPT, IO, NOMEM, DEADLINE, INTERRUPTED.
 */
SKR_MUST_USE int skr_people_mark_term(const skr_question *question, const skr_expr *node,
                                      uint32_t dataset, const skr_people_comparison *comparison,
                                      uint64_t *bits, skr_err *err);

/* Sets the bits of a slot's people who satisfy a condition that finds nothing beforehand: one on
 * what is known of people. Errors: CORRUPT, IO, NOMEM, QUERY, DEADLINE, INTERRUPTED. */
SKR_MUST_USE int skr_people_mark(const skr_question *question, const skr_expr *node, uint32_t slot,
                                 uint64_t *bits, skr_err *err);

/*
 * Warns where a condition found nobody (`found`, of the slot's people `all`) because nobody there
 * has what it compares; under a policy that hides, nobody who may be told. Errors: as above.
 */
SKR_MUST_USE int skr_people_doubt(const skr_question *question, const skr_expr *node, uint32_t slot,
                                  const uint64_t *found, const uint64_t *all, skr_err *err);

/*
 * Does everything exist that expr names? Only then may it count nobody. Once, before it is answered
 * in whatever way. Errors: QUERY, NOT_YET, DEADLINE, INTERRUPTED, CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_people_check_all(const skr_question *question, const skr_expr *expr,
                                      skr_err *err);

/* The same of one node, without those below it. Errors: as above. */
SKR_MUST_USE int skr_people_check(const skr_question *question, const skr_expr *node, skr_err *err);

/* The same for a node that names a term, and for one that compares a measured value. Errors: as
 * above, and CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_check_term(const skr_question *question, const skr_expr *node,
                                       skr_err *err);
SKR_MUST_USE int skr_people_check_value(const skr_question *question, const skr_expr *node,
                                        skr_err *err);

/* Leaves those of a slot's `people` who have a sample there. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_people_keep_sampled(const skr_question *question, uint32_t slot,
                                         uint64_t *people, skr_err *err);

/*
 * Over HTTP: is the prefix of the node's CURIE built in, of a loaded ontology, or of a term that
 * would be told? A text that is no CURIE passes. Errors: QUERY, naming the prefixes that are;
 * CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_people_check_prefix(const skr_question *question, const skr_expr *node,
                                         skr_err *err);

#endif
