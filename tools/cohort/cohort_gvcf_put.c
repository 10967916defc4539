/*
 * cohort_gvcf_put.c - the records of a gVCF as text and as BCF, and the files of all people.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cohort/cohort_gvcf.h"

/* The numbers of the header's names in BCF: in the order in which the header has them first. */
enum {
    KEY_END = 1,
    KEY_DP,
    KEY_MQ,
    KEY_RANK,
    KEY_GT,
    KEY_AD,
    KEY_GQ,
    KEY_MIN_DP,
    KEY_PL,
    KEY_SB
};

#define MAPPING_QUALITY 60
#define LINE_MAX 1024u

static const char header_lines[] =
    "##FILTER=<ID=PASS,Description=\"All filters passed\">\n"
    "##ALT=<ID=NON_REF,Description=\"Any other allele at this place\">\n"
    "##INFO=<ID=END,Number=1,Type=Integer,Description=\"Last base of the block\">\n"
    "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
    "##INFO=<ID=MQ,Number=1,Type=Float,Description=\"Mapping quality\">\n"
    "##INFO=<ID=BaseQRankSum,Number=1,Type=Float,Description=\"Rank sum of base qualities\">\n"
    "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
    "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Depth by allele\">\n"
    "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
    "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Genotype quality\">\n"
    "##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description=\"Least depth of the block\">\n"
    "##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"Likelihoods\">\n"
    "##FORMAT=<ID=SB,Number=4,Type=Integer,Description=\"Reads by allele and strand\">\n";

void cohort_gvcf_put_header(const cohort_genomes *genomes, uint32_t person, bool is_bcf,
                            cohort_bgzf *bgzf)
{
    const cohort_plan *plan = &genomes->request->plan;
    char text[sizeof header_lines + LINE_MAX];
    char name[COHORT_NAME_ROOM];
    cohort_name(genomes->request, person, name);
    int n = snprintf(text, sizeof text,
                     "##fileformat=VCFv4.2\n%s##contig=<ID=%.300s,length=%u>\n"
                     "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t%s\n",
                     header_lines, genomes->request->contig, plan->start0 + plan->n_bases, name);
    uint32_t n_text = (uint32_t)n + (is_bcf ? 1 : 0);
    if (is_bcf) {
        cohort_bgzf_put(bgzf, "BCF\2\2", 5);
        cohort_bgzf_put(bgzf, &n_text, sizeof n_text);
    }
    cohort_bgzf_put(bgzf, text, n_text);
    cohort_bgzf_flush(bgzf);
}

/* Reads of the reference and of others, by strand. */
static void split_strands(const cohort_gvcf_record *r, uint32_t sb[4])
{
    uint32_t n_other = r->ad[1] + r->ad[2];
    sb[0] = r->ad[0] / 2;
    sb[1] = r->ad[0] - sb[0];
    sb[2] = n_other / 2;
    sb[3] = n_other - sb[2];
}

/* ------------------------------------------------------------------ text */

typedef struct line {
    char text[LINE_MAX];
    size_t n;
} line;

static void say(line *to, const char *text)
{
    size_t n = strlen(text);
    memcpy(to->text + to->n, text, n);
    to->n += n;
}

static void say_number(line *to, uint32_t number)
{
    char digits[10];
    unsigned n = 0;
    do
        digits[n++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (n > 0)
        to->text[to->n++] = digits[--n];
}

/* Numbers with `before` in front and commas between. */
static void say_numbers(line *to, const char *before, const uint32_t *numbers, uint32_t n)
{
    say(to, before);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0)
            say(to, ",");
        say_number(to, numbers[i]);
    }
}

static void say_genotype(line *to, const cohort_gvcf_record *r)
{
    for (unsigned i = 0; i < r->n_copies; i++) {
        say(to, i > 0 ? "/" : "\t");
        say_number(to, r->gt[i]);
    }
}

static bool is_het(const cohort_gvcf_record *r)
{
    return r->n_copies == 2 && r->gt[0] != r->gt[1];
}

static void say_block(line *to, const cohort_gvcf_record *r)
{
    say(to, "<NON_REF>\t.\t.\tEND=");
    say_number(to, r->end0);
    say(to, "\tGT:DP:GQ:MIN_DP:PL");
    say_genotype(to, r);
    say_numbers(to, ":", &r->depth, 1);
    say_numbers(to, ":", &r->gq, 1);
    say_numbers(to, ":", &r->min_depth, 1);
    say_numbers(to, ":", r->pl, r->n_pl);
}

static void say_alleles(line *to, const cohort_gvcf_record *r)
{
    uint32_t sb[4];
    char rank[16];
    split_strands(r, sb);
    for (uint32_t i = 0; i < r->n_alts; i++) {
        say(to, r->alts[i]);
        say(to, ",");
    }
    say(to, "<NON_REF>\t");
    say_number(to, 10 * r->gq);
    say(to, "\t.\t");
    (void)snprintf(rank, sizeof rank, "%g", r->rank_eighths / 8.0);
    if (is_het(r)) {
        say(to, "BaseQRankSum=");
        say(to, rank);
        say(to, ";");
    }
    say_numbers(to, "DP=", &r->depth, 1);
    say_numbers(to, ";MQ=", (uint32_t[]){MAPPING_QUALITY}, 1);
    say(to, "\tGT:AD:DP:GQ:PL:SB");
    say_genotype(to, r);
    say_numbers(to, ":", r->ad, r->n_alts + 2);
    say_numbers(to, ":", &r->depth, 1);
    say_numbers(to, ":", &r->gq, 1);
    say_numbers(to, ":", r->pl, r->n_pl);
    say_numbers(to, ":", sb, 4);
}

void cohort_gvcf_put_text(const cohort_genomes *genomes, const cohort_gvcf_record *record,
                          cohort_bgzf *bgzf)
{
    line to = {.n = 0};
    (void)snprintf(to.text, sizeof to.text, "%.300s\t", genomes->request->contig);
    to.n = strlen(to.text);
    say_number(&to, record->pos0 + 1);
    say(&to, "\t.\t");
    say(&to, record->ref);
    say(&to, "\t");
    if (record->n_alts == 0)
        say_block(&to, record);
    else
        say_alleles(&to, record);
    say(&to, "\n");
    cohort_bgzf_put(bgzf, to.text, to.n);
}

/* ------------------------------------------------------------------ BCF */

typedef struct bytes {
    uint8_t bytes[LINE_MAX];
    size_t n;
} bytes;

static void add_byte(bytes *to, unsigned byte)
{
    to->bytes[to->n++] = (uint8_t)byte;
}

static void add_u32(bytes *to, uint32_t value)
{
    memcpy(to->bytes + to->n, &value, sizeof value);
    to->n += sizeof value;
}

static void add_text(bytes *to, const char *text)
{
    size_t n = strlen(text);
    add_byte(to, (unsigned)(n < 15 ? n : 15) << 4 | 7);
    if (n >= 15) {
        add_byte(to, 0x11);
        add_byte(to, (unsigned)n);
    }
    memcpy(to->bytes + to->n, text, n);
    to->n += n;
}

/* Numbers in as few bytes each as the largest needs. */
static void add_numbers(bytes *to, unsigned key, const uint32_t *numbers, uint32_t n)
{
    uint32_t max = 0;
    for (uint32_t i = 0; i < n; i++)
        max = numbers[i] > max ? numbers[i] : max;
    unsigned type = max <= INT8_MAX ? 1 : max <= INT16_MAX ? 2 : 3;
    add_byte(to, 0x11);
    add_byte(to, key);
    add_byte(to, n << 4 | type);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t value = numbers[i]; /* little endian: the low bytes come first */
        memcpy(to->bytes + to->n, &value, sizeof value);
        to->n += type == 3 ? 4 : type;
    }
}

static void add_float(bytes *to, unsigned key, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    add_byte(to, 0x11);
    add_byte(to, key);
    add_byte(to, 0x15);
    add_u32(to, bits);
}

static unsigned add_info(bytes *to, const cohort_gvcf_record *r)
{
    if (r->n_alts == 0) {
        add_numbers(to, KEY_END, &r->end0, 1);
        return 1;
    }
    if (is_het(r))
        add_float(to, KEY_RANK, (float)r->rank_eighths / 8);
    add_numbers(to, KEY_DP, &r->depth, 1);
    add_float(to, KEY_MQ, MAPPING_QUALITY);
    return is_het(r) ? 3 : 2;
}

static unsigned add_sample(bytes *to, const cohort_gvcf_record *r)
{
    uint32_t gt[2];
    uint32_t sb[4];
    split_strands(r, sb);
    for (unsigned i = 0; i < r->n_copies; i++)
        gt[i] = (r->gt[i] + 1u) << 1;
    add_numbers(to, KEY_GT, gt, r->n_copies);
    if (r->n_alts > 0)
        add_numbers(to, KEY_AD, r->ad, r->n_alts + 2);
    add_numbers(to, KEY_DP, &r->depth, 1);
    add_numbers(to, KEY_GQ, &r->gq, 1);
    if (r->n_alts == 0)
        add_numbers(to, KEY_MIN_DP, &r->min_depth, 1);
    add_numbers(to, KEY_PL, r->pl, r->n_pl);
    if (r->n_alts > 0)
        add_numbers(to, KEY_SB, sb, 4);
    return r->n_alts > 0 ? 6 : 5;
}

void cohort_gvcf_put_bcf(const cohort_gvcf_record *record, cohort_bgzf *bgzf)
{
    bytes to = {.n = 32};
    float qual = 10.0f * (float)record->gq;
    uint32_t qual_bits = 0x7f800001; /* there is none */
    add_byte(&to, 0x07);             /* no ID */
    add_text(&to, record->ref);
    for (uint32_t i = 0; i < record->n_alts; i++)
        add_text(&to, record->alts[i]);
    add_text(&to, "<NON_REF>");
    add_byte(&to, 0); /* no FILTER */
    unsigned n_info = add_info(&to, record);
    uint32_t n_shared = (uint32_t)to.n - 8;
    unsigned n_format = add_sample(&to, record);
    if (record->n_alts > 0)
        memcpy(&qual_bits, &qual, sizeof qual);
    const uint32_t head[8] = {n_shared,
                              (uint32_t)to.n - 8 - n_shared,
                              0, /* contig */
                              record->pos0,
                              record->end0 - record->pos0,
                              qual_bits,
                              (record->n_alts + 2) << 16 | n_info,
                              n_format << 24 | 1};
    memcpy(to.bytes, head, sizeof head);
    cohort_bgzf_put(bgzf, to.bytes, to.n);
}

/* ------------------------------------------------------------------ files */

static int write_person(const cohort_genomes *genomes, uint32_t person, const char *path,
                        bool is_bcf, skr_err *err)
{
    cohort_gvcf gvcf;
    cohort_gvcf_record record;
    cohort_bgzf *bgzf = calloc(1, sizeof *bgzf);
    if (bgzf == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    bgzf->level = genomes->request->level;
    bgzf->out = fopen(path, "we");
    int status = bgzf->out == NULL
                     ? skr_fail(err, SKR_ERR_IO, "%s: cannot be made: %s", path, strerror(errno))
                     : SKR_OK;
    if (status == SKR_OK) {
        cohort_gvcf_put_header(genomes, person, is_bcf, bgzf);
        cohort_gvcf_init(&gvcf, genomes, person);
        while (cohort_gvcf_next(&gvcf, &record)) {
            if (is_bcf)
                cohort_gvcf_put_bcf(&record, bgzf);
            else
                cohort_gvcf_put_text(genomes, &record, bgzf);
        }
        bool is_written = cohort_bgzf_end(bgzf);
        if (fclose(bgzf->out) != 0 || !is_written)
            status = skr_fail(err, SKR_ERR_IO, "%s: cannot be written", path);
    }
    free(bgzf);
    return status;
}

int cohort_gvcf_write(const cohort_genomes *genomes, const char *folder, bool is_bcf, skr_err *err)
{
    int status = cohort_genomes_make_folder(folder, err);
    for (uint32_t i = 0; i < genomes->n_people && status == SKR_OK; i++) {
        char name[COHORT_NAME_ROOM];
        char *path = NULL;
        cohort_name(genomes->request, i, name);
        if (asprintf(&path, "%s/%s.g.%s", folder, name, is_bcf ? "bcf" : "vcf.gz") < 0)
            return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
        status = write_person(genomes, i, path, is_bcf, err);
        free(path);
    }
    return status;
}
