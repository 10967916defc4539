/*
 * import_coverage.c - do the files of a delivery say of an allele more than who carries it?
 *
 * Files of one genome each, without blocks, list what their people carry; where they have no record
 * nobody knows, so that AN of an allele is that of its carriers. Rows and spans come in the order
 * of the genome: of the rows of one place it is counted how many of those who do not carry the
 * allele they, or a span over its first base, say anything of.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_int.h"

struct skr_coverage {
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

/* A joint file alone says something of everybody; so does silence when it is reference. */
static bool is_of_interest(const skr_import *import)
{
    uint32_t n_files = 0;
    bool has_blocks = false;
    for (uint32_t i = 0; i < import->n_files; i++) {
        n_files += !import->files[i].is_skipped;
        has_blocks = has_blocks || import->files[i].n_blocks > 0;
    }
    return !import->request->absent_is_hom_ref && !has_blocks &&
           (n_files > 1 || import->names.n == 1);
}

int skr_coverage_new(const skr_import *import, skr_coverage **ret_coverage, skr_err *err)
{
    size_t n = import->names.n + 1u;
    *ret_coverage = NULL;
    if (!is_of_interest(import))
        return SKR_OK;
    skr_coverage *coverage = calloc(1, sizeof *coverage);
    if (coverage == NULL)
        return skr_fail_nomem(err, "who is called where");
    coverage->n_samples = import->names.n;
    coverage->n_said = calloc(n, sizeof *coverage->n_said);
    coverage->end0 = calloc(n, sizeof *coverage->end0);
    coverage->calls = malloc(n);
    if (coverage->n_said == NULL || coverage->end0 == NULL || coverage->calls == NULL) {
        skr_coverage_free(coverage);
        return skr_fail_nomem(err, "who is called where");
    }
    *ret_coverage = coverage;
    return SKR_OK;
}

void skr_coverage_free(skr_coverage *coverage)
{
    if (coverage == NULL)
        return;
    free(coverage->n_said);
    free(coverage->end0);
    free(coverage->calls);
    free(coverage);
}

/* Notes that a row, or a span that ends at end0, says something of a sample. */
static void note(skr_coverage *coverage, uint32_t sample, uint32_t end0)
{
    if (end0 == 0)
        coverage->n_said[sample]++;
    else if (coverage->end0[sample] < end0)
        coverage->end0[sample] = end0;
}

/* Notes everybody of whom calls say something; end0 as above, 0: of a row. */
static void note_calls(skr_coverage *coverage, const skr_call_set *calls, uint32_t end0)
{
    if (calls->base == SKR_CALL_NO_STATEMENT) { /* few are spoken of */
        for (uint32_t i = 0; i < calls->n_flips && calls->flip != SKR_CALL_NO_STATEMENT; i++)
            note(coverage, calls->flips[i], end0);
        for (uint32_t i = 0; i < calls->n_exceptions; i++)
            if (calls->exceptions[i].call != SKR_CALL_NO_STATEMENT)
                note(coverage, calls->exceptions[i].sample, end0);
        return;
    }
    skr_call_set_to_calls(calls, coverage->n_samples, coverage->calls);
    for (uint32_t i = 0; i < coverage->n_samples; i++)
        if (coverage->calls[i] != SKR_CALL_NO_STATEMENT)
            note(coverage, i, end0);
}

/* All rows of a place are there, and the spans that begin in front of it or at it. */
static void count_place(skr_coverage *coverage)
{
    uint32_t n = coverage->n_samples;
    uint64_t n_said = (uint64_t)coverage->n_complete * n;
    if (coverage->n_rows > coverage->n_complete) {
        for (uint32_t i = 0; i < n; i++) {
            bool is_covered =
                coverage->end0[i] > coverage->start0 || coverage->all_end0 > coverage->start0;
            n_said += is_covered ? coverage->n_rows - coverage->n_complete : coverage->n_said[i];
        }
        memset(coverage->n_said, 0, n * sizeof *coverage->n_said);
    }
    coverage->n_others += (uint64_t)coverage->n_rows * n - coverage->n_carriers;
    coverage->n_others_said += n_said - coverage->n_carriers;
    coverage->n_all_rows += coverage->n_rows;
    coverage->n_rows = coverage->n_complete = 0;
    coverage->n_carriers = 0;
}

static void go_to(skr_coverage *coverage, const skr_allele *allele)
{
    if (allele->contig == coverage->contig && allele->start0 == coverage->start0)
        return;
    count_place(coverage);
    if (allele->contig != coverage->contig) {
        memset(coverage->end0, 0, coverage->n_samples * sizeof *coverage->end0);
        coverage->all_end0 = 0;
    }
    coverage->contig = allele->contig;
    coverage->start0 = allele->start0;
}

void skr_coverage_add_row(skr_coverage *coverage, const skr_allele *allele,
                          const skr_carriers *carriers, const skr_call_set *calls)
{
    if (coverage == NULL || allele->kind == SKR_ALLELE_SV)
        return;
    go_to(coverage, allele);
    coverage->n_rows++;
    coverage->n_carriers += carriers->n + carriers->n_bags;
    if (skr_call_set_is_complete(calls, coverage->n_samples)) {
        coverage->n_complete++;
        return;
    }
    note_calls(coverage, calls, 0);
}

void skr_coverage_add_span(skr_coverage *coverage, const skr_allele *place,
                           const skr_call_set *calls)
{
    if (coverage == NULL)
        return;
    go_to(coverage, place);
    coverage->n_all_spans++;
    if (skr_call_set_is_complete(calls, coverage->n_samples)) {
        coverage->all_end0 = place->end0 > coverage->all_end0 ? place->end0 : coverage->all_end0;
        return;
    }
    note_calls(coverage, calls, place->end0);
}

bool skr_coverage_is_of_carriers(skr_coverage *coverage)
{
    if (coverage == NULL)
        return false;
    count_place(coverage);
    if (coverage->n_all_rows == 0)
        return false;
    /* Where everybody carries every allele, records without one tell whether all bases are there.
     */
    if (coverage->n_samples == 1 || coverage->n_others == 0)
        return 3 * coverage->n_others < 2 * coverage->n_all_rows &&
               coverage->n_all_spans <= 2 * coverage->n_all_rows;
    return 2 * coverage->n_others_said < coverage->n_others;
}
