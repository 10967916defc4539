/*
 * upkeep.c - work beside the writer, from its lock to the files that a transaction takes in.
 */
#include "storage/upkeep.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/store_int.h"

/* A writer that begins holds the lock for a moment, to see whether somebody else does. */
#define LOCK_TRIES 50
#define LOCK_PAUSE_NS 20000000

struct skr_upkeep {
    char *folder;
    int folder_fd;
    int lock_fd;
    uint64_t n_files;
};

/* ------------------------------------------------------------------ beginning and ending */

static int begin(skr_upkeep *upkeep, skr_err *err)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
    upkeep->folder_fd = open(upkeep->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (upkeep->folder_fd < 0)
        return skr_fail(err, errno == ENOENT ? SKR_ERR_MISSING : SKR_ERR_IO, "%s: cannot open: %s",
                        upkeep->folder, strerror(errno));
    for (unsigned i = 0; i < LOCK_TRIES; i++) {
        SKR_TRY(skr_upkeep_try_lock(upkeep->folder_fd, upkeep->folder, &upkeep->lock_fd, err));
        if (upkeep->lock_fd >= 0) {
            skr_upkeep_remove_parts(upkeep->folder_fd);
            return SKR_OK;
        }
        (void)nanosleep(&pause, NULL);
    }
    return skr_fail(err, SKR_ERR_LOCKED,
                    "%s: another process is compacting; try again when it is done", upkeep->folder);
}

int skr_upkeep_begin(const char *folder, skr_upkeep **ret_upkeep, skr_err *err)
{
    skr_upkeep *upkeep = calloc(1, sizeof *upkeep);
    if (upkeep == NULL)
        return skr_fail_nomem(err, folder);
    upkeep->folder_fd = -1;
    upkeep->lock_fd = -1;
    upkeep->folder = strdup(folder);
    int status = upkeep->folder == NULL ? skr_fail_nomem(err, folder) : begin(upkeep, err);
    if (status != SKR_OK) {
        skr_upkeep_end(upkeep);
        return status;
    }
    *ret_upkeep = upkeep;
    return SKR_OK;
}

void skr_upkeep_end(skr_upkeep *upkeep)
{
    if (upkeep == NULL)
        return;
    if (upkeep->lock_fd >= 0) {
        skr_upkeep_remove_parts(upkeep->folder_fd);
        (void)close(upkeep->lock_fd);
    }
    if (upkeep->folder_fd >= 0)
        (void)close(upkeep->folder_fd);
    free(upkeep->folder);
    free(upkeep);
}

void skr_upkeep_file_name(skr_upkeep *upkeep, char *name)
{
    int n = snprintf(name, SKR_FILE_NAME_MAX, "upkeep-%" PRIu64 "%s", ++upkeep->n_files,
                     SKR_STORE_PART_END);
    SKR_CHECK(n > 0 && n < SKR_FILE_NAME_MAX);
}

int skr_upkeep_take_in(skr_upkeep *upkeep, skr_txn *txn, const char *stem, skr_file_id *id,
                       skr_err *err)
{
    char name[SKR_FILE_NAME_MAX];
    skr_txn_file_name(txn, stem, name);
    if (renameat(upkeep->folder_fd, id->name, upkeep->folder_fd, name) < 0)
        return skr_fail(err, SKR_ERR_IO, "%s/%s: cannot rename: %s", upkeep->folder, id->name,
                        strerror(errno));
    memcpy(id->name, name, sizeof name);
    return SKR_OK;
}
