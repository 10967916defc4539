/*
 * vcf_typed.h - typed vectors of BCF: a byte of type and length, and values; no length is believed.
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_IMPORT_VCF_VCF_TYPED_H
#define SKR_ENGINE_IMPORT_VCF_VCF_TYPED_H

#include "storage/base/buffer.h"

/* The types, as BCF numbers them; 0 is nothing. */
enum {
    SKR_TYPED_INT8 = 1,
    SKR_TYPED_INT16 = 2,
    SKR_TYPED_INT32 = 3,
    SKR_TYPED_FLOAT = 5,
    SKR_TYPED_CHAR = 7,
};

typedef struct skr_typed {
    const uint8_t *at; /* its values; NULL: it was not read */
    uint32_t n;        /* values, of each sample where they are of samples */
    uint8_t type;      /* of the above */
    uint8_t size;      /* bytes a value */
} skr_typed;

/* Bytes a value, by type; 0: there is no such type, or it has none. */
extern const uint8_t skr_typed_sizes[16];

/* Value number i of whole numbers; the two least integers of any type are those of 32 bits. */
int32_t skr_typed_int(const skr_typed *vector, uint32_t i);

/* Are its values whole numbers? */
static inline bool skr_typed_is_int(const skr_typed *vector)
{
    return vector->type >= SKR_TYPED_INT8 && vector->type <= SKR_TYPED_INT32;
}

/* As skr_typed_take, whatever its length. */
void skr_typed_take_long(skr_cursor *cursor, uint32_t times, skr_typed *ret_vector);

/*
 * Reads a vector; `times` of it, up to 2^24, lie one after the other. Most are short. It is written
 * where it is to lie: a copy of what was just written in pieces waits for them.
 */
static inline void skr_typed_take(skr_cursor *cursor, uint32_t times, skr_typed *ret_vector)
{
    if (cursor->is_bad || cursor->at == cursor->end || *cursor->at >> 4 == 15) {
        skr_typed_take_long(cursor, times, ret_vector);
        return;
    }
    const uint8_t *at = cursor->at + 1;
    unsigned head = cursor->at[0];
    unsigned size = skr_typed_sizes[head & 15u];
    uint64_t n_bytes = (uint64_t)(head >> 4) * size * times;
    bool is_bad = (size == 0 && head != 0) || n_bytes > (uint64_t)(cursor->end - at);
    ret_vector->at = is_bad ? NULL : at;
    ret_vector->n = head >> 4;
    ret_vector->type = (uint8_t)(head & 15u);
    ret_vector->size = (uint8_t)size;
    cursor->is_bad = is_bad;
    cursor->at = is_bad ? at : at + n_bytes;
}

#endif
