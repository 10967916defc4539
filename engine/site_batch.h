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
#ifndef SKR_ENGINE_SITE_BATCH_H
#define SKR_ENGINE_SITE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/segment.h"

/* How the record of a row's fragment names the allele. */
typedef enum skr_claim_form {
    SKR_CLAIM_OWN = 0,  /* an ALT is the allele */
    SKR_CLAIM_ATOM = 1, /* it is one base of a longer replacement, and no ALT is it */
    /* Added to one of them where several ALTs of the record name the allele: two fragments. */
    SKR_CLAIM_UNION = 2, /* a copy of any of those ALTs is a copy: true of the record alone */
    SKR_CLAIM_LEAST = 4, /* the least of those ALTs: what counts beside other records (rule 4) */
} skr_claim_form;

typedef struct skr_fragment {
    skr_allele allele; /* of a span: contig, start0, end0, zone */
    bool is_span;
    bool filter_failed;  /* of a row: its record failed FILTER */
    uint8_t claim;       /* of a row: skr_claim_form */
    uint32_t file;       /* number of the file that said it */
    const uint8_t *body; /* calls, and carriers of a row: import_body.h */
    size_t n_body;
} skr_fragment;

/*
 * The order of fragments: contig, start0, rows before spans, then as skr_allele_compare; spans by
 * end0 and zone. 0 for two that say something of the same row or the same span.
 */
int skr_fragment_compare(const skr_fragment *a, const skr_fragment *b);

typedef struct skr_site_batch skr_site_batch;

/*
 * scratch_path names a file that is made when it is needed; the caller removes it. n_bytes_max is
 * about how much memory it takes. The caller owns *ret_batch. Errors: NOMEM.
 */
SKR_MUST_USE int skr_site_batch_new(const char *scratch_path, size_t n_bytes_max,
                                    skr_site_batch **ret_batch, skr_err *err);

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

/* Frees. NULL is allowed. */
void skr_site_batch_free(skr_site_batch *batch);

#endif
