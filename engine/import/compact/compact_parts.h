/*
 * compact_parts.h - of which deliveries a merged segment is.
 */
#ifndef SKR_ENGINE_IMPORT_COMPACT_COMPACT_PARTS_H
#define SKR_ENGINE_IMPORT_COMPACT_COMPACT_PARTS_H

#include "storage/manifest.h"

/*
 * Adds the parts of a segment that was merged to those of what came out. numbers: of each of its
 * samples in the merged segment, SKR_NONE: left out. A delivery of which no sample is left is no
 * part; what tombstones took from the others is left out of theirs. Errors: NOMEM.
 */
SKR_MUST_USE int skr_compact_parts_add(const skr_manifest *manifest,
                                       const skr_segment_entry *segment, const uint32_t *numbers,
                                       skr_segment_entry *merged, skr_err *err);

/* Frees the parts. */
void skr_compact_parts_done(skr_segment_entry *merged);

#endif
