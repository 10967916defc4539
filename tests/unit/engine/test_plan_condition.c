/*
 * The judges of every condition on alleles agree with one another, alone and in drawn trees: of an
 * allele, of 64 rows over their columns, of a tile by what its map says; and what was known before
 * all facts were there is never taken back.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>

#include "engine/plan/plan_condition.h"
#include "index/keys/variant_key.h"
#include "tests/support/random.h"

#define N_ROWS 150u
#define N_NODES_MAX 31u

static test_random draw;
static skr_err err;
static uint32_t n_excluded; /* tiles that were left out */

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* ------------------------------------------------------------------ rows */

typedef struct drawn_tile {
    uint32_t start0[N_ROWS];
    uint32_t end0[N_ROWS];
    uint8_t kind[N_ROWS];
    uint8_t ploidy[N_ROWS];
    uint8_t is_complete[N_ROWS];
    uint8_t filter_failed[N_ROWS];
    uint32_t n_ref[N_ROWS];
    uint32_t n_alt[N_ROWS];
    const char *ref[N_ROWS];
    const char *alt[N_ROWS];
    skr_row_totals totals[N_ROWS];
} drawn_tile;

static void draw_row(drawn_tile *to, uint32_t i)
{
    static const char *const bases[] = {"A", "C", "AC", "CA", "ACG", "CAT", "AGGTC"};
    static const char *const symbols[] = {"DEL", "DUP", "INS:ME:ALU", "DEL/INV", "CNV"};
    skr_allele_kind kind = (skr_allele_kind)below(SKR_ALLELE_SV + 1);
    to->kind[i] = (uint8_t)kind;
    to->ref[i] = bases[kind == SKR_ALLELE_SNV || kind == SKR_ALLELE_INS ? below(2) : 2 + below(5)];
    to->alt[i] = bases[kind == SKR_ALLELE_SNV || kind == SKR_ALLELE_DEL ? below(2) : 2 + below(5)];
    if (kind == SKR_ALLELE_SV) {
        to->ref[i] = "";
        to->alt[i] = symbols[below(5)];
    }
    to->n_ref[i] = (uint32_t)strlen(to->ref[i]);
    to->n_alt[i] = (uint32_t)strlen(to->alt[i]);
    to->start0[i] = i == 0 ? 10 + below(3) : to->start0[i - 1] + below(3);
    to->end0[i] = to->start0[i] + (kind == SKR_ALLELE_SV ? 1 + below(20) : to->n_ref[i]);
    to->is_complete[i] = below(3) > 0;
    to->filter_failed[i] = below(4) == 0;
    to->totals[i].an = below(6);
    to->totals[i].ac = below((uint32_t)to->totals[i].an + 1);
}

static skr_tile_rows rows_of(const drawn_tile *drawn)
{
    return (skr_tile_rows){.n = N_ROWS,
                           .start0 = drawn->start0,
                           .end0 = drawn->end0,
                           .kind = drawn->kind,
                           .ploidy = drawn->ploidy,
                           .is_complete = drawn->is_complete,
                           .filter_failed = drawn->filter_failed,
                           .n_ref = drawn->n_ref,
                           .n_alt = drawn->n_alt,
                           .ref = drawn->ref,
                           .alt = drawn->alt,
                           .totals = drawn->totals};
}

/* What a map says of rows from..to. */
static skr_tile tile_of(const drawn_tile *drawn, uint32_t from, uint32_t to)
{
    skr_tile tile = {.n_rows = to - from,
                     .min_start0 = drawn->start0[from],
                     .max_start0 = drawn->start0[to - 1]};
    for (uint32_t i = from; i < to; i++) {
        tile.kinds |= 1u << drawn->kind[i];
        tile.max_ac = drawn->totals[i].ac > tile.max_ac ? drawn->totals[i].ac : tile.max_ac;
        tile.max_end0 = drawn->end0[i] > tile.max_end0 ? drawn->end0[i] : tile.max_end0;
    }
    return tile;
}

/* ------------------------------------------------------------------ questions */

static skr_plan_node nodes[N_NODES_MAX];
static skr_expr sources[N_NODES_MAX];
static skr_interval ranges[N_NODES_MAX][2];
static uint32_t n_nodes;

static void draw_places(skr_plan_node *node, skr_expr *source, skr_interval *to)
{
    uint32_t from0 = below(200);
    uint32_t to0 = from0 + 1 + below(60);
    node->ranges = to;
    node->n_ranges = node->op == SKR_A_GENE ? below(3) : 1;
    for (uint32_t i = 0; i < 2; i++)
        to[i] =
            (skr_interval){.contig = below(6) == 0, .from0 = from0 + 20 * i, .to0 = to0 + 20 * i};
    source->start0 = source->end0 = from0;
    source->start_to0 = source->end_to0 = to0;
}

static void draw_leaf(skr_plan_node *node, skr_expr *source, skr_interval *of_node)
{
    static const skr_expr_op ops[] = {SKR_A_REGION, SKR_A_GENE, SKR_A_TYPE, SKR_A_FILTER,
                                      SKR_A_COPIES, SKR_A_AF,   SKR_A_AC,   SKR_A_LENGTH,
                                      SKR_A_START,  SKR_A_END,  SKR_A_ALT,  SKR_E_ALL};
    static const skr_compare compares[] = {SKR_EQ, SKR_NE, SKR_LT, SKR_LE, SKR_GT, SKR_GE};
    static const double fractions[] = {0, 0.25, 1.0 / 3, 0.5, 1, 2};
    static const char *const types[] = {"snv", "ins", "del", "mnv", "delins", "dup", "cnv", "sv"};
    static const char *const alts[] = {"A", "C", "N", "CN", "", "CAT"};
    node->op = ops[below(sizeof ops / sizeof *ops)];
    source->compare = compares[below(6)];
    source->number = node->op == SKR_A_AF       ? fractions[below(6)]
                     : node->op == SKR_A_COPIES ? 1 + below(2)
                                                : below(5);
    source->text = node->op == SKR_A_ALT ? alts[below(6)] : "PASS";
    draw_places(node, source, of_node);
    for (uint32_t i = below(8); node->op == SKR_A_TYPE; i = (i + 1) % 8)
        if (skr_variant_type_find(types[i], &node->type))
            break;
}

static skr_plan_node *draw_tree(unsigned depth)
{
    uint32_t i = n_nodes++;
    skr_plan_node *node = &nodes[i];
    uint32_t kind = depth == 0 ? 0 : below(5);
    sources[i] = (skr_expr){0};
    *node = (skr_plan_node){.source = &sources[i]};
    if (kind < 2) {
        draw_leaf(node, &sources[i], ranges[i]);
        sources[i].op = node->op;
        node->condition = skr_plan_condition_of(node->op);
        return node;
    }
    node->op = kind == 2 ? SKR_E_AND : kind == 3 ? SKR_E_OR : SKR_E_NOT;
    node->left = draw_tree(depth - 1);
    node->right = node->op == SKR_E_NOT ? NULL : draw_tree(depth - 1);
    return node;
}

/* ------------------------------------------------------------------ comparing */

/* What a row says of itself, where its segment is all that the dataset has or not. */
static skr_allele_facts facts_of(const skr_tile_rows *rows, uint32_t row, bool has_facts)
{
    const skr_row_block block = {.rows = rows, .has_facts = has_facts};
    return skr_plan_row_facts(&block, row);
}

/* What may turn out to be so of the row's allele when everything was looked at. */
static skr_allele_facts draw_truth(const skr_allele_facts *facts)
{
    skr_allele_facts truth = {.has_filter = true, .is_filter_failed = below(2) == 0};
    truth.ac_min = facts->ac_max == UINT64_MAX ? facts->ac_min + below(4) : facts->ac_min;
    truth.an_min = facts->an_max == UINT64_MAX ? facts->an_min + below(4) : facts->an_min;
    truth.an_min = truth.an_min < truth.ac_min ? truth.ac_min : truth.an_min;
    truth.ac_max = truth.ac_min;
    truth.an_max = truth.an_min;
    if (facts->has_filter)
        truth.is_filter_failed = facts->is_filter_failed;
    return truth;
}

/* Is a later verdict one that an earlier one allows? */
static bool may_become(skr_verdict before, skr_verdict after)
{
    return before == SKR_MAYBE || before == after;
}

static bool may_become_both(uint8_t before, skr_verdict one, skr_verdict two)
{
    return may_become(SKR_CODE_ONE(before), one) && may_become(SKR_CODE_TWO(before), two);
}

/* code: what the rows together were judged; is_excluded: what was said of their tile. */
static void compare_row(const skr_plan *plan, const skr_tile_rows *rows, uint32_t row,
                        bool has_facts, uint8_t code, bool is_excluded)
{
    const skr_allele key = skr_segment_tile_rows_allele(rows, row);
    const skr_allele_facts facts = facts_of(rows, row, has_facts);
    const skr_allele_facts truth = draw_truth(&facts);
    skr_verdict one = skr_plan_judge(plan, &key, &facts, 1);
    skr_verdict two = skr_plan_judge(plan, &key, &facts, 2);
    /* without facts rows may leave open what an allele decides: "ac>=0" */
    cr_assert(code == SKR_CODE_OF(one, two) || (!has_facts && may_become_both(code, one, two)),
              "seed %llu: row %u: %u, want %d, %d", (unsigned long long)draw.seed, row, code, one,
              two);
    skr_verdict true_one = skr_plan_judge(plan, &key, &truth, 1);
    skr_verdict true_two = skr_plan_judge(plan, &key, &truth, 2);
    cr_assert(true_one != SKR_MAYBE && true_two != SKR_MAYBE);
    cr_assert(may_become_both(SKR_CODE_OF(one, two), true_one, true_two),
              "seed %llu: row %u: %d, %d became %d, %d", (unsigned long long)draw.seed, row, one,
              two, true_one, true_two);
    bool is_no = true_one == SKR_NO && true_two == SKR_NO;
    cr_assert(is_no || !is_excluded, "seed %llu: row %u of a tile that is left out",
              (unsigned long long)draw.seed, row);
}

static void compare_judges(const skr_plan *plan, const drawn_tile *drawn, uint32_t from,
                           uint32_t to)
{
    const skr_tile_rows rows = rows_of(drawn);
    const skr_tile tile = tile_of(drawn, from, to);
    uint8_t codes[N_ROWS];
    for (unsigned has_facts = 0; has_facts < 2; has_facts++) {
        const skr_rows_asked asked = {
            .rows = &rows, .from = from, .to = to, .has_facts = has_facts != 0};
        skr_plan_judge_rows(plan, &asked, codes);
        bool is_excluded = skr_plan_excludes_tile(plan, &tile, has_facts != 0);
        n_excluded += is_excluded;
        for (uint32_t i = 0; i < to - from; i++)
            compare_row(plan, &rows, from + i, has_facts != 0, codes[i], is_excluded);
    }
}

Test(plan_condition, judges_agree_with_one_another)
{
    static drawn_tile drawn;
    draw = test_random_drawn("plan_condition");
    for (unsigned turn = 0; turn < 1500; turn++) {
        if (turn % 10 == 0)
            for (uint32_t i = 0; i < N_ROWS; i++)
                draw_row(&drawn, i);
        n_nodes = 0;
        skr_plan plan = {.root = draw_tree(turn % 4), .has_copies = true};
        uint32_t from = below(N_ROWS);
        uint32_t to = from + 1 + below(N_ROWS - from);
        compare_judges(&plan, &drawn, from, to);
    }
    cr_assert(n_excluded > 100, "seed %llu: %u", (unsigned long long)draw.seed, n_excluded);
}

/* The connectives over all verdicts, as tables say them. */
static skr_verdict verdict_of_root(skr_expr_op op, skr_verdict a, skr_verdict b)
{
    static const skr_compare is_of[] = {SKR_LT, SKR_GE, SKR_EQ}; /* of ac between 0 and 1: with 0 */
    skr_expr source[2] = {{.op = SKR_A_AC, .compare = is_of[a]},
                          {.op = SKR_A_AC, .compare = is_of[b]}};
    skr_plan_node leaf[2];
    for (unsigned i = 0; i < 2; i++)
        leaf[i] = (skr_plan_node){
            .op = SKR_A_AC, .condition = skr_plan_condition_of(SKR_A_AC), .source = &source[i]};
    skr_plan_node root = {.op = op, .left = &leaf[0], .right = &leaf[1]};
    const skr_plan plan = {.root = &root};
    const skr_allele_facts facts = {.ac_max = 1, .an_max = 2};
    return skr_plan_judge(&plan, &(skr_allele){0}, &facts, 1);
}

Test(plan_condition, and_or_not_are_those_of_three_values)
{
    static const int rank[] = {[SKR_NO] = 0, [SKR_MAYBE] = 1, [SKR_YES] = 2};
    for (int a = SKR_NO; a <= SKR_MAYBE; a++)
        for (int b = SKR_NO; b <= SKR_MAYBE; b++) {
            skr_verdict and = verdict_of_root(SKR_E_AND, (skr_verdict)a, (skr_verdict)b);
            skr_verdict or = verdict_of_root(SKR_E_OR, (skr_verdict)a, (skr_verdict)b);
            skr_verdict no = verdict_of_root(SKR_E_NOT, (skr_verdict)a, (skr_verdict)b);
            cr_assert(eq(int, rank[and], rank[a] < rank[b] ? rank[a] : rank[b]));
            cr_assert(eq(int, rank[or], rank[a] > rank[b] ? rank[a] : rank[b]));
            cr_assert(eq(int, rank[no], 2 - rank[a]));
        }
}

Test(plan_condition, each_condition_on_alleles_has_a_row_that_judges_or_refuses)
{
    static const skr_expr_op of_alleles[] = {SKR_E_ALL,
#define OP(op, word, syntax, judge, beacon) op,
                                             SKR_ALLELE_CONDITIONS(OP)
#undef OP
    };
    uint32_t n_rows = 0;
    for (unsigned op = 0; op < SKR_N_EXPR_OPS; op++)
        n_rows += skr_plan_condition_of((skr_expr_op)op) != NULL;
    cr_assert(eq(sz, n_rows, sizeof of_alleles / sizeof *of_alleles));
    for (size_t i = 0; i < n_rows; i++) {
        const skr_plan_condition *row = skr_plan_condition_of(of_alleles[i]);
        cr_assert(row != NULL && (row->judge != NULL || row->resolve != NULL), "op %d",
                  (int)of_alleles[i]);
    }
    cr_assert(eq(ptr, (void *)skr_plan_condition_of(SKR_E_AND), NULL));
    cr_assert(eq(ptr, (void *)skr_plan_condition_of(SKR_E_SEX), NULL));
}

Test(plan_condition, no_node_is_no_condition, .signal = SIGABRT)
{
    (void)skr_plan_condition_of(SKR_N_EXPR_OPS);
}

/* What cannot be meant is refused, and the message points at the word. */
Test(plan_condition, what_has_no_meaning_is_refused)
{
    static const struct {
        skr_expr_op op;
        const char *text;
        const char *must;
    } cases[] = {{SKR_A_TYPE, "nonsense", "'nonsense' is no type"},
                 {SKR_A_FILTER, "q10", "filter=q10: the store keeps only"},
                 {SKR_A_EFFECT, "missense", "no annotations are loaded"},
                 {SKR_A_IMPACT, NULL, "no annotations are loaded"}};
    skr_plan plan = {.assembly = SKR_NONE};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        skr_expr source = {
            .op = cases[i].op, .text = cases[i].text, .source = "a question", .at = 2, .n_at = 8};
        skr_plan_node node = {.op = source.op, .source = &source};
        const skr_plan_condition *row = skr_plan_condition_of(source.op);
        cr_assert(eq(int, row->resolve(&plan, &node, &err), SKR_ERR_QUERY));
        cr_assert(strstr(err.message, cases[i].must) != NULL, "%s", err.message);
        cr_assert(strstr(err.message, "a question\n") != NULL, "%s", err.message);
    }
    skr_expr source = {.op = SKR_A_FILTER, .text = "pass"};
    skr_plan_node node = {.op = source.op, .source = &source};
    cr_assert(eq(int, skr_plan_condition_of(source.op)->resolve(&plan, &node, &err), SKR_OK));
}
