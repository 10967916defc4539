/*
 * The cells of samples are read as they were drawn: copies, phase, numbers, AD and phase sets, of
 * any number of copies and of ALTs; cells that say something else than FORMAT are refused.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "storage/base/limits.h"
#include "tests/support/random.h"
#include "tests/support/vcf_file.h"

#define N_SAMPLES_MAX 40u
#define N_ALTS_MAX 150u /* more than a byte's coding has room for */
#define HEAD                                                                                       \
    "##fileformat=VCFv4.2\n##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n"             \
    "##FORMAT=<ID=XX,Number=1,Type=Float,Description=\"x\">\n"                                     \
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"

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

TestSuite(vcf_cells, .init = set_up, .fini = tear_down);

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

/* ------------------------------------------------------------------ drawn cells */

typedef struct cell {
    int copies[6]; /* -1: '.' */
    uint32_t n;
    bool has_bars; /* between all copies */
    int dp;        /* -1: missing, -2: the cell ends before it */
    int gq;
    int ps;
} cell;

static cell cells[N_SAMPLES_MAX];
static uint32_t n_samples;
static uint32_t n_alts;
static char text[1 << 20];

static void draw_cell(cell *one, uint32_t n_most)
{
    one->n = n_most == 2 ? 2 : 1 + below(n_most);
    one->has_bars = below(3) == 0;
    for (uint32_t i = 0; i < one->n; i++)
        one->copies[i] = below(8) == 0 ? -1 : below(3) > 0 ? 0 : (int)below(n_alts + 1);
    bool is_short = below(6) == 0;
    one->dp = is_short ? -2 : below(4) == 0 ? -1 : (int)below(200);
    one->gq = is_short ? -2 : below(4) == 0 ? -1 : (int)below(99);
    one->ps = is_short || below(2) == 0 ? -2 : below(4) == 0 ? -1 : (int)below(1000);
}

static size_t put_number(char *to, size_t n, int number)
{
    if (number == -2)
        return 0;
    return number < 0 ? (size_t)snprintf(to, n, ":.") : (size_t)snprintf(to, n, ":%d", number);
}

static size_t put_cell(const cell *one, char *to, size_t n)
{
    size_t at = (size_t)snprintf(to, n, "\t");
    for (uint32_t i = 0; i < one->n; i++) {
        const char *mark = i == 0 ? "" : one->has_bars ? "|" : "/";
        if (one->copies[i] < 0)
            at += (size_t)snprintf(to + at, n - at, "%s.", mark);
        else
            at += (size_t)snprintf(to + at, n - at, "%s%d", mark, one->copies[i]);
    }
    at += put_number(to + at, n - at, one->dp);
    at += put_number(to + at, n - at, one->gq);
    return at + put_number(to + at, n - at, one->ps);
}

static void open_drawn(void)
{
    uint32_t n_most = below(2) == 0 ? 2 : 1 + below(6);
    n_samples = 1 + below(N_SAMPLES_MAX);
    n_alts = below(5) == 0 ? 1 + below(N_ALTS_MAX) : 1 + below(3);
    size_t at = (size_t)snprintf(text, sizeof text, HEAD);
    for (uint32_t s = 0; s < n_samples; s++)
        at += (size_t)snprintf(text + at, sizeof text - at, "\tS%u", s);
    at += (size_t)snprintf(text + at, sizeof text - at, "\n1\t7\t.\tA\tC");
    for (uint32_t i = 1; i < n_alts; i++)
        at +=
            (size_t)snprintf(text + at, sizeof text - at, ",A%.*s", (int)i,
                             "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT"
                             "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT"
                             "TTTTTTTTTTTTTTTTTTTTTTTTTTTT");
    at += (size_t)snprintf(text + at, sizeof text - at, "\t.\tPASS\t.\tGT:DP:GQ:PS");
    for (uint32_t s = 0; s < n_samples; s++) {
        draw_cell(&cells[s], n_most);
        at += put_cell(&cells[s], text + at, sizeof text - at);
    }
    at += (size_t)snprintf(text + at, sizeof text - at, "\n");
    cr_assert(eq(int, vcf_file_open_n(&file, text, at, &err), SKR_OK), "%s", err.message);
}

static bool is_number(const skr_vcf_record *record, skr_gate_tag tag, uint32_t sample, int want)
{
    float got = skr_genotype_scan_values(&record->numbers[tag], sample);
    return want < 0 ? isnan(got) != 0 : got == (float)want;
}

static void compare_cell(const skr_vcf_record *record, uint32_t s)
{
    const cell *want = &cells[s];
    skr_genotype got = {0};
    cr_assert(eq(int, skr_vcf_genotype(file.vcf, s, &got, &err), SKR_OK), "%s", err.message);
    cr_assert(eq(u32, got.n, want->n), "seed %llu: %s", (unsigned long long)draw.seed, text);
    for (uint32_t i = 0; i < want->n; i++) {
        uint16_t copy = want->copies[i] < 0 ? SKR_COPY_UNKNOWN : (uint16_t)want->copies[i];
        cr_assert(eq(u16, got.alleles[i], copy), "seed %llu", (unsigned long long)draw.seed);
    }
    cr_assert(eq(int, skr_vcf_is_phased(file.vcf, s), want->has_bars && want->n > 1));
    cr_assert(is_number(record, SKR_GATE_DP, s, want->dp), "seed %llu",
              (unsigned long long)draw.seed);
    cr_assert(is_number(record, SKR_GATE_GQ, s, want->gq), "seed %llu",
              (unsigned long long)draw.seed);
    cr_assert(eq(i64, skr_vcf_phase_set(file.vcf, s), want->ps < 0 ? SKR_PHASE_SET_NONE : want->ps),
              "seed %llu", (unsigned long long)draw.seed);
}

Test(vcf_cells, are_read_as_they_were_drawn)
{
    draw = test_random_drawn("vcf_cells");
    for (unsigned turn = 0; turn < 400; turn++) {
        const skr_vcf_record *record = NULL;
        open_drawn();
        cr_assert(eq(int, skr_vcf_next(file.vcf, &record, &err), SKR_OK), "%s: %s", err.message,
                  text);
        cr_assert(eq(u32, record->n_alts, n_alts));
        for (uint32_t s = 0; s < n_samples; s++)
            compare_cell(record, s);
    }
}

/* ------------------------------------------------------------------ one cell at a time */

/* Reads one record of two samples. */
static int read_two(const char *format, const char *first, const char *second,
                    const skr_vcf_record **ret_record)
{
    char line[8192];
    (void)snprintf(line, sizeof line, HEAD "\tS1\tS2\n1\t7\t.\tA\tC,G\t.\tPASS\t.\t%s\t%s\t%s\n",
                   format, first, second);
    int status = vcf_file_open(&file, line, &err); /* which reads the first record */
    return status == SKR_OK ? skr_vcf_next(file.vcf, ret_record, &err) : status;
}

Test(vcf_cells, ad_is_of_as_many_alleles_as_there_are)
{
    static const struct {
        const char *ad;
        float want[3]; /* -1: missing */
    } cases[] = {{"5,6,7", {5, 6, 7}},      {"5,.,7", {5, -1, 7}},  {"5,6", {-1, -1, -1}},
                 {"5,6,7,8", {-1, -1, -1}}, {".", {-1, -1, -1}},    {"5", {-1, -1, -1}},
                 {"0,0,0", {0, 0, 0}},      {".,.,.", {-1, -1, -1}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const skr_vcf_record *record = NULL;
        char cell_text[64];
        (void)snprintf(cell_text, sizeof cell_text, "0/1:%s", cases[i].ad);
        cr_assert(eq(int, read_two("GT:AD", cell_text, "0/1", &record), SKR_OK), "%s", err.message);
        for (uint32_t allele = 0; allele < 3; allele++) {
            float got = skr_vcf_ad(file.vcf, 0, allele);
            float want = cases[i].want[allele];
            cr_assert(want < 0 ? isnan(got) : got == want, "%s, allele %u: %g", cases[i].ad, allele,
                      (double)got);
            cr_assert(isnan(skr_vcf_ad(file.vcf, 1, allele)));
        }
    }
}

Test(vcf_cells, what_format_does_not_allow_is_refused_and_names_the_sample)
{
    static const struct {
        const char *format;
        const char *cell;
        const char *said;
    } cases[] = {
        {"GT", "0/3", "the genotype of sample S2 names ALT 3, but the record has 2"},
        {"GT", "0/99999999999", "names ALT"},
        {"GT", "", "'' of sample S2 is no genotype"},
        {"GT", "0/", "'0/' of sample S2 is no genotype"},
        {"GT", "0//1", "is no genotype"},
        {"GT", "0\\1", "is no genotype"},
        {"GT", "0/1 ", "is no genotype"},
        {"GT", "-1", "is no genotype"},
        {"GT", "A/C", "is no genotype"},
        {"GT", "0/1:7", "sample S2 has more fields than FORMAT names"},
        {"GT:DP", "0/1:7:8", "sample S2 has more fields than FORMAT names"},
        {"GT:DP", "0/1:x", "field 2 of sample S2 should be a number"},
        {"GT:XX", "0/1:x", "field 2 of sample S2 should be a number"},
        {"GT::DP", "0/1", "FORMAT 'GT::DP' has an empty tag"},
        {"GT:", "0/1", "has an empty tag"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const skr_vcf_record *record = NULL;
        cr_assert(eq(int, read_two(cases[i].format, "0/0", cases[i].cell, &record), SKR_ERR_INPUT),
                  "%s of %s", cases[i].cell, cases[i].format);
        cr_assert(strstr(err.message, cases[i].said) != NULL, "%s: %s", cases[i].cell, err.message);
        cr_assert(strstr(err.message, "a.vcf, line ") != NULL, "%s", err.message);
    }
}

Test(vcf_cells, a_genotype_has_so_many_copies_at_most)
{
    for (unsigned n = SKR_PLOIDY_MAX; n <= SKR_PLOIDY_MAX + 1; n++) {
        static char many[4 * SKR_PLOIDY_MAX];
        const skr_vcf_record *record = NULL;
        for (unsigned i = 0; i < n; i++)
            memcpy(many + 2 * (size_t)i, "1/", 2);
        many[2 * n - 1] = '\0';
        cr_assert(eq(int, read_two("GT", "0/0", many, &record),
                     n == SKR_PLOIDY_MAX ? SKR_OK : SKR_ERR_INPUT),
                  "%u", n);
    }
    cr_assert(strstr(err.message, "more than") != NULL, "%s", err.message);
}

Test(vcf_cells, a_phase_set_that_is_no_number_is_equal_to_no_other)
{
    const skr_vcf_record *record = NULL;
    cr_assert(eq(int, read_two("GT:PS", "0|1:block_7", "0|1:5", &record), SKR_OK), "%s",
              err.message);
    cr_assert(record->has_ps);
    cr_assert(eq(i64, skr_vcf_phase_set(file.vcf, 0), SKR_PHASE_SET_UNKNOWN));
    cr_assert(eq(i64, skr_vcf_phase_set(file.vcf, 1), 5));
}

Test(vcf_cells, without_gt_nobody_has_a_genotype)
{
    const skr_vcf_record *record = NULL;
    cr_assert(eq(int, read_two("DP", "7", "8", &record), SKR_OK), "%s", err.message);
    cr_assert(eq(ptr, (void *)record->gt, NULL));
}
