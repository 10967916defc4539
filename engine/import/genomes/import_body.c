/*
 * import_body.c - carriers as gaps, one byte for most of them.
 */
#include "engine/import/genomes/import_body.h"

#include "storage/base/limits.h"

static int encode_carriers(const skr_carriers *carriers, skr_buffer *bytes, skr_err *err)
{
    int status = skr_buffer_put_varint(bytes, carriers->n, err);
    uint32_t before = 0;
    for (uint32_t i = 0; i < carriers->n && status == SKR_OK; i++) {
        uint64_t gap = carriers->samples[i] - before;
        status = skr_buffer_put_varint(bytes, gap << 1 | (carriers->dosages[i] == 2), err);
        before = carriers->samples[i];
    }
    if (status == SKR_OK)
        status = skr_buffer_put_varint(bytes, carriers->n_bags, err);
    before = 0;
    for (uint32_t i = 0; i < carriers->n_bags && status == SKR_OK; i++) {
        const skr_bag *bag = &carriers->bags[i];
        status = skr_buffer_put_varint(bytes, bag->sample - before, err);
        if (status == SKR_OK)
            status = skr_buffer_put_u8(bytes, bag->n_this, err);
        if (status == SKR_OK)
            status = skr_buffer_put_u8(bytes, bag->zygosity, err);
        before = bag->sample;
    }
    return status;
}

int skr_import_body_encode(const skr_call_set *calls, const skr_carriers *carriers,
                           skr_buffer *bytes, skr_err *err)
{
    int status = skr_call_set_encode(calls, bytes, err);
    if (status == SKR_OK && carriers != NULL)
        status = encode_carriers(carriers, bytes, err);
    return status;
}

/* The next sample of an ascending list. A scratch file is no more to be believed than another. */
static bool take_sample(skr_cursor *cursor, uint64_t gap, bool is_first, uint32_t n_samples,
                        uint64_t *sample)
{
    *sample += gap;
    if ((gap == 0 && !is_first) || gap >= n_samples || *sample >= n_samples)
        cursor->is_bad = true;
    return !cursor->is_bad;
}

static int decode_carriers(skr_cursor *cursor, uint32_t n_samples, skr_carriers *carriers,
                           skr_err *err)
{
    uint64_t n = skr_cursor_varint(cursor);
    uint64_t sample = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t gap = skr_cursor_varint(cursor);
        if (!take_sample(cursor, gap >> 1, i == 0, n_samples, &sample))
            return SKR_OK;
        SKR_TRY(skr_carriers_add(carriers, (uint32_t)sample, (uint8_t)(1 + (gap & 1)), err));
    }
    n = skr_cursor_varint(cursor);
    sample = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t gap = skr_cursor_varint(cursor);
        uint8_t n_this = skr_cursor_u8(cursor);
        skr_bag bag = {.n_this = n_this, .zygosity = skr_cursor_u8(cursor)};
        if (n_this == 0 || n_this > SKR_PLOIDY_MAX || bag.zygosity > SKR_PARTIAL)
            cursor->is_bad = true;
        if (!take_sample(cursor, gap, i == 0, n_samples, &sample))
            return SKR_OK;
        bag.sample = (uint32_t)sample;
        SKR_TRY(skr_carriers_add_bag(carriers, bag, err));
    }
    return SKR_OK;
}

int skr_import_body_take(skr_cursor *cursor, uint32_t n_samples, skr_call_set *calls,
                         skr_carriers *carriers, skr_err *err)
{
    skr_call_set_done(calls);
    int status = skr_call_set_decode(cursor, n_samples, calls, err);
    if (status == SKR_ERR_CORRUPT) { /* it is no file of the store that is damaged */
        cursor->is_bad = true;
        status = SKR_OK;
    }
    if (status == SKR_OK && !cursor->is_bad && carriers != NULL) {
        skr_carriers_clear(carriers);
        status = decode_carriers(cursor, n_samples, carriers, err);
    }
    if (status == SKR_OK && cursor->is_bad)
        status = skr_fail(err, SKR_ERR_IO, "import: the scratch file does not read back");
    return status;
}

int skr_import_body_decode(const uint8_t *bytes, size_t n, uint32_t n_samples, skr_call_set *calls,
                           skr_carriers *carriers, skr_err *err)
{
    skr_cursor cursor = skr_cursor_of(bytes, n);
    return skr_import_body_take(&cursor, n_samples, calls, carriers, err);
}
