/*
 * judge_names.c - alleles asked for by name that no record names: can they be meant, and was
 * anybody called there?
 *
 * Whatever a record names is not looked at any further, so that most questions pay nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/scan/batch_judge.h"
#include "storage/base/check.h"

/* Fails where the stored reference or every record there has another base than the name's REF. */
static int check_ref(const skr_scan_scope *scope, size_t number, skr_err *err)
{
    const skr_plan *plan = scope->plan;
    const skr_named_allele *named = &plan->named[number];
    const skr_allele *key = named->key;
    const skr_named_note *note = &scope->notes[number];
    uint64_t agrees = atomic_load(&note->agrees);
    uint64_t differs = atomic_load(&note->differs) & ~agrees;
    bool has_reference = false;
    if (agrees == skr_name_note_bases(key) && key->n_ref <= SKR_NOTED_BASES)
        return SKR_OK;
    int status = skr_plan_check_ref(plan, named->source, named->contig, key->start0, key->ref,
                                    key->n_ref, &has_reference, err);
    /* whether there is a record at all is not told under a policy that hides */
    if (status < 0 || has_reference || differs == 0 || !scope->access->policy.is_exact)
        return status;
    uint32_t i = (uint32_t)__builtin_ctzll(differs);
    return skr_plan_fail_ref(named->source, named->contig, key->start0 + i, key->ref[i],
                             (char)atomic_load(&note->bases[i]), "every record there says so", err);
}

/* Notes a name for which nobody was called in any dataset. */
static int note_unassessed(skr_judge *judge, uint32_t k, size_t number, skr_err *err)
{
    const skr_scan_scope *scope = judge->tallier->scope;
    uint64_t an = 0;
    int status = SKR_OK;
    memset(judge->selected, 0, judge->batch->n);
    judge->selected[k] = 1;
    for (uint32_t slot = 0; status == SKR_OK && slot < scope->n_slots && an == 0; slot++) {
        status = skr_tally_batch(judge->tallier, slot, SKR_TALLY_AN, judge->selected, judge->totals,
                                 err);
        an += status == SKR_OK ? judge->totals[k].an : 0;
    }
    if (status == SKR_OK && an == 0)
        atomic_store(&scope->notes[number].is_unassessed, true);
    return status;
}

static int compare_key(const void *a, const void *b)
{
    const skr_named_allele *named = b;
    return skr_segment_allele_compare(a, named->key);
}

static bool has_any_row(const skr_judge *judge, uint32_t k)
{
    for (uint32_t slot = 0; slot < judge->tallier->scope->n_slots; slot++)
        if (judge->batch->has_row[(size_t)slot * judge->batch->n_max + k] != 0)
            return true;
    return false;
}

int skr_judge_names(skr_judge *judge, skr_err *err)
{
    const skr_scan_scope *scope = judge->tallier->scope;
    const skr_plan *plan = scope->plan;
    int status = SKR_OK;
    if (scope->notes == NULL)
        return SKR_OK;
    for (uint32_t k = 0; status == SKR_OK && k < judge->batch->n; k++) {
        const skr_allele *key = &judge->batch->keys[k];
        if (judge->batch->is_named[k] == 0 || has_any_row(judge, k))
            continue;
        const skr_named_allele *named =
            bsearch(key, plan->named, plan->n_named, sizeof *plan->named, compare_key);
        if (named == NULL)
            continue;
        size_t number = (size_t)(named - plan->named);
        if (key->kind <= SKR_ALLELE_DELINS)
            status = check_ref(scope, number, err);
        if (status == SKR_OK && scope->warns_unassessed && scope->access->policy.is_exact)
            status = note_unassessed(judge, k, number, err);
    }
    return status;
}
