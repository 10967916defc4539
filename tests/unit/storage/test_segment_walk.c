/*
 * A walk meets every row and every span of a contig once, in order, whatever tiles and groups of
 * wide spans they lie in; runs of coverage come as they were written, cut to what is asked.
 */
#include "storage/segment/segment_walk.h"
#include "tests/support/segment_written.h"

TestSuite(segment_walk, .init = set_up, .fini = tear_down);

static void assert_rows(skr_segment_view *view, const model *m, uint32_t contig)
{
    skr_row_walk walk;
    cr_assert(zero(int, skr_row_walk_start(&walk, view, contig, &err)), "%s", err.message);
    for (uint32_t i = 0; i < m->n_rows; i++) {
        if (m->rows[i].allele.contig != contig)
            continue;
        cr_assert(not(walk.is_end));
        cr_assert(zero(int, skr_segment_allele_compare(&walk.allele, &m->rows[i].allele)));
        cr_assert(eq(int, walk.allele.ploidy, m->rows[i].allele.ploidy));
        cr_assert(zero(int, skr_row_walk_next(&walk, &err)));
    }
    cr_assert(walk.is_end);
}

/* Of spans with one start the order is free: they are looked for in the model. */
static void assert_spans(skr_segment_view *view, const model *m, uint32_t contig)
{
    skr_span_walk walk;
    skr_call_set set = {0};
    uint32_t n = 0;
    uint32_t last0 = 0;
    bool *is_met = calloc(m->n_spans + 1u, sizeof *is_met);
    uint8_t *calls = malloc(m->n_samples);
    cr_assert(zero(int, skr_span_walk_start(&walk, view, contig, &err)), "%s", err.message);
    while (!walk.is_end) {
        bool is_found = false;
        cr_assert(walk.start0 >= last0);
        last0 = walk.start0;
        cr_assert(zero(int, skr_span_walk_calls(&walk, &set, &err)));
        skr_call_set_to_calls(&set, m->n_samples, calls);
        for (uint32_t i = 0; i < m->n_spans && !is_found; i++) {
            const model_span *span = &m->spans[i];
            is_found = !is_met[i] && span->contig == contig && span->start0 == walk.start0 &&
                       span->end0 == walk.end0 && span->ploidy == walk.ploidy &&
                       memcmp(span->calls, calls, m->n_samples) == 0;
            is_met[i] = is_met[i] || is_found;
        }
        cr_assert(is_found);
        n++;
        cr_assert(zero(int, skr_span_walk_next(&walk, &err)));
    }
    for (uint32_t i = 0; i < m->n_spans; i++)
        n -= m->spans[i].contig == contig;
    cr_assert(zero(u32, n));
    skr_call_set_done(&set);
    free(is_met);
    free(calls);
}

static void check_drawn(uint32_t n_samples, uint32_t n_rows, uint32_t n_spans, uint32_t n_bases)
{
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    model m = model_new(n_samples, n_rows, n_spans, n_bases);
    skr_file_id id = write_model(&m, (enum order)draw(N_ORDERS), 1 + draw(n_bases));
    open_view(&id, &segment, &reader, &view);
    for (uint32_t contig = 0; contig < 5; contig++) {
        bool is_there = false;
        for (uint32_t i = 0; i < m.n_rows; i++)
            is_there = is_there || m.rows[i].allele.contig == contig;
        for (uint32_t i = 0; i < m.n_spans; i++)
            is_there = is_there || m.spans[i].contig == contig;
        bool has_contig = !is_there;
        cr_assert(eq(int, skr_segment_has_contig(segment, contig, &has_contig, &err), 0));
        cr_assert(eq(int, has_contig, is_there));
        assert_rows(view, &m, contig);
        assert_spans(view, &m, contig);
    }
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
    model_free(&m);
    (void)unlink("x.skr");
}

Test(segment_walk, meets_every_row_and_span_once)
{
    state = 20261130;
    check_drawn(1, 0, 30, 4000);
    check_drawn(3, 400, 0, 4000);
    for (int i = 0; i < 12; i++)
        check_drawn(1 + (uint32_t)draw(40), (uint32_t)draw(600), (uint32_t)draw(200),
                    100 + (uint32_t)draw(9000));
}

/* ------------------------------------------------------------------ coverage */

#define N_COVERED 300u

typedef struct told {
    uint8_t calls[4][N_COVERED];
} told;

static int on_run(void *context, uint32_t sample, const skr_cover_run *run, skr_err *run_err)
{
    told *t = context;
    (void)run_err;
    for (uint32_t base = run->start0; base < run->end0; base++) {
        cr_assert(eq(int, t->calls[sample][base], SKR_CALL_NO_STATEMENT), "told once");
        t->calls[sample][base] = run->call;
    }
    return SKR_OK;
}

static skr_file_id write_covered(uint8_t calls[4][N_COVERED], const skr_sample *samples)
{
    skr_segment_writer *writer = NULL;
    skr_file_id id;
    const skr_segment_plan plan = {.samples = samples, .n_samples = 4, .n_contigs = 5};
    cr_assert(zero(int, skr_segment_writer_new(folder, "x.skr", &plan, &writer, &err)));
    for (uint32_t start0 = 0; start0 < N_COVERED; start0 += 100) {
        skr_cover_run runs[4 * 100];
        uint32_t first[5] = {0};
        uint32_t n = 0;
        for (uint32_t s = 0; s < 4; s++) {
            for (uint32_t base = start0; base < start0 + 100; base++)
                if (calls[s][base] != SKR_CALL_NO_STATEMENT)
                    runs[n++] = (skr_cover_run){base, base + 1, calls[s][base]};
            first[s + 1] = n;
        }
        const skr_cover_place place = {start0, start0 + 100, 4};
        cr_assert(zero(int, skr_segment_writer_add_stretch(writer, 2, SKR_PLOIDY_DIPLOID, &place,
                                                           runs, first, &err)));
    }
    cr_assert(zero(int, skr_segment_writer_finish(writer, &id, NULL, &err)), "%s", err.message);
    skr_segment_writer_free(writer);
    return id;
}

Test(segment_walk, visits_the_coverage_of_whom_is_wanted_between_two_bases)
{
    state = 20261201;
    static uint8_t calls[4][N_COVERED];
    skr_sample samples[4];
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    for (uint32_t s = 0; s < 4; s++) {
        samples[s] = (skr_sample){.name = &"abcd"[s], .individual = s};
        for (uint32_t base = 0; base < N_COVERED; base++)
            calls[s][base] = base > 0 && draw(5) > 0
                                 ? calls[s][base - 1]
                                 : (uint8_t[]){SKR_CALL_DEFAULT, SKR_CALL_NO_CALL,
                                               SKR_CALL_NO_STATEMENT, 1}[draw(4)];
    }
    skr_file_id id = write_covered(calls, samples);
    open_view(&id, &segment, &reader, &view);
    for (int i = 0; i < 300; i++) {
        uint32_t places[4];
        skr_cover_walk asked = {.contig = 2, .start0 = (uint32_t)draw(N_COVERED), .places = places};
        told t;
        const skr_walk_visitor visitor = {on_run, &t};
        asked.end0 = asked.start0 + 1 + (uint32_t)draw(N_COVERED - asked.start0);
        for (uint32_t s = 0; s < 4; s++)
            places[s] = draw(3) == 0 ? SKR_NONE : s;
        memset(&t, SKR_CALL_NO_STATEMENT, sizeof t);
        cr_assert(zero(int, skr_segment_view_cover_all(view, &asked, &visitor, &err)), "%s",
                  err.message);
        for (uint32_t s = 0; s < 4; s++)
            for (uint32_t base = 0; base < N_COVERED; base++)
                cr_assert(eq(int, t.calls[s][base],
                             base >= asked.start0 && base < asked.end0 && places[s] != SKR_NONE
                                 ? calls[s][base]
                                 : SKR_CALL_NO_STATEMENT));
    }
    uint32_t end0 = 0;
    cr_assert(eq(u32, skr_segment_next_cover(segment, 2, 150, &end0), 150));
    cr_assert(eq(u32, end0, 200));
    cr_assert(eq(u32, skr_segment_next_cover(segment, 2, N_COVERED, &end0), UINT32_MAX));
    cr_assert(eq(u32, skr_segment_next_cover(segment, 1, 0, &end0), UINT32_MAX));
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
}
