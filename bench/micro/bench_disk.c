/*
 * bench_disk.c - the floor of a cold scan: files read as fast as the disk gives them, and dropped.
 *
 * Usage: bench_disk FILE... Eight reads of 512 KiB under way at once by io_uring, past the page
 * cache (O_DIRECT), into huge pages. One line: bytes, wall time and CPU in microseconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define N_UNDER_WAY 8u
#define N_PIECE (512u << 10)
#define N_HUGE (2u << 20)

typedef struct reader {
    struct io_uring ring;
    uint8_t *bytes; /* N_UNDER_WAY pieces */
    int fd;
    uint64_t n_file;
    uint64_t at;     /* of the next read */
    uint64_t n_read; /* of all files */
} reader;

static double now_us(clockid_t clock)
{
    struct timespec at;
    (void)clock_gettime(clock, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static void submit(reader *r, uint64_t piece)
{
    struct io_uring_sqe *entry = io_uring_get_sqe(&r->ring);
    io_uring_prep_read(entry, r->fd, r->bytes + piece * N_PIECE, N_PIECE, r->at);
    io_uring_sqe_set_data64(entry, piece);
    r->at += N_PIECE;
}

static int read_file(reader *r, const char *path)
{
    struct stat found;
    uint64_t n_under_way = 0;
    int status = 0;
    r->fd = open(path, O_RDONLY | O_DIRECT);
    if (r->fd < 0 || fstat(r->fd, &found) < 0)
        return -errno;
    r->n_file = (uint64_t)found.st_size;
    for (r->at = 0; n_under_way < N_UNDER_WAY && r->at < r->n_file; n_under_way++)
        submit(r, n_under_way);
    while (n_under_way > 0 && status >= 0) {
        struct io_uring_cqe *done;
        (void)io_uring_submit(&r->ring);
        status = io_uring_wait_cqe(&r->ring, &done);
        if (status < 0)
            break;
        uint64_t piece = io_uring_cqe_get_data64(done);
        status = done->res;
        r->n_read += status > 0 ? (uint64_t)status : 0;
        io_uring_cqe_seen(&r->ring, done);
        n_under_way--;
        if (status >= 0 && r->at < r->n_file) {
            submit(r, piece);
            n_under_way++;
        }
    }
    (void)close(r->fd);
    return status < 0 ? status : 0;
}

int main(int n_args, char **args)
{
    reader r = {.fd = -1};
    size_t n_bytes = (size_t)N_UNDER_WAY * N_PIECE;
    void *area =
        mmap(NULL, n_bytes + N_HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED || io_uring_queue_init(N_UNDER_WAY, &r.ring, 0) < 0) {
        (void)fprintf(stderr, "bench_disk: no memory, or no io_uring\n");
        return 1;
    }
    r.bytes = (uint8_t *)(((uintptr_t)area + N_HUGE - 1) / N_HUGE * N_HUGE);
    (void)madvise(r.bytes, n_bytes, MADV_HUGEPAGE);
    memset(r.bytes, 1, n_bytes);
    double cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
    double start = now_us(CLOCK_MONOTONIC);
    int status = 0;
    for (int i = 1; i < n_args && status == 0; i++)
        status = read_file(&r, args[i]);
    if (status < 0)
        (void)fprintf(stderr, "bench_disk: %s\n", strerror(-status));
    else
        (void)printf("%" PRIu64 " %.0f %.0f\n", r.n_read, now_us(CLOCK_MONOTONIC) - start,
                     now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    io_uring_queue_exit(&r.ring);
    (void)munmap(area, n_bytes + N_HUGE);
    return status < 0;
}
