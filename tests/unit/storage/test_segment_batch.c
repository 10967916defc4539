/*
 * What a view says of many rows at once, in drawn cohorts, is what the rows say one by one:
 * tallies, marks and copies called.
 */
#include "storage/block/block_cache.h"
#include "storage/segment/segment_marks.h"
#include "tests/support/segment_written.h"

TestSuite(segment_batch, .init = set_up, .fini = tear_down);

/* Draws who is asked about; the bits are the caller's. */
static skr_sample_set draw_set(const model *m, uint64_t serial)
{
    uint32_t n_words = (m->n_samples + 63) / 64;
    uint64_t *bits = calloc(n_words, sizeof *bits);
    skr_sample_set who = {.bits = bits, .serial = serial};
    uint64_t one_in = 1 + draw(draw(2) == 0 ? 2 : 12);
    for (uint32_t s = 0; s < m->n_samples; s++) {
        if (draw(one_in) > 0)
            continue;
        bits[s / 64] |= UINT64_C(1) << s % 64;
        who.n++;
        for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
            who.n_copies[ploidy] +=
                skr_copies_expected((skr_ploidy)ploidy, m->samples[s].karyotype);
    }
    return who;
}

static void set_bit(uint64_t *bits, uint32_t sample)
{
    bits[sample / 64] |= UINT64_C(1) << sample % 64;
}

static void assert_batch(skr_segment_view *view, size_t tile, const model *m,
                         const model_row *first, const uint32_t *rows, uint32_t n,
                         const skr_sample_set *who)
{
    size_t n_words = (m->n_samples + 63) / 64;
    skr_carrier_tally *tallies = calloc(n + 1, sizeof *tallies);
    uint64_t *an = calloc(n + 1, sizeof *an);
    skr_segment_marks *marks = NULL;
    uint64_t *want_marks = calloc(n_words, sizeof *want_marks);
    cr_assert(eq(int, skr_segment_marks_new(view, &marks, &err), 0));
    cr_assert(eq(int, skr_segment_view_tally(view, tile, rows, n, who, tallies, &err), 0), "%s",
              err.message);
    cr_assert(eq(int, skr_segment_view_n_called(view, tile, rows, n, who, an, &err), 0), "%s",
              err.message);
    cr_assert(eq(int, skr_segment_marks_add(marks, tile, rows, n, &err), 0), "%s", err.message);
    for (uint32_t i = 0; i < n; i++) {
        const model_row *row = &first[rows[i]];
        skr_row_totals want = model_sums(m, row, who->bits);
        skr_row_totals got = {tallies[i].ac,         an[i],
                              tallies[i].n_carriers, tallies[i].n_hom,
                              tallies[i].n_hemi,     tallies[i].n_partial};
        cr_assert(memcmp(&want, &got, sizeof got) == 0, "row %u of tile %zu", rows[i], tile);
        for (uint32_t k = 0; k < row->carriers.n; k++)
            set_bit(want_marks, row->carriers.samples[k]);
        for (uint32_t k = 0; k < row->carriers.n_bags; k++)
            set_bit(want_marks, row->carriers.bags[k].sample);
    }
    cr_assert(memcmp(skr_segment_marks_finish(marks), want_marks, n_words * sizeof *want_marks) ==
              0);
    skr_segment_marks_free(marks);
    free(tallies);
    free(an);
    free(want_marks);
}

/* Asks about drawn rows of every tile, by turns in sets of which some come again. */
static void ask(skr_segment_view *view, const skr_segment *segment, const model *m)
{
    skr_sample_set sets[4] = {{.n = m->n_samples}};
    size_t n_tiles;
    const skr_tile *tiles = all_tiles(segment, &n_tiles);
    for (unsigned i = 1; i < 4; i++)
        sets[i] = draw_set(m, i);
    for (unsigned round = 0; round < 3; round++) {
        for (size_t tile = 0; tile < n_tiles; tile++) {
            uint32_t *rows = calloc(tiles[tile].n_rows + 1, sizeof *rows);
            uint32_t n = 0;
            uint64_t one_in = round == 0 ? 1 : 1 + draw(6);
            for (uint32_t row = 0; row < tiles[tile].n_rows; row++)
                if (draw(one_in) == 0)
                    rows[n++] = row;
            assert_batch(view, tile, m, &m->rows[tiles[tile].first_row], rows, n, &sets[draw(4)]);
            free(rows);
        }
    }
    for (unsigned i = 1; i < 4; i++)
        free((void *)(uintptr_t)sets[i].bits);
}

/* Decodes every row, by turns with marks that are ended later. */
static void decode_all(skr_segment_view *view, const skr_segment *segment, const model *m)
{
    size_t n_tiles;
    size_t n_words = (m->n_samples + 63) / 64;
    const skr_tile *tiles = all_tiles(segment, &n_tiles);
    skr_segment_marks *marks[2] = {NULL, NULL}; /* by turns, of one view */
    uint64_t *want_marks[2];
    skr_carriers got = {0};
    for (unsigned i = 0; i < 2; i++) {
        want_marks[i] = calloc(n_words, sizeof *want_marks[i]);
        cr_assert(eq(int, skr_segment_marks_new(view, &marks[i], &err), 0));
    }
    for (size_t tile = 0; tile < n_tiles; tile++) {
        for (uint32_t i = 0; i < tiles[tile].n_rows; i++) {
            const skr_carriers *want = &m->rows[tiles[tile].first_row + i].carriers;
            if (draw(3) == 0) {
                uint64_t which = draw(2);
                cr_assert(eq(int, skr_segment_marks_add(marks[which], tile, &i, 1, &err), 0));
                for (uint32_t k = 0; k < want->n; k++)
                    set_bit(want_marks[which], want->samples[k]);
                for (uint32_t k = 0; k < want->n_bags; k++)
                    set_bit(want_marks[which], want->bags[k].sample);
            }
            cr_assert(eq(int, skr_segment_view_decode(view, tile, i, &got, &err), 0), "%s",
                      err.message);
            cr_assert(got.n == want->n && got.n_bags == want->n_bags);
            for (uint32_t k = 0; k < got.n; k++)
                cr_assert(got.samples[k] == want->samples[k] && got.dosages[k] == want->dosages[k]);
            for (uint32_t k = 0; k < got.n_bags; k++)
                cr_assert(got.bags[k].sample == want->bags[k].sample &&
                          got.bags[k].n_this == want->bags[k].n_this &&
                          got.bags[k].zygosity == want->bags[k].zygosity);
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        size_t n_bytes = n_words * sizeof *want_marks[i];
        cr_assert(memcmp(skr_segment_marks_finish(marks[i]), want_marks[i], n_bytes) == 0);
        skr_segment_marks_clear(marks[i]);
        memset(want_marks[i], 0, n_bytes);
        cr_assert(memcmp(skr_segment_marks_finish(marks[i]), want_marks[i], n_bytes) == 0);
        skr_segment_marks_free(marks[i]);
        free(want_marks[i]);
    }
    skr_carriers_done(&got);
}

static void check_batches(const model *m, size_t n_cache)
{
    skr_block_cache *cache = NULL;
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    skr_file_id id = write_model(m, MIXED, 30000);
    cr_assert(eq(int, skr_block_cache_new(n_cache, &cache, &err), 0));
    for (unsigned round = 0; round < 2; round++) {
        open_view(&id, &segment, &reader, &view);
        if (n_cache > 0)
            skr_block_reader_use_cache(reader, cache);
        ask(view, segment, m);
        decode_all(view, segment, m);
        skr_segment_view_free(view);
        skr_block_reader_free(reader);
        skr_segment_close(segment);
    }
    skr_block_cache_free(cache);
    cr_assert(eq(u32, verify(&id), 0));
    (void)unlink("x.skr");
}

Test(segment_batch, says_of_many_rows_what_each_says)
{
    static const uint32_t sizes[] = {1, 5, 64, 200, 1000};
    for (unsigned i = 0; i < 5; i++) {
        state = 300 + i;
        model m = model_new(sizes[i], sizes[i] == 1000 ? 300 : 1500, 20, 30000);
        check_batches(&m, i % 3 == 0 ? 0 : i % 3 == 1 ? 20000 : 64u << 20);
        model_free(&m);
    }
}

Test(segment_batch, says_so_of_orders_too)
{
    static const struct {
        uint32_t n_samples;
        uint32_t n_kinds;
        uint32_t carriers_min;
        uint32_t rows_max;
    } cases[] = {{1, 1, 1, 1},    {5, 2, 1, 7},     {64, 5, 1, 50},
                 {130, 0, 2, 20}, {500, 10, 4, 60}, {1000, 64, 1, 90},
                 {777, 30, 3, 0}, {2000, 40, 0, 0}, {1500, 0, 1, 100}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        state = 900 + i;
        n_kinds = cases[i].n_kinds;
        order_carriers_min = cases[i].carriers_min;
        order_rows_max = cases[i].rows_max;
        wants_orders = i % 2 == 0;
        model m = model_new(cases[i].n_samples, cases[i].n_samples > 400 ? 400 : 1200, 20, 30000);
        check_batches(&m, i % 3 == 0 ? 0 : i % 3 == 1 ? 20000 : 64u << 20);
        model_free(&m);
    }
}
