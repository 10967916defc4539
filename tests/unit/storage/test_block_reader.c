/*
 * io_uring and pread give the same bytes and the same refusals, in any order and number of wishes.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "storage/base/limits.h"
#include "storage/block/block_file.h"
#include "tests/support/temp_folder.h"

#define N_BLOCKS 700
#define BLOCK_MAX 30000

static test_folder folder;
static skr_file_id id;
static skr_block_ref refs[N_BLOCKS];
static skr_err err;

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Block b's bytes follow from b, so that no copy of them is kept. */
static size_t make_block(size_t b, uint8_t *bytes)
{
    uint32_t state = (uint32_t)b + 1;
    size_t n = next_random(&state) % BLOCK_MAX;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(b % 3 == 0 ? next_random(&state) : i / 11 + b);
    return n;
}

static void set_up(void)
{
    static uint8_t bytes[BLOCK_MAX];
    folder = test_folder_make();
    skr_block_writer *writer = NULL;
    cr_assert(
        zero(int, skr_block_writer_new(folder.path, "s-1.skr", SKR_FILE_SEGMENT, &writer, &err)));
    for (size_t b = 0; b < N_BLOCKS; b++) {
        size_t n = make_block(b, bytes);
        skr_codec codec = b % 2 == 0 ? SKR_CODEC_ZSTD : SKR_CODEC_PLAIN;
        cr_assert(zero(int, skr_block_writer_put(writer, bytes, n, codec, &refs[b], &err)));
    }
    cr_assert(zero(int, skr_block_writer_finish(writer, "dir", 3, &id, &err)));
    skr_block_writer_free(writer);
}

static void tear_down(void)
{
    test_folder_remove(&folder);
}

TestSuite(block_reader, .init = set_up, .fini = tear_down);

/* Reads blocks first, first + step, ... in one call. */
static void check_stride(skr_block_reader *reader, const skr_block_file *file, size_t first,
                         size_t step)
{
    static uint8_t bytes[BLOCK_MAX];
    static skr_buffer raw[N_BLOCKS];
    skr_block_wish wishes[N_BLOCKS];
    size_t n = 0;
    for (size_t b = first; n < N_BLOCKS; b = (b + step) % N_BLOCKS, n++)
        wishes[n] = (skr_block_wish){file, refs[b], &raw[n]};
    cr_assert(zero(int, skr_block_reader_get(reader, wishes, n, &err)), "%s", err.message);
    for (size_t i = 0, b = first; i < n; b = (b + step) % N_BLOCKS, i++) {
        cr_assert(eq(sz, raw[i].n, make_block(b, bytes)));
        cr_assert(raw[i].n == 0 || memcmp(raw[i].bytes, bytes, raw[i].n) == 0, "block %zu", b);
    }
}

static void check_reader(skr_io_choice choice)
{
    skr_block_reader *reader = NULL;
    skr_block_file *file = NULL;
    cr_assert(zero(int, skr_block_reader_new(choice, &reader, &err)));
    cr_assert(zero(int, skr_block_file_open(folder.path, &id, SKR_FILE_SEGMENT, &file, &err)));
    check_stride(reader, file, 0, 1);
    check_stride(reader, file, 5, 3);
    check_stride(reader, file, N_BLOCKS - 1, N_BLOCKS - 1);
    check_stride(reader, file, 17, 0);
    const skr_reader_totals *totals = skr_block_reader_totals(reader);
    cr_assert(eq(u64, totals->n_blocks, 4 * N_BLOCKS));
    cr_assert(gt(u64, totals->n_bytes, 1000000));

    /* a file cut while it is open: both ways say so */
    cr_assert(zero(int, truncate(test_folder_file(&folder, id.name), (off_t)refs[300].offset + 1)));
    skr_buffer raw = {0};
    skr_block_wish wishes[2] = {{file, refs[2], &raw}, {file, refs[600], &raw}};
    cr_assert(eq(int, skr_block_reader_get(reader, wishes, 2, &err), SKR_ERR_CORRUPT));
    cr_assert(ne(ptr, strstr(err.message, "s-1.skr"), NULL), "%s", err.message);
    skr_buffer_done(&raw);
    skr_block_file_close(file);
    skr_block_reader_free(reader);
    skr_block_reader_free(NULL);
}

Test(block_reader, pread_gives_every_block)
{
    check_reader(SKR_IO_PREAD);
}

Test(block_reader, io_uring_gives_every_block)
{
    skr_block_reader *reader = NULL;
    if (skr_block_reader_new(SKR_IO_URING, &reader, &err) < 0)
        cr_skip_test("%s", err.message);
    cr_assert(eq(str, (char *)skr_block_reader_io_name(reader), "io_uring"));
    skr_block_reader_free(reader);
    check_reader(SKR_IO_URING);
}

Test(block_reader, says_how_it_reads)
{
    skr_block_reader *reader = NULL;
    cr_assert(zero(int, skr_block_reader_new(SKR_IO_PREAD, &reader, &err)));
    cr_assert(eq(str, (char *)skr_block_reader_io_name(reader), "pread"));
    skr_block_reader_free(reader);
}
