/* gone.c - HMAC-SHA-256 (RFC 2104) of ids and names, and the list of them that a dataset has. */
#include "storage/gone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "storage/base/array.h"
#include "storage/base/check.h"

#define BLOCK_SIZE 64u /* of SHA-256 */

struct skr_gone {
    const skr_manifest *manifest;
    skr_digest *digest;
    uint8_t inner[BLOCK_SIZE];
    uint8_t outer[BLOCK_SIZE];
};

int skr_gone_need_key(skr_manifest *manifest, skr_err *err)
{
    size_t n_done = 0;
    while (!manifest->has_key && n_done < sizeof manifest->key) {
        ssize_t n = getrandom(manifest->key + n_done, sizeof manifest->key - n_done, 0);
        if (n < 0 && errno != EINTR)
            return skr_fail(err, SKR_ERR_IO, "cannot draw a key: %s", strerror(errno));
        n_done += n > 0 ? (size_t)n : 0;
    }
    manifest->has_key = true;
    return SKR_OK;
}

int skr_gone_new(const skr_manifest *manifest, skr_gone **ret_gone, skr_err *err)
{
    skr_gone *gone = calloc(1, sizeof *gone);
    if (gone == NULL)
        return skr_fail_nomem(err, "who has withdrawn");
    gone->manifest = manifest;
    for (unsigned i = 0; i < BLOCK_SIZE; i++) {
        uint8_t key = i < sizeof manifest->key ? manifest->key[i] : 0;
        gone->inner[i] = key ^ 0x36;
        gone->outer[i] = key ^ 0x5c;
    }
    int status = skr_digest_new(SKR_DIGEST_SHA256, &gone->digest, err);
    if (status != SKR_OK)
        skr_gone_free(gone);
    else
        *ret_gone = gone;
    return status;
}

void skr_gone_free(skr_gone *gone)
{
    if (gone == NULL)
        return;
    skr_digest_free(gone->digest);
    free(gone);
}

int skr_gone_digest(skr_gone *gone, skr_gone_kind kind, const char *text,
                    skr_keyed_digest *ret_digest, skr_err *err)
{
    const uint8_t first = (uint8_t)kind;
    SKR_CHECK(gone->manifest->has_key);
    SKR_TRY(skr_digest_restart(gone->digest, err));
    skr_digest_update(gone->digest, gone->inner, sizeof gone->inner);
    skr_digest_update(gone->digest, &first, 1);
    skr_digest_update(gone->digest, text, strlen(text));
    skr_digest_final(gone->digest, ret_digest->bytes);
    SKR_TRY(skr_digest_restart(gone->digest, err));
    skr_digest_update(gone->digest, gone->outer, sizeof gone->outer);
    skr_digest_update(gone->digest, ret_digest->bytes, sizeof ret_digest->bytes);
    skr_digest_final(gone->digest, ret_digest->bytes);
    return SKR_OK;
}

/* ------------------------------------------------------------------ the list */

static int compare_digests(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(skr_keyed_digest));
}

/* Digests, and one that is looked for. */
typedef struct digest_search {
    const skr_keyed_digest *list;
    const skr_keyed_digest *digest;
} digest_search;

static bool is_before(const void *context, size_t at)
{
    const digest_search *search = context;
    return compare_digests(&search->list[at], search->digest) < 0;
}

/* Where a digest of a dataset is, or would be. */
static uint32_t find(const skr_dataset_entry *dataset, const skr_keyed_digest *digest,
                     bool *ret_is_there)
{
    const digest_search search = {dataset->gone, digest};
    uint32_t at = (uint32_t)skr_array_search(dataset->n_gone, is_before, &search);
    *ret_is_there = at < dataset->n_gone && compare_digests(&dataset->gone[at], digest) == 0;
    return at;
}

int skr_gone_holds(skr_gone *gone, uint32_t dataset, skr_gone_kind kind, const char *text,
                   bool *ret_holds, skr_err *err)
{
    const skr_dataset_entry *entry = &gone->manifest->datasets[dataset];
    skr_keyed_digest digest;
    *ret_holds = false;
    if (entry->n_gone == 0)
        return SKR_OK;
    SKR_TRY(skr_gone_digest(gone, kind, text, &digest, err));
    (void)find(entry, &digest, ret_holds);
    return SKR_OK;
}

int skr_gone_add(skr_manifest *manifest, uint32_t dataset, const skr_keyed_digest *digests,
                 uint32_t n, skr_err *err)
{
    skr_dataset_entry *entry = &manifest->datasets[dataset];
    if (n == 0)
        return SKR_OK;
    if (n >= SKR_NONE - entry->n_gone)
        return skr_fail(err, SKR_ERR_LIMIT, "manifest: too many people have withdrawn");
    skr_keyed_digest *all = realloc(entry->gone, ((size_t)entry->n_gone + n) * sizeof *all);
    if (all == NULL)
        return skr_fail_nomem(err, "who has withdrawn");
    memcpy(all + entry->n_gone, digests, n * sizeof *all);
    qsort(all, entry->n_gone + n, sizeof *all, compare_digests);
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < entry->n_gone + n; i++)
        if (i == 0 || compare_digests(&all[n_kept - 1], &all[i]) != 0)
            all[n_kept++] = all[i];
    entry->gone = all;
    entry->n_gone = n_kept;
    return SKR_OK;
}

void skr_gone_drop(skr_manifest *manifest, uint32_t dataset, const skr_keyed_digest *digest)
{
    skr_dataset_entry *entry = &manifest->datasets[dataset];
    bool is_there = false;
    uint32_t at = find(entry, digest, &is_there);
    if (!is_there)
        return;
    entry->n_gone--;
    memmove(&entry->gone[at], &entry->gone[at + 1], (entry->n_gone - at) * sizeof *entry->gone);
}

int skr_gone_check_dataset(skr_manifest *manifest, uint32_t dataset, bool is_readmitting,
                           skr_err *err)
{
    skr_dataset_entry *entry = &manifest->datasets[dataset];
    if ((entry->flags & SKR_DATASET_WITHDRAWN) == 0)
        return SKR_OK;
    if (!is_readmitting)
        return skr_fail(err, SKR_ERR_INPUT,
                        "dataset '%.100s' was withdrawn: say --readmit if it is to come back",
                        entry->id);
    entry->flags &= ~SKR_DATASET_WITHDRAWN;
    return SKR_OK;
}
