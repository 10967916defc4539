/*
 * vcf_header.c - what the lines of a header say; the text of BCF's header has the same.
 */
#include "engine/import/vcf/vcf_header.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/vcf/vcf_record.h"
#include "index/contigs/assembly.h"
#include "storage/base/array.h"

#define NAME_BYTES 80u /* that a name takes in a map, besides its own */

/* Hints kept of one header: many contigs say the same. */
#define HINTS_MAX 64u

int skr_vcf_header_declare(skr_vcf *vcf, size_t n, skr_err *err)
{
    size_t n_max = skr_import_memory_declared(vcf->n_memory);
    vcf->header.n_declared += n;
    if (vcf->header.n_declared <= n_max)
        return SKR_OK;
    return skr_vcf_fail_size(vcf, "what the header declares", n_max, err);
}

/* Adds a sample column. */
static int add_sample(skr_vcf *vcf, const char *name, size_t n, skr_err *err)
{
    uint32_t number;
    bool is_new;
    if (n == 0)
        return skr_fail(err, SKR_ERR_INPUT, "%s: sample column %u has no name", vcf->where.name,
                        vcf->samples.n + 1);
    if (n > SKR_NAME_MAX)
        return skr_fail(err, SKR_ERR_INPUT, "%s: the name of sample column %u is too long",
                        vcf->where.name, vcf->samples.n + 1);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return skr_fail(err, SKR_ERR_INPUT,
                            "%s: the name of sample column %u has control characters",
                            vcf->where.name, vcf->samples.n + 1);
    SKR_TRY(skr_names_add_n(&vcf->samples, name, n, &number, &is_new, err));
    if (!is_new)
        return skr_fail(err, SKR_ERR_INPUT, "%s: two columns are called '%s': rename one",
                        vcf->where.name, vcf->samples.texts[number]);
    return SKR_OK;
}

int skr_vcf_header_add_contig(skr_vcf *vcf, const char *name, size_t n, uint32_t length,
                              skr_err *err)
{
    uint32_t number;
    if (n == 0 || n > SKR_NAME_MAX || length == 0 || vcf->header.contigs.n >= SKR_CONTIGS_MAX)
        return SKR_OK;
    SKR_TRY(skr_names_add_n(&vcf->header.contigs, name, n, &number, NULL, err));
    SKR_TRY(SKR_ARRAY_RESERVE(&vcf->header.lengths, &vcf->header.n_lengths_max, number + 1u,
                              "the contigs of a header", err));
    vcf->header.lengths[number] = length;
    return SKR_OK;
}

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

/* "KEY=VALUE", if the value names an assembly. */
static int add_hint(skr_vcf *vcf, const char *key, const char *value, size_t n, skr_err *err)
{
    char text[512];
    uint32_t number;
    int n_text = snprintf(text, sizeof text, "%s=%.*s", key, (int)(n < 400 ? n : 400), value);
    if (vcf->header.hints.n >= HINTS_MAX || skr_assembly_build_hint(strchr(text, '=') + 1) == NULL)
        return SKR_OK;
    return skr_names_add_n(&vcf->header.hints, text, (size_t)n_text, &number, NULL, err);
}

/* Notes the caller, if the line names one: the last that does, but ##source is believed least. */
static void read_producer(skr_vcf *vcf, const char *line)
{
    static const struct {
        const char *begin;
        const char *name; /* its version follows; NULL: what follows is the name */
    } known[] = {{"##source=", NULL},
                 {"##GATKCommandLine=<ID=", NULL},
                 {"##DeepVariant_version=", "DeepVariant_"},
                 {"##DRAGENVersion=<ID=dragen,Version=\"SW: ", "DRAGEN_"},
                 {"##bcftools_callVersion=", "bcftools_"}};
    char *to = vcf->header.producer;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n_begin = strlen(known[i].begin);
        if (strncmp(line, known[i].begin, n_begin) != 0 || (i == 0 && *to != '\0'))
            continue;
        size_t n = strspn(line + n_begin, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                          "0123456789._+-");
        (void)snprintf(to, SKR_VCF_PRODUCER_MAX, "%s%.*s",
                       known[i].name != NULL ? known[i].name : "", (int)(n > 32 ? 32 : n),
                       line + n_begin);
    }
}

/* Adds a program of annotation, if the line names one. */
static void read_tool(skr_vcf *vcf, const char *line)
{
    static const struct {
        const char *begin;
        const char *name; /* its version follows */
    } known[] = {{"##VEP=", "VEP"},
                 {"##SnpEffVersion=", "SnpEff"},
                 {"##bcftools_csqVersion=", "bcftools csq"},
                 {"##bcftools/csqVersion=", "bcftools csq"}};
    char *to = vcf->header.tools;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n_begin = strlen(known[i].begin);
        size_t n_to = strlen(to);
        if (strncmp(line, known[i].begin, n_begin) != 0)
            continue;
        const char *version = line + n_begin + strspn(line + n_begin, "\"");
        if (strncmp(version, "SnpEff ", 7) == 0)
            version += 7;
        size_t n = strcspn(version, " \"");
        (void)snprintf(to + n_to, SKR_VCF_TOOLS_MAX - n_to, "%s%s %.*s", n_to > 0 ? "; " : "",
                       known[i].name, (int)(n > 40 ? 40 : n), version);
    }
}

/* Keeps what a line ##INFO says of a field of annotations, and who made them. */
static int read_note(skr_vcf *vcf, const char *line, skr_err *err)
{
    static const char mark[] = "Description=\"";
    size_t n_id = 0;
    read_tool(vcf, line);
    const char *id = strncmp(line, "##INFO=", 7) == 0 ? value_of(line, "ID", &n_id) : NULL;
    const char *description = id == NULL ? NULL : strstr(line, mark);
    for (int i = 0; description != NULL && i < SKR_VCF_N_NOTES; i++) {
        const char *tag = skr_vcf_note_tag((skr_vcf_note)i);
        if (strlen(tag) != n_id || memcmp(tag, id, n_id) != 0)
            continue;
        const char *text = description + sizeof mark - 1;
        SKR_TRY(skr_vcf_header_declare(vcf, strlen(text), err));
        free(vcf->header.notes[i]);
        vcf->header.notes[i] = strndup(text, strcspn(text, "\"\r\n"));
        if (vcf->header.notes[i] == NULL)
            return skr_fail_nomem(err, vcf->where.name);
    }
    return SKR_OK;
}

int skr_vcf_header_read_hint(skr_vcf *vcf, const char *line, skr_err *err)
{
    size_t n;
    const char *value = NULL;
    read_producer(vcf, line);
    if (vcf->is_for_notes)
        SKR_TRY(read_note(vcf, line, err));
    if (strncmp(line, "##contig=", 9) == 0) {
        value = value_of(line, "assembly", &n);
        return value == NULL ? SKR_OK : add_hint(vcf, "assembly", value, n, err);
    }
    if (strncmp(line, "##reference=", 12) != 0)
        return SKR_OK;
    n = strcspn(line + 12, "\r\n");
    return add_hint(vcf, "reference", line + 12, n, err);
}

int skr_vcf_header_read_contig(skr_vcf *vcf, const char *line, skr_err *err)
{
    size_t n_id;
    size_t n_length;
    const char *id = value_of(line, "ID", &n_id);
    const char *length = value_of(line, "length", &n_length);
    if (id == NULL || length == NULL || !isdigit((unsigned char)*length))
        return SKR_OK;
    unsigned long long value = strtoull(length, NULL, 10);
    SKR_TRY(skr_vcf_header_declare(vcf, n_id + NAME_BYTES, err));
    return skr_vcf_header_add_contig(vcf, id, n_id,
                                     value > SKR_CONTIG_LENGTH_MAX ? 0 : (uint32_t)value, err);
}

int skr_vcf_header_read_format(skr_vcf *vcf, const char *line, skr_err *err)
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
    SKR_TRY(skr_vcf_header_declare(vcf, n_id + NAME_BYTES, err));
    return skr_names_add_n(&vcf->header.numeric_tags, id, n_id, &number, NULL, err);
}

int skr_vcf_header_read_columns(skr_vcf *vcf, const char *line, skr_err *err)
{
    static const char fixed[] = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
    size_t n_fixed = sizeof fixed - 1;
    if (strncmp(line, fixed, n_fixed) != 0 || (line[n_fixed] != '\0' && line[n_fixed] != '\t'))
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s, line %llu: the line that begins with #CHROM must name the columns "
                        "CHROM POS ID REF ALT QUAL FILTER INFO FORMAT and the samples, with tabs",
                        vcf->where.name, (unsigned long long)vcf->where.n_lines);
    if (line[n_fixed] == '\0')
        return SKR_OK;
    const char *at = line + n_fixed + 1;
    size_t n = strcspn(at, "\t");
    if (n != 6 || memcmp(at, "FORMAT", 6) != 0)
        return skr_fail(err, SKR_ERR_INPUT, "%s, line %llu: column 9 must be FORMAT",
                        vcf->where.name, (unsigned long long)vcf->where.n_lines);
    at += n;
    while (*at == '\t') {
        at++;
        n = strcspn(at, "\t");
        SKR_TRY(add_sample(vcf, at, n, err));
        at += n;
    }
    return SKR_OK;
}

unsigned skr_vcf_header_version(const char *text)
{
    unsigned major = 0;
    unsigned minor = 0;
    if (sscanf(text, "VCFv%2u.%2u", &major, &minor) != 2)
        return 0;
    return 100 * major + minor;
}
