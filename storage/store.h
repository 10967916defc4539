/*
 * store.h - a store directory: opening it, the writer's lock, and publishing a generation.
 *
 * Readers wait for nobody. A writer takes the lock (file LOCK), changes a copy of the manifest,
 * writes new files, and commits: all files synced, MANIFEST.new written and synced, renamed over
 * MANIFEST, folder synced. Whatever stops it before the rename leaves the store as it was; files
 * that neither the manifest names nor an older one that is held are removed by the next writer.
 *
 * An open store holds its generation: writers keep the files that it names until it is closed, and
 * so they may be opened when they are first needed. Where the file system has no locks it cannot be
 * held (skr_store_is_held): then a reader opens every file at once and keeps it, since on Linux an
 * open file outlives its name. A writer may commit in between and remove a file that the reader was
 * about to open. So whoever gets MISSING for a file compares skr_store_generation_now with the
 * generation that it read: when they differ, it closes what it has and starts again with
 * skr_store_open; when they are the same, the file is really gone.
 *
 * Threads: a store has one owner.
 */
#ifndef SKR_STORAGE_STORE_H
#define SKR_STORAGE_STORE_H

#include "storage/base/copied.h"
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

/* Do its files stay while it is open? */
bool skr_store_is_held(const skr_store *store);

/* The folder as it was opened; belongs to the store. */
const char *skr_store_folder(const skr_store *store);

/* Closes a store. NULL is allowed. */
void skr_store_close(skr_store *store);

/* The generation that a manifest on disk has right now. Errors: as skr_store_open. */
SKR_MUST_USE int skr_store_generation_now(const char *folder, uint64_t *ret_generation,
                                          skr_err *err);

/* A copy of the generation in force, to a folder that is new or empty. */
typedef struct skr_store_copy_request {
    const char *folder;
    const char *to;
    bool copies_bytes;       /* never a hard link or a clone: for a disk that may fail */
    const atomic_bool *stop; /* set: INTERRUPTED. NULL: never */
    void (*on_bytes)(void *context, uint64_t n_done, uint64_t n); /* or NULL: now and then */
    void *context;
} skr_store_copy_request;

/*
 * Makes the copy, beside a writer that may go on: files are hard links where the folders lie on one
 * file system, else clones where it can, else bytes. The copy appears whole under its name, or not
 * at all; what a process that was killed leaves is "<to>.partial", which the next copy takes over.
 * Nothing of the files' inside is checked but their size. Errors: MISSING, CORRUPT, VERSION (of
 * the store), USAGE (the folder is not empty), LOCKED (another copy to the same name), INTERRUPTED,
 * IO, NOMEM.
 */
SKR_MUST_USE int skr_store_copy(const skr_store_copy_request *request, skr_copied *ret_copied,
                                skr_err *err);

/* One change of a store, from lock to rename. */
typedef struct skr_txn skr_txn;

/*
 * Takes the writer's lock and reads the manifest; a folder that does not exist or is empty becomes
 * a store, whose manifest has generation 0 until the commit (an abort removes what was made). A
 * folder that holds foreign files and no manifest is refused. Removes files that nobody needs.
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

/* Has the commit make one catalogue of each dataset and assembly, whatever it costs. */
void skr_txn_join_all(skr_txn *txn);

/* Has the commit say in *why, which is empty before and outlives it, why a catalogue that was due
 * could not be written. */
void skr_txn_ask_why(skr_txn *txn, skr_err *why);

/*
 * Renews the catalogues and publishes the manifest with the next generation, removes files that it
 * no longer names and that no reader holds, releases the lock and frees the txn, also on failure
 * (then the store is as before). *ret_generation may be NULL. Errors: IO, LIMIT, NOMEM.
 */
SKR_MUST_USE int skr_txn_commit(skr_txn *txn, uint64_t *ret_generation, skr_err *err);

/*
 * Removes files that neither the manifest names nor anybody holds, unless a writer is at work, who
 * does the same. Of a store that is there. Errors: as skr_txn_begin, but for LOCKED.
 */
SKR_MUST_USE int skr_store_tidy(const char *folder, skr_err *err);

/* Gives the change up: removes the files that it made, releases the lock, frees. NULL is allowed.
 */
void skr_txn_abort(skr_txn *txn);

#endif
