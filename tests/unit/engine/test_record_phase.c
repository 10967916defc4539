/*
 * How the genotypes of a record are phased, on which haplotype an allele lies and what odd bags
 * hold comes back from a fragment as it was drawn; bytes that are cut or changed are noticed, or
 * say something that is in range.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/record_haplotypes.h"
#include "engine/import/genomes/record_phase.h"
#include "storage/base/limits.h"
#include "tests/support/random.h"

#define N_MAX 9000u /* more than are read at a time */
#define GT_END 0x81u

static test_random draw;
static skr_err err;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* ------------------------------------------------------------------ a record */

/* Pairs of bytes as BCF has them; -1: '.', -2: no second copy. */
static int8_t copies[N_MAX][2];
static bool is_phased[N_MAX];
static uint8_t gt[N_MAX][2];
static uint32_t n_samples;
static skr_carriers carriers;

static uint8_t coded(int8_t allele, bool has_bar)
{
    return allele == -2 ? (uint8_t)GT_END : (uint8_t)((allele + 1) << 1 | has_bar);
}

static void draw_record(void)
{
    uint32_t one_in = 1 + below(below(2) == 0 ? 3 : 300); /* written the other way */
    bool is_mostly = below(2) == 0;
    skr_carriers_clear(&carriers);
    n_samples = 1 + below(below(8) == 0 ? N_MAX : 300);
    for (uint32_t s = 0; s < n_samples; s++) {
        is_phased[s] = is_mostly != (below(one_in) == 0);
        for (unsigned i = 0; i < 2; i++)
            copies[s][i] = (int8_t)(below(12) == 0 ? -1 : (int)below(2));
        if (below(15) == 0)
            copies[s][1] = -2;
        gt[s][0] = coded(copies[s][0], false);
        gt[s][1] = coded(copies[s][1], is_phased[s]);
    }
}

static uint32_t n_called(uint32_t s)
{
    return (copies[s][0] >= 0) + (copies[s][1] >= 0);
}

static uint32_t n_this(uint32_t s)
{
    return (copies[s][0] == 1) + (copies[s][1] == 1);
}

static uint32_t n_bag(uint32_t s)
{
    return copies[s][1] == -2 ? 1 : 2;
}

static uint32_t way_of(int8_t allele)
{
    return allele < 0 ? SKR_WAY_UNKNOWN : allele == 1 ? SKR_WAY_THIS : SKR_WAY_OTHER;
}

/* What record_claims.c collects, in the order of the samples. */
static void collect(skr_phase *phase)
{
    for (uint32_t s = 0; s < n_samples; s++) {
        skr_genotype genotype = {.n = (uint8_t)n_bag(s), .n_called = (uint8_t)n_called(s)};
        for (uint32_t i = 0; i < genotype.n; i++)
            genotype.alleles[i] = copies[s][i] < 0 ? SKR_COPY_UNKNOWN : (uint16_t)copies[s][i];
        if (genotype.n_called > 0)
            cr_assert(eq(int, skr_phase_add(phase, s, &genotype, 2, &err), SKR_OK));
        uint32_t this = n_this(s);
        if (this == 0)
            continue;
        if (n_called(s) == 2)
            cr_assert(eq(int, skr_carriers_add(&carriers, s, (uint8_t)this, &err), SKR_OK));
        else
            cr_assert(
                eq(int,
                   skr_carriers_add_bag(&carriers, (skr_bag){s, (uint8_t)this, SKR_PARTIAL}, &err),
                   SKR_OK));
    }
}

static const uint8_t is_unknown[2];
static const uint32_t first_key[3] = {0, 0, 1};
static const uint32_t keys[1] = {0};
static const skr_named named = {.n_keys = 1,
                                .n_alts = 1,
                                .is_unknown = is_unknown,
                                .first_key = first_key,
                                .keys = keys,
                                .keeps_phase = true};

static void encode(skr_phase *phase, unsigned written, skr_buffer *bytes)
{
    const skr_vcf_record record = {.gt = gt, .gt_width = 1, .n_ploidy = 2, .n_alts = 1};
    const skr_phase_place place = {NULL, &record, NULL, n_samples, &named};
    skr_phase_clear(phase);
    for (uint32_t from = 0; from < n_samples; from += SKR_PHASE_PAIRS_MAX) {
        uint32_t n = n_samples - from;
        n = n < SKR_PHASE_PAIRS_MAX ? n : SKR_PHASE_PAIRS_MAX;
        cr_assert(eq(int, skr_phase_read_pairs(phase, &record, from, n, written, &err), SKR_OK));
    }
    collect(phase);
    cr_assert(eq(int, skr_phase_encode(phase, &place, 0, &carriers, bytes, &err), SKR_OK));
}

/* What calls and carriers tell before. */
static void say(skr_spoken *said, uint8_t *has_phase)
{
    memset(said, 0, n_samples * sizeof *said);
    memset(has_phase, 1, n_samples);
    for (uint32_t s = 0; s < n_samples; s++) {
        said[s].n_this = (uint8_t)n_this(s);
        said[s].n_other = (uint8_t)(n_called(s) - n_this(s));
        said[s].n_copies = (uint8_t)n_called(s);
    }
}

static skr_spoken said[N_MAX];
static uint8_t has_phase[N_MAX];

static void compare(uint32_t s)
{
    uint32_t ways = way_of(copies[s][0]) | (n_bag(s) > 1 ? way_of(copies[s][1]) << 2 : 0);
    bool want_phased = n_bag(s) > 1 && is_phased[s];
    if (n_called(s) == 0)
        return; /* says nothing */
    cr_assert(said[s].is_phased == want_phased && said[s].n_copies == n_bag(s) &&
                  (!want_phased || said[s].ways == ways),
              "seed %llu: sample %u of %u: phased %d of %u, %x", (unsigned long long)draw.seed, s,
              n_samples, said[s].is_phased, said[s].n_copies, said[s].ways);
}

/* Carriers of one copy of two, and nobody else, are where they are written. */
static void compare_haplotypes(skr_record_haplotypes *haplotypes, const skr_buffer *bytes)
{
    static uint8_t expected[N_MAX];
    static skr_karyotype karyotypes[N_MAX];
    const skr_record_samples samples = {n_samples, expected, karyotypes, SKR_PLOIDY_DIPLOID, 3};
    skr_cursor cursor = skr_cursor_of(bytes->bytes, bytes->n);
    memset(expected, 2, sizeof expected);
    cr_assert(eq(int, skr_record_haplotypes_read(haplotypes, &cursor, &samples, &carriers, &err),
                 SKR_OK));
    cr_assert(not(cursor.is_bad));
    for (uint32_t s = 0; s < n_samples; s++) {
        const skr_haplotype *one = skr_haplotypes_find(&haplotypes->phased, s);
        bool is_wanted = is_phased[s] && n_bag(s) == 2 && n_this(s) == 1;
        cr_assert(is_wanted == (one != NULL) && (one == NULL || one->part == 3) &&
                      (one == NULL || one->is_second == (copies[s][1] == 1)),
                  "seed %llu: sample %u of %u", (unsigned long long)draw.seed, s, n_samples);
    }
}

Test(record_phase, comes_back_as_it_was_drawn)
{
    skr_record_haplotypes haplotypes = {0};
    skr_phase phase = {0}; /* the guess holds over from record to record */
    draw = test_random_drawn("record_phase");
    for (unsigned turn = 0; turn < 600; turn++) {
        skr_buffer bytes = {0};
        draw_record();
        encode(&phase, SKR_WRITTEN_SLASH | SKR_WRITTEN_BAR, &bytes);
        say(said, has_phase);
        skr_cursor cursor = skr_cursor_of(bytes.bytes, bytes.n);
        skr_phase_decode(&cursor, n_samples, has_phase, &carriers, said);
        cr_assert(skr_cursor_is_done(&cursor), "seed %llu", (unsigned long long)draw.seed);
        for (uint32_t s = 0; s < n_samples; s++)
            compare(s);
        compare_haplotypes(&haplotypes, &bytes);
        skr_buffer_done(&bytes);
    }
    skr_phase_done(&phase);
    skr_record_haplotypes_done(&haplotypes);
}

/* Where haplotypes are not told apart no phase holds, whatever is written. */
Test(record_phase, nobody_is_phased_whose_haplotypes_have_no_order)
{
    skr_phase phase = {0};
    draw = test_random_drawn("record_phase");
    for (unsigned turn = 0; turn < 50; turn++) {
        skr_buffer bytes = {0};
        draw_record();
        encode(&phase, SKR_WRITTEN_SLASH | SKR_WRITTEN_BAR, &bytes);
        say(said, has_phase);
        memset(has_phase, 0, n_samples);
        skr_cursor cursor = skr_cursor_of(bytes.bytes, bytes.n);
        skr_phase_decode(&cursor, n_samples, has_phase, &carriers, said);
        for (uint32_t s = 0; s < n_samples; s++)
            cr_assert(not(said[s].is_phased), "seed %llu", (unsigned long long)draw.seed);
        skr_buffer_done(&bytes);
    }
    skr_phase_done(&phase);
}

/* A record whose pairs are all written alike, and of which nothing is odd, is one byte. */
Test(record_phase, most_records_keep_a_byte)
{
    skr_phase phase = {0};
    skr_buffer bytes = {0};
    draw = test_random_seeded(1);
    n_samples = 500;
    for (uint32_t s = 0; s < n_samples; s++) {
        copies[s][0] = copies[s][1] = 0;
        is_phased[s] = false;
        gt[s][0] = gt[s][1] = coded(0, false);
    }
    encode(&phase, SKR_WRITTEN_SLASH, &bytes);
    cr_assert(eq(sz, bytes.n, 1));
    skr_buffer_done(&bytes);
    skr_phase_done(&phase);
}

/* PSL is a phase copy by copy, which nobody reads here: such a record is as if it were unphased. */
Test(record_phase, phase_that_is_not_understood_is_not_kept)
{
    const skr_vcf_record record = {
        .gt = gt, .gt_width = 1, .n_ploidy = 2, .n_alts = 1, .has_psl = true};
    const skr_phase_place place = {NULL, &record, NULL, 4, &named};
    skr_phase phase = {0};
    skr_buffer bytes = {0};
    n_samples = 4;
    skr_carriers_clear(&carriers);
    for (uint32_t s = 0; s < n_samples; s++) {
        copies[s][0] = 0;
        copies[s][1] = 1;
        gt[s][0] = coded(0, true);
        gt[s][1] = coded(1, true);
    }
    skr_phase_clear(&phase);
    cr_assert(eq(int, skr_phase_read_pairs(&phase, &record, 0, 4, SKR_WRITTEN_BAR, &err), SKR_OK));
    collect(&phase);
    cr_assert(eq(int, skr_phase_encode(&phase, &place, 0, &carriers, &bytes, &err), SKR_OK));
    say(said, has_phase);
    skr_cursor cursor = skr_cursor_of(bytes.bytes, bytes.n);
    skr_phase_decode(&cursor, n_samples, has_phase, &carriers, said);
    for (uint32_t s = 0; s < n_samples; s++)
        cr_assert(not(said[s].is_phased));
    skr_buffer_done(&bytes);
    skr_phase_done(&phase);
}

Test(record_phase, damage_is_noticed_or_in_range)
{
    skr_phase phase = {0};
    draw = test_random_drawn("record_phase");
    for (unsigned turn = 0; turn < 100; turn++) {
        skr_buffer bytes = {0};
        draw_record();
        encode(&phase, SKR_WRITTEN_SLASH | SKR_WRITTEN_BAR, &bytes);
        for (unsigned i = 0; i < 60; i++) {
            bool is_cut = i % 2 == 0;
            size_t n = is_cut ? below((uint32_t)bytes.n) : bytes.n;
            uint8_t *copy = malloc(n == 0 ? 1 : n);
            memcpy(copy, bytes.bytes, n);
            if (!is_cut)
                copy[below((uint32_t)n)] = (uint8_t)below(256);
            say(said, has_phase);
            skr_cursor cursor = skr_cursor_of(copy, n);
            skr_phase_decode(&cursor, n_samples, has_phase, &carriers, said);
            cr_assert(cursor.is_bad || !is_cut, "seed %llu: cut at %zu of %zu",
                      (unsigned long long)draw.seed, n, bytes.n);
            free(copy);
        }
        skr_buffer_done(&bytes);
    }
    skr_phase_done(&phase);
}
