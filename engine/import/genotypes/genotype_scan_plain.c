/* genotype_scan_plain.c - the scans in plain C, and values of a FORMAT field. */
#include "engine/import/genotypes/genotype_scan.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#include "engine/import/genotypes/genotype_scan_int.h"

/* ------------------------------------------------------------------ values */

float skr_genotype_scan_values(const skr_values *values, size_t i)
{
    const uint8_t *at = values->values;
    int16_t two;
    int32_t four;
    float real;
    switch (values->type) {
    case SKR_VALUE_INT8: {
        int8_t one = (int8_t)at[i];
        return one <= INT8_MIN + 1 ? NAN : (float)one;
    }
    case SKR_VALUE_INT16:
        memcpy(&two, at + 2 * i, sizeof two);
        return two <= INT16_MIN + 1 ? NAN : (float)two;
    case SKR_VALUE_INT32:
        memcpy(&four, at + 4 * i, sizeof four);
        return four <= INT32_MIN + 1 ? NAN : (float)four;
    default:
        memcpy(&real, at + 4 * i, sizeof real);
        return real;
    }
}

skr_low_bounds skr_genotype_scan_bounds(skr_value_type type, double limit)
{
    const int32_t missing = type == SKR_VALUE_INT8    ? INT8_MIN + 1
                            : type == SKR_VALUE_INT16 ? INT16_MIN + 1
                                                      : INT32_MIN + 1;
    const int32_t most = type == SKR_VALUE_INT8    ? INT8_MAX
                         : type == SKR_VALUE_INT16 ? INT16_MAX
                                                   : INT32_MAX;
    double highest = ceil(limit) - 1;
    skr_low_bounds bounds = {.missing = missing, .limit = (float)limit};
    bounds.highest = highest >= most ? most : highest <= missing ? missing : (int32_t)highest;
    if ((double)bounds.limit < limit)
        bounds.limit = nextafterf(bounds.limit, INFINITY);
    return bounds;
}

/* ------------------------------------------------------------------ plain scans */

static uint64_t lane(const uint8_t *samples, size_t i, unsigned n_bytes)
{
    uint64_t bytes = 0;
    memcpy(&bytes, samples + i * n_bytes, n_bytes);
    return bytes;
}

static uint64_t unlike_one(const uint8_t *samples, size_t n, unsigned n_bytes, uint64_t mask,
                           uint64_t value)
{
    uint64_t marks = 0;
    uint64_t used = 0;
    memset(&used, 0xff, n_bytes);
    for (size_t i = 0; i < n; i++)
        marks |= (uint64_t)(((lane(samples, i, n_bytes) & mask) ^ value) & used ? 1 : 0) << i;
    return marks;
}

static bool mark_unlike(const void *samples, size_t n, unsigned n_bytes, uint64_t mask,
                        uint64_t value, uint64_t *marks)
{
    uint64_t any = 0;
    for (size_t i = 0; i < n; i += 64) {
        const uint8_t *from = (const uint8_t *)samples + i * n_bytes;
        uint64_t differ = 0;
        size_t n_here = n - i < 64 ? n - i : 64;
        /* 64 samples are 8 * n_bytes words: most often all of them agree. */
        for (unsigned j = 0; j < 8 * n_bytes && n_here == 64; j++)
            differ |= (lane(from, j, 8) & mask) ^ value;
        uint64_t word = 0;
        if (n_here < 64 || differ != 0)
            word = unlike_one(from, n_here, n_bytes, mask, value);
        marks[i / 64] = word;
        any |= word;
    }
    return any != 0;
}

/* Of bits of second copies: those that some have, and those that all have. */
static unsigned written(uint64_t some, uint64_t every, uint64_t bits)
{
    return ((some & bits) != 0 ? SKR_WRITTEN_BAR : 0u) |
           ((every & bits) != bits ? SKR_WRITTEN_SLASH : 0u);
}

static unsigned how_written(const uint8_t *pairs, size_t n)
{
    uint64_t some = 0;
    uint64_t every = UINT64_MAX;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        uint64_t four = lane(pairs + 2 * i, 0, 8);
        some |= four;
        every &= four;
    }
    unsigned all = i == 0 ? 0 : written(some, every, htole64(UINT64_C(0x0100010001000100)));
    for (; i < n; i++)
        all |= (pairs[2 * i + 1] & 1) != 0 ? SKR_WRITTEN_BAR : SKR_WRITTEN_SLASH;
    return all;
}

static bool sort_pairs(const void *pairs, size_t n, const skr_pair_planes *planes,
                       unsigned *ret_written)
{
    const uint8_t *bytes = pairs;
    *ret_written = how_written(bytes, n);
    if (!mark_unlike(pairs, n, 2, UINT64_C(0xfefefefefefefefe), UINT64_C(0x0202020202020202),
                     planes->others)) {
        memset(planes->carriers, 0, (n + 63) / 64 * 8);
        memset(planes->homs, 0, (n + 63) / 64 * 8);
        memset(planes->missing, 0, (n + 63) / 64 * 8);
        return false;
    }
    for (size_t word = 0; word < (n + 63) / 64; word++) {
        uint64_t carriers = 0;
        uint64_t homs = 0;
        uint64_t missing = 0;
        for (uint64_t left = planes->others[word]; left != 0; left &= left - 1) {
            size_t i = word * 64 + (size_t)__builtin_ctzll(left);
            uint64_t bit = left & -left;
            uint8_t a = bytes[2 * i] & 0xfe;
            uint8_t b = bytes[2 * i + 1] & 0xfe;
            if ((a == 2 || a == 4) && (b == 2 || b == 4))
                carriers |= bit;
            if (a == 4 && b == 4)
                homs |= bit;
            if (a == 0 && b == 0)
                missing |= bit;
        }
        planes->carriers[word] = carriers;
        planes->homs[word] = homs;
        planes->missing[word] = missing;
        planes->others[word] &= ~(carriers | missing);
    }
    return true;
}

static void add_below(const void *values, size_t n, skr_value_type type, double limit,
                      uint64_t *marks)
{
    const skr_low_bounds bounds = skr_genotype_scan_bounds(type, limit);
    const uint8_t *at = values;
    for (size_t i = 0; i < n; i++) {
        bool is_low = false;
        if (type == SKR_VALUE_FLOAT) {
            float real;
            memcpy(&real, at + 4 * i, sizeof real);
            is_low = real < bounds.limit;
        } else {
            int32_t number = 0;
            int16_t two;
            if (type == SKR_VALUE_INT8) {
                number = (int8_t)at[i];
            } else if (type == SKR_VALUE_INT16) {
                memcpy(&two, at + 2 * i, sizeof two);
                number = two;
            } else {
                memcpy(&number, at + 4 * i, sizeof number);
            }
            is_low = number > bounds.missing && number <= bounds.highest;
        }
        marks[i / 64] |= (uint64_t)is_low << i % 64;
    }
}

const skr_genotype_scan *skr_genotype_scan_plain(void)
{
    static const skr_genotype_scan scan = {
        .name = "plain",
        .mark_unlike = mark_unlike,
        .sort_pairs = sort_pairs,
        .add_below = add_below,
    };
    return &scan;
}
