/* spool.c - the files of a spool folder, one after the other, and where they go. */
#include "tools/skerry/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "storage/base/limits.h"
#include "storage/base/names.h"

#define DONE "done"
#define REFUSED "refused"
#define SHEET_END ".samples.tsv"
#define CHECKSUMS_END ".sha256"
#define REASON_END ".reason.txt"
#define FREE_NAME_TRIES 10000

/* What goes with a file, and is none. */
static const char *const companion_ends[] = {".tbi", ".csi", ".crai",   ".bai",
                                             ".gzi", ".md5", SHEET_END, CHECKSUMS_END};
static const char *const unfinished_ends[] = {".part", ".partial", ".tmp", ".filepart"};

typedef struct spool_folder {
    const char *folder;
    int fd;
    double settle_s;
    skr_names names;
    skr_spool_result result;
} spool_folder;

static int fail(const spool_folder *spool, const char *name, const char *what, skr_err *err)
{
    return skr_fail(err, SKR_ERR_IO, "%s/%s: cannot %s: %s", spool->folder, name, what,
                    strerror(errno));
}

/* ------------------------------------------------------------------ which files */

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name);
    size_t n_end = strlen(end);
    return n > n_end && strcmp(name + n - n_end, end) == 0;
}

static bool ends_with_any(const char *name, const char *const *ends, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ends_with(name, ends[i]))
            return true;
    return false;
}

#define N_OF(list) (sizeof(list) / sizeof *(list))

static bool is_there(const spool_folder *spool, const char *name)
{
    struct stat info;
    return fstatat(spool->fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode);
}

/* Is it the index, list or sheet of another file that is there? */
static bool is_companion(const spool_folder *spool, const char *name)
{
    for (size_t i = 0; i < N_OF(companion_ends); i++) {
        if (!ends_with(name, companion_ends[i]))
            continue;
        char *of = strndup(name, strlen(name) - strlen(companion_ends[i]));
        bool is_one = of != NULL && is_there(spool, of);
        free(of);
        if (is_one)
            return true;
    }
    return false;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int list_names(spool_folder *spool, skr_err *err)
{
    int fd = openat(spool->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        int status = fail(spool, ".", "list", err);
        if (fd >= 0)
            (void)close(fd);
        return status;
    }
    int status = SKR_OK;
    struct dirent *entry;
    while (status == SKR_OK && (entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        uint32_t number = 0;
        if (name[0] != '.' && is_there(spool, name) &&
            !ends_with_any(name, unfinished_ends, N_OF(unfinished_ends)) &&
            !is_companion(spool, name))
            status = skr_names_add(&spool->names, name, &number, err);
    }
    (void)closedir(dir);
    return status;
}

/* Did it, or what goes with it, change a short while ago? A time to come counts as just now. */
static bool is_young(const spool_folder *spool, const char *name)
{
    struct stat info;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (fstatat(spool->fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    double age_s = (double)(now.tv_sec - info.st_mtim.tv_sec) +
                   (double)(now.tv_nsec - info.st_mtim.tv_nsec) / 1e9;
    return age_s < spool->settle_s;
}

/* ------------------------------------------------------------------ where they go */

static int open_below(const spool_folder *spool, const char *name, int *ret_fd, skr_err *err)
{
    if (mkdirat(spool->fd, name, SKR_STORE_FOLDER_MODE) < 0 && errno != EEXIST)
        return fail(spool, name, "make", err);
    *ret_fd = openat(spool->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *ret_fd < 0 ? fail(spool, name, "open", err) : SKR_OK;
}

/* A name that is free below: NAME, else NAME.2, NAME.3 ... The caller frees it. */
static char *free_name(int below_fd, const char *name)
{
    char *made = strdup(name);
    struct stat info;
    for (int i = 2; made != NULL && i < FREE_NAME_TRIES; i++) {
        if (fstatat(below_fd, made, &info, AT_SYMLINK_NOFOLLOW) < 0)
            return made;
        free(made);
        if (asprintf(&made, "%s.%d", name, i) < 0)
            made = NULL;
    }
    return made;
}

static void move_companions(const spool_folder *spool, int below_fd, const char *name,
                            const char *moved)
{
    for (size_t i = 0; i < N_OF(companion_ends); i++) {
        char *from = NULL;
        char *to = NULL;
        /* an index that stays behind harms nothing: it is refused by itself in the next run */
        if (asprintf(&from, "%s%s", name, companion_ends[i]) >= 0 &&
            asprintf(&to, "%s%s", moved, companion_ends[i]) >= 0)
            (void)renameat(spool->fd, from, below_fd, to);
        free(from);
        free(to);
    }
}

static int write_reason(const spool_folder *spool, int below_fd, const char *moved,
                        const char *reason, skr_err *err)
{
    char *name = NULL;
    if (asprintf(&name, "%s" REASON_END, moved) < 0)
        return skr_fail_nomem(err, moved);
    int fd = openat(below_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                    SKR_STORE_FILE_MODE);
    int status = SKR_OK;
    if (fd < 0 || dprintf(fd, "%s\n", reason) < 0 || fsync(fd) < 0)
        status = fail(spool, name, "write", err);
    if (fd >= 0)
        (void)close(fd);
    free(name);
    return status;
}

/* reason: NULL when the file was taken. */
static int move_file(const spool_folder *spool, const char *name, const char *reason, skr_err *err)
{
    int below_fd = -1;
    SKR_TRY(open_below(spool, reason == NULL ? DONE : REFUSED, &below_fd, err));
    int status = SKR_OK;
    char *moved = free_name(below_fd, name);
    if (moved == NULL)
        status = skr_fail_nomem(err, name);
    if (status == SKR_OK && reason != NULL)
        status = write_reason(spool, below_fd, moved, reason, err);
    if (status == SKR_OK && renameat(spool->fd, name, below_fd, moved) < 0)
        status = fail(spool, name, "move", err);
    if (status == SKR_OK) {
        move_companions(spool, below_fd, name, moved);
        if (fsync(below_fd) < 0 || fsync(spool->fd) < 0)
            status = fail(spool, name, "sync the folder of", err);
    }
    free(moved);
    (void)close(below_fd);
    return status;
}

/* ------------------------------------------------------------------ one run */

/* folder/name + end if that is a file; otherwise NULL. The caller frees it. */
static char *companion_path(const spool_folder *spool, const char *name, const char *end)
{
    char *companion = NULL;
    char *path = NULL;
    if (asprintf(&companion, "%s%s", name, end) < 0)
        return NULL;
    if (is_there(spool, companion) && asprintf(&path, "%s/%s", spool->folder, companion) < 0)
        path = NULL;
    free(companion);
    return path;
}

static int take_file(spool_folder *spool, const char *name, skr_spool_fn take, void *context,
                     skr_err *err)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", spool->folder, name) < 0)
        return skr_fail_nomem(err, name);
    char *sheet = companion_path(spool, name, SHEET_END);
    char *checksums = companion_path(spool, name, CHECKSUMS_END);
    const skr_spooled file = {.name = name, .path = path, .sheet = sheet, .checksums = checksums};
    skr_err refusal = {.message = ""};
    int status = take(context, &file, &refusal);
    free(path);
    free(sheet);
    free(checksums);
    if (status == SKR_OK) {
        spool->result.n_taken++;
        return move_file(spool, name, NULL, err);
    }
    if (status == SKR_ERR_INPUT || status == SKR_ERR_NOT_YET) {
        spool->result.n_refused++;
        return move_file(spool, name, refusal.message, err);
    }
    *err = refusal;
    return status;
}

static int open_folder(spool_folder *spool, skr_err *err)
{
    spool->fd = open(spool->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (spool->fd < 0)
        return skr_fail(err, SKR_ERR_USAGE, "--spool %s: cannot open the folder: %s", spool->folder,
                        strerror(errno));
    if (flock(spool->fd, LOCK_EX | LOCK_NB) < 0)
        return skr_fail(err, SKR_ERR_LOCKED, "%s: another run takes the files of this folder",
                        spool->folder);
    return SKR_OK;
}

int skr_spool_run(const char *folder, double settle_s, skr_spool_fn take, void *context,
                  skr_spool_result *ret_result, skr_err *err)
{
    spool_folder spool = {.folder = folder, .fd = -1, .settle_s = settle_s};
    int status = open_folder(&spool, err);
    if (status == SKR_OK)
        status = list_names(&spool, err);
    if (spool.names.n > 0)
        qsort(spool.names.texts, spool.names.n, sizeof *spool.names.texts, compare_texts);
    for (uint32_t i = 0; i < spool.names.n && status == SKR_OK; i++) {
        if (is_young(&spool, spool.names.texts[i]))
            spool.result.n_young++;
        else
            status = take_file(&spool, spool.names.texts[i], take, context, err);
    }
    *ret_result = spool.result;
    skr_names_done(&spool.names);
    if (spool.fd >= 0)
        (void)close(spool.fd);
    return status;
}
