/*
 * drawn_spellings.h - a drawn joint VCF: haplotypes, and the records that spell them.
 */
#ifndef SKR_TESTS_DRAWN_SPELLINGS_H
#define SKR_TESTS_DRAWN_SPELLINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/support/random.h"

#define PLACES 5     /* bases that differ */
#define PAD 3        /* bases on each side that do not */
#define FIRST1 1000u /* POS of the first base of the window */
#define WINDOW (PLACES + 2 * PAD)
#define SAMPLES 4
#define COPIES 3
#define UNITS 32
#define RECORDS 48

/* A stretch of the window as a record may write it, trimmed. */
typedef struct unit {
    int from;
    int to;
    char alt[PLACES + 4];
} unit;

typedef struct cell {
    int of[COPIES];  /* -1 '.', 0 REF, number of the ALT; as written */
    int hap[COPIES]; /* the haplotype that each copy is, which nobody writes */
    bool is_phased;
    int set; /* 0: none */
} cell;

typedef struct record {
    int from; /* with padding */
    int to;
    int n_units;
    int units[3];
    bool has_sets;
    cell cells[SAMPLES];
} record;

typedef struct joint {
    test_random random;
    char ref[WINDOW + 1];
    int n_samples;
    int n_copies[SAMPLES];
    char haps[SAMPLES][COPIES][WINDOW + 1];
    uint32_t has_unit[SAMPLES][COPIES]; /* a bit a unit */
    bool has_insert[SAMPLES][COPIES];
    int n_units;
    unit units[UNITS];
    int n_records;
    record records[RECORDS];
} joint;

/* Draws haplotypes, then records that spell them. */
void spellings_draw(joint *it, uint64_t seed);

/* Writes the records as VCF text, in a drawn order. */
void spellings_write(joint *it, const char *path);

#endif
