/*
 * track.c - the sweeps of all segments of a question, merged.
 */
#include "engine/coverage/track.h"

#include <stdlib.h>
#include <string.h>

#include "engine/plan/access_check.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"
#include "storage/carriers/bits.h"

/* Bases that are swept at a time. */
#define WINDOW_SHIFT 20

/* From a base on a list has so many more. */
typedef struct step {
    uint32_t at0;
    uint32_t list;
    uint64_t n_copies[SKR_TRACK_CLASSES]; /* these wrap: fewer is a large number more */
    uint32_t n_people[SKR_TRACK_CLASSES];
    uint32_t n_any;
} step;

/* From a base on somebody has one sample more that is called, or one fewer. */
typedef struct person_step {
    uint32_t at0;
    uint32_t list;
    uint32_t individual;
    uint8_t class;
    bool is_called;
} person_step;

/* One segment. */
typedef struct lane {
    skr_track *track;
    uint32_t number; /* of the segment */
    uint32_t slot;
    uint32_t list;
    uint8_t *classes; /* of its samples on the contig */
    bool is_silent;   /* nobody in it counts there */
    skr_individuals individuals;
    skr_segment_view *view;
    skr_track_asked asked;
    skr_track_sum sum; /* where its sweep stands */
} lane;

struct skr_track {
    skr_track_options options;
    const skr_snapshot *snapshot;
    skr_block_reader *reader;
    lane *lanes;
    uint32_t n_lanes;
    uint32_t n_lists;
    uint32_t contig;
    bool has_repeats; /* somebody counts with two samples: people are told apart */
    skr_track_genomes *genomes;
    skr_track_state *states;
    skr_karyotype *karyotypes; /* scratch, of the largest segment */
    uint64_t *seen;            /* scratch, of individuals */
    step *steps;
    size_t n_steps;
    size_t n_steps_max;
    person_step *people;
    size_t n_people;
    size_t n_people_max;
    uint32_t *n_called; /* of each individual: samples called by class, and of any class */
};

#define N_COUNTS (SKR_TRACK_CLASSES + 1u)

/* ------------------------------------------------------------------ lanes */

static uint32_t slot_of(const skr_question *question, uint32_t dataset)
{
    for (uint32_t i = 0; i < question->n_slots; i++)
        if (question->slots[i].dataset == dataset)
            return i;
    return SKR_NONE;
}

static int take_lane(skr_track *track, uint32_t number, uint32_t slot, skr_err *err)
{
    const skr_segment *segment = track->snapshot->segments[number];
    lane *fresh = &track->lanes[track->n_lanes++];
    *fresh = (lane){.track = track,
                    .number = number,
                    .slot = slot,
                    .list = track->options.is_by_slot ? slot : 0,
                    .classes = malloc((size_t)skr_segment_n_samples(segment) + 1)};
    if (fresh->classes == NULL)
        return skr_fail_nomem(err, "a track");
    SKR_TRY(skr_sample_table_individuals(skr_segment_samples(segment), &fresh->individuals, err));
    return skr_segment_view_new(segment, track->reader, &fresh->view, err);
}

static int take_lanes(skr_track *track, skr_err *err)
{
    const skr_manifest *manifest = track->snapshot->manifest;
    uint32_t n_samples_max = 0;
    track->lanes = calloc((size_t)manifest->n_segments + 1, sizeof *track->lanes);
    if (track->lanes == NULL)
        return skr_fail_nomem(err, "a track");
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        const skr_segment_entry *entry = &manifest->segments[i];
        uint32_t slot = slot_of(track->options.question, entry->dataset);
        if (entry->assembly != track->options.assembly || slot == SKR_NONE ||
            entry->n_samples == 0 ||
            (track->options.only != NULL && track->options.only[i] == SKR_NONE))
            continue;
        SKR_TRY(take_lane(track, i, slot, err));
        n_samples_max = entry->n_samples > n_samples_max ? entry->n_samples : n_samples_max;
    }
    track->karyotypes = calloc((size_t)n_samples_max + 1, sizeof *track->karyotypes);
    return track->karyotypes == NULL ? skr_fail_nomem(err, "a track") : SKR_OK;
}

int skr_track_new(const skr_track_options *options, skr_track **ret_track, skr_err *err)
{
    const skr_scan_tools *tools = &options->question->tools;
    skr_track *track = calloc(1, sizeof *track);
    if (track == NULL)
        return skr_fail_nomem(err, "a track");
    track->options = *options;
    track->snapshot = options->question->snapshot;
    track->n_lists =
        options->is_by_slot && options->question->n_slots > 0 ? options->question->n_slots : 1;
    track->genomes = calloc(track->n_lists, sizeof *track->genomes);
    track->states = calloc(track->n_lists, sizeof *track->states);
    int status =
        track->genomes == NULL || track->states == NULL ? skr_fail_nomem(err, "a track") : SKR_OK;
    if (status == SKR_OK)
        status = skr_bits_new(track->snapshot->n_people, &track->seen, err);
    if (status == SKR_OK)
        status = skr_block_reader_new(tools->io, &track->reader, err);
    if (status == SKR_OK) {
        skr_block_reader_use_cache(track->reader, tools->cache);
        status = take_lanes(track, err);
    }
    if (status < 0)
        skr_track_free(track);
    else
        *ret_track = track;
    return status;
}

void skr_track_free(skr_track *track)
{
    if (track == NULL)
        return;
    for (uint32_t i = 0; i < track->n_lanes; i++) {
        skr_segment_view_free(track->lanes[i].view);
        free(track->lanes[i].classes);
    }
    free(track->lanes);
    skr_block_reader_free(track->reader);
    free(track->genomes);
    free(track->states);
    free(track->karyotypes);
    free(track->seen);
    free(track->steps);
    free(track->people);
    free(track->n_called);
    free(track);
}

uint32_t skr_track_n_lists(const skr_track *track)
{
    return track->n_lists;
}

const skr_track_genomes *skr_track_people(const skr_track *track)
{
    return track->genomes;
}

/* ------------------------------------------------------------------ who counts */

/* Takes out those who do not live on the contig. */
static void bury(const skr_track *track, lane *at)
{
    const skr_segment_entry *entry = &track->snapshot->manifest->segments[at->number];
    for (uint32_t i = 0; i < entry->n_tombstones; i++) {
        const skr_tombstone *tombstone = &entry->tombstones[i];
        if (tombstone->contig != SKR_NONE && tombstone->contig != track->contig)
            continue;
        for (uint32_t k = 0; k < tombstone->n_samples; k++)
            at->classes[tombstone->samples[k]] = SKR_TRACK_NONE;
    }
}

/* Is a delivery of reads, of which callable means depth? A deletion that they called is called, but
 * has no depth. */
static bool is_of_reads(const skr_manifest *manifest, uint32_t segment)
{
    const char *options = manifest->deliveries[manifest->segments[segment].delivery].options;
    return options != NULL && strncmp(options, "format=reads", 12) == 0;
}

/* The class of each sample of a lane; the karyotypes are left in the scratch. */
static int classify(skr_track *track, lane *at, skr_err *err)
{
    const skr_segment *segment = track->snapshot->segments[at->number];
    const uint64_t *cohort = track->options.question->slots[at->slot].cohort;
    uint32_t n_samples = skr_segment_n_samples(segment);
    SKR_TRY(skr_sample_table_karyotypes(skr_segment_samples(segment), track->karyotypes, err));
    for (uint32_t s = 0; s < n_samples; s++) {
        bool counts =
            cohort == NULL || skr_bits_has(cohort, skr_individual_of(&at->individuals, s));
        if (track->options.only != NULL)
            counts = counts && track->options.only[at->number] == s;
        at->classes[s] = counts ? (uint8_t)track->options.class_of(track->karyotypes[s])
                                : (uint8_t)SKR_TRACK_NONE;
    }
    bury(track, at);
    at->is_silent = true;
    for (uint32_t s = 0; s < n_samples; s++)
        at->is_silent = at->is_silent && at->classes[s] == SKR_TRACK_NONE;
    at->asked = (skr_track_asked){.contig = track->contig, .classes = at->classes};
    at->asked.leaves_spans_out =
        track->options.only != NULL && is_of_reads(track->snapshot->manifest, at->number);
    return SKR_OK;
}

static bool is_unknown(skr_karyotype karyotype)
{
    return karyotype.n_x == SKR_KARYOTYPE_UNKNOWN;
}

/* Counts the people of a lane who were not counted yet: those of known karyotype, or the others. */
static void count_genomes(skr_track *track, const lane *at, bool of_unknown)
{
    skr_track_genomes *genomes = &track->genomes[at->list];
    uint32_t n_samples = skr_segment_n_samples(track->snapshot->segments[at->number]);
    for (uint32_t s = 0; s < n_samples; s++) {
        uint8_t class = at->classes[s];
        uint32_t individual = skr_individual_of(&at->individuals, s);
        skr_karyotype karyotype = track->karyotypes[s];
        if (class == SKR_TRACK_NONE || is_unknown(karyotype) != of_unknown ||
            skr_bits_has(track->seen, individual))
            continue;
        skr_bits_set(track->seen, individual);
        genomes->n[class]++;
        genomes->n_x[class] += of_unknown ? 0 : karyotype.n_x;
        genomes->n_y[class] += of_unknown ? 0 : karyotype.n_y;
    }
}

/* The lanes of one dataset. Somebody of whom one sample says the karyotype has that. */
static int enter_slot(skr_track *track, uint32_t slot, skr_err *err)
{
    memset(track->seen, 0, skr_bits_words(track->snapshot->n_people) * sizeof *track->seen);
    for (unsigned of_unknown = 0; of_unknown < 2; of_unknown++)
        for (uint32_t i = 0; i < track->n_lanes; i++) {
            lane *at = &track->lanes[i];
            if (at->slot != slot)
                continue;
            SKR_TRY(classify(track, at, err));
            count_genomes(track, at, of_unknown != 0);
        }
    return SKR_OK;
}

int skr_track_enter(skr_track *track, uint32_t contig, skr_err *err)
{
    track->contig = contig;
    track->has_repeats = contig != SKR_NONE && track->options.assembly != SKR_NONE &&
                         skr_snapshot_has_repeats(track->snapshot, track->options.assembly, contig);
    memset(track->genomes, 0, track->n_lists * sizeof *track->genomes);
    for (uint32_t slot = 0; slot < track->options.question->n_slots; slot++)
        SKR_TRY(enter_slot(track, slot, err));
    if (track->has_repeats && track->n_called == NULL)
        track->n_called =
            calloc((size_t)track->snapshot->n_people + 1, N_COUNTS * sizeof *track->n_called);
    return track->has_repeats && track->n_called == NULL ? skr_fail_nomem(err, "a track") : SKR_OK;
}

/* ------------------------------------------------------------------ steps of one window */

static int on_step(void *context, uint32_t start0, const skr_track_sum *sum, skr_err *err)
{
    lane *at = context;
    skr_track *track = at->track;
    step next = {.at0 = start0, .list = at->list};
    SKR_TRY(SKR_ARRAY_RESERVE(&track->steps, &track->n_steps_max, track->n_steps + 1,
                              "the steps of a track", err));
    for (unsigned c = 0; c < SKR_TRACK_CLASSES; c++) {
        next.n_copies[c] = sum->n_copies[c] - at->sum.n_copies[c];
        if (track->has_repeats)
            continue; /* people are added up one by one */
        next.n_people[c] = sum->n_called[c] - at->sum.n_called[c];
        next.n_any += next.n_people[c];
    }
    at->sum = *sum;
    track->steps[track->n_steps++] = next;
    return track->n_steps % 4096 == 0 ? skr_access_check(track->options.question->access, err)
                                      : SKR_OK;
}

static int on_sample(void *context, uint32_t start0, uint32_t sample, bool is_called, skr_err *err)
{
    lane *at = context;
    skr_track *track = at->track;
    SKR_TRY(SKR_ARRAY_RESERVE(&track->people, &track->n_people_max, track->n_people + 1,
                              "the people of a track", err));
    track->people[track->n_people++] =
        (person_step){.at0 = start0,
                      .list = at->list,
                      .individual = skr_individual_of(&at->individuals, sample),
                      .class = at->classes[sample],
                      .is_called = is_called};
    return SKR_OK;
}

static int compare_people(const void *a, const void *b)
{
    const person_step *x = a;
    const person_step *y = b;
    if (x->list != y->list)
        return x->list < y->list ? -1 : 1;
    if (x->at0 != y->at0)
        return x->at0 < y->at0 ? -1 : 1;
    return x->is_called != y->is_called ? (x->is_called ? -1 : 1) : 0;
}

/* One sample more or fewer: how does the number of people change? */
static uint32_t turn_count(uint32_t *n, bool is_called)
{
    if (is_called)
        return (*n)++ == 0 ? 1 : 0;
    return --*n == 0 ? UINT32_MAX : 0;
}

/* Makes steps of people out of those of their samples. */
static int fold_people(skr_track *track, skr_err *err)
{
    if (track->n_people > 1)
        qsort(track->people, track->n_people, sizeof *track->people, compare_people);
    for (size_t i = 0; i < track->n_people; i++) {
        const person_step *at = &track->people[i];
        uint32_t *n = track->n_called + (size_t)at->individual * N_COUNTS;
        if (i == 0 || at[-1].list != at->list)
            memset(track->n_called, 0,
                   (size_t)track->snapshot->n_people * N_COUNTS * sizeof *track->n_called);
        step next = {.at0 = at->at0, .list = at->list};
        next.n_people[at->class] = turn_count(&n[at->class], at->is_called);
        next.n_any = turn_count(&n[SKR_TRACK_CLASSES], at->is_called);
        if (next.n_people[at->class] == 0 && next.n_any == 0)
            continue;
        SKR_TRY(SKR_ARRAY_RESERVE(&track->steps, &track->n_steps_max, track->n_steps + 1,
                                  "the steps of a track", err));
        track->steps[track->n_steps++] = next;
    }
    return SKR_OK;
}

static int find_steps(skr_track *track, uint32_t start0, uint32_t end0, skr_err *err)
{
    skr_track_visitor visitor = {.on_step = on_step,
                                 .on_sample = track->has_repeats ? on_sample : NULL};
    track->n_steps = 0;
    track->n_people = 0;
    for (uint32_t i = 0; i < track->n_lanes && track->contig != SKR_NONE; i++) {
        lane *at = &track->lanes[i];
        if (at->is_silent)
            continue;
        at->sum = (skr_track_sum){0};
        visitor.context = at;
        SKR_TRY(skr_access_check(track->options.question->access, err));
        SKR_TRY(skr_segment_view_track(at->view, &at->asked, start0, end0, &visitor, err));
    }
    return fold_people(track, err);
}

static int compare_steps(const void *a, const void *b)
{
    const step *x = a;
    const step *y = b;
    return x->at0 != y->at0 ? (x->at0 < y->at0 ? -1 : 1) : 0;
}

static void add_step(skr_track_state *state, const step *more)
{
    for (unsigned c = 0; c < SKR_TRACK_CLASSES; c++) {
        state->n_copies[c] += more->n_copies[c];
        state->n_people[c] += more->n_people[c];
    }
    state->n_any += more->n_any;
}

static int sweep_window(skr_track *track, uint32_t start0, uint32_t end0, skr_track_fn on_states,
                        void *context, skr_err *err)
{
    SKR_TRY(find_steps(track, start0, end0, err));
    if (track->n_steps > 1)
        qsort(track->steps, track->n_steps, sizeof *track->steps, compare_steps);
    memset(track->states, 0, track->n_lists * sizeof *track->states);
    uint32_t from0 = start0;
    for (size_t i = 0; i < track->n_steps; i++) {
        const step *at = &track->steps[i];
        if (at->at0 >= end0)
            break;
        if (at->at0 > from0) {
            SKR_TRY(on_states(context, from0, at->at0, track->states, err));
            from0 = at->at0;
        }
        add_step(&track->states[at->list], at);
    }
    return on_states(context, from0, end0, track->states, err);
}

int skr_track_sweep(skr_track *track, uint32_t start0, uint32_t end0, skr_track_fn on_states,
                    void *context, skr_err *err)
{
    for (uint32_t from0 = start0; from0 < end0;) {
        uint64_t edge0 = (((uint64_t)from0 >> WINDOW_SHIFT) + 1) << WINDOW_SHIFT;
        uint32_t to0 = edge0 < end0 ? (uint32_t)edge0 : end0;
        SKR_TRY(sweep_window(track, from0, to0, on_states, context, err));
        from0 = to0;
    }
    return SKR_OK;
}

uint32_t skr_track_said_end0(const skr_track *track)
{
    uint32_t end0 = 0;
    for (uint32_t i = 0; i < track->n_lanes && track->contig != SKR_NONE; i++) {
        const lane *at = &track->lanes[i];
        const skr_segment *segment = track->snapshot->segments[at->number];
        uint32_t said0 = at->is_silent ? 0 : skr_segment_said_end0(segment, track->contig);
        end0 = said0 > end0 ? said0 : end0;
    }
    return end0;
}
