/*
 * format.h - every number that is written to disk; the twin of docs/format.md.
 *
 * A number that changes here changes the format: SKR_FORMAT_VERSION goes up, and docs/format.md
 * says since when.
 */
#ifndef SKR_STORAGE_BLOCK_FORMAT_H
#define SKR_STORAGE_BLOCK_FORMAT_H

#include <assert.h>
#include <stdint.h>

#include "storage/block/block.h"
#include "storage/block/block_file.h"

/* The version that is written, and the oldest that is read. */
#define SKR_FORMAT_VERSION 4u
#define SKR_FORMAT_VERSION_OLDEST 3u

/* ------------------------------------------------------------------ block file */
#define SKR_FORMAT_HEADER_MAGIC "SKRBLOCK"
#define SKR_FORMAT_TRAILER_MAGIC "SKREND\r\n"
#define SKR_FORMAT_MAGIC_SIZE 8u

#define SKR_FORMAT_HEADER_SIZE 64u  /* magic, version, kind, zeros, CRC */
#define SKR_FORMAT_TRAILER_SIZE 64u /* magic, file size, directory ref, kind, zeros, CRC */
#define SKR_FORMAT_BLOCK_ALIGN 64u
#define SKR_FORMAT_REF_SIZE 24u
#define SKR_FORMAT_FILE_SIZE_MIN (SKR_FORMAT_HEADER_SIZE + SKR_FORMAT_TRAILER_SIZE)

#define SKR_FORMAT_VERSION_AT 8u
#define SKR_FORMAT_KIND_AT 12u
#define SKR_FORMAT_HEADER_ZERO_AT 16u
#define SKR_FORMAT_TRAILER_N_BYTES_AT 8u
#define SKR_FORMAT_TRAILER_REF_AT 16u
#define SKR_FORMAT_TRAILER_KIND_AT 40u
#define SKR_FORMAT_TRAILER_ZERO_AT 44u
#define SKR_FORMAT_CRC_AT 60u /* of the 60 bytes before it, in header and trailer */

/* ------------------------------------------------------------------ manifest */
#define SKR_FORMAT_MANIFEST_MAGIC "SKRMANIF"
#define SKR_FORMAT_MANIFEST_HEADER_SIZE 32u /* magic, version, size, zeros, CRC */
#define SKR_FORMAT_MANIFEST_N_BYTES_AT 12u
#define SKR_FORMAT_MANIFEST_ZERO_AT 20u
#define SKR_FORMAT_MANIFEST_CRC_AT 28u
#define SKR_FORMAT_MANIFEST_END_SIZE 4u /* CRC of everything before it */

/* ------------------------------------------------------------------ reference */
#define SKR_FORMAT_CHUNK_SHIFT 22u /* bases of one block: 2^22 */

static_assert(SKR_FORMAT_TRAILER_REF_AT + SKR_FORMAT_REF_SIZE == SKR_FORMAT_TRAILER_KIND_AT,
              "the trailer has no hole");
static_assert(sizeof(SKR_FORMAT_HEADER_MAGIC) == SKR_FORMAT_MAGIC_SIZE + 1, "magic of a header");
static_assert(sizeof(SKR_FORMAT_MANIFEST_MAGIC) == SKR_FORMAT_MAGIC_SIZE + 1, "manifest's magic");
static_assert(sizeof(SKR_FORMAT_TRAILER_MAGIC) == SKR_FORMAT_MAGIC_SIZE + 1, "magic of a trailer");
static_assert(SKR_CODEC_PLAIN == 0 && SKR_CODEC_ZSTD == 1, "codecs are stored");
static_assert(SKR_FILE_SEGMENT == 1 && SKR_FILE_PEOPLE == 2 && SKR_FILE_ONTOLOGY == 3 &&
                  SKR_FILE_GENES == 4 && SKR_FILE_REFERENCE == 5 && SKR_FILE_CATALOGUE == 6 &&
                  SKR_FILE_ANNOTATIONS == 7,
              "kinds are stored");

#endif
