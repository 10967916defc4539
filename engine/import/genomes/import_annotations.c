/*
 * import_annotations.c - a delivery of annotations: from the lock to the new generation.
 *
 * Alleles get the keys that an import would give them, against the same reference; where the store
 * has none, indels are only trimmed, and the release says so.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/annotate_int.h"
#include "engine/import/genomes/import_evidence.h"
#include "engine/import/genomes/import_files.h"
#include "engine/import/genomes/import_reference.h"
#include "engine/import/genomes/import_source.h"
#include "engine/import/genomes/import_watch.h"
#include "index/contigs/contig.h"

static const char *const count_names[SKR_ANNOTATE_N_COUNTS] = {
    [SKR_ANNOTATE_SILENT] = "without_annotation",
    [SKR_ANNOTATE_UNMATCHED] = "unmatched_items",
    [SKR_ANNOTATE_WRONG] = "wrong_items",
    [SKR_ANNOTATE_PROTEINS] = "unread_proteins",
    [SKR_ANNOTATE_STOPS] = "behind_stop",
    [SKR_ANNOTATE_POINTERS] = "lost_pointers",
    [SKR_ANNOTATE_CLINICAL] = "shared_significance",
    [SKR_ANNOTATE_NAMES] = "unread_names",
    [SKR_ANNOTATE_NO_REFERENCE] = "no_reference",
};

/* Those of an import that can occur here. */
static const struct {
    skr_import_count count;
    const char *name;
} import_counts[] = {
    {SKR_COUNT_BAD_ALT, "bad_alt"},           {SKR_COUNT_BND, "bnd"},
    {SKR_COUNT_BAD_END, "bad_end"},           {SKR_COUNT_REJECTED_CONTIG, "rejected_contig"},
    {SKR_COUNT_REF_MISMATCH, "ref_mismatch"}, {SKR_COUNT_TELOMERE, "telomere"},
};
#define N_IMPORT_COUNTS (sizeof import_counts / sizeof *import_counts)

/* ------------------------------------------------------------------ contigs */

/* A contig that the stored reference lacks, though it has others: alleles cannot be aligned. */
static bool is_without_reference(const skr_import *import, const char *canonical)
{
    return import->reference.old != NULL &&
           skr_reference_find(import->reference.old, canonical) == SKR_NONE;
}

/* Notes a contig under its one name, and in the assembly. */
static int add_contig(skr_annotate *annotate, const skr_place *at, const char *written,
                      const char *canonical, uint32_t *ret_number, skr_err *err)
{
    skr_import *import = &annotate->import;
    uint32_t length = skr_vcf_contig_length(at->vcf, written);
    bool is_new = false;
    SKR_TRY(skr_names_add_n(&import->contigs.names, canonical, strlen(canonical), ret_number,
                            &is_new, err));
    SKR_TRY(SKR_ARRAY_RESERVE(&import->contigs.list, &import->contigs.n_max, *ret_number + 1u,
                              "contigs", err));
    skr_import_contig *contig = &import->contigs.list[*ret_number];
    if (!is_new)
        return SKR_OK;
    *contig = (skr_import_contig){.name = import->contigs.names.texts[*ret_number],
                                  .old_reference = SKR_NONE};
    SKR_TRY(skr_import_reference_contig(import, contig, err));
    if (!contig->has_reference)
        contig->length = length;
    return skr_manifest_add_contig(&import->manifest->assemblies[import->assembly], contig->name,
                                   contig->length, &contig->index, err);
}

/* Finds the contig of a record; *ret_is_out: the record does not count, and was counted so. */
static int find_contig(skr_annotate *annotate, skr_place *at, bool *ret_is_out, skr_err *err)
{
    skr_import *import = &annotate->import;
    skr_import_file *file = &import->files[at->file];
    uint32_t number = at->record->contig;
    char canonical[SKR_NAME_MAX + 1];
    SKR_TRY(SKR_ARRAY_RESERVE(&file->contigs, &file->n_contigs_max, number + 1u, "contigs", err));
    while (file->n_contigs <= number)
        file->contigs[file->n_contigs++] = (skr_file_contig){.contig = SKR_NONE};
    skr_file_contig *spelled = &file->contigs[number];
    if (spelled->contig == SKR_NONE && !spelled->is_rejected) {
        const char *written = skr_vcf_contigs(at->vcf)->texts[number];
        SKR_TRY(skr_import_evidence_contig(import, file, at->vcf, written, canonical,
                                           &spelled->is_rejected, err));
        /* what has no reference is told apart from what is rejected by having a contig */
        if (!spelled->is_rejected && is_without_reference(import, canonical)) {
            spelled->is_rejected = true;
            spelled->contig = 0;
        } else if (!spelled->is_rejected) {
            SKR_TRY(add_contig(annotate, at, written, canonical, &spelled->contig, err));
        }
    }
    *ret_is_out = spelled->is_rejected;
    if (!spelled->is_rejected)
        at->contig = &import->contigs.list[spelled->contig];
    else if (spelled->contig == SKR_NONE)
        import->counts[SKR_COUNT_REJECTED_CONTIG]++;
    else
        annotate->counts[SKR_ANNOTATE_NO_REFERENCE]++;
    return SKR_OK;
}

/* ------------------------------------------------------------------ records */

static int take_record(skr_annotate *annotate, skr_place *at, skr_err *err)
{
    skr_import *import = &annotate->import;
    const skr_vcf_record *record = at->record;
    bool is_out = false;
    bool agrees = true;
    import->n_records++;
    import->files[at->file].n_records++;
    if (record->pos1 == 0) {
        import->counts[SKR_COUNT_TELOMERE]++;
        return SKR_OK;
    }
    at->start0 = record->pos1 - 1;
    at->n_ref = (uint32_t)strlen(record->ref);
    if (at->n_ref > SKR_CONTIG_LENGTH_MAX - at->start0) {
        char where[32];
        skr_vcf_place(at->vcf, where);
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s, %s: REF ends beyond %u, the largest place there is",
                        import->files[at->file].name, where, SKR_CONTIG_LENGTH_MAX);
    }
    SKR_TRY(find_contig(annotate, at, &is_out, err));
    if (is_out)
        return SKR_OK;
    if (at->contig->has_reference)
        SKR_TRY(skr_import_reference_agrees(at, &agrees, err));
    if (!agrees) {
        import->counts[SKR_COUNT_REF_MISMATCH]++;
        import->files[at->file].n_ref_mismatches++;
        return SKR_OK;
    }
    return skr_annotate_record(annotate, at, err);
}

/* How many records are read between two reports of progress. */
#define RECORDS_A_REPORT 10000u

/* More mismatches than this, and more than one in a thousand, mean another assembly. */
#define MISMATCHES_MAX 10u
#define MISMATCHES_ONE_IN 1000u

static int read_records(skr_annotate *annotate, uint32_t number, const skr_build *build,
                        skr_vcf *vcf, skr_err *err)
{
    skr_import *import = &annotate->import;
    const skr_import_file *file = &import->files[number];
    for (;;) {
        const skr_vcf_record *record = NULL;
        SKR_TRY(skr_vcf_next(vcf, &record, err));
        if (record == NULL)
            break;
        skr_place at = {
            .import = import, .file = number, .build = build, .vcf = vcf, .record = record};
        SKR_TRY(take_record(annotate, &at, err));
        SKR_TRY(skr_import_watch_stop(import, err));
        if (import->n_records % RECORDS_A_REPORT == 0)
            skr_import_watch_report(import, file, skr_vcf_position(vcf),
                                    skr_vcf_contigs(vcf)->texts[record->contig], "reading");
    }
    if (file->n_ref_mismatches <= MISMATCHES_MAX ||
        file->n_ref_mismatches * MISMATCHES_ONE_IN <= file->n_records)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: REF differs from the reference in %" PRIu64 " of %" PRIu64
                    " records: is this %s?",
                    file->name, file->n_ref_mismatches, file->n_records,
                    import->manifest->assemblies[import->assembly].name);
}

/* ------------------------------------------------------------------ files */

/* Adds a name to what the files hold, once. */
static void add_source(skr_annotate *annotate, const char *name)
{
    char *to = annotate->sources;
    size_t n = strlen(to);
    if (strstr(to, name) == NULL)
        (void)snprintf(to + n, sizeof annotate->sources - n, "%s%s", n > 0 ? "+" : "", name);
}

/* Adds the programs that a header names. */
static void add_tools(skr_annotate *annotate, const char *tools)
{
    char *to = annotate->tools;
    size_t n = strlen(to);
    if (*tools != '\0' && strstr(to, tools) == NULL)
        (void)snprintf(to + n, sizeof annotate->tools - n, "%s%s", n > 0 ? "; " : "", tools);
}

/* What the header says of the fields of annotations. */
static int read_header(skr_annotate *annotate, const skr_import_file *file, const skr_vcf *vcf,
                       skr_err *err)
{
    const char *csq = skr_vcf_description(vcf, SKR_VCF_NOTE_CSQ);
    const char *vep = skr_vcf_description(vcf, SKR_VCF_NOTE_VEP);
    const char *ann = skr_vcf_description(vcf, SKR_VCF_NOTE_ANN);
    bool has_bcsq = *skr_vcf_description(vcf, SKR_VCF_NOTE_BCSQ) != '\0';
    bool has_clinical = *skr_vcf_description(vcf, SKR_VCF_NOTE_CLNSIG) != '\0';
    annotate->has_columns[0] =
        skr_annotation_columns_read(*csq != '\0' ? csq : vep, &annotate->columns[0]);
    annotate->has_columns[1] = skr_annotation_columns_read(ann, &annotate->columns[1]);
    if ((*csq != '\0' || *vep != '\0') && !annotate->has_columns[0])
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s: the header declares %s without a list of its fields (\"Format: "
                        "Allele|Consequence|...\"), so nobody can tell what they are",
                        file->name, *csq != '\0' ? "CSQ" : "vep");
    if (annotate->has_columns[0] || annotate->has_columns[1])
        add_source(annotate, "VEP");
    if (*ann != '\0' && !annotate->has_columns[1])
        add_source(annotate, "SnpEff");
    if (has_bcsq)
        add_source(annotate, "bcftools csq");
    if (has_clinical)
        add_source(annotate, "ClinVar");
    add_tools(annotate, skr_vcf_tools(vcf));
    if (annotate->has_columns[0] || *ann != '\0' || has_bcsq || has_clinical)
        return SKR_OK;
    if (annotate->request->has_names) {
        add_source(annotate, "names");
        return SKR_OK;
    }
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: the header declares none of CSQ, vep, ANN, BCSQ, CLNSIG: annotate it with "
                    "VEP, SnpEff (from 4.1 on) or bcftools csq first; --names takes the names of "
                    "its ID column alone",
                    file->name);
}

static const char *without_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static int read_file(skr_annotate *annotate, uint32_t number, skr_err *err)
{
    skr_import *import = &annotate->import;
    skr_import_file *file = &import->files[number];
    skr_vcf *vcf = NULL;
    SKR_TRY(skr_import_watch_stop(import, err));
    file->given = import->request->files[number];
    file->name = strcmp(file->given, "-") == 0 ? "standard input" : without_folder(file->given);
    SKR_TRY(skr_import_source_open(import, file, err));
    const skr_vcf_plan plan = {.path = file->path,
                               .name = file->name,
                               .gate = &annotate->as_import.gate,
                               .n_threads = import->request->n_threads,
                               .n_memory = import->n_memory,
                               .is_for_notes = true,
                               .keys = &import->keys};
    int status = skr_vcf_open(&plan, &vcf, err);
    if (status == SKR_OK)
        status = skr_import_evidence_header(import, file, vcf, err);
    if (status == SKR_OK)
        status = read_header(annotate, file, vcf, err);
    if (status == SKR_OK)
        status = read_records(annotate, number, import->build, vcf, err);
    skr_vcf_close(vcf);
    return status;
}

/* ------------------------------------------------------------------ the delivery */

static int check_request(const skr_annotate_request *request, skr_err *err)
{
    if (request->n_files == 0 || request->n_files > UINT32_MAX / 2)
        return skr_fail(err, SKR_ERR_USAGE, "annotate: %s",
                        request->n_files == 0 ? "no file is named" : "too many files");
    const char *names[] = {request->source, request->release};
    for (size_t i = 0; i < 2; i++)
        if (names[i] != NULL && (strlen(names[i]) > SKR_NAME_MAX || (i == 0 && *names[i] == '\0')))
            return skr_fail(err, SKR_ERR_USAGE, "annotate: --%s is %s",
                            i == 0 ? "source" : "release",
                            *names[i] == '\0' ? "empty" : "too long");
    return SKR_OK;
}

static int prepare(skr_annotate *annotate, skr_err *err)
{
    skr_import *import = &annotate->import;
    const skr_annotate_request *request = annotate->request;
    const skr_txn_wait wait = {.seconds = request->wait_s,
                               .stop = request->watch.stop,
                               .on_wait = skr_watch_waiting,
                               .context = (void *)(uintptr_t)&request->watch};
    SKR_TRY(skr_import_memory_of(request->memory_mib, &import->n_memory, err));
    SKR_TRY(skr_annotation_draft_new(&annotate->draft, err));
    SKR_TRY(skr_seal_keys_read(&request->unsealing, &request->watch, &import->keys, err));
    SKR_TRY(skr_store_wait_begin(request->store, &wait, &import->txn, err));
    import->manifest = skr_txn_manifest(import->txn);
    SKR_TRY(skr_assembly_check_twins(import->manifest, err));
    SKR_TRY(skr_assembly_choose(import->manifest, request->assembly, "annotations",
                                &import->assembly, err));
    import->build = skr_assembly_build_find(import->manifest->assemblies[import->assembly].name);
    SKR_TRY(skr_import_reference_open(import, err));
    import->files = calloc(request->n_files, sizeof *import->files);
    if (import->files == NULL)
        return skr_fail_nomem(err, "annotations");
    import->n_files = (uint32_t)request->n_files;
    return SKR_OK;
}

/* "@POS" whose record was not among those that were read. */
static void count_pointers(skr_annotate *annotate)
{
    for (uint32_t i = 0; i < annotate->pointers.n; i++)
        annotate->counts[SKR_ANNOTATE_POINTERS] +=
            skr_names_find(&annotate->pointed, annotate->pointers.texts[i]) == SKR_NONE;
}

/* Writes the file, and names it in the manifest. */
static int write_release(skr_annotate *annotate, skr_annotate_result *result, skr_err *err)
{
    skr_import *import = &annotate->import;
    const skr_annotate_request *request = annotate->request;
    skr_assembly *assembly = &import->manifest->assemblies[import->assembly];
    char name[SKR_FILE_NAME_MAX];
    skr_annotation_entry entry = {
        .source =
            (char *)(uintptr_t)(request->source != NULL ? request->source : annotate->sources),
        .release = (char *)(uintptr_t)(request->release != NULL ? request->release : ""),
        .has_raw_indels = import->found.has_raw_indels};
    skr_txn_file_name(import->txn, "annotations", name);
    SKR_TRY(skr_annotation_draft_write(annotate->draft, annotate->tools,
                                       skr_txn_folder(import->txn), name, &entry.file,
                                       &entry.n_alleles, err));
    for (uint32_t i = 0; i < assembly->n_annotations; i++)
        result->has_replaced =
            result->has_replaced || strcmp(assembly->annotations[i].source, entry.source) == 0;
    (void)snprintf(result->source, sizeof result->source, "%s", entry.source);
    result->n_alleles = entry.n_alleles;
    result->n_records = import->n_records;
    return skr_manifest_set_annotation(assembly, &entry, err);
}

static int add_counter(skr_annotate_result *result, const char *name, uint64_t value, skr_err *err)
{
    if (value == 0)
        return SKR_OK;
    char *copy = strdup(name);
    if (copy == NULL)
        return skr_fail_nomem(err, "annotations");
    result->counters[result->n_counters++] = (skr_counter){copy, value};
    return SKR_OK;
}

static int list_counters(skr_annotate *annotate, skr_annotate_result *result, skr_err *err)
{
    const char *first;
    count_pointers(annotate);
    result->counters =
        calloc(SKR_ANNOTATE_N_COUNTS + N_IMPORT_COUNTS + 1, sizeof *result->counters);
    if (result->counters == NULL)
        return skr_fail_nomem(err, "annotations");
    for (int i = 0; i < SKR_ANNOTATE_N_COUNTS; i++)
        SKR_TRY(add_counter(result, count_names[i], annotate->counts[i], err));
    SKR_TRY(add_counter(result, "unknown_effects",
                        skr_annotation_draft_unknown(annotate->draft, &first), err));
    for (size_t i = 0; i < N_IMPORT_COUNTS; i++)
        SKR_TRY(add_counter(result, import_counts[i].name,
                            annotate->import.counts[import_counts[i].count], err));
    return SKR_OK;
}

/* What may not mean what was wanted. */
static void warn(const skr_annotate *annotate)
{
    const skr_import *import = &annotate->import;
    const char *first = "";
    if (skr_annotation_draft_unknown(annotate->draft, &first) > 0)
        skr_import_watch_warn(import,
                              "'%.200s' is no term of the Sequence Ontology that is known here: it "
                              "can be asked for by its name only",
                              first);
    if (annotate->counts[SKR_ANNOTATE_UNMATCHED] > 0)
        skr_import_watch_warn(import,
                              "%" PRIu64 " items speak of no allele of their record and were left "
                              "out: was the file split or changed after it was annotated?",
                              annotate->counts[SKR_ANNOTATE_UNMATCHED]);
    if (annotate->counts[SKR_ANNOTATE_NO_REFERENCE] > 0)
        skr_import_watch_warn(import,
                              "%" PRIu64 " records lie on contigs that the stored reference does "
                              "not have; annotate again once genomes have brought it",
                              annotate->counts[SKR_ANNOTATE_NO_REFERENCE]);
    if (import->found.has_raw_indels)
        skr_import_watch_warn(import,
                              "%s has no reference here: indels were only trimmed, and match those "
                              "of genomes that were imported without one",
                              import->manifest->assemblies[import->assembly].name);
}

static void annotate_done(skr_annotate *annotate)
{
    skr_import *import = &annotate->import;
    skr_annotation_draft_free(annotate->draft);
    skr_names_done(&annotate->pointers);
    skr_names_done(&annotate->pointed);
    skr_record_keys_free(import->record.keys);
    skr_import_reference_close(import);
    skr_import_files_done(import);
    skr_seal_keys_done(&import->keys);
    skr_names_done(&import->contigs.names);
    free(import->contigs.list);
}

void skr_import_annotations_done(skr_annotate_result *result)
{
    for (uint32_t i = 0; i < result->n_counters; i++)
        free(result->counters[i].name);
    free(result->counters);
    *result = (skr_annotate_result){0};
}

int skr_import_annotations(const skr_annotate_request *request, skr_annotate_result *ret_result,
                           skr_err *err)
{
    skr_annotate_result result = {0};
    SKR_TRY(check_request(request, err));
    skr_annotate *annotate = calloc(1, sizeof *annotate);
    if (annotate == NULL)
        return skr_fail_nomem(err, "annotations");
    annotate->request = request;
    annotate->as_import = (skr_import_request){.store = request->store,
                                               .assembly = request->assembly,
                                               .format = SKR_FORMAT_VCF,
                                               .gate = skr_gate_adj(),
                                               .files = request->files,
                                               .n_files = request->n_files,
                                               .n_threads = request->n_threads,
                                               .watch = request->watch};
    annotate->import.request = &annotate->as_import;
    int status = prepare(annotate, err);
    for (uint32_t i = 0; status == SKR_OK && i < annotate->import.n_files; i++)
        status = read_file(annotate, i, err);
    if (status == SKR_OK)
        status = write_release(annotate, &result, err);
    if (status == SKR_OK)
        status = list_counters(annotate, &result, err);
    if (status == SKR_OK)
        status = skr_import_watch_stop(&annotate->import, err);
    if (status == SKR_OK) {
        skr_txn *txn = annotate->import.txn;
        warn(annotate);              /* while the manifest is there, which names the assembly */
        annotate->import.txn = NULL; /* the commit frees it, whatever becomes of it */
        status = skr_txn_commit(txn, &result.generation, err);
    }
    skr_txn_abort(annotate->import.txn);
    annotate_done(annotate);
    free(annotate);
    if (status != SKR_OK)
        skr_import_annotations_done(&result);
    else
        *ret_result = result;
    return status;
}
