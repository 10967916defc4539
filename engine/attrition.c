/*
 * attrition.c - where people are lost: criterion by criterion, all of them in one pass.
 *
 * Everything is a number of sets that one evaluation makes. Of what is told under a policy the
 * numbers lost are differences of numbers that are told.
 */
#include <stdlib.h>

#include "engine/engine_int.h"
#include "engine/face/breakdown.h"
#include "engine/tell/disclose.h"
#include "engine/tell/suppress.h"
#include "storage/base/clock.h"
#include "storage/carriers/bits.h"

typedef struct stepper {
    const skr_question *question;
    const skr_policy *policy;
    size_t n_words;
    skr_told_count *parts; /* of each slot, for adding up */
    uint64_t *everyone;    /* raw, of each slot */
    uint64_t *last_told;   /* raw: of the last number remaining that was told, of each slot */
    uint64_t n_everyone;   /* in all, and who remained at the step before */
    uint64_t n_remaining;
} stepper;

/* Of a part of what `wholes` were told of; those told become the wholes with `follows`. */
static skr_told_count tell_part(const stepper *of, const skr_people_sets *people, uint64_t *wholes,
                                bool follows, uint64_t *ret_n)
{
    for (uint32_t i = 0; i < people->n; i++) {
        uint64_t raw = skr_bits_count(people->sets[i], of->n_words);
        of->parts[i] = skr_suppress_part(of->policy, wholes[i], raw);
        if (follows && !of->parts[i].is_hidden)
            wholes[i] = raw;
    }
    uint64_t n = skr_people_sets_count(people, of->n_words);
    if (ret_n != NULL)
        *ret_n = n;
    return skr_disclose_total(of->policy, of->parts, people->n, n);
}

/* What was told before, less what is told now. */
static skr_told_count tell_lost(const stepper *of, const skr_told_count *before,
                                const skr_told_count *now, uint64_t n_lost)
{
    skr_told_count lost = {.is_hidden = true, .precision = now->precision};
    if (of->policy->is_exact)
        return skr_disclose(of->policy, n_lost);
    if (before->is_hidden || now->is_hidden || before->count < now->count + of->policy->threshold)
        return lost;
    return (skr_told_count){
        .exists = true, .count = before->count - now->count, .precision = now->precision};
}

static void and_into(const stepper *of, const skr_people_sets *people, const skr_people_sets *other)
{
    for (uint32_t i = 0; i < people->n; i++)
        skr_bits_and(people->sets[i], other->sets[i], of->n_words);
}

static skr_told_count tell_unassessed(const stepper *of, const skr_people_sets *people)
{
    for (uint32_t i = 0; i < people->n; i++)
        of->parts[i] = skr_disclose(of->policy, skr_bits_count(people->sets[i], of->n_words));
    return skr_disclose_total(of->policy, of->parts, people->n,
                              skr_people_sets_count(people, of->n_words));
}

/* remaining becomes who remains after this criterion too. */
static void take_step(stepper *of, const skr_people_sets *remaining, skr_people_answer *people,
                      const skr_attrition_step *before, skr_attrition_step *step)
{
    uint64_t n_before = of->n_remaining;
    step->alone = tell_part(of, &people->people, of->everyone, false, NULL);
    and_into(of, remaining, &people->people);
    step->remaining = tell_part(of, remaining, of->last_told, true, &of->n_remaining);
    step->lost = tell_lost(of, &before->remaining, &step->remaining, n_before - of->n_remaining);
    step->has_unassessed = people->has_unassessed;
    if (!people->has_unassessed)
        return;
    and_into(of, &people->unassessed, remaining);
    step->unassessed = tell_unassessed(of, &people->unassessed);
}

/* The first step: everybody. */
static void take_first(stepper *of, const skr_people_sets *all, skr_attrition_step *step)
{
    for (uint32_t i = 0; i < all->n; i++) {
        of->everyone[i] = of->last_told[i] = skr_bits_count(all->sets[i], of->n_words);
        of->parts[i] = skr_disclose(of->policy, of->everyone[i]);
    }
    of->n_remaining = of->n_everyone = skr_people_sets_count(all, of->n_words);
    step->criterion = "everyone";
    step->alone = skr_disclose_total(of->policy, of->parts, all->n, of->n_everyone);
    step->remaining = step->alone;
    step->lost = (skr_told_count){.precision = step->alone.precision}; /* of nobody's doing */
}

/* Who remains after the last step though one of the criteria knows nothing of them. */
static void join_unassessed(const stepper *of, skr_people_answer *people, size_t n,
                            const skr_people_sets *remaining, skr_people_answer *whole)
{
    for (size_t p = 0; p < n; p++) {
        if (!people[p].has_unassessed)
            continue;
        and_into(of, &people[p].unassessed, remaining);
        if (!whole->has_unassessed) {
            whole->has_unassessed = true;
            whole->unassessed = people[p].unassessed;
            people[p].unassessed = (skr_people_sets){0};
            continue;
        }
        for (uint32_t i = 0; i < remaining->n; i++)
            skr_bits_or(whole->unassessed.sets[i], people[p].unassessed.sets[i], of->n_words);
    }
}

static int take_steps(stepper *of, const skr_query_parts *parts, skr_people_answer *people,
                      skr_attrition_answer *answer, skr_err *err)
{
    /* the last of the expressions is everybody: who remains before the first criterion */
    skr_people_answer whole = {.people = people[parts->n].people};
    people[parts->n].people = (skr_people_sets){0};
    take_first(of, &whole.people, &answer->steps[0]);
    for (size_t p = 0; p < parts->n; p++) {
        answer->steps[p + 1].criterion = parts->items[p].text;
        take_step(of, &whole.people, &people[p], &answer->steps[p], &answer->steps[p + 1]);
    }
    answer->n = parts->n + 1;
    join_unassessed(of, people, parts->n, &whole.people, &whole);
    int status = skr_engine_answer_tell(of->question, &whole, &answer->count, err);
    skr_people_answer_done(&whole);
    return status;
}

static int attrition(const skr_question *question, const skr_query_parts *parts,
                     skr_attrition_answer *answer, skr_err *err)
{
    static const skr_expr all = {.op = SKR_E_ALL};
    stepper of = {.question = question,
                  .policy = &question->access->policy,
                  .n_words = skr_bits_words(question->snapshot->n_people)};
    const skr_expr **exprs = calloc(parts->n + 1, sizeof *exprs);
    skr_people_answer *people = calloc(parts->n + 1, sizeof *people);
    answer->steps = calloc(parts->n + 2, sizeof *answer->steps);
    of.parts = calloc((size_t)question->n_slots + 1, sizeof *of.parts);
    of.everyone = calloc((size_t)question->n_slots + 1, sizeof *of.everyone);
    of.last_told = calloc((size_t)question->n_slots + 1, sizeof *of.last_told);
    int status = exprs == NULL || people == NULL || answer->steps == NULL || of.parts == NULL ||
                         of.everyone == NULL || of.last_told == NULL
                     ? skr_fail_nomem(err, "an answer")
                     : SKR_OK;
    for (size_t p = 0; status == SKR_OK && p <= parts->n; p++) {
        exprs[p] = p == parts->n ? &all : parts->items[p].expr;
        status = skr_people_check_all(question, exprs[p], err);
    }
    if (status == SKR_OK)
        status = skr_people_eval_all(question, exprs, parts->n + 1, NULL, people, err);
    if (status == SKR_OK)
        status = take_steps(&of, parts, people, answer, err);
    for (size_t p = 0; people != NULL && p <= parts->n; p++)
        skr_people_answer_done(&people[p]);
    free(exprs);
    free(people);
    free(of.parts);
    free(of.everyone);
    free(of.last_told);
    return status;
}

int skr_engine_attrition(skr_engine *engine, const skr_query_parts *parts, const skr_access *access,
                         skr_attrition_answer *ret_answer, skr_err *err)
{
    uint64_t began_ns = skr_clock_ns();
    skr_question question;
    skr_attrition_answer answer = {0};
    if (parts->n > SKR_CRITERIA_MAX)
        return skr_fail(err, SKR_ERR_QUERY, "more than %u criteria", SKR_CRITERIA_MAX);
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    question.warnings = &answer.count.warnings;
    status = skr_question_warn_hidden(&question, err);
    if (status == SKR_OK)
        status = skr_engine_answer_init(&question, &answer.count, err);
    if (status == SKR_OK)
        status = attrition(&question, parts, &answer, err);
    skr_engine_end(&question);
    if (status < 0) {
        skr_engine_attrition_done(&answer);
        return status;
    }
    answer.count.n_ns = skr_clock_ns() - began_ns;
    *ret_answer = answer;
    return SKR_OK;
}

void skr_engine_attrition_done(skr_attrition_answer *answer)
{
    skr_engine_count_done(&answer->count);
    free(answer->steps);
    *answer = (skr_attrition_answer){0};
}
