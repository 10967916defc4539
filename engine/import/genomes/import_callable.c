/*
 * import_callable.c - from a BED to the coverage of all samples of a delivery.
 *
 * A contig that only the BED names is not one that a sample has: a later delivery may bring it, and
 * then the BED's word for it ends (identity.c).
 */
#include "engine/import/genomes/import_callable.h"

#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/identity.h"
#include "engine/import/genomes/import_coverage.h"
#include "engine/import/genomes/import_watch.h"
#include "index/contigs/contig.h"

int skr_import_callable_read(skr_import *import, skr_err *err)
{
    const char *path = import->request->callable;
    skr_import_callable *callable = &import->callable;
    skr_digest *digest = NULL;
    if (path == NULL)
        return SKR_OK;
    SKR_TRY(skr_bed_read(path, &import->keys, skr_import_memory_coverage(import->n_memory),
                         &callable->bed, err));
    SKR_TRY(skr_digest_new(SKR_DIGEST_SHA256, &digest, err));
    for (uint32_t i = 0; i < callable->bed.names.n; i++)
        skr_digest_update(digest, callable->bed.names.texts[i],
                          strlen(callable->bed.names.texts[i]) + 1);
    if (callable->bed.n_lines > 0)
        skr_digest_update(digest, callable->bed.lines,
                          callable->bed.n_lines * sizeof *callable->bed.lines);
    skr_digest_final(digest, callable->digest);
    skr_digest_free(digest);
    return SKR_OK;
}

int skr_import_callable_declare(skr_import *import, const char *canonical, uint32_t length,
                                skr_err *err)
{
    skr_import_callable *callable = &import->callable;
    uint32_t number;
    bool is_new;
    if (import->request->callable == NULL)
        return SKR_OK;
    SKR_TRY(
        skr_names_add_n(&callable->declared, canonical, strlen(canonical), &number, &is_new, err));
    SKR_TRY(SKR_ARRAY_RESERVE(&callable->lengths, &callable->n_lengths_max, number + 1u, "contigs",
                              err));
    if (is_new || length > callable->lengths[number])
        callable->lengths[number] = length;
    return SKR_OK;
}

/* ------------------------------------------------------------------ contigs */

/* A contig of the BED: its index in the assembly, SKR_NONE where nobody knows it. */
typedef struct bed_contig {
    uint32_t index;
    uint32_t length; /* 0: nobody said */
    const char *name;
} bed_contig;

/* The length that a contig has by records, headers, or the table of assemblies; 0: nobody said. */
static uint32_t length_of(const skr_import *import, const char *canonical)
{
    const skr_names *met = &import->contigs.names;
    const skr_import_callable *callable = &import->callable;
    uint32_t number = skr_names_find(met, canonical);
    if (number != UINT32_MAX && import->contigs.list[number].length > 0)
        return import->contigs.list[number].length;
    number = skr_names_find(&callable->declared, canonical);
    if (number != UINT32_MAX && callable->lengths[number] > 0)
        return callable->lengths[number];
    const skr_chromosome *known = skr_assembly_build_chromosome(import->build, canonical);
    return known != NULL ? known->length : 0;
}

static int find_contig(skr_import *import, const char *written, bed_contig *ret_contig,
                       skr_err *err)
{
    skr_assembly *assembly = &import->manifest->assemblies[import->assembly];
    char canonical[SKR_NAME_MAX + 1];
    int status =
        skr_contig_find(import->build, assembly, written, &ret_contig->index, canonical, err);
    if (status != SKR_OK)
        return skr_fail_in(err, status, "%s", import->request->callable);
    uint32_t number = skr_names_find(&import->callable.declared, canonical);
    bool is_known =
        skr_assembly_build_chromosome(import->build, canonical) != NULL || number != UINT32_MAX;
    ret_contig->length = length_of(import, canonical);
    if (ret_contig->index == SKR_NONE && is_known)
        SKR_TRY(skr_manifest_add_contig(assembly, canonical, ret_contig->length, &ret_contig->index,
                                        err));
    if (ret_contig->index != SKR_NONE)
        ret_contig->name = assembly->contigs[ret_contig->index].name;
    return SKR_OK;
}

/* ------------------------------------------------------------------ claims */

/* Nobody claims a Y of somebody of whom nobody knows whether there is one. */
static bool may_claim(const skr_import *import, uint32_t sample, skr_ploidy ploidy)
{
    return ploidy != SKR_PLOIDY_Y_PAR &&
           (ploidy != SKR_PLOIDY_Y ||
            import->samples.list[sample].karyotype.n_y != SKR_KARYOTYPE_UNKNOWN);
}

/* Adds [place0[0], place0[1]) of a contig for one sample, ploidy by ploidy. */
static int claim(skr_import *import, uint32_t sample, const bed_contig *contig,
                 const uint32_t place0[2], skr_err *err)
{
    skr_cover_claim one = {.sample = sample, .contig = contig->index, .call = SKR_CALL_DEFAULT};
    for (uint32_t start0 = place0[0]; start0 < place0[1]; start0 = one.end0) {
        skr_ploidy ploidy = skr_contig_ploidy(import->build, contig->name, start0);
        uint32_t end0 = skr_contig_ploidy_end0(import->build, contig->name, start0);
        one.start0 = start0;
        one.end0 = end0 < place0[1] ? end0 : place0[1];
        one.ploidy = (uint8_t)ploidy;
        if (may_claim(import, sample, ploidy))
            SKR_TRY(skr_import_coverage_add(import, &one, err));
    }
    return SKR_OK;
}

/* Cuts the lines at the ends of their contigs; lines of no use are left with no base. */
static void cut_lines(skr_import *import, const bed_contig *contigs)
{
    skr_bed *bed = &import->callable.bed;
    for (size_t i = 0; i < bed->n_lines; i++) {
        skr_bed_line *line = &bed->lines[i];
        const bed_contig *contig = &contigs[line->contig];
        if (contig->index == SKR_NONE) {
            import->counts[SKR_COUNT_REJECTED_CONTIG]++;
            line->end0 = line->start0;
        } else if (contig->length > 0 && line->end0 > contig->length) {
            import->counts[SKR_COUNT_CLIPPED]++;
            line->end0 = contig->length > line->start0 ? contig->length : line->start0;
        }
    }
}

/* The lines of one sample. */
static int claim_lines(skr_import *import, uint32_t sample, const bed_contig *contigs,
                       uint8_t *may_cover, skr_err *err)
{
    const skr_bed *bed = &import->callable.bed;
    for (uint32_t i = 0; i < bed->names.n; i++)
        may_cover[i] = contigs[i].index != SKR_NONE &&
                       skr_identity_may_cover(import, sample, contigs[i].index);
    for (size_t i = 0; i < bed->n_lines; i++) {
        const skr_bed_line *line = &bed->lines[i];
        if (may_cover[line->contig] != 0)
            SKR_TRY(claim(import, sample, &contigs[line->contig],
                          (uint32_t[]){line->start0, line->end0}, err));
    }
    return skr_import_watch_stop(import, err);
}

int skr_import_callable_claim(skr_import *import, skr_err *err)
{
    skr_import_callable *callable = &import->callable;
    uint32_t n = callable->bed.names.n;
    if (import->request->callable == NULL)
        return SKR_OK;
    bed_contig *contigs = calloc(n + 1u, sizeof *contigs);
    uint8_t *may_cover = calloc(n + 1u, 1);
    callable->contigs = calloc(n + 1u, sizeof *callable->contigs);
    int status = contigs == NULL || may_cover == NULL || callable->contigs == NULL
                     ? skr_fail_nomem(err, import->request->callable)
                     : SKR_OK;
    for (uint32_t i = 0; i < n && status == SKR_OK; i++) {
        status = find_contig(import, callable->bed.names.texts[i], &contigs[i], err);
        if (status == SKR_OK && contigs[i].index != SKR_NONE)
            callable->contigs[callable->n_contigs++] = contigs[i].index;
    }
    if (status == SKR_OK)
        cut_lines(import, contigs);
    for (uint32_t i = 0; i < import->samples.names.n && status == SKR_OK; i++)
        status = claim_lines(import, i, contigs, may_cover, err);
    free(contigs);
    free(may_cover);
    return status;
}

void skr_import_callable_done(skr_import *import)
{
    skr_bed_done(&import->callable.bed);
    skr_names_done(&import->callable.declared);
    free(import->callable.lengths);
    free(import->callable.contigs);
}
