/*
 * seal_header.h - the header of a Crypt4GH file: what of it our keys open.
 *
 * The header is packets, each sealed for one reader. Those that no key of ours opens are for others
 * and are left out, as are those of a method that is not known. What our keys open must be known:
 * a packet of another kind could change what the file says.
 */
#ifndef SKR_ENGINE_IMPORT_SEALED_SEAL_HEADER_H
#define SKR_ENGINE_IMPORT_SEALED_SEAL_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/sealed/seal_keys.h"
#include "storage/base/err.h"
#include "storage/base/limits.h"

#define SKR_SEAL_MAGIC "crypt4gh"
#define SKR_SEAL_MAGIC_N 8u

/* A key of data blocks. */
typedef struct skr_seal_data_key {
    uint8_t key[SKR_SEAL_KEY];
    uint64_t first; /* number of the first block, where blocks are numbered */
} skr_seal_data_key;

/* Zero-initialise, end with skr_seal_header_done. */
typedef struct skr_seal_header {
    skr_seal_data_key *keys; /* skr_secret_new, for SKR_SEAL_PACKETS_MAX */
    uint32_t n_keys;
    bool is_numbered; /* blocks are in order by their MACs, and the last one is marked */
    bool has_edits;
    size_t edits_reader; /* which of our keys opened them */
    uint64_t *edits;     /* bytes to leave out, to keep, to leave out ... */
    uint32_t n_edits;
} skr_seal_header;

/* Gives n bytes of the file in turn, or fewer at its end. Errors: those of reading. */
typedef int (*skr_seal_read_fn)(void *context, uint8_t *bytes, size_t n, size_t *ret_n,
                                skr_err *err);

typedef struct skr_seal_input {
    const char *name; /* for messages */
    skr_seal_read_fn read;
    void *context;
    const skr_seal_keys *keys;
} skr_seal_input;

/* Reads a header from its first byte to its last. Errors: INPUT (damaged, another version, no key
 * of ours opens it), IO, NOMEM. */
SKR_MUST_USE int skr_seal_header_read(const skr_seal_input *input, skr_cipher *cipher,
                                      skr_seal_header *header, skr_err *err);

/* Overwrites and frees. */
void skr_seal_header_done(skr_seal_header *header);

#endif
