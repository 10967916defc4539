/*
 * vcf_text.h - VCF text: lines, the header, and the fixed columns of a record.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_TEXT_H
#define SKR_ENGINE_IMPORT_VCF_VCF_TEXT_H

#include "engine/import/vcf/vcf_int.h"

/* Reads the header. Errors: INPUT, IO, NOMEM. */
SKR_MUST_USE int skr_vcf_text_header(skr_vcf *vcf, skr_err *err);

/* Reads the next record; empty lines are passed over. *ret_is_end: there is no more. Errors: INPUT,
 * IO, NOMEM. */
SKR_MUST_USE int skr_vcf_text_record(skr_vcf *vcf, bool *ret_is_end, skr_err *err);

#endif
