/*
 * import_silence.c - what the files of a delivery say by having no record.
 *
 * With --absent-is hom-ref a file speaks of every contig on which any file of the delivery has a
 * record, files among them that the store has already. A contig of which a sample has records in
 * another file of the delivery is left to that file.
 */
#include "engine/import/genomes/import_silence.h"

#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/identity.h"
#include "engine/import/genomes/import_body.h"
#include "engine/import/genomes/import_parts.h"
#include "engine/import/genomes/import_record.h"
#include "engine/import/genomes/import_watch.h"
#include "engine/import/genomes/record_keys.h"

/* ------------------------------------------------------------------ which contigs */

/* Marks the contigs of the assembly on which a file of the delivery has a record. */
static void mark_contigs(const skr_import *import, uint8_t *has_records)
{
    for (uint32_t i = 0; i < import->n_files; i++) {
        const skr_import_file *file = &import->files[i];
        for (uint32_t j = 0; j < file->n_used; j++)
            has_records[import->contigs.list[file->used[j]].index] = 1;
        const skr_source *known = file->known;
        for (uint32_t j = 0; known != NULL && j < known->n_contigs; j++)
            if (!skr_import_holds(known->silent, known->n_silent, known->contigs[j]))
                has_records[known->contigs[j]] = 1;
    }
}

static bool is_unknown(skr_karyotype karyotype)
{
    return karyotype.n_y == SKR_KARYOTYPE_UNKNOWN;
}

/* Can a file be silent of Y: does anybody of it have a known karyotype? */
static bool may_speak_of(const skr_import_file *file, const char *contig)
{
    if (strcmp(contig, "Y") != 0)
        return true;
    for (uint32_t i = 0; i < file->columns.n; i++)
        if (!is_unknown(file->columns.karyotype[i]))
            return true;
    return false;
}

/* ------------------------------------------------------------------ claims */

/* Puts what silence says of all samples of a file in a ploidy into the import's body. */
static int encode_calls(skr_import *import, const skr_import_file *file, skr_ploidy ploidy,
                        skr_err *err)
{
    uint32_t n = file->columns.n;
    skr_call_set set = {0};
    uint8_t *calls = malloc(n + 1u);
    if (calls == NULL)
        return skr_fail_nomem(err, "contigs without records");
    for (uint32_t i = 0; i < n; i++)
        calls[i] = ploidy == SKR_PLOIDY_Y && is_unknown(file->columns.karyotype[i])
                       ? SKR_CALL_NO_STATEMENT
                       : SKR_CALL_DEFAULT;
    int status = skr_call_set_from_calls(calls, n, &set, err);
    import->record.body.n = 0;
    if (status == SKR_OK)
        status = skr_import_body_encode(&set, NULL, &import->record.body, err);
    skr_call_set_done(&set);
    free(calls);
    return status;
}

/* Claims contigs from their first base to the last. */
static int claim(skr_import *import, uint32_t number, const uint8_t *is_claimed, skr_err *err)
{
    skr_assembly *assembly = &import->manifest->assemblies[import->assembly];
    skr_import_contig whole = {0};
    skr_place at = {.import = import, .file = number, .contig = &whole, .build = import->build};
    int status = SKR_OK;
    for (unsigned ploidy = 0; ploidy < SKR_N_PLOIDIES && status == SKR_OK; ploidy++) {
        status = encode_calls(import, &import->files[number], (skr_ploidy)ploidy, err);
        for (uint32_t i = 0; i < assembly->n_contigs && status == SKR_OK; i++) {
            uint32_t length = assembly->contigs[i].length;
            whole = (skr_import_contig){.index = i, .name = assembly->contigs[i].name};
            if (is_claimed[i])
                status = skr_import_record_spans(
                    &at, 0, length > 0 ? length : SKR_CONTIG_LENGTH_MAX, (skr_ploidy)ploidy, err);
        }
    }
    return status;
}

/* The file has no record on a contig: its samples have it by silence from now on. */
static int add_silent(skr_import *import, skr_import_file *file, uint32_t contig, skr_err *err)
{
    SKR_TRY(
        SKR_ARRAY_RESERVE(&file->silent, &file->n_silent_max, file->n_silent + 1, "contigs", err));
    file->silent[file->n_silent++] = contig;
    return skr_identity_check_contig(import, file, contig, err);
}

/* Which contigs a file claims; those on which it has no record are its own from now on. */
static int choose_contigs(skr_import *import, skr_import_file *file, const uint8_t *has_records,
                          uint8_t *is_claimed, skr_err *err)
{
    const skr_assembly *assembly = &import->manifest->assemblies[import->assembly];
    int status = SKR_OK;
    for (uint32_t contig = 0; contig < assembly->n_contigs && status == SKR_OK; contig++) {
        bool have_parts = false;
        is_claimed[contig] = 0;
        if (!has_records[contig] || !may_speak_of(file, assembly->contigs[contig].name))
            continue;
        bool is_silent = !skr_import_parts_uses(import, file, contig);
        if (is_silent)
            status = skr_import_parts_have(import, file, contig, &have_parts, err);
        if (status != SKR_OK || have_parts)
            continue;
        is_claimed[contig] = 1;
        if (is_silent)
            status = add_silent(import, file, contig, err);
    }
    return status;
}

int skr_import_silence_claim(skr_import *import, skr_err *err)
{
    uint32_t n_contigs = import->manifest->assemblies[import->assembly].n_contigs;
    uint8_t *has_records = calloc(n_contigs + 1u, 1);
    uint8_t *is_claimed = calloc(n_contigs + 1u, 1);
    int status = has_records == NULL || is_claimed == NULL
                     ? skr_fail_nomem(err, "contigs without records")
                     : SKR_OK;
    if (status == SKR_OK)
        mark_contigs(import, has_records);
    for (uint32_t i = 0; i < import->n_files && status == SKR_OK; i++) {
        if (import->files[i].is_skipped)
            continue;
        status = choose_contigs(import, &import->files[i], has_records, is_claimed, err);
        if (status == SKR_OK)
            status = claim(import, i, is_claimed, err);
        if (status == SKR_OK)
            status = skr_import_watch_stop(import, err);
    }
    free(has_records);
    free(is_claimed);
    return status;
}

int skr_import_silence_check(const skr_import *import, const skr_import_file *file, skr_err *err)
{
    const skr_import_request *request = import->request;
    if (!request->absent_is_hom_ref || request->format == SKR_FORMAT_VCF ||
        (!file->is_gvcf && file->n_blocks == 0))
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: has reference blocks, which say themselves where it is called: import it "
                    "without --absent-is hom-ref",
                    file->name);
}
