/* withdraw_dataset.c - a dataset hidden, shown again, or taken out as a whole; all of them listed.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/face/withdraw.h"
#include "engine/import/genomes/buried.h"
#include "engine/import/genomes/withdraw_int.h"
#include "storage/carriers/bits.h"

/* Everybody in the dataset leaves; its segments go at once. No digests of them are kept: the
 * dataset itself is known to be withdrawn. Those of who left it before stay. */
static int take_out(skr_withdrawal *w, uint32_t dataset, skr_err *err)
{
    uint64_t *people = w->by_dataset[dataset];
    skr_dataset_entry *entry = &w->manifest->datasets[dataset];
    for (uint32_t i = 0; i < skr_people_count(w->people); i++)
        if (skr_people_edit_is_member(w->edit, dataset, i))
            skr_bits_set(people, i);
    w->n_people = (uint32_t)skr_bits_count(people, skr_bits_words(skr_people_count(w->people)));
    for (uint32_t i = w->manifest->n_segments; i-- > 0;) {
        if (w->manifest->segments[i].dataset != dataset)
            continue;
        SKR_TRY(skr_withdrawal_note_file(w, &w->manifest->segments[i].file, err));
        skr_manifest_drop_segment(w->manifest, i);
    }
    if (w->n_people > 0)
        SKR_TRY(skr_people_edit_withdraw(w->edit, dataset, people, err));
    skr_buried_forget_names(w->manifest, dataset);
    free(entry->about);
    entry->about = NULL;
    entry->flags = SKR_DATASET_WITHDRAWN;
    return skr_withdrawal_note(w, dataset, w->n_people, err);
}

/* Publishes a manifest that differs in flags alone. */
static int publish(skr_withdrawal *w, skr_err *err)
{
    skr_txn *txn = w->txn;
    w->txn = NULL; /* the commit frees it, whatever becomes of it */
    return skr_txn_commit(txn, &w->generation, err);
}

static int change(skr_withdrawal *w, const skr_dataset_request *request, bool *ret_is_noop,
                  skr_err *err)
{
    uint32_t dataset = skr_manifest_find_dataset(w->manifest, request->dataset);
    if (dataset == SKR_NONE)
        return skr_fail(err, SKR_ERR_INPUT, "there is no dataset '%.100s'", request->dataset);
    skr_dataset_entry *entry = &w->manifest->datasets[dataset];
    bool is_withdrawn = (entry->flags & SKR_DATASET_WITHDRAWN) != 0;
    bool is_hidden = (entry->flags & SKR_DATASET_HIDDEN) != 0;
    if (is_withdrawn && request->change != SKR_DATASET_TAKE)
        return skr_fail(err, SKR_ERR_INPUT, "dataset '%.100s' was withdrawn: nothing of it is left",
                        request->dataset);
    *ret_is_noop = request->change == SKR_DATASET_TAKE
                       ? is_withdrawn
                       : is_hidden == (request->change == SKR_DATASET_HIDE);
    w->generation = w->manifest->generation;
    if (*ret_is_noop)
        return SKR_OK;
    if (request->change != SKR_DATASET_TAKE) {
        entry->flags ^= SKR_DATASET_HIDDEN;
        return publish(w, err);
    }
    SKR_TRY(take_out(w, dataset, err));
    return skr_withdrawal_commit(w, err);
}

int skr_withdraw_dataset(const skr_dataset_request *request, uint64_t *ret_generation,
                         bool *ret_is_noop, skr_err *err)
{
    skr_withdrawal w = {.reason = request->reason};
    bool is_noop = false;
    SKR_TRY(skr_withdrawal_check_reason(request->reason, err));
    int status = skr_withdrawal_begin(&w, request->store, request->wait_s, &request->watch, err);
    if (status == SKR_OK)
        status = change(&w, request, &is_noop, err);
    if (status == SKR_OK) {
        *ret_generation = w.generation;
        *ret_is_noop = is_noop;
    }
    skr_withdrawal_done(&w);
    return status;
}

int skr_withdraw_list(const char *store, skr_dataset_state **ret_states, uint32_t *ret_n,
                      skr_err *err)
{
    skr_store *opened = NULL;
    SKR_TRY(skr_store_open(store, &opened, err));
    const skr_manifest *manifest = skr_store_manifest(opened);
    skr_dataset_state *states = calloc(manifest->n_datasets + 1u, sizeof *states);
    int status = states == NULL ? skr_fail_nomem(err, "datasets") : SKR_OK;
    uint32_t n = 0;
    for (; n < manifest->n_datasets && status == SKR_OK; n++) {
        const skr_dataset_entry *entry = &manifest->datasets[n];
        states[n] =
            (skr_dataset_state){.id = strdup(entry->id),
                                .version = entry->version,
                                .is_hidden = (entry->flags & SKR_DATASET_HIDDEN) != 0,
                                .is_withdrawn = (entry->flags & SKR_DATASET_WITHDRAWN) != 0};
        if (states[n].id == NULL)
            status = skr_fail_nomem(err, "datasets");
    }
    if (status != SKR_OK) {
        skr_withdraw_list_done(states, n);
    } else {
        *ret_states = states;
        *ret_n = n;
    }
    skr_store_close(opened);
    return status;
}

void skr_withdraw_list_done(skr_dataset_state *states, uint32_t n)
{
    for (uint32_t i = 0; states != NULL && i < n; i++)
        free(states[i].id);
    free(states);
}
