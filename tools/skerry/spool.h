/*
 * spool.h - a folder into which others drop files, each of which is taken once.
 *
 * A file that was taken goes to the folder's "done", one that was refused to its "refused", with
 * the reason in NAME.reason.txt beside it; what goes with a file (its index, NAME.sha256,
 * NAME.samples.tsv) goes along. A file that changed a short while ago is left for the next run,
 * since it may not be whole. Whatever stops a run between a file and its move, the next run finds
 * the file again, and the store finds that it has it.
 */
#ifndef SKR_TOOLS_SPOOL_H
#define SKR_TOOLS_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/err.h"

/* Files younger than this are left, unless another time is given. */
#define SKR_SPOOL_SETTLE_S 60.0

/* A file that waits. Names belong to the spool. */
typedef struct skr_spooled {
    const char *name;      /* in the folder */
    const char *path;      /* folder and name */
    const char *sheet;     /* NAME.samples.tsv, or NULL */
    const char *checksums; /* NAME.sha256, or NULL */
} skr_spooled;

/* Takes one file. Returns SKR_OK, or the status with which it was refused: INPUT, NOT_YET: it is
 * the file's fault; with any other the run ends, and the file stays. */
typedef int (*skr_spool_fn)(void *context, const skr_spooled *file, skr_err *err);

typedef struct skr_spool_result {
    uint64_t n_taken;
    uint64_t n_refused;
    uint64_t n_young; /* left, because they may not be whole */
} skr_spool_result;

/*
 * Takes the files of the folder in the order of their names. Names that begin with "." or end as
 * those of unfinished files do (.part, .partial, .tmp, .filepart) and folders are passed over.
 * Errors: USAGE (no such folder), LOCKED (another run is at work there), IO, NOMEM; those with
 * which take ended the run.
 */
SKR_MUST_USE int skr_spool_run(const char *folder, double settle_s, skr_spool_fn take,
                               void *context, skr_spool_result *ret_result, skr_err *err);

#endif
