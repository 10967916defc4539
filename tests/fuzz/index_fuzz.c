/*
 * index_fuzz.c - any bytes as the parts of a people, ontology, gene or annotation file whose
 * checksums are right: refused, or read, asked, edited and verified without running outside.
 *
 * The input: a byte for the kind of file; then pieces, each a byte, two bytes of length and its
 * bytes. That byte modulo 3: 0 the piece is the directory's next bytes as they are, 1 it becomes a
 * blob, 2 a block, of which the directory gets the reference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/annotations/annotation_table.h"
#include "index/blob.h"
#include "index/genes/gene_table.h"
#include "index/ontology/ontology.h"
#include "index/people/people_edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

static skr_err err;
static skr_block_writer *writer;
static skr_buffer directory;

static void check(bool is_right)
{
    if (!is_right)
        abort();
}

/* The next piece, cut where the input ends. */
static void put_piece(skr_cursor *input)
{
    unsigned kind = skr_cursor_u8(input) % 3;
    size_t n = skr_cursor_u8(input);
    n |= (size_t)skr_cursor_u8(input) << 8;
    size_t n_left = (size_t)(input->end - input->at);
    n = n < n_left ? n : n_left;
    const uint8_t *piece = n == 0 ? (const uint8_t *)"" : skr_cursor_bytes(input, n);
    int status = SKR_OK;
    skr_block_ref ref;
    if (kind == 2) {
        status = skr_block_writer_put(writer, piece, n, SKR_CODEC_PLAIN, &ref, &err);
        if (status == SKR_OK)
            status = skr_block_ref_put(&directory, &ref, &err);
    } else {
        status = kind == 1 ? skr_blob_put(writer, piece, n, SKR_CODEC_PLAIN, &directory, &err)
                           : skr_buffer_put(&directory, piece, n, &err);
    }
    check(status == SKR_OK);
}

static int ignore_term(void *context, uint32_t term, skr_err *unused)
{
    (void)unused;
    check(term < skr_ontology_n_terms(context));
    return SKR_OK;
}

static void ignore_fault(void *context, const char *text)
{
    (void)context;
    check(strchr(text, '\n') == NULL);
}

/* Whatever is asked for is refused or sound. */
static bool is_given(int status)
{
    check(status == SKR_OK || status == SKR_ERR_CORRUPT);
    return status == SKR_OK;
}

static void ask_ids(const skr_people *people)
{
    uint32_t individual;
    if (!is_given(skr_people_load_ids(people, &err)))
        return;
    for (uint32_t i = 0; i < skr_people_count(people); i++) {
        const char *name = skr_people_id(people, i);
        if (is_given(skr_people_find(people, name, &individual, &err))) /* who withdrew has none */
            check(individual == (name[0] == '\0' ? SKR_NONE : i));
    }
}

static void ask_terms(const skr_people *people, uint64_t *bitmap)
{
    uint32_t n;
    const skr_stated_term *terms = NULL;
    skr_people_comparison comparison = {SKR_COLUMN_AGE, NULL, SKR_GT, 1};
    (void)is_given(skr_people_compare(people, 0, &comparison, bitmap, &err));
    if (!is_given(skr_people_terms(people, 0, &terms, &n, &err)))
        return;
    for (uint32_t i = 0; i < n; i++) {
        (void)is_given(skr_people_mark_stated(people, 0, terms[i].curie, bitmap, &err));
        comparison = (skr_people_comparison){SKR_COLUMN_VALUE, terms[i].curie, SKR_NE, 1};
        (void)is_given(skr_people_compare(people, 0, &comparison, bitmap, &err));
        comparison.column = SKR_COLUMN_ONSET;
        (void)is_given(skr_people_compare(people, 0, &comparison, bitmap, &err));
    }
}

static void ask_people(const char *folder, const skr_file_id *id)
{
    skr_people *people = NULL;
    skr_people_edit *edit = NULL;
    const skr_people_set *set = NULL;
    uint32_t n;
    check(skr_people_verify(folder, id, ignore_fault, NULL, &err) == SKR_OK);
    if (skr_people_open(folder, id, &people, &err) < 0)
        return;
    uint64_t *bitmap = calloc(skr_people_count(people) / 64 + 1, sizeof *bitmap);
    ask_ids(people);
    ask_terms(people, bitmap);
    (void)is_given(skr_people_of_dataset(people, 0, &set, &err));
    for (int sex = 0; sex < SKR_N_SEXES; sex++)
        (void)is_given(skr_people_of_sex(people, 0, (skr_sex)sex, &set, &err));
    (void)is_given(skr_people_sex_conflicts(people, 0, &n, &err));
    if (skr_people_edit_new(people, &edit, &err) == SKR_OK)
        (void)is_given(skr_people_edit_sex_conflicts(edit, &n, &err));
    skr_people_edit_free(edit);
    free(bitmap);
    skr_people_close(people);
}

static void ask_ontology(const char *folder, const skr_file_id *id)
{
    skr_ontology *ontology = NULL;
    check(skr_ontology_verify(folder, id, ignore_fault, NULL, &err) == SKR_OK);
    if (skr_ontology_open(folder, id, &ontology, &err) < 0)
        return;
    if (!is_given(skr_ontology_load_texts(ontology, &err))) {
        skr_ontology_close(ontology);
        return;
    }
    uint64_t *below = malloc(skr_ontology_n_terms(ontology) / 64 * 8 + 8);
    check(below != NULL);
    for (uint32_t i = 0; i < skr_ontology_n_terms(ontology) && i < 100; i++) {
        check(skr_ontology_resolve(ontology, skr_ontology_curie(ontology, i)) == i);
        memset(below, 0, skr_ontology_n_terms(ontology) / 64 * 8 + 8);
        check(skr_ontology_mark_below(ontology, i, below, &err) == SKR_OK);
        check((below[i / 64] >> i % 64 & 1) != 0);
        check(skr_ontology_ancestors(ontology, i, ignore_term, ontology, &err) == SKR_OK);
    }
    free(below);
    skr_ontology_close(ontology);
}

/* What the table says of a gene it says of its name and its id too. */
static void find_gene(void *context, const skr_gene *gene)
{
    const skr_gene_table *table = context;
    skr_gene_list found = {0};
    if (is_given(skr_gene_table_find(table, gene->name, &found, &err)))
        check(found.n > 0 || gene->name[0] == '\0');
    skr_gene_list_done(&found);
    (void)is_given(skr_gene_table_find(table, gene->id, &found, &err));
    skr_gene_list_done(&found);
}

static void ask_genes(const char *folder, const skr_file_id *id)
{
    static const char *const asked[] = {"", "A", "RYR1", "ryr1", "ENSG1.2", "~"};
    skr_gene_table *table = NULL;
    check(skr_gene_table_verify(folder, id, ignore_fault, NULL, &err) == SKR_OK);
    if (skr_gene_table_open(folder, id, &table, &err) < 0)
        return;
    (void)is_given(skr_gene_table_visit(table, find_gene, table, &err));
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        skr_gene_list found = {0};
        (void)is_given(skr_gene_table_find(table, asked[i], &found, &err));
        skr_gene_list_done(&found);
    }
    skr_gene_table_close(table);
}

static void ask_name(const skr_annotation_table *table, const char *name, uint32_t n_maps)
{
    uint32_t *chunks = NULL;
    uint32_t n = 0;
    if (is_given(skr_annotation_table_find_name(table, name, &chunks, &n, &err)))
        for (uint32_t i = 0; i < n; i++)
            check(chunks[i] < n_maps);
    free(chunks);
}

/* Every allele of every chunk is found again; what is said of it lies within the chunk. */
static void ask_chunks(const skr_annotation_table *table, uint32_t n_maps)
{
    skr_annotation_chunk chunk = {0};
    for (uint32_t c = 0; c < n_maps; c++) {
        if (!is_given(skr_annotation_table_read(table, c, &chunk, &err)))
            continue;
        for (uint32_t i = 0; i < chunk.n; i++) {
            const skr_annotated *allele = &chunk.alleles[i];
            check((uint64_t)allele->first_line + allele->n_lines <= chunk.n_lines);
            check((uint64_t)allele->first_name + allele->n_names <= chunk.n_names);
            (void)skr_annotation_is_named(&chunk, allele, "rs1");
        }
    }
    skr_annotation_chunk_done(&chunk);
}

static void ask_annotations(const char *folder, const skr_file_id *id)
{
    skr_annotation_table *table = NULL;
    const skr_annotation_gene *genes = NULL;
    const skr_annotation_map *maps = NULL;
    uint32_t n_genes = 0;
    uint32_t n_maps = 0;
    check(skr_annotation_table_verify(folder, id, ignore_fault, NULL, &err) == SKR_OK);
    if (skr_annotation_table_open(folder, id, 3, &table, &err) < 0)
        return;
    if (is_given(skr_annotation_table_genes(table, &genes, &n_genes, &err)) &&
        is_given(skr_annotation_table_maps(table, &maps, &n_maps, &err))) {
        for (uint32_t i = 0; i < n_genes; i++)
            check(genes[i].n_chunks == 0 || genes[i].chunks[genes[i].n_chunks - 1] < n_maps);
        ask_chunks(table, n_maps);
        ask_name(table, "rs1", n_maps);
        ask_name(table, "", n_maps);
        ask_name(table, "~", n_maps);
    }
    skr_annotation_table_close(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* writers sync */
    static const skr_file_kind kinds[] = {SKR_FILE_PEOPLE, SKR_FILE_ONTOLOGY, SKR_FILE_GENES,
                                          SKR_FILE_ANNOTATIONS};
    skr_cursor input = skr_cursor_of(bytes, n_bytes);
    skr_file_id id;
    char name[SKR_FILE_NAME_MAX];
    char path[100];
    unsigned kind = skr_cursor_u8(&input) % 4;
    (void)snprintf(name, sizeof name, "skr_index_fuzz_%ld.skr", (long)getpid());
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)unlink(path);
    check(skr_block_writer_new(folder, name, kinds[kind], &writer, &err) == SKR_OK);
    while (input.at < input.end)
        put_piece(&input);
    check(skr_block_writer_finish(writer, directory.bytes, directory.n, &id, &err) == SKR_OK);
    skr_block_writer_free(writer);
    writer = NULL;
    skr_buffer_done(&directory);
    if (kind == 0)
        ask_people(folder, &id);
    else if (kind == 1)
        ask_ontology(folder, &id);
    else if (kind == 2)
        ask_genes(folder, &id);
    else
        ask_annotations(folder, &id);
    (void)unlink(path);
    return 0;
}
