/*
 * genotype_scan_int.h - what the scans share.
 */
#ifndef SKR_ENGINE_IMPORT_GENOTYPES_GENOTYPE_SCAN_INT_H
#define SKR_ENGINE_IMPORT_GENOTYPES_GENOTYPE_SCAN_INT_H

#include "engine/import/genotypes/genotype_scan.h"

/* A number is below the limit when it is above `missing` and not above `highest`. */
typedef struct skr_low_bounds {
    int32_t missing;
    int32_t highest;
    float limit; /* of floats: below this */
} skr_low_bounds;

/* The bounds of the numbers of a type that are below limit, 0 or more. */
skr_low_bounds skr_genotype_scan_bounds(skr_value_type type, double limit);

/* How pairs are written: one has a bar or has none, and others may be otherwise. */
static inline unsigned skr_written_of(bool has_bar, bool is_otherwise)
{
    unsigned one = has_bar ? SKR_WRITTEN_BAR : SKR_WRITTEN_SLASH;
    return is_otherwise ? SKR_WRITTEN_BAR | SKR_WRITTEN_SLASH : one;
}

#endif
