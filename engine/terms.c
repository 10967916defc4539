/*
 * terms.c - the terms that may be asked for and would be told, of all permitted datasets.
 *
 * Those of a dataset follow from the generation and the policy: they are found once, by whoever
 * asks first, and kept with the generation. Who asks meanwhile waits: to find them may take
 * seconds.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/engine_int.h"
#include "engine/people/told_terms.h"
#include "engine/plan/access_check.h"

#define LOOK_EVERY_NS 20000000 /* who waits looks at deadline and stop so often */

static bool is_same_policy(const skr_policy *a, const skr_policy *b)
{
    return a->is_exact == b->is_exact &&
           (a->is_exact || (a->threshold == b->threshold && a->step == b->step));
}

/* What is kept of a dataset, while the question's generation is in force; else NULL. The lock is
 * held. */
static skr_kept_terms *kept_of(const skr_engine *engine, const skr_question *question,
                               uint32_t dataset)
{
    return engine->snapshot == question->snapshot ? &engine->kept_terms[dataset] : NULL;
}

/* Waits a moment for whoever finds terms; the lock is held. Looks at deadline and stop. */
static int wait_for_terms(skr_engine *engine, const skr_access *access, skr_err *err)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_EVERY_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&engine->terms_judged, &engine->lock, &until);
    return skr_access_check(access, err);
}

/*
 * Those that are kept of a dataset of the question's generation, found under the same policy, for
 * one more user; while somebody finds them, that is awaited. NULL: there are none; *ret_is_first
 * says whether the caller is the one whose find is to be kept.
 */
static int begin_terms(skr_engine *engine, const skr_question *question, uint32_t dataset,
                       skr_told_terms **ret_told, bool *ret_is_first, skr_err *err)
{
    int status = SKR_OK;
    const skr_policy *policy = &question->access->policy;
    (void)pthread_mutex_lock(&engine->lock);
    skr_kept_terms *kept = kept_of(engine, question, dataset);
    while (status == SKR_OK && kept != NULL && kept->is_judged_now) {
        status = wait_for_terms(engine, question->access, err);
        kept = kept_of(engine, question, dataset);
    }
    *ret_is_first = status == SKR_OK && kept != NULL && kept->told == NULL;
    *ret_told = NULL;
    if (*ret_is_first)
        kept->is_judged_now = true;
    else if (status == SKR_OK && kept != NULL && is_same_policy(&kept->told->policy, policy))
        *ret_told = kept->told;
    if (*ret_told != NULL)
        skr_told_terms_acquire(*ret_told);
    (void)pthread_mutex_unlock(&engine->lock);
    return status;
}

/* Keeps what the first one found, unless it is NULL: then the next one is the first. */
static void end_terms(skr_engine *engine, const skr_question *question, uint32_t dataset,
                      skr_told_terms *found)
{
    (void)pthread_mutex_lock(&engine->lock);
    skr_kept_terms *kept = kept_of(engine, question, dataset);
    if (kept != NULL)
        kept->is_judged_now = false;
    if (kept != NULL && found != NULL) {
        skr_told_terms_acquire(found);
        kept->told = found;
    }
    (void)pthread_cond_broadcast(&engine->terms_judged);
    (void)pthread_mutex_unlock(&engine->lock);
}

/* Those of a slot, which the caller releases. */
static int of_slot(skr_engine *engine, const skr_question *question, uint32_t slot,
                   skr_told_terms **ret_told, skr_err *err)
{
    uint32_t dataset = question->slots[slot].dataset;
    bool is_first = false;
    SKR_TRY(begin_terms(engine, question, dataset, ret_told, &is_first, err));
    if (*ret_told != NULL)
        return SKR_OK;
    int status = skr_told_terms_judge(question, slot, ret_told, err);
    if (is_first)
        end_terms(engine, question, dataset, status == SKR_OK ? *ret_told : NULL);
    return status;
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
