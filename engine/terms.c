/*
 * terms.c - the terms that may be asked for and would be told, of all permitted datasets.
 *
 * Those of a dataset follow from the generation and the policy: they are found once, by whoever
 * asks first, and kept with the generation.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_int.h"
#include "engine/people/told_terms.h"
#include "engine/plan/access_check.h"

static bool is_same_policy(const skr_policy *a, const skr_policy *b)
{
    return a->is_exact == b->is_exact &&
           (a->is_exact || (a->threshold == b->threshold && a->step == b->step));
}

/* Those that are kept of a dataset of the question's generation, if it is in force and they were
 * found under the same policy. For one more user; or NULL. */
static skr_told_terms *find_kept(skr_engine *engine, const skr_question *question, uint32_t dataset)
{
    skr_told_terms *kept = NULL;
    (void)pthread_mutex_lock(&engine->lock);
    if (engine->snapshot == question->snapshot)
        kept = engine->told_terms[dataset];
    if (kept != NULL && !is_same_policy(&kept->policy, &question->access->policy))
        kept = NULL;
    if (kept != NULL)
        skr_told_terms_acquire(kept);
    (void)pthread_mutex_unlock(&engine->lock);
    return kept;
}

/* Keeps those of a dataset, if the generation is in force still and none are. */
static void keep(skr_engine *engine, const skr_question *question, uint32_t dataset,
                 skr_told_terms *told)
{
    (void)pthread_mutex_lock(&engine->lock);
    if (engine->snapshot == question->snapshot && engine->told_terms[dataset] == NULL) {
        skr_told_terms_acquire(told);
        engine->told_terms[dataset] = told;
    }
    (void)pthread_mutex_unlock(&engine->lock);
}

/* Those of a slot, which the caller releases. */
static int of_slot(skr_engine *engine, const skr_question *question, uint32_t slot,
                   skr_told_terms **ret_told, skr_err *err)
{
    uint32_t dataset = question->slots[slot].dataset;
    *ret_told = find_kept(engine, question, dataset);
    if (*ret_told != NULL)
        return SKR_OK;
    SKR_TRY(skr_told_terms_judge(question, slot, ret_told, err));
    keep(engine, question, dataset, *ret_told);
    return SKR_OK;
}

/* Adds the terms of one more dataset to those of others; both ascend. */
static int merge(const skr_told_terms *more, skr_told_terms *all, skr_err *err)
{
    skr_told_terms both = {0};
    int status = SKR_OK;
    for (size_t a = 0, b = 0; status == SKR_OK && (a < all->n || b < more->n);) {
        int order = a == all->n    ? 1
                    : b == more->n ? -1
                                   : strcmp(all->terms[a].curie, more->terms[b].curie);
        skr_told_term term = order <= 0 ? all->terms[a] : more->terms[b];
        if (order == 0) {
            term.has_values |= more->terms[b].has_values;
            if (term.label[0] == '\0')
                term.label = more->terms[b].label;
        }
        a += order <= 0;
        b += order >= 0;
        status = skr_told_terms_add(&both, &term, err);
    }
    free(all->terms);
    *all = both;
    return status;
}

static int visit(const skr_told_terms *told, skr_term_info_fn on_term, void *context, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = 0; i < told->n && status >= 0; i++) {
        const skr_term_info info = {.curie = told->terms[i].curie,
                                    .label = told->terms[i].label,
                                    .has_values = told->terms[i].has_values};
        status = on_term(context, &info, err);
    }
    return status < 0 ? status : SKR_OK;
}

int skr_engine_terms(skr_engine *engine, const skr_access *access, skr_term_info_fn on_term,
                     void *context, skr_err *err)
{
    skr_question question;
    skr_told_terms all = {0};
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    for (uint32_t slot = 0; slot < question.n_slots && status == SKR_OK; slot++) {
        skr_told_terms *told = NULL;
        status = skr_access_check(access, err);
        if (status == SKR_OK)
            status = of_slot(engine, &question, slot, &told, err);
        if (status == SKR_OK && question.n_slots == 1)
            status = visit(told, on_term, context, err);
        else if (status == SKR_OK)
            status = merge(told, &all, err);
        skr_told_terms_release(told);
    }
    if (status == SKR_OK && question.n_slots > 1)
        status = visit(&all, on_term, context, err);
    free(all.terms);
    skr_engine_end(&question);
    return status;
}
