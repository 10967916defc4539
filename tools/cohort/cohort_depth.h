/*
 * cohort_depth.h - how well a person was sequenced, base by base: depth, and how sure a caller is
 * that there is no allele.
 *
 * Depth wanders about a mean of the person's own. Beside that there are hard regions, in which most
 * people have few reads or reads of no certain place; hard bases, each with its own share of people
 * who fail there, most of them few; and drops of depth and doubtful bases that only this person
 * has. What is hard is the same for everybody of one seed. docs/performance.md has the rates.
 *
 * Memory: none. Threads: one owner.
 */
#ifndef SKR_TOOLS_COHORT_DEPTH_H
#define SKR_TOOLS_COHORT_DEPTH_H

#include "tools/cohort/cohort_out.h"

/* What holds of a base, and of those after it up to end0. */
typedef struct cohort_quality {
    uint32_t end0;
    uint32_t depth;
    uint32_t gq; /* of a genotype without an allele, 0 to 99 */
} cohort_quality;

/* Stretches of one kind along the sequence; of each a person is concerned or not. */
typedef struct cohort_stretches {
    cohort_random shared; /* where they are */
    cohort_random own;    /* whom they concern */
    uint32_t start0;
    uint32_t end0;
    uint32_t drawn; /* what the person has there, of each kind its own */
    bool is_hit;
} cohort_stretches;

#define COHORT_N_STRETCHES 4u

typedef struct cohort_depth {
    cohort_random random;
    double mean;
    bool is_clean; /* nothing is hard, and depth never low */
    uint32_t walk_end0;
    double walk;
    cohort_stretches stretches[COHORT_N_STRETCHES];
} cohort_depth;

/* Begins at the first base of the stretch. */
void cohort_depth_init(cohort_depth *depth, const cohort_request *request, uint32_t person);

/* What holds at pos0, which is no smaller than the last time; copies (1 or 2) of the base. */
cohort_quality cohort_depth_at(cohort_depth *depth, uint32_t pos0, unsigned copies);

#endif
