/*
 * inflate.c - RFC 1951 with tables of one level.
 *
 * Every code of a block is at most TABLE_BITS long, so one look in a table tells it. One refill of
 * the bits is enough for a length and its distance.
 */
#include "engine/inflate.h"

#include <string.h>

#define TABLE_BITS 12u
#define N_LITERALS 288u
#define N_DISTANCES 32u
#define N_LENGTH_CODES 19u
#define LENGTH_MAX 258u
#define N_SLACK 16u /* bytes that a copy may write behind its end */

/* An entry: the code's bits, the extra bits, a kind, and in the upper half the value. */
#define LITERAL 0x8000u
#define END 0x4000u
#define BAD 0x2000u

static uint32_t entry(uint32_t value, unsigned kind, unsigned n_extra)
{
    return value << 16 | kind | n_extra << 8;
}

typedef struct tables {
    uint32_t literals[1u << TABLE_BITS];
    uint32_t distances[1u << TABLE_BITS];
    unsigned n_literal_bits;
    unsigned n_distance_bits;
} tables;

typedef struct bits {
    uint64_t word;
    unsigned n; /* of word, at least */
    const uint8_t *at;
    const uint8_t *end; /* SKR_INFLATE_SPARE bytes behind it may be read */
} bits;

/* At least 56 bits, some of them from behind the end; false far behind it. */
static inline bool refill(bits *in)
{
    uint64_t next;
    if (in->at - in->end > (ptrdiff_t)(SKR_INFLATE_SPARE - sizeof next))
        return false;
    memcpy(&next, in->at, sizeof next);
    in->word |= __builtin_bswap64(__builtin_bswap64(next)) << in->n;
    in->at += (63 - in->n) >> 3;
    in->n |= 56;
    return true;
}

static inline uint32_t take(bits *in, unsigned n)
{
    uint32_t value = (uint32_t)(in->word & ((UINT64_C(1) << n) - 1));
    in->word >>= n;
    in->n -= n;
    return value;
}

/* ------------------------------------------------------------------ codes */

/*
 * Fills a table from the lengths of n codes and the entry of each. False: a code is too long, or
 * the codes are not a whole tree. One code alone, of one bit, is allowed.
 */
static bool build(const uint8_t *lengths, const uint32_t *entries, unsigned n, uint32_t *table,
                  unsigned *ret_n_bits)
{
    uint32_t n_of[16] = {0};
    uint32_t next[16];
    uint32_t code = 0;
    unsigned n_bits = 0;
    unsigned n_used = 0;
    for (unsigned i = 0; i < n; i++)
        n_of[lengths[i]]++;
    for (unsigned length = 1; length < 16; length++) {
        next[length] = code;
        code = (code + n_of[length]) << 1;
        n_used += n_of[length];
        if (n_of[length] > 0)
            n_bits = length;
    }
    if (n_bits == 0 || n_bits > TABLE_BITS)
        return false;
    code = next[n_bits] + n_of[n_bits];
    bool is_whole = code == 1u << n_bits;
    if (!is_whole && !(n_used == 1 && n_bits == 1))
        return false;
    if (!is_whole)
        table[0] = table[1] = entry(0, BAD, 0) | 1;
    for (unsigned i = 0; i < n; i++) {
        unsigned length = lengths[i];
        if (length == 0)
            continue;
        uint32_t reversed = 0;
        for (unsigned j = 0, left = next[length]++; j < length; j++, left >>= 1)
            reversed = reversed << 1 | (left & 1);
        for (uint32_t at = reversed; at < 1u << n_bits; at += 1u << length)
            table[at] = entries[i] | length;
    }
    *ret_n_bits = n_bits;
    return true;
}

static void literal_entries(uint32_t *entries)
{
    uint32_t base = 3;
    for (unsigned i = 0; i < 256; i++)
        entries[i] = entry(i, LITERAL, 0);
    entries[256] = entry(0, END, 0);
    for (unsigned i = 257; i < 285; i++) {
        unsigned n_extra = i < 265 ? 0 : (i - 261) / 4;
        entries[i] = entry(base, 0, n_extra);
        base += 1u << n_extra;
    }
    entries[285] = entry(LENGTH_MAX, 0, 0);
    entries[286] = entries[287] = entry(0, BAD, 0);
}

static void distance_entries(uint32_t *entries)
{
    uint32_t base = 1;
    for (unsigned i = 0; i < 30; i++) {
        unsigned n_extra = i < 4 ? 0 : i / 2 - 1;
        entries[i] = entry(base, 0, n_extra);
        base += 1u << n_extra;
    }
    entries[30] = entries[31] = entry(0, BAD, 0);
}

static bool build_both(const uint8_t *lengths, unsigned n_literals, unsigned n_distances,
                       tables *to)
{
    uint32_t entries[N_LITERALS];
    literal_entries(entries);
    if (!build(lengths, entries, n_literals, to->literals, &to->n_literal_bits))
        return false;
    distance_entries(entries);
    return build(lengths + n_literals, entries, n_distances, to->distances, &to->n_distance_bits);
}

/* The codes that stand in front of a block. */
static bool read_codes(bits *in, tables *to)
{
    static const uint8_t order[N_LENGTH_CODES] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                  11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[N_LITERALS + N_DISTANCES] = {0};
    uint8_t of_lengths[N_LENGTH_CODES] = {0};
    uint32_t entries[N_LENGTH_CODES];
    uint32_t table[1u << 7];
    unsigned n_bits;
    if (!refill(in))
        return false;
    unsigned n_literals = take(in, 5) + 257;
    unsigned n_distances = take(in, 5) + 1;
    unsigned n_codes = take(in, 4) + 4;
    for (unsigned i = 0; i < n_codes; i++) {
        if (!refill(in))
            return false;
        of_lengths[order[i]] = (uint8_t)take(in, 3);
    }
    for (unsigned i = 0; i < N_LENGTH_CODES; i++)
        entries[i] = entry(i, 0, 0);
    if (n_literals > 286 || !build(of_lengths, entries, N_LENGTH_CODES, table, &n_bits))
        return false;
    for (unsigned i = 0; i < n_literals + n_distances;) {
        if (!refill(in))
            return false;
        uint32_t found = table[in->word & ((1u << n_bits) - 1)];
        (void)take(in, found & 15);
        unsigned symbol = found >> 16;
        if ((found & BAD) != 0 || (symbol == 16 && i == 0))
            return false;
        unsigned n = symbol < 16    ? 1
                     : symbol == 16 ? 3 + take(in, 2)
                     : symbol == 17 ? 3 + take(in, 3)
                                    : 11 + take(in, 7);
        if (n > n_literals + n_distances - i)
            return false;
        memset(lengths + i, symbol < 16 ? (int)symbol : symbol == 16 ? lengths[i - 1] : 0, n);
        i += n;
    }
    return build_both(lengths, n_literals, n_distances, to);
}

static bool fixed_codes(tables *to)
{
    uint8_t lengths[N_LITERALS + N_DISTANCES];
    memset(lengths, 8, 144);
    memset(lengths + 144, 9, 112);
    memset(lengths + 256, 7, 24);
    memset(lengths + 280, 8, 8);
    memset(lengths + N_LITERALS, 5, N_DISTANCES);
    return build_both(lengths, N_LITERALS, N_DISTANCES, to);
}

/* ------------------------------------------------------------------ matches */

/* Stores 16 bytes again and again; up to N_SLACK bytes more than asked for. */
static inline void store_pattern(uint8_t *to, uint64_t pattern, uint32_t n)
{
    const uint64_t pair[2] = {pattern, pattern};
    for (uint32_t i = 0; i < n; i += 16)
        memcpy(to + i, pair, sizeof pair);
}

/* A match with room behind it. */
static inline void copy_match(uint8_t *to, uint32_t distance, uint32_t n)
{
    /* The least multiple of a distance below 8 that is 8 or more. */
    static const uint8_t strides[8] = {0, 8, 8, 9, 8, 10, 12, 14};
    const uint8_t *from = to - distance;
    uint64_t word;
    if (distance >= 16) {
        for (uint32_t i = 0; i < n; i += 16)
            memcpy(to + i, from + i, 16);
    } else if (distance >= 8) {
        for (uint32_t i = 0; i < n; i += 8)
            memcpy(to + i, from + i, 8);
    } else if (distance == 2) {
        uint16_t pair;
        memcpy(&pair, from, sizeof pair);
        store_pattern(to, pair * UINT64_C(0x0001000100010001), n);
    } else if (distance == 1) {
        store_pattern(to, *from * UINT64_C(0x0101010101010101), n);
    } else if (distance == 4) {
        uint32_t four;
        memcpy(&four, from, sizeof four);
        store_pattern(to, four * UINT64_C(0x0000000100000001), n);
    } else {
        uint32_t stride = strides[distance];
        for (uint32_t i = 0; i < stride; i++)
            to[i] = from[i];
        for (uint32_t i = stride; i < n; i += 8) {
            memcpy(&word, to + i - stride, sizeof word);
            memcpy(to + i, &word, sizeof word);
        }
    }
}

/* The symbols of one block, up to its end. */
static bool read_block(bits *in, const tables *codes, uint8_t *raw, uint8_t **at, uint8_t *end)
{
    const uint64_t literal_mask = (1u << codes->n_literal_bits) - 1;
    const uint64_t distance_mask = (1u << codes->n_distance_bits) - 1;
    uint8_t *to = *at;
    while (refill(in)) {
        uint32_t found = codes->literals[in->word & literal_mask];
        (void)take(in, found & 15);
        if ((found & (LITERAL | END | BAD)) != 0) {
            if ((found & LITERAL) == 0) {
                *at = to;
                return (found & END) != 0;
            }
            if (to == end)
                return false;
            *to++ = (uint8_t)(found >> 16);
            continue;
        }
        uint32_t n = (found >> 16) + take(in, found >> 8 & 15);
        found = codes->distances[in->word & distance_mask];
        (void)take(in, found & 15);
        uint32_t distance = (found >> 16) + take(in, found >> 8 & 15);
        size_t n_left = (size_t)(end - to);
        if ((found & BAD) != 0 || distance > (size_t)(to - raw) || n > n_left)
            return false;
        if (n_left >= LENGTH_MAX + N_SLACK)
            copy_match(to, distance, n);
        else
            for (uint32_t i = 0; i < n; i++)
                to[i] = to[(size_t)i - distance];
        to += n;
    }
    return false;
}

bool skr_inflate(const uint8_t *packed, size_t n_packed, uint8_t *raw, size_t n_raw)
{
    bits in = {.at = packed, .end = packed + n_packed};
    tables codes;
    uint8_t *at = raw;
    for (bool is_last = false; !is_last;) {
        if (!refill(&in))
            return false;
        is_last = take(&in, 1) != 0;
        unsigned kind = take(&in, 2);
        bool has_codes = kind == 2 ? read_codes(&in, &codes) : kind == 1 && fixed_codes(&codes);
        if (!has_codes || !read_block(&in, &codes, raw, &at, raw + n_raw))
            return false;
    }
    uint64_t n_used = (uint64_t)(in.at - packed) * 8 - in.n;
    return at == raw + n_raw && n_used <= (uint64_t)n_packed * 8;
}
