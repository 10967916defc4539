/*
 * io_uring and pread tell the same of every read: its bytes, where the file ended, what was
 * refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>

#include "storage/block/io.h"
#include "tests/support/random.h"
#include "tests/support/temp_folder.h"

#define FILE_SIZE 300000u
#define N_READS 100u
#define READ_MAX 5000u

static test_folder folder;
static uint8_t content[FILE_SIZE];
static int fd = -1;
static skr_err err;

static void set_up(void)
{
    test_random random = test_random_seeded(3);
    for (size_t i = 0; i < FILE_SIZE; i++)
        content[i] = (uint8_t)test_random_below(&random, 256);
    folder = test_folder_make();
    const char *path = test_folder_file(&folder, "bytes");
    test_file_write(path, content, FILE_SIZE);
    fd = open(path, O_RDONLY);
    cr_assert(ge(int, fd, 0));
}

static void tear_down(void)
{
    close(fd);
    test_folder_remove(&folder);
}

TestSuite(io, .init = set_up, .fini = tear_down);

/* Reads drawn from the file and past its end, more of them than are in flight at a time. */
static void check_reads(skr_io *io)
{
    static uint8_t bytes[N_READS][READ_MAX];
    skr_io_read reads[N_READS];
    test_random random = test_random_seeded(5);
    for (size_t i = 0; i < N_READS; i++) {
        uint64_t offset = test_random_below(&random, FILE_SIZE + 2000);
        size_t n = test_random_below(&random, READ_MAX);
        reads[i] = (skr_io_read){fd, offset, bytes[i], n, 77, 77, false};
    }
    io->methods->read(io, reads, N_READS);
    size_t n_short = 0;
    for (size_t i = 0; i < N_READS; i++) {
        uint64_t offset = reads[i].offset;
        size_t n_there = offset < FILE_SIZE ? FILE_SIZE - offset : 0;
        size_t n = reads[i].n < n_there ? reads[i].n : n_there;
        cr_assert(zero(int, reads[i].error_number));
        cr_assert(eq(sz, reads[i].n_done, n));
        cr_assert(n == 0 || memcmp(bytes[i], content + offset, n) == 0, "read %zu", i);
        n_short += n < reads[i].n;
    }
    cr_assert(gt(sz, n_short, 0));
    io->methods->read(io, reads, 0);
}

static void check_refusals(skr_io *io)
{
    uint8_t byte;
    int folder_fd = open(folder.path, O_RDONLY | O_DIRECTORY);
    skr_io_read reads[3] = {{-1, 0, &byte, 1, 0, 0, false},
                            {folder_fd, 0, &byte, 1, 0, 0, false},
                            {fd, 9, &byte, 1, 0, 0, false}};
    io->methods->read(io, reads, 3);
    cr_assert(eq(int, reads[0].error_number, EBADF));
    cr_assert(eq(int, reads[1].error_number, EISDIR));
    cr_assert(zero(int, reads[2].error_number), "the others go on");
    cr_assert(eq(u8, byte, content[9]));
    close(folder_fd);
}

Test(io, pread_reads)
{
    skr_io *io = NULL;
    cr_assert(zero(int, skr_io_pread_new(&io, &err)));
    check_reads(io);
    check_refusals(io);
    skr_io_free(io);
    skr_io_free(NULL);
}

Test(io, io_uring_reads)
{
    skr_io *io = NULL;
    if (skr_io_uring_new(&io, &err) < 0)
        cr_skip_test("%s", err.message);
    check_reads(io);
    check_refusals(io);
    skr_io_free(io);
}
