/*
 * effect_int.h - the table of terms, ascending by the number in the id.
 */
#ifndef SKR_INDEX_EFFECTS_EFFECT_INT_H
#define SKR_INDEX_EFFECTS_EFFECT_INT_H

#include "index/effects/effect.h"

#define SKR_EFFECT_PARENTS_MAX 3

typedef struct skr_effect_row {
    uint32_t so;
    const char *name;
    skr_impact impact;
    uint32_t parents[SKR_EFFECT_PARENTS_MAX]; /* 0 after the last */
} skr_effect_row;

extern const skr_effect_row skr_effect_rows[];
extern const uint32_t skr_effect_n_rows;

#endif
