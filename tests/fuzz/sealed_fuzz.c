/*
 * sealed_fuzz.c - any bytes as a sealed file, and any bytes within packets and blocks that are
 * sealed for us: opened or refused, and never more than was sealed.
 *
 * The first byte of an input has bit 7 for a file as it is; otherwise it is a number of packets,
 * each two bytes of length and what the packet says, and the rest is the content, in one block
 * under the key that the first packet tells.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/sealed/seal_cipher.h"
#include "engine/import/sealed/sealed.h"
#include "storage/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

#define IS_RAW 0x80u
#define N_PACKETS_MAX 7u
#define N_CONTENT_MAX 65536u
#define KEY_AT 8u /* of the data key in a packet */

typedef struct text {
    uint8_t *bytes;
    size_t n;
} text;

static void put(text *file, const void *bytes, size_t n)
{
    memcpy(file->bytes + file->n, bytes, n);
    file->n += n;
}

static void put_u32(text *file, uint32_t number)
{
    const uint8_t bytes[] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                             (uint8_t)(number >> 24)};
    put(file, bytes, sizeof bytes);
}

/* Appends a message of ChaCha20-Poly1305 under a nonce of zeroes. */
static void put_sealed(text *file, const uint8_t *key, const uint8_t *beside, const uint8_t *plain,
                       size_t n)
{
    static const uint8_t nonce[SKR_SEAL_NONCE];
    int n_out = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    SKR_CHECK(context != NULL);
    SKR_CHECK(EVP_EncryptInit_ex(context, EVP_chacha20_poly1305(), NULL, key, nonce) == 1);
    if (beside != NULL)
        SKR_CHECK(EVP_EncryptUpdate(context, NULL, &n_out, beside, 8) == 1);
    SKR_CHECK(EVP_EncryptUpdate(context, file->bytes + file->n, &n_out, plain, (int)n) == 1);
    file->n += n;
    SKR_CHECK(EVP_EncryptFinal_ex(context, file->bytes + file->n, &n_out) == 1);
    SKR_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, SKR_SEAL_MAC,
                                  file->bytes + file->n) == 1);
    file->n += SKR_SEAL_MAC;
    EVP_CIPHER_CTX_free(context);
}

static void put_packet(text *file, const skr_seal_key *reader, const uint8_t *plain, size_t n)
{
    static const uint8_t nonce[SKR_SEAL_NONCE];
    static const uint8_t secret[SKR_SEAL_KEY] = {9, 9, 9};
    uint8_t writer[SKR_SEAL_KEY];
    uint8_t key[SKR_SEAL_KEY];
    bool is_sound = false;
    skr_err err;
    SKR_CHECK(skr_cipher_public(secret, writer, &err) == SKR_OK);
    /* both sides come to the same key; the reader's way is the one at hand */
    SKR_CHECK(skr_cipher_share(reader->secret, reader->known, writer, key, &is_sound, &err) ==
              SKR_OK);
    put_u32(file, (uint32_t)(8 + SKR_SEAL_KEY + SKR_SEAL_NONCE + n + SKR_SEAL_MAC));
    put_u32(file, 0);
    put(file, writer, sizeof writer);
    put(file, nonce, sizeof nonce);
    put_sealed(file, key, NULL, plain, n);
}

/* Makes a file of packets and content. Returns the bytes of the content. */
static size_t make_file(text *file, const skr_seal_key *reader, const uint8_t *bytes, size_t n)
{
    static const uint8_t nonce[SKR_SEAL_NONCE];
    uint8_t key[SKR_SEAL_KEY] = {0};
    const uint8_t *beside = NULL;
    unsigned n_packets = n > 0 ? bytes[0] & N_PACKETS_MAX : 0;
    size_t at = 1;
    put(file, "crypt4gh", 8);
    put_u32(file, 1);
    put_u32(file, n_packets);
    for (unsigned i = 0; i < n_packets; i++) {
        size_t n_told = at + 2 <= n ? bytes[at] | (size_t)bytes[at + 1] << 8 : 0;
        at = at + 2 <= n ? at + 2 : n;
        size_t n_here = n_told < n - at ? n_told : n - at;
        if (i == 0 && n_here >= KEY_AT + SKR_SEAL_KEY)
            memcpy(key, bytes + at + KEY_AT, SKR_SEAL_KEY);
        if (i == 0 && n_here >= KEY_AT + SKR_SEAL_KEY + 8 && bytes[at + 4] == 1)
            beside = bytes + at + KEY_AT + SKR_SEAL_KEY;
        put_packet(file, reader, bytes + at, n_here);
        at += n_here;
    }
    size_t n_content = at < n ? n - at : 0;
    n_content = n_content < N_CONTENT_MAX ? n_content : N_CONTENT_MAX;
    put(file, nonce, sizeof nonce);
    put_sealed(file, key, beside, bytes + (n_content > 0 ? at : 0), n_content);
    return n_content;
}

static int read_file(void *context, uint8_t *bytes, size_t n, size_t *ret_n, skr_err *err)
{
    text *left = context;
    (void)err;
    *ret_n = n < left->n ? n : left->n;
    if (*ret_n > 0)
        memcpy(bytes, left->bytes, *ret_n);
    left->bytes += *ret_n;
    left->n -= *ret_n;
    return SKR_OK;
}

static void open_file(text *file, skr_seal_key *reader, size_t n_plain_max)
{
    text left = *file;
    const skr_seal_keys keys = {.keys = reader, .n = 1};
    const skr_seal_input input = {
        .name = "fuzzed", .read = read_file, .context = &left, .keys = &keys};
    skr_sealed *sealed = NULL;
    skr_err err = {0};
    size_t n_all = 0;
    int status = skr_sealed_open(&input, &sealed, &err);
    for (size_t n = 1; status == SKR_OK && n > 0; n_all += n) {
        const uint8_t *plain = NULL;
        n = 0;
        status = skr_sealed_next(sealed, &plain, &n, &err);
        if (status != SKR_OK)
            n = 0;
    }
    SKR_CHECK(status == SKR_OK || status == SKR_ERR_INPUT);
    SKR_CHECK(status == SKR_OK || strncmp(err.message, "fuzzed", 6) == 0);
    SKR_CHECK(n_all <= n_plain_max);
    skr_sealed_free(sealed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    skr_seal_key reader = {.secret = {1, 2, 3}};
    skr_err err;
    bool is_raw = n_bytes > 0 && (bytes[0] & IS_RAW) != 0;
    text file = {malloc(n_bytes + 4096 + N_PACKETS_MAX * 128), 0};
    SKR_CHECK(file.bytes != NULL);
    SKR_CHECK(skr_cipher_public(reader.secret, reader.known, &err) == SKR_OK);
    size_t n_plain_max = n_bytes;
    if (is_raw)
        put(&file, bytes + 1, n_bytes - 1);
    else
        n_plain_max = make_file(&file, &reader, bytes, n_bytes);
    open_file(&file, &reader, n_plain_max);
    free(file.bytes);
    return 0;
}
