/*
 * merge.c - the rows and spans of several segments side by side, contig by contig.
 *
 * The next row is the least of those that the segments are at; all that have it make one row of it.
 * The k-th span of some bases of each segment goes with the k-th of the others: they are of other
 * samples. Rows and spans come as in an import: by their starts, rows first.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/import/compact/merge_int.h"
#include "storage/base/array.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"

/* ------------------------------------------------------------------ rows */

/* The least of the alleles that the inputs are at, or NULL. */
static const skr_allele *least_allele(const skr_merge *merge)
{
    const skr_allele *least = NULL;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        const skr_merge_input *input = &merge->inputs[i];
        if (!input->is_there || input->rows.is_end)
            continue;
        if (least == NULL || input->rows.allele.start0 < least->start0 ||
            (input->rows.allele.start0 == least->start0 &&
             skr_segment_allele_compare(&input->rows.allele, least) < 0))
            least = &input->rows.allele;
    }
    return least;
}

/* Marks the inputs that are at an allele: is_chosen. */
static uint32_t choose_rows(skr_merge *merge, const skr_allele *allele)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        skr_merge_input *input = &merge->inputs[i];
        input->is_chosen = input->is_there && !input->rows.is_end &&
                           input->rows.allele.start0 == allele->start0 &&
                           (&input->rows.allele == allele ||
                            skr_segment_allele_compare(&input->rows.allele, allele) == 0);
        n += input->is_chosen;
    }
    return n;
}

/* Turns the inputs that are chosen to their next rows. */
static int pass_rows(skr_merge *merge, skr_err *err)
{
    for (uint32_t i = 0; i < merge->n_inputs; i++)
        if (merge->inputs[i].is_chosen)
            SKR_TRY(skr_row_walk_next(&merge->inputs[i].rows, err));
    return SKR_OK;
}

/* Takes the calls and carriers of the row that an input is at. */
static int take_row(skr_merge_input *input, skr_err *err)
{
    const skr_row_walk *at = &input->rows;
    const skr_call_set *stored = NULL;
    SKR_TRY(skr_segment_view_calls(at->view, at->tile, at->row, &stored, err));
    SKR_TRY(skr_merge_calls_take(input, stored, err));
    SKR_TRY(skr_segment_view_decode(at->view, at->tile, at->row, &input->carriers, err));
    return skr_segment_view_phase(at->view, at->tile, at->row, &input->carriers, &input->phased,
                                  err);
}

/* Writes the row that the chosen inputs are at, unless nobody who is left says anything of it. */
static int write_row(skr_merge *merge, const skr_allele *allele, skr_err *err)
{
    bool has_failed = true;
    bool is_said = false;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        skr_merge_input *input = &merge->inputs[i];
        input->said = NULL;
        if (!input->is_chosen)
            continue;
        if (input->rows.allele.ploidy != allele->ploidy)
            return skr_fail(err, SKR_ERR_CORRUPT, "segments differ in where X and Y begin");
        SKR_TRY(take_row(input, err));
        bool says = input->said->base != SKR_CALL_NO_STATEMENT || input->said->n_flips > 0 ||
                    input->said->n_exceptions > 0;
        has_failed = has_failed && (!says || input->rows.rows->filter_failed[input->rows.row] != 0);
    }
    SKR_TRY(skr_merge_calls_unite(merge, &is_said, err));
    if (!is_said)
        return SKR_OK;
    SKR_TRY(skr_merge_calls_carriers(merge, err));
    SKR_TRY(skr_merge_phase_unite(merge, err));
    merge->n_rows++;
    skr_segment_writer_phase(merge->writer, &merge->phased);
    return skr_segment_writer_add_row(merge->writer, allele, &merge->carriers, &merge->calls,
                                      has_failed, err);
}

/* ------------------------------------------------------------------ spans */

/* The inputs whose next span is the least of all, the place of which goes to *ret_place. */
static uint32_t choose_spans(skr_merge *merge, skr_span_walk *ret_place)
{
    const skr_span_walk *least = NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        const skr_span_walk *at = &merge->inputs[i].spans;
        if (merge->inputs[i].is_there && !at->is_end &&
            (least == NULL || skr_span_walk_compare(at, least) < 0))
            least = at;
    }
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        skr_merge_input *input = &merge->inputs[i];
        input->is_chosen = least != NULL && input->is_there && !input->spans.is_end &&
                           skr_span_walk_compare(&input->spans, least) == 0;
        n += input->is_chosen;
    }
    if (least != NULL)
        *ret_place = *least;
    return n;
}

/* Writes the next span of the chosen inputs, and turns them to those behind it. */
static int write_span(skr_merge *merge, const skr_span_walk *place, skr_err *err)
{
    bool is_said = false;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        skr_merge_input *input = &merge->inputs[i];
        input->said = NULL;
        if (!input->is_chosen)
            continue;
        SKR_TRY(skr_span_walk_calls(&input->spans, &input->span_calls, err));
        SKR_TRY(skr_merge_calls_take(input, &input->span_calls, err));
    }
    SKR_TRY(skr_merge_calls_unite(merge, &is_said, err));
    if (is_said)
        SKR_TRY(skr_segment_writer_add_span(merge->writer, merge->contig, place->start0,
                                            place->end0, place->ploidy, &merge->calls, err));
    for (uint32_t i = 0; i < merge->n_inputs; i++)
        if (merge->inputs[i].is_chosen)
            SKR_TRY(skr_span_walk_next(&merge->inputs[i].spans, err));
    return SKR_OK;
}

/* ------------------------------------------------------------------ a contig */

static int write_contig(skr_merge *merge, skr_err *err)
{
    for (;;) {
        skr_span_walk place = {.start0 = UINT32_MAX};
        const skr_allele *next = least_allele(merge);
        uint32_t n_spans = choose_spans(merge, &place);
        if (next == NULL && n_spans == 0)
            return skr_merge_coverage_write(merge, err);
        if (next != NULL && (n_spans == 0 || next->start0 <= place.start0)) {
            (void)choose_rows(merge, next);
            SKR_TRY(write_row(merge, next, err));
            SKR_TRY(pass_rows(merge, err));
        } else {
            SKR_TRY(write_span(merge, &place, err));
        }
        SKR_TRY(skr_merge_step(merge, err));
    }
}

/* Turns those who are there to their first rows. */
static int start_rows(skr_merge *merge, uint32_t contig, skr_err *err)
{
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        skr_merge_input *input = &merge->inputs[i];
        if (input->is_there)
            SKR_TRY(skr_row_walk_start(&input->rows, input->view, contig, err));
    }
    return SKR_OK;
}

static int start_spans(skr_merge *merge, uint32_t contig, skr_err *err)
{
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        skr_merge_input *input = &merge->inputs[i];
        if (input->is_there)
            SKR_TRY(skr_span_walk_start(&input->spans, input->view, contig, err));
    }
    return SKR_OK;
}

/* Which inputs say anything of a contig? */
static int find_contig(skr_merge *merge, uint32_t contig, bool *ret_is_any, skr_err *err)
{
    bool is_any = false;
    for (uint32_t i = 0; i < merge->n_inputs; i++) {
        skr_merge_input *input = &merge->inputs[i];
        SKR_TRY(skr_segment_has_contig(input->segment, contig, &input->is_there, err));
        is_any = is_any || input->is_there;
    }
    *ret_is_any = is_any;
    return SKR_OK;
}

static int write_contigs(skr_merge *merge, uint32_t n_contigs, skr_err *err)
{
    for (uint32_t contig = 0; contig < n_contigs; contig++) {
        bool is_any = false;
        SKR_TRY(find_contig(merge, contig, &is_any, err));
        if (!is_any)
            continue;
        SKR_TRY(skr_merge_samples_turn(merge, contig, err));
        SKR_TRY(start_rows(merge, contig, err));
        SKR_TRY(start_spans(merge, contig, err));
        SKR_TRY(write_contig(merge, err));
    }
    return SKR_OK;
}

/* ------------------------------------------------------------------ the plan of the new segment */

/* Counts the rows that there will be, and the bases that they are spread over. */
static int count_rows(skr_merge *merge, uint32_t n_contigs, skr_segment_plan *plan, skr_err *err)
{
    for (uint32_t contig = 0; contig < n_contigs; contig++) {
        const skr_allele *next = NULL;
        uint32_t first0 = 0;
        bool is_any = false;
        SKR_TRY(find_contig(merge, contig, &is_any, err));
        if (!is_any)
            continue;
        SKR_TRY(start_rows(merge, contig, err));
        for (uint64_t n = 0; (next = least_allele(merge)) != NULL; n++) {
            uint32_t start0 = next->start0;
            first0 = n == 0 ? start0 : first0;
            plan->n_rows_expected++;
            (void)choose_rows(merge, next);
            SKR_TRY(pass_rows(merge, err));
            SKR_TRY(skr_merge_step(merge, err));
            if (least_allele(merge) == NULL)
                plan->n_bases_expected += start0 - first0 + 1;
        }
    }
    merge->n_rows_all = plan->n_rows_expected;
    return SKR_OK;
}

static int write_segment(skr_merge *merge, skr_merge_result *result, skr_err *err)
{
    const skr_merge_request *request = merge->request;
    const skr_segment_entry *first = merge->inputs[0].entry;
    uint32_t n_contigs = request->manifest->assemblies[first->assembly].n_contigs;
    skr_segment_plan plan = {
        .samples = merge->samples,
        .n_samples = merge->n_samples,
        .n_contigs = n_contigs,
        .names_are_ids = merge->names_are_ids,
    };
    SKR_TRY(skr_merge_facts_read(merge, &plan.facts, err));
    SKR_TRY(count_rows(merge, n_contigs, &plan, err));
    SKR_TRY(skr_segment_writer_new(request->folder, request->name, &plan, &merge->writer, err));
    SKR_TRY(write_contigs(merge, n_contigs, err));
    return skr_segment_writer_finish(merge->writer, &result->file, &result->n_rows, err);
}

/* ------------------------------------------------------------------ opening */

static int open_input(skr_merge *merge, uint32_t number, skr_err *err)
{
    const skr_merge_request *request = merge->request;
    skr_merge_input *input = &merge->inputs[number];
    input->entry = &request->manifest->segments[request->segments[number]];
    SKR_TRY(skr_segment_open(request->folder, &input->entry->file, &input->segment, err));
    SKR_TRY(skr_segment_view_new(input->segment, merge->reader, &input->view, err));
    size_t n = input->n_samples = skr_segment_n_samples(input->segment);
    input->numbers = malloc(n * sizeof *input->numbers);
    input->live = malloc(n * sizeof *input->live);
    input->places = malloc(n * sizeof *input->places);
    input->karyotypes = malloc(n * sizeof *input->karyotypes);
    input->states = malloc(n);
    if (input->numbers == NULL || input->live == NULL || input->places == NULL ||
        input->karyotypes == NULL || input->states == NULL)
        return skr_fail_nomem(err, "segments");
    return skr_sample_table_karyotypes(skr_segment_samples(input->segment), input->karyotypes, err);
}

/* Segments in the order of their first individuals: numbers in a row stay in a row. */
static int compare_inputs(const void *a, const void *b)
{
    uint32_t first[2];
    uint32_t last;
    skr_sample_table_range(skr_segment_samples(((const skr_merge_input *)a)->segment), &first[0],
                           &last);
    skr_sample_table_range(skr_segment_samples(((const skr_merge_input *)b)->segment), &first[1],
                           &last);
    if (first[0] != first[1])
        return first[0] < first[1] ? -1 : 1;
    const skr_segment_entry *left = ((const skr_merge_input *)a)->entry;
    const skr_segment_entry *right = ((const skr_merge_input *)b)->entry;
    return left < right ? -1 : left > right;
}

static int open_all(skr_merge *merge, skr_err *err)
{
    merge->inputs = calloc(merge->request->n_segments, sizeof *merge->inputs);
    if (merge->inputs == NULL)
        return skr_fail_nomem(err, "segments");
    SKR_TRY(skr_block_reader_new(SKR_IO_PREAD, &merge->reader, err));
    for (; merge->n_inputs < merge->request->n_segments; merge->n_inputs++) {
        int status = open_input(merge, merge->n_inputs, err);
        if (status != SKR_OK) {
            merge->n_inputs++;
            return status;
        }
    }
    qsort(merge->inputs, merge->n_inputs, sizeof *merge->inputs, compare_inputs);
    return skr_merge_samples_number(merge, err);
}

/* What is needed by sample of the merged segment. */
static int make_room(skr_merge *merge, skr_err *err)
{
    size_t n = merge->n_samples + 1u;
    merge->states = malloc(n);
    merge->silent = malloc(n * sizeof *merge->silent);
    if (merge->states == NULL || merge->silent == NULL)
        return skr_fail_nomem(err, "segments");
    return SKR_OK;
}

static void input_done(skr_merge_input *input)
{
    skr_segment_view_free(input->view);
    skr_segment_close(input->segment);
    skr_call_set_done(&input->calls);
    skr_call_set_done(&input->span_calls);
    skr_carriers_done(&input->carriers);
    skr_haplotypes_done(&input->phased);
    free(input->numbers);
    free(input->live);
    free(input->places);
    free(input->karyotypes);
    free(input->states);
}

static void merge_done(skr_merge *merge)
{
    skr_segment_writer_free(merge->writer);
    for (uint32_t i = 0; i < merge->n_inputs; i++)
        input_done(&merge->inputs[i]);
    free(merge->inputs);
    skr_block_reader_free(merge->reader);
    skr_call_set_done(&merge->calls);
    skr_carriers_done(&merge->carriers);
    skr_haplotypes_done(&merge->phased);
    free(merge->samples);
    free(merge->names);
    free(merge->facts);
    free(merge->silent);
    free(merge->states);
    free(merge->plain);
    free(merge->bags);
    free(merge->runs);
    free(merge->owners);
}

/* Hands the numbers of the samples over, in the order of the request. */
static int tell_numbers(skr_merge *merge, skr_merge_result *result, skr_err *err)
{
    const skr_merge_request *request = merge->request;
    result->numbers = calloc(request->n_segments, sizeof *result->numbers);
    if (result->numbers == NULL)
        return skr_fail_nomem(err, "segments");
    result->n_numbers = request->n_segments;
    for (uint32_t i = 0; i < merge->n_inputs; i++)
        for (uint32_t k = 0; k < request->n_segments; k++)
            if (merge->inputs[i].entry == &request->manifest->segments[request->segments[k]]) {
                result->numbers[k] = merge->inputs[i].numbers;
                merge->inputs[i].numbers = NULL;
            }
    return SKR_OK;
}

int skr_merge_segments(const skr_merge_request *request, skr_merge_result *ret_result, skr_err *err)
{
    skr_merge merge = {.request = request};
    skr_merge_result result = {0};
    SKR_CHECK(request->n_segments > 0);
    int status = open_all(&merge, err);
    if (status == SKR_OK)
        status = make_room(&merge, err);
    if (status == SKR_OK && merge.n_samples > 0)
        status = write_segment(&merge, &result, err);
    result.n_samples = merge.n_samples;
    if (merge.reader != NULL)
        result.n_bytes_read = skr_block_reader_totals(merge.reader)->n_bytes;
    if (status == SKR_OK)
        status = tell_numbers(&merge, &result, err);
    merge_done(&merge);
    if (status != SKR_OK)
        skr_merge_result_done(&result);
    else
        *ret_result = result;
    return status;
}

void skr_merge_result_done(skr_merge_result *result)
{
    for (uint32_t i = 0; i < result->n_numbers; i++)
        free(result->numbers[i]);
    free(result->numbers);
    *result = (skr_merge_result){0};
}
