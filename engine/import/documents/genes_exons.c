/*
 * genes_exons.c - genes from the exons of transcripts that have no line of their own.
 *
 * The exons of a transcript are put together place by place: those on one contig and strand are one
 * place, from the first base to the last, introns included; where the number of an exon comes again
 * after all that the place has so far, another place begins. What lies between two places of a
 * transcript is not in its gene. The order of the lines says nothing.
 */
#include "engine/import/documents/genes_exons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/limits.h"

/* Numbers of exons above this one are as if nobody had said them. */
#define NUMBER_MAX 65535u

struct skr_genes_exon {
    const char *name; /* of the gene; texts are the reader's */
    const char *id;
    const char *contig;
    uint32_t transcript; /* number in texts */
    uint32_t contig_number;
    uint32_t start0;
    uint32_t end0;
    uint32_t number; /* 0: not said */
    char strand;
};

/* ------------------------------------------------------------------ what has lines of its own */

typedef enum whole_kind {
    GENE_ID = 'g',
    GENE_NAME = 'n',
    TRANSCRIPT = 't',
} whole_kind;

static void key_of(whole_kind kind, const char *text, char key[SKR_NAME_MAX + 2])
{
    (void)snprintf(key, SKR_NAME_MAX + 2, "%c%s", (char)kind, text);
}

static int add_whole(skr_genes_reader *reader, whole_kind kind, const char *text)
{
    char key[SKR_NAME_MAX + 2];
    uint32_t number;
    if (text[0] == '\0')
        return SKR_OK;
    key_of(kind, text, key);
    return skr_names_add(reader->wholes, key, &number, reader->err);
}

static bool is_whole(const skr_genes_reader *reader, whole_kind kind, const char *text)
{
    char key[SKR_NAME_MAX + 2];
    if (text[0] == '\0')
        return false;
    key_of(kind, text, key);
    return skr_names_find(reader->wholes, key) != SKR_NONE;
}

/* Does a line of its own speak for an exon? */
static bool is_spoken_for(const skr_genes_reader *reader, const char *name, const char *id,
                          const char *transcript)
{
    return is_whole(reader, TRANSCRIPT, transcript) ||
           (id[0] != '\0' ? is_whole(reader, GENE_ID, id) : is_whole(reader, GENE_NAME, name));
}

int skr_genes_exons_begin(skr_genes_reader *reader)
{
    skr_names_free(reader->wholes);
    reader->wholes = NULL;
    reader->n_exons = 0;
    return skr_names_new(&reader->wholes, reader->err);
}

int skr_genes_exons_add_whole(skr_genes_reader *reader, const char *name, const char *id,
                              const char *transcript)
{
    if (transcript[0] != '\0')
        return add_whole(reader, TRANSCRIPT, transcript);
    SKR_TRY(add_whole(reader, GENE_ID, id));
    return add_whole(reader, GENE_NAME, name);
}

/* ------------------------------------------------------------------ exons */

/* A text that lives as long as the reader, and its number. */
static int keep(skr_genes_reader *reader, const char *text, const char **ret_text,
                uint32_t *ret_number)
{
    int status = skr_names_add(reader->texts, text, ret_number, reader->err);
    if (status == SKR_OK)
        *ret_text = skr_names_at(reader->texts, *ret_number);
    return status;
}

static int make_room(skr_genes_reader *reader)
{
    return SKR_ARRAY_RESERVE(&reader->exons, &reader->n_exons_max, reader->n_exons + 1, "exons",
                             reader->err);
}

int skr_genes_exons_add(skr_genes_reader *reader, const skr_genes_line *line)
{
    skr_genes_exon exon = {.strand = line->strand};
    const char *transcript;
    uint32_t number;
    uint64_t said;
    if (is_spoken_for(reader, line->name, line->id, line->transcript))
        return SKR_OK;
    if (skr_genes_reader_number(line->exon_number, &said) && said <= NUMBER_MAX)
        exon.number = (uint32_t)said;
    int status =
        skr_genes_reader_range(reader, line->start, line->end, 1, &exon.start0, &exon.end0);
    if (status == SKR_OK)
        status = make_room(reader);
    if (status == SKR_OK)
        status = keep(reader, line->name, &exon.name, &number);
    if (status == SKR_OK)
        status = keep(reader, line->id, &exon.id, &number);
    if (status == SKR_OK)
        status = keep(reader, line->contig, &exon.contig, &exon.contig_number);
    if (status == SKR_OK)
        status = keep(reader, line->transcript, &transcript, &exon.transcript);
    if (status == SKR_OK)
        reader->exons[reader->n_exons++] = exon;
    return status;
}

/* ------------------------------------------------------------------ places */

static int compare_numbers(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

/* By transcript, contig and strand: what one place has; then along the contig. */
static int compare_exons(const void *a, const void *b)
{
    const skr_genes_exon *left = a;
    const skr_genes_exon *right = b;
    int order = compare_numbers(left->transcript, right->transcript);
    order = order != 0 ? order : compare_numbers(left->contig_number, right->contig_number);
    order = order != 0 ? order : left->strand - right->strand;
    order = order != 0 ? order : compare_numbers(left->start0, right->start0);
    order = order != 0 ? order : compare_numbers(left->end0, right->end0);
    return order != 0 ? order : compare_numbers(left->number, right->number);
}

static bool is_same_group(const skr_genes_exon *a, const skr_genes_exon *b)
{
    return a->transcript == b->transcript && a->contig_number == b->contig_number &&
           a->strand == b->strand;
}

/* Adds the place that begins with an exon; returns how many exons it has. `seen` is by number. */
static size_t take_place(const skr_genes_exon *exons, size_t n, uint8_t *seen, uint32_t *ret_end0)
{
    uint32_t end0 = exons->end0;
    size_t n_here = 0;
    for (; n_here < n && is_same_group(&exons[n_here], exons); n_here++) {
        const skr_genes_exon *exon = &exons[n_here];
        if (exon->number > 0 && seen[exon->number] && exon->start0 >= end0)
            break;
        seen[exon->number] = 1;
        end0 = exon->end0 > end0 ? exon->end0 : end0;
    }
    for (size_t i = 0; i < n_here; i++)
        seen[exons[i].number] = 0;
    *ret_end0 = end0;
    return n_here;
}

int skr_genes_exons_end(skr_genes_reader *reader)
{
    uint8_t *seen = calloc(NUMBER_MAX + 1, 1);
    int status = seen == NULL ? skr_fail_nomem(reader->err, "genes") : SKR_OK;
    if (reader->n_exons > 0)
        qsort(reader->exons, reader->n_exons, sizeof *reader->exons, compare_exons);
    for (size_t i = 0; i < reader->n_exons && status == SKR_OK;) {
        const skr_genes_exon *first = &reader->exons[i];
        const char *transcript = skr_names_at(reader->texts, first->transcript);
        uint32_t end0;
        i += take_place(first, reader->n_exons - i, seen, &end0);
        if (!is_spoken_for(reader, first->name, first->id, transcript))
            status = skr_genes_reader_add(reader, first->name, first->id, first->contig,
                                          first->start0, end0);
    }
    free(seen);
    return status;
}
