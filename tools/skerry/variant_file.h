/*
 * variant_file.h - genotypes on their way to a VCF or BCF file, or to BED: written with htslib.
 *
 * Threads: a file has one owner.
 */
#ifndef SKR_TOOLS_VARIANT_FILE_H
#define SKR_TOOLS_VARIANT_FILE_H

#include <stdbool.h>

#include "engine/face/genotype_rows.h"

typedef enum skr_variant_form {
    SKR_VARIANTS_VCF = 0,
    SKR_VARIANTS_VCF_GZ = 1,
    SKR_VARIANTS_BCF = 2,
    SKR_VARIANTS_BED = 3, /* places, numbers and no genotypes */
} skr_variant_form;

typedef struct skr_variant_file skr_variant_file;

typedef struct skr_variant_options {
    const char *path; /* "-": standard output */
    skr_variant_form form;
    bool has_genotypes;   /* otherwise sites alone */
    bool is_carried;      /* leave out alleles that nobody of the columns has */
    const char *question; /* stands in the header */
} skr_variant_options;

/* Opens a file; the options must outlive it. The caller owns *ret_file. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_variant_file_new(const skr_variant_options *options,
                                      skr_variant_file **ret_file, skr_err *err);

/* Functions of a sink whose context is the file. Errors: IO, NOMEM; INTERRUPTED. */
SKR_MUST_USE int skr_variant_file_head(void *context, const skr_genotype_head *head, skr_err *err);
SKR_MUST_USE int skr_variant_file_row(void *context, const skr_genotype_row *row, skr_err *err);

/* How many rows were written. */
uint64_t skr_variant_file_n_rows(const skr_variant_file *file);

/* Writes what has not been written, and closes; the file goes with skr_variant_file_free. Errors:
 * IO, with an empty message when the reader of a pipe went away. */
SKR_MUST_USE int skr_variant_file_close(skr_variant_file *file, skr_err *err);

/* Frees; a file that was not closed is removed. NULL is allowed. */
void skr_variant_file_free(skr_variant_file *file);

#endif
