/*
 * plan_silence.c - places of a question about which no delivery says anything: nobody was called
 * there, and a 0 means nothing.
 */
#include "engine/plan/access_check.h"
#include "engine/plan/plan.h"

static bool is_asked(const skr_plan *plan, const skr_access *access, const skr_segment_entry *entry)
{
    return entry->assembly == plan->assembly &&
           skr_access_permits(access, plan->snapshot->manifest, entry->dataset);
}

static int look(const skr_segment *segment, const skr_interval *place, bool *ret_says, skr_err *err)
{
    skr_block_reader *reader = NULL;
    skr_segment_view *view = NULL;
    int status =
        skr_segment_says(segment, NULL, place->contig, place->from0, place->to0, ret_says, err);
    if (status < 0 || *ret_says)
        return status;
    status = skr_block_reader_new(SKR_IO_PREAD, &reader, err);
    if (status == SKR_OK)
        status = skr_segment_view_new(segment, reader, &view, err);
    if (status == SKR_OK)
        status =
            skr_segment_says(segment, view, place->contig, place->from0, place->to0, ret_says, err);
    skr_segment_view_free(view);
    skr_block_reader_free(reader);
    return status;
}

int skr_plan_is_silent(const skr_plan *plan, const skr_access *access, const skr_plan_node *node,
                       bool *ret_is_silent, skr_err *err)
{
    const skr_snapshot *snapshot = plan->snapshot;
    bool says = false;
    int status = SKR_OK;
    for (uint32_t i = 0; i < snapshot->n_segments && !says && status == SKR_OK; i++) {
        if (!is_asked(plan, access, snapshot->entries[i]))
            continue;
        for (size_t r = 0; r < node->n_ranges && !says && status == SKR_OK; r++)
            status = look(snapshot->segments[i], &node->ranges[r], &says, err);
    }
    *ret_is_silent = !says;
    return status;
}
