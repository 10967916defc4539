/*
 * track_int.h - what the sources of a track share.
 */
#ifndef SKR_ENGINE_COVERAGE_TRACK_INT_H
#define SKR_ENGINE_COVERAGE_TRACK_INT_H

#include "engine/coverage/track.h"

/* From a base on a list has so many more. */
typedef struct skr_track_step {
    uint32_t at0;
    uint32_t list;
    uint64_t n_copies[SKR_TRACK_CLASSES]; /* these wrap: fewer is a large number more */
    uint32_t n_people[SKR_TRACK_CLASSES];
    uint32_t n_any;
} skr_track_step;

/* From a base on somebody has one sample more that is called, or one fewer. */
typedef struct skr_track_person_step {
    uint32_t at0;
    uint32_t list;
    uint32_t individual;
    uint8_t class;
    bool is_called;
} skr_track_person_step;

/* One segment. */
typedef struct skr_track_cursor {
    skr_track *track;
    uint32_t number; /* of the segment, in the manifest */
    const skr_segment *segment;
    uint32_t only; /* the sample that counts; SKR_NONE: all */
    uint32_t slot;
    uint32_t list;
    const uint8_t *classes; /* of its samples on the contig */
    uint8_t *own_classes;   /* where some do not count; NULL: not needed so far */
    uint64_t *bits;         /* who counts then; NULL: not needed so far */
    uint64_t *left;         /* who of those asked about has a genome, where tombstones take some
                               out; NULL: not needed so far */
    bool is_everybody;      /* all of its samples count: classes are the segment's */
    bool is_silent;         /* nobody in it counts there */
    skr_individuals individuals;
    skr_segment_view *view;
    skr_track_asked asked;
    skr_track_sum sum; /* where its sweep stands */
} skr_track_cursor;

struct skr_track {
    skr_track_options options;
    const skr_snapshot *snapshot;
    skr_block_reader *reader;
    skr_track_cursor *cursors;
    uint32_t n_cursors;
    uint32_t n_lists;
    uint32_t contig;
    bool has_repeats; /* somebody counts with two samples: people are told apart */
    bool *is_apart;   /* of each slot: nobody has samples in two of its segments, or two in one */
    skr_track_genomes *genomes;
    skr_track_state *states;
    uint32_t n_samples_max;    /* of a segment */
    skr_karyotype *karyotypes; /* scratch, of the largest segment; NULL: not needed so far */
    uint64_t *seen;            /* scratch, of individuals; NULL: not needed so far */
    skr_track_step *steps;     /* those of a cursor ascend */
    size_t n_steps;
    size_t n_steps_max;
    skr_track_step *merged; /* scratch, as long */
    size_t n_merged_max;
    skr_track_person_step *people;
    size_t n_people;
    size_t n_people_max;
    uint32_t *n_called; /* of each individual: samples called by class, and of any class */
};

/* Finds out of which slots the segments have no individuals in common. Errors: NOMEM. */
SKR_MUST_USE int skr_track_who_find_apart(skr_track *track, skr_err *err);

/* Of the cursors of one dataset, who counts on the contig that was entered, and how many genomes
 * they have. Errors: CORRUPT, IO, NOMEM. */
SKR_MUST_USE int skr_track_who_enter(skr_track *track, uint32_t slot, skr_err *err);

#endif
