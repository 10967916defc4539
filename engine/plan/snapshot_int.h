/*
 * snapshot_int.h - what the parts of opening a snapshot share.
 */
#ifndef SKR_ENGINE_PLAN_SNAPSHOT_INT_H
#define SKR_ENGINE_PLAN_SNAPSHOT_INT_H

#include "engine/plan/snapshot.h"

/* What a snapshot is opened with. */
typedef struct skr_snapshot_with {
    const char *folder;
    skr_open_files *files;
    const skr_snapshot *before;
    uint32_t next_before; /* the segment of `before` that is looked at first */
} skr_snapshot_with;

/* Opens catalogues, and the segments that are in none. Errors: as skr_snapshot_open. */
SKR_MUST_USE int skr_snapshot_segments_open(skr_snapshot *snapshot, skr_snapshot_with *with,
                                            skr_err *err);

/* Closes them, also where opening failed. */
void skr_snapshot_segments_done(skr_snapshot *snapshot);

#endif
