/*
 * bench_rows.c - what rare rows cost: their columns, the union of their carriers, their tallies.
 *
 * Usage: bench_rows [N_SAMPLES [N_ROWS]]. Rows have as many carriers as rare alleles of a large
 * cohort have: half of them one, nine in the mean; the cohort is a tenth of the samples. Tables of
 * kernels are chosen by SKERRY_KERNEL. A line is: name, ns of all rows, ns a row, ns a carrier. The
 * floor of the union is the marking of the same carriers from plain numbers.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "storage/carriers/carriers.h"
#include "storage/segment/segment.h"
#include "storage/segment/segment_marks.h"

#define N_ROUNDS 15
#define MISSING_SETS 200u

typedef struct bench {
    uint32_t n_samples;
    uint32_t n_rows;
    uint64_t n_carriers;
    skr_short_shapes shapes;
    skr_buffer bytes;
    uint8_t *heads;
    uint32_t *offsets;
    uint32_t *lengths;
    uint32_t *rows;  /* 0, 1, 2 ... */
    uint32_t *plain; /* the samples of all rows */
    uint64_t *cohort;
    uint64_t *bitmap;
    skr_carrier_tally *tallies;
    char folder[64];
    skr_file_id id;
    skr_segment *segment;
    skr_block_reader *reader;
    skr_buffer sets; /* call sets in which one call in 200 is missing */
    uint64_t n_missing;
} bench;

static uint64_t state = 20240229;

static uint64_t draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static double draw_share(void)
{
    return (double)(draw() >> 11) / 9007199254740992.0;
}

static double now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

/* How many carry an allele: P(n or more) falls about as 1 / n. */
static uint32_t draw_count(uint32_t n_samples)
{
    double n = 1 / (draw_share() + 1e-4);
    uint32_t most = n_samples / 1000 + 1;
    return n < most ? (uint32_t)n : most;
}

static int compare_samples(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Draws who carries a row, ascending. */
static int draw_carriers(const bench *b, skr_carriers *carriers, skr_err *err)
{
    uint32_t n = draw_count(b->n_samples);
    uint32_t *samples = malloc(n * sizeof *samples);
    int status = samples == NULL ? skr_fail(err, SKR_ERR_NOMEM, "no memory") : SKR_OK;
    for (uint32_t i = 0; i < n && status == SKR_OK; i++)
        samples[i] = (uint32_t)(draw() % b->n_samples);
    if (status == SKR_OK)
        qsort(samples, n, sizeof *samples, compare_samples);
    skr_carriers_clear(carriers);
    for (uint32_t i = 0; i < n && status == SKR_OK; i++)
        if (i == 0 || samples[i] != samples[i - 1])
            status = skr_carriers_add(carriers, samples[i], 1, err);
    free(samples);
    return status;
}

/* ------------------------------------------------------------------ what is measured */

typedef int work(bench *b, skr_err *err);

static int mark_plain(bench *b, skr_err *err)
{
    (void)err;
    for (uint64_t i = 0; i < b->n_carriers; i++)
        b->bitmap[b->plain[i] / 64] |= UINT64_C(1) << b->plain[i] % 64;
    return SKR_OK;
}

static skr_carrier_rows stored_rows(const bench *b)
{
    return (skr_carrier_rows){.shapes = &b->shapes,
                              .bytes = b->bytes.bytes,
                              .n_bytes = b->bytes.n,
                              .heads = b->heads,
                              .offsets = b->offsets,
                              .lengths = b->lengths};
}

static int mark_rows(bench *b, skr_err *err)
{
    const skr_carrier_rows stored = stored_rows(b);
    return skr_carrier_rows_mark(&stored, b->rows, b->n_rows, b->bitmap, err);
}

static int tally_rows(bench *b, skr_err *err)
{
    const skr_carrier_rows stored = stored_rows(b);
    return skr_carrier_rows_tally(&stored, b->rows, b->n_rows, b->cohort, b->tallies, err);
}

/* Reads every tile of the segment anew; is_marked: and its carriers. */
static int read_tiles(bench *b, bool is_marked, skr_err *err)
{
    skr_segment_view *view = NULL;
    size_t n_tiles = 0;
    const skr_tile *tiles = skr_segment_tiles(b->segment, &n_tiles);
    SKR_TRY(skr_segment_need_tiles(b->segment, 0, n_tiles, err));
    skr_segment_marks *marks = NULL;
    int status = skr_segment_view_new(b->segment, b->reader, &view, err);
    if (status == SKR_OK && is_marked)
        status = skr_segment_marks_new(view, &marks, err);
    for (size_t i = 0; i < n_tiles && status == SKR_OK; i++) {
        const skr_tile_rows *rows = NULL;
        status = is_marked ? skr_segment_marks_add(marks, i, b->rows, tiles[i].n_rows, err)
                           : skr_segment_view_rows(view, i, &rows, err);
    }
    skr_segment_marks_free(marks);
    skr_segment_view_free(view);
    return status;
}

static int read_columns(bench *b, skr_err *err)
{
    return read_tiles(b, false, err);
}

static int read_and_mark(bench *b, skr_err *err)
{
    return read_tiles(b, true, err);
}

static int count_missing(bench *b, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(b->sets.bytes, b->sets.n);
    const skr_call_question question = {b->cohort, NULL, 0};
    uint64_t n_copies = 0;
    int status = SKR_OK;
    for (uint32_t i = 0; i < MISSING_SETS && status == SKR_OK; i++)
        status = skr_call_set_count_stored(&cursor, b->n_samples, &question, &n_copies, err);
    return status;
}

static int measure(bench *b, const char *name, work *what, double n_rows, double n_each,
                   skr_err *err)
{
    double best = 0;
    int status = SKR_OK;
    for (int round = 0; round < N_ROUNDS && status == SKR_OK; round++) {
        memset(b->bitmap, 0, ((size_t)b->n_samples / 64 + 1) * 8);
        double start = now_ns();
        status = what(b, err);
        double ns = now_ns() - start;
        best = round == 0 || ns < best ? ns : best;
    }
    printf("%-16s %12.0f %8.2f %8.2f\n", name, best, best / n_rows, best / n_each);
    return status;
}

/* ------------------------------------------------------------------ making it */

static int add_row(bench *b, skr_segment_writer *writer, uint32_t row, skr_carriers *carriers,
                   skr_err *err)
{
    static const char letters[] = "ACGT";
    unsigned ref = draw() % 4;
    skr_allele allele = {.start0 = 1000000 + 2 * row, .n_ref = 1, .n_alt = 1};
    const skr_call_set calls = {.base = SKR_CALL_DEFAULT, .flip = SKR_CALL_NO_CALL};
    allele.end0 = allele.start0 + 1;
    allele.ref = letters + ref;
    allele.alt = letters + (ref + 1 + draw() % 3) % 4;
    int status = draw_carriers(b, carriers, err);
    if (status == SKR_OK)
        status = skr_segment_writer_add_row(writer, &allele, carriers, &calls, false, err);
    b->rows[row] = row;
    b->offsets[row] = (uint32_t)b->bytes.n;
    if (status == SKR_OK)
        status = skr_carriers_encode(carriers, b->n_samples, &b->bytes, &b->heads[row], err);
    b->lengths[row] = (uint32_t)b->bytes.n - b->offsets[row];
    uint64_t n = b->n_carriers + carriers->n;
    uint32_t *plain = realloc(b->plain, n * sizeof *plain);
    if (plain == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory");
    b->plain = plain;
    memcpy(plain + b->n_carriers, carriers->samples, carriers->n * sizeof *plain);
    b->n_carriers = n;
    return status;
}

static int write_segment(bench *b, skr_err *err)
{
    skr_segment_writer *writer = NULL;
    skr_carriers carriers = {0};
    static char name[] = "p";
    skr_sample *samples = calloc(b->n_samples, sizeof *samples);
    if (samples == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory");
    for (uint32_t i = 0; i < b->n_samples; i++)
        samples[i] = (skr_sample){.name = name, .individual = i, .karyotype = {2, 0}};
    const skr_segment_plan plan = {.samples = samples,
                                   .n_samples = b->n_samples,
                                   .n_contigs = 1,
                                   .n_rows_expected = b->n_rows,
                                   .n_bases_expected = 2 * b->n_rows,
                                   .names_are_ids = true};
    int status = skr_segment_writer_new(b->folder, "rows.skr", &plan, &writer, err);
    for (uint32_t row = 0; row < b->n_rows && status == SKR_OK; row++)
        status = add_row(b, writer, row, &carriers, err);
    if (status == SKR_OK)
        status = skr_segment_writer_finish(writer, &b->id, NULL, err);
    if (status == SKR_OK)
        status = skr_segment_open(b->folder, &b->id, &b->segment, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_PREAD, &b->reader, err);
    skr_segment_writer_free(writer);
    skr_carriers_done(&carriers);
    free(samples);
    return status;
}

static int make_sets(bench *b, skr_err *err)
{
    uint8_t *calls = malloc(b->n_samples);
    int status = calls == NULL ? skr_fail(err, SKR_ERR_NOMEM, "no memory") : SKR_OK;
    for (uint32_t i = 0; i < MISSING_SETS && status == SKR_OK; i++) {
        skr_call_set set = {0};
        for (uint32_t s = 0; s < b->n_samples; s++)
            calls[s] = draw() % 200 == 0 ? SKR_CALL_NO_CALL : SKR_CALL_DEFAULT;
        status = skr_call_set_from_calls(calls, b->n_samples, &set, err);
        if (status == SKR_OK)
            status = skr_call_set_encode(&set, &b->sets, err);
        b->n_missing += set.n_flips;
        skr_call_set_done(&set);
    }
    free(calls);
    return status;
}

static int make(bench *b, skr_err *err)
{
    size_t n_words = (size_t)b->n_samples / 64 + 1;
    b->shapes = skr_gap_list_short_shapes_of(b->n_samples);
    b->heads = calloc(b->n_rows, 1);
    b->offsets = calloc(b->n_rows, sizeof *b->offsets);
    b->lengths = calloc(b->n_rows, sizeof *b->lengths);
    b->rows = calloc(b->n_rows, sizeof *b->rows);
    b->tallies = calloc(b->n_rows, sizeof *b->tallies);
    b->cohort = calloc(n_words, sizeof *b->cohort);
    b->bitmap = calloc(n_words, sizeof *b->bitmap);
    if (b->heads == NULL || b->offsets == NULL || b->lengths == NULL || b->rows == NULL ||
        b->tallies == NULL || b->cohort == NULL || b->bitmap == NULL || mkdtemp(b->folder) == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory, or no folder");
    for (uint32_t i = 0; i < b->n_samples; i++)
        b->cohort[i / 64] |= (uint64_t)(draw() % 10 == 0) << i % 64;
    int status = write_segment(b, err);
    return status == SKR_OK ? make_sets(b, err) : status;
}

static void unmake(bench *b)
{
    char path[128];
    skr_segment_close(b->segment);
    skr_block_reader_free(b->reader);
    (void)snprintf(path, sizeof path, "%s/rows.skr", b->folder);
    (void)unlink(path);
    (void)rmdir(b->folder);
    free(b->heads);
    free(b->offsets);
    free(b->lengths);
    free(b->rows);
    free(b->plain);
    free(b->tallies);
    free(b->cohort);
    free(b->bitmap);
    skr_buffer_done(&b->bytes);
    skr_buffer_done(&b->sets);
}

int main(int n_args, char **args)
{
    bench b = {.n_samples = n_args > 1 ? (uint32_t)strtoul(args[1], NULL, 10) : 1000000,
               .n_rows = n_args > 2 ? (uint32_t)strtoul(args[2], NULL, 10) : 50000,
               .folder = "/tmp/skerry-bench-rows-XXXXXX"};
    skr_err err = {0};
    int status = make(&b, &err);
    if (status == SKR_OK) {
        double n_rows = b.n_rows;
        double n_carriers = (double)b.n_carriers;
        printf("%" PRIu32 " samples, %" PRIu32 " rows, %" PRIu64 " carriers in %zu bytes\n",
               b.n_samples, b.n_rows, b.n_carriers, b.bytes.n);
        printf("name                      all ns    a row a carrier (missing: a cell)\n");
        status = measure(&b, "floor_mark", mark_plain, n_rows, n_carriers, &err);
        if (status == SKR_OK)
            status = measure(&b, "mark", mark_rows, n_rows, n_carriers, &err);
        if (status == SKR_OK)
            status = measure(&b, "tally", tally_rows, n_rows, n_carriers, &err);
        if (status == SKR_OK)
            status = measure(&b, "columns", read_columns, n_rows, n_carriers, &err);
        if (status == SKR_OK)
            status = measure(&b, "columns_mark", read_and_mark, n_rows, n_carriers, &err);
        if (status == SKR_OK)
            status = measure(&b, "missing", count_missing, MISSING_SETS, (double)b.n_missing, &err);
    }
    if (status < 0)
        fprintf(stderr, "bench_rows: %s\n", err.message);
    unmake(&b);
    return status < 0;
}
