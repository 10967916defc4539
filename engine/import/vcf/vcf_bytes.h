/*
 * vcf_bytes.h - the unpacked bytes of a file, as many in one piece as its reader asks for.
 *
 * Threads: one owner; unpacking may use threads inside.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_BYTES_H
#define SKR_ENGINE_IMPORT_VCF_VCF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/sealed/input_pipe.h"
#include "engine/import/vcf/vcf_blocks.h"
#include "storage/base/err.h"

struct BGZF;

/* Where the reader is, for messages. */
typedef struct skr_vcf_where {
    char *name; /* of the file */
    bool is_bcf;
    uint64_t n_lines;   /* begun, of text */
    uint64_t n_records; /* begun */
} skr_vcf_where;

/* Zero-initialise, and end with skr_vcf_bytes_done. */
typedef struct skr_vcf_bytes {
    const skr_vcf_where *where;
    skr_input_plan plan;
    skr_input *input;
    skr_blocks *blocks;   /* of a bgzipped file, or */
    struct BGZF *bgzf;    /* of another one, with room of its own */
    skr_input_pipe *pipe; /* from which bgzf reads what is sealed */
    uint8_t *room;
    size_t n_room;
    uint8_t *piece; /* the bytes that are there, zeros after them */
    size_t n;
    size_t at; /* in piece, where the next line or record begins */
    bool is_end;
    bool is_bad;
} skr_vcf_bytes;

/* Opens a regular file; what plan points to must outlive it. Errors: those of an input. */
SKR_MUST_USE int skr_vcf_bytes_open(skr_vcf_bytes *bytes, const skr_vcf_where *where,
                                    const skr_input_plan *plan, unsigned n_threads, skr_err *err);

/* Frees. */
void skr_vcf_bytes_done(skr_vcf_bytes *bytes);

/*
 * Makes sure that n bytes from `at` on are in one piece, unless the end comes first: *ret_n is how
 * many there are, SKR_BLOCKS_SPARE zeros after. Errors: INPUT, damaged before that; IO; NOMEM.
 */
SKR_MUST_USE int skr_vcf_bytes_need(skr_vcf_bytes *bytes, size_t n, uint8_t **ret_bytes,
                                    size_t *ret_n, skr_err *err);

/* At the end: was the last block of a bgzipped file there? Errors: INPUT. */
SKR_MUST_USE int skr_vcf_bytes_check_end(const skr_vcf_bytes *bytes, skr_err *err);

/* How many bytes of the file were read, about; 0: it cannot be told. */
uint64_t skr_vcf_bytes_position(const skr_vcf_bytes *bytes);

#endif
