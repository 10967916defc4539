/*
 * people_rows.c - the people whom a question finds, one by one.
 */
#include "engine/face/people_rows.h"

#include <stdlib.h>

#include "engine/engine_int.h"
#include "storage/base/clock.h"
#include "storage/carriers/bits.h"

/* Tells one individual; names has room for every dataset of the question. */
static int tell_person(const skr_question *question, const skr_people_sets *people,
                       uint32_t individual, const char **names, skr_person_fn on_person,
                       void *context, skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    size_t n = 0;
    for (uint32_t i = 0; i < people->n; i++)
        if (skr_bits_has(people->sets[i], individual))
            names[n++] = snapshot->manifest->datasets[question->slots[i].dataset].id;
    if (n == 0)
        return SKR_OK;
    const skr_person_row row = {skr_people_id(snapshot->people, individual), names, n};
    return on_person(context, &row, err);
}

static int tell_people(const skr_question *question, const skr_people_sets *people,
                       skr_person_fn on_person, void *context, skr_err *err)
{
    const char **names = calloc((size_t)people->n + 1, sizeof *names);
    int status = names == NULL ? skr_fail_nomem(err, "a list of people")
                               : skr_people_load_ids(question->snapshot->people, err);
    for (uint32_t i = 0; status == SKR_OK && i < question->snapshot->n_people; i++)
        status = tell_person(question, people, i, names, on_person, context, err);
    free((void *)names);
    return status;
}

/* A copy of the sets, because telling how many they are uses them up. */
static int copy_sets(const skr_question *question, const skr_people_sets *sets,
                     skr_people_sets *ret_copy, skr_err *err)
{
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    SKR_TRY(skr_people_sets_new(question, ret_copy, err));
    for (uint32_t i = 0; i < sets->n; i++)
        skr_bits_or(ret_copy->sets[i], sets->sets[i], n_words);
    return SKR_OK;
}

static int find_people(const skr_question *question, const skr_expr *expr,
                       skr_people_sets *ret_people, skr_count_answer *answer, skr_err *err)
{
    skr_people_answer found = {0};
    int status = skr_people_check_all(question, expr, err);
    if (status == SKR_OK)
        status = skr_people_eval(question, expr, NULL, &found, err);
    if (status == SKR_OK)
        status = copy_sets(question, &found.people, ret_people, err);
    if (status == SKR_OK)
        status = skr_engine_answer_tell(question, &found, answer, err);
    skr_people_answer_done(&found);
    return status;
}

int skr_engine_people(skr_engine *engine, const skr_expr *expr, const skr_access *access,
                      skr_person_fn on_person, void *context, skr_count_answer *ret_answer,
                      skr_err *err)
{
    uint64_t began_ns = skr_clock_ns();
    skr_question question;
    skr_count_answer answer = {0};
    skr_people_sets people = {0};
    if (!access->policy.is_exact)
        return skr_fail(err, SKR_ERR_POLICY,
                        "people are told one by one under an exact policy alone");
    SKR_TRY(skr_engine_begin(engine, access, &question, err));
    question.warnings = &answer.warnings;
    int status = skr_question_warn_hidden(&question, err);
    if (status == SKR_OK)
        status = skr_engine_answer_init(&question, &answer, err);
    if (status == SKR_OK)
        status = find_people(&question, expr, &people, &answer, err);
    if (status == SKR_OK)
        status = tell_people(&question, &people, on_person, context, err);
    skr_people_sets_done(&people);
    skr_engine_end(&question);
    if (status < 0) {
        skr_engine_count_done(&answer);
        return status;
    }
    answer.n_ns = skr_clock_ns() - began_ns;
    *ret_answer = answer;
    return SKR_OK;
}
