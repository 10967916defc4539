/*
 * beacon_store.h - a small store of people and genomes, opened, for what answers from it: three
 * people of dataset d, two of whom carry 1-100-A-G, and terms with their ontology.
 */
#ifndef SKR_TESTS_BEACON_STORE_H
#define SKR_TESTS_BEACON_STORE_H

#include "engine/face/engine.h"
#include "tests/support/load_store.h"

typedef struct beacon_store {
    load_store files;
    skr_engine *engine;
} beacon_store;

static inline void beacon_store_load(load_store *s)
{
    static char path[LOAD_PATH_MAX];
    const char *file = path;
    skr_import_request request = {.store = s->folder.path,
                                  .dataset = "d",
                                  .assembly = "GRCh38",
                                  .files = &file,
                                  .n_files = 1,
                                  .n_threads = 1};
    skr_import_result result = {0};
    load_write(s, "c.vcf",
               "##fileformat=VCFv4.2\n##contig=<ID=1,length=248956422>\n"
               "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
               "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tP1\tP2\tP3\n"
               "1\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\t1/1\t0/0\n"
               "1\t300\t.\tCT\tC\t.\tPASS\t.\tGT\t0/1\t0/0\t0/0\n",
               path);
    request.gate = skr_gate_adj();
    SKR_CHECK(skr_import_genomes(&request, &result, &s->err) == SKR_OK);
    skr_import_result_done(&result);
    SKR_CHECK(load_text(s, skr_import_ontology, NULL, "hp.obo",
                        "format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:0000118\n"
                        "name: Phenotypic abnormality\n\n[Term]\nid: HP:0001250\nname: Seizure\n"
                        "is_a: HP:0000118\n") == SKR_OK);
    SKR_CHECK(load_text(s, skr_import_people, "d", "people.tsv",
                        "individual\tsex\tphenotypes\tage\nP1\tfemale\tHP:0001250\tP40Y\n"
                        "P2\tmale\tHP:0001250\t50\nP3\tfemale\t.\t.\n") == SKR_OK);
}

static inline void beacon_store_init(beacon_store *store)
{
    const skr_engine_options options = {.n_threads = 1, .n_cache_bytes = 1 << 20};
    load_store_init(&store->files);
    beacon_store_load(&store->files);
    SKR_CHECK(skr_engine_open(store->files.folder.path, &options, &store->engine,
                              &store->files.err) == SKR_OK);
}

static inline void beacon_store_done(beacon_store *store)
{
    skr_engine_close(store->engine);
    load_store_done(&store->files);
}

#endif
