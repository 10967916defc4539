/*
 * store_manifest.c - the names in a store's folder, and its manifest as it lies there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/base/limits.h"
#include "storage/block/io.h"
#include "storage/store_int.h"

bool skr_store_name_is_old(const char *name)
{
    size_t n_start = strlen(SKR_STORE_MANIFEST_OLD);
    if (strncmp(name, SKR_STORE_MANIFEST_OLD, n_start) != 0)
        return false;
    size_t n_digits = strspn(name + n_start, "0123456789");
    return n_digits > 0 && n_digits <= 20 && name[n_start + n_digits] == '\0';
}

bool skr_store_name_ends(const char *name, const char *end)
{
    size_t n = strlen(name);
    size_t n_end = strlen(end);
    return n >= n_end && strcmp(name + n - n_end, end) == 0;
}

int skr_store_write_all(int fd, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t n_done = write(fd, bytes, n);
        if (n_done < 0 && errno == EINTR)
            continue;
        if (n_done < 0)
            return -1;
        bytes += n_done;
        n -= (size_t)n_done;
    }
    return 0;
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
                 strcmp(name, SKR_STORE_LOCK) != 0 && strcmp(name, SKR_STORE_MANIFEST_NEW) != 0 &&
                 strcmp(name, SKR_STORE_UPKEEP_LOCK) != 0 &&
                 !skr_store_name_ends(name, SKR_STORE_PART_END) && !skr_store_name_is_old(name))
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

int skr_store_open_manifest(int folder_fd, const char *folder, int *ret_fd, skr_err *err)
{
    int fd = openat(folder_fd, SKR_STORE_MANIFEST, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return no_manifest(folder_fd, folder, err);
    if (fd < 0)
        return skr_fail(err, SKR_ERR_IO, "%s/MANIFEST: cannot open: %s", folder, strerror(errno));
    *ret_fd = fd;
    return SKR_OK;
}

int skr_store_decode_manifest(int fd, const char *folder, skr_manifest **ret_manifest, skr_err *err)
{
    skr_buffer bytes = {0};
    int status = read_bytes(fd, &bytes, err);
    if (status == SKR_OK)
        status = skr_manifest_decode(bytes.bytes, bytes.n, ret_manifest, err);
    if (status != SKR_OK)
        (void)skr_fail_in(err, status, "%s", folder);
    skr_buffer_done(&bytes);
    return status;
}

int skr_store_read_manifest(int folder_fd, const char *folder, skr_manifest **ret_manifest,
                            skr_err *err)
{
    int fd = -1;
    SKR_TRY(skr_store_open_manifest(folder_fd, folder, &fd, err));
    int status = skr_store_decode_manifest(fd, folder, ret_manifest, err);
    (void)close(fd);
    return status;
}
