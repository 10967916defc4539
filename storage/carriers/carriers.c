/* carriers.c - lists of carriers in memory. */
#include "storage/carriers/carriers.h"

#include <stdlib.h>

#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

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

/* Room for n_more plain carriers. */
static int make_room(skr_carriers *carriers, uint32_t n_more, skr_err *err)
{
    SKR_CHECK(carriers->n <= SKR_SAMPLES_MAX - n_more);
    uint32_t n = carriers->n + n_more;
    uint32_t n_max = carriers->n_max; /* the two lists have the same room */
    SKR_TRY(SKR_ARRAY_RESERVE(&carriers->samples, &n_max, n, "carriers", err));
    return SKR_ARRAY_RESERVE(&carriers->dosages, &carriers->n_max, n, "carriers", err);
}

int skr_carriers_add(skr_carriers *carriers, uint32_t sample, uint8_t dosage, skr_err *err)
{
    SKR_CHECK(dosage == 1 || dosage == 2);
    SKR_CHECK(carriers->n == 0 || carriers->samples[carriers->n - 1] < sample);
    if (carriers->n == carriers->n_max)
        SKR_TRY(make_room(carriers, 1, err));
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
    if (n_more > carriers->n_max - n)
        SKR_TRY(make_room(carriers, n_more, err));
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
    SKR_CHECK(carriers->n_bags < SKR_SAMPLES_MAX);
    SKR_TRY(SKR_ARRAY_RESERVE(&carriers->bags, &carriers->n_bags_max, carriers->n_bags + 1,
                              "carriers", err));
    carriers->bags[carriers->n_bags++] = bag;
    return SKR_OK;
}

int skr_carriers_add_call(skr_carriers *carriers, skr_bag carrier, uint8_t n_called,
                          uint8_t n_expected, skr_err *err)
{
    if (skr_carriers_is_plain(carrier, n_called, n_expected))
        return skr_carriers_add(carriers, carrier.sample, carrier.n_this, err);
    return skr_carriers_add_bag(carriers, carrier, err);
}

bool skr_carriers_are_distinct(const skr_carriers *carriers)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        while (at < carriers->n && carriers->samples[at] < carriers->bags[i].sample)
            at++;
        if (at < carriers->n && carriers->samples[at] == carriers->bags[i].sample)
            return false;
    }
    return true;
}
