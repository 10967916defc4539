/*
 * withdrawal.c - the change of a store by which people leave it: begun, noted, published.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/face/withdraw.h"
#include "engine/import/genomes/withdraw_int.h"
#include "storage/base/array.h"
#include "storage/carriers/bits.h"

#define SECONDS_A_DAY 86400u

int skr_withdrawal_check_reason(const char *reason, skr_err *err)
{
    size_t n = reason == NULL ? 0 : strlen(reason);
    bool is_sound = reason == NULL || (n > 0 && n <= SKR_WITHDRAW_REASON_MAX);
    for (size_t i = 0; i < n; i++)
        is_sound = is_sound && (unsigned char)reason[i] >= 0x20 && reason[i] != 0x7f;
    if (!is_sound)
        return skr_fail(err, SKR_ERR_USAGE,
                        "--reason must be a word of 1 to %u bytes, without control characters",
                        SKR_WITHDRAW_REASON_MAX);
    return SKR_OK;
}

/* Room for who leaves which dataset. */
static int make_bits(skr_withdrawal *w, skr_err *err)
{
    uint32_t n = skr_people_count(w->people);
    w->by_dataset = calloc(w->manifest->n_datasets + 1u, sizeof *w->by_dataset);
    if (w->by_dataset == NULL)
        return skr_fail_nomem(err, "people");
    for (; w->n_by_dataset < w->manifest->n_datasets; w->n_by_dataset++)
        SKR_TRY(skr_bits_new(n, &w->by_dataset[w->n_by_dataset], err));
    return skr_bits_new(n, &w->all, err);
}

int skr_withdrawal_begin(skr_withdrawal *w, const char *store, double wait_s,
                         const skr_watch *watch, skr_err *err)
{
    uint64_t generation = 0;
    const skr_txn_wait wait = {.seconds = wait_s,
                               .stop = watch->stop,
                               .on_wait = skr_watch_waiting,
                               .context = (void *)(uintptr_t)watch};
    SKR_TRY(skr_store_generation_now(store, &generation, err)); /* none is made */
    SKR_TRY(skr_store_wait_begin(store, &wait, &w->txn, err));
    w->manifest = skr_txn_manifest(w->txn);
    SKR_TRY(skr_people_open(skr_txn_folder(w->txn), &w->manifest->people, &w->people, err));
    SKR_TRY(skr_people_edit_new(w->people, &w->edit, err));
    SKR_TRY(make_bits(w, err));
    SKR_TRY(skr_gone_need_key(w->manifest, err));
    return skr_gone_new(w->manifest, &w->gone, err);
}

int skr_withdrawal_note_file(skr_withdrawal *w, const skr_file_id *file, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&w->files, &w->n_files_max, w->n_files + 1, "files", err));
    memcpy(w->files[w->n_files++], file->name, SKR_FILE_NAME_MAX);
    return SKR_OK;
}

static bool is_in_force(const skr_manifest *manifest, const char *name)
{
    for (uint32_t i = 0; i < manifest->n_segments; i++)
        if (strcmp(manifest->segments[i].file.name, name) == 0)
            return true;
    return false;
}

int skr_withdrawal_note(skr_withdrawal *w, uint32_t dataset, uint32_t n, skr_err *err)
{
    uint64_t generation = w->manifest->generation + 1;
    uint64_t now_s = skr_manifest_time_now();
    char **files = calloc(w->n_files + 2u, sizeof *files);
    uint32_t n_removed = 0;
    uint32_t n_left = 0;
    if (files == NULL)
        return skr_fail_nomem(err, "files");
    for (uint32_t i = 0; i < w->n_files; i++)
        if (is_in_force(w->manifest, w->files[i]))
            n_left++;
        else
            files[n_removed++] = w->files[i];
    if (w->manifest->people.name[0] != '\0')
        files[n_removed++] = w->manifest->people.name; /* another is written in its place */
    w->due_s = now_s == 0 ? 0 : now_s + (uint64_t)w->n_days * SECONDS_A_DAY;
    const skr_deletion deletion = {.generation = generation,
                                   .time_s = now_s,
                                   .dataset = dataset,
                                   .n_people = n,
                                   .reason = (char *)(uintptr_t)w->reason,
                                   .due_s = w->due_s,
                                   .gone_generation = n_left == 0 ? generation : 0,
                                   .files = files,
                                   .n_files = n_removed};
    int status = skr_manifest_add_deletion(w->manifest, &deletion, NULL, err);
    w->manifest->datasets[dataset].version++;
    w->n_left += n_left;
    w->n_files = 0;
    free(files);
    return status;
}

int skr_withdrawal_commit(skr_withdrawal *w, skr_err *err)
{
    char name[SKR_FILE_NAME_MAX];
    skr_txn *txn = w->txn;
    skr_txn_file_name(txn, "people", name);
    SKR_TRY(skr_people_edit_write(w->edit, skr_txn_folder(txn), name, &w->manifest->people, err));
    w->txn = NULL; /* the commit frees it, whatever becomes of it */
    w->manifest = NULL;
    return skr_txn_commit(txn, &w->generation, err);
}

void skr_withdrawal_done(skr_withdrawal *w)
{
    skr_gone_free(w->gone);
    skr_people_edit_free(w->edit);
    skr_people_close(w->people);
    skr_txn_abort(w->txn);
    for (uint32_t d = 0; d < w->n_by_dataset; d++)
        free(w->by_dataset[d]);
    free(w->by_dataset);
    free(w->all);
    free(w->digests);
    free(w->files);
}
