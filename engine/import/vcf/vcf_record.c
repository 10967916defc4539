/*
 * vcf_record.c - what the readers of text and of BCF share: messages with a place, room for the
 * lists of a record, names of samples and contigs.
 */
#include "engine/import/vcf/vcf_record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"

const char *skr_vcf_tag(skr_vcf_field field)
{
    static const char *const tags[SKR_VCF_N_FIELDS] = {
        [SKR_VCF_GT] = "GT",   [SKR_VCF_AD] = "AD",   [SKR_VCF_FT] = "FT",
        [SKR_VCF_LEN] = "LEN", [SKR_VCF_PS] = "PS",   [SKR_VCF_PSL] = "PSL",
        [SKR_VCF_LGT] = "LGT", [SKR_VCF_LAA] = "LAA", [SKR_VCF_LAD] = "LAD",
    };
    return tags[field] != NULL ? tags[field] : skr_gate_tags[field - SKR_VCF_NUMBERS];
}

const char *skr_vcf_note_tag(skr_vcf_note note)
{
    static const char *const tags[SKR_VCF_N_NOTES] = {
        [SKR_VCF_NOTE_CSQ] = "CSQ",       [SKR_VCF_NOTE_VEP] = "vep",
        [SKR_VCF_NOTE_ANN] = "ANN",       [SKR_VCF_NOTE_BCSQ] = "BCSQ",
        [SKR_VCF_NOTE_CLNSIG] = "CLNSIG", [SKR_VCF_NOTE_GENEINFO] = "GENEINFO",
        [SKR_VCF_NOTE_MC] = "MC",
    };
    return tags[note];
}

void skr_vcf_place(const skr_vcf *vcf, char *text)
{
    (void)snprintf(
        text, 32, "%s %llu", vcf->where.is_bcf ? "record" : "line",
        (unsigned long long)(vcf->where.is_bcf ? vcf->where.n_records : vcf->where.n_lines));
}

int skr_vcf_fail(const skr_vcf *vcf, skr_err *err, const char *format, ...)
{
    char place[32];
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    skr_vcf_place(vcf, place);
    return skr_fail(err, SKR_ERR_INPUT, "%s, %s: %s", vcf->where.name, place, text);
}

int skr_vcf_fail_size(const skr_vcf *vcf, const char *what, size_t n_max, skr_err *err)
{
    char place[32];
    uint64_t n_lines =
        vcf->where.n_lines + !vcf->where.is_bcf; /* of text the one that is being read */
    (void)snprintf(place, sizeof place, "%s %llu", vcf->where.is_bcf ? "record" : "line",
                   (unsigned long long)(vcf->where.is_bcf ? vcf->where.n_records : n_lines));
    bool is_bcf_header = vcf->where.is_bcf && vcf->where.n_records == 0;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s%s%s: %s has more than %zu bytes, what --memory %zu leaves room for; if the "
                    "file is sound, allow more",
                    vcf->where.name, is_bcf_header ? "" : ", ", is_bcf_header ? "" : place, what,
                    n_max, vcf->n_memory >> 20);
}

/* ------------------------------------------------------------------ room */

int skr_vcf_room_alts(skr_vcf *vcf, uint32_t n, skr_err *err)
{
    if (n > SKR_VCF_ALTS_MAX)
        return skr_vcf_fail(vcf, err, "more than %u ALT alleles", SKR_VCF_ALTS_MAX);
    return SKR_ARRAY_RESERVE(&vcf->room.alts, &vcf->room.n_alts_max, n, vcf->where.name, err);
}

int skr_vcf_room_svlens(skr_vcf *vcf, uint32_t n, skr_err *err)
{
    if (n > SKR_VCF_ALTS_MAX)
        return skr_vcf_fail(vcf, err, "more than %u values of SVLEN", SKR_VCF_ALTS_MAX);
    return SKR_ARRAY_RESERVE(&vcf->room.svlens, &vcf->room.n_svlens_max, n, vcf->where.name, err);
}

int skr_vcf_room_gt(skr_vcf *vcf, size_t n_bytes, skr_err *err)
{
    if (n_bytes <= vcf->room.n_gt_max)
        return SKR_OK;
    /* Not an array that doubles: a million samples need no second million. */
    uint8_t *gt = realloc(vcf->room.gt, n_bytes + 16);
    if (gt == NULL)
        return skr_fail_nomem(err, vcf->where.name);
    vcf->room.gt = gt;
    vcf->room.n_gt_max = n_bytes;
    return SKR_OK;
}

int skr_vcf_room_facts(skr_vcf *vcf, skr_err *err)
{
    if (vcf->room.ad != NULL)
        return SKR_OK;
    size_t n = vcf->samples.n;
    for (size_t i = 0; i < SKR_N_GATE_TAGS; i++) {
        vcf->room.numbers[i] = malloc(n * sizeof(float));
        if (vcf->room.numbers[i] == NULL)
            return skr_fail_nomem(err, vcf->where.name);
    }
    vcf->room.ft = malloc(n);
    vcf->room.ad = malloc(n * sizeof *vcf->room.ad);
    if (vcf->room.ft == NULL || vcf->room.ad == NULL)
        return skr_fail_nomem(err, vcf->where.name);
    return SKR_OK;
}

int skr_vcf_room_ps(skr_vcf *vcf, skr_err *err)
{
    if (vcf->room.ps != NULL)
        return SKR_OK;
    vcf->room.ps = malloc(vcf->samples.n * sizeof *vcf->room.ps);
    return vcf->room.ps == NULL ? skr_fail_nomem(err, vcf->where.name) : SKR_OK;
}

int skr_vcf_room_blocks(skr_vcf *vcf, skr_err *err)
{
    if (vcf->room.len != NULL)
        return SKR_OK;
    vcf->room.len = malloc(vcf->samples.n * sizeof *vcf->room.len);
    vcf->room.missing = malloc(vcf->samples.n);
    return vcf->room.len == NULL || vcf->room.missing == NULL ? skr_fail_nomem(err, vcf->where.name)
                                                              : SKR_OK;
}

int skr_vcf_room_local(skr_vcf *vcf, skr_err *err)
{
    if (vcf->room.local == NULL)
        vcf->room.local = malloc(vcf->samples.n * sizeof *vcf->room.local);
    return vcf->room.local == NULL ? skr_fail_nomem(err, vcf->where.name) : SKR_OK;
}

void skr_vcf_room_done(skr_vcf_room *room)
{
    free(room->alts);
    free(room->svlens);
    free(room->gt);
    for (size_t i = 0; i < SKR_N_GATE_TAGS; i++)
        free(room->numbers[i]);
    free(room->ft);
    free(room->ad);
    free(room->ps);
    free(room->len);
    free(room->missing);
    free(room->local);
}

/* ------------------------------------------------------------------ numbers */

int64_t skr_vcf_int_at(const skr_values *values, uint32_t sample, uint32_t i, int64_t missing)
{
    size_t number = (size_t)sample * values->n_each + i;
    const uint8_t *at = values->values;
    int8_t one;
    int16_t two;
    int32_t four;
    if (at == NULL || values->type == SKR_VALUE_FLOAT || i >= values->n_each)
        return missing;
    switch (values->type) {
    case SKR_VALUE_INT8:
        memcpy(&one, at + number, sizeof one);
        return one <= INT8_MIN + 1 ? missing : one;
    case SKR_VALUE_INT16:
        memcpy(&two, at + 2 * number, sizeof two);
        return two <= INT16_MIN + 1 ? missing : two;
    default:
        memcpy(&four, at + 4 * number, sizeof four);
        return four <= INT32_MIN + 1 ? missing : four;
    }
}

/* ------------------------------------------------------------------ contigs */

/* The letters that the VCF specification allows in the name of a contig; <name> is one too. */
static bool is_contig_name(const char *name, size_t n)
{
    if (n > 2 && name[0] == '<' && name[n - 1] == '>') {
        name++;
        n -= 2;
    }
    if (n == 0 || n > SKR_NAME_MAX || name[0] == '*' || name[0] == '=')
        return false;
    for (size_t i = 0; i < n; i++)
        if (name[i] <= ' ' || name[i] >= 0x7f || strchr("\\,\"`'()[]{}<>", name[i]) != NULL)
            return false;
    return true;
}

int skr_vcf_record_contig(skr_vcf *vcf, const char *name, size_t n, skr_err *err)
{
    if (vcf->last_contig < vcf->contigs.n) {
        const char *last = vcf->contigs.texts[vcf->last_contig];
        if (strncmp(last, name, n) == 0 && last[n] == '\0') {
            vcf->record.contig = vcf->last_contig;
            return SKR_OK;
        }
    }
    if (!is_contig_name(name, n))
        return skr_vcf_fail(vcf, err, "'%.*s' is no name of a contig", (int)(n > 80 ? 80 : n),
                            name);
    if (vcf->contigs.n >= SKR_CONTIGS_MAX)
        return skr_vcf_fail(vcf, err, "more than %u contigs", SKR_CONTIGS_MAX);
    int status = skr_names_add_n(&vcf->contigs, name, n, &vcf->last_contig, NULL, err);
    vcf->record.contig = vcf->last_contig;
    return status;
}
