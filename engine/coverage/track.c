/*
 * track.c - the sweeps of all segments of a question, merged.
 */
#include "engine/coverage/track_int.h"

#include <stdlib.h>
#include <string.h>

#include "engine/plan/access_check.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"
#include "storage/carriers/bits.h"

/* Bases that are swept at a time. */
#define WINDOW_SHIFT 20

#define N_COUNTS (SKR_TRACK_CLASSES + 1u) /* of an individual: by class, and of any */

/* ------------------------------------------------------------------ cursors */

static uint32_t slot_of(const skr_question *question, uint32_t dataset)
{
    for (uint32_t i = 0; i < question->n_slots; i++)
        if (question->slots[i].dataset == dataset)
            return i;
    return SKR_NONE;
}

static int take_cursor(skr_track *track, uint32_t number, uint32_t only, uint32_t slot,
                       skr_err *err)
{
    const skr_segment *segment = NULL;
    SKR_TRY(skr_snapshot_segment(track->snapshot, number, &segment, err));
    skr_track_cursor *fresh = &track->cursors[track->n_cursors++];
    *fresh = (skr_track_cursor){.track = track,
                                .number = number,
                                .segment = segment,
                                .only = only,
                                .slot = slot,
                                .list = track->options.is_by_slot ? slot : 0};
    SKR_TRY(skr_sample_table_individuals(skr_segment_samples(segment), &fresh->individuals, err));
    return skr_segment_view_new(segment, track->reader, &fresh->view, err);
}

/* The cursor of a segment, or of one sample of it, if it is asked about. */
static int take_asked(skr_track *track, uint32_t number, uint32_t only, skr_err *err)
{
    const skr_segment_entry *entry = &track->snapshot->manifest->segments[number];
    uint32_t slot = slot_of(track->options.question, entry->dataset);
    if (entry->assembly != track->options.assembly || slot == SKR_NONE || entry->n_samples == 0)
        return SKR_OK;
    if (entry->n_samples > track->n_samples_max)
        track->n_samples_max = entry->n_samples;
    return take_cursor(track, number, only, slot, err);
}

static int take_cursors(skr_track *track, skr_err *err)
{
    const skr_track_options *options = &track->options;
    uint32_t n = options->only != NULL ? options->n_only : track->snapshot->manifest->n_segments;
    track->cursors = calloc((size_t)n + 1, sizeof *track->cursors);
    if (track->cursors == NULL)
        return skr_fail_nomem(err, "a track");
    for (uint32_t i = 0; i < n; i++)
        SKR_TRY(options->only != NULL
                    ? take_asked(track, options->only[i].segment, options->only[i].sample, err)
                    : take_asked(track, i, SKR_NONE, err));
    return SKR_OK;
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
        status = skr_block_reader_new(tools->io, &track->reader, err);
    if (status == SKR_OK) {
        skr_block_reader_use_cache(track->reader, tools->cache);
        status = take_cursors(track, err);
    }
    if (status == SKR_OK)
        status = skr_track_who_find_apart(track, err);
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
    for (uint32_t i = 0; i < track->n_cursors; i++) {
        skr_segment_view_free(track->cursors[i].view);
        free(track->cursors[i].own_classes);
        free(track->cursors[i].bits);
        free(track->cursors[i].left);
    }
    free(track->cursors);
    skr_block_reader_free(track->reader);
    free(track->is_apart);
    free(track->genomes);
    free(track->states);
    free(track->karyotypes);
    free(track->seen);
    free(track->steps);
    free(track->merged);
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

int skr_track_enter(skr_track *track, uint32_t contig, skr_err *err)
{
    track->contig = contig;
    track->has_repeats = contig != SKR_NONE && track->options.assembly != SKR_NONE &&
                         skr_snapshot_has_repeats(track->snapshot, track->options.assembly, contig);
    memset(track->genomes, 0, track->n_lists * sizeof *track->genomes);
    for (uint32_t slot = 0; slot < track->options.question->n_slots; slot++)
        SKR_TRY(skr_track_who_enter(track, slot, err));
    if (track->has_repeats && track->n_called == NULL)
        track->n_called =
            calloc((size_t)track->snapshot->n_people + 1, N_COUNTS * sizeof *track->n_called);
    return track->has_repeats && track->n_called == NULL ? skr_fail_nomem(err, "a track") : SKR_OK;
}

/* ------------------------------------------------------------------ steps of one window */

static int on_step(void *context, uint32_t start0, const skr_track_sum *sum, skr_err *err)
{
    skr_track_cursor *at = context;
    skr_track *track = at->track;
    skr_track_step next = {.at0 = start0, .list = at->list};
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
    skr_track_cursor *at = context;
    skr_track *track = at->track;
    SKR_TRY(SKR_ARRAY_RESERVE(&track->people, &track->n_people_max, track->n_people + 1,
                              "the people of a track", err));
    track->people[track->n_people++] =
        (skr_track_person_step){.at0 = start0,
                                .list = at->list,
                                .individual = skr_individual_of(&at->individuals, sample),
                                .class = at->classes[sample],
                                .is_called = is_called};
    return SKR_OK;
}

static int compare_people(const void *a, const void *b)
{
    const skr_track_person_step *x = a;
    const skr_track_person_step *y = b;
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
        const skr_track_person_step *at = &track->people[i];
        uint32_t *n = track->n_called + (size_t)at->individual * N_COUNTS;
        if (i == 0 || at[-1].list != at->list)
            memset(track->n_called, 0,
                   (size_t)track->snapshot->n_people * N_COUNTS * sizeof *track->n_called);
        skr_track_step next = {.at0 = at->at0, .list = at->list};
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
    for (uint32_t i = 0; i < track->n_cursors && track->contig != SKR_NONE; i++) {
        skr_track_cursor *at = &track->cursors[i];
        if (at->is_silent)
            continue;
        at->sum = (skr_track_sum){0};
        visitor.context = at;
        SKR_TRY(skr_access_check(track->options.question->access, err));
        SKR_TRY(skr_segment_view_track(at->view, &at->asked, start0, end0, &visitor, err));
    }
    return fold_people(track, err);
}

/* The end of the run of ascending steps that begins at `from`. */
static size_t run_end(const skr_track *track, size_t from)
{
    size_t to = from + 1;
    while (to < track->n_steps && track->steps[to - 1].at0 <= track->steps[to].at0)
        to++;
    return to < track->n_steps ? to : track->n_steps;
}

/* Merges [from, middle) and [middle, to) of the steps into the scratch. */
static void merge(skr_track *track, size_t from, size_t middle, size_t to)
{
    const skr_track_step *steps = track->steps;
    size_t left = from;
    size_t right = middle;
    for (size_t at = from; at < to; at++) {
        bool takes_left = left < middle && (right == to || steps[left].at0 <= steps[right].at0);
        track->merged[at] = steps[takes_left ? left++ : right++];
    }
}

/* Puts the steps in order: there are as many ascending runs as cursors, about. */
static int sort_steps(skr_track *track, skr_err *err)
{
    while (track->n_steps > 0 && run_end(track, 0) < track->n_steps) {
        SKR_TRY(SKR_ARRAY_RESERVE(&track->merged, &track->n_merged_max, track->n_steps_max,
                                  "the steps of a track", err));
        for (size_t from = 0; from < track->n_steps;) {
            size_t middle = run_end(track, from);
            size_t to = middle < track->n_steps ? run_end(track, middle) : middle;
            merge(track, from, middle, to);
            from = to;
        }
        skr_track_step *before = track->steps;
        size_t n_before_max = track->n_steps_max;
        track->steps = track->merged;
        track->n_steps_max = track->n_merged_max;
        track->merged = before;
        track->n_merged_max = n_before_max;
    }
    return SKR_OK;
}

static void add_step(skr_track_state *state, const skr_track_step *more)
{
    for (unsigned c = 0; c < SKR_TRACK_CLASSES; c++) {
        state->n_copies[c] += more->n_copies[c];
        state->n_people[c] += more->n_people[c];
    }
    state->n_any += more->n_any;
}

/* Steps of the only segment that counts, told as they come. */
typedef struct telling {
    skr_track_cursor *at;
    uint32_t from0; /* what was told ends here */
    uint32_t n_steps;
    skr_track_fn on_states;
    void *context;
} telling;

static int on_only_step(void *context, uint32_t start0, const skr_track_sum *sum, skr_err *err)
{
    telling *to = context;
    skr_track *track = to->at->track;
    skr_track_state *state = &track->states[to->at->list];
    if (start0 > to->from0)
        SKR_TRY(to->on_states(to->context, to->from0, start0, track->states, err));
    to->from0 = start0;
    state->n_any = 0;
    for (unsigned c = 0; c < SKR_TRACK_CLASSES; c++) {
        state->n_copies[c] = sum->n_copies[c];
        state->n_people[c] = sum->n_called[c];
        state->n_any += sum->n_called[c];
    }
    return ++to->n_steps % 4096 == 0 ? skr_access_check(track->options.question->access, err)
                                     : SKR_OK;
}

/* The only cursor of somebody who counts; NULL: there are more, or none. */
static skr_track_cursor *only_cursor(const skr_track *track)
{
    skr_track_cursor *only = NULL;
    for (uint32_t i = 0; i < track->n_cursors && track->contig != SKR_NONE; i++) {
        if (track->cursors[i].is_silent)
            continue;
        if (only != NULL)
            return NULL;
        only = &track->cursors[i];
    }
    return only;
}

static int sweep_only(skr_track *track, skr_track_cursor *at, const uint32_t place0[2],
                      skr_track_fn on_states, void *context, skr_err *err)
{
    telling to = {.at = at, .from0 = place0[0], .on_states = on_states, .context = context};
    const skr_track_visitor visitor = {.on_step = on_only_step, .context = &to};
    memset(track->states, 0, track->n_lists * sizeof *track->states);
    SKR_TRY(skr_access_check(track->options.question->access, err));
    SKR_TRY(skr_segment_view_track(at->view, &at->asked, place0[0], place0[1], &visitor, err));
    return on_states(context, to.from0, place0[1], track->states, err);
}

static int sweep_window(skr_track *track, uint32_t start0, uint32_t end0, skr_track_fn on_states,
                        void *context, skr_err *err)
{
    skr_track_cursor *only = track->has_repeats ? NULL : only_cursor(track);
    if (only != NULL)
        return sweep_only(track, only, (uint32_t[]){start0, end0}, on_states, context, err);
    SKR_TRY(find_steps(track, start0, end0, err));
    SKR_TRY(sort_steps(track, err));
    memset(track->states, 0, track->n_lists * sizeof *track->states);
    uint32_t from0 = start0;
    for (size_t i = 0; i < track->n_steps; i++) {
        const skr_track_step *at = &track->steps[i];
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

int skr_track_said_end0(const skr_track *track, uint32_t *ret_end0, skr_err *err)
{
    uint32_t end0 = 0;
    for (uint32_t i = 0; i < track->n_cursors && track->contig != SKR_NONE; i++) {
        const skr_track_cursor *at = &track->cursors[i];
        uint32_t said0 = 0;
        if (!at->is_silent)
            SKR_TRY(skr_segment_said_end0(at->segment, track->contig, &said0, err));
        end0 = said0 > end0 ? said0 : end0;
    }
    *ret_end0 = end0;
    return SKR_OK;
}
