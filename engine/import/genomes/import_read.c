/*
 * import_read.c - the records of all files, each turned into fragments.
 */
#include "engine/import/genomes/import_read.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/import/genomes/import_callable.h"
#include "engine/import/genomes/import_parts.h"
#include "engine/import/genomes/import_record.h"
#include "engine/import/genomes/import_silence.h"
#include "engine/import/genomes/import_watch.h"

/* More mismatches than this, and more than one in a thousand, mean another assembly. */
#define MISMATCHES_MAX 10u
#define MISMATCHES_ONE_IN 1000u

static int check_mismatches(const skr_import *import, const skr_import_file *file, skr_err *err)
{
    if (file->n_ref_mismatches <= MISMATCHES_MAX ||
        file->n_ref_mismatches * MISMATCHES_ONE_IN <= file->n_records)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: REF differs from the reference in %" PRIu64 " of %" PRIu64
                    " records: is this %s?",
                    file->name, file->n_ref_mismatches, file->n_records,
                    import->manifest->assemblies[import->assembly].name);
}

static int read_records(skr_import *import, uint32_t number, skr_vcf *vcf, skr_err *err)
{
    const skr_import_file *file = &import->files[number];
    uint64_t n_cells = 0; /* genotypes since the last report */
    for (;;) {
        const skr_vcf_record *record;
        int status = skr_vcf_next(vcf, &record, err);
        if (status != SKR_OK || record == NULL)
            return status;
        SKR_TRY(skr_import_record(import, number, vcf, record, err));
        SKR_TRY(skr_import_watch_stop(import, err));
        n_cells += file->columns.n_columns + 100u; /* the fixed columns take time too */
        if (n_cells >= SKR_IMPORT_CELLS_A_REPORT) {
            n_cells = 0;
            skr_import_watch_report(import, file, skr_vcf_position(vcf),
                                    skr_vcf_contigs(vcf)->texts[record->contig], "reading");
        }
    }
}

/*
 * Opens the file. Where blocks may have lengths of their own for each sample, an entry without a
 * word says nothing, wherever it stands: so it must be known before whether any block has.
 */
static int open_file(skr_import_file *file, skr_vcf_plan *plan, skr_vcf **ret_vcf, skr_err *err)
{
    skr_vcf *vcf = file->vcf;
    file->vcf = NULL;
    int status = vcf != NULL ? SKR_OK : skr_vcf_open(plan, &vcf, err);
    if (status == SKR_OK && skr_vcf_declares_len(vcf)) {
        status = skr_vcf_find_len(vcf, &plan->uses_len, err);
        skr_vcf_close(vcf);
        vcf = NULL;
        if (status == SKR_OK)
            status = skr_vcf_open(plan, &vcf, err);
    }
    *ret_vcf = vcf;
    return status;
}

static int read_file(skr_import *import, uint32_t number, skr_err *err)
{
    skr_import_file *file = &import->files[number];
    skr_vcf *vcf = NULL;
    skr_vcf_plan plan = {.path = file->path,
                         .name = file->name,
                         .gate = &import->request->gate,
                         .n_threads = import->request->n_threads,
                         .n_memory = import->n_memory,
                         .keys = &import->keys};
    int status = skr_import_watch_stop(import, err);
    if (status == SKR_OK)
        status = open_file(file, &plan, &vcf, err);
    if (status == SKR_OK && skr_vcf_samples(vcf)->n != file->columns.n_columns)
        status = skr_fail(err, SKR_ERR_INPUT, "%s: changed while it was imported", file->name);
    if (status == SKR_OK)
        status = read_records(import, number, vcf, err);
    skr_vcf_close(vcf);
    if (status == SKR_OK)
        status = check_mismatches(import, file, err);
    if (status == SKR_OK)
        status = skr_import_silence_check(import, file, err);
    return status;
}

int skr_import_read(skr_import *import, skr_err *err)
{
    char *scratch = NULL;
    int status = skr_txn_scratch_path(import->txn, &scratch, err);
    if (status == SKR_OK)
        status = skr_site_batch_new(scratch, skr_import_memory_fragments(import->n_memory),
                                    &import->batch, err);
    free(scratch);
    for (uint32_t i = 0; i < import->n_files && status == SKR_OK; i++)
        if (!import->files[i].is_skipped)
            status = read_file(import, i, err);
    if (status == SKR_OK)
        status = skr_import_parts_check_stretches(import, err);
    if (status == SKR_OK && import->request->absent_is_hom_ref)
        status = skr_import_silence_claim(import, err);
    if (status == SKR_OK)
        status = skr_import_callable_claim(import, err);
    return status;
}
