/*
 * cohort_gvcf.h - a person as a gVCF: records of what the person carries, blocks of what was looked
 * at beside it, as GATK's HaplotypeCaller writes them.
 *
 * Two alleles of one place stand in one record if they lie on different haplotypes. After a
 * deletion blocks go on behind it. Where the person has no copy nothing is written; where it has
 * one, genotypes have one copy.
 */
#ifndef SKR_TOOLS_COHORT_GVCF_H
#define SKR_TOOLS_COHORT_GVCF_H

#include "tools/cohort/cohort_bgzf.h"
#include "tools/cohort/cohort_depth.h"
#include "tools/cohort/cohort_genomes.h"

#define COHORT_GVCF_ALTS_MAX 2u /* <NON_REF>, which every record has, is not counted */
#define COHORT_GVCF_PL_MAX 10u

typedef struct cohort_gvcf_record {
    uint32_t pos0;
    uint32_t end0;   /* behind the block, or behind REF */
    uint32_t n_alts; /* 0: a block */
    char ref[COHORT_INDEL_MAX + 2];
    char alts[COHORT_GVCF_ALTS_MAX][2 * COHORT_INDEL_MAX + 4];
    unsigned n_copies;
    uint8_t gt[2]; /* alleles, ascending; 0 REF */
    uint32_t depth;
    uint32_t min_depth; /* of a block */
    uint32_t gq;
    uint32_t ad[COHORT_GVCF_ALTS_MAX + 2]; /* REF, the ALTs, <NON_REF> */
    uint32_t pl[COHORT_GVCF_PL_MAX];
    uint32_t n_pl;
    int32_t rank_eighths; /* BaseQRankSum, of a heterozygote */
} cohort_gvcf_record;

/* Walks along a person. */
typedef struct cohort_gvcf {
    const cohort_genomes *genomes;
    uint32_t person;
    cohort_depth depth;
    cohort_random random;
    uint32_t at0;        /* the first base of which nothing was said */
    uint32_t at_carried; /* the next allele */
    uint32_t at_missing; /* the next site without a call */
} cohort_gvcf;

/* Begins at the first base that is wanted. genomes must outlive it. */
void cohort_gvcf_init(cohort_gvcf *gvcf, const cohort_genomes *genomes, uint32_t person);

/* The next record, ascending by place; false: there is none. */
bool cohort_gvcf_next(cohort_gvcf *gvcf, cohort_gvcf_record *ret_record);

/* Writes the header or a record as text, and as BCF. bgzf remembers what fails. */
void cohort_gvcf_put_header(const cohort_genomes *genomes, uint32_t person, bool is_bcf,
                            cohort_bgzf *bgzf);
void cohort_gvcf_put_text(const cohort_genomes *genomes, const cohort_gvcf_record *record,
                          cohort_bgzf *bgzf);
void cohort_gvcf_put_bcf(const cohort_gvcf_record *record, cohort_bgzf *bgzf);

/* Writes NAME.g.vcf.gz or NAME.g.bcf of every wanted person into a folder, which is made if it is
 * missing. Errors: IO, NOMEM. */
SKR_MUST_USE int cohort_gvcf_write(const cohort_genomes *genomes, const char *folder, bool is_bcf,
                                   skr_err *err);

#endif
