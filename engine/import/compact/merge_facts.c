/*
 * merge_facts.c - what was counted of each sample when it came (storage/segment/sample_facts.h),
 * carried over: of one that came by several deliveries what they counted together.
 */
#include <stdlib.h>

#include "engine/import/compact/merge_int.h"

/* Whose facts are read. */
typedef struct reading {
    skr_merge *merge;
    const skr_merge_input *input;
} reading;

static int add_facts(void *context, uint32_t sample, const uint64_t *facts, skr_err *err)
{
    const reading *r = context;
    uint32_t number = r->input->numbers[sample];
    (void)err;
    if (number == SKR_NONE)
        return SKR_OK;
    uint64_t *all = r->merge->facts + (size_t)number * SKR_N_SAMPLE_FACTS;
    for (unsigned fact = 0; fact < SKR_N_SAMPLE_FACTS; fact++) {
        if (fact == SKR_FACT_TOGETHER)
            all[fact] = all[fact] > facts[fact] ? all[fact] : facts[fact];
        else if (fact == SKR_FACT_SEX)
            all[fact] = all[fact] == SKR_SEX_TOO_LITTLE ? facts[fact] : all[fact];
        else
            all[fact] += facts[fact];
    }
    return SKR_OK;
}

static uint64_t fact_of(const void *context, uint32_t sample, skr_sample_fact fact)
{
    const skr_merge *merge = context;
    return merge->facts[(size_t)sample * SKR_N_SAMPLE_FACTS + fact];
}

int skr_merge_facts_read(skr_merge *merge, skr_facts_source *ret_facts, skr_err *err)
{
    bool is_any = false;
    for (uint32_t i = 0; i < merge->n_inputs; i++)
        is_any =
            is_any || skr_sample_table_has_facts(skr_segment_samples(merge->inputs[i].segment));
    if (!is_any)
        return SKR_OK;
    merge->facts = calloc(merge->n_samples, SKR_N_SAMPLE_FACTS * sizeof *merge->facts);
    if (merge->facts == NULL)
        return skr_fail_nomem(err, "facts about samples");
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        reading r = {merge, &merge->inputs[i]};
        SKR_TRY(skr_sample_table_facts(skr_segment_samples(merge->inputs[i].segment), add_facts, &r,
                                       err));
    }
    *ret_facts = (skr_facts_source){fact_of, merge};
    return SKR_OK;
}
