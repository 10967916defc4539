/*
 * block_file.h - the container of every file of a store but the manifest: header, blocks,
 * directory.
 *
 * A file is written once, start to end, and never changed. Layout (docs/format.md, "Block file"):
 * a header with magic, version, kind and CRC; blocks, each at a multiple of 64 bytes with zero
 * bytes between; the directory, a run of bytes whose meaning belongs to the kind; a trailer that
 * says where the directory lies and what it must be, with a CRC of its own. Every byte of the file
 * is covered by a checksum or must be zero.
 *
 * Threads: a writer has one owner. An open file may be read by any number of threads, each with its
 * own skr_block_reader.
 */
#ifndef SKR_STORAGE_BLOCK_BLOCK_FILE_H
#define SKR_STORAGE_BLOCK_BLOCK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/buffer.h"
#include "storage/base/err.h"
#include "storage/base/fault.h"
#include "storage/base/io_choice.h"
#include "storage/block/block.h"

typedef enum skr_file_kind {
    SKR_FILE_SEGMENT = 1,
    SKR_FILE_PEOPLE = 2,
    SKR_FILE_ONTOLOGY = 3,
    SKR_FILE_GENES = 4,
    SKR_FILE_REFERENCE = 5,
    SKR_FILE_CATALOGUE = 6,
    SKR_FILE_ANNOTATIONS = 7,
} skr_file_kind;

#define SKR_FILE_NAME_MAX 64

/* A file of the store as the manifest names it; whatever differs on disk is refused. */
typedef struct skr_file_id {
    char name[SKR_FILE_NAME_MAX]; /* without a folder; "" means that there is none */
    uint64_t n_bytes;             /* the whole file */
    uint32_t directory_crc;       /* CRC-32C of the directory's stored bytes */
} skr_file_id;

/* ------------------------------------------------------------------ writing */

typedef struct skr_block_writer skr_block_writer;
typedef struct skr_block_file skr_block_file; /* open for reading, below */

/*
 * Creates name in the folder; it must not exist. The caller owns *ret_writer. After a failure of
 * any of its functions a writer can only be freed. Errors: IO, NOMEM.
 */
SKR_MUST_USE int skr_block_writer_new(const char *folder, const char *name, skr_file_kind kind,
                                      skr_block_writer **ret_writer, skr_err *err);

/*
 * Writes one block. With SKR_CODEC_ZSTD the plain bytes are stored where zstd does not make them
 * smaller. Errors: LIMIT when n_raw is above SKR_BLOCK_RAW_MAX; IO, NOMEM.
 */
SKR_MUST_USE int skr_block_writer_put(skr_block_writer *writer, const void *raw, size_t n_raw,
                                      skr_codec codec, skr_block_ref *ret_ref, skr_err *err);

/* Bytes of the blocks so far, with what stands before them. */
uint64_t skr_block_writer_n_bytes(const skr_block_writer *writer);

/* The same, packed, in parts. Errors: as above. */
SKR_MUST_USE int skr_block_writer_put_parts(skr_block_writer *writer, const void *raw, size_t n_raw,
                                            const skr_buffer_parts *parts, skr_block_ref *ret_ref,
                                            skr_err *err);

/*
 * Writes a block of another file as it is stored there; its checksum must be right. Errors:
 * CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_block_writer_copy(skr_block_writer *writer, const skr_block_file *from,
                                       const skr_block_ref *ref, skr_block_ref *ret_ref,
                                       skr_err *err);

/*
 * Opens what was written so far for reading, as a file with this directory. The caller closes
 * *ret_file before the writer is freed. Errors: IO, NOMEM.
 */
SKR_MUST_USE int skr_block_writer_read_back(skr_block_writer *writer, const skr_buffer *directory,
                                            skr_block_file **ret_file, skr_err *err);

/*
 * Writes the directory (compressed like a block) and the trailer, syncs the file, closes it, and
 * fills *ret_id. The writer can only be freed afterwards. Errors: LIMIT as above, IO, NOMEM.
 */
SKR_MUST_USE int skr_block_writer_finish(skr_block_writer *writer, const void *directory,
                                         size_t n_directory, skr_file_id *ret_id, skr_err *err);

/* Frees a writer; a file that was not finished is removed. NULL is allowed. */
void skr_block_writer_free(skr_block_writer *writer);

/* ------------------------------------------------------------------ reading */

/*
 * Opens a file of the store and checks header, trailer, size and directory against id.
 * The caller owns *ret_file. Errors: MISSING, VERSION, CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_block_file_open(const char *folder, const skr_file_id *id, skr_file_kind kind,
                                     skr_block_file **ret_file, skr_err *err);

/*
 * The same; files, which must outlive it, decides when it is open: what is needed later may fail
 * with MISSING. NULL: it is open until it is closed.
 */
struct skr_open_files;
SKR_MUST_USE int skr_block_file_open_among(struct skr_open_files *files, const char *folder,
                                           const skr_file_id *id, skr_file_kind kind,
                                           skr_block_file **ret_file, skr_err *err);

/* The decoded directory; belongs to the file. */
const uint8_t *skr_block_file_directory(const skr_block_file *file, size_t *ret_n);

/* What the manifest says of it. Belongs to the file. */
const skr_file_id *skr_block_file_id(const skr_block_file *file);

/* The name that messages use. Belongs to the file. */
const char *skr_block_file_name(const skr_block_file *file);

/*
 * Is this reference inside the file, and within SKR_BLOCK_RAW_MAX? Directories are checked with it
 * once, when they are read. Errors: CORRUPT.
 */
SKR_MUST_USE int skr_block_file_check_ref(const skr_block_file *file, const skr_block_ref *ref,
                                          skr_err *err);

/* Closes a file. NULL is allowed. */
void skr_block_file_close(skr_block_file *file);

/* How the blocks of a store are read; shared by the readers of one thread. */
typedef struct skr_block_reader skr_block_reader;

/* The caller owns *ret_reader. Errors: NOMEM; IO when SKR_IO_URING is refused. */
SKR_MUST_USE int skr_block_reader_new(skr_io_choice choice, skr_block_reader **ret_reader,
                                      skr_err *err);

/*
 * Has it look into a cache for blocks that are to be held, and add them to it. The cache must
 * outlive the reader; NULL, as at first: none.
 */
struct skr_block_cache;
void skr_block_reader_use_cache(skr_block_reader *reader, struct skr_block_cache *cache);

/*
 * A thread that may not wait for a disk says so: from then on, whatever in it would read a file, by
 * any reader, fails with NOT_HELD instead. What waits behind a lock for somebody who reads asks
 * skr_block_reader_may_read before it takes the lock. skr_block_reader_allow ends it; false when
 * something was refused, even if whoever was refused went on without it.
 */
void skr_block_reader_forbid(void);
bool skr_block_reader_allow(void);
SKR_MUST_USE int skr_block_reader_may_read(skr_err *err);

/* The cache in use, or NULL. */
struct skr_block_cache *skr_block_reader_cache(const skr_block_reader *reader);

/* "io_uring" or "pread"; where io_uring was refused, why. Belongs to the reader. */
const char *skr_block_reader_io_name(skr_block_reader *reader);

/* The bytes of a block, where they lie: in a cache or in memory of one's own. Zero-initialise. */
typedef struct skr_block_bytes {
    const uint8_t *bytes;
    size_t n;
    struct skr_cached *held;
    struct skr_block_cache *cache; /* that it is held in */
    skr_buffer own;
} skr_block_bytes;

/* Lets go of what is held and frees. */
void skr_block_bytes_done(skr_block_bytes *bytes);

/* One block wanted: where it is to go. raw is cleared, filled with ref.n_raw bytes, n set. */
typedef struct skr_block_wish {
    const skr_block_file *file;
    skr_block_ref ref;
    skr_buffer *raw;
} skr_block_wish;

/*
 * Reads, checks and decodes n blocks, their reads in flight together. Each raw buffer belongs to
 * the caller. Errors: CORRUPT, naming file and offset; IO; NOMEM.
 */
SKR_MUST_USE int skr_block_reader_get(skr_block_reader *reader, const skr_block_wish *wishes,
                                      size_t n, skr_err *err);

/*
 * One block, where it lies in the cache if it is there; what bytes held before is let go. Errors:
 * as above.
 */
SKR_MUST_USE int skr_block_reader_hold(skr_block_reader *reader, const skr_block_file *file,
                                       const skr_block_ref *ref, skr_block_bytes *bytes,
                                       skr_err *err);

/*
 * Begins to read a run of a file in which blocks lie that will be wanted soon. Returns a number for
 * skr_block_reader_pass, or 0 where there is no room now: then the blocks are read when they are
 * wanted, as they are where reading ahead failed.
 */
uint64_t skr_block_reader_ahead(skr_block_reader *reader, const skr_block_file *file,
                                uint64_t offset, size_t n);

/* Lets go of what was begun up to that number. */
void skr_block_reader_pass(skr_block_reader *reader, uint64_t number);

/* What a reader has done since it was made. */
typedef struct skr_reader_totals {
    uint64_t n_reads; /* of files, those ahead among them */
    uint64_t n_bytes;
    uint64_t n_blocks; /* decoded */
    uint64_t n_raw;    /* and their bytes then */
    uint64_t n_found;  /* in the cache: blocks, and what was made of blocks */
    uint64_t read_ns;
    uint64_t unpack_ns; /* checksums and decompression */
    uint64_t decode_ns; /* of columns, by whoever reads */
} skr_reader_totals;

/* The totals; they may be added to. */
skr_reader_totals *skr_block_reader_totals(skr_block_reader *reader);

/* Adds what another did. */
void skr_reader_totals_add(skr_reader_totals *totals, const skr_reader_totals *more);

/* Frees a reader. NULL is allowed. */
void skr_block_reader_free(skr_block_reader *reader);

/* ------------------------------------------------------------------ checking */

/*
 * Believes nothing: compares header and trailer, and that the bytes between blocks are zero. The
 * refs are those of the directory, in any order; blocks must not overlap. Reports every fault.
 * Errors (beyond faults): IO, NOMEM.
 */
SKR_MUST_USE int skr_block_file_verify(const char *folder, const skr_file_id *id,
                                       skr_file_kind kind, const skr_block_ref *refs, size_t n_refs,
                                       skr_fault_fn on_fault, void *context, skr_err *err);

#endif
