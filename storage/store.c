/*
 * store.c - opens a store for reading.
 *
 * A manifest of generation 0 marks a folder whose first writer has not committed, or was killed:
 * for readers there is no store yet.
 */
#include "storage/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "storage/store_int.h"

/* How often a manifest is opened again because a new one was published meanwhile. */
#define HOLD_TRIES 100
#define HOLD_PAUSE_NS (10l * 1000 * 1000)

struct skr_store {
    char *folder;
    skr_manifest *manifest;
    int manifest_fd; /* the lock on it holds the generation */
    bool is_held;
};

/* Opens the manifest in force and holds its generation, where that can be done. */
static int hold_manifest(int folder_fd, const char *folder, int *ret_fd, bool *ret_is_held,
                         skr_err *err)
{
    for (int i = 0;; i++) {
        int fd = -1;
        SKR_TRY(skr_store_open_manifest(folder_fd, folder, &fd, err));
        skr_store_hold hold = skr_store_hold_take(folder_fd, fd);
        if (hold != SKR_HOLD_TOO_LATE || i + 1 == HOLD_TRIES) {
            *ret_fd = fd;
            *ret_is_held = hold == SKR_HOLD_TAKEN;
            return SKR_OK;
        }
        (void)close(fd);
        (void)nanosleep(&(struct timespec){.tv_nsec = HOLD_PAUSE_NS}, NULL);
    }
}

static int open_folder(const char *folder, int *ret_fd, skr_err *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return skr_fail(err, SKR_ERR_MISSING, "%s: no store here; skerry import -d %s makes one",
                        folder, folder);
    if (fd < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot open: %s", folder, strerror(errno));
    *ret_fd = fd;
    return SKR_OK;
}

static int check_published(const skr_manifest *manifest, const char *folder, skr_err *err)
{
    if (manifest->generation > 0)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_MISSING,
                    "%s: no store here yet: its first import has not come to its end", folder);
}

/* ------------------------------------------------------------------ the store */

static int store_read(skr_store *store, skr_err *err)
{
    int folder_fd = -1;
    SKR_TRY(open_folder(store->folder, &folder_fd, err));
    int status = hold_manifest(folder_fd, store->folder, &store->manifest_fd, &store->is_held, err);
    (void)close(folder_fd);
    if (status == SKR_OK)
        status =
            skr_store_decode_manifest(store->manifest_fd, store->folder, &store->manifest, err);
    return status == SKR_OK ? check_published(store->manifest, store->folder, err) : status;
}

int skr_store_open(const char *folder, skr_store **ret_store, skr_err *err)
{
    skr_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return skr_fail_nomem(err, folder);
    store->manifest_fd = -1;
    store->folder = strdup(folder);
    int status = store->folder == NULL ? skr_fail_nomem(err, folder) : store_read(store, err);
    if (status != SKR_OK) {
        skr_store_close(store);
        return status;
    }
    *ret_store = store;
    return SKR_OK;
}

bool skr_store_is_held(const skr_store *store)
{
    return store->is_held;
}

const skr_manifest *skr_store_manifest(const skr_store *store)
{
    return store->manifest;
}

const char *skr_store_folder(const skr_store *store)
{
    return store->folder;
}

void skr_store_close(skr_store *store)
{
    if (store == NULL)
        return;
    if (store->manifest_fd >= 0)
        (void)close(store->manifest_fd);
    skr_manifest_free(store->manifest);
    free(store->folder);
    free(store);
}

int skr_store_generation_now(const char *folder, uint64_t *ret_generation, skr_err *err)
{
    int folder_fd = -1;
    skr_manifest *manifest = NULL;
    SKR_TRY(open_folder(folder, &folder_fd, err));
    int status = skr_store_read_manifest(folder_fd, folder, &manifest, err);
    (void)close(folder_fd);
    if (status == SKR_OK)
        status = check_published(manifest, folder, err);
    if (status == SKR_OK)
        *ret_generation = manifest->generation;
    skr_manifest_free(manifest);
    return status;
}
