/*
 * What is unpacked is what was packed, whatever the number of threads and however much of a batch
 * is kept for the next; damage is told and never hides what was in front of it.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/import/vcf/vcf_blocks.h"
#include "tests/support/bgzf_file.h"
#include "tests/support/temp_folder.h"

static test_folder folder;
static char path[SKR_TEST_PATH_MAX + 16];
static test_random draw;
static skr_err err;

static void set_up(void)
{
    folder = test_folder_make();
    draw = test_random_drawn("vcf_blocks");
    (void)snprintf(path, sizeof path, "%s/a.gz", folder.path);
}

static void tear_down(void)
{
    test_folder_remove(&folder);
}

TestSuite(vcf_blocks, .init = set_up, .fini = tear_down);

/* Reads the file to its end or to damage, and compares. Returns how many bytes there were. */
static size_t read_and_compare(unsigned n_threads, const uint8_t *want, size_t n_want,
                               skr_block_batch *ret_last, bool *ret_has_mark)
{
    skr_blocks *blocks = NULL;
    skr_block_batch batch = {0};
    size_t n = 0; /* bytes in front of the batch */
    size_t n_rest = 0;
    skr_input *source = NULL;
    const skr_input_plan plan = {path, path, NULL};
    cr_assert(skr_input_open(&plan, &source, &err) == SKR_OK);
    cr_assert(skr_blocks_new(source, n_threads, &blocks, &err) == SKR_OK);
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
    skr_input_close(source);
    return n + n_rest;
}

Test(vcf_blocks, whole_files_come_back)
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

Test(vcf_blocks, damage_is_told_behind_what_is_whole)
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

/* ------------------------------------------------------------------ headers that gzip allows */

static void put(uint8_t *to, size_t *at, const void *bytes, size_t n)
{
    memcpy(to + *at, bytes, n);
    *at += n;
}

static void put16(uint8_t *to, size_t *at, size_t value)
{
    to[(*at)++] = (uint8_t)value;
    to[(*at)++] = (uint8_t)(value >> 8);
}

/* Subfields that are not BC of two bytes, together no longer than n_max. */
static void put_subfields(uint8_t *to, size_t *at, size_t n_max)
{
    while (n_max >= 4 && test_random_below(&draw, 3) > 0) {
        size_t n = test_random_below(&draw, (uint32_t)(n_max - 4) + 1);
        bool is_like = test_random_below(&draw, 3) == 0 && n != 2; /* BC of another length */
        put(to, at, is_like ? "BC" : test_random_below(&draw, 2) == 0 ? "RA" : "CB", 2);
        put16(to, at, n);
        for (size_t i = 0; i < n; i++)
            to[(*at)++] = (uint8_t)test_random_below(&draw, 256);
        n_max -= 4 + n;
    }
}

/* One block in another header; returns how long it is then. */
static size_t dress(const uint8_t *block, size_t n_block, uint8_t *to)
{
    static const uint8_t fixed[10] = {31, 139, 8};
    size_t n_free = SKR_BLOCKS_PACKED_MAX - n_block;
    size_t n_max = test_random_below(&draw, 4) > 0 && n_free > 60 ? 60 : n_free;
    size_t at = 0;
    put(to, &at, fixed, sizeof fixed);
    to[3] = 4;
    at += 2; /* the length of the extra field comes when it is known */
    if (test_random_below(&draw, 2) == 0)
        put_subfields(to, &at, n_max / 2);
    put(to, &at, "BC\2\0", 4);
    size_t length_at = at;
    at += 2;
    if (test_random_below(&draw, 2) == 0)
        put_subfields(to, &at, n_max - (at - 18));
    size_t extra_at = 10;
    put16(to, &extra_at, at - 12);
    if (at - 18 + 10 < n_max && test_random_below(&draw, 3) == 0) {
        to[3] |= 8 | 16; /* a name and a comment */
        put(to, &at, "a.vcf", 6);
        put(to, &at, "", 1);
    }
    bool has_sum = at - 18 + 2 <= n_max && test_random_below(&draw, 3) == 0;
    to[3] |= has_sum ? 2 : 0;
    put16(to, &length_at, at + (has_sum ? 2 : 0) + n_block - 18 - 1);
    if (has_sum)
        put16(to, &at, crc32(0, to, (uInt)at) & 0xffff);
    put(to, &at, block + 18, n_block - 18);
    return at;
}

/* All blocks of the file, each with a chance, in headers with more in them. */
static uint8_t *dress_all(const uint8_t *packed, size_t n_packed, size_t *ret_n)
{
    uint8_t *dressed = malloc(n_packed * 4 + 200 * SKR_BLOCKS_PACKED_MAX);
    size_t n = 0;
    cr_assert(dressed != NULL);
    for (size_t at = 0; at < n_packed;) {
        size_t n_block = (size_t)(packed[at + 16] | packed[at + 17] << 8) + 1;
        if (test_random_below(&draw, 3) == 0)
            put(dressed, &n, packed + at, n_block);
        else
            n += dress(packed + at, n_block, dressed + n);
        at += n_block;
    }
    *ret_n = n;
    return dressed;
}

/*
 * samtools/htsjdk#1078: BC need not be alone, nor first. samtools/hts-specs#181: names and comments
 * in the header.
 */
Test(vcf_blocks, headers_may_hold_more)
{
    for (int round = 0; round < 40; round++) {
        size_t n = test_random_below(&draw, 2000000);
        size_t n_packed;
        size_t n_dressed;
        uint8_t *bytes = test_drawn_bytes(&draw, n);
        test_write_bgzf(&draw, path, bytes, n);
        uint8_t *packed = load(&n_packed);
        uint8_t *dressed = dress_all(packed, n_packed, &n_dressed);
        save(dressed, n_dressed);
        cr_assert(skr_blocks_is_bgzf(
            dressed, n_dressed < SKR_BLOCKS_PACKED_MAX ? n_dressed : SKR_BLOCKS_PACKED_MAX));
        for (unsigned n_threads = 1; n_threads <= 2; n_threads++) {
            skr_block_batch last;
            bool has_mark;
            size_t got = read_and_compare(n_threads, bytes, n, &last, &has_mark);
            cr_assert(got == n && last.is_end && !last.is_bad && has_mark,
                      "seed %llu, round %d: %zu of %zu bytes", (unsigned long long)draw.seed, round,
                      got, n);
        }
        free(dressed);
        free(packed);
        free(bytes);
    }
}

Test(vcf_blocks, broken_headers_are_no_blocks)
{
    static const struct {
        const char *what;
        uint8_t at;
        uint8_t value;
    } breaks[] = {
        {"no extra field", 3, 0},
        {"a flag that nobody knows", 3, 4 | 32},
        {"another method", 2, 7},
        {"the extra field ends early", 10, 5},
        {"a subfield is longer", 14, 3},
        {"no BC", 13, 'D'},
        {"shorter than its header", 16, 20},
        {"a sum of the header that is wrong", 3, 4 | 2},
    };
    uint8_t mark[] = {31, 139, 8,  4, 0, 0, 0, 0, 0, 255, 6, 0, 66, 67,
                      2,  0,   27, 0, 3, 0, 0, 0, 0, 0,   0, 0, 0,  0};
    cr_assert(skr_blocks_is_bgzf(mark, sizeof mark));
    for (size_t n = 0; n < 18; n++)
        cr_assert(skr_blocks_is_bgzf(mark, n) == false);
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        uint8_t old = mark[breaks[i].at];
        mark[breaks[i].at] = breaks[i].value;
        cr_assert(skr_blocks_is_bgzf(mark, sizeof mark) == false, "%s", breaks[i].what);
        mark[breaks[i].at] = old;
    }
}

Test(vcf_blocks, other_files_are_no_bgzf)
{
    static const uint8_t gzip[18] = {31, 139, 8, 0};
    cr_assert(skr_blocks_is_bgzf(gzip, sizeof gzip) == false);
    cr_assert(skr_blocks_is_bgzf((const uint8_t *)"##fileformat=VCFv4.2", 18) == false);
    cr_assert(skr_blocks_is_bgzf(gzip, 0) == false);
}
