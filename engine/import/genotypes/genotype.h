/*
 * genotype.h - a genotype as a bag of copies: rules 2 and 6 of docs/counting.md.
 *
 * Pure functions on small arrays; no file format and no storage.
 */
#ifndef SKR_ENGINE_IMPORT_GENOTYPES_GENOTYPE_H
#define SKR_ENGINE_IMPORT_GENOTYPES_GENOTYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/limits.h"
#include "storage/carriers/carriers.h"
#include "storage/carriers/copies.h"

/* A copy that is written '.', or whose allele may be anything (<NON_REF>, an unusable ALT). */
#define SKR_COPY_UNKNOWN UINT16_MAX

/* A genotype: first as written, then, after skr_genotype_settle, the copies that count. */
typedef struct skr_genotype {
    uint32_t n;                       /* copies */
    uint32_t n_called;                /* of them known; set by skr_genotype_settle */
    bool is_mixture;                  /* of a mitochondrion; set by skr_genotype_settle */
    uint16_t alleles[SKR_PLOIDY_MAX]; /* 0 REF, i the i-th ALT, or SKR_COPY_UNKNOWN */
} skr_genotype;

/* What became of a genotype under the karyotype. */
typedef enum skr_settled {
    SKR_SETTLED = 0,
    SKR_SETTLED_HET_ON_HAPLOID, /* two alleles where one copy is expected: unknown */
    SKR_SETTLED_NO_COPY,        /* the karyotype has no such chromosome: n is 0 */
} skr_settled;

/*
 * Applies rule 6 to a genotype as written: where one copy is expected 1/1 is one copy, and so is
 * 1/. as some callers write men; where nobody knows the karyotype each of them proves one; a
 * mitochondrion is one copy, and a mixture of all alleles that were seen. Zone is not Y_PAR.
 */
skr_settled skr_genotype_settle(skr_genotype *genotype, skr_ploidy ploidy, skr_karyotype karyotype);

/* All copies unknown: what the gate makes of a genotype that fails. */
void skr_genotype_forget(skr_genotype *genotype);

/* Two different known alleles among the copies as written. */
bool skr_genotype_is_het(const skr_genotype *genotype);

/* All copies known and REF, and there is one. */
bool skr_genotype_is_hom_ref(const skr_genotype *genotype);

/* The zygosity of a carrier with n_this copies, 1 or more, of a settled genotype. */
skr_zygosity skr_genotype_zygosity(const skr_genotype *genotype, uint32_t n_this,
                                   skr_ploidy ploidy);

#endif
