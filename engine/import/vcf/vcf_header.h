/*
 * vcf_header.h - what the lines of a header say.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_HEADER_H
#define SKR_ENGINE_IMPORT_VCF_VCF_HEADER_H

#include "engine/import/vcf/vcf_int.h"

/* The version in the text after "##fileformat=", as skr_vcf_version. */
unsigned skr_vcf_header_version(const char *text);

/* Counts n bytes that something declared in the header takes. Errors: INPUT, too many. */
SKR_MUST_USE int skr_vcf_header_declare(skr_vcf *vcf, size_t n, skr_err *err);

/* Keeps what a line says of the assembly. Errors: NOMEM. */
SKR_MUST_USE int skr_vcf_header_read_hint(skr_vcf *vcf, const char *line, skr_err *err);

/* A line ##contig: remembers the length that it gives, if it does. Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_vcf_header_read_contig(skr_vcf *vcf, const char *line, skr_err *err);

/* Remembers the length of a contig; what is none is passed over. Errors: NOMEM. */
SKR_MUST_USE int skr_vcf_header_add_contig(skr_vcf *vcf, const char *name, size_t n,
                                           uint32_t length, skr_err *err);

/* A line ##FORMAT: is its tag a number? Errors: INPUT, NOMEM. */
SKR_MUST_USE int skr_vcf_header_read_format(skr_vcf *vcf, const char *line, skr_err *err);

/* The line that names the columns, NUL-terminated, and is line n_lines: adds the samples. Errors:
 * INPUT (columns that are missing, a name that is empty, too long or there twice), NOMEM. */
SKR_MUST_USE int skr_vcf_header_read_columns(skr_vcf *vcf, const char *line, skr_err *err);

#endif
