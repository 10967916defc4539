/*
 * Many files, few of them open: what is closed is opened again, what is read stays open, and a
 * system that gives no more descriptors makes room among those that are there.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "storage/block/block_file.h"
#include "storage/block/block_file_int.h"
#include "storage/block/open_files.h"
#include "tests/support/random.h"
#include "tests/support/temp_folder.h"

#define N_FILES 40
#define BLOCK_BYTES 300u

static test_folder folder;
static skr_file_id ids[N_FILES];
static skr_block_ref refs[N_FILES];
static skr_block_file *opened[N_FILES];
static skr_open_files *files;
static skr_err err;

static void set_up(void)
{
    folder = test_folder_make();
    for (unsigned i = 0; i < N_FILES; i++) {
        uint8_t block[BLOCK_BYTES];
        char name[32];
        skr_block_writer *writer = NULL;
        snprintf(name, sizeof name, "s-%u.skr", i);
        memset(block, (int)i, sizeof block);
        cr_assert(
            zero(int, skr_block_writer_new(folder.path, name, SKR_FILE_SEGMENT, &writer, &err)));
        cr_assert(zero(int, skr_block_writer_put(writer, block, sizeof block, SKR_CODEC_PLAIN,
                                                 &refs[i], &err)));
        cr_assert(zero(int, skr_block_writer_finish(writer, "dir", 3, &ids[i], &err)));
        skr_block_writer_free(writer);
    }
}

static void open_some(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++)
        cr_assert(zero(int, skr_block_file_open_among(files, folder.path, &ids[i], SKR_FILE_SEGMENT,
                                                      &opened[i], &err)),
                  "%s", err.message);
}

static void open_all(unsigned n_max)
{
    cr_assert(zero(int, skr_open_files_new(n_max, &files, &err)));
    open_some(0, N_FILES);
}

static void close_all(void)
{
    for (unsigned i = 0; i < N_FILES; i++)
        skr_block_file_close(opened[i]);
    skr_open_files_free(files);
}

static void tear_down(void)
{
    test_folder_remove(&folder);
}

TestSuite(open_files, .init = set_up, .fini = tear_down);

static unsigned count_descriptors(void)
{
    unsigned n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

/* Reads one block of each of `n` files in one go. */
static void read_some(skr_block_reader *reader, const unsigned *which, size_t n)
{
    skr_block_wish wishes[N_FILES];
    skr_buffer raws[N_FILES] = {0};
    for (size_t i = 0; i < n; i++)
        wishes[i] = (skr_block_wish){opened[which[i]], refs[which[i]], &raws[i]};
    cr_assert(zero(int, skr_block_reader_get(reader, wishes, n, &err)), "%s", err.message);
    for (size_t i = 0; i < n; i++) {
        cr_assert(eq(sz, raws[i].n, (size_t)BLOCK_BYTES));
        cr_assert(eq(u8, raws[i].bytes[7], (uint8_t)which[i]));
        skr_buffer_done(&raws[i]);
    }
}

Test(open_files, no_more_are_open_than_may_be)
{
    test_random random = test_random_seeded(11);
    skr_block_reader *reader = NULL;
    unsigned n_before = count_descriptors();
    open_all(5);
    cr_assert(zero(int, skr_block_reader_new(SKR_IO_PREAD, &reader, &err)));
    for (int round = 0; round < 300; round++) {
        unsigned which[4];
        for (unsigned i = 0; i < 4; i++)
            which[i] = (unsigned)test_random_below(&random, N_FILES);
        read_some(reader, which, 1 + test_random_below(&random, 4));
        cr_assert(count_descriptors() <= n_before + 5);
    }
    skr_open_files_state state;
    skr_open_files_look(files, &state);
    cr_assert(eq(u32, state.n_max, 5));
    cr_assert(eq(u32, state.n_open, 5));
    cr_assert(state.n_given_up > 100);
    skr_block_reader_free(reader);
    close_all();
    cr_assert(eq(u32, count_descriptors(), n_before));
}

Test(open_files, what_is_read_stays_open)
{
    int fd = -1;
    int other = -1;
    open_all(1);
    cr_assert(zero(int, skr_block_file_pin(opened[3], &fd, &err)));
    for (unsigned i = 10; i < 20; i++) {
        cr_assert(not(skr_block_file_pin_if_room(opened[i], &other)));
        cr_assert(zero(int, skr_block_file_pin(opened[i], &other, &err)));
        skr_block_file_unpin(opened[i]);
    }
    cr_assert(fcntl(fd, F_GETFD) >= 0);
    cr_assert(skr_block_file_pin_if_room(opened[3], &other));
    cr_assert(eq(int, fd, other));
    skr_block_file_unpin(opened[3]);
    skr_block_file_unpin(opened[3]);
    close_all();
}

Test(open_files, a_file_that_is_gone_or_another_is_told)
{
    int fd = -1;
    open_all(2);
    cr_assert(zero(int, unlink(test_folder_file(&folder, ids[1].name))));
    cr_assert(zero(int, truncate(test_folder_file(&folder, ids[2].name), 70)));
    cr_assert(eq(int, skr_block_file_pin(opened[1], &fd, &err), SKR_ERR_MISSING));
    cr_assert(eq(int, skr_block_file_pin(opened[2], &fd, &err), SKR_ERR_CORRUPT));
    cr_assert(zero(int, skr_block_file_pin(opened[4], &fd, &err)));
    skr_block_file_unpin(opened[4]);
    close_all();
}

/* The system gives fewer descriptors than were taken for granted. */
Test(open_files, a_system_without_descriptors)
{
    int taken[64];
    int fd = -1;
    unsigned n_taken = 0;
    struct rlimit limit;
    cr_assert(zero(int, skr_open_files_new(2 * N_FILES, &files, &err)));
    open_some(0, N_FILES / 2);
    cr_assert(zero(int, getrlimit(RLIMIT_NOFILE, &limit)));
    limit.rlim_cur = count_descriptors() + 8;
    cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &limit)));
    while (n_taken < 64 && (taken[n_taken] = open("/dev/null", O_RDONLY)) >= 0)
        n_taken++;
    cr_assert(n_taken < 64);
    open_some(N_FILES / 2, N_FILES);
    for (unsigned i = 0; i < N_FILES; i++) {
        cr_assert(zero(int, skr_block_file_pin(opened[i], &fd, &err)), "%s", err.message);
        skr_block_file_unpin(opened[i]);
    }
    skr_open_files_state state;
    skr_open_files_look(files, &state);
    cr_assert(state.n_refused > 0);
    while (n_taken > 0)
        close(taken[--n_taken]);
    close_all();
}

static void *read_many(void *context)
{
    test_random random = test_random_seeded((uint64_t)(uintptr_t)context);
    skr_block_reader *reader = NULL;
    cr_assert(zero(int, skr_block_reader_new(SKR_IO_AUTO, &reader, NULL)));
    for (int round = 0; round < 400; round++) {
        unsigned which[3];
        for (unsigned i = 0; i < 3; i++)
            which[i] = (unsigned)test_random_below(&random, N_FILES);
        read_some(reader, which, 3);
        uint64_t number = skr_block_reader_ahead(reader, opened[which[0]], refs[which[0]].offset,
                                                 refs[which[0]].n_packed);
        read_some(reader, which, 1);
        skr_block_reader_pass(reader, number);
    }
    skr_block_reader_free(reader);
    return NULL;
}

Test(open_files, threads_share_them)
{
    pthread_t threads[4];
    open_all(3);
    for (uintptr_t i = 0; i < 4; i++)
        cr_assert(zero(int, pthread_create(&threads[i], NULL, read_many, (void *)(i + 1))));
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    close_all();
}
