/*
 * similarity_level.c - the levels of similarity and their thresholds.
 */
#include "index/terms/similarity_level.h"

#include "storage/base/check.h"

static const struct {
    const char *name;
    double least;
} levels[SKR_N_SIMILARITIES] = {{"high", 0.8}, {"medium", 0.6}, {"low", 0.4}};

const char *skr_similarity_name(skr_similarity level)
{
    SKR_CHECK(level < SKR_N_SIMILARITIES);
    return levels[level].name;
}

double skr_similarity_least(skr_similarity level)
{
    SKR_CHECK(level < SKR_N_SIMILARITIES);
    return levels[level].least;
}
