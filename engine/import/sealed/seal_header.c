/* seal_header.c - the packets of a header, opened with our keys. */
#include "engine/import/sealed/seal_header.h"

#include <stdlib.h>
#include <string.h>

#define N_START 16u /* magic, version, number of packets */
#define N_LENGTH 4u
#define N_METHOD 4u
#define N_FIXED (N_LENGTH + N_METHOD + SKR_SEAL_KEY + SKR_SEAL_NONCE)
#define VERSION 1u
#define N_KEYS_BYTES (SKR_SEAL_PACKETS_MAX * sizeof(skr_seal_data_key))

enum {
    PACKET_KEY = 0,
    PACKET_EDITS = 1,
};

typedef struct reading {
    const skr_seal_input *input;
    skr_cipher *cipher;
    skr_seal_header *header;
    uint8_t *packet; /* its bytes after the length, of SKR_SEAL_PACKET_MAX */
    uint8_t *plain;
    uint64_t n_total;
} reading;

static uint32_t u32_at(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint64_t u64_at(const uint8_t *bytes)
{
    return u32_at(bytes) | (uint64_t)u32_at(bytes + 4) << 32;
}

static int bad(const reading *r, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_INPUT, "%s: the header of what is sealed %s", r->input->name,
                    what);
}

static int read_whole(reading *r, uint8_t *bytes, size_t n, skr_err *err)
{
    size_t n_got = 0;
    SKR_TRY(r->input->read(r->input->context, bytes, n, &n_got, err));
    return n_got == n ? SKR_OK : bad(r, "is cut short; fetch the file again", err);
}

/* A key that was not there yet. */
static int take_key(reading *r, size_t n, skr_err *err)
{
    skr_seal_header *header = r->header;
    uint32_t method = n < 8 ? 0 : u32_at(r->plain + 4);
    bool is_numbered = method == 1;
    if (n < 8u + SKR_SEAL_KEY + (is_numbered ? 8u : 0u))
        return bad(r, "has a packet that is too short", err);
    if (method > 1)
        return skr_fail(err, SKR_ERR_INPUT, "%s: sealed by method %u, which is not known",
                        r->input->name, method);
    if (header->n_keys > 0 && header->is_numbered != is_numbered)
        return bad(r, "mixes methods", err);
    header->is_numbered = is_numbered;
    const uint8_t *key = r->plain + 8;
    uint64_t first = is_numbered ? u64_at(key + SKR_SEAL_KEY) : 0;
    for (uint32_t i = 0; i < header->n_keys; i++)
        if (memcmp(header->keys[i].key, key, SKR_SEAL_KEY) == 0 && header->keys[i].first == first)
            return SKR_OK;
    memcpy(header->keys[header->n_keys].key, key, SKR_SEAL_KEY);
    header->keys[header->n_keys++].first = first;
    return SKR_OK;
}

/* One list of edits; the same again only where another key of ours opened it. */
static int take_edits(reading *r, size_t n, size_t reader, skr_err *err)
{
    skr_seal_header *header = r->header;
    uint32_t n_edits = n < 8 ? 0 : u32_at(r->plain + 4);
    if (n < 8 || n_edits > (n - 8) / 8)
        return bad(r, "has a packet that is too short", err);
    if (n_edits > SKR_SEAL_EDITS_MAX)
        return bad(r, "has an edit list that is too long", err);
    uint64_t *edits = calloc(n_edits + 1u, sizeof *edits);
    if (edits == NULL)
        return skr_fail_nomem(err, r->input->name);
    for (uint32_t i = 0; i < n_edits; i++)
        edits[i] = u64_at(r->plain + 8 + 8 * (size_t)i);
    bool is_first = !header->has_edits;
    bool is_same = !is_first && reader != header->edits_reader && n_edits == header->n_edits &&
                   memcmp(edits, header->edits, n_edits * sizeof *edits) == 0;
    if (!is_first) {
        free(edits);
        return is_same ? SKR_OK : bad(r, "has more than one edit list", err);
    }
    header->has_edits = true;
    header->edits_reader = reader;
    header->edits = edits;
    header->n_edits = n_edits;
    return SKR_OK;
}

static int take_plain(reading *r, size_t n, size_t reader, skr_err *err)
{
    uint32_t kind = n < 4 ? 0 : u32_at(r->plain);
    if (n < 4)
        return bad(r, "has a packet that is too short", err);
    if (kind == PACKET_KEY)
        return take_key(r, n, err);
    if (kind == PACKET_EDITS)
        return take_edits(r, n, reader, err);
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: the header of what is sealed has a packet of kind %u, which is not known "
                    "and may change what the file says",
                    r->input->name, kind);
}

/* Tries our keys on a packet; what none opens is for others. n: its bytes after the length. */
static int try_keys(reading *r, size_t n, skr_err *err)
{
    const uint8_t *writer = r->packet + N_METHOD;
    const skr_seal_keys *keys = r->input->keys;
    if (u32_at(r->packet) != 0 || n < N_FIXED - N_LENGTH + SKR_SEAL_MAC)
        return SKR_OK;
    for (size_t i = 0; i < keys->n; i++) {
        uint8_t key[SKR_SEAL_KEY];
        bool is_sound = false;
        SKR_TRY(skr_cipher_share(keys->keys[i].secret, keys->keys[i].known, writer, key, &is_sound,
                                 err));
        const skr_cipher_message message = {.key = key,
                                            .nonce = writer + SKR_SEAL_KEY,
                                            .bytes = r->packet + N_FIXED - N_LENGTH,
                                            .n = n - (N_FIXED - N_LENGTH)};
        bool is_ours = is_sound && skr_cipher_open(r->cipher, &message, r->plain);
        skr_secret_wipe(key, sizeof key);
        if (!is_ours)
            continue;
        int status = take_plain(r, message.n - SKR_SEAL_MAC, i, err);
        skr_secret_wipe(r->plain, message.n);
        return status;
    }
    return SKR_OK;
}

static int read_packet(reading *r, skr_err *err)
{
    uint8_t length[N_LENGTH];
    SKR_TRY(read_whole(r, length, N_LENGTH, err));
    uint32_t n = u32_at(length);
    if (n < N_LENGTH + N_METHOD || n > SKR_SEAL_PACKET_MAX)
        return bad(r, "has a packet of a length that cannot be", err);
    r->n_total += n;
    if (r->n_total > SKR_SEAL_HEADER_MAX)
        return bad(r, "is too long", err);
    SKR_TRY(read_whole(r, r->packet, n - N_LENGTH, err));
    return try_keys(r, n - N_LENGTH, err);
}

static int read_packets(reading *r, skr_err *err)
{
    uint8_t start[N_START];
    SKR_TRY(read_whole(r, start, N_START, err));
    uint32_t version = u32_at(start + SKR_SEAL_MAGIC_N);
    uint32_t n_packets = u32_at(start + SKR_SEAL_MAGIC_N + 4);
    if (version != VERSION)
        return skr_fail(err, SKR_ERR_INPUT, "%s: sealed with Crypt4GH of version %u; %u is known",
                        r->input->name, version, VERSION);
    if (n_packets == 0 || n_packets > SKR_SEAL_PACKETS_MAX)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: the header of what is sealed has %u packets; 1 to %u are possible",
                        r->input->name, n_packets, SKR_SEAL_PACKETS_MAX);
    for (uint32_t i = 0; i < n_packets; i++)
        SKR_TRY(read_packet(r, err));
    if (r->header->n_keys > 0)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: sealed with Crypt4GH for others: no key of --c4gh-key opens it",
                    r->input->name);
}

int skr_seal_header_read(const skr_seal_input *input, skr_cipher *cipher, skr_seal_header *header,
                         skr_err *err)
{
    reading r = {.input = input, .cipher = cipher, .header = header};
    header->keys = skr_secret_new(N_KEYS_BYTES);
    r.packet = malloc(SKR_SEAL_PACKET_MAX);
    r.plain = skr_secret_new(SKR_SEAL_PACKET_MAX);
    int status = header->keys == NULL || r.packet == NULL || r.plain == NULL
                     ? skr_fail_nomem(err, input->name)
                     : read_packets(&r, err);
    free(r.packet);
    skr_secret_free(r.plain, SKR_SEAL_PACKET_MAX);
    return status;
}

void skr_seal_header_done(skr_seal_header *header)
{
    skr_secret_free(header->keys, N_KEYS_BYTES);
    free(header->edits);
    *header = (skr_seal_header){0};
}
