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

#define N_FIXED 24u

#define TYPE_CHAR 7u

/* A typed vector of BCF. */
typedef struct typed {
    unsigned type;
    uint32_t n;
    uint32_t size; /* bytes a value */
    const uint8_t *at;
} typed;

/* ------------------------------------------------------------------ typed vectors */

static int32_t int_at(const typed *vector, uint32_t i)
{
    int16_t two;
    int32_t four;
    switch (vector->size) {
    case 1: {
        int8_t one = (int8_t)vector->at[i];
        return one <= INT8_MIN + 1 ? INT32_MIN + (one - INT8_MIN) : one;
    }
    case 2:
        memcpy(&two, vector->at + 2 * (size_t)i, 2);
        return two <= INT16_MIN + 1 ? INT32_MIN + (two - INT16_MIN) : two;
    default:
        memcpy(&four, vector->at + 4 * (size_t)i, 4);
        return four;
    }
}

static bool is_int(const typed *vector)
{
    return vector->type >= BCF_BT_INT8 && vector->type <= BCF_BT_INT32;
}

/* Reads what stands before the values of a vector. */
static typed take_head(skr_cursor *cursor)
{
    static const uint8_t sizes[16] = {[BCF_BT_INT8] = 1,
                                      [BCF_BT_INT16] = 2,
                                      [BCF_BT_INT32] = 4,
                                      [BCF_BT_FLOAT] = 4,
                                      [TYPE_CHAR] = 1};
    uint8_t head = skr_cursor_u8(cursor);
    typed vector = {.type = head & 15u, .n = head >> 4, .size = sizes[head & 15u]};
    if (vector.n == 15) {
        uint8_t inner = skr_cursor_u8(cursor);
        typed length = {.type = inner & 15u, .n = inner >> 4, .size = sizes[inner & 15u]};
        length.at = skr_cursor_bytes(cursor, length.size);
        if (!is_int(&length) || length.n != 1 || cursor->is_bad || int_at(&length, 0) < 0)
            cursor->is_bad = true;
        else
            vector.n = (uint32_t)int_at(&length, 0);
    }
    if (vector.size == 0 && (vector.type != 0 || vector.n > 0))
        cursor->is_bad = true;
    return vector;
}

/* Reads a vector; `times` of it lie one after the other. */
static typed take_vectors(skr_cursor *cursor, uint32_t times)
{
    typed vector = take_head(cursor);
    uint64_t n_each = (uint64_t)vector.n * vector.size;
    if (times > 0 && n_each > UINT32_MAX / (uint64_t)times)
        cursor->is_bad = true;
    vector.at = cursor->is_bad ? NULL : skr_cursor_bytes(cursor, (size_t)n_each * times);
    return vector;
}

/* A tag's number, which the header must know. */
static int32_t take_key(const skr_vcf *vcf, skr_cursor *cursor)
{
    typed vector = take_vectors(cursor, 1);
    int32_t key = !cursor->is_bad && is_int(&vector) && vector.n == 1 ? int_at(&vector, 0) : -1;
    if (key < 0 || key >= vcf->bcf.header->n[BCF_DT_ID] ||
        vcf->bcf.header->id[BCF_DT_ID][key].key == NULL)
        cursor->is_bad = true;
    return key;
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
    return skr_vcf_record_contig(vcf, name, strlen(name), err);
}

/* Appends an allele, NUL-terminated; none is ".". */
static int put_allele(skr_vcf *vcf, const typed *text, skr_err *err)
{
    SKR_TRY(skr_buffer_reserve(&vcf->bcf.alleles, (size_t)text->n + 2, err));
    char *to = (char *)vcf->bcf.alleles.bytes + vcf->bcf.alleles.n;
    size_t n = text->n == 0 ? 0 : strnlen((const char *)text->at, text->n);
    for (size_t i = 0; i < n; i++)
        to[i] = text->at[i] == bcf_str_missing ? '.' : (char)text->at[i];
    if (text->n == 0)
        to[n++] = '.';
    to[n] = '\0';
    vcf->bcf.alleles.n += n + 1;
    return SKR_OK;
}

static int bcf_alleles(skr_vcf *vcf, skr_cursor *cursor, uint32_t n_alleles, skr_err *err)
{
    vcf->bcf.alleles.n = 0;
    int status = SKR_OK;
    for (uint32_t i = 0; i < n_alleles && status == SKR_OK; i++) {
        typed text = take_vectors(cursor, 1);
        if (cursor->is_bad || (text.n > 0 && text.type != TYPE_CHAR))
            return damaged(vcf, err);
        status = put_allele(vcf, &text, err);
    }
    if (status != SKR_OK)
        return status;
    const char *at = (const char *)vcf->bcf.alleles.bytes;
    if (n_alleles == 0 || *at == '\0')
        return skr_vcf_fail(vcf, err, "REF is empty");
    if (strlen(at) > SKR_ALLELE_MAX)
        return skr_vcf_fail(vcf, err, "REF is longer than %u bases", SKR_ALLELE_MAX);
    vcf->record.ref = at;
    at += strlen(at) + 1;
    uint32_t n_alts = n_alleles - 1;
    if (n_alts == 1 && strcmp(at, ".") == 0)
        n_alts = 0;
    status = skr_vcf_room_alts(vcf, n_alts, err);
    for (uint32_t i = 0; i < n_alts && status == SKR_OK; i++, at += strlen(at) + 1) {
        vcf->room.alts[i] = at;
        if (*at == '\0')
            return skr_vcf_fail(vcf, err, "ALT number %u is empty", i + 1);
    }
    vcf->record.alts = vcf->room.alts;
    vcf->record.n_alts = n_alts;
    return status;
}

/* The worst of the record's filters. */
static int bcf_filters(skr_vcf *vcf, skr_cursor *cursor, skr_err *err)
{
    typed filters = take_vectors(cursor, 1);
    if (cursor->is_bad || (filters.n > 0 && !is_int(&filters)))
        return damaged(vcf, err);
    skr_filter worst = filters.n == 0 ? skr_gate_filter(vcf->gate, ".", 1) : SKR_FILTER_PASS;
    for (uint32_t i = 0; i < filters.n; i++) {
        int32_t key = int_at(&filters, i);
        const char *name = key >= 0 && key < vcf->bcf.header->n[BCF_DT_ID]
                               ? vcf->bcf.header->id[BCF_DT_ID][key].key
                               : NULL;
        if (name == NULL)
            return damaged(vcf, err);
        if (key == 0)
            name = "PASS"; /* entry 0 is PASS, whatever the header left out */
        skr_filter one = skr_gate_filter(vcf->gate, name, strlen(name));
        worst = one > worst ? one : worst;
    }
    vcf->record.filter = worst;
    return SKR_OK;
}

static int take_svlens(skr_vcf *vcf, const typed *vector, skr_err *err)
{
    uint32_t n = 0;
    while (n < vector->n && int_at(vector, n) != INT32_MIN + 1)
        n++;
    int status = skr_vcf_room_svlens(vcf, n, err);
    if (status != SKR_OK || n == 0)
        return status;
    for (uint32_t i = 0; i < n; i++) {
        int32_t value = int_at(vector, i);
        vcf->room.svlens[i] = value == INT32_MIN ? 0 : value;
    }
    vcf->record.svlens = vcf->room.svlens;
    vcf->record.n_svlens = n;
    return SKR_OK;
}

/* The text of a field, "." as nothing. */
static void take_text(const typed *vector, const char **ret_text, uint32_t *ret_n)
{
    const char *text = (const char *)vector->at;
    size_t n = vector->type == TYPE_CHAR ? strnlen(text, vector->n) : 0;
    if (n == 0 || n > SKR_NAME_MAX || (n == 1 && *text == '.') || *text == bcf_str_missing)
        return;
    *ret_text = text;
    *ret_n = (uint32_t)n;
}

/* END, END2, SVLEN and CHR2; the first END and SVLEN count. */
static int bcf_info(skr_vcf *vcf, skr_cursor *cursor, uint32_t n_info, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    bool has_end = false;
    bool has_svlen = false;
    int status = SKR_OK;
    for (uint32_t i = 0; i < n_info && status == SKR_OK; i++) {
        int32_t key = take_key(vcf, cursor);
        typed vector = take_vectors(cursor, 1);
        if (cursor->is_bad)
            return damaged(vcf, err);
        if (key == vcf->bcf.end_key && !has_end) {
            has_end = true;
            if (is_int(&vector) && vector.n > 0 && int_at(&vector, 0) > 0) {
                record->has_end = true;
                record->end1 = (uint64_t)int_at(&vector, 0);
            }
        } else if (key == vcf->bcf.svlen_key && !has_svlen) {
            has_svlen = true;
            if (is_int(&vector))
                status = take_svlens(vcf, &vector, err);
        } else if (key == vcf->bcf.end2_key && is_int(&vector) && vector.n > 0) {
            int32_t end2 = int_at(&vector, 0);
            record->end2_pos1 = end2 > 0 ? (uint64_t)end2 : 0;
        } else if (key == vcf->bcf.chr2_key) {
            take_text(&vector, &record->chr2, &record->n_chr2);
        } else if (key == vcf->bcf.dp_key || key == vcf->bcf.min_dp_key) {
            float *depth = key == vcf->bcf.dp_key ? &vcf->info_dp : &vcf->info_min_dp;
            if (is_int(&vector) && vector.n > 0 && int_at(&vector, 0) >= 0)
                *depth = (float)int_at(&vector, 0);
        }
    }
    return status;
}

/* ------------------------------------------------------------------ samples */

/* The numbers of a field, none if it has no numbers. */
static skr_values numbers(const typed *field)
{
    static const skr_value_type types[] = {[BCF_BT_INT8] = SKR_VALUE_INT8,
                                           [BCF_BT_INT16] = SKR_VALUE_INT16,
                                           [BCF_BT_INT32] = SKR_VALUE_INT32,
                                           [BCF_BT_FLOAT] = SKR_VALUE_FLOAT};
    if (field->n == 0 || (!is_int(field) && field->type != BCF_BT_FLOAT))
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
    static const uint32_t sizes[] = {
        [SKR_VALUE_INT8] = 1, [SKR_VALUE_INT16] = 2, [SKR_VALUE_INT32] = 4};
    const uint8_t *at = ps->values;
    typed one = {.n = 1, .size = sizes[ps->type], .at = at + (size_t)sample * sizes[ps->type]};
    int32_t value = int_at(&one, 0);
    return value <= INT32_MIN + 1 ? SKR_PHASE_SET_NONE : value;
}

int64_t skr_vcf_bcf_length(const skr_vcf *vcf, uint32_t sample)
{
    return skr_vcf_int_at(&vcf->bcf.len, sample, 0, SKR_VCF_NO_LENGTH);
}

/* Are all values of a sample in a field missing? */
static bool is_field_missing(const typed *field, uint32_t sample)
{
    const typed one = {.type = field->type,
                       .n = field->n,
                       .size = field->size,
                       .at = field->at + (size_t)sample * field->n * field->size};
    for (uint32_t i = 0; i < field->n; i++) {
        int32_t value = int_at(&one, i);
        bool is_missing;
        if (field->type == TYPE_CHAR)
            is_missing = strchr("./|", one.at[i]) != NULL || one.at[i] == bcf_str_missing;
        else if (field->type == BCF_BT_FLOAT)
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
static bool is_gt_missing(const typed *field, uint32_t sample)
{
    for (uint32_t i = 0; i < field->n; i++) {
        int32_t value = int_at(field, (uint32_t)((size_t)sample * field->n + i));
        if (value > 1 && value != INT32_MIN + 1)
            return false;
    }
    return true;
}

/* Notes the samples that say nothing in a field. */
static void note_missing(skr_vcf *vcf, const typed *field, bool is_gt)
{
    for (uint32_t i = 0; i < vcf->samples.n; i++)
        if (vcf->room.missing[i] != 0 &&
            !(is_gt ? is_gt_missing(field, i) : is_field_missing(field, i)))
            vcf->room.missing[i] = 0;
}

static void bcf_ft(skr_vcf *vcf, const typed *field)
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

static int bcf_facts(skr_vcf *vcf, const typed *fields, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    for (size_t tag = 0; tag < SKR_N_GATE_TAGS; tag++)
        record->numbers[tag] = numbers(&fields[SKR_VCF_NUMBERS + tag]);
    vcf->bcf.ad = numbers(&fields[SKR_VCF_AD]);
    record->has_ad = vcf->bcf.ad.values != NULL;
    if (fields[SKR_VCF_FT].n == 0 || fields[SKR_VCF_FT].type != TYPE_CHAR)
        return SKR_OK;
    int status = skr_vcf_room_facts(vcf, err);
    if (status == SKR_OK)
        bcf_ft(vcf, &fields[SKR_VCF_FT]);
    return status;
}

static int bcf_genotypes(skr_vcf *vcf, const typed *gt, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    if (gt->n == 0)
        return SKR_OK;
    if (!is_int(gt))
        return skr_vcf_fail(vcf, err, "its genotypes are damaged");
    if (gt->n > SKR_PLOIDY_MAX)
        return skr_vcf_fail(vcf, err, "a genotype has more than %u copies", SKR_PLOIDY_MAX);
    record->gt = gt->at;
    record->gt_width = gt->size;
    record->n_ploidy = gt->n;
    return SKR_OK;
}

/* LGT is text here too, and LAA and LAD are numbers. */
static int bcf_local(skr_vcf *vcf, const typed *fields, skr_err *err)
{
    const typed *lgt = &fields[SKR_VCF_LGT];
    SKR_TRY(skr_vcf_local_clear(vcf, err));
    vcf->bcf.laa = numbers(&fields[SKR_VCF_LAA]);
    vcf->bcf.lad = numbers(&fields[SKR_VCF_LAD]);
    for (uint32_t i = 0; i < vcf->samples.n && lgt->type == TYPE_CHAR && lgt->n > 0; i++) {
        vcf->room.local[i].lgt = (const char *)lgt->at + (size_t)i * lgt->n;
        vcf->room.local[i].n_lgt =
            (uint32_t)strnlen((const char *)lgt->at + (size_t)i * lgt->n, lgt->n);
    }
    return skr_vcf_local_settle(vcf, err);
}

/* The fields of FORMAT; of one that comes twice the first counts. */
static int bcf_samples(skr_vcf *vcf, skr_cursor *cursor, uint32_t n_format, skr_err *err)
{
    typed fields[SKR_VCF_N_FIELDS] = {0};
    bool has[SKR_VCF_N_FIELDS] = {false};
    if (vcf->uses_len) {
        SKR_TRY(skr_vcf_room_blocks(vcf, err));
        memset(vcf->room.missing, 1, vcf->samples.n);
    }
    for (uint32_t i = 0; i < n_format; i++) {
        int32_t key = take_key(vcf, cursor);
        typed field = take_vectors(cursor, vcf->samples.n);
        if (cursor->is_bad)
            return damaged(vcf, err);
        if (vcf->uses_len)
            note_missing(vcf, &field, key == vcf->bcf.field_keys[SKR_VCF_GT]);
        for (int j = 0; j < SKR_VCF_N_FIELDS; j++) {
            if (key == vcf->bcf.field_keys[j] && !has[j]) {
                has[j] = true;
                fields[j] = field;
            }
        }
    }
    vcf->record.has_len = has[SKR_VCF_LEN];
    vcf->record.has_ps = fields[SKR_VCF_PS].n > 0;
    vcf->record.has_psl = fields[SKR_VCF_PSL].n > 0;
    vcf->bcf.ps = numbers(&fields[SKR_VCF_PS]);
    vcf->bcf.len = numbers(&fields[SKR_VCF_LEN]);
    vcf->record.uses_len = vcf->uses_len;
    vcf->is_ad_local = false;
    SKR_TRY(vcf->gate->is_none ? SKR_OK : bcf_facts(vcf, fields, err));
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
    typed id = take_vectors(&shared, 1);
    if (shared.is_bad || (id.n > 0 && id.type != TYPE_CHAR))
        return damaged(vcf, err);
    if ((n_samples & 0xffffff) != vcf->samples.n)
        return skr_vcf_fail(vcf, err, "has %u samples, but the header %u", n_samples & 0xffffff,
                            vcf->samples.n);
    SKR_TRY(bcf_place(vcf, contig, pos0, err));
    SKR_TRY(bcf_alleles(vcf, &shared, n_both >> 16, err));
    SKR_TRY(bcf_filters(vcf, &shared, err));
    SKR_TRY(bcf_info(vcf, &shared, n_both & 0xffff, err));
    return bcf_samples(vcf, &samples, n_samples >> 24, err);
}
