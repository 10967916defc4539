/*
 * people_carries.c - conditions on the alleles of people: carries, absent; and what is not there
 * yet.
 */
#include "engine/people/people_condition.h"
#include "storage/base/clock.h"
#include "storage/carriers/bits.h"

/* Plans the alleles, unless that was done, and finds who carries them. */
static int find_carriers(const skr_question *question, const skr_expr *alleles, bool wants_assessed,
                         skr_people_found *found, skr_err *err)
{
    skr_plan *own = NULL;
    skr_analysis *analysis = question->tools.analysis;
    uint64_t began_ns = analysis == NULL ? 0 : skr_clock_ns();
    int status = SKR_OK;
    if (found->plan == NULL)
        status = skr_question_plan(question, alleles, &own, err);
    if (status == SKR_OK)
        status = skr_carriers_find(question, own != NULL ? own : found->plan, wants_assessed,
                                   &found->genomic, err);
    skr_plan_free(own);
    if (analysis != NULL)
        analysis->scan_ns += skr_clock_ns() - began_ns;
    return status;
}

static int find_carries(const skr_question *question, const skr_expr *node, bool is_negated,
                        skr_people_found *found, skr_err *err)
{
    return find_carriers(question, node->alleles, is_negated, found, err);
}

static int mark_carries(const skr_question *question, const skr_expr *node,
                        const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)node;
    (void)err;
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    skr_bits_or(bits, found->genomic.carriers.sets[slot], n_words);
    return SKR_OK;
}

const skr_people_condition skr_people_by_carries = {
    .find = find_carries, .mark = mark_carries, .has_unassessed = true};

/* ------------------------------------------------------------------ absent */

static int find_absent(const skr_question *question, const skr_expr *node, bool is_negated,
                       skr_people_found *found, skr_err *err)
{
    (void)is_negated;
    const skr_expr variant = {.op = SKR_A_VARIANT,
                              .text = node->text,
                              .source = node->source,
                              .at = node->at,
                              .n_at = node->n_at};
    return find_carriers(question, &variant, true, found, err);
}

/* Who was called there, and does not carry it. */
static int mark_absent(const skr_question *question, const skr_expr *node,
                       const skr_people_found *found, uint32_t slot, uint64_t *bits, skr_err *err)
{
    (void)node;
    (void)err;
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    skr_bits_or(bits, found->genomic.assessed.sets[slot], n_words);
    skr_bits_and_not(bits, found->genomic.carriers.sets[slot], n_words);
    return SKR_OK;
}

const skr_people_condition skr_people_by_absent = {.find = find_absent, .mark = mark_absent};

/* ------------------------------------------------------------------ not there yet */

static int check_not_yet(const skr_question *question, const skr_expr *node, skr_err *err)
{
    (void)question;
    skr_fail(err, SKR_ERR_NOT_YET, "%s(...) is not built yet", skr_query_expr_word(node->op));
    return skr_people_point(node, SKR_ERR_NOT_YET, err);
}

const skr_people_condition skr_people_by_not_yet = {.check = check_not_yet};
