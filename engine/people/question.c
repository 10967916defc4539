/*
 * question.c - the datasets that a question may see, its plans and scans.
 */
#include "engine/people/question.h"

#include <stdlib.h>

#include "engine/plan/access_check.h"
#include "storage/base/clock.h"
#include "storage/carriers/bits.h"

int skr_question_init(skr_question *question, skr_err *err)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    const skr_access *access = question->access;
    question->slots = calloc((size_t)manifest->n_datasets + 1, sizeof *question->slots);
    if (question->slots == NULL)
        return skr_fail_nomem(err, "a question");
    for (uint32_t i = 0; i < manifest->n_datasets; i++)
        if (skr_access_permits(access, manifest, i))
            question->slots[question->n_slots++].dataset = i;
    return SKR_OK;
}

int skr_question_warn_hidden(const skr_question *question, skr_err *err)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    const skr_access *access = question->access;
    if (access->is_remote || !access->policy.is_exact)
        return SKR_OK;
    for (uint32_t i = 0; i < manifest->n_datasets; i++) {
        const char *id = manifest->datasets[i].id;
        if ((manifest->datasets[i].flags & SKR_DATASET_HIDDEN) != 0)
            SKR_TRY(skr_warnings_add(question->warnings, SKR_WARN_HIDDEN, NULL, 0, err,
                                     "dataset %s is hidden and was not asked (skerry dataset "
                                     "--show %s)",
                                     id, id));
    }
    return SKR_OK;
}

int skr_question_plan(const skr_question *question, const skr_expr *alleles, skr_plan **ret_plan,
                      skr_err *err)
{
    uint64_t began_ns = question->tools.analysis == NULL ? 0 : skr_clock_ns();
    int status = skr_plan_new(question->snapshot, question->access, alleles, question->warnings,
                              ret_plan, err);
    if (question->tools.analysis != NULL)
        question->tools.analysis->plan_ns += skr_clock_ns() - began_ns;
    return status;
}

skr_scan skr_question_scan(const skr_question *question, const skr_plan *plan,
                           const skr_scan_visitor *visitor)
{
    return (skr_scan){.scope = {.plan = plan,
                                .access = question->access,
                                .slots = question->slots,
                                .n_slots = question->n_slots},
                      .visitor = visitor,
                      .tools = question->tools,
                      .warnings = question->warnings};
}

void skr_question_done(skr_question *question)
{
    free(question->slots);
    question->slots = NULL;
    question->n_slots = 0;
}

int skr_people_sets_new(const skr_question *question, skr_people_sets *ret_sets, skr_err *err)
{
    skr_people_sets sets = {.sets = calloc((size_t)question->n_slots + 1, sizeof *sets.sets)};
    if (sets.sets == NULL)
        return skr_fail_nomem(err, "a question");
    for (; sets.n < question->n_slots; sets.n++) {
        int status = skr_bits_new(question->snapshot->n_people, &sets.sets[sets.n], err);
        if (status < 0) {
            skr_people_sets_done(&sets);
            return status;
        }
    }
    *ret_sets = sets;
    return SKR_OK;
}

uint64_t skr_people_sets_count(const skr_people_sets *sets, size_t n_words)
{
    uint64_t n = 0;
    for (size_t w = 0; w < n_words; w++) {
        uint64_t word = 0;
        for (uint32_t i = 0; i < sets->n; i++)
            word |= sets->sets[i][w];
        n += (uint64_t)__builtin_popcountll(word);
    }
    return n;
}

void skr_people_sets_done(skr_people_sets *sets)
{
    for (uint32_t i = 0; i < sets->n; i++)
        free(sets->sets[i]);
    free(sets->sets);
    *sets = (skr_people_sets){0};
}
