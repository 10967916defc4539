/*
 * vcf_bcf.c - records of BCF, read from their bytes; no length in them is believed.
 *
 * The library reads the header's lines, but not the samples' names: a million take it long.
 */
#include "engine/import/vcf/vcf_bcf.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/vcf/vcf_header.h"
#include "engine/import/vcf/vcf_local.h"
#include "engine/import/vcf/vcf_record.h"
#include "engine/import/vcf/vcf_typed.h"

#define N_FIXED 24u

/* A tag's number of any size. */
static uint32_t take_long_key(skr_cursor *cursor)
{
    skr_typed vector;
    skr_typed_take(cursor, 1, &vector);
    int32_t key = !cursor->is_bad && skr_typed_is_int(&vector) && vector.n == 1
                      ? skr_typed_int(&vector, 0)
                      : -1;
    return key < 0 ? UINT32_MAX : (uint32_t)key;
}

/* A tag, which the header must know; NULL: it does not, and the cursor is bad. */
static inline const skr_vcf_bcf_tag *take_tag(const skr_vcf *vcf, skr_cursor *cursor)
{
    uint32_t key;
    if (!cursor->is_bad && cursor->end - cursor->at >= 2 &&
        cursor->at[0] == (1 << 4 | SKR_TYPED_INT8) && cursor->at[1] <= INT8_MAX) {
        key = cursor->at[1];
        cursor->at += 2;
    } else {
        key = take_long_key(cursor);
    }
    if (key < vcf->bcf.n_tags && vcf->bcf.tags[key].format != SKR_VCF_NO_TAG)
        return &vcf->bcf.tags[key];
    cursor->is_bad = true;
    return NULL;
}

/* ------------------------------------------------------------------ what all samples share */

static int damaged(const skr_vcf *vcf, skr_err *err)
{
    return skr_vcf_fail(vcf, err, "damaged or cut short; fetch the file again");
}

static int bcf_place(skr_vcf *vcf, int32_t contig, int32_t pos0, skr_err *err)
{
    const char *name = contig >= 0 && contig < vcf->bcf.header->n[BCF_DT_CTG]
                           ? vcf->bcf.header->id[BCF_DT_CTG][contig].key
                           : NULL;
    if (name == NULL)
        return skr_vcf_fail(vcf, err, "names a contig that the header does not have");
    if (pos0 < -1 || pos0 >= (int32_t)SKR_CONTIG_LENGTH_MAX)
        return skr_vcf_fail(vcf, err, "POS %lld is no place on a contig", (long long)pos0 + 1);
    vcf->record.pos1 = (uint32_t)(pos0 + 1);
    if (contig == vcf->bcf.last_contig) {
        vcf->record.contig = vcf->last_contig;
        return SKR_OK;
    }
    SKR_TRY(skr_vcf_record_contig(vcf, name, strlen(name), err));
    vcf->bcf.last_contig = contig;
    return SKR_OK;
}

/* Appends an allele, NUL-terminated; none is ".". There is room. */
static const char *put_allele(skr_vcf *vcf, const skr_typed *text, size_t *ret_n)
{
    char *to = (char *)vcf->bcf.alleles.bytes + vcf->bcf.alleles.n;
    size_t n = 0;
    for (; n < text->n && text->at[n] != '\0'; n++)
        to[n] = text->at[n] == bcf_str_missing ? '.' : (char)text->at[n];
    if (text->n == 0)
        to[n++] = '.';
    to[n] = '\0';
    vcf->bcf.alleles.n += n + 1;
    *ret_n = n;
    return to;
}

static int take_allele(skr_vcf *vcf, skr_cursor *cursor, const char **ret_allele, size_t *ret_n,
                       skr_err *err)
{
    skr_typed text;
    skr_typed_take(cursor, 1, &text);
    if (cursor->is_bad || (text.n > 0 && text.type != SKR_TYPED_CHAR))
        return damaged(vcf, err);
    *ret_allele = put_allele(vcf, &text, ret_n);
    return SKR_OK;
}

static int bcf_alleles(skr_vcf *vcf, skr_cursor *cursor, uint32_t n_alleles, skr_err *err)
{
    size_t n = 0;
    vcf->bcf.alleles.n = 0;
    /* Each takes a byte of the record at least, and two here more than there. */
    if ((size_t)(cursor->end - cursor->at) < n_alleles)
        return damaged(vcf, err);
    SKR_TRY(skr_buffer_reserve(&vcf->bcf.alleles,
                               (size_t)(cursor->end - cursor->at) + 2 * (size_t)n_alleles, err));
    if (n_alleles == 0)
        return skr_vcf_fail(vcf, err, "REF is empty");
    SKR_TRY(take_allele(vcf, cursor, &vcf->record.ref, &n, err));
    if (n == 0)
        return skr_vcf_fail(vcf, err, "REF is empty");
    if (n > SKR_ALLELE_MAX)
        return skr_vcf_fail(vcf, err, "REF is longer than %u bases", SKR_ALLELE_MAX);
    uint32_t n_alts = n_alleles - 1;
    SKR_TRY(skr_vcf_room_alts(vcf, n_alts, err));
    for (uint32_t i = 0; i < n_alts; i++) {
        SKR_TRY(take_allele(vcf, cursor, &vcf->room.alts[i], &n, err));
        if (n == 0)
            return skr_vcf_fail(vcf, err, "ALT number %u is empty", i + 1);
    }
    if (n_alts == 1 && n == 1 && *vcf->room.alts[0] == '.')
        n_alts = 0;
    vcf->record.alts = vcf->room.alts;
    vcf->record.n_alts = n_alts;
    return SKR_OK;
}

/* What one filter means, by its number in the header; NULL: there is no such. */
static const uint8_t *filter_of(skr_vcf *vcf, int32_t key)
{
    if (key < 0 || (uint32_t)key >= vcf->bcf.n_tags || vcf->bcf.tags[key].format == SKR_VCF_NO_TAG)
        return NULL;
    skr_vcf_bcf_tag *tag = &vcf->bcf.tags[key];
    if (tag->filter == 0) {
        /* entry 0 is PASS, whatever the header left out */
        const char *name = key == 0 ? "PASS" : vcf->bcf.header->id[BCF_DT_ID][key].key;
        tag->filter = (uint8_t)(skr_gate_filter(vcf->gate, name, strlen(name)) + 1);
    }
    return &tag->filter;
}

/* The worst of the record's filters. */
static int bcf_filters(skr_vcf *vcf, skr_cursor *cursor, skr_err *err)
{
    skr_typed filters;
    skr_typed_take(cursor, 1, &filters);
    if (cursor->is_bad || (filters.n > 0 && !skr_typed_is_int(&filters)))
        return damaged(vcf, err);
    if (filters.n == 0) {
        if (vcf->bcf.no_filter == 0)
            vcf->bcf.no_filter = (uint8_t)(skr_gate_filter(vcf->gate, ".", 1) + 1);
        vcf->record.filter = (skr_filter)(vcf->bcf.no_filter - 1);
        return SKR_OK;
    }
    uint8_t worst = SKR_FILTER_PASS + 1;
    for (uint32_t i = 0; i < filters.n; i++) {
        const uint8_t *one = filter_of(vcf, skr_typed_int(&filters, i));
        if (one == NULL)
            return damaged(vcf, err);
        worst = *one > worst ? *one : worst;
    }
    vcf->record.filter = (skr_filter)(worst - 1);
    return SKR_OK;
}

static int take_svlens(skr_vcf *vcf, const skr_typed *vector, skr_err *err)
{
    uint32_t n = 0;
    while (n < vector->n && skr_typed_int(vector, n) != INT32_MIN + 1)
        n++;
    int status = skr_vcf_room_svlens(vcf, n, err);
    if (status != SKR_OK || n == 0)
        return status;
    for (uint32_t i = 0; i < n; i++) {
        int32_t value = skr_typed_int(vector, i);
        vcf->room.svlens[i] = value == INT32_MIN ? 0 : value;
    }
    vcf->record.svlens = vcf->room.svlens;
    vcf->record.n_svlens = n;
    return SKR_OK;
}

/* The text of a field, "." as nothing. */
static void take_text(const skr_typed *vector, const char **ret_text, uint32_t *ret_n)
{
    const char *text = (const char *)vector->at;
    size_t n = vector->type == SKR_TYPED_CHAR ? strnlen(text, vector->n) : 0;
    if (n == 0 || n > SKR_NAME_MAX || (n == 1 && *text == '.') || *text == bcf_str_missing)
        return;
    *ret_text = text;
    *ret_n = (uint32_t)n;
}

/* The first of a field of INFO's whole numbers, if it has one that is not missing. */
static bool has_number(const skr_typed *vector, int32_t *ret_number)
{
    if (!skr_typed_is_int(vector) || vector->n == 0 || skr_typed_int(vector, 0) <= INT32_MIN + 1)
        return false;
    *ret_number = skr_typed_int(vector, 0);
    return true;
}

/* A field of annotations. */
static void take_note(skr_vcf *vcf, skr_vcf_note note, const skr_typed *vector)
{
    const char *text = (const char *)vector->at;
    size_t n = vector->type == SKR_TYPED_CHAR ? strnlen(text, vector->n) : 0;
    if (n == 0 || *text == bcf_str_missing || vcf->record.notes[note] != NULL)
        return;
    vcf->record.notes[note] = text;
    vcf->record.n_notes[note] = (uint32_t)n;
}

/* One field of INFO. */
static int take_info(skr_vcf *vcf, skr_vcf_info info, const skr_typed *vector, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    int32_t number = 0;
    bool has = has_number(vector, &number);
    switch (info) {
    case SKR_VCF_INFO_END:
        record->has_end = has && number > 0;
        record->end1 = record->has_end ? (uint64_t)number : 0;
        break;
    case SKR_VCF_INFO_SVLEN:
        return skr_typed_is_int(vector) ? take_svlens(vcf, vector, err) : SKR_OK;
    case SKR_VCF_INFO_END2:
        if (skr_typed_is_int(vector) && vector->n > 0)
            record->end2_pos1 = number > 0 ? (uint64_t)number : 0;
        break;
    case SKR_VCF_INFO_CHR2:
        take_text(vector, &record->chr2, &record->n_chr2);
        break;
    case SKR_VCF_INFO_DP:
        if (has && number >= 0)
            vcf->info_dp = (float)number;
        break;
    case SKR_VCF_INFO_MIN_DP:
        if (has && number >= 0)
            vcf->info_min_dp = (float)number;
        break;
    default: /* annotations */
        take_note(vcf, (skr_vcf_note)(info - SKR_VCF_INFO_NOTES), vector);
        break;
    }
    return SKR_OK;
}

/* The fields that are looked at; the first END and SVLEN count. */
static int bcf_info(skr_vcf *vcf, skr_cursor *cursor, uint32_t n_info, skr_err *err)
{
    bool has[SKR_VCF_N_INFO] = {false};
    int status = SKR_OK;
    for (uint32_t i = 0; i < n_info && status == SKR_OK; i++) {
        const skr_vcf_bcf_tag *tag = take_tag(vcf, cursor);
        skr_typed vector;
        skr_typed_take(cursor, 1, &vector);
        if (cursor->is_bad)
            return damaged(vcf, err);
        if (tag->info == SKR_VCF_N_INFO ||
            (has[tag->info] && (tag->info == SKR_VCF_INFO_END || tag->info == SKR_VCF_INFO_SVLEN)))
            continue;
        has[tag->info] = true;
        status = take_info(vcf, (skr_vcf_info)tag->info, &vector, err);
    }
    return status;
}

/* ------------------------------------------------------------------ samples */

/* The numbers of a field, none if it has no numbers. */
static skr_values numbers(const skr_typed *field)
{
    static const skr_value_type types[] = {[SKR_TYPED_INT8] = SKR_VALUE_INT8,
                                           [SKR_TYPED_INT16] = SKR_VALUE_INT16,
                                           [SKR_TYPED_INT32] = SKR_VALUE_INT32,
                                           [SKR_TYPED_FLOAT] = SKR_VALUE_FLOAT};
    if (field->n == 0 || (!skr_typed_is_int(field) && field->type != SKR_TYPED_FLOAT))
        return (skr_values){.n_each = 1};
    return (skr_values){field->at, types[field->type], field->n};
}

/* Is value number i what stands after the last value of a sample? */
static bool is_after_last(const skr_values *values, size_t i)
{
    const uint8_t *at = values->values;
    int16_t two;
    int32_t four;
    switch (values->type) {
    case SKR_VALUE_INT8:
        return (int8_t)at[i] == bcf_int8_vector_end;
    case SKR_VALUE_INT16:
        memcpy(&two, at + 2 * i, sizeof two);
        return two == bcf_int16_vector_end;
    case SKR_VALUE_INT32:
        memcpy(&four, at + 4 * i, sizeof four);
        return four == bcf_int32_vector_end;
    default:
        memcpy(&four, at + 4 * i, sizeof four);
        return (uint32_t)four == bcf_float_vector_end;
    }
}

float skr_vcf_bcf_ad(const skr_vcf *vcf, uint32_t sample, uint32_t allele)
{
    const skr_values *ad = &vcf->bcf.ad;
    size_t from = (size_t)sample * ad->n_each;
    uint32_t n = 0;
    while (n < ad->n_each && !is_after_last(ad, from + n))
        n++;
    return n == vcf->record.n_alts + 1 ? skr_genotype_scan_values(ad, from + allele) : NAN;
}

int64_t skr_vcf_bcf_phase_set(const skr_vcf *vcf, uint32_t sample)
{
    const skr_values *ps = &vcf->bcf.ps;
    if (ps->values == NULL || ps->type == SKR_VALUE_FLOAT || ps->n_each != 1)
        return SKR_PHASE_SET_UNKNOWN;
    return skr_vcf_int_at(ps, sample, 0, SKR_PHASE_SET_NONE);
}

int64_t skr_vcf_bcf_length(const skr_vcf *vcf, uint32_t sample)
{
    return skr_vcf_int_at(&vcf->bcf.len, sample, 0, SKR_VCF_NO_LENGTH);
}

/* Are all values of a sample in a field missing? */
static bool is_field_missing(const skr_typed *field, uint32_t sample)
{
    const skr_typed one = {.type = field->type,
                           .n = field->n,
                           .size = field->size,
                           .at = field->at + (size_t)sample * field->n * field->size};
    for (uint32_t i = 0; i < field->n; i++) {
        int32_t value = skr_typed_int(&one, i);
        bool is_missing;
        if (field->type == SKR_TYPED_CHAR)
            is_missing = strchr("./|", one.at[i]) != NULL || one.at[i] == bcf_str_missing;
        else if (field->type == SKR_TYPED_FLOAT)
            is_missing =
                (uint32_t)value == bcf_float_missing || (uint32_t)value == bcf_float_vector_end;
        else
            is_missing = value <= INT32_MIN + 1;
        if (!is_missing)
            return false;
    }
    return true;
}

/* GT is missing where no copy is called: 0, or 1 with a mark of phase. */
static bool is_gt_missing(const skr_typed *field, uint32_t sample)
{
    for (uint32_t i = 0; i < field->n; i++) {
        int32_t value = skr_typed_int(field, (uint32_t)((size_t)sample * field->n + i));
        if (value > 1 && value != INT32_MIN + 1)
            return false;
    }
    return true;
}

/* Notes the samples that say nothing in a field. */
static void note_missing(skr_vcf *vcf, const skr_typed *field, bool is_gt)
{
    for (uint32_t i = 0; i < vcf->samples.n; i++)
        if (vcf->room.missing[i] != 0 &&
            !(is_gt ? is_gt_missing(field, i) : is_field_missing(field, i)))
            vcf->room.missing[i] = 0;
}

static void bcf_ft(skr_vcf *vcf, const skr_typed *field)
{
    for (uint32_t i = 0; i < vcf->samples.n; i++) {
        const char *text = (const char *)field->at + (size_t)i * field->n;
        size_t n = strnlen(text, field->n);
        bool is_missing = n == 0 || (n == 1 && *text == '.') || *text == bcf_str_missing;
        vcf->room.ft[i] =
            (uint8_t)(is_missing ? SKR_FILTER_PASS : skr_gate_filter(vcf->gate, text, n));
    }
    vcf->record.ft = vcf->room.ft;
}

static int bcf_facts(skr_vcf *vcf, const skr_typed *fields, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    for (size_t tag = 0; tag < SKR_N_GATE_TAGS; tag++)
        record->numbers[tag] = numbers(&fields[SKR_VCF_NUMBERS + tag]);
    if (vcf->gate->is_none)
        return SKR_OK;
    vcf->bcf.ad = numbers(&fields[SKR_VCF_AD]);
    record->has_ad = vcf->bcf.ad.values != NULL;
    if (fields[SKR_VCF_FT].n == 0 || fields[SKR_VCF_FT].type != SKR_TYPED_CHAR)
        return SKR_OK;
    int status = skr_vcf_room_facts(vcf, err);
    if (status == SKR_OK)
        bcf_ft(vcf, &fields[SKR_VCF_FT]);
    return status;
}

static int bcf_genotypes(skr_vcf *vcf, const skr_typed *gt, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    if (gt->n == 0)
        return SKR_OK;
    if (!skr_typed_is_int(gt))
        return skr_vcf_fail(vcf, err, "its genotypes are damaged");
    if (gt->n > SKR_PLOIDY_MAX)
        return skr_vcf_fail(vcf, err, "a genotype has more than %u copies", SKR_PLOIDY_MAX);
    record->gt = gt->at;
    record->gt_width = gt->size;
    record->n_ploidy = gt->n;
    return SKR_OK;
}

/* LGT is text here too, and LAA and LAD are numbers. */
static int bcf_local(skr_vcf *vcf, const skr_typed *fields, skr_err *err)
{
    const skr_typed *lgt = &fields[SKR_VCF_LGT];
    if (lgt->n > 0 && lgt->type != SKR_TYPED_CHAR)
        return skr_vcf_fail(vcf, err,
                            "LGT is no text; declare it with Type=String where the file is made");
    SKR_TRY(skr_vcf_local_clear(vcf, err));
    vcf->bcf.laa = numbers(&fields[SKR_VCF_LAA]);
    vcf->bcf.lad = numbers(&fields[SKR_VCF_LAD]);
    for (uint32_t i = 0; i < vcf->samples.n && lgt->n > 0; i++) {
        vcf->room.local[i].lgt = (const char *)lgt->at + (size_t)i * lgt->n;
        vcf->room.local[i].n_lgt =
            (uint32_t)strnlen((const char *)lgt->at + (size_t)i * lgt->n, lgt->n);
    }
    return skr_vcf_local_settle(vcf, err);
}

/* The fields of FORMAT; of one that comes twice the first counts. */
static int bcf_samples(skr_vcf *vcf, skr_cursor *cursor, uint32_t n_format, skr_err *err)
{
    skr_typed fields[SKR_VCF_N_FIELDS];
    skr_typed other;
    bool has[SKR_VCF_N_FIELDS + 1] = {false};
    for (int j = 0; j < SKR_VCF_N_FIELDS; j++) {
        fields[j].n = 0;
        fields[j].type = 0;
    }
    if (vcf->uses_len) {
        SKR_TRY(skr_vcf_room_blocks(vcf, err));
        memset(vcf->room.missing, 1, vcf->samples.n);
    }
    for (uint32_t i = 0; i < n_format; i++) {
        const skr_vcf_bcf_tag *tag = take_tag(vcf, cursor);
        bool is_wanted = tag != NULL && tag->format < SKR_VCF_N_FIELDS && !has[tag->format];
        skr_typed *field = is_wanted ? &fields[tag->format] : &other;
        skr_typed_take(cursor, vcf->samples.n, field);
        if (cursor->is_bad)
            return damaged(vcf, err);
        if (vcf->uses_len)
            note_missing(vcf, field, tag->format == SKR_VCF_GT);
        has[tag->format] = true;
    }
    vcf->record.has_len = has[SKR_VCF_LEN];
    vcf->record.has_ps = fields[SKR_VCF_PS].n > 0;
    vcf->record.has_psl = fields[SKR_VCF_PSL].n > 0;
    vcf->bcf.ps = numbers(&fields[SKR_VCF_PS]);
    vcf->bcf.len = numbers(&fields[SKR_VCF_LEN]);
    vcf->record.uses_len = vcf->uses_len;
    vcf->is_ad_local = false;
    SKR_TRY(bcf_facts(vcf, fields, err));
    SKR_TRY(bcf_genotypes(vcf, &fields[SKR_VCF_GT], err));
    return has[SKR_VCF_LGT] || has[SKR_VCF_LAD] ? bcf_local(vcf, fields, err) : SKR_OK;
}

/* ------------------------------------------------------------------ a record */

/* The bytes of the next record after its two lengths; NULL at the end. */
static int next_bytes(skr_vcf *vcf, skr_cursor *ret_shared, skr_cursor *ret_samples, skr_err *err)
{
    uint8_t *bytes;
    size_t n;
    ret_shared->at = NULL;
    int status = skr_vcf_bytes_need(&vcf->bytes, 8, &bytes, &n, err);
    if (status != SKR_OK || n == 0)
        return status != SKR_OK ? status : skr_vcf_bytes_check_end(&vcf->bytes, err);
    if (n < 8)
        return damaged(vcf, err);
    skr_cursor lengths = skr_cursor_of(bytes, 8);
    uint32_t n_shared = skr_cursor_u32(&lengths);
    uint32_t n_samples = skr_cursor_u32(&lengths);
    if (n_shared < N_FIXED)
        return damaged(vcf, err);
    size_t n_max = skr_import_memory_line(vcf->n_memory, vcf->samples.n);
    size_t n_all = 8 + (size_t)n_shared + n_samples;
    if (n_all > n_max)
        return skr_vcf_fail_size(vcf, "the record", n_max, err);
    SKR_TRY(skr_vcf_bytes_need(&vcf->bytes, n_all, &bytes, &n, err));
    if (n < n_all)
        return damaged(vcf, err);
    *ret_shared = skr_cursor_of(bytes + 8, n_shared);
    *ret_samples = skr_cursor_of(bytes + 8 + n_shared, n_samples);
    vcf->bytes.at += n_all;
    return SKR_OK;
}

int skr_vcf_bcf_record(skr_vcf *vcf, bool *ret_is_end, skr_err *err)
{
    skr_cursor shared;
    skr_cursor samples;
    SKR_TRY(next_bytes(vcf, &shared, &samples, err));
    *ret_is_end = shared.at == NULL;
    if (shared.at == NULL)
        return SKR_OK;
    int32_t contig = (int32_t)skr_cursor_u32(&shared);
    int32_t pos0 = (int32_t)skr_cursor_u32(&shared);
    (void)skr_cursor_bytes(&shared, 8); /* length on the reference, and QUAL */
    uint32_t n_both = skr_cursor_u32(&shared);
    uint32_t n_samples = skr_cursor_u32(&shared);
    skr_typed id;
    skr_typed_take(&shared, 1, &id);
    if (shared.is_bad || (id.n > 0 && id.type != SKR_TYPED_CHAR))
        return damaged(vcf, err);
    if ((n_samples & 0xffffff) != vcf->samples.n)
        return skr_vcf_fail(vcf, err, "has %u samples, but the header %u", n_samples & 0xffffff,
                            vcf->samples.n);
    vcf->record.id = vcf->is_for_notes ? (const char *)id.at : NULL;
    vcf->record.n_id = vcf->is_for_notes ? id.n : 0;
    SKR_TRY(bcf_place(vcf, contig, pos0, err));
    SKR_TRY(bcf_alleles(vcf, &shared, n_both >> 16, err));
    SKR_TRY(bcf_filters(vcf, &shared, err));
    SKR_TRY(bcf_info(vcf, &shared, n_both & 0xffff, err));
    return vcf->is_for_notes ? SKR_OK : bcf_samples(vcf, &samples, n_samples >> 24, err);
}
