/*
 * bench_open.c - what opening a segment costs, of few tiles and of as many as a genome has.
 *
 * Usage: bench_open FOLDER TILES ROUNDS. Writes FOLDER/open.skr, which must not be there, with so
 * many tiles of one row each. One line: tiles, bytes of the file, and in microseconds of CPU the
 * least and the median to open it, and to open it and find the tile of a place.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "storage/segment/segment.h"

#define NAME "open.skr"
#define TILES_A_CONTIG 200000u
#define TILE_BASES 1024u

static double now_us(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int add_row(skr_segment_writer *writer, uint32_t tile, skr_err *err)
{
    static const uint8_t calls[] = {SKR_CALL_DEFAULT};
    skr_call_set set = {0};
    skr_carriers carriers = {0};
    const skr_allele allele = {.contig = tile / TILES_A_CONTIG,
                               .start0 = tile % TILES_A_CONTIG * TILE_BASES,
                               .end0 = tile % TILES_A_CONTIG * TILE_BASES + 1,
                               .n_ref = 1,
                               .n_alt = 1,
                               .ref = "A",
                               .alt = "C"};
    int status = skr_call_set_from_calls(calls, 1, &set, err);
    if (status == SKR_OK)
        status = skr_carriers_add(&carriers, 0, 1, err);
    if (status == SKR_OK)
        status = skr_segment_writer_add_row(writer, &allele, &carriers, &set, false, err);
    skr_carriers_done(&carriers);
    skr_call_set_done(&set);
    return status;
}

static int make(const char *folder, uint32_t n_tiles, skr_file_id *ret_id, skr_err *err)
{
    const skr_sample sample = {"one", 0, {2, 0}};
    const skr_segment_plan plan = {.samples = &sample,
                                   .n_samples = 1,
                                   .n_contigs = n_tiles / TILES_A_CONTIG + 1,
                                   .n_rows_expected = n_tiles,
                                   .n_bases_expected = 1,
                                   .names_are_ids = true};
    skr_segment_writer *writer = NULL;
    int status = skr_segment_writer_new(folder, NAME, &plan, &writer, err);
    for (uint32_t tile = 0; tile < n_tiles && status == SKR_OK; tile++)
        status = add_row(writer, tile, err);
    if (status == SKR_OK)
        status = skr_segment_writer_finish(writer, ret_id, NULL, err);
    skr_segment_writer_free(writer);
    return status;
}

static int open_once(const char *folder, const skr_file_id *id, bool is_asked, skr_err *err)
{
    skr_segment *segment = NULL;
    size_t from = 0;
    size_t to = 0;
    int status = skr_segment_open(folder, id, &segment, err);
    if (status == SKR_OK && is_asked)
        status = skr_segment_find_tiles(segment, 0, (const uint32_t[]){77, 78}, &from, &to, err);
    skr_segment_close(segment);
    return status;
}

static int measure(const char *folder, const skr_file_id *id, bool is_asked, unsigned n,
                   skr_err *err)
{
    double *took_us = calloc(n, sizeof *took_us);
    int status = took_us == NULL ? skr_fail_nomem(err, "rounds") : SKR_OK;
    for (unsigned i = 0; i < n && status == SKR_OK; i++) {
        double began_us = now_us();
        status = open_once(folder, id, is_asked, err);
        took_us[i] = now_us() - began_us;
    }
    if (status == SKR_OK) {
        qsort(took_us, n, sizeof *took_us, compare);
        (void)printf("\t%.1f\t%.1f", took_us[0], took_us[n / 2]);
    }
    free(took_us);
    return status;
}

/* A number above 0; 0: none. */
static uint32_t number_of(const char *word)
{
    char *end = NULL;
    unsigned long value = strtoul(word, &end, 10);
    return *end == '\0' && value <= UINT32_MAX ? (uint32_t)value : 0;
}

int main(int n_words, char **words)
{
    skr_err err = {0};
    skr_file_id id;
    uint32_t n_tiles = n_words == 4 ? number_of(words[2]) : 0;
    uint32_t n_rounds = n_words == 4 ? number_of(words[3]) : 0;
    if (n_tiles == 0 || n_rounds == 0) {
        (void)fprintf(stderr, "usage: bench_open FOLDER TILES ROUNDS\n");
        return EXIT_FAILURE;
    }
    int status = make(words[1], n_tiles, &id, &err);
    if (status == SKR_OK)
        (void)printf("%s\t%" PRIu64, words[2], id.n_bytes);
    if (status == SKR_OK)
        status = measure(words[1], &id, false, n_rounds, &err);
    if (status == SKR_OK)
        status = measure(words[1], &id, true, n_rounds, &err);
    (void)printf("\n");
    if (status != SKR_OK)
        (void)fprintf(stderr, "bench_open: %s\n", err.message);
    return status == SKR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
