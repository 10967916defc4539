/*
 * store_verify.c - every file of a store, and what one file says of another.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/face/verify.h"
#include "index/annotations/annotation_table.h"
#include "index/genes/gene_table.h"
#include "index/ontology/ontology.h"
#include "index/people/people.h"
#include "storage/reference/reference.h"
#include "storage/segment/catalogue.h"
#include "storage/segment/segment.h"
#include "storage/store.h"

typedef struct verifier {
    const char *folder;
    const skr_manifest *manifest;
    skr_fault_fn on_fault;
    void *context;
    uint64_t n_faults;
    uint32_t n_people; /* SKR_NONE when the people table cannot be read */
    bool is_quick;     /* no blocks: only what opening a file looks at */
    bool is_overtaken; /* a writer has committed since the manifest was read */
} verifier;

/*
 * A writer that commits removes files of the generation that is being read. It renames the manifest
 * first, so a fault counts only if the generation is still in force after it was found.
 */
static bool is_overtaken(const verifier *verify)
{
    uint64_t now = 0;
    return skr_store_generation_now(verify->folder, &now, NULL) == SKR_OK &&
           now > verify->manifest->generation;
}

static void count_fault(void *context, const char *text)
{
    verifier *verify = context;
    verify->is_overtaken = verify->is_overtaken || is_overtaken(verify);
    if (verify->is_overtaken)
        return;
    verify->n_faults++;
    if (verify->on_fault != NULL)
        verify->on_fault(verify->context, text);
}

static void fault(verifier *verify, const char *format, ...) SKR_PRINTF(2, 3);
static void fault(verifier *verify, const char *format, ...)
{
    char text[SKR_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    count_fault(verify, text);
}

/* A damaged or missing file is a fault of the store; what the machine refuses is an error. */
static int settle(verifier *verify, int status, const skr_err *err)
{
    if (status != SKR_ERR_CORRUPT && status != SKR_ERR_MISSING && status != SKR_ERR_VERSION)
        return status;
    count_fault(verify, err->message);
    return SKR_OK;
}

static int verify_people(verifier *verify, skr_err *err)
{
    const skr_file_id *id = &verify->manifest->people;
    skr_people *people = NULL;
    skr_err found = {0};
    verify->n_people = SKR_NONE;
    int status = SKR_OK;
    if (id->name[0] != '\0' && !verify->is_quick)
        status = skr_people_verify(verify->folder, id, count_fault, verify, &found);
    if (status == SKR_OK)
        status = skr_people_open(verify->folder, id, &people, &found);
    if (status == SKR_OK)
        verify->n_people = skr_people_count(people);
    skr_people_close(people);
    if (status == SKR_ERR_CORRUPT && verify->n_faults > 0)
        return SKR_OK; /* its own verify said so */
    if (status < 0 && err != NULL)
        *err = found;
    return settle(verify, status, &found);
}

/* What the manifest and the people table say of a segment. */
static void compare_segment(verifier *verify, const skr_segment_entry *entry,
                            const skr_segment *segment)
{
    const char *name = entry->file.name;
    uint32_t n = skr_segment_n_samples(segment);
    uint32_t first = 0;
    uint32_t last = 0;
    skr_sample_table_range(skr_segment_samples(segment), &first, &last);
    if (n != entry->n_samples)
        fault(verify, "%s: %" PRIu32 " samples where the manifest has %" PRIu32, name, n,
              entry->n_samples);
    if (skr_segment_n_rows(segment) != entry->n_rows)
        fault(verify, "%s: %" PRIu64 " rows where the manifest has %" PRIu64, name,
              skr_segment_n_rows(segment), entry->n_rows);
    if (verify->n_people != SKR_NONE && last >= verify->n_people)
        fault(verify, "%s: a sample is individual %" PRIu32 " of a store that has %" PRIu32, name,
              last, verify->n_people);
    for (uint32_t t = 0; t < entry->n_tombstones; t++) {
        const skr_tombstone *tombstone = &entry->tombstones[t];
        if (tombstone->n_samples > 0 && tombstone->samples[tombstone->n_samples - 1] >= n)
            fault(verify, "%s: the manifest buries sample %" PRIu32 " of %" PRIu32, name,
                  tombstone->samples[tombstone->n_samples - 1], n);
    }
    uint32_t n_contigs = verify->manifest->assemblies[entry->assembly].n_contigs;
    if (skr_segment_reaches(segment, n_contigs))
        fault(verify, "%s: it has more contigs than the assembly, which has %" PRIu32, name,
              n_contigs);
}

static int verify_segment(verifier *verify, const skr_segment_entry *entry, skr_err *err)
{
    skr_segment *segment = NULL;
    skr_err found = {0};
    uint64_t n_before = verify->n_faults;
    int status = SKR_OK;
    if (!verify->is_quick)
        status = skr_segment_verify(verify->folder, &entry->file, count_fault, verify, &found);
    if (status == SKR_OK) {
        status = skr_segment_open(verify->folder, &entry->file, &segment, &found);
        if (status == SKR_OK)
            compare_segment(verify, entry, segment);
        else if (verify->n_faults > n_before && status == SKR_ERR_CORRUPT)
            status = SKR_OK; /* said already */
    }
    skr_segment_close(segment);
    if (status < 0 && err != NULL)
        *err = found;
    return settle(verify, status, &found);
}

typedef int (*verify_fn)(const char *folder, const skr_file_id *id, skr_fault_fn on_fault,
                         void *context, skr_err *err);

static int verify_file(verifier *verify, const skr_file_id *id, skr_file_kind kind,
                       verify_fn verify_it, skr_err *err)
{
    skr_err found = {0};
    skr_block_file *file = NULL;
    if (id->name[0] == '\0')
        return SKR_OK;
    int status = verify->is_quick ? skr_block_file_open(verify->folder, id, kind, &file, &found)
                                  : verify_it(verify->folder, id, count_fault, verify, &found);
    skr_block_file_close(file);
    if (status < 0 && err != NULL)
        *err = found;
    return settle(verify, status, &found);
}

/* The indexes that the manifest's own entries hold. */
static bool verify_indexes(verifier *verify)
{
    const skr_manifest *manifest = verify->manifest;
    uint64_t n_before = verify->n_faults;
    for (uint32_t i = 0; i < manifest->n_segments; i++) {
        const skr_segment_entry *entry = &manifest->segments[i];
        if (entry->dataset >= manifest->n_datasets || entry->assembly >= manifest->n_assemblies)
            fault(verify, "MANIFEST: %s belongs to a dataset or assembly that is not there",
                  entry->file.name);
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(manifest->segments[k].file.name, entry->file.name) == 0)
                fault(verify, "MANIFEST: %s is named twice", entry->file.name);
    }
    return verify->n_faults == n_before;
}

static int verify_files(verifier *verify, skr_err *err)
{
    const skr_manifest *manifest = verify->manifest;
    bool are_sound = verify_indexes(verify);
    int status = verify_people(verify, err);
    if (status == SKR_OK)
        status =
            verify_file(verify, &manifest->ontology, SKR_FILE_ONTOLOGY, skr_ontology_verify, err);
    for (uint32_t i = 0; status == SKR_OK && i < manifest->n_assemblies; i++) {
        const skr_assembly *assembly = &manifest->assemblies[i];
        status = verify_file(verify, &assembly->genes, SKR_FILE_GENES, skr_gene_table_verify, err);
        if (status == SKR_OK)
            status = verify_file(verify, &assembly->reference, SKR_FILE_REFERENCE,
                                 skr_reference_verify, err);
        for (uint32_t a = 0; status == SKR_OK && a < assembly->n_annotations; a++)
            status = verify_file(verify, &assembly->annotations[a].file, SKR_FILE_ANNOTATIONS,
                                 skr_annotation_table_verify, err);
    }
    for (uint32_t i = 0; status == SKR_OK && are_sound && i < manifest->n_segments; i++)
        status = verify_segment(verify, &manifest->segments[i], err);
    for (uint32_t i = 0; status == SKR_OK && i < manifest->n_catalogues; i++)
        status = verify_file(verify, &manifest->catalogues[i], SKR_FILE_CATALOGUE,
                             skr_catalogue_verify, err);
    return status;
}

int skr_engine_verify(const char *folder, bool is_quick, skr_fault_fn on_fault, void *context,
                      uint64_t *ret_n_faults, skr_err *err)
{
    for (;;) {
        skr_store *store = NULL;
        verifier verify = {
            .folder = folder, .is_quick = is_quick, .on_fault = on_fault, .context = context};
        int status = skr_store_open(folder, &store, err);
        if (status < 0)
            return status;
        verify.manifest = skr_store_manifest(store);
        status = verify_files(&verify, err);
        skr_store_close(store);
        if (status < 0)
            return status;
        if (verify.is_overtaken)
            continue; /* each turn takes a commit of somebody else's */
        *ret_n_faults = verify.n_faults;
        return SKR_OK;
    }
}

int skr_engine_generation_now(const char *folder, uint64_t *ret_generation, skr_err *err)
{
    return skr_store_generation_now(folder, ret_generation, err);
}

int skr_engine_copy(const char *folder, const char *to, bool copies_bytes, const atomic_bool *stop,
                    void (*on_bytes)(void *context, uint64_t n_done, uint64_t n), void *context,
                    skr_copied *ret_copied, skr_err *err)
{
    const skr_store_copy_request request = {.folder = folder,
                                            .to = to,
                                            .copies_bytes = copies_bytes,
                                            .stop = stop,
                                            .on_bytes = on_bytes,
                                            .context = context};
    return skr_store_copy(&request, ret_copied, err);
}
