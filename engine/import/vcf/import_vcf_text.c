/*
 * import_vcf_text.c - VCF text: lines, the header, and the fixed columns of a record.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import/vcf/import_vcf_int.h"
#include "index/contigs/assembly.h"

#define NAME_BYTES 80u /* that a name takes in a map, besides its own */

/* ------------------------------------------------------------------ lines */

/* The present line is longer than n_max. */
static int too_long(const skr_vcf *vcf, size_t n_max, skr_err *err)
{
    if (vcf->has_header)
        return skr_vcf_fail_size(vcf, "the line", n_max, err);
    return skr_vcf_fail_size(vcf, "the header", skr_memory_header(vcf->n_memory), err);
}

int skr_vcf_line(skr_vcf *vcf, char **ret_line, size_t *ret_n, skr_err *err)
{
    size_t n_max = vcf->has_header ? skr_memory_line(vcf->n_memory, vcf->samples.n)
                                   : skr_memory_header(vcf->n_memory) - vcf->n_header;
    uint8_t *from;
    size_t n_left;
    size_t n_looked = 0;
    char *end = NULL;
    for (;;) {
        int status = skr_vcf_bytes_need(vcf, n_looked + 1, &from, &n_left, err);
        if (status < 0)
            return status;
        if (n_left == 0) {
            *ret_line = NULL;
            return skr_vcf_bytes_check_end(vcf, err);
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
    vcf->n_header += vcf->has_header ? 0 : n;
    vcf->bytes_at += n + (*end == '\n' ? 1 : 0);
    vcf->n_lines++;
    *end = '\0';
    if (n > 0 && line[n - 1] == '\r')
        line[--n] = '\0';
    if (memchr(line, '\0', n) != NULL)
        return skr_fail(err, SKR_ERR_INPUT, "%s, line %llu: holds a NUL byte", vcf->name,
                        (unsigned long long)vcf->n_lines);
    *ret_line = line;
    *ret_n = n;
    return SKR_OK;
}

/* ------------------------------------------------------------------ the header */

/* The value of key within "<ID=1,length=5>", and its length; NULL when it is not there. */
static const char *value_of(const char *line, const char *key, size_t *ret_n)
{
    size_t n_key = strlen(key);
    bool is_quoted = false;
    const char *at = strchr(line, '<');
    for (; at != NULL && *at != '\0'; at++) {
        if (*at == '"')
            is_quoted = !is_quoted;
        if (is_quoted || (*at != '<' && *at != ','))
            continue;
        if (strncmp(at + 1, key, n_key) == 0 && at[1 + n_key] == '=') {
            at += n_key + 2;
            *ret_n = strcspn(at, ",>");
            return at;
        }
    }
    return NULL;
}

/* Hints kept of one header: many contigs say the same. */
#define HINTS_MAX 64u

/* "KEY=VALUE", if the value names an assembly. */
static int add_hint(skr_vcf *vcf, const char *key, const char *value, size_t n, skr_err *err)
{
    char text[512];
    uint32_t number;
    int n_text = snprintf(text, sizeof text, "%s=%.*s", key, (int)(n < 400 ? n : 400), value);
    if (vcf->hints.n >= HINTS_MAX || skr_build_hint(strchr(text, '=') + 1) == NULL)
        return SKR_OK;
    return skr_name_map_add(&vcf->hints, text, (size_t)n_text, &number, NULL, err);
}

int skr_vcf_note_hint(skr_vcf *vcf, const char *line, skr_err *err)
{
    size_t n;
    const char *value = NULL;
    if (strncmp(line, "##contig=", 9) == 0) {
        value = value_of(line, "assembly", &n);
        return value == NULL ? SKR_OK : add_hint(vcf, "assembly", value, n, err);
    }
    if (strncmp(line, "##reference=", 12) != 0)
        return SKR_OK;
    n = strcspn(line + 12, "\r\n");
    return add_hint(vcf, "reference", line + 12, n, err);
}

static int header_contig(skr_vcf *vcf, const char *line, skr_err *err)
{
    size_t n_id;
    size_t n_length;
    const char *id = value_of(line, "ID", &n_id);
    const char *length = value_of(line, "length", &n_length);
    if (id == NULL || length == NULL || !isdigit((unsigned char)*length))
        return SKR_OK;
    unsigned long long value = strtoull(length, NULL, 10);
    int status = skr_vcf_declare(vcf, n_id + NAME_BYTES, err);
    if (status < 0)
        return status;
    return skr_vcf_add_contig(vcf, id, n_id, value > SKR_CONTIG_LENGTH_MAX ? 0 : (uint32_t)value,
                              err);
}

static int header_format(skr_vcf *vcf, const char *line, skr_err *err)
{
    size_t n_id;
    size_t n_type;
    uint32_t number;
    const char *id = value_of(line, "ID", &n_id);
    const char *type = value_of(line, "Type", &n_type);
    if (id == NULL || type == NULL || (n_id == 2 && memcmp(id, "GT", 2) == 0))
        return SKR_OK;
    if (!(n_type == 7 && memcmp(type, "Integer", 7) == 0) &&
        !(n_type == 5 && memcmp(type, "Float", 5) == 0))
        return SKR_OK;
    int status = skr_vcf_declare(vcf, n_id + NAME_BYTES, err);
    if (status < 0)
        return status;
    return skr_name_map_add(&vcf->numeric_tags, id, n_id, &number, NULL, err);
}

int skr_vcf_columns(skr_vcf *vcf, const char *line, skr_err *err)
{
    static const char fixed[] = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
    size_t n_fixed = sizeof fixed - 1;
    if (strncmp(line, fixed, n_fixed) != 0 || (line[n_fixed] != '\0' && line[n_fixed] != '\t'))
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s, line %llu: the line that begins with #CHROM must name the columns "
                        "CHROM POS ID REF ALT QUAL FILTER INFO FORMAT and the samples, with tabs",
                        vcf->name, (unsigned long long)vcf->n_lines);
    if (line[n_fixed] == '\0')
        return SKR_OK;
    const char *at = line + n_fixed + 1;
    size_t n = strcspn(at, "\t");
    if (n != 6 || memcmp(at, "FORMAT", 6) != 0)
        return skr_fail(err, SKR_ERR_INPUT, "%s, line %llu: column 9 must be FORMAT", vcf->name,
                        (unsigned long long)vcf->n_lines);
    at += n;
    while (*at == '\t') {
        at++;
        n = strcspn(at, "\t");
        int status = skr_vcf_add_sample(vcf, at, n, err);
        if (status < 0)
            return status;
        at += n;
    }
    return SKR_OK;
}

unsigned skr_vcf_version_of(const char *text)
{
    unsigned major = 0;
    unsigned minor = 0;
    if (sscanf(text, "VCFv%2u.%2u", &major, &minor) != 2)
        return 0;
    return 100 * major + minor;
}

int skr_vcf_text_header(skr_vcf *vcf, skr_err *err)
{
    char *line;
    for (;;) {
        size_t n;
        int status = skr_vcf_line(vcf, &line, &n, err);
        if (status < 0)
            return status;
        if (line == NULL || (n > 0 && line[0] != '#' && vcf->n_lines > 1))
            return skr_fail(err, SKR_ERR_INPUT,
                            "%s: the header has no line that begins with #CHROM", vcf->name);
        if (strncmp(line, "##fileformat=", 13) == 0)
            vcf->version = skr_vcf_version_of(line + 13);
        else if (strncmp(line, "##contig=", 9) == 0)
            status = header_contig(vcf, line, err);
        else if (strncmp(line, "##FORMAT=", 9) == 0)
            status = header_format(vcf, line, err);
        else if (strncmp(line, "##GVCFBlock", 11) == 0)
            vcf->is_gvcf = true;
        else if (line[0] == '#' && line[1] != '#')
            break;
        if (status == SKR_OK)
            status = skr_vcf_note_hint(vcf, line, err);
        if (status < 0)
            return status;
    }
    int status = skr_vcf_columns(vcf, line, err);
    vcf->has_header = true;
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
        int status = skr_vcf_room_alts(vcf, n_alts + 1, err);
        if (status < 0)
            return status;
        vcf->alts[n_alts++] = at;
        if (is_last)
            break;
        at += n_here + 1;
    }
    vcf->record.alts = vcf->alts;
    vcf->record.n_alts = n_alts;
    return SKR_OK;
}

static int parse_svlens(skr_vcf *vcf, const char *text, skr_err *err)
{
    uint32_t n = 0;
    for (const char *at = text;; at++) {
        int status = skr_vcf_room_svlens(vcf, n + 1, err);
        if (status < 0)
            return status;
        char *end;
        long long value = strtoll(at, &end, 10);
        bool is_number = end != at && (*end == ',' || *end == ';' || *end == '\0');
        vcf->svlens[n++] = is_number ? value : 0;
        at += strcspn(at, ",;");
        if (*at != ',')
            break;
    }
    vcf->record.svlens = vcf->svlens;
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

/* END, END2, SVLEN and CHR2. */
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
            int status = parse_svlens(vcf, at + 6, err);
            if (status < 0)
                return status;
        } else if (*at == 'C' && strncmp(at, "CHR2=", 5) == 0) {
            take_text(at + 5, &record->chr2, &record->n_chr2);
        }
        at += strcspn(at, ";");
        if (*at == '\0')
            return SKR_OK;
    }
}

int skr_vcf_text_record(skr_vcf *vcf, char *line, size_t n, skr_err *err)
{
    char *column[8]; /* CHROM POS ID REF ALT QUAL FILTER INFO */
    size_t n_column[8];
    char *end = line + n;
    char *at = line;
    if (line[0] == '#')
        return skr_vcf_fail(vcf, err, "a header line among the records");
    for (int i = 0; i < 8; i++) {
        char *tab = memchr(at, '\t', (size_t)(end - at));
        if (tab == NULL)
            return skr_vcf_fail(vcf, err, "%d columns, but the header has %u", i + 1,
                                9 + vcf->samples.n);
        column[i] = at;
        n_column[i] = (size_t)(tab - at);
        *tab = '\0';
        at = tab + 1;
    }
    int status = skr_vcf_set_contig(vcf, column[0], n_column[0], err);
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
    if (status < 0)
        return status;
    vcf->record.ref = column[3];
    vcf->record.filter = skr_gate_filter(vcf->gate, column[6], n_column[6]);
    return skr_vcf_text_samples(vcf, at, (size_t)(end - at), err);
}
