/*
 * access_check.c - the deadline of a question, whoever stops it, and the datasets it may see.
 */
#include "engine/plan/access_check.h"

#include <stdatomic.h>
#include <string.h>

#include "storage/base/clock.h"

bool skr_access_permits(const skr_access *access, const skr_manifest *manifest, uint32_t dataset)
{
    bool is_permitted = access->datasets == NULL;
    for (size_t i = 0; i < access->n_datasets && !is_permitted; i++)
        is_permitted = strcmp(access->datasets[i], manifest->datasets[dataset].id) == 0;
    return is_permitted && skr_manifest_is_open(manifest, dataset);
}

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
