/*
 * segment_track_int.h - spans that lie over each other, added up as wholes.
 */
#ifndef SKR_STORAGE_SEGMENT_SEGMENT_TRACK_INT_H
#define SKR_STORAGE_SEGMENT_SEGMENT_TRACK_INT_H

#include "storage/base/limits.h"
#include "storage/segment/segment_track.h"

/* A span that holds at the base where a sweep stands. */
typedef struct skr_track_held {
    uint32_t end0;
    uint8_t ploidy;
    bool is_entered; /* sample by sample */
    skr_call_set set;
} skr_track_held;

/* So many spans are added up as wholes at most. */
#define SKR_TRACK_SUM_MAX 16u

/* Adds a sample of a class with so many called copies, n_times 1 or -1. */
static inline void skr_track_sum_count(skr_track_sum *sum, uint8_t class, unsigned copies,
                                       int n_times)
{
    if (class == SKR_TRACK_NONE || copies == 0)
        return;
    sum->n_copies[class] += (uint64_t)((int64_t)copies * n_times);
    sum->n_called[class] += (uint32_t)n_times;
}

/* How many samples a span names one by one. */
static inline uint64_t skr_track_sum_n_listed(const skr_track_held *held)
{
    return (uint64_t)held->set.n_flips + held->set.n_exceptions;
}

/* Who is counted: by class, or as many as there are in a bitmap, which are of class 0. */
typedef struct skr_track_who {
    const uint8_t *classes;  /* of each sample; NULL: all of one */
    const uint64_t *bits;    /* without classes: who counts; NULL: everybody */
    const uint8_t *expected; /* copies of each sample in the ploidy of the spans */
} skr_track_who;

/*
 * What n spans of one ploidy say together, 1 to SKR_TRACK_SUM_MAX of them: each sample is called
 * with the least. whole: the sums if everybody was called as expected. Costs n steps for each
 * sample that a span names.
 */
skr_track_sum skr_track_sum_of(const skr_track_held *held, size_t n, const skr_track_who *who,
                               const skr_track_sum *whole);

#endif
