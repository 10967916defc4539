/*
 * store_txn.c - one change of a store, from the writer's lock to the rename that publishes it.
 *
 * A folder becomes a store by a manifest of generation 0, before any other file is made in it. So
 * a folder with files of a store and without a manifest has lost it, and nobody tidies it up.
 *
 * The lock is flock's on the file LOCK: the system takes it back when its holder dies, however it
 * dies. The number written in the file is for messages only.
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

#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/catalogues.h"
#include "storage/store.h"
#include "storage/store_int.h"

#define LOCK_TRIES 100

struct skr_txn {
    char *folder;
    int folder_fd;
    int lock_fd;
    bool has_made_folder;
    bool has_lock;
    bool is_first;        /* nothing was ever published here */
    skr_manifest *before; /* what is published; NULL until it was read */
    skr_manifest *manifest;
    uint64_t n_scratch;
    bool joins_all; /* all segments of a dataset and assembly get one catalogue */
    skr_err *why;   /* told why a catalogue could not be written; or NULL */
};

/* ------------------------------------------------------------------ the folder */

static int open_folder(skr_txn *txn, skr_err *err)
{
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    txn->folder_fd = open(txn->folder, flags);
    if (txn->folder_fd < 0 && errno == ENOENT) {
        if (mkdir(txn->folder, SKR_STORE_FOLDER_MODE) < 0)
            return skr_fail(err, SKR_ERR_IO, "%s: cannot make the folder: %s", txn->folder,
                            strerror(errno));
        txn->has_made_folder = true;
        txn->folder_fd = open(txn->folder, flags);
    }
    if (txn->folder_fd < 0 && errno == ENOTDIR)
        return skr_fail(err, SKR_ERR_USAGE, "%s: not a folder", txn->folder);
    if (txn->folder_fd < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot open: %s", txn->folder, strerror(errno));
    return SKR_OK;
}

/* Before anything is written: is this a store, or a folder that may become one? */
static int check_folder(skr_txn *txn, skr_err *err)
{
    skr_store_names names;
    SKR_TRY(skr_store_look(txn->folder_fd, txn->folder, &names, err));
    if (names.has_manifest)
        return SKR_OK;
    if (names.has_store_files)
        return skr_fail(err, SKR_ERR_MISSING,
                        "%s: files of a store, but its MANIFEST is gone: restore it", txn->folder);
    if (names.has_foreign)
        return skr_fail(err, SKR_ERR_USAGE,
                        "%s: holds files, but no store: name an empty or a new folder",
                        txn->folder);
    return SKR_OK;
}

static int sync_folder(const skr_txn *txn, skr_err *err)
{
    if (fsync(txn->folder_fd) < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot sync: %s", txn->folder, strerror(errno));
    return SKR_OK;
}

/* ------------------------------------------------------------------ the lock */

static int say_locked(const skr_txn *txn, int fd, skr_err *err)
{
    char text[32] = {0};
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long pid = n > 0 ? strtol(text, NULL, 10) : 0;
    if (pid <= 0)
        return skr_fail(err, SKR_ERR_LOCKED, "%s: another writer is at work; try again later",
                        txn->folder);
    return skr_fail(err, SKR_ERR_LOCKED, "%s: process %ld is writing; try again when it is done",
                    txn->folder, pid);
}

/* A lock counts only while the name LOCK leads to it: an abort may have removed it. */
static bool is_lock_named(const skr_txn *txn, int fd)
{
    struct stat held;
    struct stat named;
    return fstat(fd, &held) == 0 && fstatat(txn->folder_fd, SKR_STORE_LOCK, &named, 0) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

static int take_lock(skr_txn *txn, skr_err *err)
{
    int fd = -1;
    for (int i = 0; i < LOCK_TRIES && fd < 0; i++) {
        fd = openat(txn->folder_fd, SKR_STORE_LOCK,
                    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, SKR_STORE_FILE_MODE);
        if (fd < 0)
            return skr_fail(err, SKR_ERR_IO, "%s/LOCK: cannot open: %s", txn->folder,
                            strerror(errno));
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
            int status = errno == EWOULDBLOCK
                             ? say_locked(txn, fd, err)
                             : skr_fail(err, SKR_ERR_IO, "%s/LOCK: cannot lock: %s", txn->folder,
                                        strerror(errno));
            (void)close(fd);
            return status;
        }
        if (!is_lock_named(txn, fd)) {
            (void)close(fd);
            fd = -1;
        }
    }
    if (fd < 0)
        return skr_fail(err, SKR_ERR_LOCKED, "%s: other writers come and go; try again later",
                        txn->folder);
    txn->lock_fd = fd;
    txn->has_lock = true;
    /* for the message of whoever comes second: not being able to write it harms nothing */
    if (ftruncate(fd, 0) == 0)
        (void)dprintf(fd, "%ld\n", (long)getpid());
    return SKR_OK;
}

static void drop_lock(skr_txn *txn)
{
    if (!txn->has_lock)
        return;
    (void)!ftruncate(txn->lock_fd, 0);
    (void)close(txn->lock_fd);
    txn->has_lock = false;
}

/* ------------------------------------------------------------------ files */

static int compare_name(const void *name, const void *file)
{
    return strcmp(name, (*(const skr_file_id *const *)file)->name);
}

/* Files that stay, ascending by name, and those of generations that are held. */
typedef struct kept_files {
    const skr_file_id **files;
    size_t n;
    skr_store_held held;
} kept_files;

static int is_kept(const kept_files *kept, const char *name, bool *ret_is_kept, skr_err *err)
{
    *ret_is_kept = bsearch(name, kept->files, kept->n, sizeof kept->files[0], compare_name) != NULL;
    if (*ret_is_kept || !skr_store_name_ends(name, SKR_STORE_FILE_END))
        return SKR_OK;
    return skr_store_hold_has(&kept->held, name, ret_is_kept, err);
}

static int remove_unnamed_in(DIR *dir, const skr_txn *txn, const kept_files *kept, skr_err *err)
{
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        if (!skr_store_name_ends(name, SKR_STORE_FILE_END) &&
            !skr_store_name_ends(name, SKR_STORE_SCRATCH_END) &&
            strcmp(name, SKR_STORE_MANIFEST_NEW) != 0)
            continue;
        bool stays = false;
        SKR_TRY(is_kept(kept, name, &stays, err));
        if (stays)
            continue;
        if (unlinkat(txn->folder_fd, name, 0) < 0 && errno != ENOENT)
            return skr_fail(err, SKR_ERR_IO, "%s/%s: cannot remove: %s", txn->folder, name,
                            strerror(errno));
    }
    return SKR_OK;
}

/* Removes the files that are ours, that the manifest does not name, and that nobody reads. */
static int remove_unnamed(const skr_txn *txn, const skr_manifest *manifest, skr_err *err)
{
    kept_files kept = {0};
    DIR *dir = NULL;
    int fd = -1;
    int status = skr_manifest_files(manifest, &kept.files, &kept.n, err);
    if (status == SKR_OK)
        status = skr_store_hold_find(txn->folder_fd, &kept.held, err);
    if (status != SKR_OK)
        goto out;
    fd = openat(txn->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        status = skr_fail(err, SKR_ERR_IO, "%s: cannot list: %s", txn->folder, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
    } else {
        status = remove_unnamed_in(dir, txn, &kept, err);
        (void)closedir(dir);
    }
out:
    skr_store_hold_done(&kept.held);
    free(kept.files);
    return status;
}

/* Writes MANIFEST.new and syncs it, and the names of all files beside it. */
static int write_manifest(const skr_txn *txn, const skr_manifest *manifest, skr_err *err)
{
    skr_buffer bytes = {0};
    int fd = -1;
    int status = skr_manifest_encode(manifest, &bytes, err);
    if (status != SKR_OK)
        goto out;
    if (bytes.n > SKR_MANIFEST_SIZE_MAX) {
        status = skr_fail(err, SKR_ERR_LIMIT, "%s: the manifest has %zu bytes, the limit is %u",
                          txn->folder, bytes.n, SKR_MANIFEST_SIZE_MAX);
        goto out;
    }
    fd = openat(txn->folder_fd, SKR_STORE_MANIFEST_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                SKR_STORE_FILE_MODE);
    if (fd < 0 || skr_store_write_all(fd, bytes.bytes, bytes.n) < 0 || fsync(fd) < 0) {
        status = skr_fail(err, SKR_ERR_IO, "%s/MANIFEST.new: cannot write: %s", txn->folder,
                          strerror(errno));
        goto out;
    }
    status = sync_folder(txn, err);
out:
    if (fd >= 0)
        (void)close(fd);
    skr_buffer_done(&bytes);
    return status;
}

/* The rename that publishes. *ret_is_published says whether it came to that. */
static int publish(const skr_txn *txn, const skr_manifest *manifest, bool *ret_is_published,
                   skr_err *err)
{
    SKR_TRY(write_manifest(txn, manifest, err));
    if (renameat(txn->folder_fd, SKR_STORE_MANIFEST_NEW, txn->folder_fd, SKR_STORE_MANIFEST) < 0)
        return skr_fail(err, SKR_ERR_IO, "%s/MANIFEST: cannot rename: %s", txn->folder,
                        strerror(errno));
    *ret_is_published = true;
    return sync_folder(txn, err);
}

/* ------------------------------------------------------------------ begin */

static int load_manifest(skr_txn *txn, skr_err *err)
{
    bool is_published = false;
    skr_manifest *manifest = NULL;
    int status = skr_store_read_manifest(txn->folder_fd, txn->folder, &manifest, err);
    /* check_folder has made sure that there is nothing to lose */
    if (status == SKR_ERR_MISSING) {
        txn->is_first = true;
        status = skr_manifest_new(&manifest, err);
        if (status == SKR_OK)
            status = publish(txn, manifest, &is_published, err);
    }
    if (status == SKR_OK)
        status = skr_manifest_copy(manifest, &txn->manifest, err);
    if (status != SKR_OK) {
        skr_manifest_free(manifest);
        return status;
    }
    txn->is_first = manifest->generation == 0;
    txn->before = manifest;
    return SKR_OK;
}

static void free_txn(skr_txn *txn)
{
    drop_lock(txn);
    if (txn->folder_fd >= 0)
        (void)close(txn->folder_fd);
    skr_manifest_free(txn->before);
    skr_manifest_free(txn->manifest);
    free(txn->folder);
    free(txn);
}

int skr_txn_begin(const char *folder, skr_txn **ret_txn, skr_err *err)
{
    skr_txn *txn = calloc(1, sizeof *txn);
    if (txn == NULL)
        return skr_fail_nomem(err, folder);
    txn->folder_fd = -1;
    txn->folder = strdup(folder);
    int status = SKR_OK;
    if (txn->folder == NULL)
        status = skr_fail_nomem(err, folder);
    if (status == SKR_OK)
        status = open_folder(txn, err);
    if (status == SKR_OK)
        status = check_folder(txn, err);
    if (status == SKR_OK)
        status = take_lock(txn, err);
    if (status == SKR_OK)
        status = load_manifest(txn, err);
    if (status == SKR_OK)
        status = remove_unnamed(txn, txn->before, err);
    if (status == SKR_OK)
        skr_upkeep_tidy(txn->folder_fd);
    if (status != SKR_OK) {
        skr_txn_abort(txn);
        return status;
    }
    *ret_txn = txn;
    return SKR_OK;
}

skr_manifest *skr_txn_manifest(skr_txn *txn)
{
    return txn->manifest;
}

const char *skr_txn_folder(const skr_txn *txn)
{
    return txn->folder;
}

void skr_txn_file_name(skr_txn *txn, const char *stem, char *name)
{
    int n = snprintf(name, SKR_FILE_NAME_MAX, "%s-%" PRIu64 "%s", stem, txn->manifest->next_file++,
                     SKR_STORE_FILE_END);
    SKR_CHECK(n > 0 && n < SKR_FILE_NAME_MAX);
}

int skr_txn_scratch_path(skr_txn *txn, char **ret_path, skr_err *err)
{
    char *path = NULL;
    if (asprintf(&path, "%s/scratch-%" PRIu64 "%s", txn->folder, ++txn->n_scratch,
                 SKR_STORE_SCRATCH_END) < 0)
        return skr_fail_nomem(err, txn->folder);
    *ret_path = path;
    return SKR_OK;
}

/* ------------------------------------------------------------------ end */

/* A manifest that cannot be read back would be a store lost: looked at before it is published. */
static int check_manifest(const skr_manifest *manifest, skr_err *err)
{
    skr_manifest *copy = NULL;
    int status = skr_manifest_copy(manifest, &copy, err);
    SKR_CHECK(status != SKR_ERR_CORRUPT);
    skr_manifest_free(copy);
    return status;
}

void skr_txn_join_all(skr_txn *txn)
{
    txn->joins_all = true;
}

void skr_txn_ask_why(skr_txn *txn, skr_err *why)
{
    txn->why = why;
}

int skr_txn_commit(skr_txn *txn, uint64_t *ret_generation, skr_err *err)
{
    bool is_published = false;
    uint64_t generation = txn->before->generation + 1;
    txn->manifest->generation = generation;
    int status = skr_catalogues_renew(txn->folder, txn->manifest, txn->joins_all, txn->why, err);
    if (status == SKR_OK)
        status = check_manifest(txn->manifest, err);
    if (status == SKR_OK && txn->before->generation > 0 &&
        skr_store_hold_name(txn->folder_fd, txn->before->generation) < 0)
        status =
            skr_fail(err, SKR_ERR_IO, "%s/MANIFEST: cannot link: %s", txn->folder, strerror(errno));
    if (status == SKR_OK)
        status = publish(txn, txn->manifest, &is_published, err);
    if (!is_published) {
        skr_txn_abort(txn);
        return status;
    }
    /* Until the folder is synced the old generation may come back with a power cut: its files stay.
     * What cannot be removed now, the next writer removes. */
    if (status == SKR_OK) {
        (void)remove_unnamed(txn, txn->manifest, NULL);
        if (ret_generation != NULL)
            *ret_generation = generation;
    } else {
        status = skr_fail_in(err, status,
                             "generation %" PRIu64 " is published, but a power cut may undo it",
                             generation);
    }
    free_txn(txn);
    return status;
}

/* The folder as it was before a first import: without a manifest, and gone if we made it. */
static void undo_store(skr_txn *txn)
{
    (void)unlinkat(txn->folder_fd, SKR_STORE_MANIFEST, 0);
    (void)unlinkat(txn->folder_fd, SKR_STORE_MANIFEST_NEW, 0);
    (void)unlinkat(txn->folder_fd, SKR_STORE_LOCK, 0);
}

void skr_txn_abort(skr_txn *txn)
{
    if (txn == NULL)
        return;
    if (txn->before != NULL)
        (void)remove_unnamed(txn, txn->before, NULL);
    if (txn->has_lock && txn->is_first)
        undo_store(txn);
    if (txn->has_made_folder)
        (void)rmdir(txn->folder);
    free_txn(txn);
}

int skr_store_tidy(const char *folder, skr_err *err)
{
    skr_txn *txn = NULL;
    int status = skr_txn_begin(folder, &txn, err);
    if (status == SKR_ERR_LOCKED)
        return SKR_OK;
    if (status == SKR_OK)
        skr_txn_abort(txn);
    return status;
}
