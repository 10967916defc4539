/*
 * question.h - what a question is asked of and with, and sets of individuals by dataset.
 */
#ifndef SKR_ENGINE_PEOPLE_QUESTION_H
#define SKR_ENGINE_PEOPLE_QUESTION_H

#include "engine/face/warnings.h"
#include "engine/scan/scan.h"

/* One question, from beginning to end on one generation. */
typedef struct skr_question {
    skr_snapshot *snapshot;
    const skr_access *access;
    skr_scan_tools tools;
    skr_warnings *warnings; /* of the answer; NULL: nobody wants them. Changed by who asks alone */
    skr_slot *slots;        /* the permitted datasets; owner */
    uint32_t n_slots;
    struct skr_kept_leaves *kept; /* whom conditions found before; NULL: that is not kept */
} skr_question;

/* Fills in the slots of the datasets that access permits. Errors: NOMEM. */
SKR_MUST_USE int skr_question_init(skr_question *question, skr_err *err);

/*
 * Warns of datasets that are hidden and would have been asked otherwise. Only who asks the store
 * itself, under exact counts, is told that there are any. Errors: NOMEM.
 */
SKR_MUST_USE int skr_question_warn_hidden(const skr_question *question, skr_err *err);

/* As skr_plan_new, of alleles in this question. */
SKR_MUST_USE int skr_question_plan(const skr_question *question, const skr_expr *alleles,
                                   skr_plan **ret_plan, skr_err *err);

/*
 * Asks about alleles in each assembly that the question may be of: `ask` gets a question whose
 * access names one, and adds to what it found before. A question with a coordinate means one
 * assembly, and is refused where several could be meant. Where an assembly has not what the alleles
 * name (a gene of another table), its datasets are left out with a warning; unless none has it.
 * Errors: those of ask; QUERY naming the assemblies; NOMEM.
 */
typedef int (*skr_question_fn)(void *context, const skr_question *question, skr_err *err);
SKR_MUST_USE int skr_question_each_assembly(const skr_question *question, const skr_expr *alleles,
                                            skr_question_fn ask, void *context, skr_err *err);

/* A scan of the question's datasets, ready to run. */
skr_scan skr_question_scan(const skr_question *question, const skr_plan *plan,
                           const skr_scan_visitor *visitor);

/* Frees the slots. */
void skr_question_done(skr_question *question);

/* A set of individuals for each slot. */
typedef struct skr_people_sets {
    uint64_t **sets;
    uint32_t n;
} skr_people_sets;

/* Empty sets. Errors: NOMEM. */
SKR_MUST_USE int skr_people_sets_new(const skr_question *question, skr_people_sets *ret_sets,
                                     skr_err *err);
void skr_people_sets_done(skr_people_sets *sets);

/* How many people are in any of the sets, of n_words words each: who is in two datasets is one. */
uint64_t skr_people_sets_count(const skr_people_sets *sets, size_t n_words);

#endif
