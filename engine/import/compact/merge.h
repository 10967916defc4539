/*
 * merge.h - several segments of one dataset and assembly made into one, or one made anew.
 *
 * What the new segment says is what those say that go in, without the samples that tombstones name,
 * row by row and base by base: as if their deliveries had come as one. Samples of one name and one
 * individual become one sample. Memory does not depend on how long the segments are.
 *
 * Threads: one owner.
 */
#ifndef SKR_ENGINE_IMPORT_COMPACT_MERGE_H
#define SKR_ENGINE_IMPORT_COMPACT_MERGE_H

#include "engine/import/face/import.h"
#include "index/contigs/assembly.h"
#include "index/people/people.h"
#include "storage/manifest.h"
#include "storage/segment/segment.h"

typedef struct skr_merge skr_merge;

typedef struct skr_merge_request {
    const char *folder;
    const char *name; /* of the file to be made */
    const skr_manifest *manifest;
    const skr_people *people; /* names of samples that are ids */
    const uint32_t *segments; /* numbers in the manifest, of one dataset and assembly */
    uint32_t n_segments;
    /* Is called now and then with the bytes read so far and the rows written of those expected, or
     * NULL. A negative status ends the merge. */
    int (*on_step)(void *context, uint64_t n_bytes_read, uint64_t n_rows, uint64_t n_rows_all,
                   skr_err *err);
    void *context;
} skr_merge_request;

typedef struct skr_merge_result {
    skr_file_id file; /* name "": of all samples none was left, and no file was made */
    uint32_t n_samples;
    uint64_t n_rows;
    uint64_t n_bytes_read;
    uint32_t **numbers; /* by segment and its samples: in the merged one; SKR_NONE: left out */
    uint32_t n_numbers;
} skr_merge_result;

/*
 * Merges. The request is used until the call returns. *ret_result is freed with
 * skr_merge_result_done. Errors: CORRUPT, MISSING, VERSION of the files; IO, NOMEM, LIMIT; what
 * on_step returns.
 */
SKR_MUST_USE int skr_merge_segments(const skr_merge_request *request, skr_merge_result *ret_result,
                                    skr_err *err);
void skr_merge_result_done(skr_merge_result *result);

#endif
