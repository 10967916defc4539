/*
 * What samples say by lists of ALTs of their own (LAA, LGT, LAD of VCF 4.5) is what the drawn
 * genotypes and reads of the record's alleles are, in text and in BCF; an LGT that its list does
 * not allow is refused, and so is one of BCF that is no text.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "tests/support/random.h"
#include "tests/support/raw_bcf.h"
#include "tests/support/vcf_file.h"

#define N_SAMPLES_MAX 12u
#define N_ALTS_MAX 30u
#define N_LOCAL_MAX 4u
#define HEAD "##fileformat=VCFv4.5\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"

static skr_err err;
static vcf_file file;
static test_random draw;
static char text[1 << 16];
static size_t n_text;

static void set_up(void)
{
    vcf_file_init(&file);
}

static void tear_down(void)
{
    vcf_file_done(&file);
}

TestSuite(vcf_local, .init = set_up, .fini = tear_down);

static uint32_t below(uint32_t n)
{
    return test_random_below(&draw, n);
}

static void put(const char *words)
{
    n_text += (size_t)snprintf(text + n_text, sizeof text - n_text, "%s", words);
    cr_assert(n_text < sizeof text);
}

static void put_number(const char *before, uint32_t value)
{
    n_text += (size_t)snprintf(text + n_text, sizeof text - n_text, "%s%u", before, value);
    cr_assert(n_text < sizeof text);
}

/* ------------------------------------------------------------------ drawn samples */

typedef struct sample {
    uint32_t laa[N_LOCAL_MAX]; /* ALTs of the record */
    uint32_t n_laa;
    uint32_t copies[3]; /* local; 99: '.' */
    uint32_t n;
    bool has_bars;
    uint32_t reads[N_LOCAL_MAX + 1];
    uint32_t n_reads;
} sample;

static sample samples[N_SAMPLES_MAX];
static uint32_t n_samples;
static uint32_t n_alts;
static bool has_gt;

static void draw_sample(sample *one)
{
    one->n_laa = 0;
    for (uint32_t alt = 1; alt <= n_alts && one->n_laa < N_LOCAL_MAX; alt++)
        if (below(n_alts) < 2)
            one->laa[one->n_laa++] = alt;
    one->n = 1 + below(3);
    one->has_bars = below(2) == 0;
    for (uint32_t i = 0; i < one->n; i++)
        one->copies[i] = below(7) == 0 ? 99 : below(one->n_laa + 1);
    one->n_reads = below(5) == 0 ? below(N_LOCAL_MAX + 2) : one->n_laa + 1;
    for (uint32_t i = 0; i <= N_LOCAL_MAX; i++)
        one->reads[i] = below(100);
}

static void put_list(const uint32_t *values, uint32_t n)
{
    put(n == 0 ? ":." : ":");
    for (uint32_t i = 0; i < n; i++)
        put_number(i == 0 ? "" : ",", values[i]);
}

static void put_sample(const sample *one)
{
    put(has_gt ? "\t./.:" : "\t");
    for (uint32_t i = 0; i < one->n; i++) {
        put(i == 0 ? "" : one->has_bars ? "|" : "/");
        if (one->copies[i] == 99)
            put(".");
        else
            put_number("", one->copies[i]);
    }
    put_list(one->laa, one->n_laa);
    put_list(one->reads, one->n_reads);
}

static const skr_vcf_record *open_drawn(void)
{
    const skr_vcf_record *record = NULL;
    n_samples = 1 + below(N_SAMPLES_MAX);
    n_alts = 1 + below(N_ALTS_MAX);
    has_gt = below(2) == 0;
    n_text = 0;
    put(HEAD);
    for (uint32_t s = 0; s < n_samples; s++)
        put_number("\tS", s);
    put("\n1\t7\t.\tA\t");
    for (uint32_t i = 0; i < n_alts; i++) {
        put(i == 0 ? "C" : ",C");
        for (uint32_t k = 0; k < i; k++)
            put("T");
    }
    put(has_gt ? "\t.\tPASS\t.\tGT:LGT:LAA:LAD" : "\t.\tPASS\t.\tLGT:LAA:LAD");
    for (uint32_t s = 0; s < n_samples; s++) {
        draw_sample(&samples[s]);
        put_sample(&samples[s]);
    }
    put("\n");
    cr_assert(eq(int, vcf_file_open_n(&file, text, n_text, &err), SKR_OK), "%s: %s", err.message,
              text);
    cr_assert(eq(int, skr_vcf_next(file.vcf, &record, &err), SKR_OK), "%s", err.message);
    return record;
}

/* ------------------------------------------------------------------ the same as BCF */

enum {
    KEY_GT = 1,
    KEY_LGT,
    KEY_LAA,
    KEY_LAD
};
#define BCF_HEAD                                                                                   \
    "##fileformat=VCFv4.5\n##contig=<ID=1>\n"                                                      \
    "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n"                                     \
    "##FORMAT=<ID=LGT,Number=1,Type=String,Description=\"\">\n"                                    \
    "##FORMAT=<ID=LAA,Number=.,Type=Integer,Description=\"\">\n"                                   \
    "##FORMAT=<ID=LAD,Number=.,Type=Integer,Description=\"\">\n"                                   \
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"

static void put_lgt(raw_bytes *to)
{
    char cells[N_SAMPLES_MAX][16] = {{0}};
    size_t n_most = 0;
    for (uint32_t s = 0; s < n_samples; s++) {
        const sample *one = &samples[s];
        for (uint32_t i = 0; i < one->n; i++) {
            size_t n = strlen(cells[s]);
            const char *mark = i == 0 ? "" : one->has_bars ? "|" : "/";
            if (one->copies[i] == 99)
                (void)snprintf(cells[s] + n, sizeof cells[s] - n, "%s.", mark);
            else
                (void)snprintf(cells[s] + n, sizeof cells[s] - n, "%s%u", mark, one->copies[i]);
        }
        n_most = strlen(cells[s]) > n_most ? strlen(cells[s]) : n_most;
    }
    raw_key(to, KEY_LGT);
    raw_head(to, (uint32_t)n_most, RAW_CHAR);
    for (uint32_t s = 0; s < n_samples; s++)
        raw_put(to, cells[s], n_most);
}

/* LAA or LAD, in numbers of any size that holds them. */
static void put_numbers(raw_bytes *to, unsigned key)
{
    static const int types[] = {RAW_INT8, RAW_INT16, RAW_INT32};
    unsigned size = below(3);
    int32_t least = size == 0 ? INT8_MIN : size == 1 ? INT16_MIN : INT32_MIN;
    uint32_t n_each = 1;
    for (uint32_t s = 0; s < n_samples; s++) {
        uint32_t n = key == KEY_LAA ? samples[s].n_laa : samples[s].n_reads;
        n_each = n > n_each ? n : n_each;
    }
    raw_key(to, key);
    raw_head(to, n_each, types[size]);
    for (uint32_t s = 0; s < n_samples; s++) {
        const sample *one = &samples[s];
        const uint32_t *values = key == KEY_LAA ? one->laa : one->reads;
        uint32_t n = key == KEY_LAA ? one->n_laa : one->n_reads;
        for (uint32_t i = 0; i < n_each; i++)
            raw_int(to, types[size], i < n ? (int32_t)values[i] : i == 0 ? least : least + 1);
    }
}

static const skr_vcf_record *open_as_bcf(void)
{
    const skr_vcf_record *record = NULL;
    const char *alleles[N_ALTS_MAX + 1] = {"A"};
    char alts[N_ALTS_MAX][N_ALTS_MAX + 2];
    char head[1024] = BCF_HEAD;
    raw_bytes bytes = {0};
    raw_record raw = {.pos0 = 6, .alleles = alleles, .n_alleles = n_alts + 1, .filter = 0};
    for (uint32_t i = 0; i < n_alts; i++) {
        (void)snprintf(alts[i], sizeof alts[i], "C%.*s", (int)i,
                       "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT");
        alleles[i + 1] = alts[i];
    }
    for (uint32_t s = 0; s < n_samples; s++)
        (void)snprintf(head + strlen(head), sizeof head - strlen(head), "\tS%u", s);
    (void)snprintf(head + strlen(head), sizeof head - strlen(head), "\n");
    raw.n_samples = n_samples;
    raw.n_format = has_gt ? 4 : 3;
    if (has_gt) {
        raw_key(&raw.format, KEY_GT);
        raw_head(&raw.format, 2, RAW_INT8);
        for (uint32_t i = 0; i < 2 * n_samples; i++)
            raw_int(&raw.format, RAW_INT8, 0);
    }
    put_lgt(&raw.format);
    put_numbers(&raw.format, KEY_LAA);
    put_numbers(&raw.format, KEY_LAD);
    raw_header(&bytes, head);
    raw_write_record(&bytes, &raw);
    cr_assert(eq(int, vcf_file_open_n(&file, (const char *)bytes.bytes, bytes.n, &err), SKR_OK),
              "%s: %s", err.message, text);
    cr_assert(eq(int, skr_vcf_next(file.vcf, &record, &err), SKR_OK), "%s", err.message);
    free(bytes.bytes);
    free(raw.format.bytes);
    return record;
}

/* ------------------------------------------------------------------ comparing */

static bool is_all_missing(const sample *one)
{
    for (uint32_t i = 0; i < one->n; i++)
        if (one->copies[i] != 99)
            return false;
    return true;
}

static void compare_genotype(uint32_t s)
{
    const sample *want = &samples[s];
    skr_genotype got = {0};
    cr_assert(eq(int, skr_vcf_genotype(file.vcf, s, &got, &err), SKR_OK), "%s", err.message);
    if (is_all_missing(want)) {
        for (uint32_t i = 0; i < got.n; i++)
            cr_assert(eq(u16, got.alleles[i], SKR_COPY_UNKNOWN));
        return;
    }
    cr_assert(eq(u32, got.n, want->n), "seed %llu: %s", (unsigned long long)draw.seed, text);
    for (uint32_t i = 0; i < want->n; i++) {
        uint32_t local = want->copies[i];
        uint32_t copy = local == 99 ? SKR_COPY_UNKNOWN : local == 0 ? 0 : want->laa[local - 1];
        cr_assert(eq(u32, got.alleles[i], copy), "seed %llu: sample %u of %s",
                  (unsigned long long)draw.seed, s, text);
    }
    cr_assert(eq(int, skr_vcf_is_phased(file.vcf, s), want->has_bars && want->n > 1));
}

static void compare_reads(uint32_t s)
{
    const sample *want = &samples[s];
    for (uint32_t allele = 0; allele <= n_alts; allele++) {
        uint32_t at = allele == 0 ? 0 : 99;
        for (uint32_t i = 0; i < want->n_laa; i++)
            at = want->laa[i] == allele ? i + 1 : at;
        bool is_known = at != 99 && want->n_reads == want->n_laa + 1;
        float got = skr_vcf_ad(file.vcf, s, allele);
        cr_assert(is_known ? got == (float)want->reads[at] : isnan(got),
                  "seed %llu: sample %u, allele %u: %g", (unsigned long long)draw.seed, s, allele,
                  (double)got);
    }
}

Test(vcf_local, are_the_alleles_of_the_record)
{
    draw = test_random_drawn("vcf_local");
    for (unsigned turn = 0; turn < 500; turn++) {
        for (unsigned is_bcf = 0; is_bcf < 2; is_bcf++) {
            const skr_vcf_record *record = is_bcf == 0 ? open_drawn() : open_as_bcf();
            cr_assert(not(record->has_conflict));
            for (uint32_t s = 0; s < n_samples; s++) {
                compare_genotype(s);
                compare_reads(s);
            }
        }
    }
}

/* Only GT has a coding of its own in BCF (samtools/hts-specs#758 made LGT a String); nobody can say
 * what numbers in its place mean. */
Test(vcf_local, numbers_in_the_place_of_lgt_are_refused)
{
    static const int types[] = {RAW_INT8, RAW_INT16, RAW_FLOAT};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const char *const alleles[] = {"A", "C"};
        raw_bytes bytes = {0};
        raw_record raw = {
            .pos0 = 6, .alleles = alleles, .n_alleles = 2, .n_samples = 1, .n_format = 2};
        raw_key(&raw.format, KEY_LGT);
        raw_head(&raw.format, 2, types[i]);
        for (unsigned k = 0; k < (types[i] == RAW_INT8 ? 2u : types[i] == RAW_INT16 ? 4u : 8u); k++)
            raw_u8(&raw.format, 4);
        raw_key(&raw.format, KEY_LAA);
        raw_head(&raw.format, 1, RAW_INT8);
        raw_u8(&raw.format, 1);
        raw_header(&bytes, BCF_HEAD "\tS0\n");
        raw_write_record(&bytes, &raw);
        cr_assert(eq(int, vcf_file_open_n(&file, (const char *)bytes.bytes, bytes.n, &err),
                     SKR_ERR_INPUT));
        cr_assert(strstr(err.message, "a.vcf, record 1: LGT is no text") != NULL, "%s",
                  err.message);
        free(bytes.bytes);
        free(raw.format.bytes);
    }
}

/* ------------------------------------------------------------------ one at a time */

static int read_one(const char *format, const char *cell, const skr_vcf_record **ret_record)
{
    n_text = (size_t)snprintf(text, sizeof text,
                              HEAD "\tS1\n1\t7\t.\tA\tC,G,T\t.\tPASS\t.\t%s\t%s\n", format, cell);
    int status = vcf_file_open_n(&file, text, n_text, &err);
    return status == SKR_OK ? skr_vcf_next(file.vcf, ret_record, &err) : status;
}

Test(vcf_local, a_genotype_of_what_the_list_lacks_is_refused)
{
    static const char *const cells[] = {"0/3:1,2", "0/1:.", "0/1:",   "0/1:x",  "0/2:3",
                                        "0/1:4",   "0/1:0", "0/:1",   "/:1",    "0//1:1",
                                        "0/1/:1",  "a/1:1", "0/-1:1", "0/1 :1", "0/99999999999:1"};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        const skr_vcf_record *record = NULL;
        cr_assert(eq(int, read_one("LGT:LAA", cells[i], &record), SKR_ERR_INPUT), "%s", cells[i]);
        cr_assert(strstr(err.message, "no genotype of the alleles that LAA lists") != NULL,
                  "%s: %s", cells[i], err.message);
        cr_assert(strstr(err.message, "a.vcf, line 3: ") != NULL, "%s", err.message);
    }
}

Test(vcf_local, gt_speaks_for_itself_and_a_contradiction_is_noted)
{
    static const struct {
        const char *cell;
        uint16_t alleles[2];
        bool has_conflict;
    } cases[] = {{"0/3:0/1:3", {0, 3}, false}, {"3/0:0/1:3", {3, 0}, false},
                 {"0/2:0/1:3", {0, 2}, true},  {"0/0:0/1:3", {0, 0}, true},
                 {"0/2:./.:3", {0, 2}, false}, {"./.:0/1:3", {0, 3}, false},
                 {"./.:1/1:2", {2, 2}, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const skr_vcf_record *record = NULL;
        skr_genotype got = {0};
        cr_assert(eq(int, read_one("GT:LGT:LAA", cases[i].cell, &record), SKR_OK), "%s: %s",
                  cases[i].cell, err.message);
        cr_assert(eq(int, skr_vcf_genotype(file.vcf, 0, &got, &err), SKR_OK));
        cr_assert(got.n == 2 && got.alleles[0] == cases[i].alleles[0] &&
                      got.alleles[1] == cases[i].alleles[1],
                  "%s: %u, %u", cases[i].cell, got.alleles[0], got.alleles[1]);
        cr_assert(eq(int, record->has_conflict, cases[i].has_conflict), "%s", cases[i].cell);
    }
}
