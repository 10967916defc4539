/*
 * plan_breakends.c - a question for breakends: imports count them, and make no alleles of them yet.
 */
#include <inttypes.h>
#include <string.h>

#include "engine/plan/access_check.h"
#include "engine/plan/plan.h"

static bool asks_for_breakends(const skr_plan *plan)
{
    for (const skr_plan_node *node = plan->nodes; node != NULL; node = node->next)
        if (node->op == SKR_A_TYPE && strcmp(node->type.name, "bnd") == 0)
            return true;
    return false;
}

/* What imports counted as bnd in deliveries of which something still counts. */
static uint64_t count_breakends(const skr_plan *plan, const skr_access *access)
{
    const skr_manifest *manifest = plan->snapshot->manifest;
    uint64_t n = 0;
    for (uint32_t i = 0; i < manifest->n_deliveries; i++) {
        const skr_delivery *delivery = &manifest->deliveries[i];
        bool is_live = false;
        for (uint32_t k = 0; k < delivery->n_sources; k++)
            is_live = is_live || delivery->sources[k].is_live;
        if (!is_live || delivery->assembly != plan->assembly ||
            !skr_access_permits(access, manifest, delivery->dataset))
            continue;
        for (uint32_t k = 0; k < delivery->n_counters; k++)
            if (strcmp(delivery->counters[k].name, "bnd") == 0)
                n += delivery->counters[k].value;
    }
    return n;
}

int skr_plan_warn_breakends(const skr_plan *plan, const skr_access *access, skr_err *err)
{
    if (plan->warnings == NULL || !asks_for_breakends(plan))
        return SKR_OK;
    if (!access->policy.is_exact) /* whether there are any is not told */
        return skr_warnings_add(plan->warnings, SKR_WARN_BREAKENDS, NULL, 0, err,
                                "type=bnd: imports count breakends and make no alleles of them "
                                "yet; only symbolic ones (<BND>, <TRA>) are found");
    skr_figure breakends = {"breakends", count_breakends(plan, access)};
    if (breakends.value == 0)
        return SKR_OK;
    return skr_warnings_add(plan->warnings, SKR_WARN_BREAKENDS, &breakends, 1, err,
                            "type=bnd: imports counted %" PRIu64 " breakends and made no alleles "
                            "of them; only symbolic ones (<BND>, <TRA>) are found",
                            breakends.value);
}
