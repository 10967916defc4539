/*
 * faulty_files.c - a library that stands between a program and its files (LD_PRELOAD): it counts
 * the calls on files below one folder, lets one of them fail, and writes down what was changed.
 *
 *   FAULTY_FOLDER   the folder; without it every call goes through
 *   FAULTY_AT       the number, from 1, of the call that goes wrong
 *   FAULTY_HOW      EIO, ENOSPC, EINTR, ENOMEM: the call fails so; short: a read or write moves one
 *                   byte only, other calls fail with EIO; flip: a bit of what is read is inverted;
 *                   kill: the process dies before the call
 *                   EMFILE: a file cannot be opened, and FAULTY_AT counts opens alone
 *   FAULTY_ON       1: so do all calls of that kind from there on
 *   FAULTY_COUNT    a file that gets the numbers of calls and of opens when the process ends
 *   FAULTY_JOURNAL  a file that gets every change, for whoever simulates a power cut
 *
 * A journal is a list of records: one letter, two u64 and a u32 length, then as many bytes.
 *   C inode 0 name     a name was made           U 0 0 name         a name was removed
 *   R 0 0 "from\0to"   a name was replaced       W inode offset data
 *   T inode size ""    cut or grown              S inode 0 ""       the file was synced
 *   D 0 0 ""           the folder was synced     L inode 0 name     a further name of a file
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define N_FDS 4096
#define EXPORT __attribute__((visibility("default")))
/* The function that would have been called without this library. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

typedef enum kind {
    NONE = 0,
    A_FILE,
    THE_FOLDER
} kind;

static struct {
    const char *folder;
    size_t n_folder;
    long at;
    int number; /* errno; 0: short or flip */
    bool is_flip;
    bool is_kill;
    bool is_lasting;
    const char *count;
    int journal;
} plan = {.journal = -1};

static atomic_long n_calls;
static atomic_long n_opens;
static _Atomic unsigned char kinds[N_FDS];
static pthread_mutex_t journal_lock = PTHREAD_MUTEX_INITIALIZER;

static long number_of(const char *text)
{
    return text == NULL ? 0 : strtol(text, NULL, 10);
}

__attribute__((constructor)) static void begin(void)
{
    const char *how = getenv("FAULTY_HOW");
    const char *journal = getenv("FAULTY_JOURNAL");
    plan.folder = getenv("FAULTY_FOLDER");
    plan.n_folder = plan.folder == NULL ? 0 : strlen(plan.folder);
    plan.at = number_of(getenv("FAULTY_AT"));
    plan.is_lasting = number_of(getenv("FAULTY_ON")) == 1;
    plan.count = getenv("FAULTY_COUNT");
    if (how != NULL) {
        plan.number = strcmp(how, "EIO") == 0      ? EIO
                      : strcmp(how, "ENOSPC") == 0 ? ENOSPC
                      : strcmp(how, "EINTR") == 0  ? EINTR
                      : strcmp(how, "ENOMEM") == 0 ? ENOMEM
                      : strcmp(how, "EMFILE") == 0 ? EMFILE
                                                   : 0;
        plan.is_flip = strcmp(how, "flip") == 0;
        plan.is_kill = strcmp(how, "kill") == 0;
    }
    if (journal != NULL)
        plan.journal = NEXT(open)(journal, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

__attribute__((destructor)) static void end(void)
{
    if (plan.count == NULL || plan.folder == NULL)
        return;
    int fd = NEXT(open)(plan.count, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    char text[64];
    int n = snprintf(text, sizeof text, "%ld %ld\n", atomic_load(&n_calls), atomic_load(&n_opens));
    if (fd < 0 || NEXT(write)(fd, text, (size_t)n) != n)
        _exit(99);
    (void)NEXT(close)(fd);
}

static bool is_planned(long number)
{
    return plan.at > 0 && (number == plan.at || (plan.is_lasting && number > plan.at));
}

/* Counts a call. True: this is one that goes wrong. */
static bool is_faulty(void)
{
    bool is_one = is_planned(atomic_fetch_add(&n_calls, 1) + 1) && plan.number != EMFILE;
    if (is_one && plan.is_kill)
        (void)raise(SIGKILL);
    return is_one;
}

static int failure(void)
{
    errno = plan.number != 0 ? plan.number : EIO;
    return -1;
}

/* For calls that cannot be short: a flip does nothing to them. */
static bool fails(void)
{
    return is_faulty() && !plan.is_flip;
}

/* ------------------------------------------------------------------ the journal */

static void put(char letter, uint64_t first, uint64_t second, const void *bytes, size_t n)
{
    if (plan.journal < 0)
        return;
    unsigned char head[21] = {(unsigned char)letter};
    uint32_t length = (uint32_t)n;
    memcpy(head + 1, &first, 8);
    memcpy(head + 9, &second, 8);
    memcpy(head + 17, &length, 4);
    (void)pthread_mutex_lock(&journal_lock);
    bool is_put = NEXT(write)(plan.journal, head, sizeof head) == (ssize_t)sizeof head &&
                  NEXT(write)(plan.journal, bytes, n) == (ssize_t)n;
    (void)pthread_mutex_unlock(&journal_lock);
    if (!is_put)
        _exit(98);
}

static uint64_t inode_of(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 ? (uint64_t)info.st_ino : 0;
}

/* ------------------------------------------------------------------ which files */

static kind kind_of(int fd)
{
    return fd >= 0 && fd < N_FDS ? (kind)atomic_load(&kinds[fd]) : NONE;
}

static void set_kind(int fd, kind of)
{
    if (fd >= 0 && fd < N_FDS)
        atomic_store(&kinds[fd], (unsigned char)of);
}

/* The name within the folder; "" the folder itself; NULL: it lies elsewhere. */
static const char *name_of(int dir_fd, const char *path)
{
    if (plan.folder == NULL)
        return NULL;
    if (path[0] != '/' && kind_of(dir_fd) == THE_FOLDER)
        return strcmp(path, ".") == 0 ? "" : path;
    if (strncmp(path, plan.folder, plan.n_folder) != 0)
        return NULL;
    if (path[plan.n_folder] == '\0')
        return "";
    return path[plan.n_folder] == '/' ? path + plan.n_folder + 1 : NULL;
}

static int open_it(int dir_fd, const char *path, int flags, mode_t mode)
{
    const char *name = name_of(dir_fd, path);
    if (name == NULL)
        return NEXT(openat)(dir_fd, path, flags, mode);
    bool has_room = !is_planned(atomic_fetch_add(&n_opens, 1) + 1) || plan.number != EMFILE;
    if (fails() || !has_room)
        return failure();
    struct stat info;
    bool was_there = fstatat(dir_fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0;
    int fd = NEXT(openat)(dir_fd, path, flags, mode);
    if (fd < 0)
        return fd;
    set_kind(fd, *name == '\0' ? THE_FOLDER : A_FILE);
    if ((flags & O_CREAT) != 0 && !was_there)
        put('C', inode_of(fd), 0, name, strlen(name));
    else if ((flags & O_TRUNC) != 0)
        put('T', inode_of(fd), 0, "", 0);
    return fd;
}

#define MODE_OF(flags)                                                                             \
    mode_t mode = 0;                                                                               \
    if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) {                                                \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode = va_arg(arguments, mode_t);                                                          \
        va_end(arguments);                                                                         \
    }

EXPORT int open(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_it(AT_FDCWD, path, flags, mode);
}

EXPORT int open64(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_it(AT_FDCWD, path, flags, mode);
}

EXPORT int openat(int dir_fd, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_it(dir_fd, path, flags, mode);
}

EXPORT int openat64(int dir_fd, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_it(dir_fd, path, flags, mode);
}

int __open64_2(const char *path, int flags);
EXPORT int __open64_2(const char *path, int flags)
{
    return open_it(AT_FDCWD, path, flags, 0);
}

int __openat64_2(int dir_fd, const char *path, int flags);
EXPORT int __openat64_2(int dir_fd, const char *path, int flags)
{
    return open_it(dir_fd, path, flags, 0);
}

EXPORT int close(int fd)
{
    set_kind(fd, NONE);
    return NEXT(close)(fd);
}

/* ------------------------------------------------------------------ bytes */

EXPORT ssize_t write(int fd, const void *bytes, size_t n)
{
    if (kind_of(fd) != A_FILE)
        return NEXT(write)(fd, bytes, n);
    if (fails() && (plan.number != 0 || n <= 1))
        return failure();
    else if (plan.at > 0 && plan.number == 0 && !plan.is_flip && atomic_load(&n_calls) == plan.at)
        n = 1;
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t n_done = NEXT(write)(fd, bytes, n);
    if (n_done > 0)
        put('W', inode_of(fd), (uint64_t)at, bytes, (size_t)n_done);
    return n_done;
}

static ssize_t pwrite_it(int fd, const void *bytes, size_t n, off_t at)
{
    if (kind_of(fd) != A_FILE)
        return NEXT(pwrite)(fd, bytes, n, at);
    if (fails()) {
        if (plan.number != 0 || n <= 1)
            return failure();
        n = 1;
    }
    ssize_t n_done = NEXT(pwrite)(fd, bytes, n, at);
    if (n_done > 0)
        put('W', inode_of(fd), (uint64_t)at, bytes, (size_t)n_done);
    return n_done;
}

EXPORT ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    return pwrite_it(fd, bytes, n, at);
}

EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    return pwrite_it(fd, bytes, n, at);
}

/* What a read that goes wrong gives, of n_done bytes that it would have given. */
static ssize_t spoil(void *bytes, ssize_t n_done)
{
    if (plan.number != 0)
        return failure();
    if (plan.is_flip && n_done > 0)
        ((unsigned char *)bytes)[n_done / 2] ^= 4;
    return plan.is_flip || n_done < 1 ? n_done : 1;
}

EXPORT ssize_t read(int fd, void *bytes, size_t n)
{
    bool is_one = kind_of(fd) == A_FILE && is_faulty();
    /* what a short read leaves must be read by the next one */
    size_t n_asked = is_one && plan.number == 0 && !plan.is_flip && n > 1 ? 1 : n;
    ssize_t n_done = NEXT(read)(fd, bytes, n_asked);
    return is_one ? spoil(bytes, n_done) : n_done;
}

static ssize_t pread_it(int fd, void *bytes, size_t n, off_t at)
{
    ssize_t n_done = NEXT(pread)(fd, bytes, n, at);
    return kind_of(fd) == A_FILE && is_faulty() ? spoil(bytes, n_done) : n_done;
}

EXPORT ssize_t pread(int fd, void *bytes, size_t n, off_t at)
{
    return pread_it(fd, bytes, n, at);
}

EXPORT ssize_t pread64(int fd, void *bytes, size_t n, off64_t at)
{
    return pread_it(fd, bytes, n, at);
}

static ssize_t preadv2_it(int fd, const struct iovec *parts, int n, off_t at, int flags)
{
    ssize_t n_done = NEXT(preadv2)(fd, parts, n, at, flags);
    return kind_of(fd) == A_FILE && is_faulty() ? spoil(parts[0].iov_base, n_done) : n_done;
}

EXPORT ssize_t preadv2(int fd, const struct iovec *parts, int n, off_t at, int flags)
{
    return preadv2_it(fd, parts, n, at, flags);
}

EXPORT ssize_t preadv64v2(int fd, const struct iovec *parts, int n, off64_t at, int flags)
{
    return preadv2_it(fd, parts, n, at, flags);
}

/* io_uring: a completion is spoiled before the program sees it. Reads of the store alone go this
 * way, so each counts. */
static void spoil_completions(struct io_uring *ring, unsigned *n_seen)
{
    unsigned end = *(volatile unsigned *)ring->cq.ktail;
    unsigned mask = *ring->cq.kring_mask;
    for (; *n_seen != end; (*n_seen)++) {
        struct io_uring_cqe *done = &ring->cq.cqes[*n_seen & mask];
        if (!is_faulty() || plan.is_flip || done->res < 0)
            continue;
        done->res = plan.number != 0 ? -plan.number : done->res > 1 ? 1 : -EIO;
    }
}

static _Thread_local unsigned n_completions; /* a ring has one thread */
static _Thread_local struct io_uring *last_ring;

static void look_at(struct io_uring *ring)
{
    if (plan.folder == NULL)
        return;
    if (ring != last_ring)
        n_completions = *ring->cq.khead;
    last_ring = ring;
    if ((int)(n_completions - *ring->cq.khead) < 0)
        n_completions = *ring->cq.khead;
    spoil_completions(ring, &n_completions);
}

EXPORT int io_uring_submit_and_wait(struct io_uring *ring, unsigned n)
{
    int code = NEXT(io_uring_submit_and_wait)(ring, n);
    look_at(ring);
    return code;
}

/* ------------------------------------------------------------------ names and syncs */

EXPORT int fsync(int fd)
{
    kind of = kind_of(fd);
    if (of == NONE)
        return NEXT(fsync)(fd);
    if (fails())
        return failure();
    put(of == THE_FOLDER ? 'D' : 'S', of == THE_FOLDER ? 0 : inode_of(fd), 0, "", 0);
    return 0; /* a power cut is simulated: nothing needs to come to a disk */
}

static int truncate_it(int fd, off_t n)
{
    if (kind_of(fd) != A_FILE)
        return NEXT(ftruncate)(fd, n);
    if (fails())
        return failure();
    int code = NEXT(ftruncate)(fd, n);
    if (code == 0)
        put('T', inode_of(fd), (uint64_t)n, "", 0);
    return code;
}

EXPORT int ftruncate(int fd, off_t n)
{
    return truncate_it(fd, n);
}

EXPORT int ftruncate64(int fd, off64_t n)
{
    return truncate_it(fd, n);
}

EXPORT int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    const char *old = name_of(from_fd, from);
    const char *now = name_of(to_fd, to);
    if (old == NULL || now == NULL)
        return NEXT(renameat)(from_fd, from, to_fd, to);
    if (fails())
        return failure();
    int code = NEXT(renameat)(from_fd, from, to_fd, to);
    char both[1024];
    size_t n_old = strlen(old) + 1;
    size_t n_now = strlen(now);
    if (code == 0 && n_old + n_now < sizeof both) {
        memcpy(both, old, n_old);
        memcpy(both + n_old, now, n_now);
        put('R', 0, 0, both, n_old + n_now);
    }
    return code;
}

EXPORT int rename(const char *from, const char *to)
{
    if (name_of(AT_FDCWD, from) != NULL && name_of(AT_FDCWD, to) != NULL)
        return renameat(AT_FDCWD, from, AT_FDCWD, to);
    return NEXT(rename)(from, to);
}

EXPORT int unlinkat(int dir_fd, const char *path, int flags)
{
    const char *name = name_of(dir_fd, path);
    if (name == NULL)
        return NEXT(unlinkat)(dir_fd, path, flags);
    if (fails())
        return failure();
    int code = NEXT(unlinkat)(dir_fd, path, flags);
    if (code == 0)
        put('U', 0, 0, name, strlen(name));
    return code;
}

EXPORT int unlink(const char *path)
{
    if (name_of(AT_FDCWD, path) != NULL)
        return unlinkat(AT_FDCWD, path, 0);
    return NEXT(unlink)(path);
}

EXPORT int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    const char *now = name_of(to_fd, to);
    if (now == NULL)
        return NEXT(linkat)(from_fd, from, to_fd, to, flags);
    if (fails())
        return failure();
    int code = NEXT(linkat)(from_fd, from, to_fd, to, flags);
    struct stat info;
    if (code == 0 && fstatat(to_fd, to, &info, AT_SYMLINK_NOFOLLOW) == 0)
        put('L', (uint64_t)info.st_ino, 0, now, strlen(now));
    return code;
}
