/*
 * load_memory.c - people, ontologies, genes and annotations delivered and opened while memory runs
 * out, at the first allocation, at the second, and so on until all goes well.
 *
 * What fails says NOMEM, the store is as it was, and under the address sanitizer no memory is lost.
 * Only our own code is refused memory.
 */
#include "index/annotations/annotation_table.h"
#include "tests/support/load_store.h"
#include "tests/support/refused_memory.h"

/* ------------------------------------------------------------------ the deliveries */

static const char people_json[] =
    "[{\"id\": \"A\", \"subject\": {\"sex\": \"FEMALE\"}, \"phenotypicFeatures\": [{\"type\": "
    "{\"id\": \"X:1\", \"label\": \"one\"}, \"onset\": {\"age\": \"P1Y\"}}, {\"type\": {\"id\": "
    "\"bad\"}}]}, {\"id\": \"b1\", \"individualId\": \"B\", \"biosampleStatus\": {\"id\": "
    "\"E:1\"}}]";
static const char people_tsv[] = "individual\tage\tdiseases\tL:1\nA\t5\tO:1;!O:2\t2.5\nC\t.\t\t1\n";
/* One person twice: both lines are united, and put beside what was there. */
static const char people_again[] = "individual\tcountry\tL:1\nA\tSpain\t.\nA\tSpain\t3\n";
static const char obo[] = "ontology: x\n[Term]\nid: X:1\nname: one\n[Term]\nid: X:2\nis_a: X:1\n"
                          "alt_id: X:3\n[Term]\nid: X:4\nis_obsolete: true\nreplaced_by: X:3\n";
static const char graphs[] =
    "{\"graphs\": [{\"id\": \"y.json\", \"nodes\": [{\"id\": \"Y:1\", \"lbl\": \"one\"}, {\"id\": "
    "\"Y:2\", \"lbl\": \"two\"}], \"edges\": [{\"sub\": \"Y:2\", \"pred\": \"is_a\", \"obj\": "
    "\"Y:1\"}]}]}";
static const char gtf[] = "1\th\texon\t1\t9\t.\t+\t.\tgene_id \"E1\"; transcript_id \"T1\";\n"
                          "1\th\texon\t20\t29\t.\t+\t.\tgene_id \"E1\"; transcript_id \"T1\";\n";

static const char vcf[] =
    "##fileformat=VCFv4.3\n##contig=<ID=1,length=9000>\n##INFO=<ID=CSQ,Number=.,Type=String,"
    "Description=\"Format: Allele|Consequence|IMPACT|SYMBOL|Gene|HGVSp\">\n"
    "##INFO=<ID=CLNSIG,Number=.,Type=String,Description=\"\">\n#"
    "CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    "1\t5\trs1;rs2\tA\tG\t.\t.\t"
    "CSQ=G|missense_variant&odd|MODERATE|G1|E1|p.Val6Glu;CLNSIG=Benign\n"
    "1\t9\trs1\tAC\tA,G\t.\t.\tCSQ=-|frameshift_variant|HIGH|G2||\n";

/* Annotations, asked for as the others are. */
static int load_annotations(const skr_load_request *request, skr_load_result *ret_result,
                            skr_err *err)
{
    const skr_annotate_request wanted = {.store = request->store,
                                         .assembly = request->assembly,
                                         .has_names = true,
                                         .files = request->files,
                                         .n_files = request->n_files,
                                         .n_threads = 1};
    skr_annotate_result result = {0};
    SKR_TRY(skr_import_annotations(&wanted, &result, err));
    skr_import_annotations_done(&result);
    *ret_result = (skr_load_result){0};
    return SKR_OK;
}

static const struct {
    load_fn load;
    const char *name;
    const char *text;
} deliveries[] = {
    {skr_import_people, "a.json", people_json},
    {skr_import_people, "b.tsv", people_tsv},
    {skr_import_people, "b2.tsv", people_again},
    {skr_import_ontology, "c.obo", obo},
    {skr_import_ontology, "d.json", graphs},
    {skr_import_genes, "e.gtf", gtf},
    {load_annotations, "f.vcf", vcf},
};
#define N_DELIVERIES (sizeof deliveries / sizeof *deliveries)

static load_store s;
static char paths[N_DELIVERIES][2 * SKR_TEST_PATH_MAX];

static uint64_t generation_now(void)
{
    load_store_open(&s);
    uint64_t generation = skr_store_manifest(s.store)->generation;
    load_store_close(&s);
    return generation;
}

static int load(size_t number)
{
    return load_path(&s, deliveries[number].load, "GRCh38", paths[number]);
}

/* Everything that a release of annotations says is read. */
static int open_annotations(const char *folder, const skr_assembly *assembly)
{
    skr_annotation_table *table = NULL;
    skr_annotation_chunk chunk = {0};
    const skr_annotation_gene *genes = NULL;
    uint32_t *chunks = NULL;
    uint32_t n = 0;
    int status = skr_annotation_table_open(folder, &assembly->annotations[0].file,
                                           assembly->n_contigs, &table, &s.err);
    if (status == SKR_OK)
        status = skr_annotation_table_genes(table, &genes, &n, &s.err);
    if (status == SKR_OK)
        status = skr_annotation_table_find_name(table, "rs2", &chunks, &n, &s.err);
    if (status == SKR_OK)
        status = skr_annotation_table_read(table, chunks[0], &chunk, &s.err);
    free(chunks);
    skr_annotation_chunk_done(&chunk);
    skr_annotation_table_close(table);
    return status;
}

static int open_all(size_t number)
{
    static const skr_file_id none = {.name = ""};
    const skr_manifest *manifest = skr_store_manifest(s.store);
    const skr_file_id *genes = manifest->n_assemblies > 0 ? &manifest->assemblies[0].genes : &none;
    const char *folder = s.folder.path;
    (void)number;
    int status = skr_people_open(folder, &manifest->people, &s.people, &s.err);
    if (status == SKR_OK)
        status = skr_ontology_open(folder, &manifest->ontology, &s.ontology, &s.err);
    if (status == SKR_OK)
        status = skr_gene_table_open(folder, genes, &s.genes, &s.err);
    if (status == SKR_OK)
        status = skr_ontology_load_texts(s.ontology, &s.err);
    if (status == SKR_OK)
        status = skr_gene_table_visit(s.genes, NULL, NULL, &s.err);
    if (status == SKR_OK)
        status = open_annotations(folder, &manifest->assemblies[0]);
    skr_people_close(s.people);
    skr_ontology_close(s.ontology);
    skr_gene_table_close(s.genes);
    s.people = NULL;
    s.ontology = NULL;
    s.genes = NULL;
    return status;
}

/* Returns how many allocations were refused in turn. */
static unsigned refuse_each(int (*run)(size_t number), size_t number, bool is_loading)
{
    for (unsigned at = 1;; at++) {
        uint64_t before = is_loading ? generation_now() : 0;
        refuse_at(is_loading ? "loading" : "opening", at);
        int status = run(number);
        bool has_failed = refuse_end();
        if (status < 0 && status != SKR_ERR_NOMEM)
            fprintf(stderr, "allocation %u: %d, %s\n", at, status, s.err.message);
        SKR_CHECK(status == SKR_OK || (has_failed && status == SKR_ERR_NOMEM));
        if (is_loading)
            SKR_CHECK(generation_now() == before + (status == SKR_OK));
        if (!has_failed)
            return at - 1;
    }
}

int main(void)
{
    refuse_init();
    load_store_init(&s);
    for (size_t i = 0; i < N_DELIVERIES; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s",
                       test_folder_file(&s.files, deliveries[i].name));
        SKR_CHECK(load_text(&s, deliveries[i].load, "GRCh38", deliveries[i].name,
                            deliveries[i].text) == SKR_OK);
    }
    for (size_t i = 0; i < N_DELIVERIES; i++)
        printf("%s: %u allocations\n", deliveries[i].name, refuse_each(load, i, true));
    SKR_CHECK(skr_store_open(s.folder.path, &s.store, &s.err) == SKR_OK);
    printf("open: %u allocations\n", refuse_each(open_all, 0, false));
    load_store_open(&s);
    SKR_CHECK(skr_people_count(s.people) == 3);
    SKR_CHECK(skr_ontology_n_terms(s.ontology) == 4);
    load_store_done(&s);
    return 0;
}
