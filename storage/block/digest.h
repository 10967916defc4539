/*
 * digest.h - the digest of a run of bytes: SHA-256 of delivered files, MD5 of reference contigs.
 *
 * The door to libcrypto. The digests say whether two deliveries are the same; stored bytes have
 * checksums of their own (crc32c.h).
 *
 * Threads: a digest has one owner.
 */
#ifndef SKR_STORAGE_BLOCK_DIGEST_H
#define SKR_STORAGE_BLOCK_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "storage/base/err.h"

typedef enum skr_digest_kind {
    SKR_DIGEST_SHA256 = 0,
    SKR_DIGEST_MD5 = 1,
} skr_digest_kind;

#define SKR_DIGEST_SIZE 32     /* bytes of a SHA-256 */
#define SKR_DIGEST_MD5_SIZE 16 /* bytes of an MD5 */

typedef struct skr_digest skr_digest;

/* The caller owns *ret_digest. Errors: NOMEM. */
SKR_MUST_USE int skr_digest_new(skr_digest_kind kind, skr_digest **ret_digest, skr_err *err);

/* Adds n bytes. */
void skr_digest_update(skr_digest *digest, const void *bytes, size_t n);

/* Writes the digest of everything added, 32 or 16 bytes by its kind. Nothing is added after it. */
void skr_digest_final(skr_digest *digest, uint8_t *ret_bytes);

/* Forgets what was added, so that one digest serves many runs. Errors: NOMEM. */
SKR_MUST_USE int skr_digest_restart(skr_digest *digest, skr_err *err);

/* Frees. NULL is allowed. */
void skr_digest_free(skr_digest *digest);

/* Writes 2 * n lower-case hex digits and a NUL. */
void skr_digest_hex(const uint8_t *bytes, size_t n, char *ret_text);

/*
 * The SHA-256 of a whole file, and its size; ret_n_bytes may be NULL. Not for pipes: it reads to
 * the end. Errors: INPUT when it cannot be opened, IO, NOMEM.
 */
SKR_MUST_USE int skr_digest_file(const char *path, uint8_t ret_digest[SKR_DIGEST_SIZE],
                                 uint64_t *ret_n_bytes, skr_err *err);

#endif
