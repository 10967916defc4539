/*
 * sample_facts.h - what is known of how good a sample's genotypes are, as plain numbers.
 *
 * They are counted when a delivery is imported, of its records alone, and never change: a sample
 * that is delivered again has others. docs/counting.md, "Sample QC", says what each number counts.
 * A segment written before format 4 has none.
 */
#ifndef SKR_STORAGE_SEGMENT_SAMPLE_FACTS_H
#define SKR_STORAGE_SEGMENT_SAMPLE_FACTS_H

#include <math.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/base/qualities.h"

/* The facts, in the order in which they are stored. Autosomes only, unless another is named. */
typedef enum skr_sample_fact {
    SKR_FACT_SAID,        /* alleles of which the sample's records say something */
    SKR_FACT_CALLED,      /* of them those at which as many copies are called as are expected */
    SKR_FACT_HET,         /* alleles that it carries as het */
    SKR_FACT_HOM,         /* and as hom */
    SKR_FACT_SINGLETONS,  /* alleles of AC 1 in the delivery that it carries */
    SKR_FACT_TRANSITIONS, /* SNVs that it carries */
    SKR_FACT_TRANSVERSIONS,
    SKR_FACT_TOGETHER,    /* samples that its delivery had: singletons are among them */
    SKR_FACT_DEPTH_SUM,   /* of the records and, base by base, of the blocks that tell a depth */
    SKR_FACT_DEPTH_OF,    /* how many records and bases these are; 0: the mean is unknown */
    SKR_FACT_CALLABLE,    /* bases at which it has called copies, by the coverage layer */
    SKR_FACT_CALLABLE_OF, /* bases of the contigs of the delivery; 0: the share is unknown */
    SKR_FACT_X_HET,       /* genotypes on X outside the PAR as written: with two alleles */
    SKR_FACT_X_HOM,       /* and with one, which is not REF */
    SKR_FACT_Y_ALT,       /* genotypes on Y outside the PAR with an allele that is not REF */
    SKR_FACT_SEX,         /* skr_sample_sex: what X and Y say */
    SKR_N_SAMPLE_FACTS,
} skr_sample_fact;

/* What the genotypes on X and Y look like. */
typedef enum skr_sample_sex {
    SKR_SEX_TOO_LITTLE, /* too few genotypes on X to say anything */
    SKR_SEX_LIKE_XX,
    SKR_SEX_LIKE_XY,
    SKR_SEX_UNCLEAR, /* neither the one nor the other */
    SKR_N_SAMPLE_SEXES,
} skr_sample_sex;

/* a / b; NAN where both are 0, as nothing is known then. */
static inline double skr_sample_ratio(uint64_t a, uint64_t b)
{
    return b > 0 ? (double)a / (double)b : a > 0 ? INFINITY : NAN;
}

/* What the facts of a sample say of a quality; NAN: nothing. Somebody who was delivered alone has
 * nobody with whom alleles could be shared, so singletons say nothing. */
static inline double skr_sample_quality(const uint64_t *facts, skr_quality quality)
{
    switch (quality) {
    case SKR_QUALITY_COVERAGE:
        return skr_sample_ratio(facts[SKR_FACT_DEPTH_SUM], facts[SKR_FACT_DEPTH_OF]);
    case SKR_QUALITY_CALLABLE:
        return skr_sample_ratio(facts[SKR_FACT_CALLABLE], facts[SKR_FACT_CALLABLE_OF]);
    case SKR_QUALITY_CALL_RATE:
        return skr_sample_ratio(facts[SKR_FACT_CALLED], facts[SKR_FACT_SAID]);
    case SKR_QUALITY_HET_HOM:
        return skr_sample_ratio(facts[SKR_FACT_HET], facts[SKR_FACT_HOM]);
    case SKR_QUALITY_SINGLETONS:
        return facts[SKR_FACT_TOGETHER] > 1 ? (double)facts[SKR_FACT_SINGLETONS] : NAN;
    case SKR_QUALITY_TI_TV:
        return skr_sample_ratio(facts[SKR_FACT_TRANSITIONS], facts[SKR_FACT_TRANSVERSIONS]);
    case SKR_N_QUALITIES:
        break;
    }
    return NAN;
}

/* Gives a fact of a sample, for whoever writes a segment. */
typedef struct skr_facts_source {
    uint64_t (*of)(const void *context, uint32_t sample, skr_sample_fact fact); /* NULL: no facts */
    const void *context;
} skr_facts_source;

/* Told the facts of one sample; facts has SKR_N_SAMPLE_FACTS numbers. */
typedef int (*skr_facts_fn)(void *context, uint32_t sample, const uint64_t *facts, skr_err *err);

#endif
