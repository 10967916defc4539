/*
 * raw_bcf.h - BCF written byte by byte, so that tests can draw what no library would write.
 *
 * Everything stops the program when it fails: it is for tests only.
 */
#ifndef SKR_TESTS_RAW_BCF_H
#define SKR_TESTS_RAW_BCF_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"

enum {
    RAW_INT8 = 1,
    RAW_INT16 = 2,
    RAW_INT32 = 3,
    RAW_FLOAT = 5,
    RAW_CHAR = 7
};

typedef struct raw_bytes {
    uint8_t *bytes;
    size_t n;
    size_t n_max;
} raw_bytes;

static inline void raw_put(raw_bytes *to, const void *bytes, size_t n)
{
    if (to->n + n > to->n_max) {
        to->n_max = (to->n + n) * 2 + 64;
        to->bytes = realloc(to->bytes, to->n_max);
        SKR_CHECK(to->bytes != NULL);
    }
    if (n > 0)
        memcpy(to->bytes + to->n, bytes, n);
    to->n += n;
}

static inline void raw_u8(raw_bytes *to, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    raw_put(to, &byte, 1);
}

static inline void raw_u32(raw_bytes *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        raw_u8(to, value >> 8 * i);
}

/* One integer of a type, as it lies in a vector. */
static inline void raw_int(raw_bytes *to, int type, int32_t value)
{
    for (int i = 0; i < (type == RAW_INT8 ? 1 : type == RAW_INT16 ? 2 : 4); i++)
        raw_u8(to, (uint32_t)value >> 8 * i);
}

/* What stands before a vector: how many values of what type. */
static inline void raw_head(raw_bytes *to, uint32_t n, int type)
{
    raw_u8(to, (n < 15 ? n : 15u) << 4 | (unsigned)type);
    if (n >= 15) {
        raw_u8(to, 1u << 4 | RAW_INT32);
        raw_u32(to, n);
    }
}

static inline void raw_text(raw_bytes *to, const char *text)
{
    raw_head(to, (uint32_t)strlen(text), RAW_CHAR);
    raw_put(to, text, strlen(text));
}

/* A key of the header's dictionary. */
static inline void raw_key(raw_bytes *to, unsigned key)
{
    raw_u8(to, 1u << 4 | RAW_INT8);
    raw_u8(to, key);
}

/* Magic and header; text ends with the line of columns. */
static inline void raw_header(raw_bytes *to, const char *text)
{
    raw_put(to, "BCF\2\2", 5);
    raw_u32(to, (uint32_t)strlen(text) + 1);
    raw_put(to, text, strlen(text) + 1);
}

typedef struct raw_record {
    int32_t contig;
    int32_t pos0;
    const char *const *alleles; /* REF first */
    uint32_t n_alleles;
    int32_t filter; /* key; -1: none */
    uint32_t n_samples;
    uint32_t n_info;
    raw_bytes info; /* key, vector; again */
    uint32_t n_format;
    raw_bytes format; /* key, head, values of all samples; again */
} raw_record;

static inline void raw_write_record(raw_bytes *to, const raw_record *record)
{
    raw_bytes shared = {0};
    raw_u32(&shared, (uint32_t)record->contig);
    raw_u32(&shared, (uint32_t)record->pos0);
    raw_u32(&shared, (uint32_t)strlen(record->alleles[0]));
    raw_u32(&shared, 0x7f800001); /* QUAL: missing */
    raw_u32(&shared, record->n_info | record->n_alleles << 16);
    raw_u32(&shared, record->n_samples | record->n_format << 24);
    raw_text(&shared, ".");
    for (uint32_t i = 0; i < record->n_alleles; i++)
        raw_text(&shared, record->alleles[i]);
    raw_head(&shared, record->filter < 0 ? 0 : 1, record->filter < 0 ? 0 : RAW_INT8);
    if (record->filter >= 0)
        raw_u8(&shared, (unsigned)record->filter);
    raw_put(&shared, record->info.bytes, record->info.n);
    raw_u32(to, (uint32_t)shared.n);
    raw_u32(to, (uint32_t)record->format.n);
    raw_put(to, shared.bytes, shared.n);
    raw_put(to, record->format.bytes, record->format.n);
    free(shared.bytes);
}

static inline void raw_save(const raw_bytes *bytes, const char *path)
{
    FILE *file = fopen(path, "wb");
    SKR_CHECK(file != NULL && fwrite(bytes->bytes, 1, bytes->n, file) == bytes->n);
    SKR_CHECK(fclose(file) == 0);
}

#endif
