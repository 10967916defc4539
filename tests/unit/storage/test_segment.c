/*
 * What is read from a segment is what was written to it; who was called over some bases is what a
 * base by base look at the spans says; and a flipped bit anywhere is found.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/limits.h"
#include "tests/support/segment_written.h"

/* ------------------------------------------------------------------ reading it */

static void assert_row(skr_segment_view *view, size_t tile, const skr_tile_rows *rows, uint32_t at,
                       const model *m, const model_row *want)
{
    skr_allele got = skr_segment_tile_rows_allele(rows, at);
    cr_assert(eq(int, skr_segment_allele_compare(&got, &want->allele), 0));
    cr_assert(got.kind == want->allele.kind && got.ploidy == want->allele.ploidy);
    cr_assert(rows->filter_failed[at] == want->filter_failed);

    skr_carriers carriers = {0};
    cr_assert(eq(int, skr_segment_view_decode(view, tile, at, &carriers, &err), 0), "%s",
              err.message);
    cr_assert(carriers.n == want->carriers.n && carriers.n_bags == want->carriers.n_bags);
    for (uint32_t i = 0; i < carriers.n; i++)
        cr_assert(carriers.samples[i] == want->carriers.samples[i] &&
                  carriers.dosages[i] == want->carriers.dosages[i]);

    const skr_call_set *set;
    uint8_t *calls = malloc(m->n_samples);
    cr_assert(eq(int, skr_segment_view_calls(view, tile, at, &set, &err), 0), "%s", err.message);
    skr_call_set_to_calls(set, m->n_samples, calls);
    cr_assert(eq(int, memcmp(calls, want->calls, m->n_samples), 0));

    skr_row_totals sums;
    uint64_t an = 0;
    bool is_complete = true;
    for (uint32_t i = 0; i < m->n_samples; i++) {
        uint8_t expected = skr_copies_expected(got.ploidy, m->samples[i].karyotype);
        an += calls[i] == SKR_CALL_DEFAULT ? expected : calls[i] <= SKR_PLOIDY_MAX ? calls[i] : 0;
        is_complete = is_complete && calls[i] != SKR_CALL_NO_STATEMENT;
    }
    sums = model_sums(m, want, NULL);
    cr_assert(eq(u64, rows->totals[at].an, an));
    cr_assert(memcmp(&rows->totals[at], &sums, sizeof sums) == 0);
    cr_assert(rows->is_complete[at] == is_complete);
    free(calls);
    skr_carriers_done(&carriers);
}

static void assert_wide_rows(const skr_segment *segment, const model *m)
{
    size_t n;
    size_t n_tiles;
    const skr_wide_row *wide = skr_segment_wide_rows(segment, &n);
    const skr_tile *tiles = all_tiles(segment, &n_tiles);
    size_t at = 0;
    for (uint32_t i = 0; i < m->n_rows; i++) {
        const skr_allele *allele = &m->rows[i].allele;
        if (allele->end0 - allele->start0 <= 1u << skr_segment_tile_shift(segment))
            continue;
        cr_assert(at < n && wide[at].contig == allele->contig &&
                  wide[at].start0 == allele->start0 && wide[at].end0 == allele->end0);
        cr_assert(eq(u64, tiles[wide[at].tile].first_row + wide[at].row, i));
        at++;
    }
    cr_assert(eq(sz, at, n));
}

static void assert_same(const skr_segment *segment, skr_segment_view *view, const model *m)
{
    size_t n_tiles;
    const skr_tile *tiles = all_tiles(segment, &n_tiles);
    cr_assert(eq(u32, skr_segment_n_samples(segment), m->n_samples));
    cr_assert(eq(u64, skr_segment_n_rows(segment), m->n_rows));
    const skr_sample_table *samples = skr_segment_samples(segment);
    skr_sample_names names;
    skr_individuals individuals;
    cr_assert(eq(int, skr_sample_table_individuals(samples, &individuals, &err), 0));
    cr_assert(eq(int, skr_sample_table_names(samples, &names, &err), 0));
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
        cr_assert(eq(int, skr_segment_need_copies(segment, (skr_ploidy)ploidy, &err), 0));
    for (uint32_t i = 0; i < m->n_samples; i++) {
        const char *name = (char *)names.text.bytes + names.offsets[i];
        cr_assert(strcmp(name, m->samples[i].name) == 0 &&
                  skr_individual_of(&individuals, i) == m->samples[i].individual);
        for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES; ploidy++)
            cr_assert(eq(u8, skr_segment_copies_expected(segment, (skr_ploidy)ploidy)[i],
                         skr_copies_expected((skr_ploidy)ploidy, m->samples[i].karyotype)));
    }
    skr_sample_names_done(&names);
    uint32_t row = 0;
    for (size_t i = 0; i < n_tiles; i++) {
        const skr_tile_rows *rows;
        cr_assert(eq(u64, tiles[i].first_row, row));
        cr_assert(eq(int, skr_segment_view_rows(view, i, &rows, &err), 0), "%s", err.message);
        cr_assert(eq(u32, rows->n, tiles[i].n_rows));
        for (uint32_t j = 0; j < rows->n; j++)
            assert_row(view, i, rows, j, m, &m->rows[row++]);
    }
    cr_assert(eq(u32, row, m->n_rows));
    assert_wide_rows(segment, m);
}

/* Rule 5, base by base. */
static uint8_t called_by_model(const model *m, uint32_t sample, uint32_t contig, uint32_t start0,
                               uint32_t end0)
{
    uint8_t least = SKR_CALL_NO_STATEMENT;
    bool is_covered = true;
    for (uint32_t base = start0; base < end0; base++) {
        bool is_base_covered = false;
        for (uint32_t i = 0; i < m->n_spans; i++) {
            const model_span *span = &m->spans[i];
            uint8_t call = span->calls[sample];
            if (span->contig != contig || span->start0 > base || span->end0 <= base ||
                call == SKR_CALL_NO_STATEMENT)
                continue;
            if (call == SKR_CALL_NO_CALL)
                return SKR_CALL_NO_CALL;
            if (call == SKR_CALL_DEFAULT)
                call = skr_copies_expected(span->ploidy, m->samples[sample].karyotype);
            if (call < least)
                least = call;
            is_base_covered = true;
        }
        is_covered = is_covered && is_base_covered;
    }
    return is_covered ? least : SKR_CALL_NO_STATEMENT;
}

static void assert_called(skr_segment_view *view, const model *m, uint32_t n_bases, int n_questions)
{
    uint8_t *called = malloc(m->n_samples);
    unsigned n_met[3] = {0};
    for (int i = 0; i < n_questions; i++) {
        uint32_t contig = (uint32_t)draw(5);
        uint32_t start0 = draw(3) == 0 ? 1024 * (uint32_t)draw(n_bases / 1024 + 2)
                                       : (uint32_t)draw(n_bases + 2000);
        if (start0 > 0 && draw(2) == 0)
            start0--;
        uint32_t end0 = start0 + 1 + (uint32_t)(draw(2) == 0 ? 0 : draw(draw(5) == 0 ? 2500 : 20));
        cr_assert(eq(int, skr_segment_view_called(view, contig, start0, end0, called, &err), 0),
                  "%s", err.message);
        for (uint32_t s = 0; s < m->n_samples; s++) {
            uint8_t want = called_by_model(m, s, contig, start0, end0);
            cr_assert(called[s] == want, "contig %u [%u, %u) sample %u: %u, not %u", contig, start0,
                      end0, s, called[s], want);
            n_met[want <= SKR_PLOIDY_MAX ? 0 : want == SKR_CALL_NO_CALL ? 1 : 2]++;
        }
    }
    cr_assert(n_met[0] > 0 && n_met[1] > 0 && n_met[2] > 0, "the questions are too easy");
    free(called);
}

TestSuite(segment, .init = set_up, .fini = tear_down);

static void check_round_trip(const model *m, enum order order, uint64_t n_bases, int n_questions)
{
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    skr_file_id id = write_model(m, order, 1);
    open_view(&id, &segment, &reader, &view);
    cr_assert(eq(u32, skr_segment_tile_shift(segment), 10));
    assert_same(segment, view, m);
    assert_called(view, m, (uint32_t)n_bases, n_questions);
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
    cr_assert(eq(u32, verify(&id), 0));
    (void)unlink("x.skr");
}

Test(segment, reads_back_what_was_written_in_any_order)
{
    static const uint32_t sizes[] = {1, 3, 70};
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned order = 0; order < N_ORDERS; order++) {
            state = 1000 + 10 * i + order;
            model m = model_new(sizes[i], 2500, 300, 30000);
            check_round_trip(&m, (enum order)order, 30000, sizes[i] == 70 ? 60 : 300);
            model_free(&m);
        }
    }
}

Test(segment, cuts_a_crowded_tile_in_pieces)
{
    state = 7;
    model m = model_new(2, 60000, 40000, 12000);
    cr_assert(m.n_rows > 50000, "%u", m.n_rows);
    for (unsigned order = 0; order < N_ORDERS; order++) {
        skr_segment *segment = NULL;
        skr_block_reader *reader = NULL;
        skr_segment_view *view = NULL;
        size_t n_tiles;
        skr_file_id id = write_model(&m, (enum order)order, UINT64_C(3000000000));
        open_view(&id, &segment, &reader, &view);
        const skr_tile *tiles = all_tiles(segment, &n_tiles);
        cr_assert(n_tiles > 6 && tiles[0].number == tiles[1].number);
        assert_same(segment, view, &m);
        size_t from;
        size_t to;
        cr_assert(eq(int,
                     skr_segment_find_tiles(segment, 2, (const uint32_t[]){0, 1}, &from, &to, &err),
                     0));
        cr_assert(tiles[from].contig == 2 && to > from + 2);
        skr_segment_view_free(view);
        skr_block_reader_free(reader);
        skr_segment_close(segment);
        cr_assert(eq(u32, verify(&id), 0));
        (void)unlink("x.skr");
    }
    model_free(&m);
}

Test(segment, writes_carriers_of_many_samples_in_chunks)
{
    state = 8;
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    model m = model_new(200000, 40, 5, 3000);
    skr_file_id id = write_model(&m, MIXED, 3000);
    open_view(&id, &segment, &reader, &view);
    assert_same(segment, view, &m);
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
    cr_assert(eq(u32, verify(&id), 0));
    model_free(&m);
}

Test(segment, may_hold_nothing)
{
    state = 9;
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    uint8_t called[3];
    model m = model_new(3, 0, 0, 1000);
    skr_file_id id = write_model(&m, MIXED, 0);
    open_view(&id, &segment, &reader, &view);
    assert_same(segment, view, &m);
    cr_assert(eq(int, skr_segment_view_called(view, 0, 5, 6, called, &err), 0));
    cr_assert(eq(u8, called[1], SKR_CALL_NO_STATEMENT));
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
    cr_assert(eq(u32, verify(&id), 0));
    model_free(&m);
}

Test(segment, verify_finds_a_flipped_bit_anywhere)
{
    state = 10;
    model m = model_new(5, 60, 20, 3000);
    skr_file_id id = write_model(&m, MIXED, 3000);
    cr_assert(eq(u32, verify(&id), 0));
    FILE *file = fopen("x.skr", "r+b");
    cr_assert(file != NULL);
    for (uint64_t at = 0; at < id.n_bytes; at++) {
        (void)fseek(file, (long)at, SEEK_SET);
        int old = fgetc(file);
        (void)fseek(file, (long)at, SEEK_SET);
        (void)fputc(old ^ 1 << draw(8), file);
        (void)fflush(file);
        cr_assert(verify(&id) > 0, "byte %lu", (unsigned long)at);
        (void)fseek(file, (long)at, SEEK_SET);
        (void)fputc(old, file);
        (void)fflush(file);
    }
    (void)fclose(file);
    cr_assert(eq(u32, verify(&id), 0));
    model_free(&m);
}

Test(segment, refuses_rows_out_of_order, .signal = SIGABRT)
{
    state = 11;
    model m = model_new(2, 10, 0, 3000);
    model_row row = m.rows[0];
    m.rows[0] = m.rows[1];
    m.rows[1] = row;
    (void)write_model(&m, MIXED, 3000);
}

Test(segment, refuses_a_carrier_who_is_not_called, .signal = SIGABRT)
{
    state = 12;
    model m = model_new(1, 0, 0, 3000);
    skr_carriers carriers = {0};
    skr_segment_plan plan = {.samples = m.samples, .n_samples = 1, .n_contigs = 1};
    skr_segment_writer *writer = NULL;
    skr_allele allele = {.end0 = 1, .n_ref = 1, .n_alt = 1, .ref = "A", .alt = "C"};
    skr_call_set set = {.base = SKR_CALL_NO_CALL, .flip = SKR_CALL_DEFAULT};
    cr_assert(eq(int, skr_carriers_add(&carriers, 0, 1, &err), 0));
    cr_assert(eq(int, skr_segment_writer_new(folder, "x.skr", &plan, &writer, &err), 0));
    cr_assert(skr_segment_writer_add_row(writer, &allele, &carriers, &set, false, &err) < 0);
}
