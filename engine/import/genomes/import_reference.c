/*
 * import_reference.c - the bases that records are compared with and moved along.
 *
 * An assembly has one sequence a contig, for ever: the first that was given. A contig of a delivery
 * is read from the store if it is there, otherwise from the FASTA, and is then kept in the store.
 */
#include "engine/import/genomes/import_reference.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "engine/import/genomes/import_evidence.h"
#include "engine/import/genomes/record_keys.h"

static skr_assembly *assembly_of(const skr_import *import)
{
    return &import->manifest->assemblies[import->assembly];
}

/* The first reference must not meet indels that were never aligned with it. */
static int check_raw_indels(const skr_import *import, skr_err *err)
{
    char names[512] = "";
    size_t n = 0;
    for (uint32_t i = 0; i < import->manifest->n_segments; i++) {
        const skr_segment_entry *segment = &import->manifest->segments[i];
        if (segment->assembly != import->assembly || !segment->has_raw_indels)
            continue;
        for (uint32_t p = 0; p < segment->n_parts; p++) {
            const skr_delivery *delivery =
                &import->manifest->deliveries[segment->parts[p].delivery];
            int more = snprintf(names + n, sizeof names - n, "%s%s (dataset %s)", n > 0 ? ", " : "",
                                delivery->n_sources > 0 ? delivery->sources[0].name : "?",
                                import->manifest->datasets[segment->dataset].id);
            n += more > 0 && (size_t)more < sizeof names - n ? (size_t)more : 0;
        }
    }
    if (n == 0)
        return SKR_OK;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: --reference: %s holds indels that were imported without a reference; "
                    "import again with --reference and --replace into a new store: %s",
                    import->request->files[0], assembly_of(import)->name, names);
}

int skr_import_reference_open(skr_import *import, skr_err *err)
{
    const skr_file_id *id = &assembly_of(import)->reference;
    int status = SKR_OK;
    if (id->name[0] != '\0')
        status = skr_reference_open(skr_txn_folder(import->txn), id, &import->reference.old, err);
    if (status != SKR_OK || import->request->reference == NULL)
        return status;
    status =
        skr_fasta_open(import->request->reference, import->build, &import->reference.fasta, err);
    if (status == SKR_OK && import->reference.old == NULL)
        status = check_raw_indels(import, err);
    return status;
}

/* Compares a contig of the store with the FASTA's, if that has it. */
static int compare(skr_import *import, uint32_t old, skr_err *err)
{
    uint32_t length;
    const char *md5;
    skr_sequence sequence;
    bool is_found;
    const char *name = skr_reference_contig(import->reference.old, old, &length, &md5);
    int status = skr_fasta_find(import->reference.fasta, name, &sequence, &is_found, err);
    if (status != SKR_OK || !is_found || strcmp(md5, sequence.md5) == 0)
        return status;
    return skr_fail(err, SKR_ERR_INPUT,
                    "%s: contig %s (MD5 %s, %u bases) differs from the one that the store has for "
                    "%s (MD5 %s, %u bases)",
                    import->request->reference, name, sequence.md5, sequence.n,
                    assembly_of(import)->name, md5, length);
}

/* Takes a contig from the FASTA into the store's reference. */
static int add_contig(skr_import *import, skr_import_contig *contig, skr_err *err)
{
    skr_sequence sequence;
    bool is_found;
    skr_length_says says;
    SKR_TRY(skr_fasta_find(import->reference.fasta, contig->name, &sequence, &is_found, err));
    if (!is_found)
        return skr_fail(err, SKR_ERR_INPUT, "%s: has no contig %s, which the delivery uses",
                        import->request->reference, contig->name);
    SKR_TRY(skr_import_evidence_length(import, import->request->reference, contig->name, sequence.n,
                                       &says, err));
    int status = SKR_OK;
    if (import->reference.writer == NULL) {
        skr_txn_file_name(import->txn, "reference", import->reference.name);
        SKR_TRY(skr_reference_writer_new(skr_txn_folder(import->txn), import->reference.name,
                                         import->reference.old, &import->reference.writer, err));
    }
    status = skr_reference_writer_add(import->reference.writer, contig->name, sequence.bases,
                                      sequence.n, sequence.md5, err);
    contig->has_reference = status == SKR_OK;
    contig->length = sequence.n;
    return status;
}

int skr_import_reference_contig(skr_import *import, skr_import_contig *contig, skr_err *err)
{
    contig->old_reference = import->reference.old == NULL
                                ? SKR_NONE
                                : skr_reference_find(import->reference.old, contig->name);
    if (contig->old_reference != SKR_NONE) {
        const char *md5;
        contig->has_reference = true;
        (void)skr_reference_contig(import->reference.old, contig->old_reference, &contig->length,
                                   &md5);
        return import->reference.fasta != NULL ? compare(import, contig->old_reference, err)
                                               : SKR_OK;
    }
    if (import->reference.fasta != NULL)
        return add_contig(import, contig, err);
    if (import->reference.old != NULL)
        return skr_fail(err, SKR_ERR_INPUT,
                        "contig %s has no reference yet, but other contigs of %s have: give "
                        "--reference",
                        contig->name, assembly_of(import)->name);
    return SKR_OK;
}

int skr_import_reference_check_known(skr_import *import, skr_err *err)
{
    int status = SKR_OK;
    if (import->reference.fasta == NULL || import->reference.old == NULL)
        return SKR_OK;
    uint32_t n = skr_reference_n_contigs(import->reference.old);
    for (uint32_t i = 0; i < n && status == SKR_OK; i++)
        status = compare(import, i, err);
    return status;
}

int skr_import_reference_bases(skr_import *import, const skr_import_contig *contig, uint32_t start0,
                               uint32_t n, char *bases, uint32_t *ret_n, skr_err *err)
{
    if (contig->old_reference != SKR_NONE)
        return skr_reference_bases(import->reference.old, contig->old_reference, start0, n, bases,
                                   ret_n, err);
    skr_sequence sequence;
    bool is_found;
    SKR_TRY(skr_fasta_find(import->reference.fasta, contig->name, &sequence, &is_found, err));
    uint32_t n_there = start0 < sequence.n ? sequence.n - start0 : 0;
    *ret_n = n < n_there ? n : n_there;
    for (uint32_t i = 0; i < *ret_n; i++) { /* as the store will give it */
        char base = sequence.bases[start0 + i];
        bases[i] = strchr("ACGT", base) != NULL ? base : 'N';
    }
    return SKR_OK;
}

int skr_import_reference_agrees(skr_place *at, bool *ret_agrees, skr_err *err)
{
    char bases[512];
    *ret_agrees = true;
    at->has_ref = true;
    for (uint32_t done = 0; done < at->n_ref && *ret_agrees;) {
        uint32_t n_want = at->n_ref - done < sizeof bases ? at->n_ref - done : sizeof bases;
        uint32_t n_got = 0;
        SKR_TRY(skr_import_reference_bases(at->import, at->contig, at->start0 + done, n_want, bases,
                                           &n_got, err));
        *ret_agrees = n_got == n_want;
        for (uint32_t i = 0; i < n_got && *ret_agrees; i++) {
            char base = (char)toupper((unsigned char)at->record->ref[done + i]);
            *ret_agrees = base == bases[i] || skr_variant_base_agrees(base, bases[i]);
            at->has_ref = at->has_ref && base == bases[i] && base != 'N';
        }
        done += n_want;
    }
    return SKR_OK;
}

int skr_import_reference_finish(skr_import *import, skr_err *err)
{
    if (import->reference.writer == NULL)
        return SKR_OK;
    return skr_reference_writer_finish(import->reference.writer, &assembly_of(import)->reference,
                                       err);
}

void skr_import_reference_close(skr_import *import)
{
    skr_reference_writer_free(import->reference.writer);
    skr_reference_close(import->reference.old);
    skr_fasta_close(import->reference.fasta);
}
