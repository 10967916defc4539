/*
 * import.c - a delivery of genomes, from the lock to the new generation.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_int.h"

/* More mismatches than this, and more than one in a thousand, mean another assembly. */
#define MISMATCHES_MAX 10u
#define MISMATCHES_ONE_IN 1000u

static const char *const count_names[SKR_N_COUNTS] = {
    [SKR_COUNT_FAILED_GATE] = "failed_gate",
    [SKR_COUNT_BAD_ALT] = "bad_alt",
    [SKR_COUNT_HET_ON_HAPLOID] = "het_on_haploid",
    [SKR_COUNT_Y_PAR] = "y_par",
    [SKR_COUNT_NO_COPY] = "no_copy",
    [SKR_COUNT_BND] = "bnd",
    [SKR_COUNT_REJECTED_CONTIG] = "rejected_contig",
    [SKR_COUNT_REF_MISMATCH] = "ref_mismatch",
    [SKR_COUNT_BAD_END] = "bad_end",
    [SKR_COUNT_CLIPPED] = "clipped",
    [SKR_COUNT_TELOMERE] = "telomere",
    [SKR_COUNT_BLOCKS_LEFT_OUT] = "blocks_left_out",
    [SKR_COUNT_DUPLICATE_KEY] = "duplicate_key",
    [SKR_COUNT_NOT_PRIMARY] = "not_primary",
    [SKR_COUNT_REPLACED] = "replaced",
    [SKR_COUNT_SEX_CONFLICT] = "sex_conflict",
    [SKR_COUNT_UNUSED_LINES] = "unused_lines",
};

/* ------------------------------------------------------------------ reading */

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
        SKR_TRY(skr_import_check_stop(import, err));
        n_cells += file->columns.n_columns + 100u; /* the fixed columns take time too */
        if (n_cells >= SKR_IMPORT_CELLS_A_REPORT) {
            n_cells = 0;
            skr_import_report(import, file, skr_vcf_position(vcf),
                              skr_vcf_contigs(vcf)->names[record->contig], "reading");
        }
    }
}

static int read_file(skr_import *import, uint32_t number, skr_err *err)
{
    skr_import_file *file = &import->files[number];
    skr_vcf *vcf = file->vcf;
    skr_vcf_plan plan = {.path = file->path,
                         .name = file->name,
                         .gate = &import->request->gate,
                         .n_threads = import->request->n_threads,
                         .n_memory = import->n_memory};
    int status = skr_import_check_stop(import, err);
    file->vcf = NULL;
    if (status == SKR_OK && vcf == NULL)
        status = skr_vcf_open(&plan, &vcf, err);
    if (status == SKR_OK && skr_vcf_samples(vcf)->n != file->columns.n_columns)
        status = skr_fail(err, SKR_ERR_INPUT, "%s: changed while it was imported", file->name);
    if (status == SKR_OK)
        status = read_records(import, number, vcf, err);
    skr_vcf_close(vcf);
    if (status == SKR_OK)
        status = check_mismatches(import, file, err);
    if (status == SKR_OK)
        status = skr_import_check_silence(import, file, err);
    return status;
}

static int read_files(skr_import *import, skr_err *err)
{
    char *scratch = NULL;
    int status = skr_txn_scratch_path(import->txn, &scratch, err);
    if (status == SKR_OK)
        status = skr_site_batch_new(scratch, skr_memory_fragments(import->n_memory), &import->batch,
                                    err);
    free(scratch);
    for (uint32_t i = 0; i < import->n_files && status == SKR_OK; i++)
        if (!import->files[i].is_skipped)
            status = read_file(import, i, err);
    if (status == SKR_OK)
        status = skr_import_check_stretches(import, err);
    if (status == SKR_OK && import->request->absent_is_hom_ref)
        status = skr_import_claim_silence(import, err);
    return status;
}

/* --replace takes the contigs of a file, and some files have none. */
static void warn_of_no_replacing(const skr_import *import)
{
    const skr_import_file *first = NULL;
    uint32_t n_more = 0;
    for (uint32_t i = 0; i < import->n_files && import->request->is_replacing; i++) {
        const skr_import_file *file = &import->files[i];
        if (file->is_skipped || file->n_used > 0 || file->n_silent > 0)
            continue;
        n_more += first != NULL;
        first = first == NULL ? file : first;
    }
    if (first != NULL)
        skr_import_warn(import, "%s%s no record on any contig, and so replaced nothing",
                        first->name, n_more > 0 ? " and other files have" : " has");
}

/* A caller that failed leaves a header alone, and nobody would look for what is not there. */
static void warn_of_empty(const skr_import *import)
{
    const skr_import_file *first = NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < import->n_files; i++) {
        const skr_import_file *file = &import->files[i];
        if (file->is_skipped || file->n_records > 0)
            continue;
        first = n++ == 0 ? file : first;
    }
    if (n == 1)
        skr_import_warn(import, "%s has no record at all: did its caller fail?", first->given);
    else if (n > 1)
        skr_import_warn(import,
                        "%" PRIu32 " files have no record at all, the first is %s: did their "
                        "caller fail?",
                        n, first->given);
}

/* Files that count once, and lines that count for nothing. */
static void warn_of_unused(const skr_import *import)
{
    const skr_sample_line *line;
    uint32_t n = skr_sample_table_count_unused(&import->table, &line);
    if (n > 0)
        skr_import_warn(import,
                        "%s: %u lines name samples that no file has, and were passed over; the "
                        "first is line %u, sample '%s'%s%s",
                        import->table.path, n, line->line, line->sample,
                        *line->file != '\0' ? " of " : "", line->file);
    const skr_import_file *first = NULL;
    for (uint32_t i = import->n_files; i-- > 0;)
        if (import->files[i].is_skipped && import->files[i].known == NULL)
            first = &import->files[i];
    if (first != NULL)
        skr_import_warn(import,
                        "%s has the same bytes as another file of this delivery, and counts once",
                        first->given);
}

/* What follows from a name of an assembly that nobody knows. */
static void warn_of_assembly(const skr_import *import)
{
    const skr_manifest *manifest = import->manifest;
    const char *name = manifest->assemblies[import->assembly].name;
    if (!import->is_new_assembly || import->build != NULL)
        return;
    const char *other = NULL;
    for (uint32_t i = 0; i < manifest->n_segments && other == NULL; i++)
        if (manifest->segments[i].assembly != import->assembly)
            other = manifest->assemblies[manifest->segments[i].assembly].name;
    skr_import_warn(import,
                    "assembly '%s' is not known here%s%s: it is one of its own, without PAR "
                    "borders, a rule for the length of MT, and lengths and accessions of "
                    "chromosomes; known are GRCh37, GRCh38, T2T-CHM13v2.0 and those of mouse and "
                    "rat under their usual names",
                    name, other == NULL ? "" : ", and the store also has ",
                    other == NULL ? "" : other);
}

/* What people should know of a delivery that was taken. */
static void warn(const skr_import *import)
{
    const char *assembly = skr_assembly_canonical(import->request->assembly);
    const skr_import_file *first = NULL;
    uint32_t n_more = 0;
    for (uint32_t i = 0; i < import->n_files; i++) {
        if (import->files[i].n_blocks > 0 && first != NULL)
            n_more++;
        else if (import->files[i].n_blocks > 0)
            first = &import->files[i];
    }
    if (first != NULL)
        skr_import_warn(import,
                        "%" PRIu64 " reference blocks of %s%s are left out: they cannot be "
                        "imported yet, so bases without a variant record stay unknown",
                        import->counts[SKR_COUNT_BLOCKS_LEFT_OUT], first->name,
                        n_more > 0 ? " and other files" : "");
    if (import->has_old_mitochondrion)
        skr_import_warn(import,
                        "%" PRIu64 " records are left out: their MT is not that of %s, which has "
                        "%u bases",
                        import->counts[SKR_COUNT_REJECTED_CONTIG], assembly,
                        skr_build_chromosome(import->build, "MT")->length);
    if (import->is_of_carriers)
        skr_import_warn(import, "these files say nothing of who has no record: AN of most of their "
                                "alleles is that of the carriers, and frequencies mean nothing; if "
                                "no record means reference, import them with --absent-is hom-ref "
                                "and --replace, else give calls that were made jointly");
    warn_of_empty(import);
    skr_import_warn_parts(import);
    warn_of_unused(import);
    warn_of_no_replacing(import);
    if (import->has_raw_indels)
        skr_import_warn(import,
                        "no reference was given for %s: insertions and deletions are trimmed but "
                        "not left-aligned, so two spellings of one may count apart",
                        assembly);
}

/* ------------------------------------------------------------------ the manifest */

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* The source that a file becomes. Contigs and samples are the caller's. */
static int describe_source(const skr_import *import, const skr_import_file *file,
                           skr_source *source, skr_err *err)
{
    memcpy(source->digest, file->digest, sizeof source->digest);
    memcpy(source->options, file->options, sizeof source->options);
    source->name = (char *)file->name;
    source->is_live = true;
    source->silent = file->silent;
    source->n_silent = file->n_silent;
    source->contigs = malloc((file->n_used + file->n_silent + 1u) * sizeof *source->contigs);
    if (source->contigs == NULL)
        return skr_fail_nomem(err, "a delivery");
    for (uint32_t i = 0; i < file->n_used; i++)
        source->contigs[source->n_contigs++] = import->contigs[file->used[i]].index;
    for (uint32_t i = 0; i < file->n_silent; i++)
        source->contigs[source->n_contigs++] = file->silent[i];
    qsort(source->contigs, source->n_contigs, sizeof *source->contigs, compare_numbers);
    if (file->columns.n == import->names.n)
        return SKR_OK; /* all samples */
    source->samples = malloc((file->columns.n + 1u) * sizeof *source->samples);
    if (source->samples == NULL)
        return skr_fail_nomem(err, "a delivery");
    source->n_samples = file->columns.n;
    memcpy(source->samples, file->local, file->columns.n * sizeof *source->samples);
    qsort(source->samples, source->n_samples, sizeof *source->samples, compare_numbers);
    return SKR_OK;
}

static int describe_options(const skr_import *import, skr_buffer *text, skr_err *err)
{
    const skr_import_request *request = import->request;
    bool has_gvcf = false;
    for (uint32_t i = 0; i < import->n_files; i++)
        has_gvcf = has_gvcf || (!import->files[i].is_skipped && import->files[i].is_gvcf);
    const char *format = has_gvcf ? "format=gvcf gate=" : "format=vcf gate=";
    const char *absent = request->absent_is_hom_ref ? " absent-is=hom-ref" : " absent-is=no-call";
    SKR_TRY(skr_buffer_put(text, format, strlen(format), err));
    SKR_TRY(skr_gate_print(&request->gate, text, err));
    return skr_buffer_put(text, absent, strlen(absent) + 1, err);
}

/* The counters that counted something. */
static uint32_t list_counters(const skr_import *import, skr_counter *counters)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < SKR_N_COUNTS; i++)
        if (import->counts[i] > 0)
            counters[n++] = (skr_counter){(char *)count_names[i], import->counts[i]};
    return n;
}

static int add_delivery(skr_import *import, skr_err *err)
{
    skr_counter counters[SKR_N_COUNTS];
    skr_buffer options = {0};
    skr_delivery delivery = {
        .generation = import->manifest->generation + 1,
        .time_s = skr_delivery_time_now(),
        .dataset = import->dataset,
        .assembly = import->assembly,
        .counters = counters,
        .n_counters = list_counters(import, counters),
        .n_samples = import->names.n,
        .n_alleles = import->n_rows,
    };
    int status = describe_options(import, &options, err);
    delivery.sources = calloc(import->n_files, sizeof *delivery.sources);
    if (delivery.sources == NULL)
        status = skr_fail_nomem(err, "a delivery");
    for (uint32_t i = 0; i < import->n_files && status == SKR_OK; i++)
        if (!import->files[i].is_skipped)
            status = describe_source(import, &import->files[i],
                                     &delivery.sources[delivery.n_sources++], err);
    delivery.options = (char *)options.bytes;
    skr_segment_entry entry = {
        .file = import->segment,
        .dataset = import->dataset,
        .assembly = import->assembly,
        .n_samples = import->names.n,
        .n_rows = import->n_rows,
        .has_raw_indels = import->has_raw_indels,
    };
    if (status == SKR_OK)
        status = skr_manifest_add_delivery(import->manifest, &delivery, &entry.delivery, err);
    if (status == SKR_OK)
        status = skr_manifest_add_segment(import->manifest, &entry, NULL, err);
    for (uint32_t i = 0; i < delivery.n_sources; i++) {
        free(delivery.sources[i].contigs);
        free(delivery.sources[i].samples);
    }
    free(delivery.sources);
    skr_buffer_done(&options);
    return status;
}

/* ------------------------------------------------------------------ the steps */

static int check_request(const skr_import_request *request, skr_err *err)
{
    if (request->absent_is_hom_ref &&
        (request->format == SKR_FORMAT_GVCF || request->format == SKR_FORMAT_CRAM))
        return skr_fail(err, SKR_ERR_USAGE,
                        "--absent-is hom-ref is for variant calls alone: gVCF and reads say "
                        "themselves where a genome is called");
    if (request->format == SKR_FORMAT_CRAM)
        return skr_fail(err, SKR_ERR_NOT_YET, "--format cram: reads cannot be imported yet");
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

/* Everything up to the point where the samples are known. */
/* The assembly under its one name. */
static int add_assembly(skr_import *import, skr_err *err)
{
    const char *name = import->request->assembly;
    int status = skr_assembly_check_twins(import->manifest, err);
    import->build = skr_build_find(name);
    import->is_new_assembly = skr_assembly_find(import->manifest, name) == SKR_NONE;
    return status != SKR_OK ? status
                            : skr_assembly_add(import->manifest, name, &import->assembly, err);
}

static int prepare(skr_import *import, skr_err *err)
{
    const skr_import_request *request = import->request;
    int status = SKR_OK;
    if (request->samples != NULL)
        status = skr_sample_table_read(request->samples, &import->table, err);
    if (status == SKR_OK)
        status = skr_txn_begin(request->store, &import->txn, err);
    if (status != SKR_OK)
        return status;
    import->manifest = skr_txn_manifest(import->txn);
    SKR_TRY(skr_manifest_add_dataset(import->manifest, request->dataset, &import->dataset, err));
    SKR_TRY(add_assembly(import, err));
    SKR_TRY(skr_import_reference_open(import, err));
    return skr_import_look_at_files(import, err);
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
    if (import->names.n == 0)
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
    SKR_TRY(identify(import, err));
    SKR_TRY(read_files(import, err));
    SKR_TRY(skr_identity_bury(import, err));
    SKR_TRY(skr_import_write(import, err));
    SKR_TRY(skr_import_reference_finish(import, err));
    SKR_TRY(write_people(import, err));
    SKR_TRY(add_delivery(import, err));
    return skr_import_check_stop(import, err);
}

/* The result's counters, copied so that they outlive the import. */
static int describe_result(const skr_import *import, skr_import_result *result, skr_err *err)
{
    skr_counter counters[SKR_N_COUNTS];
    uint32_t n = list_counters(import, counters);
    result->n_samples = import->names.n;
    result->n_alleles = import->n_rows;
    result->n_spooled_read = import->n_spooled_read;
    result->n_spooled_kept = import->n_spooled_kept;
    result->n_records = import->n_records;
    result->counters = calloc(n + 1u, sizeof *result->counters);
    if (result->counters == NULL)
        return skr_fail_nomem(err, "a delivery");
    for (; result->n_counters < n; result->n_counters++) {
        skr_counter *counter = &result->counters[result->n_counters];
        *counter = counters[result->n_counters];
        counter->name = strdup(counter->name);
        if (counter->name == NULL)
            return skr_fail_nomem(err, "a delivery");
    }
    return SKR_OK;
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
    skr_claims_done(&import->claims);
    skr_record_keys_free(import->keys);
    skr_buffer_done(&import->body);
    skr_identity_free(import->identity);
    skr_people_edit_free(import->edit);
    skr_people_close(import->people);
    skr_import_reference_close(import);
    skr_import_files_done(import);
    skr_sample_table_done(&import->table);
    skr_name_map_done(&import->names);
    skr_name_map_done(&import->contig_names);
    free(import->samples);
    free(import->origins);
    free(import->missing);
    free(import->contigs);
}

int skr_import_genomes(const skr_import_request *request, skr_import_result *ret_result,
                       skr_err *err)
{
    skr_import import = {.request = request};
    skr_import_result result = {0};
    int status = check_request(request, err);
    if (status == SKR_OK)
        status = skr_memory_of(request->memory_mib, &import.n_memory, err);
    if (status != SKR_OK)
        return status;
    status = prepare(&import, err);
    if (status != SKR_OK)
        goto out;
    if (is_all_known(&import)) {
        status = skr_import_reference_check_known(&import, err);
        result.is_noop = true;
        result.generation = import.manifest->generation;
        goto out;
    }
    status = take_in(&import, err);
    if (status == SKR_OK)
        status = describe_result(&import, &result, err);
    if (status != SKR_OK)
        goto out;
    warn_of_assembly(&import);
    skr_txn *txn = import.txn;
    import.txn = NULL; /* the commit frees it, whatever becomes of it */
    status = skr_txn_commit(txn, &result.generation, err);
    if (status == SKR_OK)
        warn(&import);
out:
    skr_txn_abort(import.txn);
    import_done(&import);
    if (status != SKR_OK)
        skr_import_result_done(&result);
    else
        *ret_result = result;
    return status;
}
