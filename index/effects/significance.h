/*
 * significance.h - what an allele means for health, in the words of ClinVar.
 */
#ifndef SKR_INDEX_EFFECTS_SIGNIFICANCE_H
#define SKR_INDEX_EFFECTS_SIGNIFICANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/base/suggest.h"

#define SKR_SIGNIFICANCE_MAX 128

/*
 * The one spelling of a word: lower case, `_` between its parts ("Likely pathogenic" is
 * likely_pathogenic); a number of older releases (5) becomes its word, and a former word the one in
 * use. ret has room for SKR_SIGNIFICANCE_MAX. False: it is empty, or too long.
 */
bool skr_significance_read(const char *text, size_t n, char *ret);

/* Is a word, as it was read, one that ClinVar has? */
bool skr_significance_is_known(const char *word);

/* Offers the words that ClinVar has. */
void skr_significance_offer(skr_suggest *suggest);

#endif
