/*
 * import_vcf_bcf.c - records of BCF, as the library reads them, checked once more.
 */
#include <htslib/hfile.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import_vcf_int.h"

int skr_vcf_bcf_header(skr_vcf *vcf, skr_err *err)
{
    vcf->header = bcf_hdr_read(vcf->hts);
    if (vcf->header == NULL)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: its header is damaged, or two of its samples have one name",
                        vcf->name);
    vcf->bcf = bcf_init();
    if (vcf->bcf == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "%s: out of memory", vcf->name);
    int status = SKR_OK;
    for (int i = 0; i < bcf_hdr_nsamples(vcf->header) && status == SKR_OK; i++) {
        const char *name = vcf->header->samples[i];
        status = skr_vcf_add_sample(vcf, name, strlen(name), err);
    }
    for (int i = 0; i < vcf->header->n[BCF_DT_CTG] && status == SKR_OK; i++) {
        const bcf_idpair_t *contig = &vcf->header->id[BCF_DT_CTG][i];
        if (contig->key == NULL || contig->val == NULL)
            continue;
        uint64_t length = contig->val->info[0];
        status = skr_vcf_add_contig(vcf, contig->key, strlen(contig->key),
                                    length > SKR_CONTIG_LENGTH_MAX ? 0 : (uint32_t)length, err);
    }
    return status;
}

static int bcf_place(skr_vcf *vcf, skr_err *err)
{
    const bcf1_t *bcf = vcf->bcf;
    if (bcf->rid < 0 || bcf->rid >= vcf->header->n[BCF_DT_CTG])
        return skr_vcf_fail(vcf, err, "names a contig that the header does not have");
    const char *contig = bcf_hdr_id2name(vcf->header, bcf->rid);
    if (contig == NULL)
        return skr_vcf_fail(vcf, err, "names a contig that the header does not have");
    if (bcf->pos < -1 || bcf->pos + 1 > SKR_CONTIG_LENGTH_MAX)
        return skr_vcf_fail(vcf, err, "POS %lld is no place on a contig", (long long)bcf->pos + 1);
    vcf->record.pos1 = (uint32_t)(bcf->pos + 1);
    return skr_vcf_set_contig(vcf, contig, strlen(contig), err);
}

static int bcf_alleles(skr_vcf *vcf, skr_err *err)
{
    const bcf1_t *bcf = vcf->bcf;
    if (bcf->n_allele == 0 || bcf->d.allele[0][0] == '\0')
        return skr_vcf_fail(vcf, err, "REF is empty");
    if (strlen(bcf->d.allele[0]) > SKR_ALLELE_MAX)
        return skr_vcf_fail(vcf, err, "REF is longer than %u bases", SKR_ALLELE_MAX);
    vcf->record.ref = bcf->d.allele[0];
    uint32_t n_alts = bcf->n_allele - 1;
    if (n_alts == 1 && strcmp(bcf->d.allele[1], ".") == 0)
        n_alts = 0;
    int status = skr_vcf_room_alts(vcf, n_alts, err);
    if (status < 0)
        return status;
    for (uint32_t i = 0; i < n_alts; i++) {
        vcf->alts[i] = bcf->d.allele[i + 1];
        if (vcf->alts[i][0] == '\0')
            return skr_vcf_fail(vcf, err, "ALT number %u is empty", i + 1);
    }
    vcf->record.alts = vcf->alts;
    vcf->record.n_alts = n_alts;
    return SKR_OK;
}

/* The worst of the record's filters. */
static void bcf_filters(skr_vcf *vcf)
{
    const bcf_dec_t *d = &vcf->bcf->d;
    skr_filter worst = d->n_flt == 0 ? skr_gate_filter(vcf->gate, ".", 1) : SKR_FILTER_PASS;
    for (int i = 0; i < d->n_flt; i++) {
        const char *name = d->flt[i] >= 0 && d->flt[i] < vcf->header->n[BCF_DT_ID]
                               ? vcf->header->id[BCF_DT_ID][d->flt[i]].key
                               : NULL;
        if (d->flt[i] == 0)
            name = "PASS"; /* entry 0 is PASS, whatever the header left out */
        skr_filter one =
            name == NULL ? SKR_FILTER_FAIL : skr_gate_filter(vcf->gate, name, strlen(name));
        worst = one > worst ? one : worst;
    }
    vcf->record.filter = worst;
}

static int bcf_info(skr_vcf *vcf, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    int32_t *values = NULL;
    int n_values = 0;
    int n = bcf_get_info_int32(vcf->header, vcf->bcf, "END", &values, &n_values);
    if (n >= 1 && values[0] > 0) {
        record->has_end = true;
        record->end1 = (uint64_t)values[0];
    }
    n = bcf_get_info_int32(vcf->header, vcf->bcf, "SVLEN", &values, &n_values);
    int status = n > 0 ? skr_vcf_room_svlens(vcf, (uint32_t)n, err) : SKR_OK;
    for (int i = 0; i < n && status == SKR_OK; i++)
        vcf->svlens[i] =
            values[i] == bcf_int32_missing || values[i] == bcf_int32_vector_end ? 0 : values[i];
    free(values);
    if (status == SKR_OK && n > 0) {
        record->svlens = vcf->svlens;
        record->n_svlens = (uint32_t)n;
    }
    return status;
}

/* A field whose bytes are there for every sample, or NULL. */
static bcf_fmt_t *sound_field(skr_vcf *vcf, const char *tag)
{
    bcf_fmt_t *field = bcf_get_fmt(vcf->header, vcf->bcf, tag);
    if (field == NULL || field->p == NULL || field->n <= 0)
        return NULL;
    return (uint64_t)field->size * vcf->samples.n <= field->p_len ? field : NULL;
}

/* The numbers of a field, none if it has no numbers. */
static skr_values numbers(skr_vcf *vcf, const char *tag)
{
    const bcf_fmt_t *field = sound_field(vcf, tag);
    skr_values values = {.n_each = 1};
    if (field == NULL)
        return values;
    if (field->type == BCF_BT_INT8)
        values.type = SKR_VALUE_INT8;
    else if (field->type == BCF_BT_INT16)
        values.type = SKR_VALUE_INT16;
    else if (field->type == BCF_BT_INT32)
        values.type = SKR_VALUE_INT32;
    else if (field->type == BCF_BT_FLOAT)
        values.type = SKR_VALUE_FLOAT;
    else
        return values;
    values.n_each = (uint32_t)field->n;
    values.values = field->p;
    return values;
}

float skr_vcf_bcf_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele)
{
    const skr_values *ad = &vcf->bcf_ad;
    return allele < ad->n_each ? skr_values_at(ad, (size_t)sample * ad->n_each + allele) : NAN;
}

static void bcf_ft(skr_vcf *vcf, const bcf_fmt_t *field)
{
    for (uint32_t i = 0; i < vcf->samples.n; i++) {
        const char *text = (const char *)field->p + (size_t)i * (size_t)field->size;
        size_t n = strnlen(text, (size_t)field->n);
        bool is_missing = n == 0 || (n == 1 && *text == '.') || *text == bcf_str_missing;
        vcf->ft[i] = (uint8_t)(is_missing ? SKR_FILTER_PASS : skr_gate_filter(vcf->gate, text, n));
    }
    vcf->record.ft = vcf->ft;
}

static int bcf_facts(skr_vcf *vcf, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    int status = skr_vcf_room_facts(vcf, err);
    if (status < 0)
        return status;
    const bcf_fmt_t *ft = sound_field(vcf, "FT");
    record->gq = numbers(vcf, "GQ");
    record->dp = numbers(vcf, "DP");
    record->min_dp = numbers(vcf, "MIN_DP");
    vcf->bcf_ad = numbers(vcf, "AD");
    record->has_ad = vcf->bcf_ad.values != NULL;
    if (ft != NULL && ft->type == BCF_BT_CHAR)
        bcf_ft(vcf, ft);
    return SKR_OK;
}

static int bcf_genotypes(skr_vcf *vcf, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    bcf_fmt_t *gt = bcf_get_fmt(vcf->header, vcf->bcf, "GT");
    if (gt == NULL || gt->n == 0)
        return SKR_OK;
    if (sound_field(vcf, "GT") == NULL ||
        (gt->type != BCF_BT_INT8 && gt->type != BCF_BT_INT16 && gt->type != BCF_BT_INT32))
        return skr_vcf_fail(vcf, err, "its genotypes are damaged");
    if ((uint32_t)gt->n > SKR_PLOIDY_MAX)
        return skr_vcf_fail(vcf, err, "a genotype has more than %u copies", SKR_PLOIDY_MAX);
    record->gt = gt->p;
    record->gt_width = gt->type == BCF_BT_INT8 ? 1 : gt->type == BCF_BT_INT16 ? 2 : 4;
    record->n_ploidy = (uint32_t)gt->n;
    return SKR_OK;
}

/* Was the end marker there? */
static int bcf_end(skr_vcf *vcf, skr_err *err)
{
    BGZF *bgzf = vcf->hts->fp.bgzf; /* BCF is always read through it */
    if (bgzf != NULL && bgzf->is_compressed && !bgzf->is_gzip && bgzf_check_EOF(bgzf) == 0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s, after record %llu: the end of the bgzipped data is missing; fetch the "
                        "file again",
                        vcf->name, (unsigned long long)vcf->n_records - 1);
    return SKR_OK;
}

int skr_vcf_bcf_record(skr_vcf *vcf, bool *ret_is_end, skr_err *err)
{
    int got = bcf_read(vcf->hts, vcf->header, vcf->bcf);
    if (got == -1) {
        *ret_is_end = true;
        return bcf_end(vcf, err);
    }
    if (got < 0 || vcf->bcf->errcode != 0)
        return skr_vcf_fail(vcf, err, "damaged or cut short; fetch the file again");
    if (vcf->bcf->n_sample != vcf->samples.n)
        return skr_vcf_fail(vcf, err, "has %u samples, but the header %u", vcf->bcf->n_sample,
                            vcf->samples.n);
    if (bcf_unpack(vcf->bcf, BCF_UN_ALL) < 0)
        return skr_vcf_fail(vcf, err, "damaged: it cannot be unpacked");
    int status = bcf_place(vcf, err);
    if (status == SKR_OK)
        status = bcf_alleles(vcf, err);
    if (status == SKR_OK)
        status = bcf_info(vcf, err);
    if (status < 0)
        return status;
    bcf_filters(vcf);
    vcf->record.has_len = bcf_get_fmt(vcf->header, vcf->bcf, "LEN") != NULL;
    if (!vcf->gate->is_none) {
        status = bcf_facts(vcf, err);
        if (status < 0)
            return status;
    }
    return bcf_genotypes(vcf, err);
}
