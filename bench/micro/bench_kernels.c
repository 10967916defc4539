/*
 * bench_kernels.c - each kernel beside its plain twin and beside the floor.
 *
 * Usage: bench_kernels [N_SAMPLES]. One line a kernel, fields apart by tabs: name, where its input
 * comes from, the unit, ns a unit with the plain table, AVX2 and AVX-512 (0: this CPU lacks it),
 * and the floor: the same bytes read (planes) or as many numbers copied (lists). The tables take
 * turns and the best of several rounds counts: the clock of the machine drifts. Planes come from
 * 64 MB of them, one after the other, as in a scan, and once more from one that stays in the cache.
 * The cohort is a tenth of the samples.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage/carriers/gap_list.h"
#include "storage/carriers/kernel.h"

#define N_BYTES (64u << 20)
#define N_ROUNDS 7
#define N_REPEATS 50 /* of lists, which stay in the cache */
#define N_TABLES 3

#define N_LISTED 8192u
#define WIDTH 7u
#define N_LOW (SKR_GAP_BLOCK / 8 * WIDTH)
#define N_HIGH 32u /* twice as many bits as gaps, and every other one is a one */
#define N_PACKED ((size_t)N_LISTED / SKR_GAP_BLOCK * (N_LOW + N_HIGH))

#define N_SHORT 1024u

typedef struct bench {
    uint32_t n_samples;
    size_t n_words; /* of a plane */
    size_t n_planes;
    uint8_t *planes;   /* N_BYTES */
    uint64_t *who;     /* the cohort */
    uint64_t *bitmap;  /* written to */
    uint32_t *samples; /* N_LISTED, ascending */
    uint32_t *values;  /* written to: N_LISTED and 128 more */
    uint64_t *bits;    /* written to: a bit for each of them */
    uint8_t *packed;   /* full blocks: N_HIGH bytes of unary and WIDTH low bits for each gap */
    /* short lists, most of them of one or two numbers */
    skr_short_shapes shapes;
    skr_buffer short_bytes;
    uint8_t counts[N_SHORT];
    uint32_t offsets[N_SHORT];
    uint32_t which[N_SHORT];
    uint32_t n_set[N_SHORT];
    uint32_t n_short; /* numbers of all of them */
} bench;

/* One measured loop over plane number i, or over all lists; returns something of all of it. */
typedef uint64_t work(const skr_kernels *kernels, bench *b, size_t i);

static uint64_t state = 20240229;

static uint64_t draw(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static double now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

/* ------------------------------------------------------------------ the loops */

static const uint8_t *plane_at(const bench *b, size_t i)
{
    return b->planes + i * 8 * b->n_words;
}

/* The floor of planes: their words are read. */
static uint64_t read_plane(const skr_kernels *kernels, bench *b, size_t i)
{
    (void)kernels;
    return skr_kernels_chosen()->is_within(plane_at(b, i), plane_at(b, i), b->n_words);
}

static uint64_t is_within(const skr_kernels *kernels, bench *b, size_t i)
{
    return kernels->is_within(plane_at(b, i), plane_at(b, i), b->n_words);
}

static uint64_t count_and(const skr_kernels *kernels, bench *b, size_t i)
{
    return kernels->count_and(plane_at(b, i), b->who, b->n_words);
}

static uint64_t count_and_pair(const skr_kernels *kernels, bench *b, size_t i)
{
    skr_plane_counts counts;
    const uint8_t *second = plane_at(b, i == 0 ? 1 : i - 1);
    (void)kernels->count_and_pair(plane_at(b, i), second, b->who, b->n_words, &counts);
    return counts.n_first + counts.n_second;
}

static uint64_t or_into(const skr_kernels *kernels, bench *b, size_t i)
{
    kernels->or_into(b->bitmap, plane_at(b, i), b->n_words);
    return b->bitmap[0];
}

static uint64_t and_into(const skr_kernels *kernels, bench *b, size_t i)
{
    kernels->and_into(b->bitmap, plane_at(b, i), b->n_words);
    return b->bitmap[0];
}

/* The floor of lists: their numbers are copied. */
static uint64_t copy_list(const skr_kernels *kernels, bench *b, size_t i)
{
    (void)kernels;
    b->samples[i % N_LISTED] ^= 1;
    memcpy(b->values, b->samples, N_LISTED * sizeof *b->values);
    return b->values[i % N_LISTED];
}

static uint64_t unpack_block(const skr_kernels *kernels, bench *b, size_t i)
{
    uint64_t next = i;
    for (size_t k = 0; k < N_LISTED / SKR_GAP_BLOCK; k++) {
        const uint8_t *high = b->packed + k * (N_LOW + N_HIGH);
        const skr_packed_block block = {.low = high + N_HIGH,
                                        .high = high,
                                        .n_high = 8 * N_HIGH,
                                        .n = SKR_GAP_BLOCK,
                                        .width = WIDTH};
        next = kernels->unpack_block(&block, next, b->values);
    }
    return next + b->values[i % SKR_GAP_BLOCK];
}

static uint64_t unpack_short(const skr_kernels *kernels, bench *b, size_t i)
{
    const skr_short_lists lists = {&b->shapes, b->short_bytes.bytes, b->offsets, b->counts};
    uint32_t n = kernels->unpack_short(&lists, b->which, N_SHORT, b->values);
    return n + b->values[i % b->n_short];
}

static uint64_t count_listed(const skr_kernels *kernels, bench *b, size_t i)
{
    uint64_t n = i;
    for (size_t k = 0; k < N_LISTED; k += SKR_GAP_BLOCK)
        n += kernels->count_listed(b->who, b->samples + k, SKR_GAP_BLOCK);
    return n;
}

static uint64_t test_listed(const skr_kernels *kernels, bench *b, size_t i)
{
    kernels->test_listed(b->who, b->samples, N_LISTED, b->bits);
    return b->bits[i % (N_LISTED / 64)];
}

static uint64_t count_runs(const skr_kernels *kernels, bench *b, size_t i)
{
    kernels->count_runs(b->who, b->counts, b->which, N_SHORT, b->n_set);
    return b->n_set[i % N_SHORT];
}

/* ------------------------------------------------------------------ measuring */

typedef struct line {
    const char *name;
    const char *from;
    const char *unit;
    work *loop;
    work *floor;
    double n_units;       /* in one call of the loop */
    double n_floor_units; /* in one of the floor's */
} line;

static double time_of(work *loop, const skr_kernels *kernels, bench *b, const char *from,
                      uint64_t *sum)
{
    bool is_list = strcmp(from, "list") == 0;
    bool is_memory = strcmp(from, "memory") == 0;
    size_t n = is_list ? N_REPEATS : b->n_planes;
    double start = now_ns();
    for (size_t i = 0; i < n; i++)
        *sum += loop(kernels, b, is_list || is_memory ? i : 0);
    return (now_ns() - start) / (double)n;
}

static void compare(const line *what, bench *b, uint64_t *sum)
{
    const skr_kernels *const tables[N_TABLES] = {skr_kernels_plain(), skr_kernels_avx2(),
                                                 skr_kernels_avx512()};
    double best[N_TABLES + 1] = {0};
    for (int round = 0; round < N_ROUNDS; round++) {
        for (int i = 0; i <= N_TABLES; i++) {
            if (i < N_TABLES && tables[i] == NULL)
                continue;
            double ns = i < N_TABLES ? time_of(what->loop, tables[i], b, what->from, sum)
                                     : time_of(what->floor, NULL, b, what->from, sum);
            ns /= i < N_TABLES ? what->n_units : what->n_floor_units;
            if (best[i] == 0 || ns < best[i])
                best[i] = ns;
        }
    }
    printf("%s\t%s\t%s", what->name, what->from, what->unit);
    for (int i = 0; i <= N_TABLES; i++)
        printf("\t%.3f", best[i]);
    printf("\n");
}

static void compare_all(bench *b)
{
    static const char *const places[] = {"memory", "cache"};
    uint64_t sum = 0;
    double n_bytes = 8 * (double)b->n_words / 1024;
    printf("#name\tfrom\tunit\tplain_ns\tavx2_ns\tavx512_ns\tfloor_ns\n");
    for (int i = 0; i < 2; i++) {
        const line lines[] = {
            {"is_within", places[i], "KiB", is_within, read_plane, n_bytes, n_bytes},
            {"count_and", places[i], "KiB", count_and, read_plane, n_bytes, n_bytes},
            {"count_and_pair", places[i], "KiB", count_and_pair, read_plane, n_bytes, n_bytes},
            {"or_into", places[i], "KiB", or_into, read_plane, n_bytes, n_bytes},
            {"and_into", places[i], "KiB", and_into, read_plane, n_bytes, n_bytes},
        };
        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
            compare(&lines[k], b, &sum);
    }
    const line lists[] = {
        {"unpack_block", "list", "number", unpack_block, copy_list, N_LISTED, N_LISTED},
        {"unpack_short", "list", "number", unpack_short, copy_list, b->n_short, N_LISTED},
        {"unpack_short", "list", "row", unpack_short, copy_list, N_SHORT, N_LISTED},
        {"count_listed", "list", "number", count_listed, copy_list, N_LISTED, N_LISTED},
        {"test_listed", "list", "number", test_listed, copy_list, N_LISTED, N_LISTED},
        {"count_runs", "list", "row", count_runs, copy_list, N_SHORT, N_LISTED},
    };
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        compare(&lists[k], b, &sum);
    if (sum == 1)
        printf("#\n"); /* the work is not left out */
}

/* ------------------------------------------------------------------ making it */

static int fill_short(bench *b)
{
    static const uint8_t counts[] = {1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 5, 8, 12, 40};
    skr_err err = {0};
    int status = SKR_OK;
    b->shapes = skr_gap_list_short_shapes_of(b->n_samples);
    for (uint32_t i = 0; i < N_SHORT && status == SKR_OK; i++) {
        uint32_t values[SKR_SHORT_MAX];
        uint32_t n = counts[draw() % sizeof counts];
        for (uint32_t k = 0; k < n; k++)
            values[k] = (uint32_t)((k + (double)(draw() % 1000) / 1001) * b->n_samples / n);
        b->which[i] = i;
        b->counts[i] = (uint8_t)n;
        b->offsets[i] = (uint32_t)b->short_bytes.n;
        b->n_short += n;
        status = skr_gap_list_short_encode(values, n, b->n_samples, &b->short_bytes, &err);
    }
    if (status == SKR_OK)
        status = skr_buffer_reserve(&b->short_bytes, SKR_KERNEL_SLACK, &err);
    return status;
}

static void fill(bench *b)
{
    for (size_t i = 0; i < N_BYTES; i += 8) {
        uint64_t word = draw() & draw();
        memcpy(b->planes + i, &word, 8);
    }
    for (size_t i = 0; i < b->n_words; i++)
        b->who[i] = draw() & draw() & draw();
    for (uint32_t i = 0; i < N_LISTED; i++)
        b->samples[i] = (uint32_t)((uint64_t)b->n_samples * i / N_LISTED) & ~1u;
    for (size_t i = 0; i < N_PACKED; i++)
        b->packed[i] = i % (N_LOW + N_HIGH) >= N_HIGH ? (uint8_t)draw() : draw() % 2 ? 0x95 : 0x6a;
}

int main(int n_args, char **args)
{
    static bench b;
    b.n_samples = n_args > 1 ? (uint32_t)strtoul(args[1], NULL, 10) : 1000000;
    b.n_words = ((size_t)b.n_samples + 63) / 64;
    b.planes = malloc(N_BYTES);
    b.who = calloc(b.n_words + N_LISTED, sizeof *b.who);
    b.bitmap = calloc(b.n_words + 1, sizeof *b.bitmap);
    b.samples = malloc(N_LISTED * sizeof *b.samples);
    b.values = calloc(2 * N_LISTED + 64 * N_SHORT, sizeof *b.values);
    b.bits = calloc(N_LISTED / 64 + 1, sizeof *b.bits);
    b.packed = calloc(1, N_PACKED + SKR_KERNEL_SLACK);
    int status = b.planes == NULL || b.who == NULL || b.bitmap == NULL || b.samples == NULL ||
                 b.values == NULL || b.bits == NULL || b.packed == NULL || b.n_words < 128 ||
                 b.n_words > N_BYTES / 16;
    if (status == 0) {
        b.n_planes = N_BYTES / (8 * b.n_words);
        fill(&b);
        status = fill_short(&b);
    }
    if (status == 0)
        compare_all(&b);
    else
        fprintf(stderr, "bench_kernels: no memory, or no such number of samples\n");
    free(b.planes);
    free(b.who);
    free(b.bitmap);
    free(b.samples);
    free(b.values);
    free(b.bits);
    free(b.packed);
    skr_buffer_done(&b.short_bytes);
    return status != 0;
}
