/*
 * effect.h - what a variant does to a transcript: terms of the Sequence Ontology, the words that
 * programs of annotation have for them, and how grave they are.
 *
 * The terms are built in, so that a question means the same in every store.
 */
#ifndef SKR_INDEX_EFFECTS_EFFECT_H
#define SKR_INDEX_EFFECTS_EFFECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/suggest.h"

/* From the least to the gravest; stored. */
typedef enum skr_impact {
    SKR_IMPACT_UNKNOWN,
    SKR_IMPACT_MODIFIER,
    SKR_IMPACT_LOW,
    SKR_IMPACT_MODERATE,
    SKR_IMPACT_HIGH,
    SKR_N_IMPACTS,
} skr_impact;

/*
 * The number of a term: by its name, where case, and whether a blank, `_` or `-` stands between
 * words, make no difference; by its id (SO:0001583); by a former name; or by a word of bcftools csq
 * (missense). SKR_NONE: it is none.
 */
uint32_t skr_effect_find(const char *text, size_t n);

/* How many terms there are: numbers are below it. */
uint32_t skr_effect_count(void);

/* The name of a term, and the number in its id: SO:0001583 is 1583. */
const char *skr_effect_name(uint32_t number);
uint32_t skr_effect_so(uint32_t number);

/* The impact that programs of annotation give a term. */
skr_impact skr_effect_impact(uint32_t number);

/* Is a term another one, or a descendant of it? */
bool skr_effect_is_a(uint32_t number, uint32_t above);

/* Offers the names of all terms. */
void skr_effect_offer(skr_suggest *suggest);

/* An impact by its word, in any case; SKR_IMPACT_UNKNOWN: it is none. */
skr_impact skr_effect_impact_find(const char *text, size_t n);

/* The word of an impact: "high"; of SKR_IMPACT_UNKNOWN "". */
const char *skr_effect_impact_name(skr_impact impact);

#endif
