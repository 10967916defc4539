/*
 * tally_people.c - carriers as individuals, each once.
 */
#include <stdlib.h>

#include "engine/scan/tally.h"
#include "storage/base/check.h"

static int compare_found(const void *a, const void *b)
{
    const skr_carrier *x = a;
    const skr_carrier *y = b;
    if (x->individual != y->individual)
        return x->individual < y->individual ? -1 : 1;
    if (x->n_this != y->n_this)
        return x->n_this > y->n_this ? -1 : 1;
    return (int)x->zygosity - (int)y->zygosity;
}

void skr_tally_people(skr_carrier *found, size_t n, skr_tally *tally)
{
    uint32_t n_by[4] = {0};
    if (n > 0)
        qsort(found, n, sizeof *found, compare_found);
    tally->n_carriers = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && found[i].individual == found[i - 1].individual)
            continue;
        tally->n_carriers++;
        n_by[found[i].zygosity & 3]++;
    }
    SKR_CHECK(n_by[SKR_HET] + n_by[SKR_HOM] + n_by[SKR_HEMI] + n_by[SKR_PARTIAL] ==
              tally->n_carriers);
    tally->n_het = n_by[SKR_HET];
    tally->n_hom = n_by[SKR_HOM];
    tally->n_hemi = n_by[SKR_HEMI];
    tally->n_partial = n_by[SKR_PARTIAL];
}
