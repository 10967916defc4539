/*
 * What is unpacked is what was packed, whatever the number of threads and however much of a batch
 * is kept for the next; damage is told and never hides what was in front of it.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/import_vcf_blocks.h"
#include "tests/support/bgzf_file.h"
#include "tests/support/temp_folder.h"

static test_folder folder;
static char path[SKR_TEST_PATH_MAX + 16];
static test_random draw;
static skr_err err;

static void set_up(void)
{
    folder = test_folder_make();
    draw = test_random_drawn("import_vcf_blocks");
    (void)snprintf(path, sizeof path, "%s/a.gz", folder.path);
}

static void tear_down(void)
{
    test_folder_remove(&folder);
}

TestSuite(import_vcf_blocks, .init = set_up, .fini = tear_down);

/* Reads the file to its end or to damage, and compares. Returns how many bytes there were. */
static size_t read_and_compare(unsigned n_threads, const uint8_t *want, size_t n_want,
                               skr_block_batch *ret_last, bool *ret_has_mark)
{
    skr_blocks *blocks = NULL;
    skr_block_batch batch = {0};
    size_t n = 0; /* bytes in front of the batch */
    size_t n_rest = 0;
    int fd = open(path, O_RDONLY);
    cr_assert(skr_blocks_new(fd, n_threads, &blocks, &err) == SKR_OK);
    do {
        cr_assert(skr_blocks_next(blocks, n_rest, &batch, &err) == SKR_OK, "%s", err.message);
        cr_assert(n + batch.n <= n_want, "more than was packed");
        cr_assert(batch.n == 0 || memcmp(batch.bytes, want + n, batch.n) == 0,
                  "seed %llu, %u threads: other bytes in the batch at %zu",
                  (unsigned long long)draw.seed, n_threads, n);
        for (unsigned i = 0; i < SKR_BLOCKS_SPARE; i++)
            cr_assert(batch.bytes[batch.n + i] == 0);
        n_rest = test_random_below(&draw, 3) == 0 ? batch.n
                 : test_random_below(&draw, 2) == 0
                     ? 0
                     : test_random_below(&draw, (uint32_t)batch.n + 1);
        n += batch.n - n_rest;
        memset(batch.bytes, 0xee, batch.n - n_rest); /* it is the owner's */
    } while (!batch.is_end && !batch.is_bad);
    *ret_last = batch;
    *ret_has_mark = skr_blocks_has_end_mark(blocks);
    skr_blocks_free(blocks);
    (void)close(fd);
    return n + n_rest;
}

Test(import_vcf_blocks, whole_files_come_back)
{
    for (int round = 0; round < 12; round++) {
        size_t n = round == 0 ? 0 : test_random_below(&draw, round < 4 ? 200000 : 20000000);
        uint8_t *bytes = test_drawn_bytes(&draw, n);
        test_write_bgzf(&draw, path, bytes, n);
        for (unsigned n_threads = 1; n_threads <= 4; n_threads++) {
            skr_block_batch last;
            bool has_mark;
            size_t got = read_and_compare(n_threads, bytes, n, &last, &has_mark);
            cr_assert(got == n && last.is_end && !last.is_bad && has_mark,
                      "%u threads: %zu of %zu bytes", n_threads, got, n);
        }
        free(bytes);
    }
}

/* The file's own bytes. */
static uint8_t *load(size_t *ret_n)
{
    struct stat about;
    int fd = open(path, O_RDONLY);
    cr_assert(fd >= 0 && fstat(fd, &about) == 0);
    uint8_t *bytes = malloc((size_t)about.st_size + 1);
    cr_assert(read(fd, bytes, (size_t)about.st_size) == about.st_size);
    (void)close(fd);
    *ret_n = (size_t)about.st_size;
    return bytes;
}

static void save(const uint8_t *bytes, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    cr_assert(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
}

Test(import_vcf_blocks, damage_is_told_behind_what_is_whole)
{
    size_t n = 6000000;
    size_t n_packed;
    uint8_t *bytes = test_drawn_bytes(&draw, n);
    test_write_bgzf(&draw, path, bytes, n);
    uint8_t *packed = load(&n_packed);
    for (int round = 0; round < 60; round++) {
        skr_block_batch last;
        bool has_mark;
        uint32_t at = test_random_below(&draw, (uint32_t)n_packed);
        bool is_cut = test_random_below(&draw, 2) == 0;
        uint8_t old = packed[at];
        packed[at] ^= (uint8_t)(1u << test_random_below(&draw, 8));
        save(packed, is_cut ? at : n_packed);
        packed[at] = old;
        unsigned n_threads = 1 + test_random_below(&draw, 4);
        size_t got = read_and_compare(n_threads, bytes, n, &last, &has_mark);
        cr_assert(got <= n);
        /* Bits of a block's header that say nothing of its bytes may be anything. */
        if (is_cut)
            cr_assert(last.is_bad || !has_mark || got < n, "cut at %u, and not told", at);
        else
            cr_assert(last.is_bad || got == n, "bit flipped at %u, and not told", at);
    }
    free(packed);
    free(bytes);
}

Test(import_vcf_blocks, other_files_are_no_bgzf)
{
    static const uint8_t gzip[18] = {31, 139, 8, 0};
    cr_assert(skr_blocks_is_bgzf(gzip, sizeof gzip) == false);
    cr_assert(skr_blocks_is_bgzf((const uint8_t *)"##fileformat=VCFv4.2", 18) == false);
    cr_assert(skr_blocks_is_bgzf(gzip, 0) == false);
}
