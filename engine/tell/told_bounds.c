/* told_bounds.c - from a told count back to what it may have been. */
#include "engine/tell/told_bounds.h"

skr_told_bounds skr_told_bounds_of(const skr_policy *policy, const skr_told_count *told)
{
    int64_t threshold = policy->threshold > 0 ? policy->threshold : 1;
    int64_t step = policy->step > 0 ? policy->step : 1;
    int64_t count = (int64_t)told->count;
    if (told->is_hidden)
        return (skr_told_bounds){0, threshold - 1};
    int64_t low = count - step / 2;
    if (low < threshold || count == step)
        low = threshold;
    return (skr_told_bounds){low, count + (step - 1 - step / 2)};
}
