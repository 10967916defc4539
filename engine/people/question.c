/*
 * question.c - the datasets that a question may see, its plans and scans.
 */
#include "engine/people/question.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/clock.h"
#include "storage/carriers/bits.h"

int skr_question_init(skr_question *question, skr_err *err)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    const skr_access *access = question->access;
    question->slots = calloc((size_t)manifest->n_datasets + 1, sizeof *question->slots);
    if (question->slots == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a question");
    for (uint32_t i = 0; i < manifest->n_datasets; i++) {
        bool is_permitted = access->datasets == NULL;
        for (size_t k = 0; k < access->n_datasets && !is_permitted; k++)
            is_permitted = strcmp(access->datasets[k], manifest->datasets[i]) == 0;
        if (is_permitted)
            question->slots[question->n_slots++].dataset = i;
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
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a question");
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

void skr_people_sets_done(skr_people_sets *sets)
{
    for (uint32_t i = 0; i < sets->n; i++)
        free(sets->sets[i]);
    free(sets->sets);
    *sets = (skr_people_sets){0};
}
