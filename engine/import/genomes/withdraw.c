/*
 * withdraw.c - people taken out: tombstones on all contigs of their samples, a people table
 * without them, digests that know them again, names of files forgotten.
 */
#include "engine/import/face/withdraw.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/buried.h"
#include "engine/import/genomes/withdraw_int.h"
#include "index/people/people_edit.h"
#include "storage/base/array.h"
#include "storage/carriers/bits.h"
#include "storage/segment/segment.h"

/* ------------------------------------------------------------------ who */

/* Names the first few of those whom nobody has. */
static int fail_unknown(const skr_withdraw_request *request, const uint32_t *unknown, size_t n,
                        skr_err *err)
{
    char names[400] = "";
    size_t at = 0;
    size_t n_named = 0;
    for (; n_named < n && n_named < 5 && at < sizeof names - 100; n_named++)
        at += (size_t)snprintf(names + at, sizeof names - at, "%s'%.60s'", n_named > 0 ? ", " : "",
                               request->ids[unknown[n_named]]);
    if (n_named < n)
        (void)snprintf(names + at, sizeof names - at, " and %zu more", n - n_named);
    if (request->dataset == NULL)
        return skr_fail(err, SKR_ERR_INPUT, "nobody in any dataset is called %s; nothing was done",
                        names);
    return skr_fail(err, SKR_ERR_INPUT, "nobody in dataset '%s' is called %s; nothing was done",
                    request->dataset, names);
}

/* Is this a dataset that people are to be taken out of? */
static bool is_meant(const skr_withdrawal *w, uint32_t dataset)
{
    return w->dataset == SKR_NONE || w->dataset == dataset;
}

/* Marks everybody who is named, in the datasets that have them. */
static int mark_people(skr_withdrawal *w, const skr_withdraw_request *request, skr_err *err)
{
    uint32_t n_people = skr_people_count(w->people);
    uint32_t *unknown = calloc(request->n_ids + 1, sizeof *unknown);
    size_t n_unknown = 0;
    if (unknown == NULL)
        return skr_fail_nomem(err, "people");
    for (size_t i = 0; i < request->n_ids; i++) {
        uint32_t individual = skr_people_edit_find(w->edit, request->ids[i]);
        bool is_known = false;
        for (uint32_t d = 0; d < w->manifest->n_datasets && individual < n_people; d++) {
            if (!is_meant(w, d) || !skr_people_edit_is_member(w->edit, d, individual))
                continue;
            skr_bits_set(w->by_dataset[d], individual);
            is_known = true;
        }
        if (is_known)
            skr_bits_set(w->all, individual);
        else
            unknown[n_unknown++] = (uint32_t)i;
    }
    int status = n_unknown == 0 ? SKR_OK : fail_unknown(request, unknown, n_unknown, err);
    free(unknown);
    w->n_people = (uint32_t)skr_bits_count(w->all, skr_bits_words(n_people));
    return status;
}

/* ------------------------------------------------------------------ digests */

static int add_digest(skr_withdrawal *w, skr_gone_kind kind, const char *text, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&w->digests, &w->n_digests_max, w->n_digests + 1, "digests", err));
    return skr_gone_digest(w->gone, kind, text, &w->digests[w->n_digests++], err);
}

/* ------------------------------------------------------------------ genomes */

/* The names of the samples that are taken out, as digests. */
static int digest_names(skr_withdrawal *w, const skr_sample_table *table,
                        const skr_individuals *individuals, const uint32_t *samples, uint32_t n,
                        skr_err *err)
{
    bool are_ids = skr_sample_table_names_are_ids(table);
    skr_sample_names names = {0};
    int status = are_ids ? SKR_OK : skr_sample_table_names(table, &names, err);
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        const char *name =
            are_ids ? skr_people_id(w->people, skr_individual_of(individuals, samples[i]))
                    : (const char *)names.text.bytes + names.offsets[samples[i]];
        if (*name != '\0')
            status = add_digest(w, SKR_GONE_SAMPLE, name, err);
    }
    skr_sample_names_done(&names);
    return status;
}

/* Buries the samples of an open segment whose people are taken out. */
static int bury_in(skr_withdrawal *w, skr_segment_entry *entry, const skr_segment *segment,
                   skr_err *err)
{
    const skr_sample_table *table = skr_segment_samples(segment);
    uint32_t n_samples = skr_segment_n_samples(segment);
    skr_individuals individuals;
    uint64_t *bits = NULL;
    uint32_t *samples = NULL;
    uint32_t n = 0;
    int status = skr_sample_table_individuals(table, &individuals, err);
    if (status == SKR_OK)
        status = skr_bits_new(n_samples, &bits, err);
    if (status != SKR_OK)
        return status;
    skr_individuals_gather(&individuals, n_samples, w->by_dataset[entry->dataset],
                           skr_people_count(w->people), bits);
    samples = malloc((skr_bits_count(bits, skr_bits_words(n_samples)) + 1) * sizeof *samples);
    if (samples == NULL)
        status = skr_fail_nomem(err, "samples");
    for (uint32_t s = 0; s < n_samples && status == SKR_OK; s++)
        if (skr_bits_has(bits, s) && !skr_manifest_is_superseded(entry, SKR_NONE, s))
            samples[n++] = s;
    if (status == SKR_OK && n > 0)
        status = digest_names(w, table, &individuals, samples, n, err);
    if (status == SKR_OK)
        status = skr_manifest_supersede(entry, SKR_NONE, samples, n, err);
    w->n_samples += n;
    free(samples);
    free(bits);
    return status;
}

static int bury_all(skr_withdrawal *w, uint32_t dataset, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; i < w->manifest->n_segments && status == SKR_OK; i++) {
        skr_segment_entry *entry = &w->manifest->segments[i];
        skr_segment *segment = NULL;
        if (entry->dataset != dataset)
            continue;
        uint32_t n_before = w->n_samples;
        status = skr_segment_open(skr_txn_folder(w->txn), &entry->file, &segment, err);
        if (status == SKR_OK)
            status = bury_in(w, entry, segment, err);
        skr_segment_close(segment);
        if (status == SKR_OK && w->n_samples > n_before)
            status = skr_withdrawal_note_file(w, &entry->file, err);
    }
    return status;
}

/* ------------------------------------------------------------------ a dataset */

static int digest_ids(skr_withdrawal *w, uint32_t dataset, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t i = 0; i < skr_people_count(w->people) && status == SKR_OK; i++)
        if (skr_bits_has(w->by_dataset[dataset], i))
            status = add_digest(w, SKR_GONE_INDIVIDUAL, skr_people_id(w->people, i), err);
    return status;
}

static int withdraw_from(skr_withdrawal *w, uint32_t dataset, skr_err *err)
{
    size_t n_words = skr_bits_words(skr_people_count(w->people));
    uint32_t n = (uint32_t)skr_bits_count(w->by_dataset[dataset], n_words);
    if (n == 0)
        return SKR_OK;
    w->n_digests = 0;
    SKR_TRY(bury_all(w, dataset, err));
    SKR_TRY(digest_ids(w, dataset, err));
    SKR_TRY(skr_gone_add(w->manifest, dataset, w->digests, w->n_digests, err));
    SKR_TRY(skr_people_edit_withdraw(w->edit, dataset, w->by_dataset[dataset], err));
    skr_buried_forget_names(w->manifest, dataset);
    skr_buried_drop_dead(w->manifest);
    skr_buried_forget_names(w->manifest, dataset);
    w->n_datasets++;
    return skr_withdrawal_note(w, dataset, n, err);
}

/* ------------------------------------------------------------------ the whole */

static int check_request(const skr_withdraw_request *request, skr_err *err)
{
    if (request->n_ids == 0)
        return skr_fail(err, SKR_ERR_USAGE, "withdraw: --individual ID is missing");
    return skr_withdrawal_check_reason(request->reason, err);
}

static int find_dataset(skr_withdrawal *w, const skr_withdraw_request *request, skr_err *err)
{
    w->dataset = SKR_NONE;
    if (request->dataset == NULL)
        return SKR_OK;
    w->dataset = skr_manifest_find_dataset(w->manifest, request->dataset);
    if (w->dataset == SKR_NONE)
        return skr_fail(err, SKR_ERR_INPUT, "there is no dataset '%.100s'; nothing was done",
                        request->dataset);
    return SKR_OK;
}

int skr_withdraw_people(const skr_withdraw_request *request, skr_withdraw_result *ret_result,
                        skr_err *err)
{
    skr_withdrawal w = {.reason = request->reason,
                        .n_days = request->n_days == 0 ? SKR_WITHDRAW_DAYS : request->n_days};
    SKR_TRY(check_request(request, err));
    int status = skr_withdrawal_begin(&w, request->store, request->wait_s, &request->watch, err);
    if (status == SKR_OK)
        status = find_dataset(&w, request, err);
    if (status == SKR_OK)
        status = mark_people(&w, request, err);
    for (uint32_t d = 0; status == SKR_OK && d < w.manifest->n_datasets; d++)
        status = withdraw_from(&w, d, err);
    if (status == SKR_OK)
        status = skr_withdrawal_commit(&w, err);
    if (status == SKR_OK)
        *ret_result = (skr_withdraw_result){.generation = w.generation,
                                            .n_people = w.n_people,
                                            .n_datasets = w.n_datasets,
                                            .n_samples = w.n_samples,
                                            .n_segments = w.n_left,
                                            .due_s = w.due_s};
    skr_withdrawal_done(&w);
    return status;
}
