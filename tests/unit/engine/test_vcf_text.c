/*
 * The fixed columns of a line are read as they were drawn; a line that is no record is refused with
 * its number, and what came before it was read.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "storage/base/limits.h"
#include "tests/support/random.h"
#include "tests/support/vcf_file.h"

#define HEAD "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"
#define SOUND "1\t7\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n"

static skr_err err;
static vcf_file file;
static test_random draw;

static void set_up(void)
{
    vcf_file_init(&file);
}

static void tear_down(void)
{
    vcf_file_done(&file);
}

TestSuite(vcf_text, .init = set_up, .fini = tear_down);

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

static const skr_vcf_record *next(void)
{
    const skr_vcf_record *record = NULL;
    cr_assert(eq(int, skr_vcf_next(file.vcf, &record, &err), SKR_OK), "%s", err.message);
    return record;
}

/* ------------------------------------------------------------------ drawn records */

typedef struct drawn {
    const char *contig;
    uint32_t pos1;
    const char *ref;
    const char *alts[4];
    uint32_t n_alts;
    skr_filter filter;
    uint64_t end1;
    uint64_t end2;
    int64_t svlens[4];
    uint32_t n_svlens;
    const char *chr2;
} drawn;

static drawn draw_record(void)
{
    static const char *const contigs[] = {"1", "chrX", "HLA-A*01:01", "MT"};
    static const char *const refs[] = {"A", "ACGT", "N", "acg"};
    static const char *const alts[] = {"C", "<DEL>", "*", "ACGTACGT", "<INS:ME:ALU>", "A[2:5["};
    drawn one = {.contig = contigs[below(4)], .pos1 = below(1000000), .ref = refs[below(4)]};
    one.n_alts = below(5);
    for (uint32_t i = 0; i < one.n_alts; i++)
        one.alts[i] = alts[below(6)];
    one.filter = below(3) == 0 ? SKR_FILTER_FAIL : SKR_FILTER_PASS;
    one.end1 = below(2) == 0 ? 0 : 1 + below(1000000);
    one.end2 = below(3) == 0 ? 1 + below(1000000) : 0;
    one.n_svlens = below(5);
    for (uint32_t i = 0; i < one.n_svlens; i++)
        one.svlens[i] = (int64_t)below(2000) - 1000;
    one.chr2 = below(3) == 0 ? contigs[below(4)] : NULL;
    return one;
}

/* INFO: the fields in one of two orders, among others that are passed over. */
static size_t put_info(const drawn *one, char *text, size_t n)
{
    size_t at = (size_t)snprintf(text, n, "XEND=5;END3=7");
    if (one->end1 > 0)
        at += (size_t)snprintf(text + at, n - at, ";END=%lu", (unsigned long)one->end1);
    if (one->chr2 != NULL)
        at += (size_t)snprintf(text + at, n - at, ";CHR2=%s", one->chr2);
    for (uint32_t i = 0; i < one->n_svlens; i++)
        at += (size_t)snprintf(text + at, n - at, "%s%ld", i == 0 ? ";SVLEN=" : ",",
                               (long)one->svlens[i]);
    if (one->end2 > 0)
        at += (size_t)snprintf(text + at, n - at, ";END2=%lu", (unsigned long)one->end2);
    return at + (size_t)snprintf(text + at, n - at, ";FLAG");
}

static size_t put_record(const drawn *one, char *text, size_t n)
{
    size_t at = (size_t)snprintf(text, n, "%s\t%u\trs1\t%s\t", one->contig, one->pos1, one->ref);
    for (uint32_t i = 0; i < one->n_alts; i++)
        at += (size_t)snprintf(text + at, n - at, "%s%s", i == 0 ? "" : ",", one->alts[i]);
    at += (size_t)snprintf(text + at, n - at, "%s\t99\t%s\t", one->n_alts == 0 ? "." : "",
                           one->filter == SKR_FILTER_PASS ? "PASS" : "q10;s50");
    at += put_info(one, text + at, n - at);
    return at + (size_t)snprintf(text + at, n - at, "\tGT\t0/0%s", below(3) == 0 ? "\r\n" : "\n");
}

static void compare(const skr_vcf_record *got, const drawn *want, uint64_t number)
{
    cr_assert(ne(ptr, (void *)got, NULL));
    cr_assert(got->number == number && got->pos1 == want->pos1 && got->filter == want->filter &&
                  got->n_alts == want->n_alts && strcmp(got->ref, want->ref) == 0,
              "seed %llu", (unsigned long long)draw.seed);
    cr_assert(strcmp(skr_vcf_contigs(file.vcf)->texts[got->contig], want->contig) == 0);
    for (uint32_t i = 0; i < want->n_alts; i++)
        cr_assert(strcmp(got->alts[i], want->alts[i]) == 0);
    cr_assert(got->has_end == (want->end1 > 0) && got->end1 == want->end1 &&
                  got->end2_pos1 == want->end2 && got->n_svlens == want->n_svlens,
              "seed %llu", (unsigned long long)draw.seed);
    for (uint32_t i = 0; i < want->n_svlens; i++)
        cr_assert(eq(i64, got->svlens[i], want->svlens[i]));
    cr_assert(eq(int, got->chr2 != NULL, want->chr2 != NULL));
    cr_assert(want->chr2 == NULL || (got->n_chr2 == strlen(want->chr2) &&
                                     memcmp(got->chr2, want->chr2, got->n_chr2) == 0));
}

Test(vcf_text, records_are_read_as_they_were_drawn)
{
    draw = test_random_drawn("vcf_text");
    for (unsigned turn = 0; turn < 100; turn++) {
        static char text[65536];
        drawn records[30];
        uint32_t n = below(30);
        size_t at = (size_t)snprintf(text, sizeof text, HEAD);
        for (uint32_t i = 0; i < n; i++) {
            records[i] = draw_record();
            at += put_record(&records[i], text + at, sizeof text - at);
            if (below(6) == 0)
                text[at++] = '\n'; /* an empty line is none */
        }
        if (n > 0 && below(2) == 0)
            at -= text[at - 1] == '\n'; /* the last line may have no end */
        cr_assert(eq(int, vcf_file_open_n(&file, text, at, &err), SKR_OK), "%s", err.message);
        for (uint32_t i = 0; i < n; i++)
            compare(next(), &records[i], i + 1);
        cr_assert(eq(ptr, (void *)next(), NULL));
    }
}

/* ------------------------------------------------------------------ refusals */

Test(vcf_text, a_line_that_is_no_record_is_refused_with_its_number)
{
    static const struct {
        const char *line;
        const char *said;
    } cases[] = {
        {"1\n", "1 columns, but the header has 10"},
        {"1\t7\t.\tA\tC\t.\tPASS\t.\n", "8 columns, but the header has 10"},
        {"1\t7\t.\tA\tC\t.\tPASS\t.\tGT\n", "sample columns"},
        {"1\t7\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\t0/1\n", "more sample columns"},
        {"1\tx\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n", "POS 'x' is no number"},
        {"1\t\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n", "POS '' is no number"},
        {"1\t-7\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n", "POS '-7' is no number"},
        {"1\t7.0\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n", "POS '7.0' is no number"},
        {"1\t9999999999\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n", "lies beyond"},
        {"1\t9999999999999999999999\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n", "is no number"},
        {"1\t7\t.\t\tC\t.\tPASS\t.\tGT\t0/1\n", "REF is empty"},
        {"1\t7\t.\tA\t\t.\tPASS\t.\tGT\t0/1\n", "ALT is empty"},
        {"1\t7\t.\tA\tC,\t.\tPASS\t.\tGT\t0/1\n", "ALT number 2 is empty"},
        {"1\t7\t.\tA\t,C\t.\tPASS\t.\tGT\t0/1\n", "ALT number 1 is empty"},
        {"\t7\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n", "is no name of a contig"},
        {"#1\t7\t.\tA\tC\t.\tPASS\t.\tGT\t0/1\n", "a header line among the records"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        const skr_vcf_record *record = NULL;
        (void)snprintf(text, sizeof text, HEAD SOUND "%s" SOUND, cases[i].line);
        cr_assert(eq(int, vcf_file_open(&file, text, &err), SKR_OK), "%s", err.message);
        cr_assert(eq(u32, next()->pos1, 7));
        cr_assert(eq(int, skr_vcf_next(file.vcf, &record, &err), SKR_ERR_INPUT), "%s",
                  cases[i].line);
        cr_assert(strstr(err.message, "a.vcf, line 4: ") != NULL, "%s", err.message);
        cr_assert(strstr(err.message, cases[i].said) != NULL, "%s: %s", cases[i].line, err.message);
    }
}

Test(vcf_text, a_nul_byte_is_told_and_nothing_after_it_is_lost_in_silence)
{
    static const char text[] = HEAD SOUND "1\t8\t.\tA\0C\tC\t.\tPASS\t.\tGT\t0/1\n";
    const skr_vcf_record *record = NULL;
    cr_assert(eq(int, vcf_file_open_n(&file, text, sizeof text - 1, &err), SKR_OK));
    cr_assert(eq(u32, next()->pos1, 7));
    cr_assert(eq(int, skr_vcf_next(file.vcf, &record, &err), SKR_ERR_INPUT));
    cr_assert(strstr(err.message, "line 4: holds a NUL byte") != NULL, "%s", err.message);
}

/* What INFO says that is no number says nothing. */
Test(vcf_text, values_of_info_that_are_none_are_missing)
{
    static const char *const infos[] = {".",     "END",   "END=",   "END=x", "END=-5",  "END2=.",
                                        "SVLEN", "CHR2=", "CHR2=.", "=5;;;", "XSVLEN=5"};
    for (size_t i = 0; i < sizeof infos / sizeof *infos; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, HEAD "1\t7\t.\tA\tC\t.\tPASS\t%s\tGT\t0/1\n", infos[i]);
        cr_assert(eq(int, vcf_file_open(&file, text, &err), SKR_OK), "%s", err.message);
        const skr_vcf_record *record = next();
        cr_assert(not(record->has_end), "%s", infos[i]);
        cr_assert(record->end1 == 0 && record->end2_pos1 == 0 && record->chr2 == NULL &&
                      record->n_svlens == 0,
                  "%s", infos[i]);
    }
}
