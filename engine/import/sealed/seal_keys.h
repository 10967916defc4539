/*
 * seal_keys.h - the secret keys that an import was given for what is sealed with Crypt4GH.
 *
 * Key files are those of Crypt4GH's tools ("c4gh-v1" in PEM), open or locked with a passphrase by
 * scrypt or PBKDF2. Secrets lie in memory that is in no core and are overwritten at the end; no
 * message holds one.
 *
 * Threads: read only once read.
 */
#ifndef SKR_ENGINE_IMPORT_SEALED_SEAL_KEYS_H
#define SKR_ENGINE_IMPORT_SEALED_SEAL_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/import/face/import.h"
#include "engine/import/sealed/seal_cipher.h"
#include "storage/base/err.h"

typedef struct skr_seal_key {
    uint8_t secret[SKR_SEAL_KEY];
    uint8_t known[SKR_SEAL_KEY]; /* its public half */
} skr_seal_key;

typedef struct skr_seal_keys {
    skr_seal_key *keys; /* skr_secret_new */
    size_t n;
} skr_seal_keys;

/*
 * Reads the key files of a request, and its passphrases if one is locked. From then on the process
 * leaves no core. A key that others may read is warned of. *ret_keys is freed with
 * skr_seal_keys_done; it has no keys when the request names none. Errors: INPUT naming the file;
 * USAGE; IO; NOMEM.
 */
SKR_MUST_USE int skr_seal_keys_read(const skr_unsealing *how, const skr_watch *watch,
                                    skr_seal_keys *ret_keys, skr_err *err);

/* Overwrites and frees. */
void skr_seal_keys_done(skr_seal_keys *keys);

#endif
