/*
 * No hidden cell of a table follows from what is told: an attacker who knows the table, what is
 * told of each of its lines and of the whole, and solves for each hidden cell the largest and the
 * smallest number that fits, is left with as many as a hidden count may be.
 *
 * The numbers that fit are flows: from each row to each column as much as the cell, within the
 * bounds of what is told of cells, rows, columns and the whole. The raw table is one; others are
 * found by pushing along cycles, which finds the extremes exactly.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/tell/disclose.h"
#include "engine/tell/suppress.h"
#include "tests/support/random.h"

#define SIDE_MAX 6u
#define N_NODES (2 * SIDE_MAX + 2) /* source, rows, columns, sink */
#define SOURCE 0u
#define SINK (N_NODES - 1)
#define ENOUGH 1000000

/* What may flow along an arc, and does. */
typedef struct arc {
    bool is_there;
    int low;
    int high;
    int now;
} arc;

typedef struct network {
    arc arcs[N_NODES][N_NODES];
} network;

static test_random draw;
static skr_err err;

static void put_arc(network *net, unsigned from, unsigned to, const skr_policy *policy,
                    const skr_told_count *told, uint64_t raw)
{
    int step = (int)policy->step;
    arc *at = &net->arcs[from][to];
    *at = (arc){.is_there = true, .now = (int)raw};
    if (told == NULL) { /* a cell that is hidden may have been large */
        at->high = ENOUGH;
        return;
    }
    if (told->is_hidden) {
        at->high = (int)policy->threshold - 1;
        return;
    }
    /* all numbers that are told so */
    int low = (int)policy->threshold;
    while ((int)skr_disclose(policy, (uint64_t)low).count != (int)told->count)
        low++;
    at->low = low;
    at->high = low;
    while (at->high - low < step &&
           (int)skr_disclose(policy, (uint64_t)at->high + 1).count == (int)told->count)
        at->high++;
    cr_assert(at->low <= at->now && at->now <= at->high);
}

/* Can one more unit go from a node to another? Pushes it. */
static bool push(network *net, unsigned from, unsigned to)
{
    unsigned before[N_NODES];
    bool is_seen[N_NODES] = {false};
    unsigned queue[N_NODES];
    unsigned n = 0;
    queue[n++] = from;
    is_seen[from] = true;
    for (unsigned i = 0; i < n && !is_seen[to]; i++)
        for (unsigned next = 0; next < N_NODES; next++) {
            unsigned at = queue[i];
            const arc *there = &net->arcs[at][next];
            const arc *back = &net->arcs[next][at];
            bool may = (there->is_there && there->now < there->high) ||
                       (back->is_there && back->now > back->low);
            if (!may || is_seen[next])
                continue;
            is_seen[next] = true;
            before[next] = at;
            queue[n++] = next;
        }
    if (!is_seen[to])
        return false;
    for (unsigned at = to; at != from; at = before[at]) {
        arc *there = &net->arcs[before[at]][at];
        if (there->is_there && there->now < there->high)
            there->now++;
        else
            net->arcs[at][before[at]].now--;
    }
    return true;
}

/* The most (or least) that fits a cell; up to what matters. */
static int extreme(const network *truth, unsigned row, unsigned column, bool is_most, int enough)
{
    network net = *truth;
    arc *cell = &net.arcs[1 + row][1 + SIDE_MAX + column];
    int now = cell->now;
    cell->is_there = false; /* the rest has to balance it */
    while (is_most ? now < cell->high && now < enough : now > 0) {
        unsigned from = is_most ? 1 + SIDE_MAX + column : 1 + row;
        unsigned to = is_most ? 1 + row : 1 + SIDE_MAX + column;
        if (!push(&net, from, to))
            break;
        now += is_most ? 1 : -1;
    }
    return now;
}

typedef struct drawn {
    uint32_t n_rows;
    uint32_t n_columns;
    uint32_t classes[2 * SIDE_MAX * SIDE_MAX];
    uint64_t raw[SIDE_MAX * SIDE_MAX];
    skr_told_count told[SIDE_MAX * SIDE_MAX];
} drawn;

static void draw_table(drawn *of)
{
    of->n_rows = 1 + test_random_below(&draw, SIDE_MAX);
    of->n_columns = 1 + test_random_below(&draw, SIDE_MAX);
    for (uint32_t i = 0; i < of->n_rows * of->n_columns; i++) {
        static const uint32_t sizes[] = {1, 12, 40, 300};
        of->classes[2 * i] = i / of->n_columns;
        of->classes[2 * i + 1] = i % of->n_columns;
        of->raw[i] = test_random_below(&draw, sizes[test_random_below(&draw, 4)]);
    }
}

/* What the attacker knows; without the table: the sums alone. */
static network network_of(const drawn *of, const skr_policy *policy, bool knows_table)
{
    network net;
    uint64_t rows[SIDE_MAX] = {0};
    uint64_t columns[SIDE_MAX] = {0};
    uint64_t whole = 0;
    memset(&net, 0, sizeof net);
    for (uint32_t i = 0; i < of->n_rows * of->n_columns; i++) {
        uint32_t row = i / of->n_columns;
        uint32_t column = i % of->n_columns;
        rows[row] += of->raw[i];
        columns[column] += of->raw[i];
        whole += of->raw[i];
        const skr_told_count *told = knows_table && !of->told[i].is_hidden ? &of->told[i] : NULL;
        put_arc(&net, 1 + row, 1 + SIDE_MAX + column, policy, told, of->raw[i]);
    }
    for (uint32_t row = 0; row < of->n_rows; row++) {
        skr_told_count told = skr_disclose(policy, rows[row]);
        put_arc(&net, SOURCE, 1 + row, policy, &told, rows[row]);
    }
    for (uint32_t column = 0; column < of->n_columns; column++) {
        skr_told_count told = skr_disclose(policy, columns[column]);
        put_arc(&net, 1 + SIDE_MAX + column, SINK, policy, &told, columns[column]);
    }
    skr_told_count told = skr_disclose(policy, whole);
    put_arc(&net, SINK, SOURCE, policy, &told, whole);
    return net;
}

typedef struct found {
    unsigned n_hidden;
    unsigned n_told;
    unsigned n_by_sums; /* narrow whatever the table says */
    unsigned n_narrow;
} found;

static void attack(const drawn *of, const skr_policy *policy, found *got)
{
    const network net = network_of(of, policy, true);
    const network sums = network_of(of, policy, false);
    int width = (int)policy->threshold - 1;
    for (uint32_t i = 0; i < of->n_rows * of->n_columns; i++) {
        uint32_t row = i / of->n_columns;
        uint32_t column = i % of->n_columns;
        if (!of->told[i].is_hidden) {
            got->n_told++;
            continue;
        }
        got->n_hidden++;
        int low = extreme(&net, row, column, false, 0);
        if (extreme(&net, row, column, true, low + width) - low >= width)
            continue;
        int low_sums = extreme(&sums, row, column, false, 0);
        if (extreme(&sums, row, column, true, low_sums + width) - low_sums < width)
            got->n_by_sums++;
        else
            got->n_narrow++;
    }
}

static found attack_many(const skr_policy *policy, unsigned n_tables)
{
    found got = {0};
    for (unsigned t = 0; t < n_tables; t++) {
        drawn of;
        draw_table(&of);
        const skr_raw_table table = {.n_fields = 2,
                                     .is_summed = {true, true},
                                     .n_cells = of.n_rows * of.n_columns,
                                     .classes = of.classes,
                                     .raw = of.raw};
        cr_assert(eq(int, skr_suppress_table(policy, &table, of.told, &err), SKR_OK));
        attack(&of, policy, &got);
    }
    return got;
}

Test(suppress, nobody_finds_a_hidden_cell)
{
    static const skr_policy policies[] = {{.threshold = 10, .step = 10},
                                          {.threshold = 10, .step = 1},
                                          {.threshold = 10, .step = 5},
                                          {.threshold = 5, .step = 10},
                                          {.threshold = 20, .step = 3}};
    draw = test_random_drawn("suppress");
    for (size_t p = 0; p < sizeof policies / sizeof *policies; p++) {
        found got = attack_many(&policies[p], 1000);
        cr_log_info("threshold %u step %u: %u hidden, %u told, %u follow from sums, %u narrow",
                    policies[p].threshold, policies[p].step, got.n_hidden, got.n_told,
                    got.n_by_sums, got.n_narrow);
        cr_expect(eq(u32, got.n_narrow, 0), "seed %llu", (unsigned long long)draw.seed);
        cr_expect(got.n_told > 1000);
    }
}

/* Where nothing is hidden, or only that somebody is nobody, the numbers are those of disclose.h. */
Test(suppress, exact_numbers_stay)
{
    static const uint32_t classes[] = {0, 0, 0, 1, 1, 0, 1, 1};
    static const uint64_t raw[] = {0, 3, 7, 200};
    static const skr_policy policies[] = {{.is_exact = true, .threshold = 1, .step = 1},
                                          {.threshold = 1, .step = 1}};
    const skr_raw_table table = {
        .n_fields = 2, .is_summed = {true, true}, .n_cells = 4, .classes = classes, .raw = raw};
    for (size_t p = 0; p < 2; p++) {
        skr_told_count told[4];
        cr_assert(eq(int, skr_suppress_table(&policies[p], &table, told, &err), SKR_OK));
        for (size_t i = 1; i < 4; i++)
            cr_assert(eq(u64, told[i].count, raw[i]));
    }
}

/* A cohort whose size everybody knows, of whom but three are adults: ddsjoberg/gtsummary#1691. And
 * sums of hidden cells that are too small to hide one in: sdcTools/UserSupport#160. */
Test(suppress, what_the_whole_gives_away_is_hidden)
{
    static const uint32_t classes[] = {0, 1, 2, 3};
    static const skr_policy policy = {.threshold = 6, .step = 1};
    static const struct {
        uint64_t raw[4];
        size_t n;
        size_t n_hidden;
    } cases[] = {{{3, 177}, 2, 2}, {{1, 2, 90, 80}, 4, 3}, {{5, 4, 90, 80}, 4, 2}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const skr_raw_table table = {.n_fields = 1,
                                     .is_summed = {true},
                                     .n_cells = cases[c].n,
                                     .classes = classes,
                                     .raw = cases[c].raw};
        skr_told_count told[4];
        size_t n_hidden = 0;
        cr_assert(eq(int, skr_suppress_table(&policy, &table, told, &err), SKR_OK));
        for (size_t i = 0; i < cases[c].n; i++)
            n_hidden += told[i].is_hidden;
        cr_assert(eq(sz, n_hidden, cases[c].n_hidden), "case %zu", c);
    }
}

/* 97 of 100 told exactly: three would follow. Rounded to tens, anything from 0 to 9 fits. */
Test(suppress, a_part_is_hidden_with_what_it_lacks)
{
    const skr_policy by_one = {.threshold = 10, .step = 1};
    const skr_policy by_ten = {.threshold = 10, .step = 10};
    cr_assert(skr_suppress_part(&by_one, 100, 97).is_hidden);
    cr_assert(eq(u64, skr_suppress_part(&by_one, 100, 90).count, 90));
    cr_assert(eq(u64, skr_suppress_part(&by_ten, 100, 97).count, 100));
    cr_assert(skr_suppress_part(&by_ten, 13, 11).is_hidden); /* both are told as 10: 10 to 14 */
    cr_assert(skr_suppress_part(&by_one, 100, 4).is_hidden);
}

/* Three fields: no table of rows and columns, but never one cell alone in a sum. */
Test(suppress, no_sum_has_one_hidden_cell)
{
    draw = test_random_drawn("suppress");
    const skr_policy policy = {.threshold = 10, .step = 10};
    for (unsigned turn = 0; turn < 200; turn++) {
        uint32_t classes[27 * 3];
        uint64_t raw[27];
        skr_told_count told[27];
        for (uint32_t i = 0; i < 27; i++) {
            classes[3 * i] = i / 9;
            classes[3 * i + 1] = i / 3 % 3;
            classes[3 * i + 2] = i % 3;
            raw[i] = test_random_below(&draw, 5) == 0 ? test_random_below(&draw, 10) : 10 + i;
        }
        const skr_raw_table table = {.n_fields = 3,
                                     .is_summed = {true, true, true},
                                     .n_cells = 27,
                                     .classes = classes,
                                     .raw = raw};
        cr_assert(eq(int, skr_suppress_table(&policy, &table, told, &err), SKR_OK));
        for (uint32_t i = 0; i < 27; i++) {
            cr_assert(told[i].is_hidden || raw[i] >= 10);
            for (uint32_t f = 0; told[i].is_hidden && f < 3; f++) {
                unsigned n_hidden = 0;
                for (uint32_t k = 0; k < 27; k++) {
                    bool is_on_line = true;
                    for (uint32_t g = 0; g < 3; g++)
                        is_on_line &= g == f || classes[3 * k + g] == classes[3 * i + g];
                    n_hidden += is_on_line && told[k].is_hidden;
                }
                cr_assert(n_hidden >= 2, "seed %llu", (unsigned long long)draw.seed);
            }
        }
    }
}
