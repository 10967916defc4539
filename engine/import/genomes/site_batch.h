/*
 * site_batch.h - what records said, brought into the order of the genome.
 *
 * Records come in any order: files are unsorted, there are several, and left-alignment moves
 * alleles. Each says fragments: rows (an allele, its carriers and calls among the samples of one
 * file) and spans (a stretch of bases and its calls). They are collected in memory, spilled to a
 * scratch file in sorted runs when there are too many, and merged.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_GENOMES_SITE_BATCH_H
#define SKR_ENGINE_IMPORT_GENOMES_SITE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/segment/segment.h"

/* How the record of a row's fragment names the allele: what the body ends with. */
typedef enum skr_claim_form {
    SKR_CLAIM_ATOM = 1,   /* a base of a longer replacement: SKR_SPELLING_SIZE bytes, which one */
    SKR_CLAIM_SHARED = 2, /* the record names it by other keys too: 8 bytes, the record's number */
} skr_claim_form;

#define SKR_SPELLING_SIZE 16u /* bytes of a digest */

typedef struct skr_fragment {
    skr_allele allele; /* of a span: contig, start0, end0, ploidy */
    bool is_span;
    bool filter_failed;  /* of a row: its record failed FILTER */
    uint8_t claim;       /* of a row: skr_claim_form, added up */
    uint32_t file;       /* number of the file that said it */
    const uint8_t *body; /* calls, of a row carriers and more: import_body.h */
    size_t n_body;
} skr_fragment;

/*
 * The order of fragments: contig, start0, rows before spans, then as skr_segment_allele_compare;
 * spans by end0 and ploidy. 0 for two that say something of the same row or the same span.
 */
int skr_site_batch_compare(const skr_fragment *a, const skr_fragment *b);

typedef struct skr_site_batch skr_site_batch;

/*
 * scratch_path names a file that is made when it is needed; the caller removes it. n_bytes_max is
 * about how much memory it takes. The caller owns *ret_batch. Errors: NOMEM.
 */
SKR_MUST_USE int skr_site_batch_new(const char *scratch_path, size_t n_bytes_max,
                                    skr_site_batch **ret_batch, skr_err *err);

/* Fragments that were added. */
uint64_t skr_site_batch_count(const skr_site_batch *batch);

/* Adds a fragment, which is copied. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_site_batch_add(skr_site_batch *batch, const skr_fragment *fragment,
                                    skr_err *err);

/* How many rows were added. */
uint64_t skr_site_batch_n_rows(const skr_site_batch *batch);

/* Ends adding. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_site_batch_finish(skr_site_batch *batch, skr_err *err);

/*
 * The next fragment in order; *ret_is_end: there is none. Its texts and body belong to the batch
 * until the next call. Errors: IO.
 */
SKR_MUST_USE int skr_site_batch_next(skr_site_batch *batch, skr_fragment *ret_fragment,
                                     bool *ret_is_end, skr_err *err);

/* Goes back to the first fragment. */
void skr_site_batch_rewind(skr_site_batch *batch);

/* Frees. NULL is allowed. */
void skr_site_batch_free(skr_site_batch *batch);

#endif
