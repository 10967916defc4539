/* seal_cipher.c - X25519, BLAKE2b, ChaCha20-Poly1305, scrypt and PBKDF2, by libcrypto. */
#include "engine/import/sealed/seal_cipher.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define SCRYPT_N 16384u
#define SCRYPT_R 8u
#define SCRYPT_MEMORY (64u << 20)

struct skr_cipher {
    EVP_CIPHER_CTX *context;
    EVP_CIPHER *method;
};

static int no_cipher(skr_err *err)
{
    return skr_fail(err, SKR_ERR_NOMEM,
                    "libcrypto gives no cipher of Crypt4GH: out of memory, or forbidden");
}

/* ------------------------------------------------------------------ messages */

int skr_cipher_new(skr_cipher **ret_cipher, skr_err *err)
{
    skr_cipher *cipher = calloc(1, sizeof *cipher);
    if (cipher != NULL) {
        cipher->context = EVP_CIPHER_CTX_new();
        cipher->method = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
    }
    if (cipher == NULL || cipher->context == NULL || cipher->method == NULL ||
        EVP_DecryptInit_ex2(cipher->context, cipher->method, NULL, NULL, NULL) != 1) {
        skr_cipher_free(cipher);
        return no_cipher(err);
    }
    *ret_cipher = cipher;
    return SKR_OK;
}

void skr_cipher_free(skr_cipher *cipher)
{
    if (cipher == NULL)
        return;
    EVP_CIPHER_CTX_free(cipher->context); /* wipes its key */
    EVP_CIPHER_free(cipher->method);
    free(cipher);
}

bool skr_cipher_open(skr_cipher *cipher, const skr_cipher_message *message, uint8_t *ret_bytes)
{
    EVP_CIPHER_CTX *context = cipher->context;
    if (message->n < SKR_SEAL_MAC || message->n > INT_MAX)
        return false;
    size_t n = message->n - SKR_SEAL_MAC;
    uint8_t mac[SKR_SEAL_MAC];
    int n_out = 0;
    memcpy(mac, message->bytes + n, sizeof mac);
    bool is_open =
        EVP_DecryptInit_ex2(context, NULL, message->key, message->nonce, NULL) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, SKR_SEAL_MAC, mac) == 1 &&
        (message->n_beside == 0 ||
         EVP_DecryptUpdate(context, NULL, &n_out, message->beside, (int)message->n_beside) == 1) &&
        (n == 0 || EVP_DecryptUpdate(context, ret_bytes, &n_out, message->bytes, (int)n) == 1) &&
        EVP_DecryptFinal_ex(context, mac, &n_out) == 1;
    if (!is_open && n > 0)
        OPENSSL_cleanse(ret_bytes, n);
    return is_open;
}

/* ------------------------------------------------------------------ keys */

int skr_cipher_public(const uint8_t *secret, uint8_t *ret_public, skr_err *err)
{
    size_t n = SKR_SEAL_KEY;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, secret, SKR_SEAL_KEY);
    bool is_made = key != NULL && EVP_PKEY_get_raw_public_key(key, ret_public, &n) == 1;
    EVP_PKEY_free(key);
    return is_made ? SKR_OK : no_cipher(err);
}

/* X25519 of a secret key and somebody's public one. false: no sound secret comes of it. */
static bool agree(const uint8_t *secret, const uint8_t *other, uint8_t *ret_shared)
{
    static const uint8_t zero[SKR_SEAL_KEY];
    size_t n = SKR_SEAL_KEY;
    EVP_PKEY *mine = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, secret, SKR_SEAL_KEY);
    EVP_PKEY *theirs = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, other, SKR_SEAL_KEY);
    EVP_PKEY_CTX *context = mine == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, mine, NULL);
    bool is_agreed = context != NULL && theirs != NULL && EVP_PKEY_derive_init(context) == 1 &&
                     EVP_PKEY_derive_set_peer(context, theirs) == 1 &&
                     EVP_PKEY_derive(context, ret_shared, &n) == 1 && n == SKR_SEAL_KEY &&
                     CRYPTO_memcmp(ret_shared, zero, SKR_SEAL_KEY) != 0;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(mine);
    EVP_PKEY_free(theirs);
    return is_agreed;
}

int skr_cipher_share(const uint8_t *secret, const uint8_t *reader, const uint8_t *writer,
                     uint8_t *ret_key, bool *ret_is_sound, skr_err *err)
{
    uint8_t shared[SKR_SEAL_KEY];
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned n_hash = 0;
    int status = SKR_OK;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_MD *method = EVP_MD_fetch(NULL, "BLAKE2B-512", NULL);
    *ret_is_sound = agree(secret, writer, shared);
    if (context == NULL || method == NULL || EVP_DigestInit_ex2(context, method, NULL) != 1 ||
        EVP_DigestUpdate(context, shared, SKR_SEAL_KEY) != 1 ||
        EVP_DigestUpdate(context, reader, SKR_SEAL_KEY) != 1 ||
        EVP_DigestUpdate(context, writer, SKR_SEAL_KEY) != 1 ||
        EVP_DigestFinal_ex(context, hash, &n_hash) != 1 || n_hash < SKR_SEAL_KEY)
        status = no_cipher(err);
    else
        memcpy(ret_key, hash, SKR_SEAL_KEY);
    OPENSSL_cleanse(shared, sizeof shared);
    OPENSSL_cleanse(hash, sizeof hash);
    EVP_MD_CTX_free(context);
    EVP_MD_free(method);
    return status;
}

int skr_cipher_derive(const skr_cipher_derivation *how, const char *passphrase, size_t n_passphrase,
                      uint8_t *ret_key, skr_err *err)
{
    int is_derived =
        how->is_scrypt
            ? EVP_PBE_scrypt(passphrase, n_passphrase, how->salt, how->n_salt, SCRYPT_N, SCRYPT_R,
                             1, SCRYPT_MEMORY, ret_key, SKR_SEAL_KEY)
            : PKCS5_PBKDF2_HMAC(passphrase, (int)n_passphrase, how->salt, (int)how->n_salt,
                                (int)how->n_rounds, EVP_sha256(), SKR_SEAL_KEY, ret_key);
    return is_derived == 1 ? SKR_OK : no_cipher(err);
}
