/*
 * import_warnings.c - what people should know of a delivery that was taken.
 */
#include "engine/import/genomes/import_warnings.h"

#include <inttypes.h>
#include <stdio.h>

#include "engine/import/genomes/import_facts.h"
#include "engine/import/genomes/import_gone.h"
#include "engine/import/genomes/import_parts.h"
#include "engine/import/genomes/import_qc.h"
#include "engine/import/genomes/import_watch.h"
#include "index/contigs/contig.h"

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
        skr_import_watch_warn(import, "%s%s no record on any contig, and so replaced nothing",
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
        skr_import_watch_warn(import, "%s has no record at all: did its caller fail?",
                              first->given);
    else if (n > 1)
        skr_import_watch_warn(import,
                              "%" PRIu32 " files have no record at all, the first is %s: did their "
                              "caller fail?",
                              n, first->given);
}

/* Files that count once, and lines that count for nothing. */
static void warn_of_unused(const skr_import *import)
{
    const skr_sample_line *line;
    uint32_t n = skr_sample_sheet_count_unused(&import->samples.sheet, &line);
    if (n > 0)
        skr_import_watch_warn(
            import,
            "%s: %u lines name samples that no file has, and were passed over; the "
            "first is line %u, sample '%s'%s%s",
            import->samples.sheet.path, n, line->line, line->sample,
            *line->file != '\0' ? " of " : "", line->file);
    const skr_import_file *first = NULL;
    for (uint32_t i = import->n_files; i-- > 0;)
        if (import->files[i].is_skipped && !import->files[i].is_gone &&
            import->files[i].known == NULL)
            first = &import->files[i];
    if (first != NULL)
        skr_import_watch_warn(
            import, "%s has the same bytes as another file of this delivery, and counts once",
            first->given);
}

/* What follows from a name of an assembly that nobody knows. */
void skr_import_warnings_assembly(const skr_import *import)
{
    const skr_manifest *manifest = import->manifest;
    const char *name = manifest->assemblies[import->assembly].name;
    if (!import->is_new_assembly || import->build != NULL)
        return;
    const char *other = NULL;
    for (uint32_t i = 0; i < manifest->n_segments && other == NULL; i++)
        if (manifest->segments[i].assembly != import->assembly)
            other = manifest->assemblies[manifest->segments[i].assembly].name;
    skr_import_watch_warn(
        import,
        "assembly '%s' is not known here%s%s: it is one of its own, without PAR "
        "borders, a rule for the length of MT, and lengths and accessions of "
        "chromosomes; known are GRCh37, GRCh38, T2T-CHM13v2.0 and those of mouse and "
        "rat under their usual names",
        name, other == NULL ? "" : ", and the store also has ", other == NULL ? "" : other);
}

/* A sex that X and Y contradict is told, and used as it stands: copies follow the sheet. */
static void warn_of_sex(const skr_import *import)
{
    uint32_t first = 0;
    uint32_t n = skr_import_facts_sex_differs(import, &first);
    char sheet[16];
    char more[32] = "";
    if (n == 0)
        return;
    skr_contig_karyotype_text(import->samples.list[first].karyotype, sheet);
    if (n > 1)
        (void)snprintf(more, sizeof more, " and of %" PRIu32 " others", n - 1);
    skr_import_watch_warn(import,
                          "X and Y of sample '%s'%s look otherwise than the sex in --samples (%s), "
                          "which counts as it stands: `skerry info --samples` shows them",
                          import->samples.names.texts[first], more, sheet);
}

/* One sheet knew the sex and another did not: each delivery counts by its own. */
static void warn_of_half_known(const skr_import *import)
{
    char more[32] = "";
    if (import->found.n_half_known == 0)
        return;
    if (import->found.n_half_known > 1)
        (void)snprintf(more, sizeof more, " and of %" PRIu32 " others",
                       import->found.n_half_known - 1);
    skr_import_watch_warn(import,
                          "the sex of sample '%s'%s is known of some of its contigs alone: X and Y "
                          "count by what --samples said of each delivery; --replace those that "
                          "came without it",
                          import->samples.names.texts[import->found.first_half_known], more);
}

/* Genotypes made of reads are not those of a laboratory's caller, beside which they may stand. */
static void warn_own_calls(const skr_import *import)
{
    uint32_t n = 0;
    const skr_import_file *first = NULL;
    for (uint32_t i = 0; i < import->n_files; i++) {
        const skr_import_file *file = &import->files[i];
        if (!file->is_reads || file->is_mask || file->is_skipped)
            continue;
        first = n++ == 0 ? file : first;
    }
    if (n > 0)
        skr_import_watch_warn(import,
                              "the genotypes of %s%s are made of its reads by Skerry itself: where "
                              "a laboratory's gVCF is there, give that, and reads with --calls "
                              "none",
                              first->name, n > 1 ? " and other files" : "");
}

void skr_import_warnings(const skr_import *import)
{
    const char *assembly = skr_assembly_canonical(import->request->assembly);
    skr_import_gone_warn(import);
    warn_own_calls(import);
    skr_import_qc_warn(import);
    warn_of_sex(import);
    warn_of_half_known(import);
    if (import->found.has_old_mitochondrion)
        skr_import_watch_warn(import,
                              "%" PRIu64
                              " records are left out: their MT is not that of %s, which has "
                              "%u bases",
                              import->counts[SKR_COUNT_REJECTED_CONTIG], assembly,
                              skr_assembly_build_chromosome(import->build, "MT")->length);
    if (import->found.is_of_carriers)
        skr_import_watch_warn(import,
                              "these files say nothing of who has no record: AN of most of their "
                              "alleles is that of the carriers, and frequencies mean nothing; if "
                              "no record means reference, import them with --absent-is hom-ref "
                              "and --replace, else give calls that were made jointly");
    warn_of_empty(import);
    skr_import_parts_warn(import);
    warn_of_unused(import);
    warn_of_no_replacing(import);
    if (import->found.has_raw_indels)
        skr_import_watch_warn(
            import,
            "no reference was given for %s: insertions and deletions are trimmed but "
            "not left-aligned, so two spellings of one may count apart",
            assembly);
}
