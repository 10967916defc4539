/*
 * compact.h - the segments of a store made fewer, and what nobody counts any more taken out of its
 * files.
 *
 * Nothing that is answered changes. Each merge is a generation of its own: whatever stops a
 * compaction, the merges that are done stay, and the store is as they left it. Others may read and
 * write meanwhile; the writer's lock is held only while a merge is published.
 *
 * Threads: one compaction at a time in a store (a lock of its own).
 */
#ifndef SKR_ENGINE_IMPORT_FACE_COMPACT_H
#define SKR_ENGINE_IMPORT_FACE_COMPACT_H

#include "engine/import/face/import.h"

/* So many segments of about one size are merged into one. */
#define SKR_COMPACT_FAN_IN 16u

typedef struct skr_compact_request {
    const char *store;
    const char *dataset; /* NULL: all */
    bool is_into_one;    /* all segments of a dataset and assembly, whatever their sizes */
    bool waits_till_due; /* who has withdrawn is taken out when that is due within a week, or when a
                            segment is merged anyway; else at once */
    uint32_t memory_mib; /* beside what samples need; 0: 512 */
    double bandwidth; /* bytes a second that are read and written at most; 0: as many as can be */
    double wait_s;    /* for a writer, when a merge is to be published */
    skr_watch watch;
} skr_compact_request;

typedef struct skr_compact_result {
    uint64_t generation; /* in force afterwards */
    uint64_t n_merges;
    uint64_t n_segments_before;
    uint64_t n_segments_after;
    uint64_t n_bytes_before; /* of segments */
    uint64_t n_bytes_after;
    uint64_t n_bytes_read;
    uint64_t n_bytes_written;
    uint64_t n_lost; /* merges that a change of their segments meanwhile made useless */
} skr_compact_result;

/*
 * Compacts. *ret_result is filled on failure too, with what was done. Errors: MISSING, CORRUPT,
 * VERSION, LOCKED (another compaction, or a writer for longer than wait_s), USAGE (no such
 * dataset), INTERRUPTED, IO, NOMEM, LIMIT.
 */
SKR_MUST_USE int skr_compact_store(const skr_compact_request *request,
                                   skr_compact_result *ret_result, skr_err *err);

#endif
