/* bags.c - bags to stored bytes and back: a gap list of samples, then a value for each. */
#include "storage/carriers/bags.h"

#include <stdlib.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"

/* A bag's copies and zygosity are one varint: copies times 4 and zygosity. */
#define ZYGOSITY_BITS 2
#define ZYGOSITY_MASK ((1u << ZYGOSITY_BITS) - 1)
#define VALUE_MAX ((uint64_t)SKR_PLOIDY_MAX << ZYGOSITY_BITS | SKR_PARTIAL)

int skr_bags_encode(const skr_carriers *carriers, skr_buffer *bytes, skr_err *err)
{
    SKR_CHECK(carriers->n_bags > 0);
    uint32_t *samples = malloc(carriers->n_bags * sizeof *samples);
    if (samples == NULL)
        return skr_fail_nomem(err, "carriers");
    for (uint32_t i = 0; i < carriers->n_bags; i++)
        samples[i] = carriers->bags[i].sample;
    int status = skr_buffer_put_varint(bytes, carriers->n_bags, err);
    if (status == SKR_OK)
        status = skr_gap_list_encode(samples, carriers->n_bags, bytes, err);
    for (uint32_t i = 0; i < carriers->n_bags && status == SKR_OK; i++) {
        const skr_bag *bag = &carriers->bags[i];
        uint64_t value = (uint64_t)bag->n_this << ZYGOSITY_BITS | bag->zygosity;
        status = skr_buffer_put_varint(bytes, value, err);
    }
    free(samples);
    return status;
}

skr_bags_part skr_bags_find(skr_cursor *cursor, uint32_t n_samples)
{
    skr_bags_part part = {.n_samples = n_samples};
    part.n = (uint32_t)skr_cursor_varint_max(cursor, n_samples);
    if (part.n == 0)
        cursor->is_bad = true;
    part.at = *cursor;
    skr_gap_list_skip(cursor, part.n);
    for (uint32_t i = 0; i < part.n && !cursor->is_bad; i++)
        (void)skr_cursor_varint(cursor);
    return part;
}

void skr_bags_reader_start(skr_bags_reader *reader, const skr_bags_part *part)
{
    reader->samples_at = part->at;
    reader->values = part->at;
    skr_gap_list_skip(&reader->values, part->n);
    reader->samples = skr_gap_reader_of(&reader->samples_at, part->n, part->n_samples);
}

uint32_t skr_bags_reader_next(skr_bags_reader *reader, skr_bag *bags)
{
    uint32_t samples[SKR_GAP_BLOCK];
    uint32_t n = skr_gap_reader_next(&reader->samples, samples);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t value = skr_cursor_varint_max(&reader->values, VALUE_MAX);
        bags[i].sample = samples[i];
        bags[i].n_this = (uint8_t)(value >> ZYGOSITY_BITS);
        bags[i].zygosity = (uint8_t)(value & ZYGOSITY_MASK);
        if (bags[i].n_this == 0)
            reader->values.is_bad = true;
    }
    return skr_bags_reader_is_bad(reader) ? 0 : n;
}

bool skr_bags_reader_is_bad(const skr_bags_reader *reader)
{
    return reader->samples_at.is_bad || reader->values.is_bad;
}
