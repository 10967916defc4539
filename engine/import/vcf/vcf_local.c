/*
 * vcf_local.c - from local alleles to those of the record.
 */
#include "engine/import/vcf/vcf_local.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/vcf/vcf_record.h"

/* Genotypes are rewritten in values of two bytes: they can name any ALT. */
#define GT_WIDTH 2u

int skr_vcf_local_clear(skr_vcf *vcf, skr_err *err)
{
    SKR_TRY(skr_vcf_room_local(vcf, err));
    for (uint32_t i = 0; i < vcf->samples.n; i++)
        vcf->room.local[i] = (skr_vcf_local){0};
    return SKR_OK;
}

void skr_vcf_local_take(skr_vcf *vcf, uint32_t sample, skr_vcf_field field, const char *at)
{
    if (!skr_vcf_local_is_there(vcf))
        return;
    skr_vcf_local *local = &vcf->room.local[sample];
    if (field == SKR_VCF_LGT) {
        local->lgt = at;
        local->n_lgt = (uint32_t)strcspn(at, ":\t");
    } else if (field == SKR_VCF_LAA) {
        local->laa = at;
    } else {
        local->lad = at;
    }
}

/* Number i of a list in text, from 0, or -1: there are fewer, or it is missing. */
static int64_t text_number(const char *at, uint32_t i)
{
    for (; at != NULL && i > 0; i--) {
        at += strcspn(at, ",:\t");
        if (*at != ',')
            return -1;
        at++;
    }
    if (at == NULL || *at < '0' || *at > '9')
        return -1;
    return strtoll(at, NULL, 10);
}

/* The ALT, from 1, that is number i, from 1, for a sample; 0: it has no such. */
static uint32_t alt_of(const skr_vcf *vcf, uint32_t sample, uint32_t i)
{
    int64_t alt = vcf->where.is_bcf ? skr_vcf_int_at(&vcf->bcf.laa, sample, i - 1, -1)
                                    : text_number(vcf->room.local[sample].laa, i - 1);
    return alt >= 1 && alt <= vcf->record.n_alts ? (uint32_t)alt : 0;
}

/* ------------------------------------------------------------------ genotypes */

static int bad_lgt(const skr_vcf *vcf, uint32_t sample, skr_err *err)
{
    const skr_vcf_local *local = &vcf->room.local[sample];
    return skr_vcf_fail(
        vcf, err, "LGT '%.*s' of sample %s is no genotype of the alleles that LAA lists",
        (int)(local->n_lgt > 40 ? 40 : local->n_lgt), local->lgt, vcf->samples.texts[sample]);
}

/* Reads LGT of a sample as alleles of the record. phased: a mark '|' in front of each copy. */
static int read_lgt(const skr_vcf *vcf, uint32_t sample, skr_genotype *genotype, uint8_t *phased,
                    skr_err *err)
{
    const skr_vcf_local *local = &vcf->room.local[sample];
    const char *at = local->lgt;
    const char *end = at + local->n_lgt;
    uint8_t mark = 0;
    genotype->n = 0;
    if (at < end && (*at == '/' || *at == '|'))
        at++;
    for (;;) {
        uint32_t allele = 0;
        if (at == end || genotype->n == SKR_PLOIDY_MAX)
            return bad_lgt(vcf, sample, err);
        phased[genotype->n] = mark;
        if (*at == '.') {
            at++;
            genotype->alleles[genotype->n++] = SKR_COPY_UNKNOWN;
        } else {
            const char *from = at;
            for (; at < end && *at >= '0' && *at <= '9' && allele <= SKR_VCF_ALTS_MAX; at++)
                allele = allele * 10 + (uint32_t)(*at - '0');
            uint32_t alt = allele == 0 ? 0 : alt_of(vcf, sample, allele);
            if (at == from || (allele > 0 && alt == 0))
                return bad_lgt(vcf, sample, err);
            genotype->alleles[genotype->n++] = (uint16_t)alt;
        }
        if (at == end)
            return SKR_OK;
        if (*at != '/' && *at != '|')
            return bad_lgt(vcf, sample, err);
        mark = *at++ == '|';
    }
}

static bool is_missing(const skr_genotype *genotype)
{
    for (uint32_t i = 0; i < genotype->n; i++)
        if (genotype->alleles[i] != SKR_COPY_UNKNOWN)
            return false;
    return true;
}

static int compare_alleles(const void *a, const void *b)
{
    uint16_t left = *(const uint16_t *)a;
    uint16_t right = *(const uint16_t *)b;
    return left < right ? -1 : left > right;
}

/* Are two genotypes the same bag of copies? Both are sorted. */
static bool is_same(skr_genotype *a, skr_genotype *b)
{
    if (a->n != b->n)
        return false;
    qsort(a->alleles, a->n, sizeof *a->alleles, compare_alleles);
    qsort(b->alleles, b->n, sizeof *b->alleles, compare_alleles);
    return memcmp(a->alleles, b->alleles, a->n * sizeof *a->alleles) == 0;
}

/* Does the sample say a genotype by LGT? */
static bool has_lgt(const skr_vcf *vcf, uint32_t sample)
{
    const skr_vcf_local *local = &vcf->room.local[sample];
    return local->lgt != NULL && local->n_lgt > 0 && !(local->n_lgt == 1 && *local->lgt == '.') &&
           *local->lgt != bcf_str_missing;
}

/* Writes a genotype where the reader of the record will look for it. */
static void put_genotype(int16_t *to, uint32_t n_ploidy, const skr_genotype *genotype,
                         const uint8_t *phased)
{
    for (uint32_t i = 0; i < n_ploidy; i++) {
        uint32_t allele = 0;
        if (i < genotype->n && genotype->alleles[i] != SKR_COPY_UNKNOWN)
            allele = genotype->alleles[i] + 1u;
        to[i] =
            i < genotype->n ? (int16_t)(allele << 1 | phased[i]) : (int16_t)bcf_int16_vector_end;
    }
}

/* Writes LGT of the samples whose GT is missing; others keep theirs. */
static int rewrite(skr_vcf *vcf, uint32_t n_ploidy, skr_err *err)
{
    skr_genotype genotype;
    uint8_t phased[SKR_PLOIDY_MAX];
    uint32_t n = vcf->samples.n;
    int16_t *values = malloc(((size_t)n * n_ploidy + 1) * sizeof *values);
    if (values == NULL)
        return skr_fail_nomem(err, vcf->where.name);
    int status = SKR_OK;
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        status = skr_vcf_genotype(vcf, i, &genotype, err);
        memset(phased, 0, sizeof phased);
        bool is_phased = skr_vcf_is_phased(vcf, i);
        for (uint32_t c = 1; c < genotype.n && is_phased; c++)
            phased[c] = 1;
        if (status == SKR_OK && is_missing(&genotype) && has_lgt(vcf, i))
            status = read_lgt(vcf, i, &genotype, phased, err);
        if (status == SKR_OK)
            put_genotype(values + (size_t)i * n_ploidy, n_ploidy, &genotype, phased);
    }
    if (status == SKR_OK)
        status = skr_vcf_room_gt(vcf, (size_t)n * n_ploidy * GT_WIDTH, err);
    if (status == SKR_OK) {
        memcpy(vcf->room.gt, values, (size_t)n * n_ploidy * GT_WIDTH);
        vcf->record.gt = vcf->room.gt;
        vcf->record.gt_width = GT_WIDTH;
        vcf->record.n_ploidy = n_ploidy;
    }
    free(values);
    return status;
}

int skr_vcf_local_settle(skr_vcf *vcf, skr_err *err)
{
    bool is_needed = false;
    uint32_t n_ploidy = vcf->record.gt == NULL ? 1 : vcf->record.n_ploidy;
    for (uint32_t i = 0; i < vcf->samples.n; i++) {
        skr_genotype by_gt;
        skr_genotype by_lgt;
        uint8_t phased[SKR_PLOIDY_MAX];
        if (!has_lgt(vcf, i))
            continue;
        SKR_TRY(skr_vcf_genotype(vcf, i, &by_gt, err));
        SKR_TRY(read_lgt(vcf, i, &by_lgt, phased, err));
        if (is_missing(&by_gt)) {
            is_needed = true;
            n_ploidy = by_lgt.n > n_ploidy ? by_lgt.n : n_ploidy;
        } else if (!is_missing(&by_lgt) && !is_same(&by_gt, &by_lgt)) {
            vcf->record.has_conflict = true;
        }
    }
    bool has_lad = vcf->where.is_bcf ? vcf->bcf.lad.values != NULL : vcf->format.has[SKR_VCF_LAD];
    vcf->is_ad_local = has_lad && !vcf->record.has_ad && !vcf->gate->is_none;
    vcf->record.has_ad = vcf->record.has_ad || vcf->is_ad_local;
    return is_needed ? rewrite(vcf, n_ploidy, err) : SKR_OK;
}

/* ------------------------------------------------------------------ reads */

/* Number i of LAD of a sample, or -1. */
static int64_t lad_of(const skr_vcf *vcf, uint32_t sample, uint32_t i)
{
    return vcf->where.is_bcf ? skr_vcf_int_at(&vcf->bcf.lad, sample, i, -1)
                             : text_number(vcf->room.local[sample].lad, i);
}

float skr_vcf_local_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele)
{
    uint32_t n = 0; /* alleles that the sample lists */
    uint32_t at = allele == 0 ? 0 : UINT32_MAX;
    for (uint32_t alt; n < vcf->record.n_alts && (alt = alt_of(vcf, sample, n + 1)) != 0;) {
        n++;
        if (alt == allele)
            at = n;
    }
    /* As many values as alleles, or nobody can say which is whose. */
    if (at > n || lad_of(vcf, sample, n) < 0 || lad_of(vcf, sample, n + 1) >= 0)
        return NAN;
    int64_t value = lad_of(vcf, sample, at);
    return value < 0 ? NAN : (float)value;
}
