/*
 * model_cohort.c - drawing a cohort, and writing it as VCF text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/check.h"
#include "tests/model/model.h"

const char *const model_contigs[MODEL_CONTIGS] = {"1", "2", "X", "Y", "MT"};

/* Where records cluster; on X the first is in the PAR. */
static const uint32_t clusters[MODEL_CONTIGS][3] = {{1000, 70000, 5000000},
                                                    {200, 900000, 900060},
                                                    {100000, 5000000, 6000000},
                                                    {5000000, 5000030, 9000000},
                                                    {100, 3000, 16000}};

static uint32_t below(test_random *random, uint32_t n)
{
    return test_random_below(random, n);
}

static bool chance(test_random *random, uint32_t percent)
{
    return below(random, 100) < percent;
}

/* The base of a reference that nobody wrote down. */
static char base_at(int contig, uint32_t pos1)
{
    uint32_t x = (pos1 * 2654435761u) ^ ((uint32_t)contig * 40503u);
    return "ACGT"[(x >> 13) & 3];
}

static char other_base(test_random *random, char base)
{
    char c;
    do
        c = "ACGT"[below(random, 4)];
    while (c == base);
    return c;
}

/* One ALT beside ref: a base changed, some inserted, some left out, or all replaced. */
static void draw_alt(test_random *random, const char *ref, char *alt)
{
    size_t n = strlen(ref);
    (void)snprintf(alt, MODEL_TEXT, "%s", ref);
    switch (below(random, 4)) {
    case 0:
        alt[below(random, (uint32_t)n)] = "ACGT"[below(random, 4)];
        break;
    case 1:
        for (uint32_t k = 1 + below(random, 3); k > 0; k--) {
            alt[n++] = "ACGT"[below(random, 4)];
            alt[n] = '\0';
        }
        break;
    case 2:
        if (n > 1)
            alt[1 + below(random, (uint32_t)n - 1)] = '\0';
        break;
    default:
        for (size_t i = 0; i < n; i++)
            alt[i] = chance(random, 70) ? other_base(random, ref[i]) : ref[i];
        break;
    }
    if (strcmp(alt, ref) == 0)
        alt[0] = other_base(random, ref[0]);
}

static bool is_new_alt(const model_record *record, const char *alt)
{
    for (int i = 0; i < record->n_alts; i++)
        if (strcmp(record->alts[i], alt) == 0)
            return false;
    return true;
}

static void draw_site(test_random *random, model_record *record, int contig)
{
    record->contig = contig;
    record->pos1 = clusters[contig][below(random, 3)] + below(random, 14);
    uint32_t n_ref = chance(random, 60) ? 1 : 2 + below(random, 4);
    for (uint32_t i = 0; i < n_ref; i++)
        record->ref[i] = base_at(contig, record->pos1 + i);
    record->ref[n_ref] = '\0';
}

void model_draw_allele(test_random *random, model_record *record)
{
    memset(record, 0, sizeof *record);
    draw_site(random, record, (int)below(random, MODEL_CONTIGS));
    record->n_alts = 1;
    draw_alt(random, record->ref, record->alts[0]);
}

static void draw_alts(test_random *random, model_record *record)
{
    if (record->contig != 4 && chance(random, 8)) {
        record->ref[1] = '\0';
        record->n_alts = 1;
        (void)snprintf(record->alts[0], MODEL_TEXT, "%s", chance(random, 50) ? "<DEL>" : "<DUP>");
        record->end1 = record->pos1 + 1 + below(random, chance(random, 50) ? 40 : 200000);
        return;
    }
    int n = 1 + (int)below(random, 3);
    while (record->n_alts < n) {
        char alt[MODEL_TEXT];
        draw_alt(random, record->ref, alt);
        if (record->n_alts > 0 && chance(random, 15))
            (void)snprintf(alt, sizeof alt, "*");
        if (!is_new_alt(record, alt)) {
            n--;
            continue;
        }
        (void)snprintf(record->alts[record->n_alts++], MODEL_TEXT, "%s", alt);
    }
    if (record->n_alts == 0) {
        record->n_alts = 1;
        draw_alt(random, record->ref, record->alts[0]);
    }
}

static int draw_copy(test_random *random, const model_record *record)
{
    if (chance(random, 8))
        return -1;
    return chance(random, 45) ? 0 : (int)below(random, (uint32_t)record->n_alts + 1);
}

static void draw_genotype(test_random *random, const model_record *record, model_sex sex,
                          uint32_t percent_phased, model_genotype *genotype)
{
    bool is_single = record->contig == 4 || (record->contig == 3 && sex != MODEL_XX) ||
                     (record->contig == 2 && sex == MODEL_XY && record->pos1 > 2781479);
    genotype->n = is_single ? (chance(random, 60) ? 1 : 2) : (chance(random, 4) ? 1 : 2);
    if (record->contig == 0 && chance(random, 2))
        genotype->n = 3;
    for (int i = 0; i < genotype->n; i++)
        genotype->of[i] = draw_copy(random, record);
    if (chance(random, 30))
        for (int i = 1; i < genotype->n; i++)
            genotype->of[i] = genotype->of[0];
    genotype->is_weak = chance(random, 8);
    genotype->is_phased = chance(random, percent_phased);
    genotype->set = record->has_sets && chance(random, 60) ? 1 + (int)below(random, 2) : 0;
}

static int compare_records(const void *a, const void *b)
{
    const model_record *x = a;
    const model_record *y = b;
    if (x->contig != y->contig)
        return x->contig - y->contig;
    return x->pos1 < y->pos1 ? -1 : x->pos1 > y->pos1;
}

/* May this person be in the delivery: no earlier one of the dataset has him on these contigs. */
static bool is_free(const model_cohort *cohort, const model_delivery *delivery, int person)
{
    for (int d = 0; d < cohort->n_deliveries; d++) {
        const model_delivery *other = &cohort->deliveries[d];
        if (other == delivery || other->dataset != delivery->dataset)
            continue;
        for (int s = 0; s < other->n_samples; s++)
            for (int c = 0; other->people[s] == person && c < MODEL_CONTIGS; c++)
                if (other->has_contig[c] && delivery->has_contig[c])
                    return false;
    }
    return true;
}

static bool draw_delivery(model_cohort *cohort, model_delivery *delivery, test_random *random)
{
    static const uint32_t percents[] = {0, 50, 90, 100};
    memset(delivery, 0, sizeof *delivery);
    delivery->dataset = (int)below(random, (uint32_t)cohort->n_datasets);
    delivery->replaces = chance(random, 40);
    uint32_t percent = chance(random, 30) ? 15 : 60;
    for (int c = 0; c < MODEL_CONTIGS; c++)
        delivery->has_contig[c] = chance(random, 70);
    for (int p = 0; p < cohort->n_people; p++)
        if (chance(random, percent) && (delivery->replaces || is_free(cohort, delivery, p)))
            delivery->people[delivery->n_samples++] = p;
    if (delivery->n_samples == 0)
        return false;
    int n = 5 + (int)below(random, MODEL_RECORDS - 5);
    const uint32_t percent_phased = percents[below(random, 4)];
    const uint32_t percent_sets = chance(random, 30) ? 50 : 0;
    for (int c = 0; c < MODEL_CONTIGS; c++)
        for (int i = 0; delivery->has_contig[c] && i < 1 + n / MODEL_CONTIGS &&
                        delivery->n_records < MODEL_RECORDS;
             i++) {
            model_record *record = &delivery->records[delivery->n_records++];
            draw_site(random, record, c);
            draw_alts(random, record);
            record->is_failed = chance(random, 8);
            record->has_sets = chance(random, percent_sets);
            for (int s = 0; s < delivery->n_samples; s++)
                draw_genotype(random, record, cohort->sexes[delivery->people[s]], percent_phased,
                              &record->genotypes[s]);
        }
    qsort(delivery->records, (size_t)delivery->n_records, sizeof *delivery->records,
          compare_records);
    return delivery->n_records > 0;
}

void model_draw(model_cohort *cohort, test_random *random)
{
    memset(cohort, 0, sizeof *cohort);
    cohort->n_people = 3 + (int)below(random, MODEL_PEOPLE - 2);
    for (int p = 0; p < cohort->n_people; p++)
        cohort->sexes[p] = (model_sex)below(random, 3);
    cohort->n_datasets = 1 + (int)below(random, MODEL_DATASETS);
    int n = 1 + (int)below(random, MODEL_DELIVERIES);
    while (cohort->n_deliveries < n)
        if (draw_delivery(cohort, &cohort->deliveries[cohort->n_deliveries], random))
            cohort->n_deliveries++;
        else
            n--;
    if (cohort->n_deliveries == 0)
        model_draw(cohort, random);
}

/* ------------------------------------------------------------------ writing */

static void write_genotype(FILE *file, const model_record *record, const model_genotype *genotype)
{
    (void)fputc('\t', file);
    for (int i = 0; i < genotype->n; i++) {
        if (i > 0)
            (void)fputc(genotype->is_phased ? '|' : '/', file);
        if (genotype->of[i] < 0)
            (void)fputc('.', file);
        else
            (void)fprintf(file, "%d", genotype->of[i]);
    }
    (void)fprintf(file, ":%d", genotype->is_weak ? 10 : 50);
    if (record->has_sets && genotype->set > 0)
        (void)fprintf(file, ":%d", genotype->set);
}

static void write_record(FILE *file, const model_delivery *delivery, const model_record *record)
{
    (void)fprintf(file, "%s\t%u\t.\t%s\t", model_contigs[record->contig], record->pos1,
                  record->ref);
    for (int i = 0; i < record->n_alts; i++)
        (void)fprintf(file, "%s%s", i > 0 ? "," : "", record->alts[i]);
    (void)fprintf(file, "\t.\t%s\t", record->is_failed ? "LowQual" : "PASS");
    if (record->end1 > 0)
        (void)fprintf(file, "END=%u", record->end1);
    else
        (void)fputc('.', file);
    (void)fputs(record->has_sets ? "\tGT:GQ:PS" : "\tGT:GQ", file);
    for (int s = 0; s < delivery->n_samples; s++)
        write_genotype(file, record, &record->genotypes[s]);
    (void)fputc('\n', file);
}

void model_write(const model_cohort *cohort, const model_delivery *delivery, const char *vcf_path,
                 const char *samples_path)
{
    static const char *const sexes[] = {"XX", "XY", "unknown"};
    FILE *file = fopen(vcf_path, "w");
    SKR_CHECK(file != NULL);
    (void)fputs("##fileformat=VCFv4.2\n##FILTER=<ID=LowQual,Description=\"low\">\n"
                "##INFO=<ID=END,Number=1,Type=Integer,Description=\"end\">\n"
                "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n"
                "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"quality\">\n"
                "##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"phase set\">\n"
                "##ALT=<ID=DEL,Description=\"deletion\">\n"
                "##ALT=<ID=DUP,Description=\"duplication\">\n",
                file);
    for (int c = 0; c < MODEL_CONTIGS; c++)
        (void)fprintf(file, "##contig=<ID=%s,length=%u>\n", model_contigs[c],
                      c == 4 ? 16569u : 100000000u);
    (void)fputs("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", file);
    for (int s = 0; s < delivery->n_samples; s++)
        (void)fprintf(file, "\tp%d", delivery->people[s]);
    (void)fputc('\n', file);
    for (int r = 0; r < delivery->n_records; r++)
        write_record(file, delivery, &delivery->records[r]);
    SKR_CHECK(fclose(file) == 0);

    file = fopen(samples_path, "w");
    SKR_CHECK(file != NULL);
    (void)fputs("sample\tsex\n", file);
    for (int s = 0; s < delivery->n_samples; s++)
        (void)fprintf(file, "p%d\t%s\n", delivery->people[s],
                      sexes[cohort->sexes[delivery->people[s]]]);
    SKR_CHECK(fclose(file) == 0);
}
