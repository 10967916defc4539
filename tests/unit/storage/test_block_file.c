/*
 * A block file gives back what was put into it; a changed or cut one is refused on opening, on
 * reading or by the verifier, and never read as something else.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "storage/base/crc32c.h"
#include "storage/base/limits.h"
#include "storage/block/block_file.h"
#include "storage/block/format.h"
#include "tests/support/temp_folder.h"

#define N_BLOCKS 4

static test_folder folder;
static skr_file_id id;
static skr_block_ref refs[N_BLOCKS];
static skr_buffer blocks[N_BLOCKS];
static skr_err err;

/* Blocks: plain, repetitive, empty, and random bytes that zstd cannot make smaller. */
static void make_file(const char *name)
{
    skr_block_writer *writer = NULL;
    cr_assert(zero(int, skr_block_writer_new(folder.path, name, SKR_FILE_GENES, &writer, &err)));
    uint32_t state = 1;
    for (size_t b = 0; b < N_BLOCKS; b++) {
        blocks[b].n = 0;
        for (size_t i = 0; b != 2 && i < 150; i++) {
            state = state * 1664525u + 1013904223u;
            uint8_t byte = (uint8_t)(b == 3 ? state >> 24 : i / 7);
            cr_assert(zero(int, skr_buffer_put_u8(&blocks[b], byte, NULL)));
        }
        skr_codec codec = b == 0 ? SKR_CODEC_PLAIN : SKR_CODEC_ZSTD;
        cr_assert(zero(int, skr_block_writer_put(writer, blocks[b].bytes, blocks[b].n, codec,
                                                 &refs[b], &err)));
    }
    skr_buffer directory = {0};
    for (size_t b = 0; b < N_BLOCKS; b++)
        cr_assert(zero(int, skr_block_ref_put(&directory, &refs[b], NULL)));
    cr_assert(zero(int, skr_block_writer_finish(writer, directory.bytes, directory.n, &id, &err)));
    skr_buffer_done(&directory);
    skr_block_writer_free(writer);
}

static void set_up(void)
{
    folder = test_folder_make();
    make_file("genes-1.skr");
}

static void tear_down(void)
{
    for (size_t b = 0; b < N_BLOCKS; b++)
        skr_buffer_done(&blocks[b]);
    test_folder_remove(&folder);
}

TestSuite(block_file, .init = set_up, .fini = tear_down);

/* Opens and reads everything; SKR_OK only when every byte is what was put in. */
static int read_all(skr_io_choice choice)
{
    skr_block_file *file = NULL;
    skr_block_reader *reader = NULL;
    skr_buffer raw[N_BLOCKS] = {{0}};
    skr_block_wish wishes[N_BLOCKS];
    int status = skr_block_file_open(folder.path, &id, SKR_FILE_GENES, &file, &err);
    if (status < 0)
        return status;
    size_t n = 0;
    const uint8_t *directory = skr_block_file_directory(file, &n);
    skr_cursor cursor = skr_cursor_of(directory, n);
    for (size_t b = 0; b < N_BLOCKS; b++)
        wishes[b] = (skr_block_wish){file, skr_block_ref_take(&cursor), &raw[b]};
    cr_assert(skr_cursor_is_done(&cursor));
    cr_assert(zero(int, skr_block_reader_new(choice, &reader, &err)), "%s", err.message);
    status = skr_block_reader_get(reader, wishes, N_BLOCKS, &err);
    for (size_t b = 0; b < N_BLOCKS && status == SKR_OK; b++) {
        cr_assert(eq(sz, raw[b].n, blocks[b].n));
        cr_assert(raw[b].n == 0 || memcmp(raw[b].bytes, blocks[b].bytes, raw[b].n) == 0);
    }
    for (size_t b = 0; b < N_BLOCKS; b++)
        skr_buffer_done(&raw[b]);
    skr_block_reader_free(reader);
    skr_block_file_close(file);
    return status;
}

static void count_fault(void *context, const char *text)
{
    cr_assert(ne(ptr, strstr(text, "genes-1.skr"), NULL), "%s", text);
    cr_assert(eq(ptr, strchr(text, '\n'), NULL));
    ++*(int *)context;
}

static int n_faults(void)
{
    int n = 0;
    cr_assert(zero(int, skr_block_file_verify(folder.path, &id, SKR_FILE_GENES, refs, N_BLOCKS,
                                              count_fault, &n, &err)));
    return n;
}

/* Writes a block of columns of the sizes, low numbers, then any; what it takes when packed. */
static uint32_t pack_columns(const char *name, const size_t *sizes, size_t n_sizes, bool in_parts)
{
    skr_block_writer *writer = NULL;
    skr_block_file *file = NULL;
    skr_block_reader *reader = NULL;
    skr_buffer raw = {0};
    skr_buffer back = {0};
    skr_buffer_parts parts = {0};
    skr_block_ref ref;
    uint32_t state = 5;
    cr_assert(zero(int, skr_block_writer_new(folder.path, name, SKR_FILE_GENES, &writer, &err)));
    for (size_t k = 0; k < n_sizes; k++) {
        for (size_t i = 0; i < sizes[k]; i++) {
            state = state * 1664525u + 1013904223u;
            uint32_t drawn = state >> 20;
            uint8_t byte = (uint8_t)(k % 2 == 0 ? drawn % 3 : drawn % 100);
            cr_assert(zero(int, skr_buffer_put_u8(&raw, byte, NULL)));
        }
        if (k + 1 < n_sizes)
            parts.end[parts.n++] = raw.n;
    }
    cr_assert(zero(
        int, in_parts
                 ? skr_block_writer_put_parts(writer, raw.bytes, raw.n, &parts, &ref, &err)
                 : skr_block_writer_put(writer, raw.bytes, raw.n, SKR_CODEC_ZSTD, &ref, &err)));
    cr_assert(zero(int, skr_block_writer_finish(writer, "x", 1, &id, &err)));
    skr_block_writer_free(writer);
    cr_assert(zero(int, skr_block_file_open(folder.path, &id, SKR_FILE_GENES, &file, &err)));
    cr_assert(zero(int, skr_block_reader_new(SKR_IO_PREAD, &reader, &err)));
    const skr_block_wish wish = {file, ref, &back};
    cr_assert(zero(int, skr_block_reader_get(reader, &wish, 1, &err)), "%s", err.message);
    cr_assert(eq(sz, back.n, raw.n));
    cr_assert(raw.n == 0 || memcmp(back.bytes, raw.bytes, raw.n) == 0);
    skr_block_reader_free(reader);
    skr_block_file_close(file);
    skr_buffer_done(&raw);
    skr_buffer_done(&back);
    return ref.n_packed;
}

Test(block_file, parts_are_read_as_one_block_and_pack_better)
{
    static const size_t few[] = {0, 0, 0};
    static const size_t some[] = {3, 500, 0, 20, 127};
    static const size_t many[] = {9000, 7000, 8000, 9000};
    static const size_t huge[] = {300000, 1, 0, 200000, 300000};
    (void)pack_columns("genes-2.skr", few, 3, true);
    (void)pack_columns("genes-3.skr", some, 5, true);
    (void)pack_columns("genes-4.skr", huge, 5, true);
    uint32_t apart = pack_columns("genes-5.skr", many, 4, true);
    uint32_t together = pack_columns("genes-6.skr", many, 4, false);
    cr_assert(lt(u32, apart, together));
}

Test(block_file, gives_back_what_was_put)
{
    cr_assert(zero(int, read_all(SKR_IO_PREAD)), "%s", err.message);
    cr_assert(zero(int, read_all(SKR_IO_AUTO)), "%s", err.message);
    cr_assert(zero(int, n_faults()));
    cr_assert(eq(u32, refs[0].codec, SKR_CODEC_PLAIN));
    cr_assert(eq(u32, refs[1].codec, SKR_CODEC_ZSTD));
    cr_assert(eq(u32, refs[3].codec, SKR_CODEC_PLAIN), "random bytes are stored as they are");
}

Test(block_file, refuses_any_single_flipped_bit)
{
    const char *path = test_folder_file(&folder, id.name);
    for (size_t bit = 0; bit < 8 * id.n_bytes; bit++) {
        test_file_flip(path, bit);
        int status = read_all(SKR_IO_PREAD);
        cr_assert(status == SKR_OK || status == SKR_ERR_CORRUPT, "bit %zu: %d", bit, status);
        cr_assert(ge(int, n_faults(), 1), "bit %zu of byte %zu", bit % 8, bit / 8);
        test_file_flip(path, bit);
    }
    cr_assert(zero(int, n_faults()));
}

Test(block_file, refuses_every_cut_and_every_longer_file)
{
    size_t n = 0;
    const char *path = test_folder_file(&folder, id.name);
    uint8_t *bytes = test_file_read(path, &n);
    for (size_t n_kept = n; n_kept-- > 0;) {
        cr_assert(zero(int, truncate(path, (off_t)n_kept)));
        cr_assert(eq(int, read_all(SKR_IO_PREAD), SKR_ERR_CORRUPT), "cut to %zu", n_kept);
        /* also where the manifest itself believes the shorter length */
        skr_file_id whole = id;
        id.n_bytes = n_kept;
        cr_assert(eq(int, read_all(SKR_IO_PREAD), SKR_ERR_CORRUPT), "cut to %zu", n_kept);
        id = whole;
    }
    bytes[n] = 0;
    test_file_write(path, bytes, n + 1);
    cr_assert(eq(int, read_all(SKR_IO_PREAD), SKR_ERR_CORRUPT));
    free(bytes);
}

Test(block_file, refuses_another_file_kind_or_version)
{
    skr_block_file *file = NULL;
    cr_assert(eq(int, skr_block_file_open(folder.path, &id, SKR_FILE_PEOPLE, &file, &err),
                 SKR_ERR_CORRUPT));
    cr_assert(ne(ptr, strstr(err.message, "kind"), NULL), "%s", err.message);
    cr_assert(eq(ptr, file, NULL));

    id.directory_crc ^= 1;
    cr_assert(eq(int, read_all(SKR_IO_PREAD), SKR_ERR_CORRUPT));
    cr_assert(ne(ptr, strstr(err.message, "manifest"), NULL), "%s", err.message);
    id.directory_crc ^= 1;

    size_t n = 0;
    const char *path = test_folder_file(&folder, id.name);
    uint8_t *bytes = test_file_read(path, &n);
    for (uint8_t version = SKR_FORMAT_VERSION_OLDEST - 1; version <= SKR_FORMAT_VERSION + 1;
         version++) {
        bool is_read = version >= SKR_FORMAT_VERSION_OLDEST && version <= SKR_FORMAT_VERSION;
        bytes[SKR_FORMAT_VERSION_AT] = version;
        uint32_t crc = skr_crc32c(bytes, SKR_FORMAT_CRC_AT);
        for (unsigned i = 0; i < 4; i++)
            bytes[SKR_FORMAT_CRC_AT + i] = (uint8_t)(crc >> 8 * i);
        test_file_write(path, bytes, n);
        cr_assert(eq(int, read_all(SKR_IO_PREAD), is_read ? SKR_OK : SKR_ERR_VERSION));
        if (!is_read)
            cr_assert(ne(ptr, strstr(err.message, "formats 3 to 4"), NULL), "%s", err.message);
    }
    free(bytes);

    cr_assert(zero(int, unlink(path)));
    cr_assert(eq(int, read_all(SKR_IO_PREAD), SKR_ERR_MISSING));
    cr_assert(eq(int, n_faults(), 1));
    cr_assert(zero(int, mkfifo(path, 0600)));
    cr_assert(eq(int, read_all(SKR_IO_PREAD), SKR_ERR_CORRUPT), "a pipe does not hold us");
}

Test(block_file, refuses_references_that_lie)
{
    skr_block_file *file = NULL;
    cr_assert(zero(int, skr_block_file_open(folder.path, &id, SKR_FILE_GENES, &file, &err)));
    skr_block_ref good = refs[1];
    cr_assert(zero(int, skr_block_file_check_ref(file, &good, &err)));
    skr_block_ref bad[9];
    for (size_t i = 0; i < 9; i++)
        bad[i] = good;
    bad[0].offset = 0;
    bad[1].offset++;
    bad[2].offset = id.n_bytes - 64;
    bad[3].offset = UINT64_MAX - 63;
    bad[4].n_packed = bad[4].n_raw = UINT32_MAX;
    bad[5].n_packed = bad[5].n_raw;
    bad[6].codec = 2;
    bad[7].codec = SKR_CODEC_PLAIN;
    bad[8].n_raw = SKR_BLOCK_RAW_MAX + 1;
    skr_block_reader *reader = NULL;
    skr_buffer raw = {0};
    cr_assert(zero(int, skr_block_reader_new(SKR_IO_PREAD, &reader, &err)));
    for (size_t i = 0; i < 9; i++) {
        skr_block_wish wish = {file, bad[i], &raw};
        cr_assert(eq(int, skr_block_file_check_ref(file, &bad[i], &err), SKR_ERR_CORRUPT), "%zu",
                  i);
        cr_assert(eq(int, skr_block_reader_get(reader, &wish, 1, &err), SKR_ERR_CORRUPT), "%zu", i);
    }
    skr_block_wish wish = {file, good, &raw};
    cr_assert(zero(int, skr_block_reader_get(reader, &wish, 1, &err)), "still works");
    skr_buffer_done(&raw);
    skr_block_reader_free(reader);
    skr_block_file_close(file);
}

Test(block_file, verify_tells_of_overlaps_and_of_every_fault)
{
    refs[1] = refs[0];
    cr_assert(ge(int, n_faults(), 2), "an overlap, and a block that nobody names");
}

Test(block_file, a_writer_leaves_nothing_unless_it_finished)
{
    skr_block_writer *writer = NULL;
    cr_assert(eq(int,
                 skr_block_writer_new(folder.path, "genes-1.skr", SKR_FILE_GENES, &writer, &err),
                 SKR_ERR_IO));
    cr_assert(zero(int, access(test_folder_file(&folder, "genes-1.skr"), F_OK)), "not removed");
    cr_assert(
        zero(int, skr_block_writer_new(folder.path, "new-2.skr", SKR_FILE_GENES, &writer, &err)));
    skr_block_ref ref;
    cr_assert(eq(int,
                 skr_block_writer_put(writer, "", (size_t)SKR_BLOCK_RAW_MAX + 1, SKR_CODEC_PLAIN,
                                      &ref, &err),
                 SKR_ERR_LIMIT));
    skr_block_writer_free(writer);
    cr_assert(ne(int, access(test_folder_file(&folder, "new-2.skr"), F_OK), 0));
    skr_block_writer_free(NULL);
}
