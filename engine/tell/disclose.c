/*
 * disclose.c - what a policy lets through.
 *
 * A count below the threshold is hidden whatever it is: 0 and 1 look alike, so that nobody learns
 * that there is exactly one.
 */
#include "engine/tell/disclose.h"

skr_told_count skr_disclose(const skr_policy *policy, uint64_t raw)
{
    if (policy->is_exact)
        return (skr_told_count){.exists = raw > 0, .count = raw, .precision = SKR_PRECISION_EXACT};

    /* A policy made by hand with a 0 in it must not tell more than one with a 1. */
    uint32_t threshold = policy->threshold > 0 ? policy->threshold : 1;
    uint32_t step = policy->step > 0 ? policy->step : 1;
    skr_precision precision = step > 1 ? SKR_PRECISION_ROUNDED : SKR_PRECISION_EXACT;
    if (raw < threshold)
        return (skr_told_count){.is_hidden = true, .precision = precision};
    uint64_t n_steps = raw / step + (raw % step >= step - step / 2 ? 1 : 0);
    return (skr_told_count){
        .exists = true, .count = (n_steps > 0 ? n_steps : 1) * step, .precision = precision};
}

uint64_t skr_disclose_number(const skr_policy *policy, uint64_t raw)
{
    skr_told_count told = skr_disclose(policy, raw);
    return told.is_hidden ? 0 : told.count;
}

skr_told_count skr_disclose_total(const skr_policy *policy, const skr_told_count *parts, size_t n,
                                  uint64_t n_union)
{
    if (policy->is_exact || n == 0)
        return skr_disclose(policy, n_union);
    if (n == 1)
        return parts[0];
    skr_told_count total = {.is_hidden = true, .precision = SKR_PRECISION_IMPRECISE};
    for (size_t i = 0; i < n; i++) {
        if (parts[i].is_hidden)
            continue;
        total.is_hidden = false;
        total.exists |= parts[i].exists;
        total.count += parts[i].count;
    }
    return total;
}

skr_told_count skr_disclose_alleles(const skr_policy *policy, uint64_t n)
{
    return (skr_told_count){.is_hidden = n == 0 && !policy->is_exact,
                            .exists = n > 0,
                            .count = n,
                            .precision =
                                policy->is_exact ? SKR_PRECISION_EXACT : SKR_PRECISION_IMPRECISE};
}
