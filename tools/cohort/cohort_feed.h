/*
 * cohort_feed.h - the sites of a model, made by a thread of its own a little ahead of who takes
 * them. They are the same, in the same order, as the model's.
 *
 * Memory: that of the model and of some thousand sites. Threads: one owner, who makes and frees it.
 */
#ifndef SKR_TOOLS_COHORT_FEED_H
#define SKR_TOOLS_COHORT_FEED_H

#include "tools/cohort/cohort_model.h"

typedef struct cohort_feed cohort_feed;

/* The caller owns *ret_feed. Errors: USAGE, NOMEM. */
SKR_MUST_USE int cohort_feed_new(const cohort_plan *plan, cohort_feed **ret_feed, skr_err *err);

/* About how many alleles there will be. */
uint64_t cohort_feed_n_alleles(const cohort_feed *feed);

/* As cohort_model_next. */
SKR_MUST_USE int cohort_feed_next(cohort_feed *feed, const cohort_site **ret_site, skr_err *err);

/* Stops the thread and frees. NULL is allowed. */
void cohort_feed_free(cohort_feed *feed);

#endif
