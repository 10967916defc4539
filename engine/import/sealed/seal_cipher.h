/*
 * seal_cipher.h - the ciphers of Crypt4GH: the door to libcrypto for what is sealed.
 *
 * Nothing here knows the format; nothing here keeps a secret longer than a call, but for the keys
 * that the caller holds in memory of skr_secret_new.
 *
 * Threads: a cipher has one owner.
 */
#ifndef SKR_ENGINE_IMPORT_SEALED_SEAL_CIPHER_H
#define SKR_ENGINE_IMPORT_SEALED_SEAL_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/import/sealed/secret.h"
#include "storage/base/err.h"

#define SKR_SEAL_KEY 32u   /* bytes of every key */
#define SKR_SEAL_NONCE 12u /* and of what is used once with it */
#define SKR_SEAL_MAC 16u

typedef struct skr_cipher skr_cipher;

/* The caller owns *ret_cipher. Errors: NOMEM. */
SKR_MUST_USE int skr_cipher_new(skr_cipher **ret_cipher, skr_err *err);

/* A message of ChaCha20-Poly1305, its MAC after it, with bytes that are not in it but that the MAC
 * is of too. */
typedef struct skr_cipher_message {
    const uint8_t *key;   /* SKR_SEAL_KEY */
    const uint8_t *nonce; /* SKR_SEAL_NONCE */
    const uint8_t *beside;
    size_t n_beside;
    const uint8_t *bytes;
    size_t n; /* the MAC among them */
} skr_cipher_message;

/* Opens a message into n - SKR_SEAL_MAC bytes. false: it is not authentic, and those bytes are
 * wiped. */
bool skr_cipher_open(skr_cipher *cipher, const skr_cipher_message *message, uint8_t *ret_bytes);

/* Frees. NULL is allowed. */
void skr_cipher_free(skr_cipher *cipher);

/* The public key of a secret one. Errors: NOMEM. */
SKR_MUST_USE int skr_cipher_public(const uint8_t *secret, uint8_t *ret_public, skr_err *err);

/* The key that a reader and a writer share: BLAKE2b of X25519 and both public keys, the first half.
 * *ret_is_sound is false for a writer's key with which no secret can be shared. Errors: NOMEM. */
SKR_MUST_USE int skr_cipher_share(const uint8_t *secret, const uint8_t *reader,
                                  const uint8_t *writer, uint8_t *ret_key, bool *ret_is_sound,
                                  skr_err *err);

/* How a passphrase becomes a key. */
typedef struct skr_cipher_derivation {
    bool is_scrypt; /* N 16384, r 8, p 1; otherwise PBKDF2 of HMAC-SHA-256 */
    uint32_t n_rounds;
    const uint8_t *salt;
    size_t n_salt;
} skr_cipher_derivation;

/* Errors: NOMEM. */
SKR_MUST_USE int skr_cipher_derive(const skr_cipher_derivation *how, const char *passphrase,
                                   size_t n_passphrase, uint8_t *ret_key, skr_err *err);

#endif
