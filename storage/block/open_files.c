/*
 * open_files.c - files in the order of their last use; the one that nobody used for the longest
 * time is closed first.
 */
#include "storage/block/open_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/base/check.h"
#include "storage/block/block_file_int.h"
#include "storage/block/format.h"

/* Files, each with two descriptors at most (skr_block_file_direct). */
#define FILES_MAX 200u
#define FILES_MIN 8u

/* Descriptors that are asked for: those of the files, and of connections beside them. */
#define DESCRIPTORS_WANTED 4096u

/* One in so many descriptors may be a file of ours; connections, rings and libraries need others.
 */
#define DESCRIPTORS_A_FILE 8u

struct skr_open_files {
    pthread_mutex_t lock;  /* of all below, and of the places of files in the list */
    skr_block_file *first; /* that is open and that nobody reads; the next to be closed */
    skr_block_file *last;
    skr_open_files_state state;
};

static uint64_t raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 0;
    rlim_t before = limit.rlim_cur;
    if (limit.rlim_cur < DESCRIPTORS_WANTED) {
        limit.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max : DESCRIPTORS_WANTED;
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
            limit.rlim_cur = before;
    }
    return limit.rlim_cur;
}

int skr_open_files_new(unsigned n_max, skr_open_files **ret_files, skr_err *err)
{
    skr_open_files *files = calloc(1, sizeof *files);
    if (files == NULL || pthread_mutex_init(&files->lock, NULL) != 0) {
        free(files);
        return skr_fail_nomem(err, "open files");
    }
    uint64_t n_limit = raise_limit();
    uint64_t n = n_limit / DESCRIPTORS_A_FILE;
    n = n < FILES_MIN ? FILES_MIN : n;
    n = n > FILES_MAX ? FILES_MAX : n;
    if (n_max > 0 && n > n_max)
        n = n_max;
    files->state = (skr_open_files_state){.n_max = (unsigned)n, .n_limit = n_limit};
    *ret_files = files;
    return SKR_OK;
}

void skr_open_files_free(skr_open_files *files)
{
    if (files == NULL)
        return;
    SKR_CHECK(files->state.n_open == 0 && files->first == NULL);
    (void)pthread_mutex_destroy(&files->lock);
    free(files);
}

void skr_open_files_look(skr_open_files *files, skr_open_files_state *ret_state)
{
    (void)pthread_mutex_lock(&files->lock);
    *ret_state = files->state;
    (void)pthread_mutex_unlock(&files->lock);
}

/* ------------------------------------------------------------------ the list */

static void list_take(skr_open_files *files, skr_block_file *file)
{
    *(file->before == NULL ? &files->first : &file->before->after) = file->after;
    *(file->after == NULL ? &files->last : &file->after->before) = file->before;
    file->before = NULL;
    file->after = NULL;
}

static void list_append(skr_open_files *files, skr_block_file *file)
{
    file->before = files->last;
    file->after = NULL;
    *(files->last == NULL ? &files->first : &files->last->after) = file;
    files->last = file;
}

static void close_descriptors(skr_block_file *file)
{
    int direct = atomic_exchange(&file->direct_fd, SKR_DIRECT_UNTRIED);
    if (direct >= 0)
        (void)close(direct);
    (void)close(file->fd);
    file->fd = -1;
}

/* Closes the file that was not used for the longest time. False when all are in use. */
static bool give_up_one(skr_open_files *files)
{
    skr_block_file *file = files->first;
    if (file == NULL)
        return false;
    SKR_CHECK(file->n_pins == 0 && file->fd >= 0);
    list_take(files, file);
    close_descriptors(file);
    files->state.n_open--;
    files->state.n_given_up++;
    return true;
}

/* ------------------------------------------------------------------ opening */

/* Errors: LIMIT when the system has no descriptor left; MISSING, CORRUPT, IO. */
static int open_path(const skr_block_file *file, int *ret_fd, skr_err *err)
{
    struct stat info;
    const char *path = file->path;
    int status = SKR_OK;
    /* without O_NONBLOCK, a pipe in the place of the file would hold us for ever */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return skr_fail(err, SKR_ERR_MISSING, "%s: the file is gone", path);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE))
        return skr_fail(err, SKR_ERR_LIMIT, "%s: too many open files", path);
    if (fd < 0)
        return skr_fail(err, SKR_ERR_IO, "%s: cannot open: %s", path, strerror(errno));
    if (fstat(fd, &info) < 0 || fcntl(fd, F_SETFL, 0) < 0)
        status = skr_fail(err, SKR_ERR_IO, "%s: cannot open: %s", path, strerror(errno));
    else if (!S_ISREG(info.st_mode))
        status = skr_fail(err, SKR_ERR_CORRUPT, "%s: not a regular file", path);
    else if ((uint64_t)info.st_size != file->id.n_bytes ||
             file->id.n_bytes < SKR_FORMAT_FILE_SIZE_MIN)
        status = skr_fail(err, SKR_ERR_CORRUPT, "%s: %" PRIu64 " bytes, expected %" PRIu64, path,
                          (uint64_t)info.st_size, file->id.n_bytes);
    if (status == SKR_OK)
        *ret_fd = fd;
    else
        (void)close(fd);
    return status;
}

static int fail_at_limit(const skr_block_file *file, skr_err *err)
{
    return skr_fail(err, SKR_ERR_IO,
                    "%s: cannot open: the limit of open files is reached; raise it (ulimit -n)",
                    file->path);
}

int skr_open_files_open(const skr_block_file *file, int *ret_fd, skr_err *err)
{
    int status = open_path(file, ret_fd, err);
    return status == SKR_ERR_LIMIT ? fail_at_limit(file, err) : status;
}

/* Opens a file by its name; those who are in the way are closed. Needs the lock. */
static int open_again(skr_open_files *files, skr_block_file *file, skr_err *err)
{
    while (files->state.n_open >= files->state.n_max && give_up_one(files))
        ;
    int status = open_path(file, &file->fd, err);
    while (status == SKR_ERR_LIMIT) {
        files->state.n_refused++;
        if (!give_up_one(files))
            return fail_at_limit(file, err);
        status = open_path(file, &file->fd, err);
    }
    files->state.n_open += status == SKR_OK;
    return status;
}

int skr_block_file_pin(const skr_block_file *of, int *ret_fd, skr_err *err)
{
    skr_block_file *file = (skr_block_file *)of;
    skr_open_files *files = file->files;
    int status = SKR_OK;
    if (files == NULL) {
        *ret_fd = file->fd;
        return SKR_OK;
    }
    (void)pthread_mutex_lock(&files->lock);
    if (file->fd < 0)
        status = open_again(files, file, err);
    else if (file->n_pins == 0)
        list_take(files, file);
    if (status == SKR_OK) {
        file->n_pins++;
        *ret_fd = file->fd;
    }
    (void)pthread_mutex_unlock(&files->lock);
    return status;
}

bool skr_block_file_pin_if_room(const skr_block_file *of, int *ret_fd)
{
    skr_open_files *files = of->files;
    bool has_room = true;
    if (files != NULL) {
        (void)pthread_mutex_lock(&files->lock);
        has_room = of->fd >= 0 || files->first != NULL || files->state.n_open < files->state.n_max;
        (void)pthread_mutex_unlock(&files->lock);
    }
    return has_room && skr_block_file_pin(of, ret_fd, NULL) == SKR_OK;
}

void skr_block_file_unpin(const skr_block_file *of)
{
    skr_block_file *file = (skr_block_file *)of;
    skr_open_files *files = file->files;
    if (files == NULL)
        return;
    (void)pthread_mutex_lock(&files->lock);
    SKR_CHECK(file->n_pins > 0);
    file->n_pins--;
    if (file->n_pins == 0)
        list_append(files, file);
    while (files->state.n_open > files->state.n_max && give_up_one(files))
        ;
    (void)pthread_mutex_unlock(&files->lock);
}

void skr_open_files_leave(skr_block_file *file)
{
    skr_open_files *files = file->files;
    (void)pthread_mutex_lock(&files->lock);
    SKR_CHECK(file->n_pins == 0);
    if (file->fd >= 0) {
        list_take(files, file);
        close_descriptors(file);
        files->state.n_open--;
    }
    (void)pthread_mutex_unlock(&files->lock);
}
