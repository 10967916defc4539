/*
 * reference_int.h - a contig in the directory of a reference file.
 */
#ifndef SKR_STORAGE_REFERENCE_REFERENCE_INT_H
#define SKR_STORAGE_REFERENCE_REFERENCE_INT_H

#include "storage/block/digest.h"
#include "storage/block/format.h"
#include "storage/reference/reference.h"

#define SKR_CHUNK_BASES (1u << SKR_FORMAT_CHUNK_SHIFT)

typedef struct skr_reference_entry {
    const char *name; /* of the names of its reference or writer, as many as entries */
    uint32_t length;
    char md5[2 * SKR_DIGEST_MD5_SIZE + 1];
    skr_block_ref *chunks; /* one for each SKR_CHUNK_BASES bases begun */
    uint32_t n_chunks;
} skr_reference_entry;

/* How many chunks hold a sequence of this length. */
static inline uint32_t skr_reference_n_chunks(uint32_t length)
{
    return length / SKR_CHUNK_BASES + (length % SKR_CHUNK_BASES > 0);
}

/* The contigs in the order of the file; belong to the reference. */
const skr_reference_entry *skr_reference_entries(const skr_reference *reference);

/* The stored bytes of one chunk, as they are; raw belongs to the caller. Errors: as blocks. */
SKR_MUST_USE int skr_reference_raw_chunk(skr_reference *reference, uint32_t contig, uint32_t chunk,
                                         skr_buffer *raw, skr_err *err);

#endif
