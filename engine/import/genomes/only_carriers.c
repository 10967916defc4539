/*
 * only_carriers.c - do the files of a delivery say of an allele more than who carries it?
 *
 * Files of one genome each, without blocks, list what their people carry; where they have no record
 * nobody knows, so that AN of an allele is that of its carriers. Rows and spans come in the order
 * of the genome: of the rows of one place it is counted how many of those who do not carry the
 * allele they, or a span over its first base, say anything of.
 */
#include "engine/import/genomes/only_carriers.h"

#include <stdlib.h>
#include <string.h>

struct skr_only_carriers {
    uint32_t n_samples;
    uint32_t contig; /* of the rows that are being counted */
    uint32_t start0;
    uint32_t n_rows;     /* of that place */
    uint32_t n_complete; /* of them: say something of everybody */
    uint64_t n_carriers;
    uint32_t *n_said;  /* by sample: rows of that place that say something of it */
    uint32_t *end0;    /* by sample: where its spans end */
    uint32_t all_end0; /* of spans that speak of everybody */
    uint8_t *calls;
    uint64_t n_others; /* pairs of an allele and somebody who does not carry it */
    uint64_t n_others_said;
    uint64_t n_all_rows;
    uint64_t n_all_spans;
};

/* A joint file alone says something of everybody; so do silence when it is reference, and blocks.
 */
static bool is_of_interest(const skr_import *import)
{
    uint32_t n_files = 0;
    bool has_blocks = false;
    for (uint32_t i = 0; i < import->n_files; i++) {
        n_files += !import->files[i].is_skipped;
        has_blocks = has_blocks || import->files[i].n_blocks > 0;
    }
    return !import->request->absent_is_hom_ref && !has_blocks && import->coverage == NULL &&
           (n_files > 1 || import->samples.names.n == 1);
}

int skr_only_carriers_new(const skr_import *import, skr_only_carriers **ret_only, skr_err *err)
{
    size_t n = import->samples.names.n + 1u;
    *ret_only = NULL;
    if (!is_of_interest(import))
        return SKR_OK;
    skr_only_carriers *only = calloc(1, sizeof *only);
    if (only == NULL)
        return skr_fail_nomem(err, "who is called where");
    only->n_samples = import->samples.names.n;
    only->n_said = calloc(n, sizeof *only->n_said);
    only->end0 = calloc(n, sizeof *only->end0);
    only->calls = malloc(n);
    if (only->n_said == NULL || only->end0 == NULL || only->calls == NULL) {
        skr_only_carriers_free(only);
        return skr_fail_nomem(err, "who is called where");
    }
    *ret_only = only;
    return SKR_OK;
}

void skr_only_carriers_free(skr_only_carriers *only)
{
    if (only == NULL)
        return;
    free(only->n_said);
    free(only->end0);
    free(only->calls);
    free(only);
}

/* Notes that a row, or a span that ends at end0, says something of a sample. */
static void note(skr_only_carriers *only, uint32_t sample, uint32_t end0)
{
    if (end0 == 0)
        only->n_said[sample]++;
    else if (only->end0[sample] < end0)
        only->end0[sample] = end0;
}

/* Notes everybody of whom calls say something; end0 as above, 0: of a row. */
static void note_calls(skr_only_carriers *only, const skr_call_set *calls, uint32_t end0)
{
    if (calls->base == SKR_CALL_NO_STATEMENT) { /* few are spoken of */
        for (uint32_t i = 0; i < calls->n_flips && calls->flip != SKR_CALL_NO_STATEMENT; i++)
            note(only, calls->flips[i], end0);
        for (uint32_t i = 0; i < calls->n_exceptions; i++)
            if (calls->exceptions[i].call != SKR_CALL_NO_STATEMENT)
                note(only, calls->exceptions[i].sample, end0);
        return;
    }
    skr_call_set_to_calls(calls, only->n_samples, only->calls);
    for (uint32_t i = 0; i < only->n_samples; i++)
        if (only->calls[i] != SKR_CALL_NO_STATEMENT)
            note(only, i, end0);
}

/* All rows of a place are there, and the spans that begin in front of it or at it. */
static void count_place(skr_only_carriers *only)
{
    uint32_t n = only->n_samples;
    uint64_t n_said = (uint64_t)only->n_complete * n;
    if (only->n_rows > only->n_complete) {
        for (uint32_t i = 0; i < n; i++) {
            bool is_covered = only->end0[i] > only->start0 || only->all_end0 > only->start0;
            n_said += is_covered ? only->n_rows - only->n_complete : only->n_said[i];
        }
        memset(only->n_said, 0, n * sizeof *only->n_said);
    }
    only->n_others += (uint64_t)only->n_rows * n - only->n_carriers;
    only->n_others_said += n_said - only->n_carriers;
    only->n_all_rows += only->n_rows;
    only->n_rows = only->n_complete = 0;
    only->n_carriers = 0;
}

static void go_to(skr_only_carriers *only, const skr_allele *allele)
{
    if (allele->contig == only->contig && allele->start0 == only->start0)
        return;
    count_place(only);
    if (allele->contig != only->contig) {
        memset(only->end0, 0, only->n_samples * sizeof *only->end0);
        only->all_end0 = 0;
    }
    only->contig = allele->contig;
    only->start0 = allele->start0;
}

void skr_only_carriers_add_row(skr_only_carriers *only, const skr_allele *allele,
                               const skr_carriers *carriers, const skr_call_set *calls)
{
    if (only == NULL || allele->kind == SKR_ALLELE_SV)
        return;
    go_to(only, allele);
    only->n_rows++;
    only->n_carriers += carriers->n + carriers->n_bags;
    if (skr_call_set_is_complete(calls, only->n_samples)) {
        only->n_complete++;
        return;
    }
    note_calls(only, calls, 0);
}

void skr_only_carriers_add_span(skr_only_carriers *only, const skr_allele *place,
                                const skr_call_set *calls)
{
    if (only == NULL)
        return;
    go_to(only, place);
    only->n_all_spans++;
    if (skr_call_set_is_complete(calls, only->n_samples)) {
        only->all_end0 = place->end0 > only->all_end0 ? place->end0 : only->all_end0;
        return;
    }
    note_calls(only, calls, place->end0);
}

bool skr_only_carriers_decide(skr_only_carriers *only)
{
    if (only == NULL)
        return false;
    count_place(only);
    if (only->n_all_rows == 0)
        return false;
    /* Where everybody carries every allele, records without one tell whether all bases are there.
     */
    if (only->n_samples == 1 || only->n_others == 0)
        return 3 * only->n_others < 2 * only->n_all_rows &&
               only->n_all_spans <= 2 * only->n_all_rows;
    return 2 * only->n_others_said < only->n_others;
}
