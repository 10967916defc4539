/*
 * worker.c - what one thread of a scan owns: its lanes, who counts in them, its memory.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/scan/scan.h"
#include "engine/scan/tally.h"
#include "storage/base/check.h"
#include "storage/carriers/bits.h"

/* ------------------------------------------------------------------ lanes */

static uint32_t slot_of(const skr_scan *scan, uint32_t dataset)
{
    for (uint32_t i = 0; i < scan->n_slots; i++)
        if (scan->slots[i].dataset == dataset)
            return i;
    return SKR_NONE;
}

/* A lane for a question, out of what is kept of its segment. */
static skr_lane lane_of(const skr_worker *worker, uint32_t number, uint32_t slot)
{
    const skr_snapshot *snapshot = worker->scan->plan->snapshot;
    skr_lane lane = worker->kept[number];
    lane.number = number;
    lane.slot = slot;
    lane.entry = &snapshot->manifest->segments[number];
    lane.segment = snapshot->segments[number];
    lane.n_samples = lane.entry->n_samples;
    lane.contig = SKR_NONE;
    lane.rows = NULL;
    lane.n_wanted = 0;
    lane.next = 0;
    lane.n_batch = 0;
    lane.has_marks = false;
    return lane;
}

/* What is kept of a segment when a question is over. */
static skr_lane kept_of(const skr_lane *lane)
{
    if (lane->has_marks) /* of a question that failed */
        skr_segment_marks_clear(lane->marks);
    return (skr_lane){.view = lane->view,
                      .other_view = lane->other_view,
                      .live = {.bits = lane->live.bits},
                      .cohort = {.bits = lane->cohort.bits},
                      .wanted = lane->wanted,
                      .codes = lane->codes,
                      .n_wanted_max = lane->n_wanted_max,
                      .keys = lane->keys,
                      .marks = lane->marks};
}

static int take_lanes(skr_worker *worker, skr_err *err)
{
    const skr_plan *plan = worker->scan->plan;
    const skr_manifest *manifest = plan->snapshot->manifest;
    worker->n_lanes = 0;
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        const skr_segment_entry *entry = &manifest->segments[i];
        uint32_t slot = slot_of(worker->scan, entry->dataset);
        if (entry->assembly != plan->assembly || slot == SKR_NONE || entry->n_samples == 0)
            continue;
        skr_lane *lane = &worker->lanes[worker->n_lanes++];
        *lane = lane_of(worker, i, slot);
        int status = skr_sample_table_individuals(skr_segment_samples(lane->segment),
                                                  &lane->individuals, err);
        if (status < 0)
            return status;
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ memory */

/* Alleles in a batch: enough that what is done once a batch costs nothing, and all of it fits into
 * the second level of cache. */
#define BATCH_ALLELES 1024u

/* n elements in the place of those at *memory; true when there is room. */
static bool renew(void *memory, size_t n, size_t size)
{
    void **at = memory;
    free(*at);
    *at = calloc(n == 0 ? 1 : n, size);
    return *at != NULL;
}

static bool renew_batch(skr_worker *worker, uint32_t n)
{
    skr_batch *batch = &worker->batch;
    batch->n_max = n;
    return renew(&batch->keys, n, sizeof *batch->keys) && renew(&batch->is_named, n, 1) &&
           renew(&batch->is_wanted, n, 1) && renew(&batch->codes, n, 1) &&
           renew(&worker->picked, n, sizeof *worker->picked) &&
           renew(&worker->picked_keys, n, sizeof *worker->picked_keys) &&
           renew(&worker->open, n, sizeof *worker->open) && renew(&worker->selected, n, 1) &&
           renew(&worker->together, n, 1) && renew(&worker->is_summed, n, 1) &&
           renew(&worker->row_tallies, n, sizeof *worker->row_tallies) &&
           renew(&worker->row_ans, n, sizeof *worker->row_ans) &&
           renew(&worker->judged, n, sizeof *worker->judged) &&
           renew(&worker->facts, n, sizeof *worker->facts);
}

static bool renew_slots(skr_worker *worker, size_t n_slots)
{
    skr_batch *batch = &worker->batch;
    size_t n = n_slots * batch->n_max;
    worker->n_slots_max = 0;
    if (!renew(&batch->has_row, n, 1) || !renew(&batch->verdicts, n, 1) ||
        !renew(&batch->is_failed, n, 1) ||
        !renew(&batch->at.slots, n_slots, sizeof *batch->at.slots) ||
        !renew(&worker->seen, n_slots, sizeof *worker->seen) ||
        !renew(&worker->tallies, n, sizeof *worker->tallies))
        return false;
    worker->n_slots_max = n_slots;
    return true;
}

static bool renew_samples(skr_worker *worker)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < worker->n_lanes; i++)
        n = worker->lanes[i].n_samples > n ? worker->lanes[i].n_samples : n;
    if (n <= worker->n_samples_max)
        return true;
    worker->n_samples_max = 0;
    if (!renew(&worker->direct, n, 1) || !renew(&worker->called, n, 1) ||
        !renew(&worker->this_copies, n, 1) || !renew(&worker->zygosities, n, 1) ||
        !renew(&worker->scratch, n, 1))
        return false;
    worker->n_samples_max = n;
    return true;
}

/* Makes room for what the question needs; what is there from the last one mostly suffices. */
static int reserve(skr_worker *worker, skr_err *err)
{
    const skr_scan *scan = worker->scan;
    bool is_whole = worker->n_slots_max >= scan->n_slots || renew_slots(worker, scan->n_slots);
    is_whole = is_whole && renew_samples(worker);
    for (uint32_t i = 0; is_whole && i < worker->n_lanes; i++) {
        skr_lane *lane = &worker->lanes[i];
        is_whole =
            lane->keys != NULL || renew(&lane->keys, worker->batch.n_max, sizeof *lane->keys);
    }
    return is_whole ? SKR_OK : skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
}

int skr_worker_new(const skr_scan *scan, skr_worker **ret_worker, skr_err *err)
{
    uint32_t n_segments = scan->plan->snapshot->manifest->n_segments;
    skr_worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
    worker->snapshot = scan->plan->snapshot;
    uint32_t n = scan->tools.n_batch_max == 0 ? BATCH_ALLELES : scan->tools.n_batch_max;
    bool is_whole = renew(&worker->lanes, n_segments, sizeof *worker->lanes) &&
                    renew(&worker->kept, n_segments, sizeof *worker->kept) &&
                    renew(&worker->starts, n_segments, sizeof *worker->starts) &&
                    renew(&worker->lowest, n_segments, sizeof *worker->lowest) &&
                    renew_batch(worker, n);
    worker->n_kept = worker->kept == NULL ? 0 : n_segments;
    int status = is_whole ? SKR_OK : skr_fail(err, SKR_ERR_NOMEM, "no memory for a scan");
    if (status == SKR_OK)
        status = skr_block_reader_new(scan->tools.io, &worker->reader, err);
    if (status < 0) {
        skr_worker_free(worker);
        return status;
    }
    skr_block_reader_use_cache(worker->reader, scan->tools.cache);
    *ret_worker = worker;
    return SKR_OK;
}

int skr_worker_begin(skr_worker *worker, skr_scan *scan, unsigned number, skr_err *err)
{
    SKR_CHECK(worker->snapshot == scan->plan->snapshot && worker->n_lanes == 0);
    worker->scan = scan;
    worker->number = number;
    worker->n_found = 0;
    worker->done = (skr_analysis){0};
    *skr_block_reader_totals(worker->reader) = (skr_reader_totals){0};
    int status = take_lanes(worker, err);
    if (status == SKR_OK)
        status = reserve(worker, err);
    if (status == SKR_OK)
        memset(worker->seen, 0, scan->n_slots * sizeof *worker->seen);
    return status;
}

void skr_worker_end(skr_worker *worker)
{
    for (uint32_t i = 0; i < worker->n_lanes; i++)
        worker->kept[worker->lanes[i].number] = kept_of(&worker->lanes[i]);
    worker->n_lanes = 0;
    worker->scan = NULL;
}

static void kept_done(skr_lane *lane)
{
    skr_segment_marks_free(lane->marks);
    skr_segment_view_free(lane->view);
    skr_segment_view_free(lane->other_view);
    free(lane->live.bits);
    free(lane->cohort.bits);
    free(lane->wanted);
    free(lane->codes);
    free(lane->keys);
}

void skr_worker_free(skr_worker *worker)
{
    if (worker == NULL)
        return;
    for (uint32_t i = 0; i < worker->n_kept; i++)
        kept_done(&worker->kept[i]);
    skr_batch *batch = &worker->batch;
    void *const memory[] = {
        batch->keys,         batch->is_named, batch->is_wanted, batch->codes,
        batch->has_row,      batch->verdicts, batch->is_failed, batch->at.slots,
        worker->lanes,       worker->kept,    worker->starts,   worker->picked,
        worker->picked_keys, worker->open,    worker->selected, worker->together,
        worker->row_tallies, worker->row_ans, worker->judged,   worker->tallies,
        worker->facts,       worker->direct,  worker->called,   worker->this_copies,
        worker->zygosities,  worker->scratch, worker->found,    worker->lowest,
        worker->is_summed,   worker->seen,
    };
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        free(memory[i]);
    skr_carriers_done(&worker->carriers);
    skr_block_reader_free(worker->reader);
    free(worker);
}

/* ------------------------------------------------------------------ who counts */

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
            set->n_copies[z] = skr_sample_table_n_copies(samples, (skr_ploidy)z);
        else
            status = skr_sample_table_count_copies(samples, (skr_ploidy)z, set->bits,
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
