/*
 * genotype_rows.h - the genotypes of people, allele by allele.
 *
 * Threads: as engine.h.
 */
#ifndef SKR_ENGINE_FACE_GENOTYPE_ROWS_H
#define SKR_ENGINE_FACE_GENOTYPE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/face/access.h"
#include "engine/face/query.h"
#include "engine/face/warnings.h"

/* Who the columns are, told once before the first row. Texts hold until the function returns. */
typedef struct skr_genotype_head {
    uint64_t generation;
    const char *assembly;
    const char *const *people; /* ids, ascending by their bytes */
    size_t n_people;
    const char *const *contigs;     /* of the assembly, in the order of the store */
    const uint32_t *contig_lengths; /* 0: nobody said */
    size_t n_contigs;
} skr_genotype_head;

/*
 * One allele: of each column the copies that are expected there (rule 6 of docs/counting.md), how
 * many of them were called, and how many of those are of the allele. called is 0 where nothing is
 * known, and may be below or above what is expected. Everything holds until the function returns.
 */
typedef struct skr_genotype_row {
    const char *variant; /* canonical, 1-based */
    const char *contig;
    uint32_t start0; /* of the REF span, anchor base included */
    uint32_t end0;
    const char *ref;  /* "" of a structural allele */
    const char *alt;  /* of a structural allele its type, as within <...> */
    uint64_t length;  /* of a structural allele, where END does not say it; 0: nobody said */
    const char *mate; /* contig of its mate; NULL: none */
    uint64_t mate_pos1;
    const uint8_t *expected;
    const uint8_t *called;
    const uint8_t *copies;
    const uint8_t *is_hemizygous; /* the genotype has no more copies than were called */
    const uint8_t
        *haplotypes; /* of one copy of two: 1, 2: the haplotype that has it; 0: unphased */
    const int32_t *phase_sets; /* of those: PS; 0: the set of the contig */
    uint64_t ac;               /* sums over the columns */
    uint64_t an;
} skr_genotype_row;

typedef struct skr_genotype_sink {
    int (*on_head)(void *context, const skr_genotype_head *head, skr_err *err);
    int (*on_row)(void *context, const skr_genotype_row *row, skr_err *err);
    void *context;
} skr_genotype_sink;

/*
 * The alleles that satisfy the question, as skr_engine_alleles lists them, in one assembly and
 * ascending by contig and place, each with the genotypes of the people of `within` who have a
 * genome (NULL: everybody who has one). They are single people, so they are told under an exact
 * policy alone. Adds to warnings, which may be NULL. Errors: POLICY; QUERY naming somebody who has
 * genomes in two of the datasets asked; as skr_engine_alleles; those of the sink, at which it ends.
 */
SKR_MUST_USE int skr_engine_genotypes(skr_engine *engine, const skr_expr *alleles,
                                      const skr_expr *within, const skr_access *access,
                                      const skr_genotype_sink *sink, skr_warnings *warnings,
                                      skr_err *err);

#endif
