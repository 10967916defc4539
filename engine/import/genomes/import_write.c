/*
 * import_write.c - from sorted fragments to a segment.
 *
 * Fragments of one row or span are a group. Most groups are one fragment that speaks for the whole
 * segment and goes through as it is. Others are laid over all samples: rows by import_merge.h (rule
 * 4), spans so that the least counts of what is said of one sample (rule 5), whatever their order.
 */
#include "engine/import/genomes/import_write.h"

#include <stdlib.h>
#include <string.h>

#include "engine/import/genomes/import_body.h"
#include "engine/import/genomes/import_coverage.h"
#include "engine/import/genomes/import_facts.h"
#include "engine/import/genomes/import_merge.h"
#include "engine/import/genomes/import_parts.h"
#include "engine/import/genomes/import_qc.h"
#include "engine/import/genomes/import_watch.h"
#include "engine/import/genomes/only_carriers.h"
#include "engine/import/genomes/record_haplotypes.h"
#include "storage/segment/segment_phase.h"

/* So many spans of the same bases are kept apart rather than merged. */
#define SPANS_ALONE_MAX 8u

typedef struct writing {
    skr_import *import;
    skr_segment_writer *writer;
    skr_only_carriers *coverage;
    skr_call_set calls; /* of one fragment */
    skr_carriers carriers;
    skr_call_set all_calls; /* of a group, over all samples */
    skr_carriers all_carriers;
    skr_record_haplotypes haplotypes; /* of the row at hand */
    skr_import_merge *merge;          /* made for the first row that several records name */
    uint8_t *file_calls;              /* by sample of the file */
    uint8_t *state;                   /* by sample of the segment: a call */
    uint8_t *group;                   /* fragments of the group, one after the other */
    size_t n_group;
    size_t n_group_max;
    skr_fragment *fragments; /* texts and bodies are offsets into group until it is whole */
    size_t n_fragments;
    size_t n_fragments_max;
} writing;

/* ------------------------------------------------------------------ a group */

/* Copies a fragment into the group. Texts of rows are kept of the first only. */
static int collect(writing *w, const skr_fragment *fragment, skr_err *err)
{
    size_t n_text = fragment->is_span ? 0 : (size_t)fragment->allele.n_ref + fragment->allele.n_alt;
    size_t n = n_text + fragment->n_body;
    SKR_TRY(SKR_ARRAY_RESERVE(&w->group, &w->n_group_max, w->n_group + n, "records of one allele",
                              err));
    SKR_TRY(SKR_ARRAY_RESERVE(&w->fragments, &w->n_fragments_max, w->n_fragments + 1,
                              "records of one allele", err));
    w->fragments[w->n_fragments++] = *fragment;
    uint8_t *to = w->group + w->n_group;
    if (n_text > 0) {
        memcpy(to, fragment->allele.ref, fragment->allele.n_ref);
        memcpy(to + fragment->allele.n_ref, fragment->allele.alt, fragment->allele.n_alt);
    }
    if (fragment->n_body > 0)
        memcpy(to + n_text, fragment->body, fragment->n_body);
    w->n_group += n;
    return SKR_OK;
}

/* Points the fragments of a whole group at their copies. */
static void settle(writing *w)
{
    size_t at = 0;
    for (size_t i = 0; i < w->n_fragments; i++) {
        skr_fragment *fragment = &w->fragments[i];
        fragment->allele.ref = (const char *)w->group + at;
        fragment->allele.alt = (const char *)w->group + at + fragment->allele.n_ref;
        if (!fragment->is_span)
            at += (size_t)fragment->allele.n_ref + fragment->allele.n_alt;
        fragment->body = w->group + at;
        at += fragment->n_body;
    }
}

static int write_row(writing *w, const skr_carriers *carriers, const skr_call_set *calls,
                     skr_err *err)
{
    bool has_failed = true;
    for (size_t i = 0; i < w->n_fragments; i++)
        has_failed = has_failed && w->fragments[i].filter_failed;
    w->import->n_rows++;
    skr_only_carriers_add_row(w->coverage, &w->fragments[0].allele, carriers, calls);
    skr_import_facts_row(w->import, &w->fragments[0].allele, carriers, calls, has_failed);
    skr_segment_writer_phase(w->writer, &w->haplotypes.phased);
    return skr_segment_writer_add_row(w->writer, &w->fragments[0].allele, carriers, calls,
                                      has_failed, err);
}

static int write_span(writing *w, const skr_call_set *calls, skr_err *err)
{
    const skr_allele *at = &w->fragments[0].allele;
    skr_only_carriers_add_span(w->coverage, at, calls);
    return skr_segment_writer_add_span(w->writer, at->contig, at->start0, at->end0, at->ploidy,
                                       calls, err);
}

/* ------------------------------------------------------------------ laying fragments over samples
 */

/* The call of a sample, and the carrier that it is, if it is one. */
static int add_settled(writing *w, uint32_t sample, const skr_spellings *all, skr_ploidy ploidy,
                       skr_err *err)
{
    uint8_t expected = skr_copies_expected(ploidy, w->import->samples.list[sample].karyotype);
    skr_settled_copies copies = skr_spellings_settle(all, ploidy);
    w->state[sample] = copies.n_called == expected ? SKR_CALL_DEFAULT
                       : copies.n_called == 0      ? SKR_CALL_NO_CALL
                                                   : copies.n_called;
    if (copies.n_this == 0)
        return SKR_OK;
    SKR_TRY(skr_record_haplotypes_add(&w->haplotypes, sample, all, copies.n_this,
                                      w->import->files[all->file].part, err));
    return skr_carriers_add_call(&w->all_carriers,
                                 (skr_bag){sample, copies.n_this, (uint8_t)copies.zygosity},
                                 copies.n_called, expected, err);
}

/* Is it what was said of samples alone that are set aside? */
static bool says_nothing(const writing *w, const skr_call_set *calls)
{
    return w->import->qc.n_aside > 0 && calls->base == SKR_CALL_NO_STATEMENT &&
           calls->n_flips == 0 && calls->n_exceptions == 0;
}

static int merge_row(writing *w, skr_err *err)
{
    uint32_t n = w->import->samples.names.n;
    skr_ploidy ploidy = w->fragments[0].allele.ploidy;
    const skr_spellings *all = NULL;
    bool has_several = false;
    int status = w->merge == NULL ? skr_import_merge_new(w->import, &w->merge, err) : SKR_OK;
    skr_carriers_clear(&w->all_carriers);
    w->haplotypes.phased.n = 0;
    skr_call_set_done(&w->all_calls);
    if (status == SKR_OK)
        status =
            skr_import_merge_row(w->merge, w->fragments, w->n_fragments, &all, &has_several, err);
    for (uint32_t sample = 0; sample < n && status == SKR_OK; sample++) {
        w->state[sample] = SKR_CALL_NO_STATEMENT;
        if (all[sample].is_said)
            status = add_settled(w, sample, &all[sample], ploidy, err);
    }
    w->import->counts[SKR_COUNT_DUPLICATE_KEY] += has_several;
    if (status == SKR_OK)
        status = skr_call_set_from_calls(w->state, n, &w->all_calls, err);
    if (status != SKR_OK || says_nothing(w, &w->all_calls))
        return status;
    return write_row(w, &w->all_carriers, &w->all_calls, err);
}

/* The lesser of two calls of one sample: undecided wins, then fewer copies. */
static uint8_t lesser(uint8_t a, uint8_t b, uint8_t expected)
{
    if (a == SKR_CALL_NO_STATEMENT || b == SKR_CALL_NO_CALL)
        return b;
    if (b == SKR_CALL_NO_STATEMENT || a == SKR_CALL_NO_CALL)
        return a;
    uint8_t n_a = a == SKR_CALL_DEFAULT ? expected : a;
    uint8_t n_b = b == SKR_CALL_DEFAULT ? expected : b;
    return n_b < n_a ? b : a;
}

static int merge_span(writing *w, skr_err *err)
{
    uint32_t n = w->import->samples.names.n;
    skr_ploidy ploidy = w->fragments[0].allele.ploidy;
    int status = SKR_OK;
    memset(w->state, SKR_CALL_NO_STATEMENT, n);
    skr_call_set_done(&w->all_calls);
    for (size_t i = 0; i < w->n_fragments && status == SKR_OK; i++) {
        const skr_fragment *fragment = &w->fragments[i];
        const skr_import_file *file = &w->import->files[fragment->file];
        SKR_TRY(skr_import_body_decode(fragment->body, fragment->n_body, file->columns.n, &w->calls,
                                       NULL, err));
        skr_call_set_to_calls(&w->calls, file->columns.n, w->file_calls);
        for (uint32_t j = 0; j < file->columns.n; j++) {
            if (file->local[j] == SKR_NONE)
                continue; /* set aside */
            uint8_t *state = &w->state[file->local[j]];
            *state = lesser(*state, w->file_calls[j], file->columns.expected[ploidy][j]);
        }
    }
    SKR_TRY(skr_call_set_from_calls(w->state, n, &w->all_calls, err));
    return says_nothing(w, &w->all_calls) ? SKR_OK : write_span(w, &w->all_calls, err);
}

/*
 * Does one fragment say it all? The only one does, and of several spans the first, if the others
 * say the same: records of one base in a joint file, where everybody is called.
 */
static bool is_first_enough(const writing *w)
{
    const skr_fragment *first = &w->fragments[0];
    if (!w->import->files[first->file].is_identity)
        return false;
    for (size_t i = 1; i < w->n_fragments; i++) {
        const skr_fragment *other = &w->fragments[i];
        if (!first->is_span || other->file != first->file || other->n_body != first->n_body ||
            memcmp(other->body, first->body, first->n_body) != 0)
            return false;
    }
    return true;
}

/* Is every fragment a span that speaks for all samples? Then each may stand for itself. */
static bool spans_stand_alone(const writing *w)
{
    if (!w->fragments[0].is_span || w->n_fragments > SPANS_ALONE_MAX)
        return false;
    for (size_t i = 0; i < w->n_fragments; i++)
        if (!w->import->files[w->fragments[i].file].is_identity)
            return false;
    return true;
}

/* Has a fragment before this one the same calls? */
static bool was_said(const writing *w, size_t number)
{
    const skr_fragment *fragment = &w->fragments[number];
    for (size_t i = 0; i < number; i++)
        if (w->fragments[i].n_body == fragment->n_body &&
            memcmp(w->fragments[i].body, fragment->body, fragment->n_body) == 0)
            return true;
    return false;
}

/*
 * Spans one beside the other: whoever reads them takes the least of what they say. The calls of
 * each are those of the rows of its record and stored already; merged they would be a set that
 * nobody else has.
 */
static int write_spans_alone(writing *w, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = 0; i < w->n_fragments && status == SKR_OK; i++) {
        const skr_fragment *fragment = &w->fragments[i];
        const skr_import_file *file = &w->import->files[fragment->file];
        if (was_said(w, i))
            continue;
        status = skr_import_body_decode(fragment->body, fragment->n_body, file->columns.n,
                                        &w->calls, NULL, err);
        if (status == SKR_OK)
            status = write_span(w, &w->calls, err);
    }
    return status;
}

/* The only fragment says it all of every sample. */
static int write_first(writing *w, const skr_fragment *first, skr_err *err)
{
    const skr_columns *columns = &w->import->files[first->file].columns;
    const skr_record_samples samples = {columns->n, columns->expected[first->allele.ploidy],
                                        columns->karyotype, first->allele.ploidy,
                                        w->import->files[first->file].part};
    skr_cursor cursor = skr_cursor_of(first->body, first->n_body);
    SKR_TRY(skr_import_body_take(&cursor, columns->n, &w->calls,
                                 first->is_span ? NULL : &w->carriers, err));
    if (first->is_span)
        return write_span(w, &w->calls, err);
    SKR_TRY(skr_record_haplotypes_read(&w->haplotypes, &cursor, &samples, &w->carriers, err));
    if (cursor.is_bad)
        return skr_fail(err, SKR_ERR_IO, "import: the scratch file does not read back");
    return write_row(w, &w->carriers, &w->calls, err);
}

/* A group is whole: it becomes one row or one span, or a few spans of the same bases. */
static int write_group(writing *w, skr_err *err)
{
    if (w->n_fragments == 0)
        return SKR_OK;
    settle(w);
    const skr_fragment *first = &w->fragments[0];
    int status;
    if (is_first_enough(w)) {
        status = write_first(w, first, err);
    } else if (spans_stand_alone(w)) {
        status = write_spans_alone(w, err);
    } else {
        status = first->is_span ? merge_span(w, err) : merge_row(w, err);
    }
    w->n_fragments = 0;
    w->n_group = 0;
    return status;
}

/* ------------------------------------------------------------------ the segment */

static int make_room(writing *w, skr_err *err)
{
    size_t n = skr_import_qc_n_read(w->import) + 1u;
    w->file_calls = malloc(n);
    w->state = malloc(n);
    if (w->file_calls == NULL || w->state == NULL)
        return skr_fail_nomem(err, "a segment");
    return SKR_OK;
}

static int write_all(writing *w, skr_err *err)
{
    skr_import *import = w->import;
    uint64_t n_done = 0;
    int status = SKR_OK;
    while (status == SKR_OK) {
        skr_fragment fragment;
        bool is_end;
        status = skr_site_batch_next(import->batch, &fragment, &is_end, err);
        if (status != SKR_OK || is_end)
            break;
        if (w->n_fragments > 0) {
            skr_allele *first = &w->fragments[0].allele; /* the group may have moved */
            first->ref = (const char *)w->group;
            first->alt = (const char *)w->group + first->n_ref;
            if (skr_site_batch_compare(&w->fragments[0], &fragment) != 0)
                status = write_group(w, err);
        }
        if (status == SKR_OK)
            status = collect(w, &fragment, err);
        if (status == SKR_OK)
            status = skr_import_watch_stop(import, err);
        if (++n_done % 1024 == 0)
            skr_import_watch_report(import, NULL, n_done, NULL, "writing");
    }
    return status != SKR_OK ? status : write_group(w, err);
}

static skr_segment_plan plan_of(const skr_import *import)
{
    uint64_t n_bases = 0;
    for (uint32_t i = 0; i < import->contigs.names.n; i++)
        if (import->contigs.list[i].min_start0 <= import->contigs.list[i].max_start0)
            n_bases += import->contigs.list[i].max_start0 - import->contigs.list[i].min_start0 + 1;
    return (skr_segment_plan){
        .samples = import->samples.list,
        .n_samples = import->samples.names.n,
        .n_contigs = import->manifest->assemblies[import->assembly].n_contigs,
        .n_rows_expected = skr_site_batch_n_rows(import->batch),
        .n_bases_expected = n_bases,
        .names_are_ids = import->samples.names_are_ids,
        .facts = skr_import_facts_source(import),
        .order_carriers_min = import->knobs->order_carriers_min,
        .order_rows_max = import->knobs->order_rows_max,
        .tiles_a_group = import->knobs->tiles_a_group,
        .wants_orders = import->knobs->wants_orders,
    };
}

/* Writes the segment from its first fragment on. *ret_again: samples were set aside, and it is to
 * be written without them. */
static int write_segment(writing *w, bool *ret_again, skr_err *err)
{
    skr_import *import = w->import;
    char name[SKR_FILE_NAME_MAX];
    skr_segment_plan plan = plan_of(import);
    skr_txn_file_name(import->txn, "segment", name);
    import->n_rows = 0;
    skr_import_parts_number(import);
    import->counts[SKR_COUNT_DUPLICATE_KEY] = 0;
    int status = make_room(w, err);
    if (status == SKR_OK)
        status = skr_only_carriers_new(import, &w->coverage, err);
    if (status == SKR_OK)
        status = skr_segment_writer_new(skr_txn_folder(import->txn), name, &plan, &w->writer, err);
    if (status == SKR_OK)
        status = write_all(w, err);
    if (status == SKR_OK)
        status = skr_import_coverage_write(import, w->writer, err);
    if (status == SKR_OK)
        status = skr_import_qc_judge(import, ret_again, err);
    if (status != SKR_OK || *ret_again)
        return status;
    status = skr_segment_writer_finish(w->writer, &import->segment, NULL, err);
    import->found.is_of_carriers = status == SKR_OK && skr_only_carriers_decide(w->coverage);
    return status;
}

static void writing_done(writing *w)
{
    skr_only_carriers_free(w->coverage);
    skr_segment_writer_free(w->writer);
    skr_call_set_done(&w->calls);
    skr_call_set_done(&w->all_calls);
    skr_carriers_done(&w->carriers);
    skr_carriers_done(&w->all_carriers);
    skr_record_haplotypes_done(&w->haplotypes);
    skr_import_merge_free(w->merge);
    free(w->file_calls);
    free(w->state);
    free(w->group);
    free(w->fragments);
}

int skr_import_write(skr_import *import, skr_err *err)
{
    int status = skr_site_batch_finish(import->batch, err);
    for (bool is_again = true; is_again && status == SKR_OK;) {
        writing w = {.import = import};
        is_again = false;
        status = write_segment(&w, &is_again, err);
        writing_done(&w);
        if (is_again)
            skr_site_batch_rewind(import->batch);
    }
    skr_import_qc_forget(import);
    return status;
}
