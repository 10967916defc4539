/*
 * age_range.h - ages as files say them: durations, ranges, groups, classes of onset, dates.
 *
 * Threads: no state.
 */
#ifndef SKR_INDEX_PEOPLE_AGE_RANGE_H
#define SKR_INDEX_PEOPLE_AGE_RANGE_H

#include <stdbool.h>

#include "index/people/people.h"

/*
 * Reads an age: what skr_age_parse reads, with a unit in words ("6 months"), a range ("30-40",
 * "P30Y/P40Y", "[30,40)"), an open one (">=18", "<18", "65+"), or a duration from a day of birth
 * ("1967-11-21/P40Y"). A strict or round end is the next number beside it. False: none of these.
 */
bool skr_age_range_parse(const char *text, skr_age *ret_age);

/* The ages that a class of onset, or of age, is defined by, by its CURIE (HP:0003581: 16 years or
 * later); what is before birth is up to 0. False: a class without ages, or no class. */
bool skr_age_of_class(const char *curie, skr_age *ret_age);

/* How old somebody born on one day is on another, in years; times of day are passed over. False:
 * one is no full date (YYYY-MM-DD...), or birth is the later. */
bool skr_age_on_date(const char *birth, const char *date, double *ret_years);

#endif
