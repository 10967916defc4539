/*
 * import.c - a delivery of genomes, from the lock to the new generation.
 */
#include <stdlib.h>

#include "engine/import/genomes/identity.h"
#include "engine/import/genomes/import_callable.h"
#include "engine/import/genomes/import_checksums.h"
#include "engine/import/genomes/import_coverage.h"
#include "engine/import/genomes/import_delivery.h"
#include "engine/import/genomes/import_facts.h"
#include "engine/import/genomes/import_files.h"
#include "engine/import/genomes/import_gone.h"
#include "engine/import/genomes/import_qc.h"
#include "engine/import/genomes/import_read.h"
#include "engine/import/genomes/import_reference.h"
#include "engine/import/genomes/import_warnings.h"
#include "engine/import/genomes/import_watch.h"
#include "engine/import/genomes/import_write.h"
#include "engine/import/genomes/record_keys.h"
#include "storage/gone.h"

/* ------------------------------------------------------------------ the steps */

static int check_request(const skr_import_request *request, skr_err *err)
{
    if (request->absent_is_hom_ref &&
        (request->format == SKR_FORMAT_GVCF || request->format == SKR_FORMAT_CRAM ||
         request->format == SKR_FORMAT_BAM))
        return skr_fail(err, SKR_ERR_USAGE,
                        "--absent-is hom-ref is for variant calls alone: gVCF and reads say "
                        "themselves where a genome is called");
    if (request->n_files == 0)
        return skr_fail(err, SKR_ERR_USAGE, "import: no file is named");
    if (request->n_files > UINT32_MAX / 2)
        return skr_fail(err, SKR_ERR_USAGE, "import: too many files");
    if (request->dataset == NULL || *request->dataset == '\0')
        return skr_fail(err, SKR_ERR_USAGE, "import: --dataset is missing");
    if (request->assembly == NULL || *request->assembly == '\0')
        return skr_fail(err, SKR_ERR_USAGE, "import: --assembly is missing");
    return SKR_OK;
}

/* The assembly under its one name. */
static int add_assembly(skr_import *import, skr_err *err)
{
    const char *name = import->request->assembly;
    int status = skr_assembly_check_twins(import->manifest, err);
    import->build = skr_assembly_build_find(name);
    import->is_new_assembly = skr_assembly_find(import->manifest, name) == SKR_NONE;
    return status != SKR_OK ? status
                            : skr_assembly_add(import->manifest, name, &import->assembly, err);
}

/* Everything up to the point where the samples are known. */
static int prepare(skr_import *import, skr_err *err)
{
    const skr_import_request *request = import->request;
    const skr_txn_wait wait = {.seconds = request->wait_s,
                               .stop = request->watch.stop,
                               .on_wait = skr_watch_waiting,
                               .context = (void *)(uintptr_t)&request->watch};
    int status = skr_seal_keys_read(&request->unsealing, &request->watch, &import->keys, err);
    if (status == SKR_OK && request->samples != NULL)
        status =
            skr_sample_sheet_read(request->samples, &import->keys, &import->samples.sheet, err);
    if (status == SKR_OK)
        status = skr_import_callable_read(import, err);
    if (status == SKR_OK)
        status = skr_store_wait_begin(request->store, &wait, &import->txn, err);
    if (status != SKR_OK)
        return status;
    import->manifest = skr_txn_manifest(import->txn);
    SKR_TRY(skr_manifest_add_dataset(import->manifest, request->dataset, &import->dataset, err));
    SKR_TRY(
        skr_gone_check_dataset(import->manifest, import->dataset, request->is_readmitting, err));
    SKR_TRY(add_assembly(import, err));
    SKR_TRY(skr_import_reference_open(import, err));
    SKR_TRY(skr_import_files_look(import, err));
    return skr_import_checksums_check(import, err);
}

static bool is_all_known(const skr_import *import)
{
    for (uint32_t i = 0; i < import->n_files; i++)
        if (!import->files[i].is_skipped)
            return false;
    return true;
}

/* Samples become individuals; older samples are looked up. */
static int identify(skr_import *import, skr_err *err)
{
    if (import->samples.names.n == 0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "no sample of the delivery counts: --samples marks all of them primary=no");
    SKR_TRY(skr_people_open(skr_txn_folder(import->txn), &import->manifest->people, &import->people,
                            err));
    SKR_TRY(skr_people_edit_new(import->people, &import->edit, err));
    SKR_TRY(skr_identity_new(import, &import->identity, err));
    return skr_identity_individuals(import, err);
}

static int write_people(skr_import *import, skr_err *err)
{
    char name[SKR_FILE_NAME_MAX];
    skr_txn_file_name(import->txn, "people", name);
    uint32_t n_conflicts = 0;
    SKR_TRY(skr_people_edit_sex_conflicts(import->edit, &n_conflicts, err));
    import->counts[SKR_COUNT_SEX_CONFLICT] = n_conflicts;
    return skr_people_edit_write(import->edit, skr_txn_folder(import->txn), name,
                                 &import->manifest->people, err);
}

static int take_in(skr_import *import, skr_err *err)
{
    if (is_all_known(import)) /* of nobody: all of them have withdrawn */
        return skr_import_delivery_add(import, err);
    SKR_TRY(identify(import, err));
    SKR_TRY(skr_import_facts_new(import, err));
    SKR_TRY(skr_import_read(import, err));
    SKR_TRY(skr_import_write(import, err));
    SKR_TRY(skr_identity_supersede(import, err));
    uint32_t first;
    import->counts[SKR_COUNT_SEX_DIFFERS] = skr_import_facts_sex_differs(import, &first);
    SKR_TRY(skr_import_reference_finish(import, err));
    SKR_TRY(write_people(import, err));
    SKR_TRY(skr_import_delivery_add(import, err));
    return skr_import_watch_stop(import, err);
}

void skr_import_result_done(skr_import_result *result)
{
    for (uint32_t i = 0; i < result->n_counters; i++)
        free(result->counters[i].name);
    free(result->counters);
    *result = (skr_import_result){0};
}

static void import_done(skr_import *import)
{
    skr_site_batch_free(import->batch);
    skr_import_coverage_free(import->coverage);
    skr_import_facts_free(import->facts);
    skr_import_qc_done(import);
    skr_import_callable_done(import);
    skr_claims_done(&import->record.claims);
    skr_record_keys_free(import->record.keys);
    skr_buffer_done(&import->record.body);
    free(import->record.spread);
    skr_identity_free(import->identity);
    skr_import_gone_free(import->gone);
    skr_people_edit_free(import->edit);
    skr_people_close(import->people);
    skr_import_reference_close(import);
    skr_import_files_done(import);
    skr_seal_keys_done(&import->keys);
    skr_sample_sheet_done(&import->samples.sheet);
    skr_names_done(&import->samples.names);
    skr_names_done(&import->contigs.names);
    free(import->samples.list);
    free(import->samples.origins);
    free(import->samples.missing);
    free(import->contigs.list);
}

int skr_import_genomes(const skr_import_request *request, skr_import_result *ret_result,
                       skr_err *err)
{
    const skr_import_knobs none = {0};
    return skr_import_genomes_with(request, &none, ret_result, err);
}

int skr_import_genomes_with(const skr_import_request *request, const skr_import_knobs *knobs,
                            skr_import_result *ret_result, skr_err *err)
{
    skr_import import = {.request = request, .knobs = knobs};
    skr_import_result result = {0};
    int status = check_request(request, err);
    if (status == SKR_OK)
        status = skr_import_memory_of(request->memory_mib, &import.n_memory, err);
    if (status != SKR_OK)
        return status;
    status = prepare(&import, err);
    if (status != SKR_OK)
        goto out;
    if (is_all_known(&import) && import.counts[SKR_COUNT_WITHDRAWN] == 0) {
        status = skr_import_reference_check_known(&import, err);
        result.is_noop = true;
        result.generation = import.manifest->generation;
        goto out;
    }
    status = take_in(&import, err);
    if (status == SKR_OK)
        status = skr_import_delivery_result(&import, &result, err);
    if (status != SKR_OK)
        goto out;
    skr_import_warnings_assembly(&import);
    skr_txn *txn = import.txn;
    import.txn = NULL; /* the commit frees it, whatever becomes of it */
    skr_err why = {0};
    skr_txn_ask_why(txn, &why);
    status = skr_txn_commit(txn, &result.generation, err);
    if (status == SKR_OK)
        skr_import_warnings(&import);
    if (status == SKR_OK && why.message[0] != '\0')
        skr_import_watch_warn(&import,
                              "questions take longer until a later writer makes the catalogue of "
                              "these deliveries, which could not be written: %s",
                              why.message);
out:
    skr_txn_abort(import.txn);
    import_done(&import);
    if (status != SKR_OK)
        skr_import_result_done(&result);
    else
        *ret_result = result;
    return status;
}
