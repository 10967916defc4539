/*
 * What the lines of a header say is taken as they say it, in any order; a header that says nothing
 * of use, or contradicts itself, is refused with its place.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "storage/base/limits.h"
#include "tests/support/random.h"
#include "tests/support/vcf_file.h"

#define FIXED "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
#define COLUMNS FIXED "\tFORMAT\tS1\tS2\n"

static skr_err err;
static vcf_file file;

static void set_up(void)
{
    vcf_file_init(&file);
}

static void tear_down(void)
{
    vcf_file_done(&file);
}

TestSuite(vcf_header, .init = set_up, .fini = tear_down);

static void open_sound(const char *text)
{
    cr_assert(eq(int, vcf_file_open(&file, text, &err), SKR_OK), "%s: %s", text, err.message);
}

/* ------------------------------------------------------------------ contigs */

Test(vcf_header, contigs_have_the_lengths_that_are_drawn)
{
    static const char *const extras[] = {"", ",assembly=x", ",note=\"a,length=7,b\"",
                                         ",md5=\"<length=8>\""};
    test_random draw = test_random_drawn("vcf_header");
    for (unsigned turn = 0; turn < 200; turn++) {
        static char text[8192];
        uint32_t lengths[20];
        uint32_t n = test_random_below(&draw, 20);
        size_t at = (size_t)snprintf(text, sizeof text, "##fileformat=VCFv4.2\n");
        for (uint32_t i = 0; i < n; i++) {
            const char *extra = extras[test_random_below(&draw, 4)];
            bool is_first = test_random_below(&draw, 2) == 0;
            lengths[i] = test_random_below(&draw, 300000000);
            at += (size_t)snprintf(text + at, sizeof text - at, "##contig=<");
            if (is_first)
                at += (size_t)snprintf(text + at, sizeof text - at, "length=%u,ID=c%u%s>\n",
                                       lengths[i], i, extra);
            else
                at += (size_t)snprintf(text + at, sizeof text - at, "ID=c%u%s,length=%u>\n", i,
                                       extra, lengths[i]);
        }
        (void)snprintf(text + at, sizeof text - at, COLUMNS);
        open_sound(text);
        for (uint32_t i = 0; i < n; i++) {
            char name[16];
            (void)snprintf(name, sizeof name, "c%u", i);
            cr_assert(eq(u32, skr_vcf_contig_length(file.vcf, name), lengths[i]), "seed %llu: %s",
                      (unsigned long long)draw.seed, text);
        }
        cr_assert(eq(u32, skr_vcf_contig_length(file.vcf, "elsewhere"), 0));
    }
}

Test(vcf_header, lengths_that_no_contig_has_are_passed_over)
{
    open_sound("##fileformat=VCFv4.2\n##contig=<ID=a>\n##contig=<ID=b,length=x>\n"
               "##contig=<ID=c,length=99999999999>\n##contig=<length=5>\n##contig=<ID=d,length=>\n"
               "##contig=<ID=,length=5>\n##contig=nonsense\n##contig=<ID=e,length=5>\n" COLUMNS);
    cr_assert(eq(u32, skr_vcf_header_contigs(file.vcf)->n, 1));
    cr_assert(eq(u32, skr_vcf_contig_length(file.vcf, "e"), 5));
}

/* ------------------------------------------------------------------ versions and hints */

Test(vcf_header, versions_are_numbers_or_not_said)
{
    static const struct {
        const char *line;
        unsigned version;
    } cases[] = {{"##fileformat=VCFv4.2\n", 402},  {"##fileformat=VCFv4.5\n", 405},
                 {"##fileformat=VCFv4.10\n", 410}, {"##fileformat=VCFv4\n", 0},
                 {"##fileformat=VCF4.2\n", 0},     {"##fileformat=VCFvx.2\n", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "%s" COLUMNS, cases[i].line);
        open_sound(text);
        cr_assert(eq(uint, skr_vcf_version(file.vcf), cases[i].version), "%s", text);
    }
}

Test(vcf_header, what_names_an_assembly_is_a_hint)
{
    open_sound("##fileformat=VCFv4.2\n##reference=file:///refs/hg19.fa\n"
               "##contig=<ID=1,assembly=b37,length=249250621>\n##contig=<ID=2,assembly=b37>\n"
               "##reference=ftp://nothing/that/is/known.fa\n##assembly=hg38\n" COLUMNS);
    const skr_names *hints = skr_vcf_hints(file.vcf);
    cr_assert(eq(u32, hints->n, 2));
    cr_assert(strcmp(hints->texts[0], "reference=file:///refs/hg19.fa") == 0);
    cr_assert(strcmp(hints->texts[1], "assembly=b37") == 0);
}

/* ------------------------------------------------------------------ columns */

Test(vcf_header, samples_are_the_columns_after_format)
{
    open_sound("##fileformat=VCFv4.2\n" FIXED "\tFORMAT\tb\ta b\t\xc3\xa4\r\n");
    const skr_names *samples = skr_vcf_samples(file.vcf);
    cr_assert(eq(u32, samples->n, 3));
    cr_assert(strcmp(samples->texts[0], "b") == 0 && strcmp(samples->texts[1], "a b") == 0 &&
              strcmp(samples->texts[2], "\xc3\xa4") == 0);
}

Test(vcf_header, what_is_wrong_is_refused_with_its_place)
{
    static const struct {
        const char *text;
        const char *said;
    } cases[] = {
        {"", "empty"},
        {"hello\n", "a.vcf"},
        {"##fileformat=VCFv4.2\n", "no line that begins with #CHROM"},
        {"##fileformat=VCFv4.2\n1\t5\t.\tA\tC\t.\t.\t.\n", "no line that begins with #CHROM"},
        {"##fileformat=VCFv4.2\n#CHROM POS ID REF\n", "line 2: the line that begins with #CHROM"},
        {"##fileformat=VCFv4.2\n##a\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\n", "line 3"},
        {"##fileformat=VCFv4.2\n" FIXED "\tS1\tS2\n", "column 9 must be FORMAT"},
        {"##fileformat=VCFv4.2\n" FIXED "\n", "a.vcf"},
        {"##fileformat=VCFv4.2\n" FIXED "\tFORMAT\n", "a.vcf"},
        {"##fileformat=VCFv4.2\n" FIXED "\tFORMAT\tA\t\tB\n", "sample column 2 has no name"},
        {"##fileformat=VCFv4.2\n" FIXED "\tFORMAT\tA\tB\tA\n", "two columns are called 'A'"},
        {"##fileformat=VCFv4.2\n" FIXED "\tFORMAT\tA\tB\x01\n", "has control characters"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(eq(int, vcf_file_open(&file, cases[i].text, &err), SKR_ERR_INPUT), "%s",
                  cases[i].text);
        cr_assert(strstr(err.message, cases[i].said) != NULL, "%s: %s", cases[i].text, err.message);
        cr_assert(strstr(err.message, "a.vcf") != NULL, "%s", err.message);
    }
}

Test(vcf_header, names_have_so_many_bytes_at_most)
{
    static char text[2 * SKR_NAME_MAX + 256];
    for (unsigned more = 0; more < 2; more++) {
        size_t n = (size_t)snprintf(text, sizeof text, "##fileformat=VCFv4.2\n" FIXED "\tFORMAT\t");
        memset(text + n, 'a', SKR_NAME_MAX + more);
        text[n + SKR_NAME_MAX + more] = '\n';
        text[n + SKR_NAME_MAX + more + 1] = '\0';
        cr_assert(eq(int, vcf_file_open(&file, text, &err), more == 0 ? SKR_OK : SKR_ERR_INPUT));
    }
    cr_assert(strstr(err.message, "sample column 1 is too long") != NULL, "%s", err.message);
}
