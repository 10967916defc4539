/*
 * haplotypes.h - on which of its two haplotypes a sample has an allele of which it has one copy.
 *
 * Who has two copies has one on each, and who has the only copy that there is has no haplotypes to
 * tell apart: so a row says it of its carriers of one copy alone, and of those whose genotype was
 * phased. Haplotypes of two alleles can be compared where they are of one set: that of the whole
 * contig, or one that PS names. docs/format.md, "Phase of a row", is the twin of the stored form;
 * docs/decisions/0012 says why it is this one.
 *
 * Threads: no state.
 */
#ifndef SKR_STORAGE_CARRIERS_HAPLOTYPES_H
#define SKR_STORAGE_CARRIERS_HAPLOTYPES_H

#include "storage/carriers/carriers.h"

/* The set of genotypes that name none: all of them are one, apart from those that are named. */
#define SKR_HAPLOTYPE_SET_WHOLE INT64_MIN

/* No set that is named is further from 0. */
#define SKR_HAPLOTYPE_SET_MAX INT64_C(1000000000000000000)

/* A carrier of one copy whose genotype was phased. */
typedef struct skr_haplotype {
    uint32_t sample;
    uint32_t part;  /* a contig may have come in several files: sets of two parts are never one */
    int64_t set;    /* PS, or SKR_HAPLOTYPE_SET_WHOLE */
    bool is_second; /* the second haplotype has the allele, not the first */
} skr_haplotype;

/* Those of a row, ascending by sample. Zero-initialise; free with skr_haplotypes_done. */
typedef struct skr_haplotypes {
    skr_haplotype *list;
    uint32_t n;
    uint32_t n_max;
} skr_haplotypes;

/* Frees the list and zeroes. */
void skr_haplotypes_done(skr_haplotypes *phased);

/* Appends. Errors: NOMEM. */
SKR_MUST_USE int skr_haplotypes_add(skr_haplotypes *phased, skr_haplotype one, skr_err *err);

/* Sorts by sample what was appended in any order. */
void skr_haplotypes_sort(skr_haplotypes *phased);

/* What is said of a sample; NULL: nothing, it was not phased or is no carrier of one copy. */
const skr_haplotype *skr_haplotypes_find(const skr_haplotypes *phased, uint32_t sample);

/* Are both of one set? */
static inline bool skr_haplotype_is_of_set(const skr_haplotype *a, const skr_haplotype *b)
{
    return a->part == b->part && a->set == b->set;
}

/* How many carriers have one copy, plain or not. */
uint32_t skr_haplotypes_n_ones(const skr_carriers *carriers);

/*
 * Whose first haplotype has the allele, as far as that is known: plain carriers of two copies and
 * phased ones, as plain carriers of one copy. firsts is cleared first. Errors: NOMEM.
 */
SKR_MUST_USE int skr_haplotypes_firsts(const skr_haplotypes *phased, const skr_carriers *carriers,
                                       skr_carriers *firsts, skr_err *err);

/* Where an allele lies, and the row of the orders of first haplotypes that is its firsts. */
typedef struct skr_haplotype_place {
    uint32_t start0;
    bool is_ordered;
    uint64_t order_row;
} skr_haplotype_place;

/*
 * Appends the stored bytes; nothing where nobody was phased. All of phased are carriers of one copy
 * (checked). Errors: NOMEM.
 */
SKR_MUST_USE int skr_haplotypes_encode(const skr_haplotypes *phased, const skr_carriers *carriers,
                                       const skr_haplotype_place *place, skr_buffer *bytes,
                                       skr_err *err);

/* Do the stored bytes refer to a row of the orders? They are not believed. */
bool skr_haplotypes_is_ordered(const uint8_t *bytes, size_t n_bytes, uint64_t *ret_order_row);

/*
 * Reads stored bytes, which are not believed, into phased, which is cleared first. firsts: where
 * they refer to a row of the orders, what it is, samples ascending; else NULL. Errors: CORRUPT,
 * NOMEM.
 */
SKR_MUST_USE int skr_haplotypes_decode(const uint8_t *bytes, size_t n_bytes,
                                       const skr_carriers *carriers, uint32_t start0,
                                       const skr_carriers *firsts, skr_haplotypes *phased,
                                       skr_err *err);

#endif
