/*
 * seal_nonces.h - the nonces of the blocks of a file: has one come before?
 */
#ifndef SKR_ENGINE_IMPORT_SEALED_SEAL_NONCES_H
#define SKR_ENGINE_IMPORT_SEALED_SEAL_NONCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/sealed/seal_cipher.h"
#include "storage/base/err.h"

/* A nonce, and which key it is of. */
typedef struct skr_seal_nonce {
    uint32_t key1; /* from 1; 0: an empty place */
    uint8_t nonce[SKR_SEAL_NONCE];
} skr_seal_nonce;

/* A set, 16 to 64 bytes a block. Zero-initialise, end with skr_seal_nonces_done. */
typedef struct skr_seal_nonces {
    skr_seal_nonce *places;
    size_t n_places; /* a power of two */
    size_t n;
} skr_seal_nonces;

/* Adds a nonce of a key; *ret_is_new is false if it was there. Errors: NOMEM. */
SKR_MUST_USE int skr_seal_nonces_add(skr_seal_nonces *nonces, uint32_t key, const uint8_t *nonce,
                                     bool *ret_is_new, skr_err *err);

/* Frees. */
void skr_seal_nonces_done(skr_seal_nonces *nonces);

#endif
