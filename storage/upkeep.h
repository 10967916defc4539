/*
 * upkeep.h - work beside the writer: making files of a store while others write and read.
 *
 * Whoever keeps a store up (compaction) reads a generation like any reader, and makes new files
 * without the writer's lock, under names that no writer removes while the work goes on: they end in
 * .part. Only to publish, a transaction takes them in. The lock UPKEEP is flock's, so that it goes
 * with its holder; what a dead one left is removed by the next, or by the next writer.
 *
 * Threads: one owner.
 */
#ifndef SKR_STORAGE_UPKEEP_H
#define SKR_STORAGE_UPKEEP_H

#include "storage/store.h"

typedef struct skr_upkeep skr_upkeep;

/*
 * Takes the lock of a store that exists, and removes what is left of earlier work. The caller owns
 * *ret_upkeep. Errors: LOCKED (another process keeps the store up), MISSING, IO, NOMEM.
 */
SKR_MUST_USE int skr_upkeep_begin(const char *folder, skr_upkeep **ret_upkeep, skr_err *err);

/* A name for a new file, as skr_txn_file_name. */
void skr_upkeep_file_name(skr_upkeep *upkeep, char *name);

/* Removes files that were made and not taken in, and releases the lock. NULL is allowed. */
void skr_upkeep_end(skr_upkeep *upkeep);

/*
 * Gives a whole file of the upkeep, id, a name of the store's: from then on it is a file of the
 * transaction, which an abort removes. Errors: IO.
 */
SKR_MUST_USE int skr_upkeep_take_in(skr_upkeep *upkeep, skr_txn *txn, const char *stem,
                                    skr_file_id *id, skr_err *err);

#endif
