/*
 * cohort_reads.h - reads of a person, in pairs, as an aligner places them.
 *
 * How many begin at a base follows from the depth there (cohort_depth.h), and so does whether their
 * place is certain. Each pair is of one haplotype. An allele within the last bases of a read is
 * clipped off where it changes the length, as aligners do. Bases within a deletion of the same
 * haplotype are gone, whatever allele they had.
 *
 * Memory: about 450 bytes a read. Threads: one owner.
 */
#ifndef SKR_TOOLS_COHORT_READS_H
#define SKR_TOOLS_COHORT_READS_H

#include "tools/cohort/cohort_genomes.h"

#define COHORT_READ_BASES 150u
#define COHORT_READ_OPS_MAX 64u

typedef struct cohort_read {
    uint32_t start0; /* of its first base that is not clipped */
    uint32_t pair;
    uint32_t mate_start0;
    bool is_second;  /* of the two, by place */
    uint8_t mapping; /* quality of its place */
    uint8_t n_ops;
    struct {
        char op; /* M, I, D or S */
        uint8_t n;
    } ops[COHORT_READ_OPS_MAX];
    char bases[COHORT_READ_BASES + 1];
    uint8_t qualities[COHORT_READ_BASES];
} cohort_read;

/* All reads of a person, ascending by place. The caller owns *ret_reads (free). Errors: NOMEM. */
SKR_MUST_USE int cohort_reads_make(const cohort_genomes *genomes, uint32_t person,
                                   cohort_read **ret_reads, size_t *ret_n, skr_err *err);

#endif
