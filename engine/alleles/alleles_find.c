/*
 * alleles_find.c - alleles that may be added up together, and those that may not.
 */
#include "engine/alleles/alleles_find.h"

#include <stdlib.h>

#include "engine/tell/disclose.h"

/* Is there a carrier of a number of copies that the verdicts count? */
static bool has_counted(const skr_carrier_list *found, size_t from, unsigned verdicts)
{
    for (size_t i = from; i < found->n; i++)
        if (skr_verdicts_count(verdicts, found->items[i].n_this))
            return true;
    return false;
}

bool skr_findings_has_repeats(const skr_tallier *tallier, uint32_t contig)
{
    const skr_plan *plan = tallier->scope->plan;
    return skr_snapshot_has_repeats(plan->snapshot, plan->assembly, contig);
}

void skr_findings_free(skr_findings *all, unsigned n_workers)
{
    for (unsigned i = 0; all != NULL && i < n_workers; i++) {
        free(all[i].tallies);
        free(all[i].found.items);
    }
    free(all);
}

/* Room for the alleles of a batch, in one piece. */
static int reserve(skr_findings *mine, const skr_batch *batch, skr_err *err)
{
    size_t n = (size_t)batch->n * batch->n_slots;
    if (batch->n <= mine->n_max && batch->n_slots <= mine->n_slots)
        return SKR_OK;
    free(mine->tallies);
    mine->n_max = 0;
    mine->tallies = malloc((n + 1) * sizeof *mine->tallies + 2 * (size_t)batch->n);
    if (mine->tallies == NULL)
        return skr_fail_nomem(err, "the numbers of alleles");
    mine->is_summed = (uint8_t *)(mine->tallies + n + 1);
    mine->selected = mine->is_summed + batch->n;
    mine->n_max = batch->n;
    mine->n_slots = batch->n_slots;
    return SKR_OK;
}

/*
 * Which alleles of the batch may be added up together? Not those of which only carriers of so many
 * copies are asked for, and none where people must be told apart over datasets.
 */
static void find_together(const skr_tallier *tallier, skr_findings *mine)
{
    const skr_batch *batch = tallier->batch;
    for (uint32_t k = 0; k < batch->n; k++)
        mine->is_summed[k] =
            batch->is_wanted[k] != 0 && !skr_findings_has_repeats(tallier, batch->keys[k].contig);
    for (uint32_t slot = 0; slot < batch->n_slots; slot++) {
        const uint8_t *verdicts = batch->verdicts + (size_t)slot * batch->n_max;
        for (uint32_t k = 0; k < batch->n; k++)
            mine->is_summed[k] &= verdicts[k] == 0 || verdicts[k] == SKR_COUNTS_ALL;
    }
}

int skr_findings_together(skr_tallier *tallier, skr_findings *mine, unsigned flags, skr_err *err)
{
    const skr_batch *batch = tallier->batch;
    SKR_TRY(reserve(mine, batch, err));
    find_together(tallier, mine);
    for (uint32_t slot = 0; slot < batch->n_slots; slot++) {
        const uint8_t *verdicts = batch->verdicts + (size_t)slot * batch->n_max;
        for (uint32_t k = 0; k < batch->n; k++)
            mine->selected[k] = mine->is_summed[k] & (verdicts[k] == SKR_COUNTS_ALL);
        SKR_TRY(skr_tally_batch(tallier, slot, flags | SKR_TALLY_COHORT, mine->selected,
                                mine->tallies + (size_t)slot * mine->n_max, err));
    }
    return SKR_OK;
}

int skr_findings_slot(const skr_question *question, skr_tallier *tallier, skr_findings *mine,
                      uint32_t k, unsigned flags, uint32_t slot, skr_tally *tally, bool *ret_counts,
                      skr_err *err)
{
    const skr_policy *policy = &question->access->policy;
    skr_batch *batch = tallier->batch;
    unsigned verdicts = batch->verdicts[(size_t)slot * batch->n_max + k];
    size_t n_before = mine->found.n;
    *ret_counts = false;
    if (verdicts == 0)
        return SKR_OK;
    if (mine->is_summed[k] != 0) {
        *tally = mine->tallies[(size_t)slot * mine->n_max + k];
        *ret_counts = true;
    } else {
        SKR_TRY(skr_tally_slot(tallier, skr_batch_seek(batch, k), slot, flags | SKR_TALLY_COHORT,
                               &mine->found, tally, err));
        *ret_counts = verdicts == SKR_COUNTS_ALL || has_counted(&mine->found, n_before, verdicts);
    }
    if (!policy->is_exact)
        *ret_counts = *ret_counts && !skr_disclose(policy, tally->n_carriers).is_hidden;
    if (!*ret_counts)
        mine->found.n = n_before;
    return SKR_OK;
}
