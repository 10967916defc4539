/*
 * store_int.h - what reading and changing a store have in common.
 */
#ifndef SKR_STORAGE_STORE_INT_H
#define SKR_STORAGE_STORE_INT_H

#include "storage/store.h"

#define SKR_STORE_MANIFEST "MANIFEST"
#define SKR_STORE_MANIFEST_NEW "MANIFEST.new"
#define SKR_STORE_MANIFEST_OLD "MANIFEST." /* and its generation */
#define SKR_STORE_LOCK "LOCK"
#define SKR_STORE_FILE_END ".skr"
#define SKR_STORE_SCRATCH_END ".tmp"
#define SKR_STORE_UPKEEP_LOCK "UPKEEP"
#define SKR_STORE_PART_END ".part"

/* Does a name end so? */
bool skr_store_name_ends(const char *name, const char *end);

/* Writes all of the bytes. Returns 0, or -1 with errno set. */
int skr_store_write_all(int fd, const uint8_t *bytes, size_t n);

/* Is this the name of a manifest that was in force? */
bool skr_store_name_is_old(const char *name);

/* Which names a folder holds. */
typedef struct skr_store_names {
    bool has_manifest;
    bool has_store_files; /* *.skr */
    bool has_foreign;     /* what no writer of ours makes */
} skr_store_names;

/* What is in the folder. Errors: IO. */
SKR_MUST_USE int skr_store_look(int folder_fd, const char *folder, skr_store_names *ret_names,
                                skr_err *err);

/* Tries for the lock of upkeep (upkeep.h). *ret_fd: the lock, held; -1: somebody else holds it.
 * Errors: IO. */
SKR_MUST_USE int skr_upkeep_try_lock(int folder_fd, const char *folder, int *ret_fd, skr_err *err);

/* Removes all files of upkeep, whose lock is held. */
void skr_upkeep_remove_parts(int folder_fd);

/* Removes what is left of upkeep that was stopped; nothing while somebody is at it. */
void skr_upkeep_tidy(int folder_fd);

/* Reads the manifest as it is, of generation 0 too. Errors: MISSING, CORRUPT, VERSION, IO, NOMEM.
 */
SKR_MUST_USE int skr_store_read_manifest(int folder_fd, const char *folder,
                                         skr_manifest **ret_manifest, skr_err *err);

/* The two halves of it: opens the manifest; reads one that is open. name: for messages. */
SKR_MUST_USE int skr_store_open_manifest(int folder_fd, const char *folder, int *ret_fd,
                                         skr_err *err);
SKR_MUST_USE int skr_store_decode_manifest(int fd, const char *name, skr_manifest **ret_manifest,
                                           skr_err *err);

/* ------------------------------------------------------------------ generations that are read */

typedef enum skr_store_hold {
    SKR_HOLD_TAKEN,      /* its files stay until the descriptor is closed */
    SKR_HOLD_TOO_LATE,   /* a newer one is there, or is just being published */
    SKR_HOLD_IMPOSSIBLE, /* this file system has no locks */
} skr_store_hold;

/* Holds the generation whose manifest was opened. */
skr_store_hold skr_store_hold_take(int folder_fd, int manifest_fd);

/* Gives the manifest in force its second name, by which it is found while it is held. <0: errno. */
int skr_store_hold_name(int folder_fd, uint64_t generation);

/* What older generations name that somebody still reads. Zeroed at first. */
typedef struct skr_store_held {
    skr_manifest **manifests;
    size_t n;
    size_t n_max;
    bool is_anything; /* one cannot be read: it may name any file */
} skr_store_held;

/* Finds them; the second names of those that nobody reads are removed. Errors: IO, NOMEM. */
SKR_MUST_USE int skr_store_hold_find(int folder_fd, skr_store_held *held, skr_err *err);

/* Is a file among them? Errors: NOMEM. */
SKR_MUST_USE int skr_store_hold_has(const skr_store_held *held, const char *name, bool *ret_has,
                                    skr_err *err);
void skr_store_hold_done(skr_store_held *held);

#endif
