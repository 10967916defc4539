/*
 * age.h - ages as people write them.
 */
#ifndef SKR_INDEX_PEOPLE_AGE_H
#define SKR_INDEX_PEOPLE_AGE_H

#include <stdbool.h>

/*
 * Reads an age: an ISO 8601 duration (P65Y, P6M, P1Y2M3D, P3W) or a number of years. A year has
 * 365.25 days, a month a twelfth of it. False when it is neither.
 */
bool skr_age_parse(const char *text, double *ret_years);

#endif
