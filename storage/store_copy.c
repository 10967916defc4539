/*
 * store_copy.c - a copy of the generation in force, made beside a writer that goes on.
 *
 * The copy grows in a folder of its own, "<to>.partial", and gets its name by one rename when it is
 * whole and synced: whoever finds the name finds a store. Files of a store never change and their
 * names are never used again once they were published, so a file that was taken over stays right
 * when a writer publishes meanwhile: only what the newer manifest names in addition is still to be
 * fetched, and what it no longer names is removed again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/store.h"
#include "storage/store_int.h"

#define PARTIAL_END ".partial"
#define COPY_BYTES ((size_t)1 << 20)

typedef struct copier {
    const skr_store_copy_request *request;
    char *partial;
    int from_fd;
    int to_fd;
    int lock_fd;
    uint64_t n_bytes; /* of all files of the generation */
    skr_copied done;
} copier;

static int fail_at(const char *folder, const char *name, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_IO, "%s/%s: cannot %s: %s", folder, name, what, strerror(errno));
}

/* ------------------------------------------------------------------ the folder that grows */

/* The name of the copy must be free, or that of an empty folder, which the rename replaces. */
static int check_target(const char *to, skr_err *err)
{
    DIR *dir = opendir(to);
    if (dir == NULL && errno == ENOENT)
        return SKR_OK;
    if (dir == NULL)
        return skr_fail(err, SKR_ERR_USAGE, "%s: not a folder; name a new one", to);
    bool is_empty = true;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        is_empty =
            is_empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    (void)closedir(dir);
    if (!is_empty)
        return skr_fail(err, SKR_ERR_USAGE, "%s: holds files; name a new folder", to);
    return SKR_OK;
}

/* Makes the folder, or takes over what a copy that was stopped has left of it. */
static int open_partial(copier *copy, skr_err *err)
{
    if (mkdir(copy->partial, SKR_STORE_FOLDER_MODE) < 0 && errno != EEXIST)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot make the folder: %s", copy->partial,
                        strerror(errno));
    copy->to_fd = open(copy->partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy->to_fd < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot open: %s", copy->partial, strerror(errno));
    copy->lock_fd = openat(copy->to_fd, SKR_STORE_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                           SKR_STORE_FILE_MODE);
    if (copy->lock_fd < 0)
        return fail_at(copy->partial, SKR_STORE_LOCK, "open", err);
    if (flock(copy->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return skr_fail(err, SKR_ERR_LOCKED, "%s: another copy is being made here", copy->partial);
    return SKR_OK;
}

static int compare_name(const void *name, const void *file)
{
    return strcmp(name, (*(const skr_file_id *const *)file)->name);
}

/* Removes every file of ours but those given. Whatever is not ours stays, and the rename tells. */
static int remove_others(const copier *copy, const skr_file_id **files, size_t n, skr_err *err)
{
    int fd = openat(copy->to_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        int status = fail_at(copy->partial, ".", "list", err);
        if (fd >= 0)
            (void)close(fd);
        return status;
    }
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        bool is_ours = skr_store_name_ends(name, SKR_STORE_FILE_END) ||
                       strcmp(name, SKR_STORE_MANIFEST) == 0 ||
                       strcmp(name, SKR_STORE_MANIFEST_NEW) == 0;
        if (is_ours && (n == 0 || bsearch(name, files, n, sizeof *files, compare_name) == NULL))
            (void)unlinkat(copy->to_fd, name, 0);
    }
    (void)closedir(dir);
    return SKR_OK;
}

/* ------------------------------------------------------------------ one file */

static int tell_progress(const copier *copy, uint64_t n_more, skr_err *err)
{
    const skr_store_copy_request *request = copy->request;
    if (request->stop != NULL && atomic_load_explicit(request->stop, memory_order_relaxed))
        return skr_fail(err, SKR_ERR_INTERRUPTED, "stopped while the store was being copied");
    if (request->on_bytes != NULL)
        request->on_bytes(request->context, copy->done.n_bytes + n_more, copy->n_bytes);
    return SKR_OK;
}

static int copy_bytes(const copier *copy, int from, int to, const char *name, skr_err *err)
{
    uint8_t *bytes = malloc(COPY_BYTES);
    uint64_t n_copied = 0;
    int status = bytes == NULL ? skr_fail_nomem(err, name) : SKR_OK;
    while (status == SKR_OK) {
        ssize_t n = read(from, bytes, COPY_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            status = fail_at(copy->request->folder, name, "read", err);
        if (n <= 0)
            break;
        if (skr_store_write_all(to, bytes, (size_t)n) < 0)
            status = fail_at(copy->partial, name, "write", err);
        n_copied += (uint64_t)n;
        if (status == SKR_OK)
            status = tell_progress(copy, n_copied, err);
    }
    free(bytes);
    return status;
}

/* A file of its own, cloned where the file system can, else byte for byte. */
static int copy_file(copier *copy, int from, const char *name, skr_err *err)
{
    int to = openat(copy->to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                    SKR_STORE_FILE_MODE);
    if (to < 0)
        return fail_at(copy->partial, name, "make", err);
    int status = SKR_OK;
    if (!copy->request->copies_bytes && ioctl(to, FICLONE, from) == 0)
        copy->done.n_cloned++;
    else
        status = copy_bytes(copy, from, to, name, err);
    if (status == SKR_OK && fsync(to) < 0)
        status = fail_at(copy->partial, name, "sync", err);
    (void)close(to);
    return status;
}

/* The size is all that is looked at here: verify reads the rest. */
static int check_size(const copier *copy, int fd, const skr_file_id *file, skr_err *err)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return fail_at(copy->request->folder, file->name, "look at", err);
    if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size != file->n_bytes)
        return skr_fail(err, SKR_ERR_CORRUPT,
                        "%s/%s: %" PRIu64 " bytes where the manifest has %" PRIu64
                        "; skerry verify lists every fault",
                        copy->request->folder, file->name, (uint64_t)info.st_size, file->n_bytes);
    return SKR_OK;
}

static bool is_there(const copier *copy, const skr_file_id *file)
{
    struct stat info;
    return fstatat(copy->to_fd, file->name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(info.st_mode) && (uint64_t)info.st_size == file->n_bytes;
}

/* Errors: MISSING when the name is gone, which a writer may have seen to. */
static int take_file(copier *copy, const skr_file_id *file, skr_err *err)
{
    int from = openat(copy->from_fd, file->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (from < 0 && errno == ENOENT)
        return skr_fail(err, SKR_ERR_MISSING, "%s/%s: a file of the store is gone",
                        copy->request->folder, file->name);
    if (from < 0)
        return fail_at(copy->request->folder, file->name, "open", err);
    (void)unlinkat(copy->to_fd, file->name, 0);
    int status = check_size(copy, from, file, err);
    bool is_linked = status == SKR_OK && !copy->request->copies_bytes &&
                     linkat(copy->from_fd, file->name, copy->to_fd, file->name, 0) == 0;
    if (is_linked)
        copy->done.n_linked++;
    else if (status == SKR_OK)
        status = copy_file(copy, from, file->name, err);
    (void)close(from);
    return status;
}

/* ------------------------------------------------------------------ a generation */

static int take_files(copier *copy, const skr_file_id **files, size_t n, bool is_first,
                      skr_err *err)
{
    copy->n_bytes = 0;
    copy->done.n_bytes = 0;
    for (size_t i = 0; i < n; i++)
        copy->n_bytes += files[i]->n_bytes;
    for (size_t i = 0; i < n; i++) {
        SKR_TRY(tell_progress(copy, 0, err));
        /* what a copy that was stopped has left may not have come to the disk: made again */
        if (is_first || !is_there(copy, files[i]))
            SKR_TRY(take_file(copy, files[i], err));
        copy->done.n_bytes += files[i]->n_bytes;
    }
    copy->done.n_files = n;
    return SKR_OK;
}

static int write_manifest(const copier *copy, const skr_manifest *manifest, skr_err *err)
{
    skr_buffer bytes = {0};
    int status = skr_manifest_encode(manifest, &bytes, err);
    int fd = -1;
    if (status == SKR_OK)
        fd = openat(copy->to_fd, SKR_STORE_MANIFEST, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                    SKR_STORE_FILE_MODE);
    if (status == SKR_OK &&
        (fd < 0 || skr_store_write_all(fd, bytes.bytes, bytes.n) < 0 || fsync(fd) < 0))
        status = fail_at(copy->partial, SKR_STORE_MANIFEST, "write", err);
    if (fd >= 0)
        (void)close(fd);
    skr_buffer_done(&bytes);
    return status;
}

/* One try with the generation in force. Errors: MISSING when a file of it is gone. */
static int take_generation(copier *copy, bool is_first, skr_err *err)
{
    skr_store *store = NULL;
    const skr_file_id **files = NULL;
    size_t n = 0;
    SKR_TRY(skr_store_open(copy->request->folder, &store, err));
    const skr_manifest *manifest = skr_store_manifest(store);
    copy->done.generation = manifest->generation;
    int status = skr_manifest_files(manifest, &files, &n, err);
    if (status == SKR_OK)
        status = remove_others(copy, files, n, err);
    if (status == SKR_OK)
        status = take_files(copy, files, n, is_first, err);
    if (status == SKR_OK)
        status = write_manifest(copy, manifest, err);
    free(files);
    skr_store_close(store);
    return status;
}

static int take_store(copier *copy, skr_err *err)
{
    for (bool is_first = true;; is_first = false) {
        uint64_t now = 0;
        int status = take_generation(copy, is_first, err);
        if (status != SKR_ERR_MISSING)
            return status;
        skr_err found = *err;
        SKR_TRY(skr_store_generation_now(copy->request->folder, &now, err));
        *err = found;
        if (now == copy->done.generation)
            return status; /* the file is lost, and no writer was faster */
    }
}

static int publish(copier *copy, skr_err *err)
{
    if (fsync(copy->to_fd) < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot sync: %s", copy->partial, strerror(errno));
    if (rename(copy->partial, copy->request->to) < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot rename to %s: %s", copy->partial,
                        copy->request->to, strerror(errno));
    int above_fd = openat(copy->to_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status = SKR_OK;
    if (above_fd < 0 || fsync(above_fd) < 0)
        status = skr_fail(err, SKR_ERR_IO, "the copy is whole, but a power cut may undo it: %s: %s",
                          copy->request->to, strerror(errno));
    if (above_fd >= 0)
        (void)close(above_fd);
    return status;
}

/* A copy that failed leaves nothing behind. One that another process makes is left alone. */
static void undo(copier *copy, int status)
{
    if (copy->to_fd < 0 || status == SKR_ERR_LOCKED)
        return;
    (void)remove_others(copy, NULL, 0, NULL);
    (void)unlinkat(copy->to_fd, SKR_STORE_LOCK, 0);
    (void)rmdir(copy->partial);
}

int skr_store_copy(const skr_store_copy_request *request, skr_copied *ret_copied, skr_err *err)
{
    copier copy = {.request = request, .from_fd = -1, .to_fd = -1, .lock_fd = -1};
    bool is_published = false;
    SKR_TRY(check_target(request->to, err));
    if (asprintf(&copy.partial, "%s" PARTIAL_END, request->to) < 0)
        return skr_fail_nomem(err, request->to);
    uint64_t generation = 0;
    int status = skr_store_generation_now(request->folder, &generation, err);
    if (status == SKR_OK) {
        copy.from_fd = open(request->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (copy.from_fd < 0)
            status =
                skr_fail(err, SKR_ERR_IO, "%s: cannot open: %s", request->folder, strerror(errno));
    }
    if (status == SKR_OK)
        status = open_partial(&copy, err);
    if (status == SKR_OK)
        status = take_store(&copy, err);
    if (status == SKR_OK) {
        status = publish(&copy, err);
        is_published = status == SKR_OK || access(copy.partial, F_OK) < 0;
    }
    if (!is_published)
        undo(&copy, status);
    if (status == SKR_OK)
        *ret_copied = copy.done;
    if (copy.lock_fd >= 0)
        (void)close(copy.lock_fd);
    if (copy.to_fd >= 0)
        (void)close(copy.to_fd);
    if (copy.from_fd >= 0)
        (void)close(copy.from_fd);
    free(copy.partial);
    return status;
}
