/*
 * store_int.h - what reading and changing a store have in common.
 */
#ifndef SKR_STORAGE_STORE_INT_H
#define SKR_STORAGE_STORE_INT_H

#include "storage/store.h"

#define SKR_STORE_MANIFEST "MANIFEST"
#define SKR_STORE_MANIFEST_NEW "MANIFEST.new"
#define SKR_STORE_LOCK "LOCK"
#define SKR_STORE_FILE_END ".skr"
#define SKR_STORE_SCRATCH_END ".tmp"

/* Does a name end so? */
bool skr_store_name_ends(const char *name, const char *end);

/* Which names a folder holds. */
typedef struct skr_store_names {
    bool has_manifest;
    bool has_store_files; /* *.skr */
    bool has_foreign;     /* what no writer of ours makes */
} skr_store_names;

/* What is in the folder. Errors: IO. */
SKR_MUST_USE int skr_store_look(int folder_fd, const char *folder, skr_store_names *ret_names,
                                skr_err *err);

/* Reads the manifest as it is, of generation 0 too. Errors: MISSING, CORRUPT, VERSION, IO, NOMEM.
 */
SKR_MUST_USE int skr_store_read_manifest(int folder_fd, const char *folder,
                                         skr_manifest **ret_manifest, skr_err *err);

#endif
