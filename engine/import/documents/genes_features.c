/*
 * genes_features.c - genes from the lines of GTF and GFF3.
 *
 * A line that is a gene or a transcript gives its range, introns included. Where a file has exons
 * alone, ranges are put together from them.
 */
#include "engine/import/documents/genes_features.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import/documents/genes_exons.h"
#include "storage/base/limits.h"

/* What the ninth column says; empty when it does not. */
typedef struct attributes {
    char *name; /* of the gene */
    char *id;
    char *transcript;
    char *exon_number;
    char *own_id; /* of the line's feature, in GFF3 */
    char *own_name;
    char *parent;
} attributes;

static char no_text[] = "";

/* Cuts the next KEY=VALUE (GFF3) or KEY "VALUE" (GTF) off; false when there is none. */
static bool next_attribute(char **at, char **ret_key, char **ret_value)
{
    char *from = *at;
    while (*from == ' ' || *from == ';')
        from++;
    if (*from == '\0')
        return false;
    char *end = from + strcspn(from, "= ;");
    char *value = end;
    if (*end == '=' || *end == ' ')
        *value++ = '\0';
    *ret_key = from;
    if (*value == '"') {
        char *quote = strchr(value + 1, '"');
        *ret_value = value + 1;
        *at = quote == NULL ? value + strlen(value) : quote + 1;
        if (quote != NULL)
            *quote = '\0';
        return true;
    }
    *ret_value = value;
    *at = value + strcspn(value, ";");
    if (**at != '\0')
        *(*at)++ = '\0';
    return true;
}

/* %2C and the like, in place. */
static void decode_percent(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (from[0] == '%' && isxdigit((unsigned char)from[1]) &&
            isxdigit((unsigned char)from[2])) {
            char hex[3] = {from[1], from[2], '\0'};
            *to++ = (char)strtol(hex, NULL, 16);
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

static void read_attributes(char *text, attributes *found)
{
    char *key;
    char *value;
    *found = (attributes){no_text, no_text, no_text, no_text, no_text, no_text, no_text};
    while (next_attribute(&text, &key, &value)) {
        decode_percent(value);
        if (strcmp(key, "gene_name") == 0 || (strcmp(key, "gene") == 0 && found->name[0] == '\0'))
            found->name = value;
        else if (strcmp(key, "gene_id") == 0)
            found->id = value;
        else if (strcmp(key, "transcript_id") == 0)
            found->transcript = value;
        else if (strcmp(key, "exon_number") == 0)
            found->exon_number = value;
        else if (strcmp(key, "ID") == 0)
            found->own_id = value;
        else if (strcmp(key, "Name") == 0)
            found->own_name = value;
        else if (strcmp(key, "Parent") == 0)
            found->parent = value;
    }
}

/* In GFF3 the line of a gene names it by ID and Name. */
static void name_by_own(attributes *found)
{
    if (found->name[0] == '\0')
        found->name = found->own_name;
    /* "gene:ENSG..." is Ensembl's; "gene-RYR1" of RefSeq only repeats the name. */
    if (found->id[0] == '\0' && strncmp(found->own_id, "gene:", 5) == 0)
        found->id = found->own_id + 5;
    else if (found->id[0] == '\0' && strncmp(found->own_id, "gene-", 5) != 0)
        found->id = found->own_id;
    if (found->name[0] == '\0' && strncmp(found->own_id, "gene-", 5) == 0)
        found->name = found->own_id + 5;
}

/* A line that gives the range of a gene or a transcript. */
static int read_whole(skr_genes_reader *reader, char **fields, attributes *said, bool is_transcript)
{
    uint32_t start0;
    uint32_t end0;
    name_by_own(said);
    SKR_TRY(skr_genes_reader_range(reader, fields[3], fields[4], 1, &start0, &end0));
    /* In GFF3 a transcript names its gene by Parent, which the gene's own line says better. */
    bool is_named = said->transcript[0] == '\0' || strcmp(said->id, said->transcript) != 0;
    if (is_transcript && (!is_named || said->id[0] == '\0' || said->transcript[0] == '\0'))
        return SKR_OK;
    SKR_TRY(skr_genes_reader_add(reader, said->name, said->id, fields[0], start0, end0));
    return skr_genes_exons_add_whole(reader, said->name, said->id,
                                     is_transcript ? said->transcript : "");
}

int skr_genes_features_read(skr_genes_reader *reader, char **fields, size_t n)
{
    attributes said;
    if (n != 9)
        return skr_lines_fail(&reader->lines, reader->err, "%zu columns where 9 are due", n);
    const char *type = fields[2];
    size_t n_type = strlen(type);
    bool is_gene = n_type >= 4 && strcasecmp(type + n_type - 4, "gene") == 0;
    bool is_transcript = strcmp(type, "transcript") == 0;
    if (!is_gene && !is_transcript && strcmp(type, "exon") != 0)
        return SKR_OK;
    read_attributes(fields[8], &said);
    const char *texts[] = {fields[0], said.name, said.id, said.transcript, said.parent};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strlen(texts[i]) > SKR_NAME_MAX)
            return skr_lines_fail(&reader->lines, reader->err, "a name of more than %u bytes",
                                  SKR_NAME_MAX);
    if (is_gene || is_transcript)
        return read_whole(reader, fields, &said, is_transcript);
    skr_genes_line line = {said.name, said.id,   said.transcript, said.exon_number,
                           fields[0], fields[3], fields[4],       fields[6][0]};
    if (line.transcript[0] == '\0')
        line.transcript = said.parent;
    if ((line.name[0] == '\0' && line.id[0] == '\0') || line.transcript[0] == '\0')
        return SKR_OK;
    return skr_genes_exons_add(reader, &line);
}
