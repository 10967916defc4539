/*
 * import_genes_features.c - genes from the lines of GTF and GFF3.
 *
 * A line that is a gene or a transcript gives its range. Some GTF files have exons alone: their
 * transcripts are put together from them.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/import_genes_int.h"
#include "storage/base/limits.h"

/* What the ninth column says; empty when it does not. */
typedef struct attributes {
    char *name;
    char *id;
    char *transcript;
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
    char *own_id = no_text;
    char *own_name = no_text;
    *found = (attributes){no_text, no_text, no_text};
    while (next_attribute(&text, &key, &value)) {
        decode_percent(value);
        if (strcmp(key, "gene_name") == 0 || (strcmp(key, "gene") == 0 && found->name[0] == '\0'))
            found->name = value;
        else if (strcmp(key, "gene_id") == 0)
            found->id = value;
        else if (strcmp(key, "transcript_id") == 0)
            found->transcript = value;
        else if (strcmp(key, "ID") == 0)
            own_id = value;
        else if (strcmp(key, "Name") == 0)
            own_name = value;
    }
    if (found->name[0] == '\0')
        found->name = own_name;
    /* "gene:ENSG..." is Ensembl's; "gene-RYR1" of RefSeq only repeats the name. */
    if (found->id[0] == '\0' && strncmp(own_id, "gene:", 5) == 0)
        found->id = own_id + 5;
    else if (found->id[0] == '\0' && strncmp(own_id, "gene-", 5) != 0)
        found->id = own_id;
    if (found->name[0] == '\0' && strncmp(own_id, "gene-", 5) == 0)
        found->name = own_id + 5;
}

void skr_genes_begin_features(skr_genes_reader *reader)
{
    skr_names_free(reader->transcripts);
    reader->transcripts = NULL;
    reader->has_whole = false;
}

/* A text of the line, kept with the reader's. */
static int keep(skr_genes_reader *reader, const char *text, const char **ret_text)
{
    uint32_t number;
    int status = skr_names_add(reader->texts, text, &number, reader->err);
    if (status == SKR_OK)
        *ret_text = skr_names_at(reader->texts, number);
    return status;
}

static int grow_parts(skr_genes_reader *reader, uint32_t number)
{
    if (number < reader->n_parts_max)
        return SKR_OK;
    uint32_t n_max = number + number / 2 + 64;
    skr_genes_part *parts = realloc(reader->parts, n_max * sizeof *parts);
    if (parts == NULL)
        return skr_fail(reader->err, SKR_ERR_NOMEM, "genes: out of memory");
    reader->parts = parts;
    reader->n_parts_max = n_max;
    return SKR_OK;
}

static int add_exon(skr_genes_reader *reader, const attributes *said, const char *contig,
                    uint32_t start0, uint32_t end0)
{
    uint32_t number;
    int status = SKR_OK;
    if (reader->transcripts == NULL)
        status = skr_names_new(&reader->transcripts, reader->err);
    if (status < 0)
        return status;
    uint32_t n_before = skr_names_count(reader->transcripts);
    status = skr_names_add(reader->transcripts, said->transcript, &number, reader->err);
    if (status == SKR_OK)
        status = grow_parts(reader, number);
    if (status < 0)
        return status;
    skr_genes_part *part = &reader->parts[number];
    if (number < n_before && strcmp(part->contig, contig) == 0) {
        part->start0 = start0 < part->start0 ? start0 : part->start0;
        part->end0 = end0 > part->end0 ? end0 : part->end0;
        return SKR_OK;
    }
    if (number < n_before) /* the same transcript elsewhere: what there was is a range of its own */
        status =
            skr_reader_gene(reader, part->name, part->id, part->contig, part->start0, part->end0);
    *part = (skr_genes_part){.start0 = start0, .end0 = end0};
    if (status == SKR_OK)
        status = keep(reader, said->name, &part->name);
    if (status == SKR_OK)
        status = keep(reader, said->id, &part->id);
    if (status == SKR_OK)
        status = keep(reader, contig, &part->contig);
    return status;
}

int skr_genes_read_feature(skr_genes_reader *reader, char **fields, size_t n)
{
    attributes said;
    uint32_t start0;
    uint32_t end0;
    if (n != 9)
        return skr_lines_fail(&reader->lines, reader->err, "%zu columns where 9 are due", n);
    const char *type = fields[2];
    size_t n_type = strlen(type);
    bool is_gene = n_type >= 4 && strcasecmp(type + n_type - 4, "gene") == 0;
    bool is_transcript = strcmp(type, "transcript") == 0;
    bool is_exon = strcmp(type, "exon") == 0;
    if (!is_gene && !is_transcript && (!is_exon || reader->has_whole))
        return SKR_OK;
    int status = skr_genes_range(reader, fields[3], fields[4], 1, &start0, &end0);
    if (status < 0)
        return status;
    read_attributes(fields[8], &said);
    if (strlen(fields[0]) > SKR_NAME_MAX)
        return skr_lines_fail(&reader->lines, reader->err, "a name of more than %u bytes",
                              SKR_NAME_MAX);
    if (is_exon)
        return said.transcript[0] == '\0' || said.id[0] == '\0'
                   ? SKR_OK
                   : add_exon(reader, &said, fields[0], start0, end0);
    /* In GFF3 a transcript names its gene by Parent, which the gene's own line says better. */
    bool is_named = said.transcript[0] == '\0' || strcmp(said.id, said.transcript) != 0;
    if (is_transcript && (!is_named || said.id[0] == '\0' || said.transcript[0] == '\0'))
        return SKR_OK;
    reader->has_whole = true;
    return skr_reader_gene(reader, said.name, said.id, fields[0], start0, end0);
}

int skr_genes_end_features(skr_genes_reader *reader)
{
    uint32_t n =
        reader->transcripts == NULL || reader->has_whole ? 0 : skr_names_count(reader->transcripts);
    int status = SKR_OK;
    for (uint32_t i = 0; status == SKR_OK && i < n; i++) {
        const skr_genes_part *part = &reader->parts[i];
        status =
            skr_reader_gene(reader, part->name, part->id, part->contig, part->start0, part->end0);
    }
    return status;
}
