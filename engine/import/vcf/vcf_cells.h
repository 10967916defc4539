/*
 * vcf_cells.h - the sample columns of VCF text.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_CELLS_H
#define SKR_ENGINE_IMPORT_VCF_VCF_CELLS_H

#include "engine/import/vcf/vcf_int.h"

/* Reads FORMAT and the sample columns, which begin at text (n bytes, NUL after). Errors: INPUT,
 * NOMEM. */
SKR_MUST_USE int skr_vcf_cells_read(skr_vcf *vcf, char *text, size_t n, skr_err *err);

/* AD of an allele of a sample, as skr_vcf_ad. */
float skr_vcf_cells_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele);

#endif
