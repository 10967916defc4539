/*
 * similarity_level.h - how alike terms have to be, in words; index/ontology/similarity.h measures
 * it.
 *
 * Threads: no state.
 */
#ifndef SKR_INDEX_TERMS_SIMILARITY_LEVEL_H
#define SKR_INDEX_TERMS_SIMILARITY_LEVEL_H

typedef enum skr_similarity {
    SKR_SIMILARITY_HIGH,   /* 0.8 and more */
    SKR_SIMILARITY_MEDIUM, /* 0.6 */
    SKR_SIMILARITY_LOW,    /* 0.4 */
    SKR_N_SIMILARITIES,
} skr_similarity;

/* "high", "medium", "low"; constants. */
const char *skr_similarity_name(skr_similarity level);

/* How alike a term has to be. */
double skr_similarity_least(skr_similarity level);

#endif
