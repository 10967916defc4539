/* Rows judged together are judged as each is by itself. */
#include <criterion/criterion.h>
#include <stdint.h>

#include "engine/plan/plan_condition.h"

#define N_ROWS 200u

/* Small numbers, so that quotients meet the bounds, and now and then nobody was called. */
static uint32_t draw(uint64_t *state, uint32_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % n;
}

typedef struct drawn_rows {
    uint8_t kind[N_ROWS];
    uint8_t is_complete[N_ROWS];
    uint8_t filter_failed[N_ROWS];
    skr_row_totals totals[N_ROWS];
} drawn_rows;

static void draw_rows(uint64_t *state, bool is_mixed, drawn_rows *ret_rows)
{
    for (uint32_t i = 0; i < N_ROWS; i++) {
        ret_rows->is_complete[i] = !is_mixed || draw(state, 4) != 0;
        ret_rows->kind[i] = (uint8_t)draw(state, SKR_ALLELE_SV + 1);
        ret_rows->filter_failed[i] = (uint8_t)draw(state, 2);
        uint32_t an = draw(state, 5);
        ret_rows->totals[i] = (skr_row_totals){.an = an, .ac = draw(state, an + 1)};
    }
}

/* What is known of a complete row is exact; of others AN has no upper bound, of atoms nothing. */
static skr_allele_facts facts_of(const drawn_rows *rows, uint32_t i)
{
    const skr_row_totals *totals = &rows->totals[i];
    skr_allele_facts facts = {0, UINT64_MAX, 0, UINT64_MAX, true, rows->filter_failed[i] != 0};
    if (rows->is_complete[i] == 0 && rows->kind[i] == SKR_ALLELE_MNV)
        return facts;
    facts.ac_min = facts.ac_max = totals->ac;
    facts.an_min = totals->an;
    if (rows->is_complete[i] != 0 || rows->kind[i] == SKR_ALLELE_SV)
        facts.an_max = totals->an;
    return facts;
}

static void compare_rows(const drawn_rows *drawn, uint32_t from, uint32_t to,
                         const skr_expr *source)
{
    const skr_tile_rows rows = {.n = N_ROWS,
                                .kind = drawn->kind,
                                .is_complete = drawn->is_complete,
                                .filter_failed = drawn->filter_failed,
                                .totals = drawn->totals};
    skr_plan_node node = {
        .op = source->op, .condition = skr_plan_condition_of(source->op), .source = source};
    const skr_plan plan = {.root = &node};
    const skr_rows_asked asked = {.rows = &rows, .from = from, .to = to, .has_facts = true};
    uint8_t codes[N_ROWS];
    skr_plan_judge_rows(&plan, &asked, codes);
    for (uint32_t i = from; i < to; i++) {
        const skr_allele_facts facts = facts_of(drawn, i);
        skr_verdict verdict = skr_plan_judge(&plan, &(skr_allele){0}, &facts, 1);
        cr_assert_eq(codes[i - from], SKR_CODE_OF(verdict, verdict),
                     "row %u of %u to %u, op %d, compare %d with %g", i, from, to, (int)source->op,
                     (int)source->compare, source->number);
    }
}

Test(plan_judge_rows, numbers_are_as_of_each_row)
{
    static const skr_compare compares[] = {SKR_EQ, SKR_NE, SKR_LT, SKR_LE, SKR_GT, SKR_GE};
    static const double numbers[] = {-1, 0, 0.25, 1.0 / 3, 0.5, 1, 2, 3};
    uint64_t state = 7;
    static drawn_rows rows;
    for (unsigned turn = 0; turn < 40; turn++) {
        draw_rows(&state, turn % 2 != 0, &rows);
        uint32_t from = draw(&state, N_ROWS);
        uint32_t to = from + 1 + draw(&state, N_ROWS - from);
        for (unsigned c = 0; c < sizeof compares / sizeof *compares; c++)
            for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
                skr_expr source = {.op = SKR_A_AF, .compare = compares[c], .number = numbers[i]};
                compare_rows(&rows, from, to, &source);
                source.op = SKR_A_AC;
                compare_rows(&rows, from, to, &source);
            }
    }
}
