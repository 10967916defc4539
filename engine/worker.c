/*
 * worker.c - what one thread of a scan owns: its lanes, who counts in them, its memory.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/bits_int.h"
#include "engine/scan_int.h"
#include "engine/tally_int.h"

/* ------------------------------------------------------------------ lanes */

static uint32_t slot_of(const skr_scan *scan, uint32_t dataset)
{
    for (uint32_t i = 0; i < scan->n_slots; i++)
        if (scan->slots[i].dataset == dataset)
            return i;
    return SKR_NONE;
}

static int init_lanes(skr_worker *worker, uint32_t *ret_n_samples_max, skr_err *err)
{
    const skr_plan *plan = worker->scan->plan;
    const skr_manifest *manifest = plan->snapshot->manifest;
    worker->lanes = calloc((size_t)manifest->n_segments + 1, sizeof *worker->lanes);
    if (worker->lanes == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        const skr_segment_entry *entry = &manifest->segments[i];
        uint32_t slot = slot_of(worker->scan, entry->dataset);
        if (entry->assembly != plan->assembly || slot == SKR_NONE || entry->n_samples == 0)
            continue;
        skr_lane *lane = &worker->lanes[worker->n_lanes++];
        lane->slot = slot;
        lane->entry = entry;
        lane->segment = plan->snapshot->segments[i];
        lane->n_samples = entry->n_samples;
        lane->contig = SKR_NONE;
        if (entry->n_samples > *ret_n_samples_max)
            *ret_n_samples_max = entry->n_samples;
        int status = skr_sample_table_individuals(skr_segment_samples(lane->segment),
                                                  &lane->individuals, err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

/* Alleles in a batch: enough that what is done once a batch costs nothing, and all of it fits into
 * the second level of cache. */
#define BATCH_ALLELES 1024u

static int init_batch(skr_worker *worker, skr_err *err)
{
    skr_batch *batch = &worker->batch;
    uint32_t n = worker->scan->n_batch_max == 0 ? BATCH_ALLELES : worker->scan->n_batch_max;
    size_t n_slots = (size_t)worker->scan->n_slots + 1;
    batch->n_max = n;
    batch->keys = calloc(n, sizeof *batch->keys);
    batch->is_named = calloc(n, 1);
    batch->is_wanted = calloc(n, 1);
    batch->codes = calloc(n, 1);
    batch->has_row = calloc(n_slots, n);
    batch->verdicts = calloc(n_slots, n);
    batch->is_failed = calloc(n_slots, n);
    batch->at.slots = calloc(n_slots, sizeof *batch->at.slots);
    worker->starts = calloc((size_t)worker->n_lanes + 1, sizeof *worker->starts);
    worker->picked = calloc(n, sizeof *worker->picked);
    worker->picked_keys = calloc(n, sizeof *worker->picked_keys);
    worker->open = calloc(n, sizeof *worker->open);
    worker->selected = calloc(n, 1);
    worker->together = calloc(n, 1);
    worker->row_tallies = calloc(n, sizeof *worker->row_tallies);
    worker->row_ans = calloc(n, sizeof *worker->row_ans);
    worker->judged = calloc(n, sizeof *worker->judged);
    worker->tallies = calloc(n_slots, n * sizeof *worker->tallies);
    worker->facts = calloc(n, sizeof *worker->facts);
    bool is_whole = batch->keys != NULL && batch->is_named != NULL && batch->is_wanted != NULL &&
                    batch->codes != NULL && batch->has_row != NULL && batch->verdicts != NULL &&
                    batch->is_failed != NULL && batch->at.slots != NULL && worker->starts != NULL &&
                    worker->picked != NULL && worker->picked_keys != NULL && worker->open != NULL &&
                    worker->selected != NULL && worker->together != NULL &&
                    worker->row_tallies != NULL && worker->row_ans != NULL &&
                    worker->judged != NULL && worker->tallies != NULL && worker->facts != NULL;
    for (uint32_t i = 0; is_whole && i < worker->n_lanes; i++) {
        worker->lanes[i].keys = calloc(n, sizeof *worker->lanes[i].keys);
        is_whole = worker->lanes[i].keys != NULL;
    }
    return is_whole ? SKR_OK : skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
}

int skr_worker_init(skr_worker *worker, skr_scan *scan, unsigned number, skr_err *err)
{
    uint32_t n = 1;
    worker->scan = scan;
    worker->number = number;
    int status = skr_block_reader_new(scan->io, &worker->reader, err);
    if (status == SKR_OK)
        status = init_lanes(worker, &n, err);
    if (status == SKR_OK)
        status = init_batch(worker, err);
    if (status < 0)
        return status;
    worker->direct = malloc(n);
    worker->called = malloc(n);
    worker->this_copies = malloc(n);
    worker->zygosities = malloc(n);
    worker->scratch = malloc(n);
    if (worker->direct == NULL || worker->called == NULL || worker->this_copies == NULL ||
        worker->zygosities == NULL || worker->scratch == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
    return SKR_OK;
}

static void lane_done(skr_lane *lane)
{
    skr_segment_view_free(lane->view);
    skr_segment_view_free(lane->other_view);
    free(lane->live.bits);
    free(lane->cohort.bits);
    free(lane->wanted);
    free(lane->codes);
    free(lane->keys);
    free(lane->marks);
}

static void batch_done(skr_batch *batch)
{
    free(batch->keys);
    free(batch->is_named);
    free(batch->is_wanted);
    free(batch->codes);
    free(batch->has_row);
    free(batch->verdicts);
    free(batch->is_failed);
    free(batch->at.slots);
}

void skr_worker_done(skr_worker *worker)
{
    for (uint32_t i = 0; i < worker->n_lanes; i++)
        lane_done(&worker->lanes[i]);
    batch_done(&worker->batch);
    free(worker->lanes);
    free(worker->starts);
    free(worker->picked);
    free(worker->picked_keys);
    free(worker->open);
    free(worker->selected);
    free(worker->together);
    free(worker->row_tallies);
    free(worker->row_ans);
    free(worker->judged);
    free(worker->tallies);
    free(worker->facts);
    free(worker->direct);
    free(worker->called);
    free(worker->this_copies);
    free(worker->zygosities);
    free(worker->scratch);
    free(worker->found);
    skr_carriers_done(&worker->carriers);
    skr_block_reader_free(worker->reader);
}

int skr_lane_view(skr_worker *worker, skr_lane *lane, skr_err *err)
{
    if (lane->view != NULL)
        return SKR_OK;
    return skr_segment_view_new(lane->segment, worker->reader, &lane->view, err);
}

static bool has_tombstone(const skr_segment_entry *entry, uint32_t contig)
{
    for (uint32_t i = 0; i < entry->n_tombstones; i++)
        if (entry->tombstones[i].contig == contig || entry->tombstones[i].contig == SKR_NONE)
            return true;
    return false;
}

/* ------------------------------------------------------------------ who counts */

/* Fills in who counts, by what the bits say. is_all: they say nothing, it is everybody. */
static int mask_settle(skr_worker *worker, const skr_lane *lane, skr_mask *mask, bool is_all,
                       skr_err *err)
{
    const skr_sample_table *samples = skr_segment_samples(lane->segment);
    skr_sample_set *set = &mask->set;
    int status = SKR_OK;
    set->n = is_all ? lane->n_samples
                    : (uint32_t)skr_bits_count(mask->bits, skr_bits_words(lane->n_samples));
    set->bits = set->n == lane->n_samples ? NULL : mask->bits;
    set->serial = ++worker->n_sets;
    for (unsigned z = 0; z < SKR_N_ZONES && status == SKR_OK; z++)
        if (set->bits == NULL)
            set->n_copies[z] = skr_sample_table_n_copies(samples, (skr_zone)z);
        else
            status = skr_sample_table_count_copies(samples, (skr_zone)z, set->bits,
                                                   &set->n_copies[z], err);
    return status;
}

static int mask_clear(skr_mask *mask, const skr_lane *lane, skr_err *err)
{
    if (mask->bits == NULL)
        return skr_bits_new(lane->n_samples, &mask->bits, err);
    memset(mask->bits, 0, skr_bits_words(lane->n_samples) * sizeof *mask->bits);
    return SKR_OK;
}

/* Everybody lives but those in the tombstones of the contig. */
static void bury(skr_lane *lane, uint32_t contig)
{
    uint64_t *bits = lane->live.bits;
    memset(bits, 0xff, lane->n_samples / 64 * sizeof *bits);
    for (uint32_t s = lane->n_samples / 64 * 64; s < lane->n_samples; s++)
        skr_bits_set(bits, s);
    for (uint32_t i = 0; i < lane->entry->n_tombstones; i++) {
        const skr_tombstone *tombstone = &lane->entry->tombstones[i];
        if (tombstone->contig != contig && tombstone->contig != SKR_NONE)
            continue;
        for (uint32_t k = 0; k < tombstone->n_samples; k++)
            bits[tombstone->samples[k] >> 6] &= ~(UINT64_C(1) << (tombstone->samples[k] & 63));
    }
}

static int find_live(skr_worker *worker, skr_lane *lane, bool has_dead, skr_err *err)
{
    int status = has_dead ? mask_clear(&lane->live, lane, err) : SKR_OK;
    if (status < 0)
        return status;
    if (has_dead)
        bury(lane, lane->contig);
    return mask_settle(worker, lane, &lane->live, !has_dead, err);
}

/* Those of the slot's people who live. */
static int find_cohort(skr_worker *worker, skr_lane *lane, const uint64_t *people, skr_err *err)
{
    int status = mask_clear(&lane->cohort, lane, err);
    if (status < 0)
        return status;
    skr_individuals_gather(&lane->individuals, lane->n_samples, people,
                           worker->scan->plan->snapshot->n_people, lane->cohort.bits);
    if (lane->live.set.bits != NULL)
        skr_bits_and(lane->cohort.bits, lane->live.set.bits, skr_bits_words(lane->n_samples));
    return mask_settle(worker, lane, &lane->cohort, false, err);
}

int skr_lane_enter(skr_worker *worker, skr_lane *lane, uint32_t contig, skr_err *err)
{
    const uint64_t *people = worker->scan->slots[lane->slot].cohort;
    if (lane->contig == contig)
        return SKR_OK;
    bool is_first = lane->contig == SKR_NONE;
    bool has_dead = has_tombstone(lane->entry, contig);
    if (!is_first && !has_dead && lane->live.set.bits == NULL) {
        lane->contig = contig; /* nothing depends on the contig */
        return SKR_OK;
    }
    lane->contig = contig;
    int status = find_live(worker, lane, has_dead, err);
    if (status == SKR_OK && people != NULL)
        status = find_cohort(worker, lane, people, err);
    if (status < 0)
        lane->contig = SKR_NONE;
    return status;
}
