/* carriers.c - lists of carriers, and the choice of the form in which they are stored. */
#include "storage/carriers/carriers.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/carriers/carriers_form.h"
#include "storage/carriers/gap_list.h"

/* How many times the bytes of the gap lists planes may take. */
#define PLANES_PER_LIST 2u

void skr_carriers_done(skr_carriers *carriers)
{
    free(carriers->samples);
    free(carriers->dosages);
    free(carriers->bags);
    *carriers = (skr_carriers){0};
}

void skr_carriers_clear(skr_carriers *carriers)
{
    carriers->n = 0;
    carriers->n_bags = 0;
}

static uint32_t grown(uint32_t n_max)
{
    return n_max < 8 ? 8 : n_max > SKR_SAMPLES_MAX / 2 ? SKR_SAMPLES_MAX : 2 * n_max;
}

/* Room for n_more plain carriers. */
static int make_room(skr_carriers *carriers, uint32_t n_more, skr_err *err)
{
    SKR_CHECK(carriers->n <= SKR_SAMPLES_MAX - n_more);
    uint32_t n_max = grown(carriers->n_max);
    if (n_max < carriers->n + n_more)
        n_max = carriers->n + n_more;
    uint32_t *samples = realloc(carriers->samples, n_max * sizeof *samples);
    if (samples != NULL)
        carriers->samples = samples;
    uint8_t *dosages = realloc(carriers->dosages, n_max);
    if (dosages != NULL)
        carriers->dosages = dosages;
    if (samples == NULL || dosages == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "carriers: out of memory");
    carriers->n_max = n_max;
    return SKR_OK;
}

int skr_carriers_add(skr_carriers *carriers, uint32_t sample, uint8_t dosage, skr_err *err)
{
    SKR_CHECK(dosage == 1 || dosage == 2);
    SKR_CHECK(carriers->n == 0 || carriers->samples[carriers->n - 1] < sample);
    int status = carriers->n == carriers->n_max ? make_room(carriers, 1, err) : SKR_OK;
    if (status < 0)
        return status;
    carriers->samples[carriers->n] = sample;
    carriers->dosages[carriers->n] = dosage;
    carriers->n++;
    return SKR_OK;
}

int skr_carriers_add_word(skr_carriers *carriers, uint32_t first, uint64_t bits, uint64_t twos,
                          skr_err *err)
{
    uint32_t n = carriers->n;
    uint32_t n_more = (uint32_t)__builtin_popcountll(bits);
    SKR_CHECK((twos & ~bits) == 0);
    if (n_more == 0)
        return SKR_OK;
    SKR_CHECK(n == 0 || carriers->samples[n - 1] < first + (uint32_t)__builtin_ctzll(bits));
    int status = n_more > carriers->n_max - n ? make_room(carriers, n_more, err) : SKR_OK;
    if (status < 0)
        return status;
    for (; bits != 0; bits &= bits - 1, n++) {
        unsigned at = (unsigned)__builtin_ctzll(bits);
        carriers->samples[n] = first + at;
        carriers->dosages[n] = (uint8_t)(1 + (twos >> at & 1));
    }
    carriers->n = n;
    return SKR_OK;
}

int skr_carriers_add_bag(skr_carriers *carriers, skr_bag bag, skr_err *err)
{
    SKR_CHECK(bag.n_this > 0 && bag.n_this <= SKR_PLOIDY_MAX && bag.zygosity <= SKR_PARTIAL);
    SKR_CHECK(carriers->n_bags == 0 || carriers->bags[carriers->n_bags - 1].sample < bag.sample);
    if (carriers->n_bags == carriers->n_bags_max) {
        SKR_CHECK(carriers->n_bags < SKR_SAMPLES_MAX);
        uint32_t n_max = grown(carriers->n_bags_max);
        skr_bag *bags = realloc(carriers->bags, n_max * sizeof *bags);
        if (bags == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "carriers: out of memory");
        carriers->bags = bags;
        carriers->n_bags_max = n_max;
    }
    carriers->bags[carriers->n_bags++] = bag;
    return SKR_OK;
}

/* ------------------------------------------------------------------ writing the forms */

/* A short list, and if somebody has two copies a bit for each of them. */
static int encode_short(const skr_carriers *carriers, uint32_t n_samples, skr_buffer *bytes,
                        uint8_t *ret_head, skr_err *err)
{
    uint64_t seconds = 0;
    for (uint32_t i = 0; i < carriers->n; i++)
        seconds |= (uint64_t)(carriers->dosages[i] == 2) << i;
    int status = skr_short_list_encode(carriers->samples, carriers->n, n_samples, bytes, err);
    seconds = htole64(seconds);
    if (status == SKR_OK && seconds != 0)
        status = skr_buffer_put(bytes, &seconds, (carriers->n + 7) / 8, err);
    *ret_head = (uint8_t)(carriers->n + (seconds != 0 ? SKR_SHORT_MAX : 0));
    return status;
}

/* seconds are the ranks of the carriers with two copies. */
static int encode_gaps(const skr_carriers *carriers, const uint32_t *seconds, uint32_t n_seconds,
                       skr_buffer *bytes, skr_err *err)
{
    int status = skr_buffer_put_varint(bytes, carriers->n, err);
    if (status == SKR_OK)
        status = skr_gap_list_encode(carriers->samples, carriers->n, bytes, err);
    if (status == SKR_OK && n_seconds > 0)
        status = skr_buffer_put_varint(bytes, n_seconds, err);
    if (status == SKR_OK && n_seconds > 0)
        status = skr_gap_list_encode(seconds, n_seconds, bytes, err);
    return status;
}

static int encode_planes(const skr_carriers *carriers, uint32_t n_samples, uint32_t n_seconds,
                         skr_buffer *bytes, skr_err *err)
{
    size_t n_words = skr_plane_words(n_samples);
    size_t n_planes = n_seconds > 0 ? 2 : 1;
    uint64_t *words = calloc(n_planes * n_words, sizeof *words);
    if (words == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "carriers: out of memory");
    for (uint32_t i = 0; i < carriers->n; i++) {
        uint32_t sample = carriers->samples[i];
        words[sample / 64] |= UINT64_C(1) << sample % 64;
        if (carriers->dosages[i] == 2)
            words[n_words + sample / 64] |= UINT64_C(1) << sample % 64;
    }
    for (size_t i = 0; i < n_planes * n_words; i++)
        words[i] = htole64(words[i]);
    int status = skr_buffer_put(bytes, words, n_planes * n_words * sizeof *words, err);
    free(words);
    return status;
}

static int encode_bags(const skr_carriers *carriers, skr_buffer *bytes, skr_err *err)
{
    uint32_t *samples = malloc(carriers->n_bags * sizeof *samples);
    if (samples == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "carriers: out of memory");
    for (uint32_t i = 0; i < carriers->n_bags; i++)
        samples[i] = carriers->bags[i].sample;
    int status = skr_buffer_put_varint(bytes, carriers->n_bags, err);
    if (status == SKR_OK)
        status = skr_gap_list_encode(samples, carriers->n_bags, bytes, err);
    for (uint32_t i = 0; i < carriers->n_bags && status == SKR_OK; i++) {
        const skr_bag *bag = &carriers->bags[i];
        uint64_t value = (uint64_t)bag->n_this << SKR_BAG_ZYGOSITY_BITS | bag->zygosity;
        status = skr_buffer_put_varint(bytes, value, err);
    }
    free(samples);
    return status;
}

/*
 * Gap lists, or planes when they need at most twice the bytes: they count many times faster, and
 * what their chunk is packed to is less than the lists would be (docs/decisions/0001).
 */
static int encode_long(const skr_carriers *carriers, uint32_t n_samples, skr_buffer *bytes,
                       uint8_t *ret_head, skr_err *err)
{
    unsigned head = SKR_HEAD_LONG | (carriers->n_bags > 0 ? SKR_HEAD_HAS_BAGS : 0);
    uint32_t *seconds = malloc((carriers->n + 1) * sizeof *seconds);
    if (seconds == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "carriers: out of memory");
    uint32_t n_seconds = 0;
    for (uint32_t i = 0; i < carriers->n; i++)
        if (carriers->dosages[i] == 2)
            seconds[n_seconds++] = i;
    if (n_seconds > 0)
        head |= SKR_HEAD_HAS_SECOND;

    size_t n_plane_bytes = 8 * (size_t)skr_plane_words(n_samples) * (n_seconds > 0 ? 2 : 1);
    size_t n_list_bytes =
        skr_gap_list_size(carriers->samples, carriers->n) + skr_gap_list_size(seconds, n_seconds);
    bool is_list = PLANES_PER_LIST * n_list_bytes < n_plane_bytes;
    int status = is_list ? encode_gaps(carriers, seconds, n_seconds, bytes, err)
                         : encode_planes(carriers, n_samples, n_seconds, bytes, err);
    *ret_head = (uint8_t)(head | (is_list ? SKR_CARRIERS_GAPS : SKR_CARRIERS_PLANES));
    free(seconds);
    if (status == SKR_OK && carriers->n_bags > 0)
        status = encode_bags(carriers, bytes, err);
    return status;
}

int skr_carriers_encode(const skr_carriers *carriers, uint32_t n_samples, skr_buffer *bytes,
                        uint8_t *ret_head, skr_err *err)
{
    SKR_CHECK(carriers->n == 0 || carriers->samples[carriers->n - 1] < n_samples);
    SKR_CHECK(carriers->n_bags == 0 || carriers->bags[carriers->n_bags - 1].sample < n_samples);
    return carriers->n <= SKR_SHORT_MAX && carriers->n_bags == 0
               ? encode_short(carriers, n_samples, bytes, ret_head, err)
               : encode_long(carriers, n_samples, bytes, ret_head, err);
}

uint32_t skr_carriers_size(uint8_t head, const skr_short_shapes *shapes)
{
    if (head <= SKR_SHORT_MAX)
        return shapes->of[head].n_bytes;
    uint32_t n = head - SKR_SHORT_MAX;
    return head <= SKR_HEAD_SECONDS_MAX ? shapes->of[n].n_bytes + (n + 7) / 8
                                        : SKR_CARRIERS_SIZE_STORED;
}

int skr_carriers_encode_ordered(const skr_carriers *carriers, uint64_t number, skr_buffer *bytes,
                                uint8_t *ret_head, skr_err *err)
{
    unsigned flags = carriers->n_bags > 0 ? SKR_HEAD_HAS_BAGS : 0;
    *ret_head = (uint8_t)(SKR_HEAD_LONG | SKR_CARRIERS_ORDERED | flags);
    int status = skr_buffer_put_varint(bytes, number, err);
    if (status == SKR_OK && carriers->n_bags > 0)
        status = encode_bags(carriers, bytes, err);
    return status;
}
