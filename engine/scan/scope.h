/*
 * scope.h - what a scan is about: the plan, the datasets and whom they count, and what its parts
 * note on the way. The same for all parts of a scan; all layers of it see this and no more of it.
 */
#ifndef SKR_ENGINE_SCAN_SCOPE_H
#define SKR_ENGINE_SCAN_SCOPE_H

#include <stdint.h>

#include "engine/plan/plan.h"
#include "engine/scan/name_note.h"

/* One dataset of a scan. */
typedef struct skr_slot {
    uint32_t dataset;       /* index in the manifest */
    const uint64_t *cohort; /* individuals who are counted; NULL: everybody */
} skr_slot;

/* How the alleles of a slot that were judged by af were covered. */
typedef struct skr_af_doubt {
    uint64_t n_genomes;
    uint64_t half[SKR_N_PLOIDIES]; /* of the copies of them all, rounded up: less of AN is low */
    skr_af_seen seen;
} skr_af_doubt;

typedef struct skr_scan_scope {
    const skr_plan *plan;
    const skr_access *access;
    const skr_slot *slots;
    uint32_t n_slots;
    bool wants_silent;     /* datasets without a row matter too: their AN counts */
    bool warns_unassessed; /* a name that no record names, where nobody was called, is told */
    skr_af_doubt *doubts;  /* of each slot, where af is asked; NULL: it is not */
    skr_named_note *notes; /* of each name of the plan, where there are warnings; or NULL */
} skr_scan_scope;

/* A window of one contig. */
typedef struct skr_morsel {
    uint32_t contig;
    uint32_t window;
    uint32_t from0; /* starts of alleles that matter lie in [from0, to0) */
    uint32_t to0;
    uint32_t end_above0; /* tiles whose rows all end at or before it do not matter */
} skr_morsel;

#endif
