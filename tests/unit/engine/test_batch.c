/*
 * Rows of several cursors and names merged into batches are the alleles in order, each once, with
 * the row of each cursor that has it: as sorting all of them says.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "engine/scan/batch.h"
#include "tests/support/random.h"

#define N_CURSORS_MAX 4u
#define N_ROWS_MAX 20u
#define N_NAMES_MAX 5u
#define N_KEYS_MAX (N_CURSORS_MAX * N_ROWS_MAX + N_NAMES_MAX)

static test_random draw;
static skr_err err;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* ------------------------------------------------------------------ cursors */

static skr_allele draw_allele(void)
{
    static const char *const bases[] = {"A", "C", "AC", "AG", "GT", "ACC"};
    static const char *const symbols[] = {"DEL", "DUP", "DELX"};
    skr_allele a = {.contig = 3, .start0 = below(8), .kind = (skr_allele_kind)below(6)};
    a.ref = bases[a.kind == SKR_ALLELE_SNV || a.kind == SKR_ALLELE_INS ? below(2) : 2 + below(4)];
    a.alt = bases[a.kind == SKR_ALLELE_SNV || a.kind == SKR_ALLELE_DEL ? below(2) : 2 + below(4)];
    if (a.kind == SKR_ALLELE_SV) {
        a.ref = "";
        a.alt = symbols[below(3)];
    }
    a.n_ref = (uint32_t)strlen(a.ref);
    a.n_alt = (uint32_t)strlen(a.alt);
    a.end0 = a.start0 + (a.kind == SKR_ALLELE_SV ? 1 + below(3) : a.n_ref);
    return a;
}

static int compare_alleles(const void *a, const void *b)
{
    return skr_segment_allele_compare(a, b);
}

static uint32_t sort_once(skr_allele *alleles, uint32_t n)
{
    uint32_t n_left = 0;
    qsort(alleles, n, sizeof *alleles, compare_alleles);
    for (uint32_t i = 0; i < n; i++)
        if (n_left == 0 || compare_alleles(&alleles[n_left - 1], &alleles[i]) != 0)
            alleles[n_left++] = alleles[i];
    return n_left;
}

/* A tile of rows, of which every one or some go on. */
typedef struct drawn_tile {
    skr_allele alleles[N_ROWS_MAX];
    uint32_t start0[N_ROWS_MAX];
    uint32_t end0[N_ROWS_MAX];
    uint8_t kind[N_ROWS_MAX];
    uint8_t ploidy[N_ROWS_MAX];
    uint32_t n_ref[N_ROWS_MAX];
    uint32_t n_alt[N_ROWS_MAX];
    const char *ref[N_ROWS_MAX];
    const char *alt[N_ROWS_MAX];
    uint32_t wanted[N_ROWS_MAX];
    uint8_t codes[N_ROWS_MAX];
    skr_tile_rows rows;
} drawn_tile;

static drawn_tile tiles[N_CURSORS_MAX];
static skr_row_cursor cursors[N_CURSORS_MAX];
static uint32_t n_cursors;

static void draw_cursor(drawn_tile *to, skr_row_cursor *cursor)
{
    for (uint32_t i = 0; i < N_ROWS_MAX; i++)
        to->alleles[i] = draw_allele();
    uint32_t n = sort_once(to->alleles, below(N_ROWS_MAX + 1));
    for (uint32_t i = 0; i < n; i++) {
        const skr_allele *a = &to->alleles[i];
        to->start0[i] = a->start0;
        to->end0[i] = a->end0;
        to->kind[i] = (uint8_t)a->kind;
        to->n_ref[i] = a->n_ref;
        to->n_alt[i] = a->n_alt;
        to->ref[i] = a->ref;
        to->alt[i] = a->alt;
    }
    to->rows = (skr_tile_rows){.n = n,
                               .contig = 3,
                               .start0 = to->start0,
                               .end0 = to->end0,
                               .kind = to->kind,
                               .ploidy = to->ploidy,
                               .n_ref = to->n_ref,
                               .n_alt = to->n_alt,
                               .ref = to->ref,
                               .alt = to->alt};
    *cursor = (skr_row_cursor){.rows = &to->rows, .wanted = to->wanted, .codes = to->codes};
    uint32_t one_in = 1 + below(2);
    for (uint32_t i = 0; i < n; i++)
        if (below(one_in) == 0) {
            to->codes[cursor->n_wanted] = (uint8_t)(1 + below(10));
            to->wanted[cursor->n_wanted++] = i;
        }
}

/* ------------------------------------------------------------------ slowly */

typedef struct name_list {
    skr_allele keys[N_NAMES_MAX];
    skr_named_allele names[N_NAMES_MAX];
    uint32_t n;
} name_list;

static name_list names;
static skr_allele all[N_KEYS_MAX]; /* what is to come, in order */
static uint32_t n_all;

static void draw_names(void)
{
    names.n = below(3) == 0 ? 0 : below(N_NAMES_MAX + 1);
    for (uint32_t i = 0; i < names.n; i++)
        names.keys[i] = draw_allele();
    for (uint32_t i = 0; i < names.n; i++)
        if (n_cursors > 0 && tiles[0].rows.n > 0 && below(3) == 0)
            names.keys[i] = tiles[0].alleles[below(tiles[0].rows.n)];
    names.n = sort_once(names.keys, names.n);
    for (uint32_t i = 0; i < names.n; i++)
        names.names[i] = (skr_named_allele){.key = &names.keys[i]};
}

static void draw_all(void)
{
    n_cursors = below(N_CURSORS_MAX + 1);
    for (uint32_t c = 0; c < n_cursors; c++)
        draw_cursor(&tiles[c], &cursors[c]);
    draw_names();
    n_all = 0;
    for (uint32_t c = 0; c < n_cursors; c++)
        for (uint32_t i = 0; i < cursors[c].n_wanted; i++)
            all[n_all++] = tiles[c].alleles[cursors[c].wanted[i]];
    for (uint32_t i = 0; i < names.n; i++)
        all[n_all++] = names.keys[i];
    n_all = sort_once(all, n_all);
}

/* The row of a cursor that goes on and is this allele. */
static uint32_t row_slowly(uint32_t cursor, const skr_allele *key)
{
    for (uint32_t i = 0; i < cursors[cursor].n_wanted; i++)
        if (compare_alleles(&tiles[cursor].alleles[cursors[cursor].wanted[i]], key) == 0)
            return cursors[cursor].wanted[i];
    return SKR_NONE;
}

static bool is_named_slowly(const skr_allele *key)
{
    for (uint32_t i = 0; i < names.n; i++)
        if (compare_alleles(&names.keys[i], key) == 0)
            return true;
    return false;
}

/* ------------------------------------------------------------------ comparing */

static void compare_key(skr_batch *batch, uint32_t i, const skr_allele *want)
{
    const skr_key_view *got = skr_batch_seek(batch, i);
    bool has_row = false;
    cr_assert(eq(int, compare_alleles(&got->key, want), 0), "seed %llu",
              (unsigned long long)draw.seed);
    cr_assert(eq(int, got->is_named, is_named_slowly(want)), "seed %llu",
              (unsigned long long)draw.seed);
    for (uint32_t c = 0; c < n_cursors; c++) {
        cr_assert(eq(u32, got->rows[c], row_slowly(c, want)), "seed %llu, cursor %u",
                  (unsigned long long)draw.seed, c);
        has_row = has_row || got->rows[c] != SKR_NONE;
    }
    cr_assert(has_row || batch->codes[i] == SKR_CODE_OF(SKR_MAYBE, SKR_MAYBE));
    cr_assert(batch->has_whole || (want->kind != SKR_ALLELE_MNV));
}

static skr_batch *batch_of(uint32_t n_max)
{
    skr_batch *batch = calloc(1, sizeof *batch);
    cr_assert(eq(int, skr_batch_init(batch, n_max, N_CURSORS_MAX, &err), SKR_OK));
    return batch;
}

static void begin(skr_batch *batch, const skr_morsel *morsel)
{
    cr_assert(eq(int, skr_batch_begin(batch, cursors, n_cursors, 1, &err), SKR_OK));
    cr_assert(eq(int, skr_batch_refill(batch, morsel, &err), SKR_OK));
}

Test(batch, is_all_alleles_in_order_each_once)
{
    static const uint32_t sizes[] = {1, 3, 1000};
    const skr_morsel morsel = {.contig = 3, .to0 = 100};
    skr_batch *batches[3];
    draw = test_random_drawn("batch");
    for (unsigned i = 0; i < 3; i++)
        batches[i] = batch_of(sizes[i]);
    for (unsigned turn = 0; turn < 3000; turn++) {
        skr_batch *batch = batches[turn % 3];
        draw_all();
        skr_name_run run = {names.names, names.n};
        uint32_t n = 0;
        begin(batch, &morsel);
        for (skr_batch_fill(batch, &run); batch->n > 0; skr_batch_fill(batch, &run)) {
            cr_assert(batch->n <= sizes[turn % 3] && n + batch->n <= n_all);
            for (uint32_t i = 0; i < batch->n; i++)
                compare_key(batch, i, &all[n + i]);
            n += batch->n;
            cr_assert(eq(int, skr_batch_refill(batch, &morsel, &err), SKR_OK));
        }
        cr_assert(eq(u32, n, n_all), "seed %llu", (unsigned long long)draw.seed);
    }
    for (unsigned i = 0; i < 3; i++) {
        skr_batch_done(batches[i]);
        free(batches[i]);
    }
}

/* Rows of the next tile might come before those of the others. */
Test(batch, ends_where_a_cursor_must_load_another_tile)
{
    const skr_morsel morsel = {.contig = 3, .to0 = 100};
    skr_batch *batch = batch_of(1000);
    draw = test_random_drawn("batch");
    for (unsigned turn = 0; turn < 1000; turn++) {
        draw_all();
        uint32_t last = n_all;
        for (uint32_t c = 0; c < n_cursors; c++) {
            uint32_t n = cursors[c].n_wanted;
            if (n == 0 || n_cursors == 1 || below(2) == 0)
                continue;
            cursors[c].tile_to = 1; /* there is more of it */
            for (uint32_t i = 0; i < n_all; i++)
                if (compare_alleles(&all[i], &tiles[c].alleles[cursors[c].wanted[n - 1]]) == 0)
                    last = i + 1 < last ? i + 1 : last;
        }
        skr_name_run run = {names.names, names.n};
        begin(batch, &morsel);
        skr_batch_fill(batch, &run);
        cr_assert(eq(u32, batch->n, last), "seed %llu", (unsigned long long)draw.seed);
    }
    skr_batch_done(batch);
    free(batch);
}

Test(batch, names_of_a_window_are_those_that_begin_in_it)
{
    draw = test_random_drawn("batch");
    for (unsigned turn = 0; turn < 2000; turn++) {
        const skr_morsel morsel = {.contig = 2 + below(3), .from0 = below(9), .to0 = 9};
        n_cursors = 0;
        draw_names();
        for (uint32_t i = 0; i < names.n; i++)
            names.keys[i].contig = 2 + below(3);
        names.n = sort_once(names.keys, names.n);
        skr_plan plan = {.named = names.names, .n_named = names.n};
        skr_name_run run = skr_name_run_of(&plan, &morsel);
        uint32_t n = 0;
        for (uint32_t i = 0; i < names.n; i++) {
            const skr_allele *key = &names.keys[i];
            if (key->contig != morsel.contig || key->start0 < morsel.from0)
                continue;
            cr_assert(n < run.n && run.names[n].key == key, "seed %llu",
                      (unsigned long long)draw.seed);
            n++;
        }
        cr_assert(eq(sz, run.n, n), "seed %llu", (unsigned long long)draw.seed);
    }
}

Test(batch, there_is_no_allele_after_the_last, .signal = SIGABRT)
{
    const skr_morsel morsel = {.contig = 3, .to0 = 100};
    skr_batch *batch = batch_of(3);
    skr_name_run none = {0};
    n_cursors = 0;
    begin(batch, &morsel);
    skr_batch_fill(batch, &none);
    (void)skr_batch_seek(batch, 0);
}

Test(batch, is_emptied_before_it_is_filled_again, .signal = SIGABRT)
{
    const skr_morsel morsel = {.contig = 3, .to0 = 100};
    skr_batch *batch = batch_of(3);
    skr_allele key = {.contig = 3, .ref = "A", .alt = "C", .n_ref = 1, .n_alt = 1, .end0 = 1};
    skr_named_allele name = {.key = &key};
    skr_name_run run = {&name, 1};
    n_cursors = 0;
    begin(batch, &morsel);
    skr_batch_fill(batch, &run);
    skr_batch_fill(batch, &run);
}
