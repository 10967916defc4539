/*
 * store.h - a store directory: opening it, the writer's lock, and publishing a generation.
 *
 * Readers need no lock: they hold the manifest that they read and the files that they opened. A
 * writer takes the lock (file LOCK), changes a copy of the manifest, writes new files, and commits:
 * all files synced, MANIFEST.new written and synced, renamed over MANIFEST, folder synced. Whatever
 * stops it before the rename leaves the store as it was; files that no manifest names are removed
 * by the next writer.
 *
 * A reader opens every file of a generation right after it has read the manifest; from then on it
 * keeps them, since on Linux an open file outlives its name. A writer may commit in between and
 * remove a file that the reader was about to open. So whoever gets MISSING for a file compares
 * skr_store_generation_now with the generation that it read: when they differ, it closes what it
 * has and starts again with skr_store_open; when they are the same, the file is really gone.
 *
 * Threads: a store has one owner.
 */
#ifndef SKR_STORAGE_STORE_H
#define SKR_STORAGE_STORE_H

#include "storage/base/err.h"
#include "storage/block/block_file.h"
#include "storage/manifest.h"
#include <stdatomic.h>

typedef struct skr_store skr_store;

/*
 * Opens the store in the folder and reads its manifest. The caller owns *ret_store.
 * Errors: MISSING (no store there; says how to make one), CORRUPT, VERSION, IO, NOMEM.
 */
SKR_MUST_USE int skr_store_open(const char *folder, skr_store **ret_store, skr_err *err);

/* The manifest that was read; belongs to the store. */
const skr_manifest *skr_store_manifest(const skr_store *store);

/* The folder as it was opened; belongs to the store. */
const char *skr_store_folder(const skr_store *store);

/* Closes a store. NULL is allowed. */
void skr_store_close(skr_store *store);

/* The generation that a manifest on disk has right now. Errors: as skr_store_open. */
SKR_MUST_USE int skr_store_generation_now(const char *folder, uint64_t *ret_generation,
                                          skr_err *err);

/* One change of a store, from lock to rename. */
typedef struct skr_txn skr_txn;

/*
 * Takes the writer's lock and reads the manifest; a folder that does not exist or is empty becomes
 * a store, whose manifest has generation 0 until the commit (an abort removes what was made). A
 * folder that holds foreign files and no manifest is refused. Removes files that no manifest names.
 * The caller owns *ret_txn and ends it with commit or abort. Errors: LOCKED (names the holder's
 * process), CORRUPT, VERSION, MISSING (files of a store without its manifest), USAGE (foreign
 * folder), IO, NOMEM.
 */
SKR_MUST_USE int skr_txn_begin(const char *folder, skr_txn **ret_txn, skr_err *err);

/* How long another writer is waited for, and what is done meanwhile. */
typedef struct skr_txn_wait {
    double seconds;          /* 0: not at all; HUGE_VAL: as long as it takes */
    const atomic_bool *stop; /* set: INTERRUPTED. NULL: never */
    void (*on_wait)(void *); /* or NULL; some ten times a second */
    void *context;
} skr_txn_wait;

/* The same; while another process writes, it is tried again. Errors: as above; INTERRUPTED. */
SKR_MUST_USE int skr_store_wait_begin(const char *folder, const skr_txn_wait *wait,
                                      skr_txn **ret_txn, skr_err *err);

/* The manifest to be published: change it freely. Belongs to the txn. */
skr_manifest *skr_txn_manifest(skr_txn *txn);

/* The folder of the store; belongs to the txn. */
const char *skr_txn_folder(const skr_txn *txn);

/*
 * A name for a new file: "<stem>-<number>.skr". name has room for SKR_FILE_NAME_MAX bytes.
 * skr_block_writer_new makes the file in skr_txn_folder.
 */
void skr_txn_file_name(skr_txn *txn, const char *stem, char *name);

/*
 * A path for a scratch file, removed at commit, at abort, and by the next writer after a crash.
 * The caller frees *ret_path. Errors: NOMEM.
 */
SKR_MUST_USE int skr_txn_scratch_path(skr_txn *txn, char **ret_path, skr_err *err);

/*
 * Publishes the manifest with the next generation, removes files that it no longer names, releases
 * the lock and frees the txn, also on failure (then the store is as before). *ret_generation may be
 * NULL. Errors: IO, LIMIT, NOMEM.
 */
SKR_MUST_USE int skr_txn_commit(skr_txn *txn, uint64_t *ret_generation, skr_err *err);

/* Gives the change up: removes the files that it made, releases the lock, frees. NULL is allowed.
 */
void skr_txn_abort(skr_txn *txn);

#endif
