/*
 * allele_notes.c - words about an allele, of all tables together, each once.
 */
#include "engine/alleles/allele_notes.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"

void skr_allele_notes_done(skr_allele_notes *notes)
{
    for (uint32_t i = 0; notes->chunks != NULL && i < notes->n_tables; i++)
        skr_annotation_chunk_done(&notes->chunks[i]);
    free(notes->chunks);
    free(notes->words);
    notes->chunks = NULL;
    notes->words = NULL;
    notes->n_words_max = 0;
}

/* An allele in one table. */
typedef struct found {
    const skr_annotation_table *table;
    const skr_annotation_chunk *chunk;
    const skr_annotated *allele; /* NULL: it is not there */
} found;

/* The words of a list that a line has, or the allele; adds them from *n on. */
typedef int (*add_fn)(skr_allele_notes *notes, const found *of, const skr_annotation_line *line,
                      uint32_t *n, skr_err *err);

static int add(skr_allele_notes *notes, const char *text, size_t n_text, uint32_t *n, skr_err *err)
{
    if (n_text == 0)
        return SKR_OK;
    SKR_TRY(SKR_ARRAY_RESERVE(&notes->words, &notes->n_words_max, *n + 1, "annotations", err));
    notes->words[(*n)++] = (skr_note_word){text, n_text};
    return SKR_OK;
}

static int add_gene(skr_allele_notes *notes, const found *of, const skr_annotation_line *line,
                    uint32_t *n, skr_err *err)
{
    const skr_annotation_gene *genes = NULL;
    uint32_t n_genes = 0;
    if (line->gene == SKR_NONE)
        return SKR_OK;
    SKR_TRY(skr_annotation_table_genes(of->table, &genes, &n_genes, err));
    const skr_annotation_gene *gene = &genes[line->gene];
    const char *name = gene->symbol[0] != '\0' ? gene->symbol : gene->id;
    return add(notes, name, strlen(name), n, err);
}

static int add_effects(skr_allele_notes *notes, const found *of, const skr_annotation_line *line,
                       uint32_t *n, skr_err *err)
{
    uint32_t n_effects = 0;
    const char *const *effects = skr_annotation_table_effects(of->table, &n_effects);
    for (uint32_t i = 0; i < line->n_effects; i++) {
        const char *effect = effects[of->chunk->numbers[line->first_effect + i]];
        SKR_TRY(add(notes, effect, strlen(effect), n, err));
    }
    return SKR_OK;
}

static int add_protein(skr_allele_notes *notes, const found *of, const skr_annotation_line *line,
                       uint32_t *n, skr_err *err)
{
    (void)of;
    return add(notes, line->protein, line->n_protein, n, err);
}

static int add_impact(skr_allele_notes *notes, const found *of, const skr_annotation_line *line,
                      uint32_t *n, skr_err *err)
{
    (void)of;
    const char *impact = skr_effect_impact_name(line->impact);
    return add(notes, impact, strlen(impact), n, err);
}

static int add_significances(skr_allele_notes *notes, const found *of, uint32_t *n, skr_err *err)
{
    uint32_t n_words = 0;
    const char *const *words = skr_annotation_table_significances(of->table, &n_words);
    for (uint32_t i = 0; i < of->allele->n_significances; i++) {
        const char *word = words[of->chunk->numbers[of->allele->first_significance + i]];
        SKR_TRY(add(notes, word, strlen(word), n, err));
    }
    return SKR_OK;
}

static int add_names(skr_allele_notes *notes, const found *of, uint32_t *n, skr_err *err)
{
    for (uint32_t i = 0; i < of->allele->n_names; i++) {
        const skr_annotation_name *name = &of->chunk->names[of->allele->first_name + i];
        SKR_TRY(add(notes, name->text, name->n, n, err));
    }
    return SKR_OK;
}

static int compare_words(const void *a, const void *b)
{
    const skr_note_word *x = a;
    const skr_note_word *y = b;
    int order = memcmp(x->text, y->text, x->n < y->n ? x->n : y->n);
    return order != 0 ? order : x->n < y->n ? -1 : x->n > y->n;
}

/* The first n words, sorted, each once, and the empty one behind them. */
static int put_words(skr_allele_notes *notes, uint32_t n, skr_buffer *texts, skr_err *err)
{
    if (n > 1)
        qsort(notes->words, n, sizeof *notes->words, compare_words);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && compare_words(&notes->words[i - 1], &notes->words[i]) == 0)
            continue;
        SKR_TRY(skr_buffer_put(texts, notes->words[i].text, notes->words[i].n, err));
        SKR_TRY(skr_buffer_put_u8(texts, 0, err));
    }
    return skr_buffer_put_u8(texts, 0, err);
}

/* One list of words, over the lines of all tables. */
static int put_list(skr_allele_notes *notes, const found *all, add_fn add_words, skr_buffer *texts,
                    skr_err *err)
{
    uint32_t n = 0;
    for (uint32_t t = 0; t < notes->n_tables; t++)
        for (uint32_t i = 0; all[t].allele != NULL && i < all[t].allele->n_lines; i++)
            SKR_TRY(add_words(notes, &all[t], &all[t].chunk->lines[all[t].allele->first_line + i],
                              &n, err));
    return put_words(notes, n, texts, err);
}

static int find_all(skr_allele_notes *notes, const skr_allele *key, found *all, skr_err *err)
{
    for (uint32_t t = 0; t < notes->n_tables; t++) {
        all[t] = (found){notes->tables[t], &notes->chunks[t], NULL};
        SKR_TRY(skr_annotation_table_find(notes->tables[t], key, &notes->chunks[t], &all[t].allele,
                                          err));
    }
    return SKR_OK;
}

static int put_all(skr_allele_notes *notes, const found *all, skr_buffer *texts, skr_err *err)
{
    static const add_fn lists[] = {add_gene, add_effects, add_protein, add_impact};
    uint32_t n = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        SKR_TRY(put_list(notes, all, lists[i], texts, err));
    for (uint32_t t = 0; t < notes->n_tables; t++)
        if (all[t].allele != NULL)
            SKR_TRY(add_significances(notes, &all[t], &n, err));
    SKR_TRY(put_words(notes, n, texts, err));
    n = 0;
    for (uint32_t t = 0; t < notes->n_tables; t++)
        if (all[t].allele != NULL)
            SKR_TRY(add_names(notes, &all[t], &n, err));
    return put_words(notes, n, texts, err);
}

int skr_allele_notes_put(skr_allele_notes *notes, const skr_allele *key, skr_buffer *texts,
                         skr_err *err)
{
    if (notes->chunks == NULL)
        notes->chunks = calloc(notes->n_tables + 1u, sizeof *notes->chunks);
    found *all = malloc((notes->n_tables + 1u) * sizeof *all);
    int status = notes->chunks == NULL || all == NULL ? skr_fail_nomem(err, "annotations") : SKR_OK;
    if (status == SKR_OK)
        status = find_all(notes, key, all, err);
    if (status == SKR_OK)
        status = put_all(notes, all, texts, err);
    free(all);
    return status;
}

const char *skr_allele_notes_take(const char *text, skr_allele_said *ret_said)
{
    skr_allele_words *lists[] = {&ret_said->genes,   &ret_said->effects,       &ret_said->proteins,
                                 &ret_said->impacts, &ret_said->significances, &ret_said->names};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        *lists[i] = (skr_allele_words){.text = text};
        for (; *text != '\0'; text += strlen(text) + 1)
            lists[i]->n++;
        text++;
    }
    return text;
}
