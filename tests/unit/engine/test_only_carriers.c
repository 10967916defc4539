/*
 * Whether a delivery says more of alleles than who carries them is what a table of all alleles and
 * samples says.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "engine/import/genomes/only_carriers.h"
#include "tests/support/random.h"

#define N_SAMPLES_MAX 5u
#define N_ROWS_MAX 12u
#define N_SPANS_MAX 4u

static test_random draw;
static skr_err err;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* ------------------------------------------------------------------ a delivery */

typedef struct piece {
    skr_allele place;
    bool is_span;
    uint8_t calls[N_SAMPLES_MAX];
    bool is_carrier[N_SAMPLES_MAX];
} piece;

static uint32_t n_samples;
static piece pieces[N_ROWS_MAX + N_SPANS_MAX];
static uint32_t n_pieces;

static int compare_pieces(const void *a, const void *b)
{
    const piece *x = a;
    const piece *y = b;
    if (x->place.contig != y->place.contig)
        return x->place.contig < y->place.contig ? -1 : 1;
    if (x->place.start0 != y->place.start0)
        return x->place.start0 < y->place.start0 ? -1 : 1;
    return (int)y->is_span - (int)x->is_span;
}

static void draw_delivery(void)
{
    uint32_t silent = 1 + below(4); /* how much is said of those who do not carry */
    n_samples = 1 + below(N_SAMPLES_MAX);
    n_pieces = below(N_ROWS_MAX + N_SPANS_MAX + 1);
    for (uint32_t i = 0; i < n_pieces; i++) {
        piece *one = &pieces[i];
        *one = (piece){.is_span = below(4) == 0};
        one->place = (skr_allele){.contig = below(2), .start0 = below(6)};
        one->place.end0 = one->place.start0 + 1 + (one->is_span ? below(4) : 0);
        one->place.kind = !one->is_span && below(8) == 0 ? SKR_ALLELE_SV : SKR_ALLELE_SNV;
        for (uint32_t s = 0; s < n_samples; s++) {
            one->is_carrier[s] = !one->is_span && below(2) == 0;
            one->calls[s] =
                one->is_carrier[s] || below(silent) == 0 ? SKR_CALL_DEFAULT : SKR_CALL_NO_STATEMENT;
            if (!one->is_carrier[s] && below(6) == 0)
                one->calls[s] = SKR_CALL_NO_CALL;
        }
    }
    qsort(pieces, n_pieces, sizeof *pieces, compare_pieces);
}

/* ------------------------------------------------------------------ slowly */

static bool is_covered(const piece *row, uint32_t sample)
{
    for (uint32_t i = 0; i < n_pieces; i++) {
        const piece *span = &pieces[i];
        if (span->is_span && span->place.contig == row->place.contig &&
            span->place.start0 <= row->place.start0 && span->place.end0 > row->place.start0 &&
            span->calls[sample] != SKR_CALL_NO_STATEMENT)
            return true;
    }
    return false;
}

static bool decide_slowly(void)
{
    uint64_t n_others = 0;
    uint64_t n_said = 0;
    uint64_t n_rows = 0;
    uint64_t n_spans = 0;
    for (uint32_t i = 0; i < n_pieces; i++) {
        const piece *row = &pieces[i];
        n_spans += row->is_span;
        if (row->is_span || row->place.kind == SKR_ALLELE_SV)
            continue;
        n_rows++;
        for (uint32_t s = 0; s < n_samples; s++) {
            n_others += !row->is_carrier[s];
            n_said += !row->is_carrier[s] &&
                      (row->calls[s] != SKR_CALL_NO_STATEMENT || is_covered(row, s));
        }
    }
    if (n_rows == 0)
        return false;
    if (n_samples == 1 || n_others == 0)
        return 3 * n_others < 2 * n_rows && n_spans <= 2 * n_rows;
    return 2 * n_said < n_others;
}

/* ------------------------------------------------------------------ comparing */

static void add_piece(skr_only_carriers *only, const piece *one)
{
    skr_call_set calls = {0};
    skr_carriers carriers = {0};
    cr_assert(eq(int, skr_call_set_from_calls(one->calls, n_samples, &calls, &err), SKR_OK));
    for (uint32_t s = 0; s < n_samples; s++)
        if (one->is_carrier[s])
            cr_assert(eq(int, skr_carriers_add(&carriers, s, 1, &err), SKR_OK));
    if (one->is_span)
        skr_only_carriers_add_span(only, &one->place, &calls);
    else
        skr_only_carriers_add_row(only, &one->place, &carriers, &calls);
    skr_carriers_done(&carriers);
    skr_call_set_done(&calls);
}

Test(only_carriers, is_what_the_table_of_all_alleles_says)
{
    uint32_t n_yes = 0;
    uint32_t n_turns = 3000;
    draw = test_random_drawn("only_carriers");
    for (uint32_t turn = 0; turn < n_turns; turn++) {
        skr_import_request request = {0};
        skr_import_file files[2] = {0};
        skr_only_carriers *only = NULL;
        draw_delivery();
        skr_import import = {.request = &request, .files = files, .n_files = 2};
        import.samples.names.n = n_samples;
        cr_assert(eq(int, skr_only_carriers_new(&import, &only, &err), SKR_OK));
        for (uint32_t i = 0; i < n_pieces; i++)
            add_piece(only, &pieces[i]);
        bool want = decide_slowly();
        n_yes += want;
        cr_assert_eq(skr_only_carriers_decide(only), want, "seed %llu, turn %u: want %d",
                     (unsigned long long)draw.seed, turn, want);
        skr_only_carriers_free(only);
    }
    cr_assert(n_yes > n_turns / 20 && n_yes < n_turns / 20 * 19, "%u", n_yes);
}

Test(only_carriers, joint_files_blocks_and_silence_leave_nothing_to_find_out)
{
    for (unsigned i = 0; i < 8; i++) {
        bool is_silent = (i & 1) != 0;
        bool has_blocks = (i & 2) != 0;
        bool is_joint = (i & 4) != 0;
        skr_import_request request = {.absent_is_hom_ref = is_silent};
        skr_import_file files[2] = {{.n_blocks = has_blocks}, {.is_skipped = is_joint}};
        skr_import import = {.request = &request, .files = files, .n_files = 2};
        skr_only_carriers *only = NULL;
        import.samples.names.n = 3;
        cr_assert(eq(int, skr_only_carriers_new(&import, &only, &err), SKR_OK));
        cr_assert(eq(int, only != NULL, !is_silent && !has_blocks && !is_joint), "%u", i);
        skr_only_carriers_free(only);
    }
}

Test(only_carriers, nothing_to_find_out_takes_everything)
{
    const skr_allele place = {.end0 = 1};
    const skr_carriers carriers = {0};
    const skr_call_set calls = {.base = SKR_CALL_DEFAULT};
    skr_only_carriers_add_row(NULL, &place, &carriers, &calls);
    skr_only_carriers_add_span(NULL, &place, &calls);
    cr_assert(not(skr_only_carriers_decide(NULL)));
    skr_only_carriers_free(NULL);
}
