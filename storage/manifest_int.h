/*
 * manifest_int.h - what the files of the manifest share.
 */
#ifndef SKR_STORAGE_MANIFEST_INT_H
#define SKR_STORAGE_MANIFEST_INT_H

#include "storage/manifest.h"

/* Makes room for one more after n elements; the caller writes it and counts it. Errors: NOMEM,
 * LIMIT.
 */
SKR_MUST_USE int skr_manifest_grow(void **list, uint32_t n, size_t size, skr_err *err);

/* n elements of a list in memory of their own; NULL for none. Errors: NOMEM. */
SKR_MUST_USE int skr_manifest_copy_list(const void *list, uint32_t n, size_t size, void **ret_copy,
                                        skr_err *err);

/* Frees what an entry holds. */
void skr_manifest_segment_done(skr_segment_entry *segment);

#endif
