/*
 * bench_genotype_scan.c - each scan of genotypes beside its plain twin and beside a bare read.
 *
 * Usage: bench_genotype_scan [N_SAMPLES]. Nanoseconds for 1,000 samples, the best of several
 * rounds in which the tables take turns; 0 is a table that the CPU lacks. Records come from 64 MB
 * of them, one after the other, and once more from one record that stays in the cache. One sample
 * in N differs from 0/0.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/import/genotypes/genotype_scan.h"

#define N_BYTES (64u << 20)
#define N_ROUNDS 7
#define N_TABLES 3
#define N_WORDS 64u /* scanned at a time, as record_claims.c does */

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

/* One measured scan over up to 4096 samples; returns something of all of it. */
typedef uint64_t work(const skr_genotype_scan *scan, const uint8_t *at, size_t n);

static uint64_t pairs(const skr_genotype_scan *scan, const uint8_t *at, size_t n)
{
    uint64_t marks[4][N_WORDS];
    skr_pair_planes planes = {marks[0], marks[1], marks[2], marks[3]};
    unsigned written;
    (void)scan->sort_pairs(at, n, &planes, &written);
    return marks[0][0] + marks[3][(n - 1) / 64];
}

static uint64_t unlike(const skr_genotype_scan *scan, const uint8_t *at, size_t n)
{
    uint64_t marks[N_WORDS];
    (void)scan->mark_unlike(at, n, 2, UINT64_C(0xfefefefefefefefe), UINT64_C(0x0202020202020202),
                            marks);
    return marks[0];
}

static uint64_t low_int8(const skr_genotype_scan *scan, const uint8_t *at, size_t n)
{
    uint64_t marks[N_WORDS] = {0};
    scan->add_below(at, n, SKR_VALUE_INT8, 2, marks);
    return marks[0];
}

static uint64_t low_float(const skr_genotype_scan *scan, const uint8_t *at, size_t n)
{
    uint64_t marks[N_WORDS] = {0};
    scan->add_below(at, n, SKR_VALUE_FLOAT, 20, marks);
    return marks[0];
}

/* The floor: the library looks at every byte, for one that is not there. */
static uint64_t bare_read(const skr_genotype_scan *scan, const uint8_t *at, size_t n)
{
    return memchr(at, 0xff, 2 * n) != NULL || scan->name == NULL;
}

static double time_of(work *loop, const skr_genotype_scan *scan, const uint8_t *records,
                      size_t n_samples, unsigned n_bytes, bool is_cached, uint64_t *sum)
{
    size_t n_records = N_BYTES / (n_bytes * n_samples);
    double start = now_ns();
    for (size_t record = 0; record < n_records; record++) {
        const uint8_t *from = records + (is_cached ? 0 : record) * n_bytes * n_samples;
        for (size_t i = 0; i < n_samples; i += 64 * N_WORDS)
            *sum += loop(scan, from + i * n_bytes,
                         n_samples - i < 64 * N_WORDS ? n_samples - i : 64 * N_WORDS);
    }
    return (now_ns() - start) * 1000 / ((double)n_records * (double)n_samples);
}

static void compare(const char *name, work *loop, const uint8_t *records, size_t n_samples,
                    unsigned n_bytes)
{
    const skr_genotype_scan *const tables[N_TABLES] = {
        skr_genotype_scan_plain(), skr_genotype_scan_avx2(), skr_genotype_scan_avx512()};
    uint64_t sum = 0;
    for (int is_cached = 0; is_cached < 2; is_cached++) {
        double best[N_TABLES] = {0};
        for (int round = 0; round < N_ROUNDS; round++) {
            for (int i = 0; i < N_TABLES; i++) {
                if (tables[i] == NULL)
                    continue;
                double ns =
                    time_of(loop, tables[i], records, n_samples, n_bytes, is_cached != 0, &sum);
                if (best[i] == 0 || ns < best[i])
                    best[i] = ns;
            }
        }
        printf("%-12s %-7s", name, is_cached != 0 ? "cache" : "memory");
        for (int i = 0; i < N_TABLES; i++)
            printf(" %10.1f", best[i]);
        for (int i = 1; i < N_TABLES; i++)
            printf(" %7.1f", tables[i] == NULL ? 0 : best[0] / best[i]);
        printf("%s\n", sum == 1 ? " " : "");
    }
}

/* Genotypes of which one in `rarity` is not 0/0. */
static void fill(uint8_t *records, uint64_t rarity)
{
    memset(records, 2, N_BYTES);
    for (size_t i = 1; i < N_BYTES; i += 2) {
        records[i] = 3; /* phased */
        if (draw() % rarity == 0)
            records[i] = 5;
    }
}

int main(int argc, char **argv)
{
    static const uint64_t rarities[] = {1000000, 1000, 10};
    size_t n_samples = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    uint8_t *records = malloc(N_BYTES);
    if (records == NULL || n_samples == 0 || n_samples > N_BYTES / 4)
        return 1;
    printf("%zu samples; ns for 1,000 of them\n%-12s %-7s %10s %10s %10s %7s %7s\n", n_samples,
           "scan", "from", "plain", "avx2", "avx512", "x avx2", "x 512");
    for (size_t i = 0; i < sizeof rarities / sizeof *rarities; i++) {
        printf("one in %" PRIu64 " is not 0/0\n", rarities[i]);
        fill(records, rarities[i]);
        compare("pairs", pairs, records, n_samples, 2);
        compare("unlike", unlike, records, n_samples, 2);
    }
    compare("below int8", low_int8, records, n_samples, 1);
    compare("below float", low_float, records, n_samples, 4);
    compare("bare read", bare_read, records, n_samples, 2);
    free(records);
    return 0;
}
