/*
 * access_check.c - the deadline of a question, and whoever stops it.
 */
#include "engine/plan/access_check.h"

#include <stdatomic.h>

#include "storage/base/clock.h"

int skr_access_check(const skr_access *access, skr_err *err)
{
    if (access->stop != NULL && atomic_load_explicit(access->stop, memory_order_relaxed))
        return skr_fail(err, SKR_ERR_INTERRUPTED, "stopped");
    if (access->deadline_ns == 0)
        return SKR_OK;
    if (skr_clock_ns() >= access->deadline_ns)
        return skr_fail(err, SKR_ERR_DEADLINE, "the question took longer than it may");
    return SKR_OK;
}
