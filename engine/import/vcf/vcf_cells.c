/*
 * vcf_cells.c - the sample columns of VCF text.
 *
 * Genotypes are written down in BCF's coding, one byte a copy where the record has few alleles, so
 * that what follows need not know where they came from. Other fields are read only if the gate
 * asks for them.
 */
#include "engine/import/vcf/vcf_cells.h"

#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/vcf/vcf_local.h"
#include "engine/import/vcf/vcf_record.h"

/* Alleles that one byte can name: (62 + 1) << 1 | 1 is 127. */
#define ALLELE8_MAX 62u

/* Without a look at the locale: it is asked of every cell. */
static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* ------------------------------------------------------------------ FORMAT */

static skr_vcf_field field_of(const char *tag, size_t n)
{
    for (int i = 0; i < SKR_VCF_N_FIELDS; i++) {
        const char *name = skr_vcf_tag((skr_vcf_field)i);
        if (strlen(name) == n && memcmp(name, tag, n) == 0)
            return (skr_vcf_field)i;
    }
    return SKR_VCF_OTHER;
}

static int parse_format(skr_vcf *vcf, const char *text, size_t n, skr_err *err)
{
    skr_vcf_format *format = &vcf->format;
    if (format->text != NULL && format->n_text == n && memcmp(format->text, text, n) == 0)
        return SKR_OK;
    char *copy = malloc(n + 1);
    if (copy == NULL)
        return skr_fail_nomem(err, vcf->where.name);
    memcpy(copy, text, n);
    copy[n] = '\0';
    free(format->text);
    *format = (skr_vcf_format){.text = copy, .n_text = n};

    for (const char *at = copy;; at++) {
        size_t n_tag = strcspn(at, ":");
        if (n_tag == 0 || format->n == SKR_VCF_FORMAT_MAX) {
            int status = n_tag == 0 ? skr_vcf_fail(vcf, err, "FORMAT '%s' has an empty tag", copy)
                                    : skr_vcf_fail(vcf, err, "FORMAT has too many tags");
            free(format->text);
            format->text = NULL;
            return status;
        }
        skr_vcf_field field = field_of(at, n_tag);
        if (field != SKR_VCF_OTHER && format->has[field])
            field = SKR_VCF_OTHER; /* the first one counts */
        if (field != SKR_VCF_OTHER)
            format->has[field] = true;
        format->field[format->n] = (uint8_t)field;
        format->is_number[format->n] =
            skr_names_find_n(&vcf->header.numeric_tags, at, n_tag) != UINT32_MAX;
        format->n++;
        at += n_tag;
        if (*at == '\0')
            break;
    }
    vcf->uses_len = vcf->uses_len || format->has[SKR_VCF_LEN];
    return SKR_OK;
}

/* ------------------------------------------------------------------ genotypes */

/* Makes every sample's room one copy wider; those before `sample` are filled already. */
static int widen(skr_vcf *vcf, uint32_t sample, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    uint32_t n_old = record->n_ploidy;
    unsigned width = record->gt_width;
    if (n_old >= SKR_PLOIDY_MAX)
        return skr_vcf_fail(vcf, err, "a genotype has more than %u copies", SKR_PLOIDY_MAX);
    SKR_TRY(skr_vcf_room_gt(vcf, (size_t)vcf->samples.n * (n_old + 1) * width, err));
    for (uint32_t s = sample + 1; s-- > 0;) { /* the present one has n_old copies so far */
        uint8_t *to = vcf->room.gt + (size_t)s * (n_old + 1) * width;
        memmove(to, vcf->room.gt + (size_t)s * n_old * width, (size_t)n_old * width);
        if (width == 1) {
            to[n_old] = (uint8_t)bcf_int8_vector_end;
        } else {
            int16_t end = bcf_int16_vector_end;
            memcpy(to + 2 * (size_t)n_old, &end, 2);
        }
    }
    record->n_ploidy = n_old + 1;
    return SKR_OK;
}

static void put_copy(skr_vcf *vcf, uint32_t sample, uint32_t i, uint32_t value)
{
    size_t at = (size_t)sample * vcf->record.n_ploidy + i;
    if (vcf->record.gt_width == 1) {
        vcf->room.gt[at] = (uint8_t)value;
    } else {
        uint16_t two = (uint16_t)value;
        memcpy(vcf->room.gt + 2 * at, &two, 2);
    }
}

static int bad_gt(const skr_vcf *vcf, uint32_t sample, const char *cell, skr_err *err)
{
    size_t n = strcspn(cell, ":\t");
    return skr_vcf_fail(vcf, err, "'%.*s' of sample %s is no genotype", (int)(n > 40 ? 40 : n),
                        cell, vcf->samples.texts[sample]);
}

/* Reads one genotype; *ret_end is the ':' or tab after it, or the end of the line. */
static int parse_gt(skr_vcf *vcf, uint32_t sample, const char *cell, const char **ret_end,
                    skr_err *err)
{
    const char *at = cell;
    uint32_t n = 0;
    uint32_t phase = 0;
    /* VCF 4.4 may say the phase of the first copy; where that is '/', the genotype is not phased */
    bool is_loose = *at == '/';
    if (*at == '/' || *at == '|')
        at++;
    for (;;) {
        uint32_t allele = 0;
        if (*at == '.') {
            at++;
        } else if (is_digit(*at)) {
            for (; is_digit(*at); at++)
                if (allele <= SKR_VCF_ALTS_MAX)
                    allele = allele * 10 + (uint32_t)(*at - '0');
            if (allele > vcf->record.n_alts)
                return skr_vcf_fail(vcf, err,
                                    "the genotype of sample %s names ALT %u, but the record has %u",
                                    vcf->samples.texts[sample], allele, vcf->record.n_alts);
            allele++;
        } else {
            return bad_gt(vcf, sample, cell, err);
        }
        if (n == vcf->record.n_ploidy) {
            SKR_TRY(widen(vcf, sample, err));
        }
        put_copy(vcf, sample, n++, allele << 1 | phase);
        if (*at != '/' && *at != '|')
            break;
        phase = *at == '|' && !is_loose;
        at++;
    }
    if (*at != ':' && *at != '\t' && *at != '\0')
        return bad_gt(vcf, sample, cell, err);
    for (; n < vcf->record.n_ploidy; n++)
        put_copy(
            vcf, sample, n,
            (uint32_t)(vcf->record.gt_width == 1 ? bcf_int8_vector_end : bcf_int16_vector_end));
    *ret_end = at;
    return SKR_OK;
}

/*
 * Are 32 bytes eight cells of 0|0, or eight of 0/0, each with its tab? Gives the genotypes of two
 * of them, 0 if they are not.
 */
static uint32_t hom_ref_pairs(const char *cells)
{
    const uint64_t phased = UINT64_C(0x09307c3009307c30);
    const uint64_t unphased = UINT64_C(0x09302f3009302f30);
    uint64_t unlike_phased = 0;
    uint64_t unlike_unphased = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t word;
        memcpy(&word, cells + 8 * i, sizeof word);
        unlike_phased |= le64toh(word) ^ phased;
        unlike_unphased |= le64toh(word) ^ unphased;
    }
    return unlike_phased == 0 ? 0x03020302 : unlike_unphased == 0 ? 0x02020202 : 0;
}

/* Takes cells of REF alone, eight at a time, as far as they go, one cell before the last at most.
 */
static uint32_t take_hom_ref(skr_vcf *vcf, uint32_t sample, const char **at, const char *line_end)
{
    while (sample + 8 < vcf->samples.n && line_end - *at > 32) {
        uint32_t pairs = htole32(hom_ref_pairs(*at));
        if (pairs == 0)
            break;
        for (int i = 0; i < 4; i++)
            memcpy(vcf->room.gt + 2 * (size_t)sample + 4 * i, &pairs, sizeof pairs);
        sample += 8;
        *at += 32;
    }
    return sample;
}

/* A line whose FORMAT is GT alone: most cells are three bytes like 0|1. */
static int parse_gt_only(skr_vcf *vcf, const char *at, const char *line_end, const char **ret_end,
                         skr_err *err)
{
    uint32_t last_digit = vcf->record.n_alts < 9 ? vcf->record.n_alts : 9;
    for (uint32_t sample = 0; sample < vcf->samples.n; sample++) {
        if (vcf->record.gt_width == 1 && vcf->record.n_ploidy == 2)
            sample = take_hom_ref(vcf, sample, &at, line_end);
        uint32_t a = (uint32_t)at[0] - '0';
        uint32_t b = at[0] == '\0' || at[1] == '\0' ? UINT32_MAX : (uint32_t)at[2] - '0';
        if (vcf->record.gt_width == 1 && vcf->record.n_ploidy == 2 && a <= last_digit &&
            b <= last_digit && (at[1] == '|' || at[1] == '/') && (at[3] == '\t' || at[3] == '\0')) {
            vcf->room.gt[2 * (size_t)sample] = (uint8_t)((a + 1) << 1);
            vcf->room.gt[2 * (size_t)sample + 1] = (uint8_t)((b + 1) << 1 | (at[1] == '|'));
            at += 3;
        } else {
            SKR_TRY(parse_gt(vcf, sample, at, &at, err));
        }
        if (*at == ':')
            return skr_vcf_fail(vcf, err, "sample %s has more fields than FORMAT names",
                                vcf->samples.texts[sample]);
        if (*at == '\t' && sample + 1 < vcf->samples.n)
            at++;
        else if (*at != '\0' || sample + 1 < vcf->samples.n)
            return skr_vcf_fail(vcf, err, "%s sample columns than the header has, %u",
                                *at == '\0' ? "fewer" : "more", vcf->samples.n);
    }
    *ret_end = at;
    return SKR_OK;
}

/* ------------------------------------------------------------------ other fields */

/* A number, NAN when missing. Most are a few digits. */
static float parse_number(const char *at)
{
    uint32_t value = 0;
    const char *from = at;
    while (is_digit(*at) && at - from < 7)
        value = value * 10 + (uint32_t)(*at++ - '0');
    if (at != from && (*at == ':' || *at == '\t' || *at == '\0'))
        return (float)value;
    char *end;
    float number = strtof(from, &end);
    return end == from ? NAN : number;
}

/* Does a field begin like a number, or is it missing? */
static bool begins_like_a_number(char c)
{
    return is_digit(c) || strchr(".-+nNiI:\t", c) != NULL;
}

/* A phase set, which is a number. */
static int64_t parse_phase_set(const char *at)
{
    size_t n = strcspn(at, ":\t");
    if (n == 0 || (n == 1 && *at == '.'))
        return SKR_PHASE_SET_NONE;
    size_t n_digits = strspn(at, "0123456789");
    return n_digits == n && n <= 18 ? (int64_t)strtoll(at, NULL, 10) : SKR_PHASE_SET_UNKNOWN;
}

/* A length, which may be wrong: what is no number is missing. */
static int64_t parse_length(const char *at)
{
    char *end;
    long long value = strtoll(at, &end, 10);
    return end == at || *at == ' ' ? SKR_VCF_NO_LENGTH : value;
}

/* Fields that are kept whatever the gate is; false: it is none of them. */
static bool take_always(skr_vcf *vcf, uint32_t sample, skr_vcf_field field, const char *at)
{
    if (field == SKR_VCF_PS)
        vcf->room.ps[sample] = parse_phase_set(at);
    else if (field == SKR_VCF_LEN)
        vcf->room.len[sample] = parse_length(at);
    else if (field >= SKR_VCF_LGT && field <= SKR_VCF_LAD)
        skr_vcf_local_take(vcf, sample, field, at);
    else
        return false;
    return true;
}

static void take_field(skr_vcf *vcf, uint32_t sample, skr_vcf_field field, const char *at)
{
    if (field >= SKR_VCF_NUMBERS && field < SKR_VCF_NUMBERS + SKR_N_GATE_TAGS) {
        vcf->room.numbers[field - SKR_VCF_NUMBERS][sample] = parse_number(at);
        return;
    }
    switch (field) {
    case SKR_VCF_AD:
        vcf->room.ad[sample] = at;
        break;
    case SKR_VCF_FT: {
        size_t n = strcspn(at, ":\t");
        bool is_missing = n == 0 || (n == 1 && *at == '.');
        vcf->room.ft[sample] =
            (uint8_t)(is_missing ? SKR_FILTER_PASS : skr_gate_filter(vcf->gate, at, n));
        break;
    }
    default:
        break;
    }
}

/* Depths are wanted without a gate, too: facts about samples are made of them. */
static bool is_wanted(const skr_vcf *vcf, skr_vcf_field field)
{
    return !vcf->gate->is_none || field == SKR_VCF_NUMBERS + SKR_GATE_DP ||
           field == SKR_VCF_NUMBERS + SKR_GATE_MIN_DP;
}

/* The fields of one sample, as FORMAT names them; those left out at the end are missing. */
static int parse_cell(skr_vcf *vcf, uint32_t sample, const char *at, const char **ret_end,
                      skr_err *err)
{
    const skr_vcf_format *format = &vcf->format;
    for (uint32_t i = 0; i < format->n; i++) {
        if (format->field[i] == SKR_VCF_GT) {
            SKR_TRY(parse_gt(vcf, sample, at, &at, err));
        } else {
            if (format->is_number[i] && !begins_like_a_number(*at))
                return skr_vcf_fail(vcf, err, "field %u of sample %s should be a number", i + 1,
                                    vcf->samples.texts[sample]);
            skr_vcf_field field = (skr_vcf_field)format->field[i];
            if (field != SKR_VCF_OTHER && !take_always(vcf, sample, field, at) &&
                is_wanted(vcf, field))
                take_field(vcf, sample, field, at);
            while (*at != ':' && *at != '\t' && *at != '\0')
                at++;
        }
        if (*at != ':')
            break;
        if (i + 1 == format->n)
            return skr_vcf_fail(vcf, err, "sample %s has more fields than FORMAT names",
                                vcf->samples.texts[sample]);
        at++;
    }
    *ret_end = at;
    return SKR_OK;
}

static skr_values floats(const float *values)
{
    return (skr_values){.values = values, .type = SKR_VALUE_FLOAT, .n_each = 1};
}

/* The numbers that are read of a record are all missing yet. */
static void clear_numbers(skr_vcf *vcf)
{
    for (unsigned tag = 0; tag < SKR_N_GATE_TAGS; tag++) {
        skr_vcf_field field = (skr_vcf_field)(SKR_VCF_NUMBERS + tag);
        bool is_read = vcf->format.has[field] && is_wanted(vcf, field);
        float *values = is_read ? vcf->room.numbers[tag] : NULL;
        for (uint32_t i = 0; values != NULL && i < vcf->samples.n; i++)
            values[i] = NAN;
        vcf->record.numbers[tag] = floats(values);
    }
}

/* Before a record's cells: what they leave out is missing. */
static int clear_facts(skr_vcf *vcf, skr_err *err)
{
    const skr_vcf_format *format = &vcf->format;
    int status = format->has[SKR_VCF_PS] ? skr_vcf_room_ps(vcf, err) : SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && format->has[SKR_VCF_PS] && i < vcf->samples.n; i++)
        vcf->room.ps[i] = SKR_PHASE_SET_NONE;
    if (status == SKR_OK && vcf->uses_len)
        status = skr_vcf_room_blocks(vcf, err);
    for (uint32_t i = 0; status == SKR_OK && vcf->uses_len && i < vcf->samples.n; i++)
        vcf->room.len[i] = SKR_VCF_NO_LENGTH;
    if (status == SKR_OK && skr_vcf_local_is_there(vcf))
        status = skr_vcf_local_clear(vcf, err);
    if (status == SKR_OK)
        status = skr_vcf_room_facts(vcf, err);
    if (status == SKR_OK)
        clear_numbers(vcf);
    if (status != SKR_OK || vcf->gate->is_none)
        return status;
    for (uint32_t i = 0; i < vcf->samples.n; i++) {
        vcf->room.ft[i] = SKR_FILTER_PASS;
        vcf->room.ad[i] = NULL;
    }
    vcf->record.ft = format->has[SKR_VCF_FT] ? vcf->room.ft : NULL;
    vcf->record.has_ad = format->has[SKR_VCF_AD];
    return SKR_OK;
}

static int parse_cells(skr_vcf *vcf, const char *at, skr_err *err)
{
    SKR_TRY(clear_facts(vcf, err));
    bool has_gt = vcf->format.has[SKR_VCF_GT];
    for (uint32_t sample = 0; sample < vcf->samples.n; sample++) {
        if (has_gt) /* a cell may end before its genotype */
            for (uint32_t i = 0; i < vcf->record.n_ploidy; i++)
                put_copy(vcf, sample, i, 0);
        const char *cell = at;
        SKR_TRY(parse_cell(vcf, sample, at, &at, err));
        if (vcf->uses_len)
            vcf->room.missing[sample] = strspn(cell, "./|:") >= (size_t)(at - cell);
        if (*at == '\t' && sample + 1 < vcf->samples.n)
            at++;
        else if (*at != '\0' || sample + 1 < vcf->samples.n)
            return skr_vcf_fail(vcf, err, "%s sample columns than the header has, %u",
                                *at == '\0' ? "fewer" : "more", vcf->samples.n);
    }
    return SKR_OK;
}

int skr_vcf_cells_read(skr_vcf *vcf, char *text, size_t n, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    char *tab = memchr(text, '\t', n);
    if (tab == NULL)
        return skr_vcf_fail(vcf, err, "no sample columns, but the header has %u", vcf->samples.n);
    SKR_TRY(parse_format(vcf, text, (size_t)(tab - text), err));
    record->gt_width = record->n_alts <= ALLELE8_MAX ? 1 : 2;
    record->n_ploidy = 2;
    SKR_TRY(skr_vcf_room_gt(vcf, (size_t)vcf->samples.n * 2 * record->gt_width, err));
    const char *end;
    bool is_gt_only = vcf->format.n == 1 && vcf->format.has[SKR_VCF_GT] && !vcf->uses_len;
    SKR_TRY(is_gt_only ? parse_gt_only(vcf, tab + 1, text + n, &end, err)
                       : parse_cells(vcf, tab + 1, err));
    record->gt = vcf->format.has[SKR_VCF_GT] ? vcf->room.gt : NULL;
    record->has_len = vcf->format.has[SKR_VCF_LEN];
    record->has_ps = vcf->format.has[SKR_VCF_PS];
    record->has_psl = vcf->format.has[SKR_VCF_PSL];
    record->uses_len = vcf->uses_len;
    vcf->is_ad_local = false;
    return skr_vcf_local_is_there(vcf) ? skr_vcf_local_settle(vcf, err) : SKR_OK;
}

float skr_vcf_cells_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele)
{
    const char *at = vcf->room.ad[sample];
    const char *value = at;
    uint32_t n = 1;
    if (at == NULL)
        return NAN;
    for (; *at != ':' && *at != '\t' && *at != '\0'; at++)
        if (*at == ',' && n++ == allele)
            value = at + 1;
    if (n != vcf->record.n_alts + 1 || !is_digit(*value))
        return NAN;
    return strtof(value, NULL);
}
