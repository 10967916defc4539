/*
 * bench_kernels.c - each kernel beside its plain twin and beside a bare read of memory.
 *
 * Usage: bench_kernels [N_SAMPLES]. The tables take turns, and the best of several rounds counts:
 * the clock of the machine drifts; 0 is a table that the CPU lacks. Rows come from 64 MB of them,
 * one after the other, as in a scan, and once more from one row that stays in the cache. The cohort
 * is a tenth of the samples.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage/gap_list.h"
#include "storage/kernel.h"

#define N_BYTES (64u << 20)
#define N_ROUNDS 5
#define N_TABLES 3
#define N_LISTED 8192u
#define WIDTH 7u
#define N_LOW (SKR_GAP_BLOCK / 8 * WIDTH)
#define N_HIGH 32u /* twice as many bits as gaps, and every other one is a one */

typedef struct bench {
    uint32_t n_samples;
    size_t n_words;    /* of a row */
    uint8_t *rows;     /* N_BYTES */
    uint64_t *who;     /* the cohort */
    uint64_t *bitmap;  /* written to */
    uint32_t *samples; /* N_LISTED, ascending */
    uint8_t *packed;   /* full blocks of gaps: WIDTH low bits each, N_HIGH bytes of unary */
} bench;

#define N_PACKED ((size_t)N_LISTED / SKR_GAP_BLOCK * (N_LOW + N_HIGH))

/* One measured loop: works through n_rows rows, or lists, and returns something of all of it. */
typedef uint64_t work(const skr_kernels *kernels, const bench *b, size_t row);

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

static const uint8_t *row_at(const bench *b, size_t row)
{
    return b->rows + row * 8 * b->n_words;
}

/* A bare read: the bits of the row that its first word has too. */
static uint64_t is_within(const skr_kernels *kernels, const bench *b, size_t row)
{
    return kernels->is_within(row_at(b, row), row_at(b, row), b->n_words);
}

static uint64_t count_and(const skr_kernels *kernels, const bench *b, size_t row)
{
    return kernels->count_and(row_at(b, row), b->who, b->n_words);
}

static uint64_t count_and_pair(const skr_kernels *kernels, const bench *b, size_t row)
{
    skr_plane_counts counts;
    size_t second = row == 0 ? 1 : row - 1;
    (void)kernels->count_and_pair(row_at(b, row), row_at(b, second), b->who, b->n_words, &counts);
    return counts.n_first + counts.n_second;
}

static uint64_t or_into(const skr_kernels *kernels, const bench *b, size_t row)
{
    kernels->or_into(b->bitmap, row_at(b, row), b->n_words);
    return b->bitmap[0];
}

static uint64_t and_into(const skr_kernels *kernels, const bench *b, size_t row)
{
    kernels->and_into(b->bitmap, row_at(b, row), b->n_words);
    return b->bitmap[0];
}

static uint64_t unpack_block(const skr_kernels *kernels, const bench *b, size_t row)
{
    uint32_t values[SKR_GAP_BLOCK];
    uint64_t next = row;
    for (size_t i = 0; i < N_LISTED / SKR_GAP_BLOCK; i++) {
        const uint8_t *low = b->packed + i * (N_LOW + N_HIGH);
        const skr_packed_block block = {.low = low,
                                        .high = low + N_LOW,
                                        .n_high = 8 * N_HIGH,
                                        .n = SKR_GAP_BLOCK,
                                        .width = WIDTH};
        next = kernels->unpack_block(&block, next, values);
    }
    return next + values[row % SKR_GAP_BLOCK];
}

static uint64_t count_listed(const skr_kernels *kernels, const bench *b, size_t row)
{
    uint64_t n = row;
    for (size_t i = 0; i < N_LISTED; i += SKR_GAP_BLOCK)
        n += kernels->count_listed(b->who, b->samples + i, SKR_GAP_BLOCK);
    return n;
}

/* Nanoseconds a row; rows from memory are all different. */
static double time_of(work *loop, const skr_kernels *kernels, const bench *b, bool is_cached,
                      uint64_t *sum)
{
    size_t n_rows = N_BYTES / (8 * b->n_words);
    double start = now_ns();
    for (size_t row = 0; row < n_rows; row++)
        *sum += loop(kernels, b, is_cached ? 0 : row);
    return (now_ns() - start) / (double)n_rows;
}

static void compare(const char *name, work *loop, const bench *b, bool is_cached, uint64_t *sum)
{
    const skr_kernels *const tables[N_TABLES] = {skr_kernels_plain(), skr_kernels_avx2(),
                                                 skr_kernels_avx512()};
    double best[N_TABLES] = {0};
    for (int round = 0; round < N_ROUNDS; round++) {
        for (int i = 0; i < N_TABLES; i++) {
            if (tables[i] == NULL)
                continue;
            double ns = time_of(loop, tables[i], b, is_cached, sum);
            if (best[i] == 0 || ns < best[i])
                best[i] = ns;
        }
    }
    printf("%-16s %-7s", name, is_cached ? "cache" : "memory");
    for (int i = 0; i < N_TABLES; i++)
        printf(" %10.0f", best[i]);
    for (int i = 1; i < N_TABLES; i++)
        printf(" %7.1f", tables[i] == NULL ? 0 : best[0] / best[i]);
    printf("\n");
}

static void fill(bench *b)
{
    for (size_t i = 0; i < N_BYTES; i += 8) {
        uint64_t word = draw() & draw();
        memcpy(b->rows + i, &word, 8);
    }
    for (size_t i = 0; i < b->n_words; i++)
        b->who[i] = draw() & draw() & draw();
    for (uint32_t i = 0; i < N_LISTED; i++)
        b->samples[i] = (uint32_t)((uint64_t)b->n_samples * i / N_LISTED);
    for (size_t i = 0; i < N_PACKED; i++)
        b->packed[i] = i % (N_LOW + N_HIGH) < N_LOW ? (uint8_t)draw() : draw() % 2 ? 0x95 : 0x6a;
}

int main(int n_args, char **args)
{
    bench b = {.n_samples = n_args > 1 ? (uint32_t)strtoul(args[1], NULL, 10) : 1000000};
    uint64_t sum = 0;
    b.n_words = ((size_t)b.n_samples + 63) / 64;
    b.rows = malloc(N_BYTES);
    b.who = calloc(b.n_words + 1, sizeof *b.who);
    b.bitmap = calloc(b.n_words + 1, sizeof *b.bitmap);
    b.samples = malloc(N_LISTED * sizeof *b.samples);
    b.packed = calloc(1, N_PACKED + SKR_KERNEL_SLACK);
    int status = b.rows == NULL || b.who == NULL || b.bitmap == NULL || b.samples == NULL ||
                 b.packed == NULL || b.n_words == 0 || b.n_words > N_BYTES / 16;
    if (status == 0) {
        fill(&b);
        printf("%u samples, a row is %zu bytes; ns a row, ns a list of %u\n", b.n_samples,
               8 * b.n_words, N_LISTED);
        printf("kernel           from         plain       avx2     avx512  plain: avx2  avx512\n");
        for (int is_cached = 0; is_cached < 2; is_cached++) {
            compare("is_within (read)", is_within, &b, is_cached, &sum);
            compare("count_and", count_and, &b, is_cached, &sum);
            compare("count_and_pair", count_and_pair, &b, is_cached, &sum);
            compare("or_into", or_into, &b, is_cached, &sum);
            compare("and_into", and_into, &b, is_cached, &sum);
        }
        compare("unpack_block", unpack_block, &b, true, &sum);
        compare("count_listed", count_listed, &b, true, &sum);
    } else {
        fprintf(stderr, "bench_kernels: no memory, or no such number of samples\n");
    }
    free(b.rows);
    free(b.who);
    free(b.bitmap);
    free(b.samples);
    free(b.packed);
    return status != 0 || sum == 1;
}
