/*
 * scan_names.c - alleles asked for by name that no record names: can they be meant, and was anybody
 * called there?
 *
 * What the rows around a name say of its REF is noted while their tile is at hand. Whatever a
 * record names is not looked at any further, so that most questions pay nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/scan/scan.h"
#include "engine/scan/tally.h"

/* Rows before the place that are asked whether they span it. */
#define ROWS_BEFORE 32u

static bool is_base(char c)
{
    return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

/* A bit for each base of REF that is compared. */
static uint64_t all_bases(const skr_allele *key)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < key->n_ref && i < SKR_NOTED_BASES; i++)
        bits |= (uint64_t)is_base(key->ref[i]) << i;
    return bits;
}

/* Notes where the REF of a row agrees with that of a key, and where not. */
static void compare_refs(skr_named_note *note, const skr_allele *key, const skr_tile_rows *rows,
                         uint32_t row)
{
    uint32_t n_key = key->n_ref < SKR_NOTED_BASES ? key->n_ref : SKR_NOTED_BASES;
    uint32_t from0 = key->start0 > rows->start0[row] ? key->start0 : rows->start0[row];
    uint32_t to0 = rows->start0[row] + rows->n_ref[row]; /* no letters of a structural one */
    uint64_t agrees = 0;
    uint64_t differs = 0;
    for (uint32_t at0 = from0; at0 < to0 && at0 < key->start0 + n_key; at0++) {
        uint32_t i = at0 - key->start0;
        char base = rows->ref[row][at0 - rows->start0[row]];
        if (!is_base(key->ref[i]) || !is_base(base))
            continue;
        agrees |= (uint64_t)(base == key->ref[i]) << i;
        differs |= (uint64_t)(base != key->ref[i]) << i;
        if (base != key->ref[i])
            atomic_store(&note->bases[i], base);
    }
    atomic_fetch_or(&note->agrees, agrees);
    atomic_fetch_or(&note->differs, differs);
}

void skr_scan_note_rows(skr_scan *scan, const skr_tile_rows *rows, size_t named, uint32_t row)
{
    const skr_allele *key = scan->plan->named[named].key;
    if (scan->notes == NULL || key->kind > SKR_ALLELE_DELINS)
        return;
    skr_named_note *note = &scan->notes[named];
    const uint64_t all = all_bases(key);
    if (row < rows->n && rows->start0[row] == key->start0 && rows->n_ref[row] == key->n_ref &&
        memcmp(rows->ref[row], key->ref, key->n_ref) == 0) {
        atomic_fetch_or(&note->agrees, all);
        return;
    }
    for (uint32_t i = row; i < rows->n && rows->start0[i] < key->start0 + key->n_ref &&
                           i < row + ROWS_BEFORE && atomic_load(&note->agrees) != all;
         i++)
        compare_refs(note, key, rows, i);
    for (uint32_t i = row; i-- > 0 && row - i <= ROWS_BEFORE && atomic_load(&note->agrees) != all;)
        if (rows->end0[i] > key->start0)
            compare_refs(note, key, rows, i);
}

/* Fails where the stored reference or every record there has another base than the name's REF. */
static int check_ref(const skr_scan *scan, size_t number, skr_err *err)
{
    const skr_plan *plan = scan->plan;
    const skr_named_allele *named = &plan->named[number];
    const skr_allele *key = named->key;
    const skr_named_note *note = &scan->notes[number];
    uint64_t agrees = atomic_load(&note->agrees);
    uint64_t differs = atomic_load(&note->differs) & ~agrees;
    bool has_reference = false;
    if (agrees == all_bases(key) && key->n_ref <= SKR_NOTED_BASES)
        return SKR_OK;
    int status = skr_plan_check_ref(plan, named->source, named->contig, key->start0, key->ref,
                                    key->n_ref, &has_reference, err);
    /* whether there is a record at all is not told under a policy that hides */
    if (status < 0 || has_reference || differs == 0 || !scan->access->policy.is_exact)
        return status;
    uint32_t i = (uint32_t)__builtin_ctzll(differs);
    return skr_plan_fail_ref(named->source, named->contig, key->start0 + i, key->ref[i],
                             (char)atomic_load(&note->bases[i]), "every record there says so", err);
}

/* Notes a name for which nobody was called in any dataset. */
static int note_unassessed(skr_worker *worker, uint32_t k, size_t number, skr_err *err)
{
    skr_scan *scan = worker->scan;
    uint64_t an = 0;
    int status = SKR_OK;
    memset(worker->selected, 0, worker->batch.n);
    worker->selected[k] = 1;
    for (uint32_t slot = 0; status == SKR_OK && slot < scan->n_slots && an == 0; slot++) {
        status = skr_tally_batch(worker, slot, SKR_TALLY_AN, worker->selected, worker->judged, err);
        an += status == SKR_OK ? worker->judged[k].an : 0;
    }
    if (status == SKR_OK && an == 0)
        atomic_store(&scan->notes[number].is_unassessed, true);
    return status;
}

static int compare_key(const void *a, const void *b)
{
    const skr_named_allele *named = b;
    return skr_segment_allele_compare(a, named->key);
}

static bool has_any_row(const skr_worker *worker, uint32_t k)
{
    for (uint32_t slot = 0; slot < worker->scan->n_slots; slot++)
        if (worker->batch.has_row[(size_t)slot * worker->batch.n_max + k] != 0)
            return true;
    return false;
}

int skr_scan_judge_names(skr_worker *worker, skr_err *err)
{
    const skr_scan *scan = worker->scan;
    const skr_plan *plan = scan->plan;
    int status = SKR_OK;
    if (scan->notes == NULL)
        return SKR_OK;
    for (uint32_t k = 0; status == SKR_OK && k < worker->batch.n; k++) {
        const skr_allele *key = &worker->batch.keys[k];
        if (worker->batch.is_named[k] == 0 || has_any_row(worker, k))
            continue;
        const skr_named_allele *named =
            bsearch(key, plan->named, plan->n_named, sizeof *plan->named, compare_key);
        if (named == NULL)
            continue;
        size_t number = (size_t)(named - plan->named);
        if (key->kind <= SKR_ALLELE_DELINS)
            status = check_ref(scan, number, err);
        if (status == SKR_OK && scan->visitor->warns_unassessed && scan->access->policy.is_exact)
            status = note_unassessed(worker, k, number, err);
    }
    return status;
}

/* ------------------------------------------------------------------ around the scan */

int skr_scan_names_begin(skr_scan *scan, skr_err *err)
{
    if (scan->plan->n_named == 0 || scan->warnings == NULL)
        return SKR_OK;
    if (scan->plan->n_named == 1) {
        memset(&scan->one_note, 0, sizeof scan->one_note);
        scan->notes = &scan->one_note;
        return SKR_OK;
    }
    scan->notes = calloc(scan->plan->n_named, sizeof *scan->notes);
    return scan->notes != NULL ? SKR_OK : skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
}

int skr_scan_names_end(skr_scan *scan, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = 0; scan->notes != NULL && status == SKR_OK && i < scan->plan->n_named; i++) {
        const skr_named_allele *named = &scan->plan->named[i];
        bool is_nowhere = named->key->contig == SKR_NONE && scan->visitor->warns_unassessed &&
                          scan->access->policy.is_exact;
        if (!is_nowhere && !atomic_load(&scan->notes[i].is_unassessed))
            continue;
        status =
            skr_warnings_add(scan->warnings, SKR_WARN_NOT_ASSESSED, NULL, 0, err,
                             "%.200s: nobody was assessed there",
                             named->source->text != NULL ? named->source->text : named->contig);
    }
    return status;
}
