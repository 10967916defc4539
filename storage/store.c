/*
 * store.c - opens a store for reading.
 *
 * A manifest of generation 0 marks a folder whose first writer has not committed, or was killed:
 * for readers there is no store yet.
 */
#include "storage/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/base/limits.h"
#include "storage/block/io.h"
#include "storage/store_int.h"

struct skr_store {
    char *folder;
    skr_manifest *manifest;
};

bool skr_store_name_ends(const char *name, const char *end)
{
    size_t n = strlen(name);
    size_t n_end = strlen(end);
    return n >= n_end && strcmp(name + n - n_end, end) == 0;
}

int skr_store_look(int folder_fd, const char *folder, skr_store_names *ret_names, skr_err *err)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        int status = skr_fail(err, SKR_ERR_IO, "%s: cannot list: %s", folder, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return status;
    }
    skr_store_names names = {0};
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, SKR_STORE_MANIFEST) == 0)
            names.has_manifest = true;
        else if (skr_store_name_ends(name, SKR_STORE_FILE_END))
            names.has_store_files = true;
        else if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
                 strcmp(name, SKR_STORE_LOCK) != 0 && strcmp(name, SKR_STORE_MANIFEST_NEW) != 0)
            names.has_foreign = true;
    }
    (void)closedir(dir);
    *ret_names = names;
    return SKR_OK;
}

/* ------------------------------------------------------------------ the manifest */

static int no_manifest(int folder_fd, const char *folder, skr_err *err)
{
    skr_store_names names;
    SKR_TRY(skr_store_look(folder_fd, folder, &names, err));
    if (names.has_store_files)
        return skr_fail(err, SKR_ERR_MISSING,
                        "%s: files of a store, but its MANIFEST is gone: restore it", folder);
    return skr_fail(err, SKR_ERR_MISSING, "%s: no store here; skerry import -d %s makes one",
                    folder, folder);
}

static int read_bytes(int fd, skr_buffer *bytes, skr_err *err)
{
    struct stat info;
    if (fstat(fd, &info) < 0 || fcntl(fd, F_SETFL, 0) < 0)
        return skr_fail(err, SKR_ERR_IO, "MANIFEST: cannot open: %s", strerror(errno));
    if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size > SKR_MANIFEST_SIZE_MAX)
        return skr_fail(err, SKR_ERR_CORRUPT, "MANIFEST: not a regular file, or too large");
    SKR_TRY(skr_buffer_reserve(bytes, (size_t)info.st_size + 1, err));
    /* one byte more than there should be, so that a longer file does not look whole */
    skr_io_read read = {.fd = fd, .bytes = bytes->bytes, .n = (size_t)info.st_size + 1};
    skr_io_pread_rest(&read);
    if (read.error_number != 0)
        return skr_fail(err, SKR_ERR_IO, "MANIFEST: cannot read: %s", strerror(read.error_number));
    bytes->n = read.n_done;
    return SKR_OK;
}

int skr_store_read_manifest(int folder_fd, const char *folder, skr_manifest **ret_manifest,
                            skr_err *err)
{
    skr_buffer bytes = {0};
    int fd = openat(folder_fd, SKR_STORE_MANIFEST, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return no_manifest(folder_fd, folder, err);
    if (fd < 0)
        return skr_fail(err, SKR_ERR_IO, "%s/MANIFEST: cannot open: %s", folder, strerror(errno));
    int status = read_bytes(fd, &bytes, err);
    if (status == SKR_OK)
        status = skr_manifest_decode(bytes.bytes, bytes.n, ret_manifest, err);
    if (status != SKR_OK)
        (void)skr_fail_in(err, status, "%s", folder);
    skr_buffer_done(&bytes);
    (void)close(fd);
    return status;
}

static int read_published(const char *folder, skr_manifest **ret_manifest, skr_err *err)
{
    int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return skr_fail(err, SKR_ERR_MISSING, "%s: no store here; skerry import -d %s makes one",
                        folder, folder);
    if (folder_fd < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot open: %s", folder, strerror(errno));
    skr_manifest *manifest = NULL;
    int status = skr_store_read_manifest(folder_fd, folder, &manifest, err);
    (void)close(folder_fd);
    if (status != SKR_OK)
        return status;
    if (manifest->generation == 0) {
        skr_manifest_free(manifest);
        return skr_fail(err, SKR_ERR_MISSING,
                        "%s: no store here yet: its first import has not come to its end", folder);
    }
    *ret_manifest = manifest;
    return SKR_OK;
}

/* ------------------------------------------------------------------ the store */

int skr_store_open(const char *folder, skr_store **ret_store, skr_err *err)
{
    skr_store *store = calloc(1, sizeof *store);
    if (store != NULL)
        store->folder = strdup(folder);
    int status = SKR_OK;
    if (store == NULL || store->folder == NULL)
        status = skr_fail_nomem(err, folder);
    else
        status = read_published(folder, &store->manifest, err);
    if (status != SKR_OK) {
        skr_store_close(store);
        return status;
    }
    *ret_store = store;
    return SKR_OK;
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
    skr_manifest_free(store->manifest);
    free(store->folder);
    free(store);
}

int skr_store_generation_now(const char *folder, uint64_t *ret_generation, skr_err *err)
{
    skr_manifest *manifest = NULL;
    SKR_TRY(read_published(folder, &manifest, err));
    *ret_generation = manifest->generation;
    skr_manifest_free(manifest);
    return SKR_OK;
}
