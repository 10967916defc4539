/*
 * vcf_bcf.h - records of BCF, read from their bytes; no length in them is believed.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_BCF_H
#define SKR_ENGINE_IMPORT_VCF_VCF_BCF_H

#include "engine/import/vcf/vcf_int.h"

/* Reads the header. Errors: INPUT, IO, NOMEM. */
SKR_MUST_USE int skr_vcf_bcf_header(skr_vcf *vcf, skr_err *err);

/* Reads the next record. *ret_is_end: there is no more. Errors: INPUT, IO, NOMEM. */
SKR_MUST_USE int skr_vcf_bcf_record(skr_vcf *vcf, bool *ret_is_end, skr_err *err);

/* AD of an allele and the phase set of a sample, as skr_vcf_ad and skr_vcf_phase_set. */
float skr_vcf_bcf_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele);
int64_t skr_vcf_bcf_phase_set(const skr_vcf *vcf, uint32_t sample);

/* FORMAT/LEN of a sample; SKR_VCF_NO_LENGTH where it is missing. */
int64_t skr_vcf_bcf_length(const skr_vcf *vcf, uint32_t sample);

#endif
