/*
 * drawn_record_write.h - a drawn record as BCF and as text.
 */
#ifndef SKR_TESTS_DRAWN_RECORD_WRITE_H
#define SKR_TESTS_DRAWN_RECORD_WRITE_H

#include <stdio.h>

#include "tests/support/drawn_record.h"

/* ------------------------------------------------------------------ writing it as BCF */

static int32_t raw_missing(int type)
{
    return type == RAW_INT8 ? INT8_MIN : type == RAW_INT16 ? INT16_MIN : INT32_MIN;
}

static void put_numbers(raw_record *to, unsigned key, const float *values)
{
    static const int types[] = {RAW_INT8, RAW_INT16, RAW_INT32, RAW_FLOAT};
    int type = types[below(4)];
    uint32_t n_more = below(10) == 0; /* a second value, which does not count */
    raw_key(&to->format, key);
    raw_head(&to->format, 1 + n_more, type);
    for (uint32_t s = 0; s < it.n_samples; s++) {
        for (uint32_t i = 0; i < 1 + n_more; i++) {
            float value = i == 0 ? values[s] : 3;
            bool is_missing = isnan(value);
            uint32_t missing = 0x7f800001 + below(2);
            if (type == RAW_FLOAT)
                raw_put(&to->format, is_missing ? (void *)&missing : (void *)&value, 4);
            else
                raw_int(&to->format, type,
                        is_missing ? raw_missing(type) + (int32_t)below(2) : (int32_t)value);
        }
    }
    to->n_format++;
}

/* Depths, with the end of the vector after the last one of a sample. */
static void put_ad(raw_record *to)
{
    static const int types[] = {RAW_INT8, RAW_INT16, RAW_INT32, RAW_FLOAT};
    const uint32_t missing = 0x7f800001;
    const uint32_t end = 0x7f800002;
    int type = types[below(4)];
    raw_key(&to->format, KEY_AD);
    raw_head(&to->format, it.ad_width, type);
    for (uint32_t s = 0; s < it.n_samples; s++) {
        for (uint32_t a = 0; a < it.ad_width; a++) {
            float value = it.ad[s][a];
            bool is_end = a >= it.n_ad[s];
            if (type == RAW_FLOAT)
                raw_put(&to->format,
                        is_end         ? (const void *)&end
                        : isnan(value) ? (const void *)&missing
                                       : (const void *)&value,
                        4);
            else
                raw_int(&to->format, type,
                        is_end         ? raw_missing(type) + 1
                        : isnan(value) ? raw_missing(type)
                                       : (int32_t)value);
        }
    }
    to->n_format++;
}

static void put_ft(raw_record *to)
{
    static const char *const texts[] = {".", "PASS", "bad", "RefCall"};
    raw_key(&to->format, KEY_FT);
    raw_head(&to->format, 7, RAW_CHAR);
    for (uint32_t s = 0; s < it.n_samples; s++) {
        char text[8] = {0};
        memcpy(text, texts[it.ft[s]], strlen(texts[it.ft[s]]));
        raw_put(&to->format, text, 7);
    }
    to->n_format++;
}

static void put_gt(raw_record *to)
{
    raw_key(&to->format, KEY_GT);
    raw_head(&to->format, it.n_ploidy, it.gt_type);
    for (uint32_t s = 0; s < it.n_samples; s++) {
        for (uint32_t i = 0; i < it.n_ploidy; i++) {
            int32_t copy = it.gt[s][i];
            int32_t phase = it.is_phased[s] && (i > 0 || below(2) == 0);
            int32_t value = copy == END ? raw_missing(it.gt_type) + 1 : (copy + 1) << 1 | phase;
            raw_int(&to->format, it.gt_type, value);
        }
    }
    to->n_format++;
}

static void put_header(raw_bytes *to)
{
    raw_bytes text = {0};
    char name[16];
    const char *lines = "##fileformat=VCFv4.2\n"
                        "##FILTER=<ID=PASS,Description=\"\",IDX=0>\n"
                        "##FILTER=<ID=bad,Description=\"\",IDX=1>\n"
                        "##FILTER=<ID=RefCall,Description=\"\",IDX=2>\n"
                        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\",IDX=3>\n"
                        "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"\",IDX=4>\n"
                        "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"\",IDX=5>\n"
                        "##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description=\"\",IDX=6>\n"
                        "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"\",IDX=7>\n"
                        "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"\",IDX=8>\n"
                        "##contig=<ID=1,length=248956422,IDX=0>\n"
                        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    raw_put(&text, lines, strlen(lines));
    for (uint32_t s = 0; s < it.n_samples; s++) {
        (void)snprintf(name, sizeof name, "\ts%u", s);
        raw_put(&text, name, strlen(name));
    }
    raw_put(&text, "\n", 2);
    raw_header(to, (const char *)text.bytes);
    free(text.bytes);
}

static const char *const *allele_texts(void)
{
    static char texts[N_ALTS_MAX + 1][16];
    static const char *pointers[N_ALTS_MAX + 1];
    for (uint32_t i = 0; i <= it.n_alts; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "A%.*s", (int)(i % 12), "CCCCCCCCCCCC");
        pointers[i] = texts[i];
    }
    return pointers;
}

static void write_bcf(const char *path)
{
    raw_bytes file = {0};
    raw_record record = {.pos0 = 999,
                         .alleles = allele_texts(),
                         .n_alleles = it.n_alts + 1,
                         .filter = it.filter,
                         .n_samples = it.n_samples};
    put_header(&file);
    if (it.n_ploidy > 0)
        put_gt(&record);
    if (it.has_gq)
        put_numbers(&record, KEY_GQ, it.gq);
    if (it.has_dp)
        put_numbers(&record, KEY_DP, it.dp);
    if (it.has_min_dp)
        put_numbers(&record, KEY_MIN_DP, it.min_dp);
    if (it.has_ad)
        put_ad(&record);
    if (it.has_ft)
        put_ft(&record);
    raw_write_record(&file, &record);
    raw_save(&file, path);
    free(file.bytes);
    free(record.format.bytes);
}

/* ------------------------------------------------------------------ writing it as text */

static void put_value(FILE *file, bool is_there, float value)
{
    if (is_there && isnan(value))
        fputs(":.", file);
    else if (is_there)
        fprintf(file, ":%g", value);
}

static void write_cell(FILE *file, uint32_t s)
{
    static const char *const texts[] = {".", "PASS", "bad", "RefCall"};
    if (it.n_ploidy > 0 && it.gt[s][0] == END)
        fputs("\t.", file); /* text has no genotype without a copy */
    else
        fputc('\t', file);
    for (uint32_t i = 0; i < it.n_ploidy && it.gt[s][i] != END; i++) {
        if (i > 0)
            fputc(it.is_phased[s] ? '|' : '/', file);
        if (it.gt[s][i] < 0)
            fputc('.', file);
        else
            fprintf(file, "%d", it.gt[s][i]);
    }
    put_value(file, it.has_gq, it.gq[s]);
    put_value(file, it.has_dp, it.dp[s]);
    put_value(file, it.has_min_dp, it.min_dp[s]);
    if (it.has_ad) {
        for (uint32_t a = 0; a < it.n_ad[s]; a++)
            if (isnan(it.ad[s][a]))
                fprintf(file, "%c.", a == 0 ? ':' : ',');
            else
                fprintf(file, "%c%g", a == 0 ? ':' : ',', it.ad[s][a]);
    }
    if (it.has_ft)
        fprintf(file, ":%s", texts[it.ft[s]]);
}

static void write_vcf(const char *path)
{
    static const char *const filters[] = {"PASS", "bad", "RefCall"};
    FILE *file = fopen(path, "w");
    const char *const *alleles = allele_texts();
    fputs("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", file);
    for (uint32_t s = 0; s < it.n_samples; s++)
        fprintf(file, "\ts%u", s);
    fputs("\n1\t1000\t.\tA\t", file);
    for (uint32_t i = 1; i <= it.n_alts; i++)
        fprintf(file, "%s%s", i > 1 ? "," : "", alleles[i]);
    fprintf(file, "\t.\t%s\t.\tGT%s%s%s%s%s", filters[it.filter], it.has_gq ? ":GQ" : "",
            it.has_dp ? ":DP" : "", it.has_min_dp ? ":MIN_DP" : "", it.has_ad ? ":AD" : "",
            it.has_ft ? ":FT" : "");
    for (uint32_t s = 0; s < it.n_samples; s++)
        write_cell(file, s);
    fputc('\n', file);
    cr_assert(fclose(file) == 0);
}

#endif
