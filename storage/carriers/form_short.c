/*
 * form_short.c - a few plain carriers and no bags: a short list, and if somebody has two copies a
 * bit for each of them.
 *
 * The head is their number, with SKR_SHORT_MAX added where there are bits. Many rows of it at once:
 * carriers_rows.c.
 */
#include <endian.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/carriers/bits.h"
#include "storage/carriers/form_int.h"
#include "storage/carriers/gap_list.h"

/* Bytes of the bits that say who of n has two copies. */
static uint32_t bits_size(uint32_t n)
{
    return (n + 7) / 8;
}

uint32_t skr_carriers_size(uint8_t head, const skr_short_shapes *shapes)
{
    if (head <= SKR_SHORT_MAX)
        return shapes->of[head].n_bytes;
    uint32_t n = head - SKR_SHORT_MAX;
    return head <= SKR_HEAD_SHORT_MAX ? shapes->of[n].n_bytes + bits_size(n)
                                      : SKR_CARRIERS_SIZE_STORED;
}

static uint64_t cost(const skr_form_source *source)
{
    bool fits = source->carriers->n <= SKR_SHORT_MAX && source->carriers->n_bags == 0;
    return fits ? 0 : SKR_FORM_CANNOT;
}

static int encode(const skr_form_source *source, skr_buffer *bytes, uint8_t *head, skr_err *err)
{
    const skr_carriers *carriers = source->carriers;
    SKR_CHECK(carriers->n <= SKR_SHORT_MAX && carriers->n_bags == 0);
    uint64_t twos = 0;
    for (uint32_t i = 0; i < source->n_two_copies; i++)
        twos |= UINT64_C(1) << source->twos[i];
    twos = htole64(twos);
    int status =
        skr_gap_list_short_encode(carriers->samples, carriers->n, source->n_samples, bytes, err);
    if (status == SKR_OK && twos != 0)
        status = skr_buffer_put(bytes, &twos, bits_size(carriers->n), err);
    *head = (uint8_t)(carriers->n + (twos != 0 ? SKR_SHORT_MAX : 0));
    return status;
}

static void find(skr_cursor *cursor, uint8_t head, skr_form_part *part)
{
    bool has_second = head > SKR_SHORT_MAX;
    part->n = has_second ? head - SKR_SHORT_MAX : head;
    part->first.at =
        skr_cursor_bytes(cursor, skr_gap_list_short_shape_of(part->n, part->n_samples).n_bytes);
    const uint8_t *bits = skr_cursor_bytes(cursor, has_second ? bits_size(part->n) : 0);
    if (!has_second || cursor->is_bad)
        return;
    memcpy(&part->twos, bits, bits_size(part->n));
    part->twos = le64toh(part->twos);
    part->n_two_copies = (uint32_t)__builtin_popcountll(part->twos);
    if (part->n_two_copies == 0 || (part->n < 64 && part->twos >> part->n != 0))
        cursor->is_bad = true;
}

static int decode(skr_form_part *part, skr_carriers *carriers, skr_err *err)
{
    uint32_t samples[SKR_GAP_BLOCK];
    if (!skr_gap_list_short_decode(part->first.at, part->n, part->n_samples, samples))
        return skr_form_fail(err);
    for (uint32_t i = 0; i < part->n; i++)
        SKR_TRY(skr_carriers_add(carriers, samples[i], (part->twos >> i & 1) != 0 ? 2 : 1, err));
    return SKR_OK;
}

static int mark(skr_form_part *part, uint64_t *bitmap, skr_err *err)
{
    uint32_t samples[SKR_GAP_BLOCK];
    if (!skr_gap_list_short_decode(part->first.at, part->n, part->n_samples, samples))
        return skr_form_fail(err);
    for (uint32_t i = 0; i < part->n; i++)
        skr_bits_set(bitmap, samples[i]);
    return SKR_OK;
}

static int tally(skr_form_part *part, const skr_form_question *question, skr_carrier_tally *tally,
                 skr_err *err)
{
    uint32_t samples[SKR_GAP_BLOCK];
    uint32_t twos[SKR_SHORT_MAX];
    uint32_t n_twos = 0;
    if (!skr_gap_list_short_decode(part->first.at, part->n, part->n_samples, samples))
        return skr_form_fail(err);
    for (uint64_t left = part->twos; left != 0; left &= left - 1)
        twos[n_twos++] = samples[__builtin_ctzll(left)];
    skr_form_tally_lists(question, samples, part->n, twos, n_twos, tally);
    return SKR_OK;
}

const skr_form skr_form_short = {
    .number = SKR_CARRIERS_SHORT,
    .cost = cost,
    .encode = encode,
    .find = find,
    .decode = decode,
    .mark = mark,
    .tally = tally,
};
