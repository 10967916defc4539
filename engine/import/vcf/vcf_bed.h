/*
 * vcf_bed.h - reads a BED: stretches of contigs, plain or packed by gzip or bgzip.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_BED_H
#define SKR_ENGINE_IMPORT_VCF_VCF_BED_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/base/names.h"

/* Bases [start0, end0), one or more, of a contig. */
typedef struct skr_bed_line {
    uint32_t contig; /* number in names */
    uint32_t start0;
    uint32_t end0;
} skr_bed_line;

struct skr_seal_keys;

/* A whole BED, in its order. Zero-initialise; free with skr_bed_done. */
typedef struct skr_bed {
    skr_names names; /* of contigs, as written */
    skr_bed_line *lines;
    size_t n_lines;
    size_t n_lines_max;
} skr_bed;

/*
 * Reads the file at path ("-": standard input). Comments, empty lines, track and browser lines and
 * stretches of no base are passed over; columns after the third too. n_bytes_max: what the lines
 * may take; keys open a sealed one, and may be NULL. Errors: INPUT naming file and line: a column
 * is missing or no number, the end lies before the start, there are too many; IO; NOMEM.
 */
SKR_MUST_USE int skr_bed_read(const char *path, const struct skr_seal_keys *keys,
                              size_t n_bytes_max, skr_bed *bed, skr_err *err);

/* Frees the lines and zeroes the BED. */
void skr_bed_done(skr_bed *bed);

#endif
