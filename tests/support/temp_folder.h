/*
 * temp_folder.h - a folder of a test's own, and small files in it.
 *
 * Everything stops the program when it fails: it is for tests only.
 */
#ifndef SKR_TESTS_TEMP_FOLDER_H
#define SKR_TESTS_TEMP_FOLDER_H

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/base/check.h"

#define SKR_TEST_PATH_MAX 512

typedef struct test_folder {
    char path[SKR_TEST_PATH_MAX];
} test_folder;

static inline test_folder test_folder_make(void)
{
    test_folder folder;
    const char *parent = getenv("TMPDIR");
    (void)snprintf(folder.path, sizeof folder.path, "%s/skr_test_XXXXXX",
                   parent == NULL ? "/tmp" : parent);
    SKR_CHECK(mkdtemp(folder.path) != NULL);
    return folder;
}

/* The path of a file in the folder; good until the next call. */
static inline const char *test_folder_file(const test_folder *folder, const char *name)
{
    static char path[2 * SKR_TEST_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
    return path;
}

/* Removes the files in the folder, and the folder: it has no folders in it. */
static inline void test_folder_remove(const test_folder *folder)
{
    DIR *dir = opendir(folder->path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        (void)unlink(test_folder_file(folder, entry->d_name));
    if (dir != NULL)
        (void)closedir(dir);
    (void)rmdir(folder->path);
}

/* The whole file; the caller frees it. */
static inline uint8_t *test_file_read(const char *path, size_t *ret_n)
{
    FILE *file = fopen(path, "rb");
    SKR_CHECK(file != NULL);
    struct stat info;
    SKR_CHECK(fstat(fileno(file), &info) == 0);
    size_t n = (size_t)info.st_size;
    uint8_t *bytes = malloc(n + 1);
    SKR_CHECK(bytes != NULL && fread(bytes, 1, n, file) == n);
    (void)fclose(file);
    *ret_n = n;
    return bytes;
}

static inline void test_file_write(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    SKR_CHECK(file != NULL);
    SKR_CHECK(n == 0 || fwrite(bytes, 1, n, file) == n);
    SKR_CHECK(fclose(file) == 0);
}

/* Flips one bit in place: rewriting a whole file makes ext4 wait for the disk. */
static inline void test_file_flip(const char *path, size_t bit)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    uint8_t byte = 0;
    SKR_CHECK(fd >= 0 && pread(fd, &byte, 1, (off_t)(bit / 8)) == 1);
    byte ^= (uint8_t)(1u << bit % 8);
    SKR_CHECK(pwrite(fd, &byte, 1, (off_t)(bit / 8)) == 1);
    SKR_CHECK(close(fd) == 0);
}

#endif
