/*
 * row_chunks_int.h - the carriers of many rows as blocks, and a block that says where each row is.
 *
 * Tiles and orders store theirs alike: docs/format.md, "Carriers (the block)".
 */
#ifndef SKR_STORAGE_SEGMENT_ROW_CHUNKS_INT_H
#define SKR_STORAGE_SEGMENT_ROW_CHUNKS_INT_H

#include "storage/block/block_file.h"

/* Rows while they are written. Zero-initialise; keeps its memory from use to use. */
typedef struct skr_row_chunks {
    skr_buffer chunk;   /* carriers not written yet: the next row is appended here */
    skr_buffer refs;    /* of the chunks written */
    skr_buffer lengths; /* of each row */
    size_t start;       /* of the row at hand in chunk */
    uint32_t n_rows;    /* in chunk */
    uint32_t n_chunks;
} skr_row_chunks;

/* Frees the memory and zeroes. */
void skr_row_chunks_done(skr_row_chunks *chunks);

/* Empties it. */
void skr_row_chunks_clear(skr_row_chunks *chunks);

/*
 * The bytes appended to chunk since the last row are a row. Writes a chunk when it is full: before
 * it would grow too long; one row may be longer than a chunk. has_length: its length is stored,
 * because nothing else tells it. Errors: IO, NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_row_chunks_end_row(skr_row_chunks *chunks, bool has_length,
                                        skr_block_writer *file, skr_err *err);

/* Writes what is left, and the block that says where the rows are. Errors: IO, NOMEM, LIMIT. */
SKR_MUST_USE int skr_row_chunks_write(skr_row_chunks *chunks, skr_block_writer *file,
                                      skr_block_ref *ret_ref, skr_err *err);

#endif
