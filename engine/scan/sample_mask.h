/*
 * sample_mask.h - which samples of a segment count on one contig.
 */
#ifndef SKR_ENGINE_SCAN_SAMPLE_MASK_H
#define SKR_ENGINE_SCAN_SAMPLE_MASK_H

#include <stdint.h>

#include "engine/plan/snapshot.h"
#include "storage/carriers/bits.h"
#include "storage/manifest.h"
#include "storage/segment/segment.h"

typedef struct skr_sample_mask {
    uint64_t *bits;     /* owner; as large as the segment; NULL until it is needed */
    skr_sample_set set; /* its bits are those above, or NULL when it is every sample */
} skr_sample_mask;

/* Does somebody count on some other contig, or nowhere? */
bool skr_sample_mask_is_needed(const skr_segment_entry *entry, uint32_t contig);

/*
 * Fills in those of a segment who live: who were neither replaced nor withdrawn on the contig.
 * serial: as in skr_sample_set. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_sample_mask_live(const skr_segment *segment, const skr_segment_entry *entry,
                                      uint32_t contig, uint64_t serial, skr_sample_mask *mask,
                                      skr_err *err);

/*
 * The same of segment `number` that a snapshot asks, where the snapshot keeps it once it was found;
 * then the mask owns no bits, and the serial is another. Errors: CORRUPT, IO, NOMEM.
 */
SKR_MUST_USE int skr_sample_mask_find(const skr_snapshot *snapshot, uint32_t number,
                                      uint32_t contig, uint64_t serial, skr_sample_mask *mask,
                                      skr_err *err);

/* Fills in those of `live` who are among people (n_people bits). Errors: as above. */
SKR_MUST_USE int skr_sample_mask_cohort(const skr_segment *segment,
                                        const skr_individuals *individuals,
                                        const skr_sample_set *live, const uint64_t *people,
                                        uint32_t n_people, uint64_t serial, skr_sample_mask *mask,
                                        skr_err *err);

/* Is this sample among those of a set? */
static inline bool skr_sample_set_has(const skr_sample_set *set, uint32_t sample)
{
    return set->bits == NULL || skr_bits_has(set->bits, sample);
}

#endif
