/*
 * What is written of reads depends neither on where their chunks begin nor on how many threads
 * judge them, byte by byte.
 *
 * Reads of two drawn haplotypes with errors, over a contig with repeats: SNVs, short and very long
 * deletions, insertions, pairs that overlap, single reads and such as skip a stretch.
 * PapenfussLab/gridss#450, genome/pindel#26: calls that differ with the threads, or with the parts
 * that were judged at a time.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/made_bam.h"
#include "tests/support/random.h"

#define N_BASES 12000u
#define N_READS 1800u
#define READ_MAX 180u

static char bases[N_BASES + 1];
static char header[256];
static made_world world;
static skr_gate gate;

typedef struct drawn {
    char name[16];
    char cigar[64];
    char letters[READ_MAX + 1];
    char qualities[READ_MAX + 1];
} drawn;

static drawn room[N_READS];
static made_read reads[N_READS];

static void draw_bases(test_random *random)
{
    for (uint32_t i = 0; i < N_BASES; i++) {
        uint32_t unit = 1 + i / 1000 % 4;
        bool repeats = i % 1000 > 600 && i % 1000 < 700 + 150 * (i / 4000) && i >= unit;
        bases[i] = repeats ? bases[i - unit] : "ACGT"[test_random_below(random, 4)];
    }
}

/* A read of the reference from start0 on, with what is drawn on the way. */
static void draw_read(test_random *random, size_t i, uint32_t start0)
{
    drawn *one = &room[i];
    uint32_t at0 = start0;
    uint32_t n = 0;
    uint32_t n_match = 0;
    uint32_t most = 60 + test_random_below(random, READ_MAX - 60);
    bool is_second = test_random_below(random, 2) == 0; /* haplotype */
    size_t used = 0;
    one->cigar[0] = '\0';
    while (n < most && at0 < N_BASES) {
        /* Every 97th place of the second haplotype has a variant, whose kind is the place's. */
        uint32_t kind = is_second && at0 % 97 == 50 && n > 5 && most - n > 30 ? at0 / 97 % 8 : 8;
        uint32_t length = kind == 7 ? 900 : 1 + at0 / 97 % 5;
        bool is_error = test_random_below(random, 400) == 0 && n > 5 && most - n > 30;
        if ((kind == 5 || kind == 7 || (is_error && kind == 8)) && at0 + length < N_BASES) {
            used += (size_t)snprintf(one->cigar + used, sizeof one->cigar - used, "%uM%u%c",
                                     n_match, length, is_error && length % 2 == 0 ? 'N' : 'D');
            at0 += length;
            n_match = 0;
        } else if (kind == 6) {
            used += (size_t)snprintf(one->cigar + used, sizeof one->cigar - used, "%uM%uI", n_match,
                                     length);
            for (uint32_t k = 0; k < length; k++)
                one->letters[n++] = bases[at0 - 1 - k % 3];
            n_match = 0;
        }
        bool differs = kind < 5 || test_random_below(random, 100) == 0;
        one->letters[n] = at0 >= N_BASES ? 'A'
                          : differs      ? "CAAC"[strcspn("ACGT", (char[]){bases[at0], 0}) & 3]
                                         : bases[at0];
        n++;
        at0++;
        n_match++;
        if (used > sizeof one->cigar - 24)
            break;
    }
    (void)snprintf(one->cigar + used, sizeof one->cigar - used, "%uM", n_match);
    one->letters[n] = '\0';
    for (uint32_t k = 0; k < n; k++)
        one->qualities[k] = (char)(2 + test_random_below(random, 40));
    one->qualities[n] = '\0';
    (void)snprintf(one->name, sizeof one->name, "q%zu", i / 2);
    reads[i] = (made_read){.name = one->name,
                           .flag = test_random_below(random, 2) == 0 ? 0 : 0x10,
                           .start0 = start0,
                           .mapq = 20 + test_random_below(random, 40),
                           .cigar = one->cigar,
                           .bases = one->letters,
                           .qualities = one->qualities,
                           .mate_contig = -1};
}

static int compare_places(const void *a, const void *b)
{
    const made_read *left = a;
    const made_read *right = b;
    return left->start0 < right->start0 ? -1 : left->start0 > right->start0;
}

/* Pairs lie close to each other; some pairs are none, and there are gaps. */
static void draw_reads(test_random *random)
{
    for (size_t i = 0; i < N_READS; i += 2) {
        uint32_t start0 = test_random_below(random, N_BASES - 4600);
        start0 += start0 > 6000 ? 4200 : 0;
        uint32_t mate0 = start0 + test_random_below(random, 150);
        draw_read(random, i, start0);
        draw_read(random, i + 1, mate0);
        if (i / 2 % 5 == 0)
            continue;
        for (size_t k = 0; k < 2; k++) {
            reads[i + k].flag |= 0x1 | (k == 0 ? 0x40 : 0x80);
            reads[i + k].mate_contig = 0;
            reads[i + k].mate0 = k == 0 ? mate0 : start0;
        }
    }
    qsort(reads, N_READS, sizeof *reads, compare_places);
}

Test(reads_chunk, borders_and_threads_change_nothing, .timeout = 300)
{
    test_random random = test_random_drawn("reads_chunk");
    test_folder folder = test_folder_make();
    char path[2 * SKR_TEST_PATH_MAX];
    skr_err err;
    (void)snprintf(path, sizeof path, "%s/x", folder.path);
    gate = skr_gate_adj();
    world = (made_world){.names = {"chr1"}, .bases = {bases}};
    (void)snprintf(header, sizeof header,
                   "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:%u\n"
                   "@RG\tID:1\tSM:S1\n",
                   N_BASES);
    uint64_t n_calls = 0;
    uint64_t n_undecided = 0;
    for (unsigned round = 0; round < 2; round++) {
        draw_bases(&random);
        draw_reads(&random);
        const made_file file = {.path = path, .header = header, .is_cram = round % 2 == 0};
        made_bam_write(&file, reads, N_READS);
        char *whole = NULL;
        skr_reads_facts facts;
        skr_reads_plan plan = {.gate = &gate, .has_calls = true, .n_threads = 1};
        cr_assert(eq(int, made_bam_read(&folder, path, &world, plan, &whole, &facts, &err), SKR_OK),
                  "%s", err.message);
        n_calls += facts.n_calls;
        n_undecided += facts.n_undecided;
        for (unsigned k = 0; k < 4; k++) {
            char *other = NULL;
            skr_reads_facts others;
            plan.n_chunk = 300 + test_random_below(&random, 3000);
            plan.n_threads = 1 + k % 4;
            cr_assert(
                eq(int, made_bam_read(&folder, path, &world, plan, &other, &others, &err), SKR_OK),
                "%s", err.message);
            cr_assert(eq(str, other, whole), "SKERRY_SEED=%llu round %u: chunks of %u, %u threads",
                      (unsigned long long)random.seed, round, plan.n_chunk, plan.n_threads);
            cr_assert(zero(memcmp(&others, &facts, sizeof facts)));
            free(other);
        }
        free(whole);
    }
    cr_assert(gt(u64, n_calls, 50));
    cr_assert(gt(u64, n_undecided, 50));
    test_folder_remove(&folder);
}
