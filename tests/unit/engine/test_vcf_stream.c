/*
 * A stream is judged alike in whatever pieces it comes, and no later than a reader would.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "engine/import/vcf/vcf_stream.h"

#define HEAD "##fileformat=VCFv4.2\n##x=y\n"
#define COLUMNS "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tann\tbob\n"
#define ROW "1\t9\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\n"
#define BCF_HEAD "BCF\2\2\4\0\0\0abc\0"
#define BCF_RECORD                                                                                 \
    "\x18\0\0\0\2\0\0\0"                                                                           \
    "123456789012345678901234"                                                                     \
    "xy"
#define N_MEMORY (64u << 20)

static const struct {
    const char *name;
    const char *bytes;
    size_t n;
    const char *must; /* of the message; NULL: it passes */
} cases[] = {
#define CASE(name, text, must)                                                                     \
    {                                                                                              \
        name, text, sizeof text - 1, must                                                          \
    }
    CASE("sound text", HEAD COLUMNS ROW ROW, NULL),
    CASE("the last line has no end", HEAD COLUMNS "1\t9", NULL),
    CASE("blank lines", HEAD COLUMNS "\n\r\n" ROW, NULL),
    CASE("CR LF", "##fileformat=VCFv4.2\r\n#CHROM\tPOS\r\n1\t2\r\n", NULL),
    CASE("nothing", "", "the file is empty"),
    CASE("text of another kind", "hello world, this is no file of variants\n", "neither VCF"),
    CASE("zeros", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
         "neither VCF"),
    CASE("reads", "@HD\tVN:1.6\n", "CRAM, BAM or SAM"),
    CASE("a NUL in the header", HEAD "##\0\n" COLUMNS, "s, line 3: holds a NUL byte"),
    CASE("a NUL in a record", HEAD COLUMNS ROW "1\0", "s, line 5: holds a NUL byte"),
    CASE("no line of columns", HEAD ROW, "s, line 3: the header has no line"),
    CASE("a column too few", HEAD COLUMNS "1\t9\t.\tA\tG\t.\t.\t.\tGT\t0/1\n",
         "s, line 4: another number"),
    CASE("no columns at all", HEAD COLUMNS "\ny\n", "s, line 5: another number"),
    CASE("sound BCF", BCF_HEAD BCF_RECORD BCF_RECORD, NULL),
    CASE("BCF that is cut", BCF_HEAD BCF_RECORD "\x18\0\0", NULL),
    CASE("a header of 4 GiB", "BCF\2\2\xff\xff\xff\xff" BCF_RECORD BCF_RECORD,
         "s: the header has more"),
    CASE("a record of 8 GiB", BCF_HEAD BCF_RECORD "\xff\xff\xff\xff\xff\xff\xff\xff",
         "s, record 2: the record has more"),
    CASE("a record of nothing", BCF_HEAD "\0\0\0\0\0\0\0\0", "s, record 1: damaged"),
};

/* Looks at the stream in two pieces; the first has what is looked at first. */
static int look(size_t number, size_t n_first, skr_err *err)
{
    const uint8_t *bytes = (const uint8_t *)cases[number].bytes;
    size_t n = cases[number].n;
    skr_vcf_stream stream = {.name = "s", .n_memory = N_MEMORY};
    int status = skr_vcf_stream_look(&stream, bytes, n_first, err);
    if (status == SKR_OK && n > n_first)
        status = skr_vcf_stream_look(&stream, bytes + n_first, n - n_first, err);
    return status;
}

Test(vcf_stream, is_judged_alike_in_any_pieces)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n_first = cases[i].n < 32 ? cases[i].n : 32;
        for (; n_first <= cases[i].n; n_first++) {
            skr_err err = {.message = ""};
            int status = look(i, n_first, &err);
            bool is_right = cases[i].must == NULL
                                ? status == SKR_OK
                                : status < 0 && strstr(err.message, cases[i].must) != NULL;
            cr_assert(is_right, "%s, cut at %zu: %d, %s", cases[i].name, n_first, status,
                      err.message);
        }
    }
}

Test(vcf_stream, refuses_a_line_as_soon_as_it_is_too_long)
{
    static uint8_t more[1 << 20];
    const char *starts[] = {HEAD, HEAD COLUMNS, HEAD COLUMNS ROW};
    const size_t n_most[] = {N_MEMORY / 8, N_MEMORY / 16 + 11 * 4096, N_MEMORY / 16 + 11 * 4096};
    memset(more, 'x', sizeof more);
    for (size_t i = 0; i < 3; i++) {
        skr_err err = {.message = ""};
        skr_vcf_stream stream = {.name = "s", .n_memory = N_MEMORY};
        int status =
            skr_vcf_stream_look(&stream, (const uint8_t *)starts[i], strlen(starts[i]), &err);
        size_t n = 0;
        for (; status == SKR_OK; n += sizeof more)
            status = skr_vcf_stream_look(&stream, more, sizeof more, &err);
        cr_assert(eq(int, status, SKR_ERR_INPUT));
        cr_assert(n + sizeof more > n_most[i] && n <= n_most[i] + sizeof more, "%zu", n);
    }
}
