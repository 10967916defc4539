/*
 * order_classes.c - the class of each sample, in about as many bits as their sizes allow.
 *
 * A class's level is the number of bits of its size, less one. The classes of a level, ascending,
 * are cut into at most eight buckets of a power of two. A sample is a byte, the bucket of its
 * class, which the block's compression shortens where some buckets are fuller than others, and
 * as many bits as it takes to name a class within the bucket. Any such bytes give every sample some
 * class: there is nothing else to check.
 */
#include <stdbool.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/kernel.h"
#include "storage/carriers/order.h"

#define N_LEVELS 32u
#define BUCKET_BITS 3u /* buckets of a level: at most 2^3 */

/* As many as a block of the file could name, and more. With them a place of the table fits into a
 * head. */
#define CLASSES_MAX (1u << 26)
_Static_assert(SKR_BLOCK_RAW_MAX <= CLASSES_MAX, "a block names each class in a byte");

/* The buckets of the levels, and the classes in the order in which buckets hold them. */
typedef struct buckets {
    uint32_t first[N_LEVELS << BUCKET_BITS]; /* of each bucket, among the classes by level */
    uint32_t end[N_LEVELS << BUCKET_BITS];
    uint8_t n_bits[N_LEVELS << BUCKET_BITS];
    uint32_t n;
    uint32_t level_first[N_LEVELS + 1]; /* the first class of each level */
    uint32_t bucket_of_level[N_LEVELS]; /* its first bucket */
} buckets;

static unsigned level_of(uint32_t size)
{
    return 31u - (unsigned)__builtin_clz(size);
}

/* Cuts the levels into buckets; n_of says how many classes each level has. */
static void cut(const uint32_t *n_of, buckets *b)
{
    uint32_t first = 0;
    b->n = 0;
    for (unsigned level = 0; level < N_LEVELS; level++) {
        uint32_t n = n_of[level];
        unsigned width = n <= 1 ? 0 : 32u - (unsigned)__builtin_clz(n - 1);
        width = width > BUCKET_BITS ? width - BUCKET_BITS : 0;
        b->level_first[level] = first;
        b->bucket_of_level[level] = b->n;
        for (uint32_t at = 0; at < n; at += 1u << width) {
            b->first[b->n] = first + at;
            b->end[b->n] = n - at < 1u << width ? first + n : first + at + (1u << width);
            b->n_bits[b->n] = (uint8_t)width;
            b->n++;
        }
        first += n;
    }
    SKR_CHECK(b->n <= N_LEVELS << BUCKET_BITS);
    b->level_first[N_LEVELS] = first;
}

uint64_t skr_order_classes_size_min(uint32_t n_samples, uint32_t n_classes)
{
    return (uint64_t)n_classes + n_samples;
}

uint64_t skr_order_classes_size_max(uint32_t n_samples, uint32_t n_classes)
{
    return (uint64_t)n_classes + n_samples + (uint64_t)n_samples * 4 + 8;
}

/* ------------------------------------------------------------------ writing */

/* Appends the bits after the bytes; places says where each class stands among those by level. */
static int put_bits(const uint32_t *classes, uint32_t n_samples, const uint8_t *codes,
                    const uint32_t *places, const buckets *b, skr_buffer *bytes, skr_err *err)
{
    uint64_t bits = 0;
    unsigned n_bits = 0;
    SKR_TRY(skr_buffer_reserve(bytes, (size_t)n_samples * 4 + 8, err));
    for (uint32_t i = 0; i < n_samples; i++) {
        SKR_ASSERT(places[classes[i]] >= b->first[codes[i]] &&
                   places[classes[i]] < b->end[codes[i]]);
        bits |= (uint64_t)(places[classes[i]] - b->first[codes[i]]) << n_bits;
        n_bits += b->n_bits[codes[i]];
        for (; n_bits >= 8; n_bits -= 8, bits >>= 8)
            bytes->bytes[bytes->n++] = (uint8_t)bits;
    }
    if (n_bits > 0)
        bytes->bytes[bytes->n++] = (uint8_t)bits;
    return SKR_OK;
}

int skr_order_classes_encode(const uint32_t *classes, uint32_t n_samples, uint32_t n_classes,
                             skr_buffer *bytes, skr_err *err)
{
    skr_buffer scratch = {0};
    buckets b;
    uint32_t n_of[N_LEVELS] = {0};
    int status = skr_buffer_reserve(&scratch, (size_t)n_classes * sizeof(uint32_t), err);
    if (status == SKR_OK)
        status = skr_buffer_reserve(bytes, (size_t)n_classes + n_samples, err);
    if (status != SKR_OK) {
        skr_buffer_done(&scratch);
        return status;
    }
    uint32_t *places = (uint32_t *)(void *)scratch.bytes; /* sizes at first */
    memset(places, 0, (size_t)n_classes * sizeof *places);
    for (uint32_t i = 0; i < n_samples; i++)
        places[classes[i]]++;
    uint8_t *levels = bytes->bytes + bytes->n;
    for (uint32_t c = 0; c < n_classes; c++) {
        SKR_CHECK(places[c] > 0); /* each class has a member */
        levels[c] = (uint8_t)level_of(places[c]);
        n_of[levels[c]]++;
    }
    cut(n_of, &b);
    uint32_t next[N_LEVELS];
    memcpy(next, b.level_first, sizeof next);
    for (uint32_t c = 0; c < n_classes; c++)
        places[c] = next[levels[c]]++;
    uint8_t *codes = levels + n_classes;
    for (uint32_t i = 0; i < n_samples; i++) {
        unsigned level = levels[classes[i]];
        uint32_t bucket = b.bucket_of_level[level];
        uint32_t at = places[classes[i]] - b.level_first[level];
        codes[i] = (uint8_t)(bucket + (at >> b.n_bits[bucket]));
    }
    size_t offset = bytes->n + n_classes;
    bytes->n += (size_t)n_classes + n_samples;
    skr_buffer copy = {0};
    status = skr_buffer_put(&copy, bytes->bytes + offset, n_samples, err);
    if (status == SKR_OK)
        status = put_bits(classes, n_samples, copy.bytes, places, &b, bytes, err);
    skr_buffer_done(&copy);
    skr_buffer_done(&scratch);
    return status;
}

/* ------------------------------------------------------------------ reading */

static int fail_corrupt(skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT, "the classes of samples are malformed");
}

/*
 * The table that kernels read: the classes of one bucket after the other, each with a place for
 * every number of its width. Of those 256 buckets that are not there the only place is the last,
 * which has no class. Returns the widest place.
 */
static unsigned fill_table(const uint8_t *levels, uint32_t n_classes, const buckets *b,
                           uint32_t *heads, uint32_t *table)
{
    uint32_t next[N_LEVELS]; /* where the next class of each level goes */
    uint32_t at = 0;
    unsigned width_max = 0;
    for (unsigned level = 0; level < N_LEVELS; level++) {
        uint32_t to = level + 1 < N_LEVELS ? b->bucket_of_level[level + 1] : b->n;
        next[level] = at;
        for (uint32_t i = b->bucket_of_level[level]; i < to; i++) {
            heads[i] = at << SKR_HEAD_WIDTH_BITS | b->n_bits[i];
            at += 1u << b->n_bits[i];
            width_max = b->n_bits[i] > width_max ? b->n_bits[i] : width_max;
            for (uint32_t k = b->end[i] - b->first[i]; k < 1u << b->n_bits[i]; k++)
                table[at - (1u << b->n_bits[i]) + k] = SKR_NO_CLASS;
        }
    }
    SKR_CHECK(at < skr_order_classes_scratch(n_classes));
    table[at] = SKR_NO_CLASS;
    for (uint32_t i = b->n; i < N_LEVELS << BUCKET_BITS; i++)
        heads[i] = at << SKR_HEAD_WIDTH_BITS;
    for (uint32_t c = 0; c < n_classes; c++) /* only the last bucket of a level has a gap */
        table[next[levels[c]]++] = c;
    return width_max;
}

size_t skr_order_classes_scratch(uint32_t n_classes)
{
    return (size_t)n_classes + n_classes / 4 + 1;
}

int skr_order_classes_decode(const uint8_t *bytes, size_t n_bytes, uint32_t n_samples,
                             uint32_t n_classes, uint32_t *scratch, uint32_t *classes, skr_err *err)
{
    buckets b;
    uint32_t n_of[N_LEVELS] = {0};
    uint32_t heads[N_LEVELS << BUCKET_BITS];
    uint64_t n_bits = 0;
    if (n_classes == 0 || n_classes > CLASSES_MAX ||
        n_bytes < skr_order_classes_size_min(n_samples, n_classes))
        return fail_corrupt(err);
    for (uint32_t c = 0; c < n_classes; c++) {
        if (bytes[c] >= N_LEVELS)
            return fail_corrupt(err);
        n_of[bytes[c]]++;
    }
    cut(n_of, &b);
    const uint8_t *codes = bytes + n_classes;
    const uint8_t *end = bytes + n_bytes;
    const skr_packed_classes packed = {.codes = codes,
                                       .bits = codes + n_samples,
                                       .n_bytes = (size_t)(end - codes) - n_samples,
                                       .heads = heads,
                                       .classes = scratch,
                                       .width_max =
                                           fill_table(bytes, n_classes, &b, heads, scratch)};
    if (!skr_kernels_chosen()->take_classes(&packed, n_samples, classes, &n_bits))
        return fail_corrupt(err);
    /* the last byte is begun, and what is left of it is 0 */
    if (8 * (uint64_t)packed.n_bytes - n_bits >= 8 ||
        (n_bits % 8 != 0 && end[-1] >> n_bits % 8 != 0))
        return fail_corrupt(err);
    return SKR_OK;
}

bool skr_order_levels_are_right(const uint8_t *bytes, const uint32_t *sizes, uint32_t n_classes)
{
    bool is_right = true;
    for (uint32_t c = 0; c < n_classes; c++)
        is_right = is_right && sizes[c] > 0 && bytes[c] == level_of(sizes[c]);
    return is_right;
}
