/*
 * merge_watch.c - what is said on the way: that a merge goes on, and what ends it.
 */
#include <inttypes.h>

#include "engine/import/compact/merge_int.h"

#define STEPS_A_REPORT 256u

int skr_merge_step(skr_merge *merge, skr_err *err)
{
    const skr_merge_request *request = merge->request;
    if (++merge->n_steps % STEPS_A_REPORT != 0 || request->on_step == NULL)
        return SKR_OK;
    return request->on_step(request->context, skr_block_reader_totals(merge->reader)->n_bytes,
                            merge->n_rows, merge->n_rows_all, err);
}

int skr_merge_fail_twice(const skr_merge *merge, uint32_t sample, skr_err *err)
{
    return skr_fail(err, SKR_ERR_CORRUPT,
                    "two segments speak of sample number %" PRIu32 " on contig number %" PRIu32,
                    sample, merge->contig);
}
