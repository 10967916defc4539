/*
 * genomes.h - who has a genome: the people of the samples of a segment that count.
 */
#ifndef SKR_STORAGE_GENOMES_H
#define SKR_STORAGE_GENOMES_H

#include <stdint.h>

#include "storage/base/err.h"
#include "storage/manifest.h"
#include "storage/segment/segment.h"

/*
 * Adds to people, a bitmap, everybody who has a sample in the segment that no tombstone of its
 * entry names. The samples' individuals must be below the bits of the map. Errors: CORRUPT, IO,
 * NOMEM.
 */
SKR_MUST_USE int skr_genomes_mark(const skr_segment_entry *entry, const skr_segment *segment,
                                  uint64_t *people, skr_err *err);

#endif
