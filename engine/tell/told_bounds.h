/*
 * told_bounds.h - what a raw count may be of which so much is told.
 *
 * Threads: no state.
 */
#ifndef SKR_ENGINE_TELL_TOLD_BOUNDS_H
#define SKR_ENGINE_TELL_TOLD_BOUNDS_H

#include <stdint.h>

#include "engine/face/policy.h"

/* Both ends are among the raw counts that are told so. */
typedef struct skr_told_bounds {
    int64_t low;
    int64_t high;
} skr_told_bounds;

/* Of a count that is hidden because it is small: 0 to the threshold less one. */
skr_told_bounds skr_told_bounds_of(const skr_policy *policy, const skr_told_count *told);

#endif
