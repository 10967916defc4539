/*
 * drawn_record.h - one record drawn with everything that a genotype can be.
 *
 * For one test program: what is drawn is its state.
 */
#ifndef SKR_TESTS_DRAWN_RECORD_H
#define SKR_TESTS_DRAWN_RECORD_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/err.h"
#include "storage/base/limits.h"
#include "tests/support/random.h"
#include "tests/support/raw_bcf.h"

#define N_SAMPLES_MAX 9000u
#define N_ALTS_MAX 80u
#define END INT32_MIN /* after the last copy */
#define ABSENT NAN

enum {
    KEY_PASS,
    KEY_FAIL,
    KEY_REFCALL,
    KEY_GT,
    KEY_GQ,
    KEY_DP,
    KEY_MIN_DP,
    KEY_AD,
    KEY_FT
};

/* A drawn record, as it is meant. */
typedef struct drawn {
    uint32_t n_samples;
    uint32_t n_alts;
    uint32_t n_ploidy;                         /* 0: no GT */
    int gt_type;                               /* RAW_INT8 ... */
    int32_t gt[N_SAMPLES_MAX][SKR_PLOIDY_MAX]; /* allele, -1 '.', END */
    unsigned phased;                           /* of 100 */
    bool is_phased[N_SAMPLES_MAX];
    int filter;
    bool has_gq, has_dp, has_min_dp, has_ad, has_ft;
    float gq[N_SAMPLES_MAX];
    float dp[N_SAMPLES_MAX];
    float min_dp[N_SAMPLES_MAX];
    uint32_t ad_width; /* values of the BCF vector */
    uint32_t n_ad[N_SAMPLES_MAX];
    float ad[N_SAMPLES_MAX][N_ALTS_MAX + 2];
    int ft[N_SAMPLES_MAX]; /* 0 missing, 1 PASS, 2 bad, 3 RefCall */
} drawn;

static drawn it;
static test_random draw;
static skr_err err;

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* ------------------------------------------------------------------ drawing */

static void draw_genotype(uint32_t sample, unsigned strange)
{
    int32_t *gt = it.gt[sample];
    uint32_t n = it.n_ploidy;
    bool is_plain = below(100) >= strange;
    if (!is_plain && below(3) == 0)
        n = below(it.n_ploidy + 1); /* a short vector; 0: nothing at all */
    bool is_missing = !is_plain && below(3) == 0;
    for (uint32_t i = 0; i < it.n_ploidy; i++) {
        if (i >= n)
            gt[i] = END;
        else if (is_missing || (!is_plain && below(6) == 0))
            gt[i] = -1;
        else
            gt[i] = is_plain ? 0 : (int32_t)below(it.n_alts + 1);
    }
    it.is_phased[sample] = below(100) < it.phased;
}

static float draw_number(unsigned low)
{
    return below(40) == 0 ? ABSENT : (float)(below(100) < low ? below(25) : 20 + below(80));
}

/* As many depths as alleles, most often; else one value too few or too many, or a '.'. */
static void draw_ad(uint32_t sample)
{
    uint32_t n = below(8) == 0 ? 1 + below(it.ad_width) : it.n_alts + 1;
    it.n_ad[sample] = n < it.ad_width ? n : it.ad_width;
    for (uint32_t a = 0; a < it.n_ad[sample]; a++)
        it.ad[sample][a] = below(50) == 0 ? ABSENT : (float)below(40);
}

static void draw_record(bool is_gated)
{
    static const uint32_t sizes[] = {1, 7, 63, 64, 65, 130, 1000, 4096, 4097, 8999};
    static const unsigned oddities[] = {0, 1, 5, 50, 100};
    it.n_samples = below(3) == 0 ? 1 + below(300) : sizes[below(sizeof sizes / sizeof *sizes)];
    it.n_alts = below(4) == 0 ? 1 + below(5) : below(30) == 0 ? 70 : 1;
    it.n_ploidy = below(3) > 0 ? 2 : below(20) == 0 ? 0 : 1 + below(4);
    it.gt_type = it.n_alts > 62 || below(5) == 0 ? RAW_INT16 : RAW_INT8;
    it.gt_type = below(8) == 0 ? RAW_INT32 : it.gt_type;
    it.filter = (int)below(3) > 0 ? KEY_PASS : (int)below(3);
    it.has_gq = is_gated && below(2) == 0;
    it.has_dp = is_gated && below(2) == 0;
    it.has_min_dp = is_gated && below(5) == 0;
    it.has_ad = is_gated && below(2) == 0;
    it.has_ft = is_gated && below(5) == 0;
    unsigned strange = oddities[below(5)];
    unsigned low = oddities[below(4)];
    it.phased = below(2) == 0 ? oddities[below(5)] : 100 - oddities[below(5)];
    it.ad_width = it.n_alts + below(5) / 2; /* n_alts + 1 fits */
    for (uint32_t s = 0; s < it.n_samples; s++) {
        draw_genotype(s, strange);
        it.gq[s] = draw_number(low);
        it.dp[s] = draw_number(low);
        it.min_dp[s] = below(2) == 0 ? ABSENT : draw_number(low);
        draw_ad(s);
        it.ft[s] = below(100) < low ? (int)below(4) : 1;
    }
}

#endif
