/*
 * reference.h - the packed sequence of the contigs that deliveries touch, one file an assembly.
 *
 * 2 bits a base (A, C, G, T), runs of anything else read as N, and the MD5 of the upper-case
 * sequence as in the SAM specification (M5). docs/format.md, "Reference".
 *
 * Threads: a reference has one owner, since it keeps what it last read. Threads that need one each
 * open it.
 */
#ifndef SKR_STORAGE_REFERENCE_REFERENCE_H
#define SKR_STORAGE_REFERENCE_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/err.h"
#include "storage/base/limits.h"
#include "storage/block/block_file.h"

typedef struct skr_reference skr_reference;

/* Opens the reference file of an assembly. The caller owns it. Errors: as skr_block_file_open. */
SKR_MUST_USE int skr_reference_open(const char *folder, const skr_file_id *id,
                                    skr_reference **ret_reference, skr_err *err);

/* Closes. NULL is allowed. */
void skr_reference_close(skr_reference *reference);

/* The number of contigs, and of each: its canonical name, length, and 32 hex digits of MD5. */
uint32_t skr_reference_n_contigs(const skr_reference *reference);
const char *skr_reference_contig(const skr_reference *reference, uint32_t i, uint32_t *ret_length,
                                 const char **ret_md5);

/* The number of the contig of this canonical name, or SKR_NONE. */
uint32_t skr_reference_find(const skr_reference *reference, const char *canonical_name);

/*
 * Writes the n bases of [start0, start0 + n) of contig i into bases, upper case, no NUL; past the
 * end: fewer. *ret_n is how many. Reads 4 Mi bases at a time and keeps the last 64 of these pieces.
 * Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_reference_bases(skr_reference *reference, uint32_t i, uint32_t start0,
                                     uint32_t n, char *bases, uint32_t *ret_n, skr_err *err);

/*
 * Reads a whole reference, believes nothing, and reports every fault. Errors (beyond faults): IO,
 * NOMEM.
 */
SKR_MUST_USE int skr_reference_verify(const char *folder, const skr_file_id *id,
                                      skr_fault_fn on_fault, void *context, skr_err *err);

/* Makes a reference file: the contigs of an older one (may be NULL) and those added. */
typedef struct skr_reference_writer skr_reference_writer;

/*
 * older must outlive this call only. The caller owns *ret_writer. Errors: IO, NOMEM, and CORRUPT
 * when the older one is damaged.
 */
SKR_MUST_USE int skr_reference_writer_new(const char *folder, const char *name,
                                          skr_reference *older, skr_reference_writer **ret_writer,
                                          skr_err *err);

/*
 * Adds a contig from n bases of text (any case; whatever is not A, C, G, T is N) that the caller
 * keeps. md5: 32 lower-case hex digits of the upper-cased text. Adding one that is there with the
 * same MD5 does nothing. Errors: INPUT when the MD5 differs, naming the contig; IO, NOMEM.
 */
SKR_MUST_USE int skr_reference_writer_add(skr_reference_writer *writer, const char *canonical_name,
                                          const char *bases, uint32_t n, const char *md5,
                                          skr_err *err);

/* Ends the file. Errors: IO, LIMIT, NOMEM. */
SKR_MUST_USE int skr_reference_writer_finish(skr_reference_writer *writer, skr_file_id *ret_id,
                                             skr_err *err);

/* Frees; an unfinished file is removed. NULL is allowed. */
void skr_reference_writer_free(skr_reference_writer *writer);

#endif
