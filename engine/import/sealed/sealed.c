/* sealed.c - blocks of a Crypt4GH file: authentic, in order where that can be known, edited. */
#include "engine/import/sealed/sealed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/sealed/seal_edits.h"
#include "engine/import/sealed/seal_nonces.h"

#define N_PLAIN 65536u
#define N_SEALED (SKR_SEAL_NONCE + N_PLAIN + SKR_SEAL_MAC)
#define N_START 5u /* plain bytes that tell what form the file has */

struct skr_sealed {
    skr_seal_input input;
    skr_cipher *cipher;
    skr_seal_header header;
    skr_seal_edits edits;
    skr_seal_nonces nonces;
    uint8_t *block; /* as it comes, of N_SEALED */
    uint8_t *plain; /* of N_PLAIN */
    size_t plain_at;
    size_t n_plain;
    uint64_t n_blocks; /* that were opened */
    uint32_t last_key; /* that opened the last one */
    bool is_last_full; /* of the last block */
    bool is_end;
    uint8_t start[N_START];
    size_t n_start;
};

bool skr_sealed_is(const uint8_t *bytes, size_t n)
{
    return n >= SKR_SEAL_MAGIC_N && memcmp(bytes, SKR_SEAL_MAGIC, SKR_SEAL_MAGIC_N) == 0;
}

int skr_sealed_open(const skr_seal_input *input, skr_sealed **ret_sealed, skr_err *err)
{
    if (input->keys == NULL || input->keys->n == 0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: sealed with Crypt4GH: name the key that opens it with --c4gh-key",
                        input->name);
    skr_sealed *sealed = calloc(1, sizeof *sealed);
    if (sealed == NULL)
        return skr_fail_nomem(err, input->name);
    sealed->input = *input;
    sealed->block = malloc(N_SEALED);
    sealed->plain = malloc(N_PLAIN);
    int status = sealed->block == NULL || sealed->plain == NULL
                     ? skr_fail_nomem(err, input->name)
                     : skr_cipher_new(&sealed->cipher, err);
    if (status == SKR_OK)
        status = skr_seal_header_read(&sealed->input, sealed->cipher, &sealed->header, err);
    if (status != SKR_OK) {
        skr_sealed_free(sealed);
        return status;
    }
    skr_seal_edits_init(&sealed->edits, sealed->header.edits, sealed->header.n_edits);
    *ret_sealed = sealed;
    return SKR_OK;
}

void skr_sealed_free(skr_sealed *sealed)
{
    if (sealed == NULL)
        return;
    skr_cipher_free(sealed->cipher);
    skr_seal_header_done(&sealed->header);
    skr_seal_nonces_done(&sealed->nonces);
    skr_secret_wipe(sealed->plain, N_PLAIN);
    free(sealed->plain);
    free(sealed->block);
    free(sealed);
}

/* ------------------------------------------------------------------ blocks */

/* Opens a block of n bytes with the key that opened the last one, or another. */
static bool open_block(skr_sealed *sealed, size_t n)
{
    for (uint32_t i = 0; i < sealed->header.n_keys; i++) {
        uint32_t number = (sealed->last_key + i) % sealed->header.n_keys;
        const skr_seal_data_key *key = &sealed->header.keys[number];
        uint64_t block = key->first + sealed->n_blocks;
        uint8_t beside[8];
        for (unsigned j = 0; j < sizeof beside; j++)
            beside[j] = (uint8_t)(block >> (8 * j));
        const skr_cipher_message message = {.key = key->key,
                                            .nonce = sealed->block,
                                            .beside = beside,
                                            .n_beside = sealed->header.is_numbered ? 8 : 0,
                                            .bytes = sealed->block + SKR_SEAL_NONCE,
                                            .n = n - SKR_SEAL_NONCE};
        if (!skr_cipher_open(sealed->cipher, &message, sealed->plain))
            continue;
        sealed->last_key = number;
        return true;
    }
    return false;
}

static int bad_block(const skr_sealed *sealed, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: block %" PRIu64 " of what is sealed %s; fetch the file again",
                    sealed->input.name, sealed->n_blocks + 1, what);
}

/* At the end of the file. A file whose blocks are numbered ends with one that is not full. */
static int end(skr_sealed *sealed, skr_err *err)
{
    sealed->is_end = true;
    bool is_whole = !sealed->header.is_numbered || (sealed->n_blocks > 0 && !sealed->is_last_full);
    return is_whole ? SKR_OK : bad_block(sealed, "is missing: the file is cut short", err);
}

static int next_block(skr_sealed *sealed, skr_err *err)
{
    bool is_new = true;
    size_t n = 0;
    sealed->plain_at = sealed->n_plain = 0;
    SKR_TRY(sealed->input.read(sealed->input.context, sealed->block, N_SEALED, &n, err));
    if (n == 0)
        return end(sealed, err);
    if (n < SKR_SEAL_NONCE + SKR_SEAL_MAC)
        return bad_block(sealed, "is cut short", err);
    if (!open_block(sealed, n))
        return bad_block(sealed, "was changed, cut short or put out of its place", err);
    SKR_TRY(skr_seal_nonces_add(&sealed->nonces, sealed->last_key, sealed->block, &is_new, err));
    if (!is_new)
        return bad_block(sealed, "was there before", err);
    sealed->n_blocks++;
    sealed->n_plain = n - SKR_SEAL_NONCE - SKR_SEAL_MAC;
    sealed->is_last_full = sealed->n_plain == N_PLAIN;
    return SKR_OK;
}

/* ------------------------------------------------------------------ bytes */

/* Does the file begin like one of the forms that have sums of their own? */
static bool has_own_sums(const skr_sealed *sealed)
{
    /* CRAM has them from version 3 on. */
    static const char *const forms[] = {"\x1f\x8b", "PK\3\4", "PK\5\6", "CRAM\3", "CRAM\4"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (sealed->n_start >= strlen(forms[i]) &&
            memcmp(sealed->start, forms[i], strlen(forms[i])) == 0)
            return true;
    return false;
}

/* Where nothing shows that all blocks are there and in order, they are not believed. */
static int check_order(const skr_sealed *sealed, skr_err *err)
{
    bool are_several = sealed->n_blocks > 1 || sealed->is_last_full;
    bool is_known = sealed->n_start == N_START || (sealed->is_end && sealed->n_start > 0);
    if (sealed->header.is_numbered || !are_several || !is_known || has_own_sums(sealed))
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: nothing shows that all blocks of what is sealed are there and in order: "
                    "pack it with bgzip or gzip before it is sealed",
                    sealed->input.name);
}

static void note_start(skr_sealed *sealed, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n && sealed->n_start < N_START; i++)
        sealed->start[sealed->n_start++] = bytes[i];
}

int skr_sealed_next(skr_sealed *sealed, const uint8_t **ret_bytes, size_t *ret_n, skr_err *err)
{
    *ret_n = 0;
    while (!sealed->is_end) {
        if (sealed->plain_at == sealed->n_plain) {
            SKR_TRY(next_block(sealed, err));
            continue;
        }
        bool is_kept = false;
        const uint8_t *bytes = sealed->plain + sealed->plain_at;
        size_t n =
            skr_seal_edits_next(&sealed->edits, sealed->n_plain - sealed->plain_at, &is_kept);
        sealed->plain_at += n;
        if (!is_kept)
            continue;
        note_start(sealed, bytes, n);
        SKR_TRY(check_order(sealed, err));
        *ret_bytes = bytes;
        *ret_n = n;
        return SKR_OK;
    }
    return check_order(sealed, err);
}
