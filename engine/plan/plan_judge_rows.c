/*
 * plan_judge_rows.c - judging rows over their columns, and whole tiles by what their map says.
 *
 * 64 rows at a time: each node of the question gives a word of those that satisfy it and a word of
 * those that do not; of the others it is not known yet.
 */
#include <string.h>

#include "engine/plan/plan_condition.h"
#include "storage/base/check.h"

/* What a row says of itself where nothing else is known of its allele in the dataset. */
skr_allele_facts skr_plan_row_facts(const skr_row_block *block, uint32_t row)
{
    const skr_tile_rows *rows = block->rows;
    skr_allele_facts facts = SKR_NO_FACTS;
    if (!block->has_facts)
        return facts;
    bool is_complete = rows->is_complete[row] != 0;
    bool is_sv = rows->kind[row] == SKR_ALLELE_SV;
    facts.has_filter = true;
    facts.is_filter_failed = rows->filter_failed[row] != 0;
    if (!is_complete && rows->kind[row] == SKR_ALLELE_MNV)
        return facts; /* its atoms speak too */
    facts.ac_min = facts.ac_max = rows->totals[row].ac;
    facts.an_min = rows->totals[row].an;
    if (is_complete || is_sv)
        facts.an_max = facts.an_min;
    return facts;
}

static skr_verdicts judge_one_by_one(const skr_plan_node *node, const skr_row_block *block)
{
    skr_verdicts result = {0};
    for (uint32_t i = 0; i < block->n; i++) {
        skr_allele key = skr_segment_tile_rows_allele(block->rows, block->from + i);
        skr_allele_facts facts = skr_plan_row_facts(block, block->from + i);
        const skr_allele_asked asked = {.key = &key, .facts = &facts, .copies = block->copies};
        skr_verdict verdict = node->condition->judge(node, &asked);
        result.yes |= (uint64_t)(verdict == SKR_YES) << i;
        result.no |= (uint64_t)(verdict == SKR_NO) << i;
    }
    return result;
}

static skr_verdicts judge_rows(const skr_plan_node *node, const skr_judged *judged)
{
    const skr_row_block *block = (const skr_row_block *)judged;
    return node->condition->judge_rows != NULL ? node->condition->judge_rows(node, block)
                                               : judge_one_by_one(node, block);
}

/* Where ploidies change within a block, nothing is counted: two or three blocks of a genome. */
static uint64_t half_of(const skr_rows_asked *asked, uint32_t from, uint32_t n)
{
    unsigned ploidy = asked->half == NULL ? SKR_N_PLOIDIES : asked->rows->ploidy[from];
    return ploidy < SKR_N_PLOIDIES && asked->rows->ploidy[from + n - 1] == ploidy
               ? asked->half[ploidy]
               : 0;
}

void skr_plan_judge_rows(const skr_plan *plan, const skr_rows_asked *asked, uint8_t *codes)
{
    SKR_CHECK(asked->from <= asked->to && asked->to <= asked->rows->n);
    SKR_CHECK(asked->half == NULL || asked->seen != NULL);
    for (uint32_t from = asked->from; from < asked->to; from += 64) {
        uint32_t n = asked->to - from < 64 ? asked->to - from : 64;
        uint64_t seen = 0;
        uint64_t low = 0;
        skr_row_block block = {
            .judged = {.judge = judge_rows, .all = n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1},
            .rows = asked->rows,
            .from = from,
            .n = n,
            .copies = 1,
            .has_facts = asked->has_facts,
            .half = half_of(asked, from, n),
            .seen = &seen,
            .low = &low};
        block.judged.asked = block.judged.all;
        skr_verdicts one = skr_plan_evaluate(plan->root, &block.judged);
        skr_verdicts two = one;
        block.copies = 2;
        if (plan->has_copies)
            two = skr_plan_evaluate(plan->root, &block.judged);
        if (block.half > 0) {
            asked->seen->n_judged += (uint64_t)__builtin_popcountll(seen);
            asked->seen->n_low += (uint64_t)__builtin_popcountll(low);
        }
        SKR_ASSERT((one.yes & one.no) == 0 && (two.yes & two.no) == 0);
        uint8_t *to = codes + (from - asked->from);
        if ((one.no & two.no) == block.judged.all) {
            memset(to, 0, n);
        } else if ((one.yes & two.yes) == block.judged.all) {
            memset(to, SKR_CODE_OF(SKR_YES, SKR_YES), n);
        } else {
            for (uint32_t i = 0; i < n; i++)
                to[i] = SKR_CODE_OF(skr_verdict_at(&one, i), skr_verdict_at(&two, i));
        }
    }
}

/* ------------------------------------------------------------------ tiles */

static skr_verdicts judge_tile(const skr_plan_node *node, const skr_judged *judged)
{
    skr_verdict verdict = SKR_MAYBE;
    if (node->condition->judge_tile != NULL)
        verdict = node->condition->judge_tile(node, (const skr_tile_asked *)judged);
    return (skr_verdicts){.yes = verdict == SKR_YES, .no = verdict == SKR_NO};
}

bool skr_plan_excludes_tile(const skr_plan *plan, const skr_tile *tile, bool has_facts)
{
    skr_tile_asked asked = {.judged = {.judge = judge_tile, .all = 1, .asked = 1},
                            .tile = tile,
                            .has_facts = has_facts};
    return skr_plan_evaluate(plan->root, &asked.judged).no != 0;
}
