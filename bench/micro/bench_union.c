/*
 * bench_union.c - who carries any of many rare alleles: CRoaring and a flat bitmap on the carriers
 * of a store.
 *
 * Usage: bench_union STORE AF. Of the store's first segment, the alleles with AF below the second
 * argument. One line: alleles, carriers of each together, people of the union; then microseconds of
 * CPU: CRoaring's or_many of bitmaps in memory; the same from the portable bytes; lists of 32-bit
 * numbers into a flat bitmap, which is the floor: in memory that is there already, for a page of it
 * that the kernel gives anew costs as much as two hundred carriers.
 */
#include <inttypes.h>
#include <roaring/roaring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage/segment/segment.h"
#include "storage/store.h"

#define N_ROUNDS 9

typedef struct lists {
    uint32_t *samples; /* of all alleles, one after the other */
    size_t n;
    size_t n_max;
    size_t *ends; /* of each allele */
    size_t n_alleles;
    size_t n_alleles_max;
    uint32_t n_samples;
    roaring_bitmap_t **bitmaps;
    char **packed; /* portable bytes */
    uint64_t *any; /* a flat bitmap of the samples */
} lists;

static double now_us(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static void *grown(void *memory, size_t n, size_t *n_max, size_t n_one)
{
    if (n < *n_max)
        return memory;
    *n_max = 2 * n + 1024;
    memory = realloc(memory, *n_max * n_one);
    if (memory == NULL)
        abort();
    return memory;
}

static void add(lists *l, const skr_carriers *carriers)
{
    for (uint32_t i = 0; i < carriers->n; i++) {
        l->samples = grown(l->samples, l->n, &l->n_max, sizeof *l->samples);
        l->samples[l->n++] = carriers->samples[i];
    }
    l->ends = grown(l->ends, l->n_alleles, &l->n_alleles_max, sizeof *l->ends);
    l->ends[l->n_alleles++] = l->n;
}

static int read_tile(skr_segment_view *view, size_t tile, double af, lists *l, skr_err *err)
{
    const skr_tile_rows *rows;
    skr_carriers carriers = {0};
    int status = skr_segment_view_rows(view, tile, &rows, err);
    for (uint32_t i = 0; status == SKR_OK && i < rows->n; i++) {
        if ((double)rows->totals[i].ac >= af * (double)rows->totals[i].an)
            continue;
        status = skr_segment_view_decode(view, tile, i, &carriers, err);
        if (status == SKR_OK)
            add(l, &carriers);
    }
    skr_carriers_done(&carriers);
    return status;
}

static int read_store(const char *folder, double af, lists *l, skr_err *err)
{
    skr_store *store = NULL;
    skr_segment *segment = NULL;
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    size_t n_tiles = 0;
    int status = skr_store_open(folder, &store, err);
    if (status == SKR_OK && skr_store_manifest(store)->n_segments == 0)
        status = skr_fail(err, SKR_ERR_INPUT, "no segment in this store");
    if (status == SKR_OK)
        status =
            skr_segment_open(folder, &skr_store_manifest(store)->segments[0].file, &segment, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(SKR_IO_AUTO, &reader, err);
    if (status == SKR_OK)
        status = skr_segment_view_new(segment, reader, &view, err);
    if (status == SKR_OK) {
        l->n_samples = skr_segment_n_samples(segment);
        (void)skr_segment_tiles(segment, &n_tiles);
        status = skr_segment_need_tiles(segment, 0, n_tiles, err);
    }
    for (size_t tile = 0; status == SKR_OK && tile < n_tiles; tile++)
        status = read_tile(view, tile, af, l, err);
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    skr_segment_close(segment);
    skr_store_close(store);
    return status;
}

static void pack(lists *l)
{
    l->bitmaps = calloc(l->n_alleles + 1, sizeof *l->bitmaps);
    l->packed = calloc(l->n_alleles + 1, sizeof *l->packed);
    l->any = malloc(((size_t)l->n_samples / 64 + 1) * sizeof *l->any);
    if (l->bitmaps == NULL || l->packed == NULL || l->any == NULL)
        abort();
    for (size_t i = 0; i < l->n_alleles; i++) {
        size_t from = i == 0 ? 0 : l->ends[i - 1];
        l->bitmaps[i] = roaring_bitmap_of_ptr(l->ends[i] - from, l->samples + from);
        (void)roaring_bitmap_run_optimize(l->bitmaps[i]);
        l->packed[i] = malloc(roaring_bitmap_portable_size_in_bytes(l->bitmaps[i]));
        if (l->packed[i] == NULL)
            abort();
        (void)roaring_bitmap_portable_serialize(l->bitmaps[i], l->packed[i]);
    }
}

typedef uint64_t work(const lists *l);

static uint64_t of_bitmaps(const lists *l)
{
    roaring_bitmap_t *any = roaring_bitmap_or_many(l->n_alleles, (void *)l->bitmaps);
    uint64_t n = roaring_bitmap_get_cardinality(any);
    roaring_bitmap_free(any);
    return n;
}

static uint64_t of_bytes(const lists *l)
{
    roaring_bitmap_t **bitmaps = malloc((l->n_alleles + 1) * sizeof *bitmaps);
    if (bitmaps == NULL)
        abort();
    for (size_t i = 0; i < l->n_alleles; i++)
        bitmaps[i] = roaring_bitmap_portable_deserialize(l->packed[i]);
    roaring_bitmap_t *any = roaring_bitmap_or_many(l->n_alleles, (void *)bitmaps);
    uint64_t n = roaring_bitmap_get_cardinality(any);
    roaring_bitmap_free(any);
    for (size_t i = 0; i < l->n_alleles; i++)
        roaring_bitmap_free(bitmaps[i]);
    free(bitmaps);
    return n;
}

static uint64_t of_lists(const lists *l)
{
    size_t n_words = (size_t)l->n_samples / 64 + 1;
    uint64_t *any = l->any;
    uint64_t n = 0;
    memset(any, 0, n_words * sizeof *any);
    for (size_t i = 0; i < l->n; i++)
        any[l->samples[i] / 64] |= UINT64_C(1) << l->samples[i] % 64;
    for (size_t i = 0; i < n_words; i++)
        n += (uint64_t)__builtin_popcountll(any[i]);
    return n;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int n_args, char **args)
{
    static work *const works[] = {of_bitmaps, of_bytes, of_lists};
    double us[3][N_ROUNDS];
    uint64_t found[3] = {0};
    lists l = {0};
    skr_err err = {.message = ""};
    if (n_args != 3) {
        (void)fprintf(stderr, "usage: bench_union STORE AF\n");
        return 2;
    }
    if (read_store(args[1], strtod(args[2], NULL), &l, &err) < 0) {
        (void)fprintf(stderr, "bench_union: %s\n", err.message);
        return 1;
    }
    pack(&l);
    for (int round = 0; round < N_ROUNDS; round++)
        for (int i = 0; i < 3; i++) {
            double start = now_us();
            found[i] = works[i](&l);
            us[i][round] = now_us() - start;
        }
    if (found[0] != found[2] || found[1] != found[2]) {
        (void)fprintf(stderr, "bench_union: the answers differ\n");
        return 1;
    }
    (void)printf("%zu %zu %" PRIu64, l.n_alleles, l.n, found[2]);
    for (int i = 0; i < 3; i++) {
        qsort(us[i], N_ROUNDS, sizeof us[i][0], by_size);
        (void)printf(" %.0f", us[i][N_ROUNDS / 2]);
    }
    (void)printf("\n");
    return 0;
}
