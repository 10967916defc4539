/*
 * read_ahead.c - a ring of runs, and a ring of memory that they lie in.
 */
#include "storage/block/read_ahead.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "storage/base/check.h"
#include "storage/block/block_file_int.h"

#define AREA_BYTES ((size_t)32 << 20)
#define HUGE_PAGE ((size_t)2 << 20)
#define RUNS_MAX 256u

/* Larger ones are read when they are wanted: most of the area must be free for the next. */
#define RUN_BYTES_MAX ((size_t)8 << 20)

/* What reads around the page cache must be multiples of: place, length and memory. */
#define ALIGNMENT ((size_t)4096)

typedef struct ahead_run {
    const skr_block_file *file;
    uint64_t offset;
    size_t n;
    const uint8_t *bytes; /* of offset */
    size_t area_end;      /* after its memory */
    skr_io_read read;
} ahead_run;

struct skr_read_ahead {
    uint8_t *mapped;
    uint8_t *area; /* aligned to huge pages */
    ahead_run runs[RUNS_MAX];
    uint64_t first; /* number of the oldest that is kept; it is runs[first % RUNS_MAX] */
    uint64_t next;  /* number of the next */
    size_t area_next;
};

int skr_read_ahead_new(skr_read_ahead **ret_ahead, skr_err *err)
{
    skr_read_ahead *ahead = calloc(1, sizeof *ahead);
    if (ahead == NULL)
        return skr_fail_nomem(err, "reader");
    ahead->first = 1;
    ahead->next = 1;
    *ret_ahead = ahead;
    return SKR_OK;
}

static void wait_for(skr_io *io, ahead_run *run)
{
    if (run->read.is_flying)
        io->methods->wait(io, &run->read);
}

void skr_read_ahead_free(skr_read_ahead *ahead, skr_io *io)
{
    if (ahead == NULL)
        return;
    if (ahead->next > ahead->first)
        skr_read_ahead_pass(ahead, io, ahead->next - 1);
    if (ahead->mapped != NULL)
        (void)munmap(ahead->mapped, AREA_BYTES + HUGE_PAGE);
    free(ahead);
}

static bool has_area(skr_read_ahead *ahead)
{
    if (ahead->area != NULL)
        return true;
    void *mapped = mmap(NULL, AREA_BYTES + HUGE_PAGE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        return false;
    ahead->mapped = mapped;
    ahead->area = ahead->mapped + (HUGE_PAGE - (uintptr_t)mapped % HUGE_PAGE) % HUGE_PAGE;
    (void)madvise(ahead->area, AREA_BYTES, MADV_HUGEPAGE);
    return true;
}

/* A place for n bytes after the newest run that does not reach into the oldest. */
static bool find_place(const skr_read_ahead *ahead, size_t n, size_t *ret_at)
{
    if (ahead->next - ahead->first >= RUNS_MAX)
        return false;
    if (ahead->next == ahead->first) {
        *ret_at = 0;
        return n <= AREA_BYTES;
    }
    const ahead_run *oldest = &ahead->runs[ahead->first % RUNS_MAX];
    size_t oldest_at = (size_t)((const uint8_t *)oldest->read.bytes - ahead->area);
    size_t at = ahead->area_next;
    if (at > oldest_at && n > AREA_BYTES - at)
        at = 0; /* not enough before the end of the area */
    else if (at > oldest_at) {
        *ret_at = at;
        return true;
    }
    *ret_at = at;
    return at < oldest_at && n < oldest_at - at;
}

uint64_t skr_read_ahead_start(skr_read_ahead *ahead, skr_io *io, const skr_block_file *file,
                              uint64_t offset, size_t n)
{
    uint64_t from = offset / ALIGNMENT * ALIGNMENT;
    size_t n_aligned = (size_t)((offset + n - from + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    size_t at = 0;
    if (n == 0 || n_aligned > RUN_BYTES_MAX || !has_area(ahead) ||
        !find_place(ahead, n_aligned, &at))
        return 0;
    SKR_CHECK(at + n_aligned <= AREA_BYTES);
    ahead_run *newest = &ahead->runs[ahead->next % RUNS_MAX];
    int fd = -1;
    if (!skr_block_file_pin_if_room(file, &fd))
        return 0;
    int direct = skr_block_file_direct(file);
    *newest = (ahead_run){.file = file,
                          .offset = offset,
                          .n = n,
                          .bytes = ahead->area + at + (offset - from),
                          .area_end = at + n_aligned,
                          .read = {.fd = direct < 0 ? fd : direct,
                                   .offset = from,
                                   .bytes = ahead->area + at,
                                   .n = n_aligned}};
    struct iovec piece = {.iov_base = newest->read.bytes, .iov_len = n_aligned};
    ssize_t n_there = preadv2(fd, &piece, 1, (off_t)from, RWF_NOWAIT);
    if (n_there >= 0 && (uint64_t)n_there >= offset - from + n)
        newest->read.n_done = (size_t)n_there;
    else
        io->methods->start(io, &newest->read);
    ahead->area_next = newest->area_end;
    return ahead->next++;
}

const uint8_t *skr_read_ahead_find(skr_read_ahead *ahead, skr_io *io, const skr_block_file *file,
                                   uint64_t offset, size_t n)
{
    for (uint64_t i = ahead->first; i < ahead->next; i++) {
        ahead_run *at = &ahead->runs[i % RUNS_MAX];
        if (at->file != file || offset < at->offset || offset - at->offset > at->n ||
            n > at->n - (size_t)(offset - at->offset))
            continue;
        wait_for(io, at);
        size_t n_needed = (size_t)(offset - at->read.offset) + n;
        SKR_CHECK(n_needed <= at->read.n);
        return at->read.n_done >= n_needed ? at->bytes + (offset - at->offset) : NULL;
    }
    return NULL;
}

void skr_read_ahead_pass(skr_read_ahead *ahead, skr_io *io, uint64_t number)
{
    for (; ahead->first < ahead->next && ahead->first <= number; ahead->first++) {
        wait_for(io, &ahead->runs[ahead->first % RUNS_MAX]);
        skr_block_file_unpin(ahead->runs[ahead->first % RUNS_MAX].file);
    }
}
