/*
 * What was begun ahead is found whole or not at all, whoever reads and whether the page cache has
 * it; memory comes round again.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "storage/block/block_file.h"
#include "storage/block/read_ahead.h"
#include "tests/support/random.h"
#include "tests/support/temp_folder.h"

#define N_BLOCKS 60
#define BLOCK_BYTES 100000u

static test_folder folder;
static skr_file_id id;
static skr_block_ref refs[N_BLOCKS];
static skr_block_file *file;
static uint8_t blocks[N_BLOCKS][BLOCK_BYTES];
static skr_err err;

static void set_up(void)
{
    test_random random = test_random_seeded(3);
    skr_block_writer *writer = NULL;
    folder = test_folder_make();
    cr_assert(
        zero(int, skr_block_writer_new(folder.path, "s-1.skr", SKR_FILE_SEGMENT, &writer, &err)));
    for (size_t b = 0; b < N_BLOCKS; b++) {
        for (size_t i = 0; i < BLOCK_BYTES; i++)
            blocks[b][i] = (uint8_t)test_random_below(&random, 256);
        cr_assert(zero(int, skr_block_writer_put(writer, blocks[b], BLOCK_BYTES, SKR_CODEC_PLAIN,
                                                 &refs[b], &err)));
    }
    cr_assert(zero(int, skr_block_writer_finish(writer, "dir", 3, &id, &err)));
    skr_block_writer_free(writer);
    cr_assert(zero(int, skr_block_file_open(folder.path, &id, SKR_FILE_SEGMENT, &file, &err)));
}

static void tear_down(void)
{
    skr_block_file_close(file);
    test_folder_remove(&folder);
}

TestSuite(read_ahead, .init = set_up, .fini = tear_down);

/* Without the page cache, so far as the system lets go of it. */
static void drop(void)
{
    int fd = open(test_folder_file(&folder, id.name), O_RDONLY);
    (void)fsync(fd);
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
}

/* Runs of one to four blocks, several ahead, more of them than there is memory for at once. */
static void check_runs(skr_io *io, bool is_cold)
{
    skr_read_ahead *ahead = NULL;
    test_random random = test_random_seeded(8);
    uint64_t last = 0;
    cr_assert(zero(int, skr_read_ahead_new(&ahead, &err)));
    for (int round = 0; round < 400; round++) {
        if (is_cold && round % 40 == 0)
            drop();
        size_t b = test_random_below(&random, N_BLOCKS - 4);
        size_t n = 1 + test_random_below(&random, 4);
        size_t n_bytes =
            (size_t)(refs[b + n - 1].offset - refs[b].offset) + refs[b + n - 1].n_packed;
        uint64_t number = skr_read_ahead_start(ahead, io, file, refs[b].offset, n_bytes);
        cr_assert(number > last, "room in round %d", round);
        last = number;
        for (size_t i = b; i < b + n; i++) {
            const uint8_t *bytes =
                skr_read_ahead_find(ahead, io, file, refs[i].offset, refs[i].n_packed);
            cr_assert(bytes != NULL && memcmp(bytes, blocks[i], BLOCK_BYTES) == 0);
        }
        if (number > 5)
            skr_read_ahead_pass(ahead, io, number - 5);
    }
    skr_read_ahead_pass(ahead, io, last);
    cr_assert(skr_read_ahead_find(ahead, io, file, refs[0].offset, 1) == NULL);
    skr_read_ahead_free(ahead, io);
}

/* What does not fit is refused, what is not whole is not found, and flying runs may be freed. */
static void check_borders(skr_io *io)
{
    skr_read_ahead *ahead = NULL;
    cr_assert(zero(int, skr_read_ahead_new(&ahead, &err)));
    cr_assert(zero(u64, skr_read_ahead_start(ahead, io, file, 0, 0)));
    cr_assert(zero(u64, skr_read_ahead_start(ahead, io, file, 0, (size_t)9 << 20)));
    drop();
    cr_assert(skr_read_ahead_start(ahead, io, file, refs[3].offset, 1000) > 0);
    cr_assert(skr_read_ahead_find(ahead, io, file, refs[3].offset, 1001) == NULL);
    cr_assert(skr_read_ahead_find(ahead, io, file, refs[3].offset - 1, 10) == NULL);
    cr_assert(skr_read_ahead_find(ahead, io, file, refs[3].offset + 990, 10) != NULL);
    /* a run past the end of the file is no run */
    cr_assert(skr_read_ahead_start(ahead, io, file, id.n_bytes - 10, 1000) > 0);
    cr_assert(skr_read_ahead_find(ahead, io, file, id.n_bytes - 10, 1000) == NULL);
    cr_assert(skr_read_ahead_find(ahead, io, file, id.n_bytes - 10, 10) != NULL);
    int n = 0;
    while (skr_read_ahead_start(ahead, io, file, refs[n % 50].offset, (size_t)1 << 20) > 0)
        n++;
    cr_assert(n >= 20 && n <= 32, "%d runs of a MiB", n);
    skr_read_ahead_free(ahead, io);
    skr_read_ahead_free(NULL, io);
}

static void check_io(skr_io *io)
{
    check_runs(io, false);
    check_runs(io, true);
    check_borders(io);
    skr_io_free(io);
}

Test(read_ahead, by_pread)
{
    skr_io *io = NULL;
    cr_assert(zero(int, skr_io_pread_new(&io, &err)));
    check_io(io);
}

Test(read_ahead, by_io_uring)
{
    skr_io *io = NULL;
    if (skr_io_uring_new(&io, &err) < 0)
        cr_skip_test("%s", err.message);
    check_io(io);
}
