/*
 * upkeep_tidy.c - the lock UPKEEP, and the files that end in .part.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "storage/base/limits.h"
#include "storage/store_int.h"

int skr_upkeep_try_lock(int folder_fd, const char *folder, int *ret_fd, skr_err *err)
{
    int fd = openat(folder_fd, SKR_STORE_UPKEEP_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                    SKR_STORE_FILE_MODE);
    *ret_fd = -1;
    if (fd < 0)
        return skr_fail(err, SKR_ERR_IO, "%s/%s: cannot open: %s", folder, SKR_STORE_UPKEEP_LOCK,
                        strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *ret_fd = fd;
        return SKR_OK;
    }
    int status = SKR_OK;
    if (errno != EWOULDBLOCK)
        status = skr_fail(err, SKR_ERR_IO, "%s/%s: cannot lock: %s", folder, SKR_STORE_UPKEEP_LOCK,
                          strerror(errno));
    (void)close(fd);
    return status;
}

void skr_upkeep_remove_parts(int folder_fd)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        if (skr_store_name_ends(entry->d_name, SKR_STORE_PART_END))
            (void)unlinkat(folder_fd, entry->d_name, 0);
    (void)closedir(dir);
}

void skr_upkeep_tidy(int folder_fd)
{
    int fd = -1;
    /* without the file nobody ever kept the store up */
    if (faccessat(folder_fd, SKR_STORE_UPKEEP_LOCK, F_OK, 0) < 0 ||
        skr_upkeep_try_lock(folder_fd, "", &fd, NULL) != SKR_OK || fd < 0)
        return;
    skr_upkeep_remove_parts(folder_fd);
    (void)close(fd);
}
