/*
 * vcf_text.c - VCF text: lines, the header, and the fixed columns of a record.
 */
#include "engine/import/vcf/vcf_text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import/vcf/vcf_cells.h"
#include "engine/import/vcf/vcf_header.h"
#include "engine/import/vcf/vcf_record.h"

/* ------------------------------------------------------------------ lines */

/* The present line is longer than n_max. */
static int too_long(const skr_vcf *vcf, size_t n_max, skr_err *err)
{
    if (vcf->header.is_read)
        return skr_vcf_fail_size(vcf, "the line", n_max, err);
    return skr_vcf_fail_size(vcf, "the header", skr_import_memory_header(vcf->n_memory), err);
}

/* One line of text without its end, NUL-terminated. *ret_line NULL: the end. */
static int next_line(skr_vcf *vcf, char **ret_line, size_t *ret_n, skr_err *err)
{
    size_t n_max = vcf->header.is_read
                       ? skr_import_memory_line(vcf->n_memory, vcf->samples.n)
                       : skr_import_memory_header(vcf->n_memory) - vcf->header.n_bytes;
    uint8_t *from;
    size_t n_left;
    size_t n_looked = 0;
    char *end = NULL;
    for (;;) {
        SKR_TRY(skr_vcf_bytes_need(&vcf->bytes, n_looked + 1, &from, &n_left, err));
        if (n_left == 0) {
            *ret_line = NULL;
            return skr_vcf_bytes_check_end(&vcf->bytes, err);
        }
        end = n_left > n_looked ? memchr(from + n_looked, '\n', n_left - n_looked) : NULL;
        if (end != NULL)
            break;
        if (n_left == n_looked) {
            end = (char *)from + n_left; /* the last line has no end */
            break;
        }
        n_looked = n_left;
        if (n_looked > n_max)
            return too_long(vcf, n_max, err);
    }
    char *line = (char *)from;
    size_t n = (size_t)(end - line);
    if (n > n_max)
        return too_long(vcf, n_max, err);
    vcf->header.n_bytes += vcf->header.is_read ? 0 : n;
    vcf->bytes.at += n + (*end == '\n' ? 1 : 0);
    vcf->where.n_lines++;
    *end = '\0';
    if (n > 0 && line[n - 1] == '\r')
        line[--n] = '\0';
    if (memchr(line, '\0', n) != NULL)
        return skr_fail(err, SKR_ERR_INPUT, "%s, line %llu: holds a NUL byte", vcf->where.name,
                        (unsigned long long)vcf->where.n_lines);
    *ret_line = line;
    *ret_n = n;
    return SKR_OK;
}

/* ------------------------------------------------------------------ the header */

int skr_vcf_text_header(skr_vcf *vcf, skr_err *err)
{
    char *line;
    for (;;) {
        size_t n;
        SKR_TRY(next_line(vcf, &line, &n, err));
        int status = SKR_OK;
        if (line == NULL || (n > 0 && line[0] != '#' && vcf->where.n_lines > 1))
            return skr_fail(err, SKR_ERR_INPUT,
                            "%s: the header has no line that begins with #CHROM", vcf->where.name);
        if (strncmp(line, "##fileformat=", 13) == 0)
            vcf->header.version = skr_vcf_header_version(line + 13);
        else if (strncmp(line, "##contig=", 9) == 0)
            status = skr_vcf_header_read_contig(vcf, line, err);
        else if (strncmp(line, "##FORMAT=", 9) == 0)
            status = skr_vcf_header_read_format(vcf, line, err);
        else if (strncmp(line, "##GVCFBlock", 11) == 0)
            vcf->is_gvcf = true;
        else if (line[0] == '#' && line[1] != '#')
            break;
        if (status == SKR_OK)
            status = skr_vcf_header_read_hint(vcf, line, err);
        if (status != SKR_OK)
            return status;
    }
    int status = skr_vcf_header_read_columns(vcf, line, err);
    vcf->declares_len = skr_names_find(&vcf->header.numeric_tags, "LEN") != SKR_NONE;
    vcf->header.is_read = true;
    return status;
}

/* ------------------------------------------------------------------ a record */

static int parse_pos(skr_vcf *vcf, const char *text, size_t n, skr_err *err)
{
    uint64_t pos1 = 0;
    bool is_number = n > 0 && n <= 18;
    for (size_t i = 0; i < n && is_number; i++) {
        is_number = isdigit((unsigned char)text[i]) != 0;
        pos1 = pos1 * 10 + (uint64_t)(text[i] - '0');
    }
    if (!is_number)
        return skr_vcf_fail(vcf, err, "POS '%.*s' is no number", (int)(n > 80 ? 80 : n), text);
    if (pos1 > SKR_CONTIG_LENGTH_MAX)
        return skr_vcf_fail(vcf, err, "POS %llu lies beyond %u, the largest place there is",
                            (unsigned long long)pos1, SKR_CONTIG_LENGTH_MAX);
    vcf->record.pos1 = (uint32_t)pos1;
    return SKR_OK;
}

/* Cuts ALT at its commas, in place. */
static int parse_alts(skr_vcf *vcf, char *text, size_t n, skr_err *err)
{
    if (n == 0)
        return skr_vcf_fail(vcf, err, "ALT is empty; '.' says that there is none");
    if (n == 1 && *text == '.')
        return SKR_OK;
    uint32_t n_alts = 0;
    for (char *at = text;;) {
        size_t n_here = strcspn(at, ",");
        bool is_last = at[n_here] == '\0';
        at[n_here] = '\0';
        if (n_here == 0)
            return skr_vcf_fail(vcf, err, "ALT number %u is empty", n_alts + 1);
        SKR_TRY(skr_vcf_room_alts(vcf, n_alts + 1, err));
        vcf->room.alts[n_alts++] = at;
        if (is_last)
            break;
        at += n_here + 1;
    }
    vcf->record.alts = vcf->room.alts;
    vcf->record.n_alts = n_alts;
    return SKR_OK;
}

static int parse_svlens(skr_vcf *vcf, const char *text, skr_err *err)
{
    uint32_t n = 0;
    for (const char *at = text;; at++) {
        SKR_TRY(skr_vcf_room_svlens(vcf, n + 1, err));
        char *end;
        long long value = strtoll(at, &end, 10);
        bool is_number = end != at && (*end == ',' || *end == ';' || *end == '\0');
        vcf->room.svlens[n++] = is_number ? value : 0;
        at += strcspn(at, ",;");
        if (*at != ',')
            break;
    }
    vcf->record.svlens = vcf->room.svlens;
    vcf->record.n_svlens = n;
    return SKR_OK;
}

/* The text of a field, "." as nothing. */
static void take_text(const char *at, const char **ret_text, uint32_t *ret_n)
{
    size_t n = strcspn(at, ";");
    bool is_missing = n == 0 || (n == 1 && *at == '.') || n > SKR_NAME_MAX;
    *ret_text = is_missing ? NULL : at;
    *ret_n = is_missing ? 0 : (uint32_t)n;
}

/* The number of a field, NAN when it has none. */
static float take_number(const char *at)
{
    return isdigit((unsigned char)*at) ? strtof(at, NULL) : NAN;
}

/* A field of annotations, of a file that is read for them. */
static void parse_note(skr_vcf *vcf, const char *at)
{
    for (int i = 0; i < SKR_VCF_N_NOTES; i++) {
        const char *tag = skr_vcf_note_tag((skr_vcf_note)i);
        size_t n_tag = strlen(tag);
        if (strncmp(at, tag, n_tag) != 0 || at[n_tag] != '=' || vcf->record.notes[i] != NULL)
            continue;
        vcf->record.notes[i] = at + n_tag + 1;
        vcf->record.n_notes[i] = (uint32_t)strcspn(at + n_tag + 1, ";");
        return;
    }
}

/* END, END2, SVLEN and CHR2; of one sample the depth of a block. */
static int parse_info(skr_vcf *vcf, const char *text, skr_err *err)
{
    skr_vcf_record *record = &vcf->record;
    for (const char *at = text;; at++) {
        if (*at == 'E' && strncmp(at, "END=", 4) == 0 && isdigit((unsigned char)at[4])) {
            record->has_end = true;
            record->end1 = strtoull(at + 4, NULL, 10);
        } else if (*at == 'E' && strncmp(at, "END2=", 5) == 0 && isdigit((unsigned char)at[5])) {
            record->end2_pos1 = strtoull(at + 5, NULL, 10);
        } else if (*at == 'S' && strncmp(at, "SVLEN=", 6) == 0) {
            SKR_TRY(parse_svlens(vcf, at + 6, err));
        } else if (*at == 'C' && strncmp(at, "CHR2=", 5) == 0) {
            take_text(at + 5, &record->chr2, &record->n_chr2);
        } else if (*at == 'D' && strncmp(at, "DP=", 3) == 0 && vcf->samples.n == 1) {
            vcf->info_dp = take_number(at + 3);
        } else if (*at == 'M' && strncmp(at, "MIN_DP=", 7) == 0 && vcf->samples.n == 1) {
            vcf->info_min_dp = take_number(at + 7);
        }
        if (vcf->is_for_notes)
            parse_note(vcf, at);
        at += strcspn(at, ";");
        if (*at == '\0')
            return SKR_OK;
    }
}

/* Reads a line as a record. */
static int parse_line(skr_vcf *vcf, char *line, size_t n, skr_err *err)
{
    char *column[8]; /* CHROM POS ID REF ALT QUAL FILTER INFO */
    size_t n_column[8];
    char *end = line + n;
    char *at = line;
    if (line[0] == '#')
        return skr_vcf_fail(vcf, err, "a header line among the records");
    for (int i = 0; i < 8; i++) {
        char *tab = memchr(at, '\t', (size_t)(end - at));
        if (tab == NULL && i == 7 && vcf->is_for_notes && vcf->samples.n == 0)
            tab = end; /* which is a NUL */
        if (tab == NULL)
            return skr_vcf_fail(vcf, err, "%d columns, but the header has %u", i + 1,
                                9 + vcf->samples.n);
        column[i] = at;
        n_column[i] = (size_t)(tab - at);
        *tab = '\0';
        at = tab == end ? end : tab + 1;
    }
    int status = skr_vcf_record_contig(vcf, column[0], n_column[0], err);
    if (status == SKR_OK)
        status = parse_pos(vcf, column[1], n_column[1], err);
    if (status == SKR_OK && n_column[3] == 0)
        status = skr_vcf_fail(vcf, err, "REF is empty");
    if (status == SKR_OK && n_column[3] > SKR_ALLELE_MAX)
        status = skr_vcf_fail(vcf, err, "REF is longer than %u bases", SKR_ALLELE_MAX);
    if (status == SKR_OK)
        status = parse_alts(vcf, column[4], n_column[4], err);
    if (status == SKR_OK)
        status = parse_info(vcf, column[7], err);
    if (status != SKR_OK)
        return status;
    vcf->record.ref = column[3];
    vcf->record.id = vcf->is_for_notes ? column[2] : NULL;
    vcf->record.n_id = vcf->is_for_notes ? (uint32_t)n_column[2] : 0;
    vcf->record.filter = skr_gate_filter(vcf->gate, column[6], n_column[6]);
    return vcf->is_for_notes ? SKR_OK : skr_vcf_cells_read(vcf, at, (size_t)(end - at), err);
}

int skr_vcf_text_record(skr_vcf *vcf, bool *ret_is_end, skr_err *err)
{
    for (;;) {
        char *line;
        size_t n;
        SKR_TRY(next_line(vcf, &line, &n, err));
        *ret_is_end = line == NULL;
        if (line == NULL)
            return SKR_OK;
        if (n > 0)
            return parse_line(vcf, line, n, err);
    }
}
