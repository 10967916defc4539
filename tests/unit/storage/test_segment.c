/*
 * What is read from a segment is what was written to it; who was called over some bases is what a
 * base by base look at the spans says; and a flipped bit anywhere is found.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/limits.h"
#include "storage/segment.h"

static uint64_t state;
static skr_err err;
static char folder[] = "/tmp/skerry-test-segment-XXXXXX";

static uint64_t draw(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * UINT64_C(2685821657736338717) >> 11) % below;
}

/* ------------------------------------------------------------------ the model */

typedef struct model_row {
    skr_allele allele;
    char *text; /* ref, then alt */
    skr_carriers carriers;
    uint8_t *calls;
    bool filter_failed;
} model_row;

typedef struct model_span {
    uint32_t contig;
    uint32_t start0;
    uint32_t end0;
    skr_zone zone;
    uint8_t *calls;
} model_span;

typedef struct model {
    uint32_t n_samples;
    skr_sample *samples;
    uint32_t n_rows;
    model_row *rows;
    uint32_t n_spans;
    model_span *spans;
} model;

static const skr_karyotype karyotypes[] = {
    {2, 0}, {1, 1}, {SKR_KARYOTYPE_UNKNOWN, SKR_KARYOTYPE_UNKNOWN}, {2, 1}, {1, 0}};

static void draw_text(char *text, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        text[i] = "ACGTN"[draw(40) == 0 ? 4 : draw(4)];
}

static skr_allele draw_allele(uint32_t n_bases, char **ret_text)
{
    skr_allele a = {.contig = 2 * (uint32_t)draw(3), .start0 = (uint32_t)draw(n_bases)};
    a.kind = draw(3) > 0 ? SKR_ALLELE_SNV : (skr_allele_kind)draw(6);
    a.zone = draw(2) == 0 ? SKR_ZONE_DIPLOID : (skr_zone)draw(4);
    uint32_t few = 2 + (uint32_t)draw(draw(10) == 0 ? 3000 : 5);
    a.n_ref = a.kind == SKR_ALLELE_SNV || a.kind == SKR_ALLELE_INS ? 1 : few;
    a.n_alt = a.kind == SKR_ALLELE_SNV || a.kind == SKR_ALLELE_DEL ? 1 : few;
    if (a.kind == SKR_ALLELE_DELINS)
        a.n_alt++;
    if (a.kind == SKR_ALLELE_SV) {
        a.n_ref = 0;
        a.n_alt = 3;
    }
    char *text = malloc(a.n_ref + a.n_alt + 1);
    draw_text(text, a.n_ref + a.n_alt);
    a.end0 = a.start0 + a.n_ref;
    if (a.kind == SKR_ALLELE_SV) {
        memcpy(text, draw(2) == 0 ? "DEL" : "DUP", 3);
        a.end0 = a.start0 + 1 + (uint32_t)draw(draw(2) == 0 ? 50 : 5000);
    }
    a.ref = text;
    a.alt = text + a.n_ref;
    *ret_text = text;
    return a;
}

static uint8_t *draw_calls(uint32_t n_samples)
{
    uint8_t *calls = malloc(n_samples);
    uint64_t mix = draw(4);
    for (uint32_t i = 0; i < n_samples; i++) {
        calls[i] = mix == 0 ? SKR_CALL_DEFAULT : (uint8_t)(SKR_CALL_DEFAULT + draw(3));
        if (mix > 1 && draw(4) == 0)
            calls[i] = (uint8_t)draw(4);
        if (mix == 3 && draw(3) > 0)
            calls[i] = SKR_CALL_NO_STATEMENT;
    }
    return calls;
}

static void draw_carriers(const model *m, model_row *row, uint64_t one_in)
{
    for (uint32_t i = 0; i < m->n_samples; i++) {
        uint8_t expected = skr_copies_expected(row->allele.zone, m->samples[i].karyotype);
        uint8_t call = row->calls[i] == SKR_CALL_DEFAULT ? expected : row->calls[i];
        if (call > SKR_PLOIDY_MAX || call == 0 || draw(one_in) > 0)
            continue;
        int status;
        if (row->calls[i] == SKR_CALL_DEFAULT && draw(4) > 0) {
            uint8_t dosage = (uint8_t)(1 + draw(call > 2 ? 2 : call));
            status = skr_carriers_add(&row->carriers, i, dosage, &err);
        } else {
            skr_bag bag = {i, (uint8_t)(1 + draw(call)), (uint8_t)draw(4)};
            status = skr_carriers_add_bag(&row->carriers, bag, &err);
        }
        cr_assert(eq(int, status, SKR_OK));
    }
}

static int compare_rows(const void *a, const void *b)
{
    return skr_allele_compare(&((const model_row *)a)->allele, &((const model_row *)b)->allele);
}

static int compare_spans(const void *left, const void *right)
{
    const model_span *a = left;
    const model_span *b = right;
    if (a->contig != b->contig)
        return a->contig < b->contig ? -1 : 1;
    return a->start0 < b->start0 ? -1 : a->start0 > b->start0;
}

static void row_done(model_row *row)
{
    free(row->text);
    free(row->calls);
    skr_carriers_done(&row->carriers);
}

static void sort_rows(model *m)
{
    qsort(m->rows, m->n_rows, sizeof *m->rows, compare_rows);
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n_rows; i++) {
        if (n > 0 && compare_rows(&m->rows[n - 1], &m->rows[i]) == 0)
            row_done(&m->rows[i]);
        else
            m->rows[n++] = m->rows[i];
    }
    m->n_rows = n;
}

static model model_new(uint32_t n_samples, uint32_t n_rows, uint32_t n_spans, uint32_t n_bases)
{
    model m = {.n_samples = n_samples, .n_rows = n_rows, .n_spans = n_spans};
    m.samples = calloc(n_samples, sizeof *m.samples);
    m.rows = calloc(n_rows + 1, sizeof *m.rows);
    m.spans = calloc(n_spans + 1, sizeof *m.spans);
    for (uint32_t i = 0; i < n_samples; i++) {
        char name[32];
        snprintf(name, sizeof name, "HG%05u", i);
        m.samples[i] = (skr_sample){strdup(name), (uint32_t)draw(1000), karyotypes[draw(5)],
                                    (uint32_t)draw(3)};
    }
    for (uint32_t i = 0; i < n_rows; i++) {
        model_row *row = &m.rows[i];
        row->allele = draw_allele(n_bases, &row->text);
        row->calls = draw_calls(n_samples);
        row->filter_failed = draw(10) == 0;
        draw_carriers(&m, row, draw(2) == 0 ? 3 : 20);
    }
    sort_rows(&m);
    for (uint32_t i = 0; i < n_spans; i++) {
        model_span *span = &m.spans[i];
        span->contig = 2 * (uint32_t)draw(3);
        span->start0 = (uint32_t)draw(n_bases);
        span->end0 = span->start0 + 1 + (uint32_t)draw(draw(8) == 0 ? 5000 : draw(2) ? 30 : 1200);
        span->zone = (skr_zone)draw(4);
        span->calls = draw_calls(n_samples);
    }
    qsort(m.spans, m.n_spans, sizeof *m.spans, compare_spans);
    return m;
}

static void model_free(model *m)
{
    for (uint32_t i = 0; i < m->n_samples; i++)
        free(m->samples[i].name);
    for (uint32_t i = 0; i < m->n_rows; i++)
        row_done(&m->rows[i]);
    for (uint32_t i = 0; i < m->n_spans; i++)
        free(m->spans[i].calls);
    free(m->samples);
    free(m->rows);
    free(m->spans);
}

/* ------------------------------------------------------------------ writing it */

static void add_row(skr_segment_writer *writer, const model *m, const model_row *row)
{
    skr_call_set set = {0};
    cr_assert(eq(int, skr_call_set_from_calls(row->calls, m->n_samples, &set, &err), 0));
    cr_assert(eq(int,
                 skr_segment_writer_add_row(writer, &row->allele, &row->carriers, &set,
                                            row->filter_failed, &err),
                 0));
    skr_call_set_done(&set);
}

static void add_span(skr_segment_writer *writer, const model *m, const model_span *span)
{
    skr_call_set set = {0};
    cr_assert(eq(int, skr_call_set_from_calls(span->calls, m->n_samples, &set, &err), 0));
    cr_assert(eq(int,
                 skr_segment_writer_add_span(writer, span->contig, span->start0, span->end0,
                                             span->zone, &set, &err),
                 0));
    skr_call_set_done(&set);
}

/* The three orders that a writer allows within a contig. */
enum order {
    ROWS_FIRST,
    SPANS_FIRST,
    MIXED,
    N_ORDERS
};

static skr_file_id write_model(const model *m, enum order order, uint64_t n_bases_expected)
{
    skr_segment_writer *writer = NULL;
    skr_file_id id;
    uint64_t n_rows = 0;
    skr_segment_plan plan = {m->samples, m->n_samples, 5, m->n_rows, n_bases_expected};
    (void)unlink("x.skr");
    cr_assert(eq(int, skr_segment_writer_new(folder, "x.skr", &plan, &writer, &err), 0), "%s",
              err.message);
    uint32_t row = 0;
    uint32_t span = 0;
    for (uint32_t contig = 0; contig < 5; contig++) {
        for (;;) {
            bool has_row = row < m->n_rows && m->rows[row].allele.contig == contig;
            bool has_span = span < m->n_spans && m->spans[span].contig == contig;
            bool is_row = has_row;
            if (!has_row && !has_span)
                break;
            if (has_row && has_span && order == SPANS_FIRST)
                is_row = false;
            if (has_row && has_span && order == MIXED)
                is_row = m->rows[row].allele.start0 <= m->spans[span].start0;
            if (is_row)
                add_row(writer, m, &m->rows[row++]);
            else
                add_span(writer, m, &m->spans[span++]);
        }
    }
    cr_assert(eq(int, skr_segment_writer_finish(writer, &id, &n_rows, &err), 0), "%s", err.message);
    cr_assert(eq(u64, n_rows, m->n_rows));
    skr_segment_writer_free(writer);
    return id;
}

/* ------------------------------------------------------------------ reading it */

static void assert_row(skr_segment_view *view, size_t tile, const skr_tile_rows *rows, uint32_t at,
                       const model *m, const model_row *want)
{
    skr_allele got = skr_tile_rows_allele(rows, at);
    cr_assert(eq(int, skr_allele_compare(&got, &want->allele), 0));
    cr_assert(got.kind == want->allele.kind && got.zone == want->allele.zone);
    cr_assert(rows->filter_failed[at] == want->filter_failed);

    const uint8_t *bytes;
    size_t n;
    skr_carriers carriers = {0};
    cr_assert(eq(int, skr_segment_view_carriers(view, tile, at, &bytes, &n, &err), 0), "%s",
              err.message);
    cr_assert(eq(int, skr_carriers_decode(bytes, n, m->n_samples, &carriers, &err), 0));
    cr_assert(carriers.n == want->carriers.n && carriers.n_bags == want->carriers.n_bags);
    for (uint32_t i = 0; i < carriers.n; i++)
        cr_assert(carriers.samples[i] == want->carriers.samples[i] &&
                  carriers.dosages[i] == want->carriers.dosages[i]);

    const skr_call_set *set;
    uint8_t *calls = malloc(m->n_samples);
    cr_assert(eq(int, skr_segment_view_calls(view, tile, at, &set, &err), 0), "%s", err.message);
    skr_call_set_to_calls(set, m->n_samples, calls);
    cr_assert(eq(int, memcmp(calls, want->calls, m->n_samples), 0));

    skr_carrier_tally tally;
    uint8_t *expected = malloc(m->n_samples);
    uint64_t an = 0;
    bool is_complete = true;
    for (uint32_t i = 0; i < m->n_samples; i++) {
        expected[i] = skr_copies_expected(got.zone, m->samples[i].karyotype);
        an += calls[i] == SKR_CALL_DEFAULT ? expected[i]
              : calls[i] <= SKR_PLOIDY_MAX ? calls[i]
                                           : 0;
        is_complete = is_complete && calls[i] != SKR_CALL_NO_STATEMENT;
    }
    cr_assert(eq(int, skr_carriers_tally(bytes, n, m->n_samples, NULL, expected, &tally, &err), 0));
    const skr_row_totals *totals = &rows->totals[at];
    cr_assert(eq(u64, totals->an, an));
    cr_assert(eq(u64, totals->ac, tally.ac));
    cr_assert(totals->n_carriers == tally.n_carriers && totals->n_hom == tally.n_hom &&
              totals->n_hemi == tally.n_hemi && totals->n_partial == tally.n_partial);
    cr_assert(rows->is_complete[at] == is_complete);
    free(calls);
    free(expected);
    skr_carriers_done(&carriers);
}

static void assert_wide_rows(const skr_segment *segment, const model *m)
{
    size_t n;
    size_t n_tiles;
    const skr_wide_row *wide = skr_segment_wide_rows(segment, &n);
    const skr_tile *tiles = skr_segment_tiles(segment, &n_tiles);
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
    const skr_tile *tiles = skr_segment_tiles(segment, &n_tiles);
    cr_assert(eq(u32, skr_segment_n_samples(segment), m->n_samples));
    cr_assert(eq(u64, skr_segment_n_rows(segment), m->n_rows));
    for (uint32_t i = 0; i < m->n_samples; i++) {
        const skr_sample *got = &skr_segment_samples(segment)[i];
        cr_assert(strcmp(got->name, m->samples[i].name) == 0 &&
                  got->individual == m->samples[i].individual &&
                  got->karyotype.n_x == m->samples[i].karyotype.n_x &&
                  got->karyotype.n_y == m->samples[i].karyotype.n_y &&
                  got->source == m->samples[i].source);
    }
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
                call = skr_copies_expected(span->zone, m->samples[sample].karyotype);
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

static void open_view(const skr_file_id *id, skr_segment **ret_segment,
                      skr_block_reader **ret_reader, skr_segment_view **ret_view)
{
    cr_assert(eq(int, skr_segment_open(folder, id, ret_segment, &err), 0), "%s", err.message);
    cr_assert(eq(int, skr_block_reader_new(SKR_IO_AUTO, ret_reader, &err), 0));
    cr_assert(eq(int, skr_segment_view_new(*ret_segment, *ret_reader, ret_view, &err), 0));
}

static unsigned n_faults;

static void count_fault(void *context, const char *text)
{
    (void)context;
    n_faults++;
    cr_assert(text[0] != '\0' && strchr(text, '\n') == NULL);
}

static unsigned verify(const skr_file_id *id)
{
    n_faults = 0;
    cr_assert(eq(int, skr_segment_verify(folder, id, count_fault, NULL, &err), 0), "%s",
              err.message);
    return n_faults;
}

static void tear_down(void)
{
    (void)unlink("x.skr");
    (void)!chdir("/");
    (void)rmdir(folder);
}

/* Some tests end in exit(), which leaves the suite's own tear-down out. */
static void set_up(void)
{
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(eq(int, chdir(folder), 0));
    cr_assert(eq(int, atexit(tear_down), 0));
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
        const skr_tile *tiles = skr_segment_tiles(segment, &n_tiles);
        cr_assert(n_tiles > 6 && tiles[0].number == tiles[1].number);
        assert_same(segment, view, &m);
        size_t from;
        size_t to;
        skr_segment_find_tiles(segment, 2, 0, 1, &from, &to);
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

Test(segment, refuses_rows_out_of_order, .exit_code = 70)
{
    state = 11;
    model m = model_new(2, 10, 0, 3000);
    model_row row = m.rows[0];
    m.rows[0] = m.rows[1];
    m.rows[1] = row;
    (void)write_model(&m, MIXED, 3000);
}

Test(segment, refuses_a_carrier_who_is_not_called, .exit_code = 70)
{
    state = 12;
    model m = model_new(1, 0, 0, 3000);
    skr_carriers carriers = {0};
    skr_segment_plan plan = {m.samples, 1, 1, 1, 100};
    skr_segment_writer *writer = NULL;
    skr_allele allele = {.end0 = 1, .n_ref = 1, .n_alt = 1, .ref = "A", .alt = "C"};
    skr_call_set set = {.base = SKR_CALL_NO_CALL, .flip = SKR_CALL_DEFAULT};
    cr_assert(eq(int, skr_carriers_add(&carriers, 0, 1, &err), 0));
    cr_assert(eq(int, skr_segment_writer_new(folder, "x.skr", &plan, &writer, &err), 0));
    cr_assert(skr_segment_writer_add_row(writer, &allele, &carriers, &set, false, &err) < 0);
}
