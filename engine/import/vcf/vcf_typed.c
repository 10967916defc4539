/* vcf_typed.c - typed vectors of BCF whose length is a vector itself, and their values. */
#include "engine/import/vcf/vcf_typed.h"

#include <string.h>

const uint8_t skr_typed_sizes[16] = {[SKR_TYPED_INT8] = 1,
                                     [SKR_TYPED_INT16] = 2,
                                     [SKR_TYPED_INT32] = 4,
                                     [SKR_TYPED_FLOAT] = 4,
                                     [SKR_TYPED_CHAR] = 1};

int32_t skr_typed_int(const skr_typed *vector, uint32_t i)
{
    int16_t two;
    int32_t four;
    switch (vector->size) {
    case 1: {
        int8_t one = (int8_t)vector->at[i];
        return one <= INT8_MIN + 1 ? INT32_MIN + (one - INT8_MIN) : one;
    }
    case 2:
        memcpy(&two, vector->at + 2 * (size_t)i, 2);
        return two <= INT16_MIN + 1 ? INT32_MIN + (two - INT16_MIN) : two;
    default:
        memcpy(&four, vector->at + 4 * (size_t)i, 4);
        return four;
    }
}

/* Reads what stands before the values of a vector. */
static skr_typed take_head(skr_cursor *cursor)
{
    uint8_t head = skr_cursor_u8(cursor);
    skr_typed vector = {.type = head & 15u, .n = head >> 4, .size = skr_typed_sizes[head & 15u]};
    if (vector.n == 15) {
        uint8_t inner = skr_cursor_u8(cursor);
        skr_typed length = {
            .type = inner & 15u, .n = inner >> 4, .size = skr_typed_sizes[inner & 15u]};
        length.at = skr_cursor_bytes(cursor, length.size);
        if (!skr_typed_is_int(&length) || length.n != 1 || cursor->is_bad ||
            skr_typed_int(&length, 0) < 0)
            cursor->is_bad = true;
        else
            vector.n = (uint32_t)skr_typed_int(&length, 0);
    }
    if (vector.size == 0 && (vector.type != 0 || vector.n > 0))
        cursor->is_bad = true;
    return vector;
}

void skr_typed_take_long(skr_cursor *cursor, uint32_t times, skr_typed *ret_vector)
{
    skr_typed vector = take_head(cursor);
    uint64_t n_each = (uint64_t)vector.n * vector.size;
    if (times > 0 && n_each > UINT32_MAX / (uint64_t)times)
        cursor->is_bad = true;
    vector.at = cursor->is_bad ? NULL : skr_cursor_bytes(cursor, (size_t)n_each * times);
    *ret_vector = vector;
}
