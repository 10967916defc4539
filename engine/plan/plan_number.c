/*
 * plan_number.c - conditions on the totals of an allele in a dataset: ac and af.
 */
#include <math.h>

#include "engine/plan/plan_condition.h"

/* Of a value between two bounds: what a comparison with it is. */
static skr_verdict judge_between(double least, double most, skr_compare compare, double with)
{
    unsigned possible = (least < with ? SKR_BELOW : 0u) | (most > with ? SKR_ABOVE : 0u) |
                        (least <= with && most >= with ? SKR_EQUAL : 0u);
    unsigned outcomes = skr_compare_outcomes(compare);
    return (possible & ~outcomes) == 0 ? SKR_YES : (possible & outcomes) == 0 ? SKR_NO : SKR_MAYBE;
}

/* af is unknown where nobody was called: no comparison with it is true. */
static skr_verdict judge_facts(const skr_expr *source, const skr_allele_facts *facts)
{
    if (source->op == SKR_A_AC)
        return judge_between((double)facts->ac_min, (double)facts->ac_max, source->compare,
                             source->number);
    if (facts->an_max == 0)
        return SKR_NO;
    /* a quotient grows with ac and shrinks with an, and so does the double next to it */
    double least = (double)facts->ac_min / (double)facts->an_max;
    double most =
        facts->an_min == 0 ? (double)INFINITY : (double)facts->ac_max / (double)facts->an_min;
    if (facts->an_min == 0 && facts->ac_max == 0)
        most = 0;
    skr_verdict verdict = judge_between(least, most, source->compare, source->number);
    return verdict == SKR_YES && facts->an_min == 0 ? SKR_MAYBE : verdict;
}

static skr_verdict judge_numbers(const skr_plan_node *node, const skr_allele_asked *asked)
{
    return judge_facts(node->source, asked->facts);
}

/* ------------------------------------------------------------------ rows and tiles */

/* Do the totals of every row say exactly what the dataset knows of its allele? See
 * skr_plan_row_facts.
 */
static bool are_exact(const skr_row_block *block)
{
    const uint8_t *is_complete = block->rows->is_complete + block->from;
    const uint8_t *kind = block->rows->kind + block->from;
    unsigned n_exact = 0;
    for (uint32_t i = 0; i < block->n; i++)
        n_exact += (unsigned)(is_complete[i] != 0) | (unsigned)(kind[i] == SKR_ALLELE_SV);
    return n_exact == block->n;
}

/* Rows that were judged by af, and those with a low AN. */
static void note_seen(const skr_row_block *block, uint64_t judged, uint64_t low)
{
    if (block->half == 0)
        return;
    *block->seen |= judged & block->judged.asked;
    *block->low |= low & block->judged.asked;
}

/* judge_facts of rows that are exact: the least value is the most, nothing is open. */
static skr_verdicts judge_exact(const skr_expr *source, const skr_row_block *block)
{
    const skr_row_totals *totals = block->rows->totals + block->from;
    const double with = source->number;
    const bool is_af = source->op == SKR_A_AF;
    uint64_t below = 0;
    uint64_t above = 0;
    uint64_t unknown = 0; /* af where nobody was called */
    uint64_t low = 0;
    for (uint32_t i = 0; i < block->n; i++) {
        bool is_unknown = is_af && totals[i].an == 0;
        uint64_t an = is_af && !is_unknown ? totals[i].an : 1;
        double value = (double)totals[i].ac / (double)an;
        below |= (uint64_t)(value < with) << i;
        above |= (uint64_t)(value > with) << i;
        unknown |= (uint64_t)is_unknown << i;
        low |= (uint64_t)(totals[i].an < block->half) << i;
    }
    if (is_af)
        note_seen(block, block->judged.all, low);
    const unsigned outcomes = skr_compare_outcomes(source->compare);
    uint64_t yes = 0;
    if ((outcomes & SKR_BELOW) != 0)
        yes |= below;
    if ((outcomes & SKR_ABOVE) != 0)
        yes |= above;
    if ((outcomes & SKR_EQUAL) != 0)
        yes |= ~(below | above);
    yes &= block->judged.all & ~unknown;
    return (skr_verdicts){yes, block->judged.all & ~yes};
}

static skr_verdicts judge_rows(const skr_plan_node *node, const skr_row_block *block)
{
    skr_verdicts result = {0};
    uint64_t low = 0;
    if (!block->has_facts)
        return result;
    if (are_exact(block))
        return judge_exact(node->source, block);
    for (uint32_t i = 0; i < block->n; i++) {
        skr_allele_facts facts = skr_plan_row_facts(block, block->from + i);
        skr_verdict verdict = judge_facts(node->source, &facts);
        result.yes |= (uint64_t)(verdict == SKR_YES) << i;
        result.no |= (uint64_t)(verdict == SKR_NO) << i;
        low |= (uint64_t)(facts.an_max < block->half) << i;
    }
    if (node->op == SKR_A_AF)
        note_seen(block, result.yes | result.no, low);
    return result;
}

static skr_verdict judge_tile(const skr_plan_node *node, const skr_tile_asked *asked)
{
    skr_allele_facts facts = SKR_NO_FACTS;
    if (asked->has_facts && (asked->tile->kinds & 1u << SKR_ALLELE_MNV) == 0)
        facts.ac_max = asked->tile->max_ac;
    return judge_facts(node->source, &facts);
}

const skr_plan_condition skr_alleles_ac = {.judge = judge_numbers,
                                           .judge_rows = judge_rows,
                                           .judge_tile = judge_tile,
                                           .is_number = true,
                                           .is_range = true};
const skr_plan_condition skr_alleles_af = {.judge = judge_numbers,
                                           .judge_rows = judge_rows,
                                           .judge_tile = judge_tile,
                                           .is_number = true,
                                           .is_frequency = true,
                                           .is_range = true};
