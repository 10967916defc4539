/*
 * model_import.h - a drawn delivery through the program's own importer.
 */
#ifndef SKR_TESTS_MODEL_IMPORT_H
#define SKR_TESTS_MODEL_IMPORT_H

#include <stdio.h>
#include <stdlib.h>

#include "engine/import/genomes/import_knobs_int.h"
#include "storage/store.h"
#include "tests/model/model.h"
#include "tests/support/temp_folder.h"

/* Ends the test when something that must work does not. */
static inline void model_must(int status, const skr_err *err, const char *what)
{
    if (status >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, err->message);
    exit(1);
}

/* Gives the store one catalogue of each dataset and assembly. */
static inline void model_join(const char *store)
{
    skr_err err = {0};
    skr_txn *txn = NULL;
    model_must(skr_txn_begin(store, &txn, &err), &err, "begin");
    skr_txn_join_all(txn);
    model_must(skr_txn_commit(txn, NULL, &err), &err, "commit");
}

/* How many deliveries there are in a generation of a store that model_import alone made, first in
 * this process: after every other one there is a generation more. */
static inline uint64_t model_n_imports(uint64_t generation)
{
    return generation - generation / 3;
}

/* Writes a delivery into the folder and imports it into the store; after every other one all
 * segments get a catalogue, so that later ones lie beside it. */
static inline void model_import(const model_cohort *cohort, const model_delivery *delivery,
                                const char *store, const test_folder *folder)
{
    skr_err err = {0};
    char vcf[2 * SKR_TEST_PATH_MAX];
    char samples[2 * SKR_TEST_PATH_MAX];
    char dataset[16];
    (void)snprintf(vcf, sizeof vcf, "%s/delivery.vcf", folder->path);
    (void)snprintf(samples, sizeof samples, "%s/samples.tsv", folder->path);
    (void)snprintf(dataset, sizeof dataset, "d%d", delivery->dataset);
    model_write(cohort, delivery, vcf, samples);
    /* two of three segments have orders, of rows that few carry */
    static uint32_t n_imports;
    uint32_t n_carriers = n_imports % 3 == 0 ? 0 : 1 + n_imports % 5;
    n_imports++;
    const char *files[] = {vcf};
    skr_import_request request = {.store = store,
                                  .dataset = dataset,
                                  .assembly = "GRCh38",
                                  .samples = samples,
                                  .format = SKR_FORMAT_VCF,
                                  .gate = skr_gate_adj(),
                                  .is_replacing = delivery->replaces,
                                  .allow_shared_people = true,
                                  .files = files,
                                  .n_files = 1,
                                  .n_threads = 1};
    const skr_import_knobs knobs = {.order_carriers_min = n_carriers,
                                    .order_rows_max = 7 * n_carriers,
                                    .tiles_a_group = (uint32_t)(n_imports % 3),
                                    .wants_orders = n_carriers > 0};
    skr_import_result result = {0};
    model_must(skr_import_genomes_with(&request, &knobs, &result, &err), &err, "import");
    skr_import_result_done(&result);
    if (n_imports % 2 == 0)
        model_join(store);
}

#endif
