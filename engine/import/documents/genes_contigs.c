/*
 * genes_contigs.c - what a file of genes says of its assembly, and its contigs' names.
 */
#include "engine/import/documents/genes_contigs.h"

#include <stdio.h>
#include <string.h>

#include "index/contigs/contig.h"
#include "storage/base/limits.h"

/* Comments whose text names the assembly. */
static const char *const telling[] = {"#!genome-build", "#!genome-version", "##genome-build",
                                      "#!assembly",     "##assembly",       "##description:"};

/* ##sequence-region NAME FIRST LAST: a whole contig, if it begins with its first base. */
static int read_region(skr_genes_reader *reader, const char *line)
{
    char name[SKR_NAME_MAX + 1];
    char canonical[SKR_NAME_MAX + 1];
    unsigned long first;
    unsigned long last;
    const skr_build *other = NULL;
    uint32_t number;
    if (sscanf(line, "##sequence-region %255s %10lu %10lu", name, &first, &last) != 3 ||
        first != 1 || last > SKR_CONTIG_LENGTH_MAX)
        return SKR_OK;
    if (skr_contig_canonical(reader->build, name, canonical, sizeof canonical, reader->err) < 0)
        return skr_lines_fail(&reader->lines, reader->err, "%s", reader->err->message);
    const char *meaning = skr_contig_numbered(reader->build, canonical);
    const char *contig = meaning != NULL ? meaning : canonical;
    const skr_chromosome *own = skr_assembly_build_chromosome(reader->build, contig);
    skr_length_says says = skr_assembly_length_judge(reader->build, contig, (uint32_t)last, &other);
    if (says == SKR_LENGTH_OTHER && own != NULL)
        return skr_lines_fail(&reader->lines, reader->err,
                              "contig %s is %lu long, which is assembly %s; these genes are to be "
                              "of %s, where it is %u",
                              contig, last, other->name, reader->build->name, own->length);
    if (meaning == NULL || own->length != last)
        return SKR_OK;
    return skr_names_add(reader->proven, name, &number, reader->err);
}

int skr_genes_contigs_comment(skr_genes_reader *reader, const char *line)
{
    if (strncmp(line, "##sequence-region", 17) == 0)
        return read_region(reader, line);
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++) {
        size_t n = strlen(telling[i]);
        if (strncmp(line, telling[i], n) != 0)
            continue;
        const skr_build *said = skr_assembly_build_hint(line + n);
        if (said != NULL && reader->build != NULL && said != reader->build)
            return skr_lines_fail(&reader->lines, reader->err,
                                  "'%.200s' is assembly %s; these genes are to be of %s", line,
                                  said->name, reader->build->name);
    }
    return SKR_OK;
}

int skr_genes_contigs_find(skr_genes_reader *reader, const char *written, const char **ret_name)
{
    char canonical[SKR_NAME_MAX + 1];
    uint32_t number;
    if (reader->last_contig != NULL && strcmp(reader->last_written, written) == 0) {
        *ret_name = reader->last_contig;
        return SKR_OK;
    }
    if (skr_contig_canonical(reader->build, written, canonical, sizeof canonical, reader->err) < 0)
        return skr_lines_fail(&reader->lines, reader->err, "%s", reader->err->message);
    const char *meaning = skr_contig_numbered(reader->build, canonical);
    if (meaning != NULL && skr_names_find(reader->proven, written) == SKR_NONE)
        return skr_lines_fail(&reader->lines, reader->err,
                              "%s has no contig %s; if it is %s, as some programs write it, call "
                              "it so",
                              reader->build->name, written, meaning);
    SKR_TRY(
        skr_names_add(reader->texts, meaning != NULL ? meaning : canonical, &number, reader->err));
    (void)snprintf(reader->last_written, sizeof reader->last_written, "%s", written);
    reader->last_contig = skr_names_at(reader->texts, number);
    *ret_name = reader->last_contig;
    return SKR_OK;
}
