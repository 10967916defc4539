/*
 * vcf_local.h - local alleles of VCF 4.5: a sample's own list of ALTs, and what is said by it.
 *
 * LAA lists ALTs of the record, from 1; LGT and LAD count along that list, with 0 for REF. GT and
 * AD are of the record's own list, always.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_LOCAL_H
#define SKR_ENGINE_IMPORT_VCF_VCF_LOCAL_H

#include "engine/import/vcf/vcf_int.h"

/* Has the FORMAT at hand, of text, LGT or LAD? */
static inline bool skr_vcf_local_is_there(const skr_vcf *vcf)
{
    return vcf->format.has[SKR_VCF_LGT] || vcf->format.has[SKR_VCF_LAD];
}

/* Forgets what the samples of the record before said. Errors: NOMEM. */
SKR_MUST_USE int skr_vcf_local_clear(skr_vcf *vcf, skr_err *err);

/* Takes LGT, LAA or LAD of a sample, of text, where FORMAT has LGT or LAD. */
void skr_vcf_local_take(skr_vcf *vcf, uint32_t sample, skr_vcf_field field, const char *at);

/*
 * All samples are read: LGT takes the place of a GT that is missing; where both are there and
 * differ, the record has a conflict. Errors: INPUT, LGT is no genotype or names what LAA lacks;
 * NOMEM.
 */
SKR_MUST_USE int skr_vcf_local_settle(skr_vcf *vcf, skr_err *err);

/* The reads of an allele (0 REF) of a sample by LAD; NAN when missing, or not in LAA. */
float skr_vcf_local_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele);

#endif
