/*
 * fasta.h - the sequences of a FASTA, plain or compressed, contig by contig.
 *
 * Nothing is written beside the file, and nothing but the file is opened: no index is needed. The
 * contigs that were asked for last stay in memory, up to a limit.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_FASTA_H
#define SKR_ENGINE_IMPORT_GENOMES_FASTA_H

#include <stdbool.h>
#include <stdint.h>

#include "index/contigs/assembly.h"
#include "storage/base/err.h"

typedef struct skr_fasta skr_fasta;

typedef struct skr_sequence {
    const char *bases; /* upper case, as written otherwise; belongs to the FASTA */
    uint32_t n;
    char md5[33]; /* of the upper-case bases, as in the SAM specification */
} skr_sequence;

/*
 * build: the assembly that the file is to be of, or NULL. The caller owns *ret_fasta. Errors: INPUT
 * (cannot be opened, is no FASTA), NOMEM.
 */
SKR_MUST_USE int skr_fasta_open(const char *path, const skr_build *build, skr_fasta **ret_fasta,
                                skr_err *err);

/*
 * The sequence of a contig by its canonical name; it holds until the next call that loads another.
 * *ret_found: the file has it. A contig asked for in the order of the file costs one pass over the
 * file for all. Errors: INPUT (damaged; two of one name; too long), NOMEM.
 */
SKR_MUST_USE int skr_fasta_find(skr_fasta *fasta, const char *canonical_name,
                                skr_sequence *ret_sequence, bool *ret_found, skr_err *err);

/* Closes. NULL is allowed. */
void skr_fasta_close(skr_fasta *fasta);

#endif
