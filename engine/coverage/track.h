/*
 * track.h - copies called and people called along a contig: raw numbers, for an.c and callable.c.
 *
 * A track has one list of numbers a dataset, or one for all of them together. It is entered contig
 * by contig and swept window by window, so that it needs memory for one window.
 *
 * Threads: a track has one owner.
 */
#ifndef SKR_ENGINE_COVERAGE_TRACK_H
#define SKR_ENGINE_COVERAGE_TRACK_H

#include "engine/people/question.h"
#include "storage/segment/segment_track.h"

/* One list at one base, by sex class (skr_sex_class). */
typedef struct skr_track_state {
    uint64_t n_copies[SKR_TRACK_CLASSES]; /* called */
    uint32_t n_people[SKR_TRACK_CLASSES]; /* with a called copy */
    uint32_t n_any;                       /* people of any class, each once */
} skr_track_state;

/* Who of a list has a genome, whatever was called. A person counts once a dataset. */
typedef struct skr_track_genomes {
    uint64_t n[SKR_TRACK_CLASSES];
    uint64_t n_x[SKR_TRACK_CLASSES]; /* X chromosomes by karyotype, none of the unknown */
    uint64_t n_y[SKR_TRACK_CLASSES];
} skr_track_genomes;

/* A sample, and the segment (its place in the manifest) that it is in. */
typedef struct skr_track_sample {
    uint32_t segment;
    uint32_t sample;
} skr_track_sample;

typedef struct skr_track_options {
    const skr_question *question; /* whose slots and cohorts count */
    uint32_t assembly;            /* SKR_NONE: nobody has a genome */
    bool is_by_slot;              /* a list a slot; false: one for all */
    const skr_track_sample *only; /* the samples that count; NULL: all */
    uint32_t n_only;
} skr_track_options;

typedef struct skr_track skr_track;

/* The caller owns *ret_track. What the options point to must outlive it. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_track_new(const skr_track_options *options, skr_track **ret_track,
                               skr_err *err);

/* Frees. NULL is allowed. */
void skr_track_free(skr_track *track);

/* How many lists it has; at least 1. */
uint32_t skr_track_n_lists(const skr_track *track);

/* Turns to a contig; SKR_NONE: one of which the store has nothing. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_track_enter(skr_track *track, uint32_t contig, skr_err *err);

/* Who has a genome on the contig that was entered; one for each list. Belongs to the track. */
const skr_track_genomes *skr_track_people(const skr_track *track);

/* Is given [start0, end0) with the states of all lists; neighbours may be equal. */
typedef int (*skr_track_fn)(void *context, uint32_t start0, uint32_t end0,
                            const skr_track_state *states, skr_err *err);

/*
 * Tells what holds in [start0, end0), end to end, in order. Errors: CORRUPT, IO, NOMEM, DEADLINE,
 * INTERRUPTED, what on_states gives.
 */
SKR_MUST_USE int skr_track_sweep(skr_track *track, uint32_t start0, uint32_t end0,
                                 skr_track_fn on_states, void *context, skr_err *err);

/* After which base of the contig that was entered nothing is said of anybody who counts; 0:
 * nothing is. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_track_said_end0(const skr_track *track, uint32_t *ret_end0, skr_err *err);

#endif
