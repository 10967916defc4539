/*
 * allele_rows.c - questions about alleles: their rows, by population too, and how many there are.
 */
#include "engine/face/allele_rows.h"

#include <stdlib.h>

#include "engine/alleles/alleles.h"
#include "engine/engine_int.h"
#include "engine/people/people_eval.h"
#include "engine/tell/disclose.h"
#include "storage/base/clock.h"

int skr_engine_find_cohort(skr_question *question, const skr_expr *within,
                           skr_people_answer *people, skr_err *err)
{
    if (within == NULL)
        return SKR_OK;
    int status = skr_people_check_all(question, within, err);
    if (status == SKR_OK)
        status = skr_people_eval(question, within, NULL, people, err);
    for (uint32_t i = 0; status == SKR_OK && i < question->n_slots; i++)
        question->slots[i].cohort = people->people.sets[i];
    return status;
}

/* ------------------------------------------------------------------ populations */

/* Where the populations of a dataset are kept; under the lock. NULL: the question is of an older
 * generation. */
static skr_populations **place_of(skr_engine *engine, const skr_question *question, uint32_t slot,
                                  uint32_t assembly)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    size_t at = (size_t)question->slots[slot].dataset * manifest->n_assemblies + assembly;
    return engine->snapshot == question->snapshot ? &engine->kept_populations[at] : NULL;
}

int skr_engine_populations(void *context, const skr_question *question, uint32_t slot,
                           uint32_t assembly, skr_populations **ret_populations, skr_err *err)
{
    skr_engine *engine = context;
    skr_populations *found = NULL;
    (void)pthread_mutex_lock(&engine->lock);
    skr_populations **place = place_of(engine, question, slot, assembly);
    if (place != NULL && *place != NULL) {
        found = *place;
        skr_populations_acquire(found);
    }
    (void)pthread_mutex_unlock(&engine->lock);
    if (found == NULL) {
        SKR_TRY(skr_populations_find(question, slot, assembly, &found, err));
        (void)pthread_mutex_lock(&engine->lock);
        place = place_of(engine, question, slot, assembly);
        if (place != NULL && *place == NULL) {
            *place = found;
            skr_populations_acquire(found);
        }
        (void)pthread_mutex_unlock(&engine->lock);
    }
    *ret_populations = found;
    return SKR_OK;
}

/* ------------------------------------------------------------------ rows */

/* Tells of each dataset, and of all, how many rows there were. */
static int tell_numbers(const skr_question *question, const skr_alleles_sink *sink,
                        skr_alleles_answer *answer, skr_err *err)
{
    const skr_policy *policy = &question->access->policy;
    skr_count_answer datasets = {0};
    int status = skr_engine_answer_init(question, &datasets, err);
    for (uint32_t i = 0; status == SKR_OK && i < question->n_slots; i++)
        datasets.datasets[i].told = skr_disclose_alleles(policy, sink->by_slot[i]);
    answer->datasets = datasets.datasets;
    answer->n_datasets = datasets.n_datasets;
    answer->total = skr_disclose_alleles(policy, sink->n_rows);
    return status;
}

typedef struct allele_lister {
    const skr_alleles_request *request;
    skr_alleles_sink *sink;
} allele_lister;

static int list_in_assembly(void *context, const skr_question *question, skr_err *err)
{
    const allele_lister *list = context;
    return skr_alleles_list(question, list->request, list->sink, err);
}

/* By dataset they are listed in one assembly after the other; what has one row for all datasets is
 * of one assembly. */
static int list_alleles(const skr_question *question, const skr_alleles_request *request,
                        skr_alleles_sink *sink, skr_err *err)
{
    allele_lister list = {request, sink};
    if (request->by == NULL)
        return skr_alleles_list(question, request, sink, err);
    return skr_question_each_assembly(question, request->alleles, list_in_assembly, &list, err);
}

int skr_engine_alleles(skr_engine *engine, const skr_alleles_request *request,
                       const skr_access *access, skr_allele_fn on_row, void *context,
                       skr_alleles_answer *ret_answer, skr_err *err)
{
    skr_question question;
    skr_people_answer people = {0};
    skr_alleles_answer answer = {0};
    skr_alleles_sink sink = {.on_row = on_row,
                             .context = context,
                             .populations = skr_engine_populations,
                             .populations_context = engine};
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    question.warnings = &answer.warnings;
    answer.generation = question.snapshot->manifest->generation;
    if (request->by != NULL)
        sink.by_slot = calloc((size_t)question.n_slots + 1, sizeof *sink.by_slot);
    if (request->by != NULL && sink.by_slot == NULL)
        status = skr_fail_nomem(err, "an answer");
    if (status == SKR_OK)
        status = skr_question_warn_hidden(&question, err);
    if (status == SKR_OK)
        status = skr_engine_find_cohort(&question, request->within, &people, err);
    if (status == SKR_OK)
        status = list_alleles(&question, request, &sink, err);
    if (status == SKR_OK && request->by != NULL)
        status = tell_numbers(&question, &sink, &answer, err);
    answer.n_rows = sink.n_rows;
    free(sink.by_slot);
    skr_people_answer_done(&people);
    skr_engine_end(&question);
    if (status == SKR_OK && ret_answer != NULL)
        *ret_answer = answer;
    else
        skr_engine_alleles_done(&answer);
    return status;
}

void skr_engine_alleles_done(skr_alleles_answer *answer)
{
    for (size_t i = 0; i < answer->n_datasets; i++)
        free((char *)answer->datasets[i].id);
    free(answer->datasets);
    skr_warnings_done(&answer->warnings);
    *answer = (skr_alleles_answer){0};
}

/* ------------------------------------------------------------------ how many */

typedef struct allele_counter {
    const skr_alleles_request *request;
    uint64_t *numbers; /* of each slot, in all assemblies so far */
    uint64_t *more;    /* scratch: in one */
    uint64_t total;
} allele_counter;

static int count_in_assembly(void *context, const skr_question *question, skr_err *err)
{
    allele_counter *count = context;
    uint64_t total = 0;
    SKR_TRY(skr_alleles_count(question, count->request, count->more, &total, err));
    for (uint32_t i = 0; i < question->n_slots; i++)
        count->numbers[i] += count->more[i];
    count->total += total;
    return SKR_OK;
}

/* An allele of one assembly is none of another: they add up. numbers has twice as many places as
 * there are slots. */
static int count_alleles(const skr_question *question, const skr_alleles_request *request,
                         uint64_t *numbers, uint64_t *ret_total, skr_err *err)
{
    allele_counter count = {
        .request = request, .numbers = numbers, .more = numbers + question->n_slots};
    SKR_TRY(skr_question_each_assembly(question, request->alleles, count_in_assembly, &count, err));
    *ret_total = count.total;
    return SKR_OK;
}

int skr_engine_count_alleles(skr_engine *engine, const skr_alleles_request *request,
                             const skr_access *access, skr_count_answer *ret_answer, skr_err *err)
{
    uint64_t began_ns = skr_clock_ns();
    skr_question question;
    skr_people_answer people = {0};
    skr_count_answer answer = {0};
    uint64_t *numbers = NULL;
    uint64_t total = 0;
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    question.warnings = &answer.warnings;
    numbers = calloc(2 * (size_t)question.n_slots + 1, sizeof *numbers);
    if (numbers == NULL)
        status = skr_fail_nomem(err, "an answer");
    if (status == SKR_OK)
        status = skr_engine_find_cohort(&question, request->within, &people, err);
    if (status == SKR_OK)
        status = count_alleles(&question, request, numbers, &total, err);
    if (status == SKR_OK)
        status = skr_engine_answer_init(&question, &answer, err);
    for (uint32_t i = 0; status == SKR_OK && i < question.n_slots; i++)
        answer.datasets[i].told = skr_disclose_alleles(&access->policy, numbers[i]);
    free(numbers);
    skr_people_answer_done(&people);
    skr_engine_end(&question);
    if (status < 0) {
        skr_engine_count_done(&answer);
        return status;
    }
    answer.total = skr_disclose_alleles(&access->policy, total);
    answer.n_ns = skr_clock_ns() - began_ns;
    *ret_answer = answer;
    return SKR_OK;
}
