/*
 * genotype_scan.h - finds the few samples of a record that say something else than the rest.
 *
 * Nearly all genotypes of a large file are 0/0. A scan compares 64 samples at a time with that and
 * leaves a bit for each sample that has to be looked at by the rules. Numbers of the gate (GQ, DP)
 * are scanned the same way. Every scan has a plain twin in C that gives the same bits.
 *
 * Bits lie in 64-bit words, the first sample in the lowest bit; bits after the last sample are 0.
 *
 * Threads: no state that changes after the first call.
 */
#ifndef SKR_ENGINE_IMPORT_GENOTYPES_GENOTYPE_SCAN_H
#define SKR_ENGINE_IMPORT_GENOTYPES_GENOTYPE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the values of a FORMAT field lie in memory, at any alignment. */
typedef enum skr_value_type {
    SKR_VALUE_INT8,
    SKR_VALUE_INT16,
    SKR_VALUE_INT32,
    SKR_VALUE_FLOAT,
} skr_value_type;

/* A FORMAT field with numbers; the two least integers of each type, and NAN, are missing. */
typedef struct skr_values {
    const void *values; /* NULL: the record has no such field */
    skr_value_type type;
    uint32_t n_each; /* values a sample, 1 or more */
} skr_values;

/* Value number i of all, NAN when it is missing. */
float skr_genotype_scan_values(const skr_values *values, size_t i);

/* A bit for each sample of a diploid record, by what its two bytes are. */
typedef struct skr_pair_planes {
    uint64_t *carriers; /* both copies known, REF or the first ALT, and not both REF */
    uint64_t *homs;     /* of these: both are the first ALT */
    uint64_t *missing;  /* neither copy is known */
    uint64_t *others;   /* whatever else is not 0/0 */
} skr_pair_planes;

/* How second copies are written: with / before them, with |, or some so and some so. */
enum {
    SKR_WRITTEN_SLASH = 1,
    SKR_WRITTEN_BAR = 2,
};

typedef struct skr_genotype_scan {
    const char *name;

    /*
     * Marks the samples whose bits under mask are not those of value. n_bytes a sample: 1, 2, 4 or
     * 8; mask and value are those of one sample, again and again to 8 bytes. False: there is none.
     */
    bool (*mark_unlike)(const void *samples, size_t n, unsigned n_bytes, uint64_t mask,
                        uint64_t value, uint64_t *marks);

    /*
     * Sorts the n samples of a record with two bytes each. False: all are 0/0. *ret_written: how
     * their second bytes are written, those without a second copy too; 0 when n is.
     */
    bool (*sort_pairs)(const void *pairs, size_t n, const skr_pair_planes *planes,
                       unsigned *ret_written);

    /*
     * Adds marks for the values that are there and below limit: n of a type. Of integers below the
     * least integer that is not below limit, of floats below the float that is limit or next above.
     */
    void (*add_below)(const void *values, size_t n, skr_value_type type, double limit,
                      uint64_t *marks);
} skr_genotype_scan;

/* The table for this CPU; SKERRY_KERNEL chooses it as it does the table of
 * storage/carriers/kernel.h. */
const skr_genotype_scan *skr_genotype_scan_chosen(void);

/* Each table; NULL where the CPU lacks what it needs. */
const skr_genotype_scan *skr_genotype_scan_plain(void);
const skr_genotype_scan *skr_genotype_scan_avx2(void);
const skr_genotype_scan *skr_genotype_scan_avx512(void);

#endif
