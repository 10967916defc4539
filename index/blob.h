/*
 * blob.h - a run of bytes of any length in a block file: cut into blocks, put together again.
 *
 * Threads: one owner, but where it is said.
 */
#ifndef SKR_INDEX_BLOB_H
#define SKR_INDEX_BLOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/block/block_file.h"

/* Where a blob lies; zero-initialised, freed with skr_blob_done. */
typedef struct skr_blob {
    uint64_t n_bytes;
    skr_block_ref *refs;
    uint32_t n_refs;
} skr_blob;

/* Bytes of a block: of blobs that are read whole, and of those of which a part may be wanted. */
#define SKR_BLOB_WHOLE (4u << 20)
#define SKR_BLOB_PARTS (64u << 10)

/* Writes the bytes in blocks of n_a_block, the last one shorter, and appends where they lie to the
 * directory. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_blob_put_in(skr_block_writer *writer, const void *bytes, size_t n,
                                 size_t n_a_block, skr_codec codec, skr_buffer *directory,
                                 skr_err *err);

/* The same in blocks of SKR_BLOB_WHOLE. */
SKR_MUST_USE int skr_blob_put(skr_block_writer *writer, const void *bytes, size_t n,
                              skr_codec codec, skr_buffer *directory, skr_err *err);

/*
 * Takes a blob from a directory, each of its references checked against the file. *ret_blob is
 * freed with skr_blob_done. Errors: CORRUPT, NOMEM.
 */
SKR_MUST_USE int skr_blob_take(const skr_block_file *file, skr_cursor *directory,
                               skr_blob *ret_blob, skr_err *err);

/* Reads all bytes into the buffer, which is cleared first. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_blob_read(skr_block_reader *reader, const skr_block_file *file,
                               const skr_blob *blob, skr_buffer *bytes, skr_err *err);

/* The blocks of a file that were read last for parts of blobs, so that the parts beside them are
 * not read anew. Zero-initialised but for reader and file; done frees the bytes. */
#define SKR_BLOB_PANES 4u
typedef struct skr_blob_pane {
    uint64_t offset; /* of the block in the file; 0: none, for no block lies there */
    uint64_t used;   /* when: the number of the look */
    skr_buffer raw;
} skr_blob_pane;
typedef struct skr_blob_window {
    skr_block_reader *reader;
    const skr_block_file *file;
    uint64_t n_looks;
    skr_blob_pane panes[SKR_BLOB_PANES];
} skr_blob_window;

/*
 * Reads n bytes from byte `at` on, which must be in the blob (CORRUPT otherwise), into the buffer,
 * which is cleared first: only the blocks that they lie in. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_blob_read_part(skr_blob_window *window, const skr_blob *blob, uint64_t at,
                                    size_t n, skr_buffer *bytes, skr_err *err);
void skr_blob_window_done(skr_blob_window *window);

/*
 * The blocks of a blob of which each is read when it is first needed, and stays where it is. Zeroed
 * and freed by init and done. Any thread may ask for what was read; who reads holds a lock.
 */
typedef struct skr_blob_kept {
    skr_buffer *blocks;
    atomic_bool *were_read;
    uint32_t n;
} skr_blob_kept;
SKR_MUST_USE int skr_blob_kept_init(const skr_blob *blob, skr_blob_kept *kept, skr_err *err);
void skr_blob_kept_done(skr_blob_kept *kept);

/* The blocks, the first and the last, that bytes [at, end) lie in; at < end, both in the blob. */
void skr_blob_blocks_of(const skr_blob *blob, uint64_t at, uint64_t end, uint32_t *ret_first,
                        uint32_t *ret_last);

/* Were the blocks from first to last read? */
bool skr_blob_kept_has(const skr_blob_kept *kept, uint32_t first, uint32_t last);

/* Reads those that were not. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_blob_kept_read(skr_block_reader *reader, const skr_block_file *file,
                                    const skr_blob *blob, skr_blob_kept *kept, uint32_t first,
                                    uint32_t last, skr_err *err);

/* Writes the blocks of a blob of another file as they are stored, and appends where they lie to the
 * directory. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_blob_copy(skr_block_writer *writer, const skr_block_file *file,
                               const skr_blob *blob, skr_buffer *directory, skr_err *err);

/* Appends the blob's references to a list of them, which the caller frees. Errors: NOMEM. */
typedef struct skr_ref_list {
    skr_block_ref *refs;
    size_t n;
    size_t n_max;
} skr_ref_list;
SKR_MUST_USE int skr_blob_list(const skr_blob *blob, skr_ref_list *list, skr_err *err);

/* Frees the references and zeroes the blob. */
void skr_blob_done(skr_blob *blob);

#endif
