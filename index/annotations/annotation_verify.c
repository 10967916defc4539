/*
 * annotation_verify.c - reads a release of annotations whole, and compares its maps with it.
 */
#include <stdlib.h>

#include "index/annotations/annotation_int.h"
#include "storage/base/array.h"
#include "storage/base/limits.h"

/* Is what the map says what is there? Questions pass over chunks by it. */
static bool is_as_mapped(const skr_annotation_map *map, const skr_annotation_chunk *chunk)
{
    uint8_t impacts = 0;
    bool has_proteins = false;
    for (uint32_t i = 0; i < chunk->n_lines; i++) {
        const skr_annotation_line *line = &chunk->lines[i];
        impacts = (uint8_t)(impacts | 1u << line->impact);
        has_proteins = has_proteins || line->n_protein > 0;
        for (uint32_t e = 0; e < line->n_effects; e++) {
            uint32_t effect = chunk->numbers[line->first_effect + e];
            size_t at = skr_array_search_u32(map->effects, map->n_effects, effect);
            if (at == map->n_effects || map->effects[at] != effect)
                return false;
        }
    }
    for (uint32_t i = 0; i < chunk->n; i++)
        for (uint32_t s = 0; s < chunk->alleles[i].n_significances; s++) {
            uint32_t word = chunk->numbers[chunk->alleles[i].first_significance + s];
            size_t at = skr_array_search_u32(map->significances, map->n_significances, word);
            if (at == map->n_significances || map->significances[at] != word)
                return false;
        }
    return impacts == map->impacts && has_proteins == map->has_proteins;
}

/* Does every gene of a chunk know that it is there? */
static bool are_genes_mapped(const skr_annotation_gene *genes, const skr_annotation_chunk *chunk)
{
    uint32_t number = chunk->number - 1;
    for (uint32_t i = 0; i < chunk->n_lines; i++) {
        if (chunk->lines[i].gene == SKR_NONE)
            continue;
        const skr_annotation_gene *gene = &genes[chunk->lines[i].gene];
        size_t at = skr_array_search_u32(gene->chunks, gene->n_chunks, number);
        if (at == gene->n_chunks || gene->chunks[at] != number)
            return false;
    }
    return true;
}

static int compare_names(const void *a, const void *b)
{
    const skr_annotation_name *x = a;
    const skr_annotation_name *y = b;
    return skr_annotation_names_compare(x->text, x->n, y->text, y->n);
}

/* Adds the marks of the names of a chunk, each once; they are sorted, which nobody minds any more.
 */
static void sum_names(skr_annotation_chunk *chunk, uint64_t *sum)
{
    if (chunk->n_names > 1)
        qsort(chunk->names, chunk->n_names, sizeof *chunk->names, compare_names);
    for (uint32_t i = 0; i < chunk->n_names; i++) {
        const skr_annotation_name *name = &chunk->names[i];
        if (i == 0 || compare_names(name - 1, name) != 0)
            *sum += skr_annotation_names_mark(name->text, name->n, chunk->number - 1);
    }
}

static int verify_chunks(const skr_annotation_table *table, const char *name, skr_err *err)
{
    const skr_annotation_gene *genes = NULL;
    uint32_t n_genes = 0;
    skr_annotation_chunk chunk = {0};
    skr_allele last = {0};
    skr_buffer texts = {0};
    uint64_t names = 0;
    uint64_t listed = 0;
    uint32_t n_maps = 0;
    const skr_annotation_map *maps = NULL;
    int status = skr_annotation_table_genes(table, &genes, &n_genes, err);
    if (status == SKR_OK)
        status = skr_annotation_table_maps(table, &maps, &n_maps, err);
    for (uint32_t i = 0; status == SKR_OK && i < n_maps; i++) {
        status = skr_annotation_table_read(table, i, &chunk, err);
        if (status != SKR_OK)
            break;
        if (!is_as_mapped(&maps[i], &chunk) || !are_genes_mapped(genes, &chunk))
            status = skr_fail(err, SKR_ERR_CORRUPT, "%s: a map that differs from its chunk", name);
        else if (i > 0 && skr_segment_allele_compare(&last, &chunk.alleles[0].allele) >= 0)
            status = skr_fail(err, SKR_ERR_CORRUPT, "%s: chunks out of order", name);
        sum_names(&chunk, &names);
        last = chunk.alleles[chunk.n - 1].allele;
        texts.n = 0;
        if (status == SKR_OK)
            status = skr_buffer_put(&texts, last.ref, last.n_ref, err);
        if (status == SKR_OK)
            status = skr_buffer_put(&texts, last.alt, last.n_alt, err);
        last.ref = (const char *)texts.bytes;
        last.alt = (const char *)texts.bytes + last.n_ref;
    }
    if (status == SKR_OK)
        status = skr_annotation_names_sum(table, &listed, err);
    if (status == SKR_OK && names != listed)
        status = skr_fail(err, SKR_ERR_CORRUPT, "%s: a list of names that differs from the alleles",
                          name);
    skr_buffer_done(&texts);
    skr_annotation_chunk_done(&chunk);
    return status;
}

int skr_annotation_table_verify(const char *folder, const skr_file_id *id, skr_fault_fn on_fault,
                                void *context, skr_err *err)
{
    skr_annotation_table *table = NULL;
    skr_ref_list refs = {0};
    skr_err found = {0};
    int status = skr_annotation_table_open(folder, id, SKR_CONTIGS_MAX, &table, &found);
    if (status == SKR_OK)
        status = verify_chunks(table, id->name, &found);
    if (status <= SKR_ERR_CORRUPT) {
        on_fault(context, found.message);
        status = SKR_OK;
    } else if (status != SKR_OK) {
        status = skr_fail(err, status, "%s", found.message);
    }
    if (status == SKR_OK && table != NULL)
        status = skr_annotation_table_refs(table, &refs, err);
    if (status == SKR_OK && table != NULL)
        status = skr_block_file_verify(folder, id, SKR_FILE_ANNOTATIONS, refs.refs, refs.n,
                                       on_fault, context, err);
    free(refs.refs);
    skr_annotation_table_close(table);
    return status;
}
