/*
 * store_hold.c - a generation that somebody reads keeps its files.
 *
 * A reader holds a shared lock on the very file that it read its manifest from. Before a writer
 * renames a new manifest over that one, it gives the old one a second name, MANIFEST.<generation>.
 * As long as that cannot be locked exclusively, somebody reads the generation, and what it names
 * stays.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/base/array.h"
#include "storage/store_int.h"

#define NAME_MAX_BYTES 64

skr_store_hold skr_store_hold_take(int folder_fd, int manifest_fd)
{
    struct stat held;
    struct stat named;
    if (flock(manifest_fd, LOCK_SH | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? SKR_HOLD_TOO_LATE : SKR_HOLD_IMPOSSIBLE;
    if (fstat(manifest_fd, &held) < 0 || fstatat(folder_fd, SKR_STORE_MANIFEST, &named, 0) < 0)
        return SKR_HOLD_IMPOSSIBLE;
    return held.st_dev == named.st_dev && held.st_ino == named.st_ino ? SKR_HOLD_TAKEN
                                                                      : SKR_HOLD_TOO_LATE;
}

/* On a file system without second names a reader finds its files gone, and says so. */
static int link_result(int result)
{
    return result < 0 && (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS) ? 0 : result;
}

int skr_store_hold_name(int folder_fd, uint64_t generation)
{
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "%s%" PRIu64, SKR_STORE_MANIFEST_OLD, generation);
    int result = linkat(folder_fd, SKR_STORE_MANIFEST, folder_fd, name, 0);
    if (result == 0 || errno != EEXIST)
        return link_result(result);
    /* of a writer that was killed before its rename */
    if (unlinkat(folder_fd, name, 0) < 0)
        return -1;
    return link_result(linkat(folder_fd, SKR_STORE_MANIFEST, folder_fd, name, 0));
}

/* Adds what an old manifest names; one that cannot be read may name anything. */
static int add_held(skr_store_held *held, int fd, const char *name, skr_err *err)
{
    skr_manifest *manifest = NULL;
    int status = skr_store_decode_manifest(fd, name, &manifest, NULL);
    if (status == SKR_ERR_NOMEM)
        return skr_fail_nomem(err, name);
    if (status != SKR_OK) {
        held->is_anything = true;
        return SKR_OK;
    }
    status = SKR_ARRAY_RESERVE(&held->manifests, &held->n_max, held->n + 1, "a store", err);
    if (status == SKR_OK)
        held->manifests[held->n++] = manifest;
    else
        skr_manifest_free(manifest);
    return status;
}

/* Looks at one old manifest: nobody reads it any more, or what it names is held. */
static int look_at(skr_store_held *held, int folder_fd, const char *name, skr_err *err)
{
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return SKR_OK;
    int status = SKR_OK;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        status = add_held(held, fd, name, err);
    else
        (void)unlinkat(folder_fd, name, 0);
    (void)close(fd);
    return status;
}

int skr_store_hold_find(int folder_fd, skr_store_held *held, skr_err *err)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    int status = SKR_OK;
    if (dir == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return skr_fail(err, SKR_ERR_IO, "cannot list the store: %s", strerror(errno));
    }
    struct dirent *entry;
    while (status == SKR_OK && (entry = readdir(dir)) != NULL)
        if (skr_store_name_is_old(entry->d_name))
            status = look_at(held, folder_fd, entry->d_name, err);
    (void)closedir(dir);
    return status;
}

static int compare_name(const void *name, const void *file)
{
    return strcmp(name, (*(const skr_file_id *const *)file)->name);
}

int skr_store_hold_has(const skr_store_held *held, const char *name, bool *ret_has, skr_err *err)
{
    *ret_has = held->is_anything;
    for (size_t i = 0; i < held->n && !*ret_has; i++) {
        const skr_file_id **files = NULL;
        size_t n = 0;
        SKR_TRY(skr_manifest_files(held->manifests[i], &files, &n, err));
        *ret_has = n > 0 && bsearch(name, files, n, sizeof files[0], compare_name) != NULL;
        free(files);
    }
    return SKR_OK;
}

void skr_store_hold_done(skr_store_held *held)
{
    for (size_t i = 0; i < held->n; i++)
        skr_manifest_free(held->manifests[i]);
    free(held->manifests);
    *held = (skr_store_held){0};
}
