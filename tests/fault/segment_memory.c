/*
 * segment_memory.c - writing, reading and verifying a segment while memory runs out, at the first
 * allocation, at the second, and so on until all goes well.
 *
 * Whatever fails says NOMEM and leaves nothing after: no file of a writer that did not finish, and
 * under the address sanitizer no memory. Only our own code is refused memory.
 */
#include <limits.h>

#include "storage/segment/segment.h"
#include "storage/segment/segment_marks.h"
#include "tests/support/refused_memory.h"
#include "tests/support/temp_folder.h"

/* ------------------------------------------------------------------ the scenario */

#define N_SAMPLES 300u
#define N_PLACES 30u

/* Every third sample carries; the last has a bag; a few were not called. */
static int add_place(skr_segment_writer *writer, uint32_t number, skr_err *err)
{
    skr_carriers carriers = {0};
    skr_call_set set = {0};
    uint8_t calls[N_SAMPLES];
    skr_allele allele = {.start0 = 300 * number, .n_ref = 1, .n_alt = 1, .ref = "A", .alt = "G"};
    allele.end0 = allele.start0 + 1;
    int status = SKR_OK;
    for (uint32_t i = 0; i < N_SAMPLES; i++)
        calls[i] = i % 50 == number % 50 ? SKR_CALL_NO_CALL : SKR_CALL_DEFAULT;
    calls[N_SAMPLES - 1] = 3;
    for (uint32_t i = 0; i + 1 < N_SAMPLES && status == SKR_OK; i += 3 + number)
        if (calls[i] == SKR_CALL_DEFAULT)
            status = skr_carriers_add(&carriers, i, (uint8_t)(1 + i % 2), err);
    if (status == SKR_OK)
        status = skr_carriers_add_bag(&carriers, (skr_bag){N_SAMPLES - 1, 2, SKR_HET}, err);
    if (status == SKR_OK)
        status = skr_call_set_from_calls(calls, N_SAMPLES, &set, err);
    if (status == SKR_OK)
        status = skr_segment_writer_add_row(writer, &allele, &carriers, &set, false, err);
    if (status == SKR_OK)
        status = skr_segment_writer_add_span(writer, 0, allele.start0,
                                             allele.start0 + (number % 7 == 0 ? 2000 : 5),
                                             SKR_PLOIDY_DIPLOID, &set, err);
    skr_carriers_done(&carriers);
    skr_call_set_done(&set);
    return status;
}

static int write_segment(const char *folder, skr_file_id *ret_id, skr_err *err)
{
    static char name[] = "ann";
    skr_sample samples[N_SAMPLES];
    skr_segment_writer *writer = NULL;
    for (uint32_t i = 0; i < N_SAMPLES; i++)
        samples[i] = (skr_sample){name, 3 * i, {(uint8_t)(1 + i % 2), 0}};
    skr_segment_plan plan = {.samples = samples,
                             .n_samples = N_SAMPLES,
                             .n_contigs = 1,
                             .n_rows_expected = 1000,
                             .n_bases_expected = 1,
                             .order_carriers_min = 20,
                             .order_rows_max = 3,
                             .tiles_a_group = 2,
                             .wants_orders = true};
    int status = skr_segment_writer_new(folder, "a.skr", &plan, &writer, err);
    for (uint32_t i = 0; i < N_PLACES && status == SKR_OK; i++)
        status = add_place(writer, i, err);
    if (status == SKR_OK)
        status = skr_segment_writer_finish(writer, ret_id, NULL, err);
    skr_segment_writer_free(writer);
    return status;
}

/* Sums what is read, so that a wrong value shows as well as a failure. */
static int read_tile(skr_segment_view *view, size_t tile, uint64_t *sum, skr_err *err)
{
    const skr_tile_rows *rows = NULL;
    int status = skr_segment_view_rows(view, tile, &rows, err);
    skr_carriers carriers = {0};
    for (uint32_t row = 0; status == SKR_OK && row < rows->n; row++) {
        const skr_call_set *set = NULL;
        const skr_sample_set who = {
            .bits = (const uint64_t[N_SAMPLES / 64 + 1]){5}, .serial = 1, .n = 2};
        skr_carrier_tally tally = {0};
        uint64_t an = 0;
        status = skr_segment_view_decode(view, tile, row, &carriers, err);
        if (status == SKR_OK)
            status = skr_segment_view_tally(view, tile, &row, 1, &who, &tally, err);
        skr_segment_marks *marks = NULL;
        if (status == SKR_OK)
            status = skr_segment_marks_new(view, &marks, err);
        if (status == SKR_OK)
            status = skr_segment_marks_add(marks, tile, &row, 1, err);
        if (status == SKR_OK)
            *sum += skr_segment_marks_finish(marks)[0];
        skr_segment_marks_free(marks);
        if (status == SKR_OK)
            status = skr_segment_view_n_called(view, tile, &row, 1, &who, &an, err);
        *sum += tally.ac + an;
        if (status == SKR_OK)
            status = skr_segment_view_calls(view, tile, row, &set, err);
        if (status == SKR_OK)
            *sum += rows->totals[row].ac + carriers.n + set->n_flips;
    }
    skr_carriers_done(&carriers);
    return status;
}

static int read_segment(const char *folder, const skr_file_id *id, uint64_t *sum, skr_err *err)
{
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    uint8_t called[N_SAMPLES];
    size_t n_tiles = 0;
    int status = skr_segment_open(folder, id, &segment, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    if (status == SKR_OK)
        status = skr_segment_view_new(segment, reader, &view, err);
    if (status == SKR_OK)
        (void)skr_segment_tiles(segment, &n_tiles);
    if (status == SKR_OK)
        status = skr_segment_need_tiles(segment, 0, n_tiles, err);
    for (size_t i = 0; i < n_tiles && status == SKR_OK; i++)
        status = read_tile(view, i, sum, err);
    for (uint32_t at = 0; at < 300 * N_PLACES && status == SKR_OK; at += 150) {
        status = skr_segment_view_called(view, 0, at, at + 3, called, err);
        for (uint32_t i = 0; i < N_SAMPLES && status == SKR_OK; i++)
            *sum += called[i];
    }
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
    return status;
}

static void no_fault(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "a fault that is none: %s\n", text);
    abort();
}

/* Everything once; the allocation of this number is to fail. */
static int run(const char *folder, unsigned number, uint64_t *ret_sum)
{
    skr_err err = {0};
    skr_file_id id;
    refuse_at("a segment", number);
    uint64_t sum = 0;
    int status = write_segment(folder, &id, &err);
    bool is_written = status == SKR_OK;
    if (status == SKR_OK)
        status = read_segment(folder, &id, &sum, &err);
    if (status == SKR_OK)
        status = skr_segment_verify(folder, &id, no_fault, NULL, &err);
    (void)refuse_end();
    SKR_CHECK(status == SKR_OK || (status == SKR_ERR_NOMEM && err.code == SKR_ERR_NOMEM));
    char path[SKR_TEST_PATH_MAX + 8];
    (void)snprintf(path, sizeof path, "%s/a.skr", folder);
    SKR_CHECK((unlink(path) == 0) == is_written);
    *ret_sum = sum;
    return status;
}

int main(void)
{
    test_folder folder = test_folder_make();
    uint64_t expected = 0;
    uint64_t sum = 0;
    refuse_init();
    SKR_CHECK(run(folder.path, UINT_MAX, &expected) == SKR_OK);
    unsigned n_needed = refuse_count();
    for (unsigned i = 1; i <= n_needed; i++)
        SKR_CHECK(run(folder.path, i, &sum) == SKR_ERR_NOMEM);
    SKR_CHECK(run(folder.path, n_needed + 1, &sum) == SKR_OK && sum == expected);
    printf("%u allocations failed, each said so\n", n_needed);
    SKR_CHECK(rmdir(folder.path) == 0);
    return 0;
}
