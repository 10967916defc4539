/*
 * segment_written.h - a model of a segment written to a file in a scratch folder, and opened again.
 */
#ifndef SKR_TESTS_SEGMENT_WRITTEN_H
#define SKR_TESTS_SEGMENT_WRITTEN_H

#include <unistd.h>

#include "tests/support/segment_model.h"

/* Of the plan of what is written. */
static uint32_t order_carriers_min;
static uint32_t order_rows_max;
static bool wants_orders;
static bool wants_steps;
/* Adds coverage before the file is finished; NULL: there is none. */
static void (*adds_coverage)(skr_segment_writer *writer, const model *m);

/* How many were written: one after the other their tiles lie in the directory, in groups of one
 * and in groups of two. */
static uint32_t n_written;

static char folder[] = "/tmp/skerry-test-segment-XXXXXX";

/* The tiles of a segment, all of them read. */
static inline const skr_tile *all_tiles(const skr_segment *segment, size_t *ret_n)
{
    const skr_tile *tiles = skr_segment_tiles(segment, ret_n);
    cr_assert(eq(int, skr_segment_need_tiles(segment, 0, *ret_n, &err), 0));
    return tiles;
}

/* ------------------------------------------------------------------ writing it */

static inline void add_row(skr_segment_writer *writer, const model *m, const model_row *row)
{
    skr_call_set set = {0};
    cr_assert(eq(int, skr_call_set_from_calls(row->calls, m->n_samples, &set, &err), 0));
    cr_assert(eq(int,
                 skr_segment_writer_add_row(writer, &row->allele, &row->carriers, &set,
                                            row->filter_failed, &err),
                 0));
    skr_call_set_done(&set);
}

static inline void add_span(skr_segment_writer *writer, const model *m, const model_span *span)
{
    skr_call_set set = {0};
    cr_assert(eq(int, skr_call_set_from_calls(span->calls, m->n_samples, &set, &err), 0));
    cr_assert(eq(int,
                 skr_segment_writer_add_span(writer, span->contig, span->start0, span->end0,
                                             span->ploidy, &set, &err),
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

static inline skr_file_id write_model(const model *m, enum order order, uint64_t n_bases_expected)
{
    skr_segment_writer *writer = NULL;
    skr_file_id id;
    uint64_t n_rows = 0;
    skr_segment_plan plan = {.samples = m->samples,
                             .n_samples = m->n_samples,
                             .n_contigs = 5,
                             .n_rows_expected = m->n_rows,
                             .n_bases_expected = n_bases_expected,
                             .order_carriers_min = order_carriers_min,
                             .order_rows_max = order_rows_max,
                             .tiles_a_group = n_written++ % 3,
                             .wants_orders = wants_orders,
                             .wants_steps = wants_steps};
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
    if (adds_coverage != NULL)
        adds_coverage(writer, m);
    cr_assert(eq(int, skr_segment_writer_finish(writer, &id, &n_rows, &err), 0), "%s", err.message);
    cr_assert(eq(u64, n_rows, m->n_rows));
    skr_segment_writer_free(writer);
    return id;
}

/* ------------------------------------------------------------------ the file */

static inline void open_view(const skr_file_id *id, skr_segment **ret_segment,
                             skr_block_reader **ret_reader, skr_segment_view **ret_view)
{
    cr_assert(eq(int, skr_segment_open(folder, id, ret_segment, &err), 0), "%s", err.message);
    cr_assert(eq(int, skr_block_reader_new(SKR_IO_AUTO, ret_reader, &err), 0));
    cr_assert(eq(int, skr_segment_view_new(*ret_segment, *ret_reader, ret_view, &err), 0));
}

static unsigned n_faults;

static inline void count_fault(void *context, const char *text)
{
    (void)context;
    n_faults++;
    cr_assert(text[0] != '\0' && strchr(text, '\n') == NULL);
}

static inline unsigned verify(const skr_file_id *id)
{
    n_faults = 0;
    cr_assert(eq(int, skr_segment_verify(folder, id, count_fault, NULL, &err), 0), "%s",
              err.message);
    return n_faults;
}

static inline void tear_down(void)
{
    (void)unlink("x.skr");
    (void)!chdir("/");
    (void)rmdir(folder);
}

/* Some tests end in exit(), which leaves the suite's own tear-down out. */
static inline void set_up(void)
{
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(eq(int, chdir(folder), 0));
    cr_assert(eq(int, atexit(tear_down), 0));
}

#endif
