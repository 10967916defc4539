/*
 * merge_phase.c - the haplotypes of carriers of several segments beside each other.
 *
 * What a sample says of a contig lies in one segment, so its phase sets stay what they are.
 */
#include "engine/import/compact/merge_int.h"
#include "storage/base/limits.h"

int skr_merge_phase_unite(skr_merge *merge, skr_err *err)
{
    merge->phased.n = 0;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        const skr_merge_input *input = &merge->inputs[i];
        if (!input->is_there || input->said == NULL)
            continue;
        for (uint32_t k = 0; k < input->phased.n; k++) {
            skr_haplotype one = input->phased.list[k];
            uint32_t place = input->places[one.sample];
            if (place == SKR_NONE)
                continue;
            one.sample = input->live[place];
            SKR_TRY(skr_haplotypes_add(&merge->phased, one, err));
        }
    }
    skr_haplotypes_sort(&merge->phased);
    return SKR_OK;
}
