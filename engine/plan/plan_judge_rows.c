/*
 * plan_judge_rows.c - judging rows over their columns, and whole tiles by what their map says.
 *
 * 64 rows at a time: each node of the question gives a word of those that satisfy it and a word of
 * those that do not; of the others it is not known yet.
 */
#include <string.h>

#include "engine/plan/plan.h"
#include "index/keys/variant_key.h"

/* Up to 64 rows. */
typedef struct row_block {
    const skr_tile_rows *rows;
    uint32_t from;
    uint32_t n;
    uint64_t all;   /* a bit for each row */
    uint64_t asked; /* those that other conditions leave open */
    unsigned copies;
    bool has_facts;
    uint64_t half;  /* an AN below it is low; 0: nobody wants to know */
    uint64_t *seen; /* rows whose af was decided, and those of them with a low AN */
    uint64_t *low;
} row_block;

typedef struct verdicts {
    uint64_t yes;
    uint64_t no;
} verdicts;

static const skr_allele_facts no_facts = {.ac_max = UINT64_MAX, .an_max = UINT64_MAX};

/* What a row says of itself where nothing else is known of its allele in the dataset. */
static skr_allele_facts facts_of(const row_block *block, uint32_t row)
{
    const skr_tile_rows *rows = block->rows;
    skr_allele_facts facts = no_facts;
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

/* ------------------------------------------------------------------ leaves */

/* Rows ascend by start, so that the first and the last often say it for all. */
static verdicts judge_ranges(const skr_plan_node *node, const row_block *block)
{
    const uint32_t *start0 = block->rows->start0 + block->from;
    const uint32_t *end0 = block->rows->end0 + block->from;
    uint64_t yes = 0;
    for (size_t r = 0; r < node->n_ranges && yes != block->all; r++) {
        const skr_reach *range = &node->ranges[r];
        if (range->contig != block->rows->contig || start0[0] >= range->to0)
            continue;
        if (start0[0] >= range->from0 && start0[block->n - 1] < range->to0) {
            yes = block->all;
            break;
        }
        for (uint32_t i = 0; i < block->n; i++)
            yes |= (uint64_t)(start0[i] < range->to0 && end0[i] > range->from0) << i;
    }
    return (verdicts){yes, block->all & ~yes};
}

/* Do the totals of every row say exactly what the dataset knows of its allele? See facts_of. */
static bool are_exact(const row_block *block)
{
    const uint8_t *is_complete = block->rows->is_complete + block->from;
    const uint8_t *kind = block->rows->kind + block->from;
    unsigned n_exact = 0;
    for (uint32_t i = 0; i < block->n; i++)
        n_exact += (unsigned)(is_complete[i] != 0) | (unsigned)(kind[i] == SKR_ALLELE_SV);
    return n_exact == block->n;
}

/* Rows that were judged by af, and those with a low AN. */
static void note_seen(const row_block *block, uint64_t judged, uint64_t low)
{
    if (block->half == 0)
        return;
    *block->seen |= judged & block->asked;
    *block->low |= low & block->asked;
}

/* skr_plan_judge_numbers of rows that are exact: the least value is the most, nothing is open. */
static verdicts judge_exact(const skr_aexpr *source, const row_block *block)
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
        note_seen(block, block->all, low);
    uint64_t yes = 0;
    switch (source->compare) {
    case SKR_EQ:
        yes = ~(below | above);
        break;
    case SKR_NE:
        yes = below | above;
        break;
    case SKR_LT:
        yes = below;
        break;
    case SKR_LE:
        yes = ~above;
        break;
    case SKR_GT:
        yes = above;
        break;
    case SKR_GE:
        yes = ~below;
        break;
    }
    yes &= block->all & ~unknown;
    return (verdicts){yes, block->all & ~yes};
}

static verdicts judge_numbers(const skr_plan_node *node, const row_block *block)
{
    verdicts result = {0};
    uint64_t low = 0;
    if (!block->has_facts)
        return result;
    if (are_exact(block))
        return judge_exact(node->source, block);
    for (uint32_t i = 0; i < block->n; i++) {
        skr_allele_facts facts = facts_of(block, block->from + i);
        skr_verdict verdict = skr_plan_judge_numbers(node->source, &facts);
        result.yes |= (uint64_t)(verdict == SKR_YES) << i;
        result.no |= (uint64_t)(verdict == SKR_NO) << i;
        low |= (uint64_t)(facts.an_max < block->half) << i;
    }
    if (node->op == SKR_A_AF)
        note_seen(block, result.yes | result.no, low);
    return result;
}

static verdicts judge_one_by_one(const skr_plan_node *node, const row_block *block)
{
    verdicts result = {0};
    for (uint32_t i = 0; i < block->n; i++) {
        skr_allele key = skr_tile_rows_allele(block->rows, block->from + i);
        skr_allele_facts facts = facts_of(block, block->from + i);
        skr_verdict verdict = skr_plan_judge_leaf(node, &key, &facts, block->copies);
        result.yes |= (uint64_t)(verdict == SKR_YES) << i;
        result.no |= (uint64_t)(verdict == SKR_NO) << i;
    }
    return result;
}

static verdicts judge_leaf(const skr_plan_node *node, const row_block *block)
{
    switch (node->op) {
    case SKR_A_ALL:
        return (verdicts){.yes = block->all};
    case SKR_A_REGION:
    case SKR_A_GENE:
        return judge_ranges(node, block);
    case SKR_A_AF:
    case SKR_A_AC:
        return judge_numbers(node, block);
    default:
        return judge_one_by_one(node, block);
    }
}

static verdicts judge(const skr_plan_node *node, row_block *block)
{
    const uint64_t asked = block->asked;
    verdicts left;
    verdicts right;
    switch (node->op) {
    case SKR_A_AND:
        left = judge(node->left, block);
        if (left.no == block->all)
            return left;
        block->asked = asked & ~left.no;
        right = judge(node->right, block);
        block->asked = asked;
        return (verdicts){left.yes & right.yes, left.no | right.no};
    case SKR_A_OR:
        left = judge(node->left, block);
        if (left.yes == block->all)
            return left;
        block->asked = asked & ~left.yes;
        right = judge(node->right, block);
        block->asked = asked;
        return (verdicts){left.yes | right.yes, left.no & right.no};
    case SKR_A_NOT:
        left = judge(node->left, block);
        return (verdicts){left.no, left.yes};
    default:
        return judge_leaf(node, block);
    }
}

/* Where zones change within a block, nothing is counted: two or three blocks of a genome. */
static uint64_t half_of(const skr_rows_asked *asked, uint32_t from, uint32_t n)
{
    unsigned zone = asked->half == NULL ? SKR_N_ZONES : asked->rows->zone[from];
    return zone < SKR_N_ZONES && asked->rows->zone[from + n - 1] == zone ? asked->half[zone] : 0;
}

static skr_verdict verdict_at(const verdicts *words, uint32_t i)
{
    return (words->yes >> i & 1) != 0 ? SKR_YES : (words->no >> i & 1) != 0 ? SKR_NO : SKR_MAYBE;
}

void skr_plan_judge_rows(const skr_plan *plan, const skr_rows_asked *asked, uint8_t *codes)
{
    for (uint32_t from = asked->from; from < asked->to; from += 64) {
        uint32_t n = asked->to - from < 64 ? asked->to - from : 64;
        uint64_t seen = 0;
        uint64_t low = 0;
        row_block block = {.rows = asked->rows,
                           .from = from,
                           .n = n,
                           .all = n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1,
                           .copies = 1,
                           .has_facts = asked->has_facts,
                           .half = half_of(asked, from, n),
                           .seen = &seen,
                           .low = &low};
        block.asked = block.all;
        verdicts one = judge(plan->root, &block);
        verdicts two = one;
        block.copies = 2;
        if (plan->has_copies)
            two = judge(plan->root, &block);
        if (block.half > 0) {
            asked->seen->n_judged += (uint64_t)__builtin_popcountll(seen);
            asked->seen->n_low += (uint64_t)__builtin_popcountll(low);
        }
        uint8_t *to = codes + (from - asked->from);
        if ((one.no & two.no) == block.all) {
            memset(to, 0, n);
        } else if ((one.yes & two.yes) == block.all) {
            memset(to, SKR_CODE_OF(SKR_YES, SKR_YES), n);
        } else {
            for (uint32_t i = 0; i < n; i++)
                to[i] = SKR_CODE_OF(verdict_at(&one, i), verdict_at(&two, i));
        }
    }
}

/* ------------------------------------------------------------------ tiles */

/* By their places: rows lie in [min_start0, max_start0], wide ones may end beyond max_end0. */
static skr_verdict judge_tile_ranges(const skr_plan_node *node, const skr_tile *tile)
{
    for (size_t r = 0; r < node->n_ranges; r++) {
        const skr_reach *range = &node->ranges[r];
        if (range->contig != tile->contig || tile->min_start0 >= range->to0)
            continue;
        if (tile->min_start0 >= range->from0 && tile->max_start0 < range->to0)
            return SKR_YES;
        return SKR_MAYBE;
    }
    return SKR_NO;
}

static skr_verdict judge_tile_type(const skr_variant_type *type, const skr_tile *tile)
{
    uint32_t kinds = type->kinds;
    if ((tile->kinds & 1u << SKR_ALLELE_SV) != 0)
        return SKR_MAYBE;
    return (tile->kinds & kinds) == 0 ? SKR_NO : (tile->kinds & ~kinds) == 0 ? SKR_YES : SKR_MAYBE;
}

static skr_verdict judge_tile_numbers(const skr_aexpr *source, const skr_tile *tile, bool has_facts)
{
    skr_allele_facts facts = no_facts;
    if (has_facts && (tile->kinds & 1u << SKR_ALLELE_MNV) == 0)
        facts.ac_max = tile->max_ac;
    return skr_plan_judge_numbers(source, &facts);
}

static skr_verdict judge_tile(const skr_plan_node *node, const skr_tile *tile, bool has_facts)
{
    skr_verdict left = SKR_MAYBE;
    skr_verdict right = SKR_MAYBE;
    switch (node->op) {
    case SKR_A_AND:
    case SKR_A_OR:
        left = judge_tile(node->left, tile, has_facts);
        right = judge_tile(node->right, tile, has_facts);
        skr_verdict decides = node->op == SKR_A_AND ? SKR_NO : SKR_YES;
        if (left == decides || right == decides)
            return decides;
        return left == right ? left : SKR_MAYBE;
    case SKR_A_NOT:
        left = judge_tile(node->left, tile, has_facts);
        return left == SKR_MAYBE ? SKR_MAYBE : left == SKR_YES ? SKR_NO : SKR_YES;
    case SKR_A_ALL:
        return SKR_YES;
    case SKR_A_REGION:
    case SKR_A_GENE:
        return judge_tile_ranges(node, tile);
    case SKR_A_TYPE:
        return judge_tile_type(&node->type, tile);
    case SKR_A_AF:
    case SKR_A_AC:
        return judge_tile_numbers(node->source, tile, has_facts);
    default:
        return SKR_MAYBE;
    }
}

bool skr_plan_excludes_tile(const skr_plan *plan, const skr_tile *tile, bool has_facts)
{
    return judge_tile(plan->root, tile, has_facts) == SKR_NO;
}
