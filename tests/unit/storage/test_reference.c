/*
 * A reference gives back the bases that it was given, N for what is not A, C, G or T, whole or in
 * any part; a changed one is refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <string.h>

#include "storage/reference/reference.h"
#include "storage/reference/reference_int.h"
#include "tests/support/random.h"
#include "tests/support/temp_folder.h"

static const char md5_a[] = "00112233445566778899aabbccddeeff";
static const char md5_b[] = "ffffffffffffffffffffffffffffffff";

static test_folder folder;
static skr_err err;

static void set_up(void)
{
    folder = test_folder_make();
}

static void tear_down(void)
{
    test_folder_remove(&folder);
}

TestSuite(reference, .init = set_up, .fini = tear_down);

static skr_file_id write_one(const char *file, skr_reference *older, const char *name,
                             const char *bases, uint32_t n)
{
    skr_reference_writer *writer = NULL;
    skr_file_id id;
    cr_assert(zero(int, skr_reference_writer_new(folder.path, file, older, &writer, &err)));
    cr_assert(zero(int, skr_reference_writer_add(writer, name, bases, n, md5_a, &err)));
    cr_assert(zero(int, skr_reference_writer_finish(writer, &id, &err)));
    skr_reference_writer_free(writer);
    return id;
}

static skr_reference *open_one(const skr_file_id *id)
{
    skr_reference *reference = NULL;
    cr_assert(zero(int, skr_reference_open(folder.path, id, &reference, &err)), "%s", err.message);
    return reference;
}

static char expected_base(char base)
{
    char upper = (char)toupper(base);
    return strchr("ACGT", upper) != NULL ? upper : 'N';
}

static void check_part(skr_reference *reference, const char *bases, uint32_t length, uint32_t start,
                       uint32_t n)
{
    static char got[3 * SKR_CHUNK_BASES];
    uint32_t n_got = 99;
    memset(got, '!', (size_t)n + 1);
    cr_assert(zero(int, skr_reference_bases(reference, 0, start, n, got, &n_got, &err)));
    uint32_t n_left = start < length ? length - start : 0;
    cr_assert(eq(u32, n_got, n < n_left ? n : n_left));
    for (uint32_t i = 0; i < n_got; i++)
        cr_assert(got[i] == expected_base(bases[start + i]), "base %u of %u from %u", i, n, start);
    cr_assert(got[n_got] == '!', "no more than that is written");
}

Test(reference, gives_back_every_part)
{
    static const char bases[] = "NNacgtRYACGTnNACTTGCAAKNNNN-CG";
    uint32_t n = sizeof bases - 1;
    skr_file_id id = write_one("r-1.skr", NULL, "20", bases, n);
    skr_reference *reference = open_one(&id);
    uint32_t length = 0;
    const char *md5 = NULL;
    cr_assert(eq(u32, skr_reference_n_contigs(reference), 1));
    cr_assert(eq(str, (char *)skr_reference_contig(reference, 0, &length, &md5), "20"));
    cr_assert(eq(u32, length, n));
    cr_assert(eq(str, (char *)md5, (char *)md5_a));
    cr_assert(eq(u32, skr_reference_find(reference, "20"), 0));
    cr_assert(eq(u32, skr_reference_find(reference, "2"), SKR_NONE));
    for (uint32_t start = 0; start <= n + 1; start++)
        for (uint32_t wanted = 0; wanted <= n + 2; wanted++)
            check_part(reference, bases, n, start, wanted);
    check_part(reference, bases, n, UINT32_MAX, 5);
    skr_reference_close(reference);
    skr_reference_close(NULL);
}

Test(reference, gives_back_bases_across_chunks)
{
    test_random random = test_random_seeded(7);
    uint32_t n = 2 * SKR_CHUNK_BASES + 1001;
    char *bases = malloc(n);
    uint32_t until = 0;
    bool is_n = true;
    for (uint32_t i = 0; i < n; i++) {
        if (i == until) {
            is_n = !is_n;
            until += 1 + test_random_below(&random, is_n ? 20000 : 100000);
        }
        bases[i] = is_n ? 'N' : "ACGT"[test_random_below(&random, 4)];
    }
    skr_file_id id = write_one("r-1.skr", NULL, "1", bases, n);
    skr_reference *reference = open_one(&id);
    for (int i = 0; i < 300; i++)
        check_part(reference, bases, n, test_random_below(&random, n),
                   test_random_below(&random, 9000));
    check_part(reference, bases, n, SKR_CHUNK_BASES - 3, 6);
    check_part(reference, bases, n, 0, n);
    skr_reference_close(reference);
    free(bases);
}

Test(reference, a_newer_file_keeps_the_contigs_of_the_older)
{
    skr_file_id first = write_one("r-1.skr", NULL, "1", "ACGTN", 5);
    skr_reference *older = open_one(&first);
    skr_reference_writer *writer = NULL;
    skr_file_id id;
    cr_assert(zero(int, skr_reference_writer_new(folder.path, "r-2.skr", older, &writer, &err)));
    skr_reference_close(older);
    cr_assert(zero(int, skr_reference_writer_add(writer, "2", "GG", 2, md5_b, &err)));
    cr_assert(zero(int, skr_reference_writer_add(writer, "1", "ACGTN", 5, md5_a, &err)));
    cr_assert(zero(int, skr_reference_writer_add(writer, "3", "", 0, md5_a, &err)), "no bases");
    cr_assert(
        eq(int, skr_reference_writer_add(writer, "1", "ACGTT", 5, md5_b, &err), SKR_ERR_INPUT));
    cr_assert(ne(ptr, strstr(err.message, "contig 1"), NULL), "%s", err.message);
    cr_assert(zero(int, skr_reference_writer_finish(writer, &id, &err)));
    skr_reference_writer_free(writer);

    skr_reference *reference = open_one(&id);
    cr_assert(eq(u32, skr_reference_n_contigs(reference), 3));
    char got[8] = {0};
    uint32_t n = 0;
    cr_assert(zero(int, skr_reference_bases(reference, 0, 0, 8, got, &n, &err)));
    cr_assert(eq(str, got, "ACGTN"));
    cr_assert(zero(int, skr_reference_bases(reference, 2, 0, 8, got, &n, &err)));
    cr_assert(zero(u32, n));
    skr_reference_close(reference);
}

static void count_fault(void *context, const char *text)
{
    cr_assert(ne(ptr, strstr(text, "r-1.skr"), NULL), "%s", text);
    ++*(int *)context;
}

static int n_faults(const skr_file_id *id)
{
    int n = 0;
    cr_assert(zero(int, skr_reference_verify(folder.path, id, count_fault, &n, &err)));
    return n;
}

Test(reference, verify_finds_any_flipped_bit)
{
    skr_file_id id = write_one("r-1.skr", NULL, "1", "ACGTNNNACGTTTACGNACGCG", 22);
    cr_assert(zero(int, n_faults(&id)));
    const char *path = test_folder_file(&folder, "r-1.skr");
    for (size_t bit = 0; bit < 8 * id.n_bytes; bit++) {
        test_file_flip(path, bit);
        cr_assert(ge(int, n_faults(&id), 1), "bit %zu", bit);
        test_file_flip(path, bit);
    }
}

/* A file of kind REFERENCE with right checksums and this directory and block. */
static int open_forged(const void *block, size_t n_block, uint32_t length, size_t n_cut)
{
    skr_block_writer *writer = NULL;
    skr_buffer directory = {0};
    skr_block_ref ref;
    skr_file_id id;
    unlink(test_folder_file(&folder, "r-1.skr"));
    cr_assert(
        zero(int, skr_block_writer_new(folder.path, "r-1.skr", SKR_FILE_REFERENCE, &writer, &err)));
    cr_assert(zero(int, skr_block_writer_put(writer, block, n_block, SKR_CODEC_PLAIN, &ref, &err)));
    cr_assert(zero(int, skr_buffer_put(&directory, "\x01\x01X", 3, &err)));
    cr_assert(zero(int, skr_buffer_put_varint(&directory, length, &err)));
    cr_assert(zero(int, skr_buffer_put(&directory, md5_a, SKR_DIGEST_MD5_SIZE, &err)));
    cr_assert(zero(int, skr_block_ref_put(&directory, &ref, &err)));
    cr_assert(zero(
        int, skr_block_writer_finish(writer, directory.bytes, directory.n - n_cut, &id, &err)));
    skr_block_writer_free(writer);
    skr_buffer_done(&directory);
    skr_reference *reference = NULL;
    int status = skr_reference_open(folder.path, &id, &reference, &err);
    char base;
    uint32_t n = 0;
    if (status == SKR_OK)
        status = skr_reference_bases(reference, 0, 0, 1, &base, &n, &err);
    skr_reference_close(reference);
    return status;
}

Test(reference, believes_nothing_behind_a_right_checksum)
{
    cr_assert(zero(int, open_forged("\x00\x1b", 2, 4, 0)), "%s", err.message);
    cr_assert(zero(int, open_forged("\x01\x01\x03\x00", 4, 4, 0)));
    cr_assert(eq(int, open_forged("\x00\x1b", 2, 5, 0), SKR_ERR_CORRUPT), "too few bases");
    cr_assert(eq(int, open_forged("\x00\x1b\x00", 3, 4, 0), SKR_ERR_CORRUPT), "too many");
    cr_assert(eq(int, open_forged("\x01\x01\x04\x00", 4, 4, 0), SKR_ERR_CORRUPT), "past the end");
    cr_assert(eq(int, open_forged("\x01\x01\x00\x00", 4, 4, 0), SKR_ERR_CORRUPT), "empty run");
    cr_assert(eq(int, open_forged("\x02\x00\x01\x00\x01\x00", 6, 4, 0), SKR_ERR_CORRUPT), "touch");
    cr_assert(eq(int, open_forged("\x04", 1, 4, 0), SKR_ERR_CORRUPT), "more runs than bytes");
    cr_assert(eq(int, open_forged("\x00\x1b", 2, SKR_CHUNK_BASES + 1, 0), SKR_ERR_CORRUPT));
    for (size_t n_cut = 1; n_cut <= 44; n_cut++)
        cr_assert(eq(int, open_forged("\x00\x1b", 2, 4, n_cut), SKR_ERR_CORRUPT), "%zu", n_cut);
}
