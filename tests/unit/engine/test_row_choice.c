/*
 * The rows of a tile that go on are those that the question does not rule out and of which somebody
 * alive has a record, those at the places of names among them: as a loop over the rows says.
 */
#include "engine/plan/plan_condition.h"
#include "engine/scan/row_cursor.h"
#include "tests/support/random.h"
#include "tests/support/segment_written.h"

TestSuite(row_choice, .init = set_up, .fini = tear_down);

#define N_NAMES_MAX 3u

static test_random drawn;

typedef struct question {
    skr_expr source;
    skr_interval range;
    skr_plan_node node;
    skr_allele keys[N_NAMES_MAX];
    skr_named_allele names[N_NAMES_MAX];
    skr_named_note notes[N_NAMES_MAX];
    skr_plan plan;
    skr_morsel morsel;
} question;

/* Everything, a region, a type or a number; and names, some of them rows of the tile. */
static void draw_question(question *q, const model *m, const skr_tile *tile)
{
    static const skr_expr_op ops[] = {SKR_E_ALL, SKR_A_REGION, SKR_A_AC, SKR_A_AF, SKR_A_LENGTH};
    memset(q, 0, sizeof *q);
    q->node.op = q->source.op = ops[draw(5)];
    q->source.compare = SKR_GE;
    q->source.number = q->node.op == SKR_A_AF ? 0.25 : (double)draw(4);
    q->range = (skr_interval){tile->contig, tile->min_start0 + (uint32_t)draw(200), 0, false};
    q->range.to0 = q->range.from0 + 1 + (uint32_t)draw(800);
    q->node.source = &q->source;
    q->node.condition = skr_plan_condition_of(q->node.op);
    q->node.ranges = &q->range;
    q->node.n_ranges = 1;
    q->plan.root = &q->node;
    q->plan.named = q->names;
    q->plan.n_named = draw(3) == 0 ? draw(N_NAMES_MAX + 1) : 0;
    for (size_t i = 0; i < q->plan.n_named; i++) {
        q->keys[i] = m->rows[tile->first_row + draw(tile->n_rows)].allele;
        if (draw(4) == 0)
            q->keys[i].contig++; /* elsewhere */
        q->names[i] = (skr_named_allele){.key = &q->keys[i]};
    }
    q->morsel = (skr_morsel){.contig = tile->contig, .from0 = tile->min_start0, .to0 = UINT32_MAX};
    if (draw(2) == 0) {
        q->morsel.from0 += (uint32_t)draw(300);
        q->morsel.to0 = q->morsel.from0 + 1 + (uint32_t)draw(600);
    }
}

/* Whether somebody of the set is spoken of, by the calls of the model. */
static bool is_live(const model *m, const model_row *row, const skr_sample_set *live)
{
    for (uint32_t s = 0; s < m->n_samples; s++)
        if (skr_sample_set_has(live, s) && row->calls[s] != SKR_CALL_NO_STATEMENT)
            return true;
    return live->bits == NULL;
}

static bool is_at_name(const question *q, const skr_allele *allele)
{
    for (size_t i = 0; i < q->plan.n_named; i++)
        if (q->keys[i].contig == allele->contig && q->keys[i].start0 == allele->start0 &&
            q->keys[i].start0 >= q->morsel.from0 && q->keys[i].start0 < q->morsel.to0)
            return true;
    return false;
}

/* Facts are known where the segment is alone and everybody lives. */
static skr_verdict judge_slowly(const question *q, const skr_tile_rows *rows, uint32_t row,
                                bool has_facts)
{
    const skr_allele key = skr_segment_tile_rows_allele(rows, row);
    const skr_row_block block = {.rows = rows, .has_facts = has_facts};
    const skr_allele_facts facts = skr_plan_row_facts(&block, row);
    return skr_plan_judge(&q->plan, &key, &facts, 1);
}

static uint32_t compare_choice(const question *q, const skr_row_cursor *cursor, const model *m,
                               const skr_tile *tile)
{
    bool is_alone = cursor->is_only && cursor->live.set.bits == NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < tile->n_rows; i++) {
        const model_row *row = &m->rows[tile->first_row + i];
        if (row->allele.start0 < q->morsel.from0 || row->allele.start0 >= q->morsel.to0)
            continue;
        skr_verdict verdict = judge_slowly(q, cursor->rows, i, is_alone);
        bool is_named = is_at_name(q, &row->allele);
        if ((verdict == SKR_NO && !is_named) || !is_live(m, row, &cursor->live.set))
            continue;
        /* without facts a number may be left open */
        cr_assert(n < cursor->n_wanted && cursor->wanted[n] == i, "seed %llu, row %u",
                  (unsigned long long)drawn.seed, i);
        skr_verdict code = SKR_CODE_ONE(cursor->codes[n]);
        cr_assert(code == verdict || code == SKR_MAYBE, "seed %llu, row %u: %d, want %d",
                  (unsigned long long)drawn.seed, i, code, verdict);
        n++;
    }
    cr_assert(eq(u32, cursor->n_wanted, n), "seed %llu", (unsigned long long)drawn.seed);
    return n;
}

/* Some live, or all; a segment in which nobody does is never entered. */
static void draw_live(skr_row_cursor *cursor, uint32_t n_samples, uint64_t *bits)
{
    cursor->live.set = (skr_sample_set){.n = n_samples};
    if (draw(2) == 0)
        return;
    memset(bits, 0, 8 * sizeof *bits);
    cursor->live.set.n = 0;
    cursor->live.set.bits = bits;
    for (uint32_t s = 0; s < n_samples; s++)
        if (s == 0 || draw(6) == 0) {
            bits[s / 64] |= UINT64_C(1) << s % 64;
            cursor->live.set.n++;
        }
}

Test(row_choice, is_of_the_rows_that_may_satisfy_and_are_of_somebody)
{
    static question q;
    uint32_t n_chosen = 0;
    drawn = test_random_drawn("row_choice");
    state = drawn.state;
    for (unsigned turn = 0; turn < 8; turn++) {
        skr_segment *segment = NULL;
        skr_block_reader *reader = NULL;
        skr_row_cursor cursor = {0};
        skr_analysis done = {0};
        uint64_t bits[8];
        size_t n_tiles = 0;
        model m = model_new(1 + (uint32_t)draw(60), 200, 0, 3000);
        skr_file_id id = write_model(&m, ROWS_FIRST, 3000);
        open_view(&id, &segment, &reader, &cursor.view);
        const skr_tile *tiles = all_tiles(segment, &n_tiles);
        for (unsigned i = 0; i < 200; i++) {
            size_t tile = draw(n_tiles);
            if (tiles[tile].n_rows == 0)
                continue;
            draw_question(&q, &m, &tiles[tile]);
            skr_slot slot = {0};
            skr_scan_scope scope = {.plan = &q.plan, .slots = &slot, .n_slots = 1};
            scope.notes = draw(2) == 0 ? q.notes : NULL;
            cursor.scope = &scope;
            cursor.done = &done;
            cursor.is_only = draw(2) == 0;
            cursor.tile = tile + 1;
            draw_live(&cursor, m.n_samples, bits);
            cr_assert(
                eq(int, skr_segment_view_rows(cursor.view, tile, &cursor.rows, &err), SKR_OK));
            cr_assert(eq(int, skr_row_cursor_choose(&cursor, &q.morsel, &err), SKR_OK), "%s",
                      err.message);
            n_chosen += compare_choice(&q, &cursor, &m, &tiles[tile]);
        }
        skr_row_cursor_done(&cursor);
        skr_block_reader_free(reader);
        skr_segment_close(segment);
        model_free(&m);
    }
    cr_assert(n_chosen > 1000, "%u", n_chosen);
}
