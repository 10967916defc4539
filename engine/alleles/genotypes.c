/*
 * genotypes.c - the genotypes of the people who have a column, from rows and their call sets, and
 * sample by sample where those do not tell.
 */
#include "engine/alleles/genotypes.h"

#include <stdlib.h>
#include <string.h>

#include "engine/scan/tally.h"
#include "index/keys/variant_key.h"
#include "index/keys/variant_structural.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/segment/segment_phase.h"

/* The samples of one cursor that have a column, on the contig where it is. */
typedef struct cursor_columns {
    uint32_t contig; /* SKR_NONE: nobody has looked yet */
    uint32_t *of;    /* the column of each sample of the segment; SKR_NONE: none */
    uint32_t *samples;
    uint32_t n;
} cursor_columns;

typedef struct lister {
    const skr_question *question;
    const skr_plan *plan;
    const skr_genotype_columns *columns;
    const skr_genotype_sink *sink;
    cursor_columns *cursors; /* of each cursor of the scan */
    uint32_t n_cursors;
    uint32_t contig;   /* of the row before, SKR_NONE at first */
    skr_ploidy ploidy; /* likewise */
    bool is_expected;  /* `expected` is that of the row at hand */
    uint8_t *expected; /* of each column */
    uint8_t *called;
    uint8_t *copies;
    uint8_t *is_hemizygous;
    uint8_t *haplotypes;
    int32_t *phase_sets;
    skr_haplotypes phased; /* of the row at hand */
    skr_buffer text;       /* variant, REF and ALT, each with its NUL */
} lister;

/* ------------------------------------------------------------------ columns of a cursor */

static int reserve(cursor_columns *mine, uint32_t n_samples, skr_err *err)
{
    if (mine->of != NULL)
        return SKR_OK;
    mine->of = malloc(((size_t)n_samples + 1) * sizeof *mine->of);
    mine->samples = malloc(((size_t)n_samples + 1) * sizeof *mine->samples);
    return mine->of == NULL || mine->samples == NULL ? skr_fail_nomem(err, "genotypes") : SKR_OK;
}

/* Finds who of the cursor's samples counts on its contig and has a column. */
static int find_columns(const lister *list, const skr_row_cursor *cursor, cursor_columns *mine,
                        skr_err *err)
{
    if (mine->contig == cursor->contig)
        return SKR_OK;
    const skr_sample_set *set = skr_row_cursor_counted(cursor, true);
    SKR_TRY(reserve(mine, cursor->n_samples, err));
    mine->n = 0;
    for (uint32_t s = 0; s < cursor->n_samples; s++) {
        uint32_t column = list->columns->of[skr_individual_of(&cursor->individuals, s)];
        mine->of[s] = skr_sample_set_has(set, s) ? column : SKR_NONE;
        if (mine->of[s] != SKR_NONE)
            mine->samples[mine->n++] = s;
    }
    mine->contig = cursor->contig;
    return SKR_OK;
}

/* ------------------------------------------------------------------ genotypes of a cursor */

/*
 * The haplotype that has the only copy of a sample, if it is known and a file can say so: a set of
 * a part of a contig that came in several files has no name that another file would understand.
 */
static void put_phase(lister *list, uint32_t column, uint32_t sample)
{
    const skr_haplotype *one = skr_haplotypes_find(&list->phased, sample);
    bool is_whole = one != NULL && one->set == SKR_HAPLOTYPE_SET_WHOLE;
    bool can_say =
        one != NULL && one->part == 0 && (is_whole || (one->set > 0 && one->set <= INT32_MAX));
    list->haplotypes[column] = !can_say ? 0 : one->is_second ? 2 : 1;
    list->phase_sets[column] = can_say && !is_whole ? (int32_t)one->set : 0;
}

/* Somebody with two samples on a contig has the genotype with more copies of the allele. */
static void put(lister *list, uint32_t column, uint32_t sample, uint8_t called, uint8_t copies,
                uint8_t zygosity)
{
    if (copies < list->copies[column] ||
        (copies == list->copies[column] && called < list->called[column]))
        return;
    list->called[column] = called;
    list->copies[column] = copies;
    list->is_hemizygous[column] = copies > 0 && zygosity == SKR_HEMI;
    list->haplotypes[column] = 0;
    if (copies == 1)
        put_phase(list, column, sample);
}

/* Reads the carriers of a row, and who of them is phased. */
static int read_row(lister *list, const skr_row_at *at, skr_carriers *carriers, skr_err *err)
{
    SKR_TRY(skr_segment_view_decode(at->view, at->tile, at->row, carriers, err));
    return skr_segment_view_phase(at->view, at->tile, at->row, carriers, &list->phased, err);
}

static int put_states(lister *list, skr_tallier *tallier, const skr_key_view *view, uint32_t number,
                      skr_err *err)
{
    const cursor_columns *mine = &list->cursors[number];
    const skr_sample_states *states = NULL;
    uint32_t row = view->rows[number];
    SKR_TRY(skr_tally_states(tallier, view, number, &states, err));
    list->phased.n = 0;
    if (row != SKR_NONE && view->key.kind != SKR_ALLELE_SV_ANY) {
        const skr_row_at at = skr_row_at_cursor(&tallier->batch->cursors[number], row);
        SKR_TRY(read_row(list, &at, &tallier->carriers, err));
    }
    for (uint32_t i = 0; i < mine->n; i++) {
        uint32_t s = mine->samples[i];
        if (states->called[s] <= SKR_PLOIDY_MAX)
            put(list, mine->of[s], s, states->called[s], states->this_copies[s],
                states->zygosities[s]);
    }
    return SKR_OK;
}

static void put_call(lister *list, const cursor_columns *mine, uint32_t sample, uint8_t call)
{
    uint32_t column = mine->of[sample];
    if (column != SKR_NONE)
        list->called[column] = call == SKR_CALL_DEFAULT ? list->expected[column]
                               : call <= SKR_PLOIDY_MAX ? call
                                                        : 0;
}

/* A row that says of every sample what it is, where nobody has two samples. */
static int put_complete(lister *list, skr_tallier *tallier, uint32_t number, const skr_row_at *at,
                        skr_err *err)
{
    const cursor_columns *mine = &list->cursors[number];
    const skr_call_set *calls = NULL;
    skr_carriers *carriers = &tallier->carriers;
    SKR_TRY(skr_segment_view_calls(at->view, at->tile, at->row, &calls, err));
    if (calls->base == SKR_CALL_DEFAULT && mine->n == list->columns->n)
        memcpy(list->called, list->expected, list->columns->n);
    else
        for (uint32_t i = 0; i < mine->n; i++)
            put_call(list, mine, mine->samples[i], calls->base);
    for (uint32_t i = 0; i < calls->n_flips; i++)
        put_call(list, mine, calls->flips[i], calls->flip);
    for (uint32_t i = 0; i < calls->n_exceptions; i++)
        put_call(list, mine, calls->exceptions[i].sample, calls->exceptions[i].call);
    SKR_TRY(read_row(list, at, carriers, err));
    for (uint32_t i = 0; i < carriers->n; i++)
        if (mine->of[carriers->samples[i]] != SKR_NONE)
            list->copies[mine->of[carriers->samples[i]]] = carriers->dosages[i];
    for (uint32_t i = 0; i < carriers->n_bags; i++) {
        uint32_t column = mine->of[carriers->bags[i].sample];
        if (column == SKR_NONE)
            continue;
        list->copies[column] = carriers->bags[i].n_this;
        list->is_hemizygous[column] = carriers->bags[i].zygosity == SKR_HEMI;
    }
    for (uint32_t i = 0; i < list->phased.n; i++) {
        uint32_t sample = list->phased.list[i].sample;
        if (mine->of[sample] != SKR_NONE)
            put_phase(list, mine->of[sample], sample);
    }
    return SKR_OK;
}

/* What is expected stays as it is from row to row of one part of a contig. */
static int put_expected(lister *list, const skr_row_cursor *cursor, const cursor_columns *mine,
                        skr_ploidy ploidy, skr_err *err)
{
    if (list->is_expected)
        return SKR_OK;
    SKR_TRY(skr_segment_need_copies(cursor->segment, ploidy, err));
    const uint8_t *copies = skr_segment_copies_expected(cursor->segment, ploidy);
    for (uint32_t i = 0; i < mine->n; i++)
        list->expected[mine->of[mine->samples[i]]] = copies[mine->samples[i]];
    return SKR_OK;
}

static int put_cursor(lister *list, skr_tallier *tallier, const skr_key_view *view, uint32_t number,
                      skr_err *err)
{
    const skr_row_cursor *cursor = &tallier->batch->cursors[number];
    const skr_plan *plan = list->plan;
    uint32_t row = view->rows[number];
    skr_ploidy ploidy = view->key.ploidy < SKR_N_PLOIDIES ? view->key.ploidy : SKR_PLOIDY_DIPLOID;
    SKR_TRY(find_columns(list, cursor, &list->cursors[number], err));
    if (list->cursors[number].n == 0)
        return SKR_OK;
    SKR_TRY(put_expected(list, cursor, &list->cursors[number], ploidy, err));
    if (row == SKR_NONE || cursor->rows->is_complete[row] == 0 ||
        skr_snapshot_has_repeats(plan->snapshot, plan->assembly, view->key.contig))
        return put_states(list, tallier, view, number, err);
    const skr_row_at at = skr_row_at_cursor(cursor, row);
    return put_complete(list, tallier, number, &at, err);
}

/* ------------------------------------------------------------------ rows */

/* Is it a row of some dataset: asked for by name, or named by a record there? */
static bool is_row(const lister *list, const skr_key_view *view)
{
    for (uint32_t i = 0; i < list->question->n_slots; i++)
        if (view->slots[i].verdicts != 0 && (view->is_named || view->slots[i].has_row))
            return true;
    return false;
}

static int add_text(lister *list, const char *bytes, size_t n, size_t *ret_at, skr_err *err)
{
    *ret_at = list->text.n;
    if (n > 0)
        SKR_TRY(skr_buffer_put(&list->text, bytes, n, err));
    return skr_buffer_put(&list->text, "", 1, err);
}

/* The texts of a row, one behind the other, and where each begins. */
typedef struct row_texts {
    size_t ref;
    size_t alt;
    size_t mate;
} row_texts;

/* Writes REF, ALT and the mate; a structural ALT is taken apart. */
static int add_texts(lister *list, const skr_allele *key, skr_genotype_row *row,
                     row_texts *ret_texts, skr_err *err)
{
    skr_structural parts = {.symbol = key->alt, .n_symbol = key->n_alt};
    SKR_TRY(add_text(list, key->ref, key->n_ref, &ret_texts->ref, err));
    if (key->kind >= SKR_ALLELE_SV && !skr_structural_parse(key->alt, key->n_alt, &parts))
        return skr_fail(err, SKR_ERR_CORRUPT, "'%.*s' is no structural allele", (int)key->n_alt,
                        key->alt);
    row->length = parts.length;
    row->mate_pos1 = parts.mate_pos1;
    SKR_TRY(add_text(list, parts.symbol, parts.n_symbol, &ret_texts->alt, err));
    return parts.mate == NULL ? SKR_OK
                              : add_text(list, parts.mate, parts.n_mate, &ret_texts->mate, err);
}

/* Tells the row of an allele whose genotypes are there. */
static int tell_row(lister *list, const skr_allele *key, skr_err *err)
{
    const skr_plan *plan = list->plan;
    const skr_contig *contig =
        &plan->snapshot->manifest->assemblies[plan->assembly].contigs[key->contig];
    skr_genotype_row row = {.contig = contig->name,
                            .start0 = key->start0,
                            .end0 = key->end0,
                            .expected = list->expected,
                            .called = list->called,
                            .copies = list->copies,
                            .is_hemizygous = list->is_hemizygous,
                            .haplotypes = list->haplotypes,
                            .phase_sets = list->phase_sets};
    row_texts texts = {0};
    list->text.n = 0;
    SKR_TRY(skr_variant_print(contig->name, key, &list->text, err));
    list->text.n++; /* its NUL */
    SKR_TRY(add_texts(list, key, &row, &texts, err));
    row.variant = (const char *)list->text.bytes;
    row.ref = row.variant + texts.ref;
    row.alt = row.variant + texts.alt;
    row.mate = texts.mate == 0 ? NULL : row.variant + texts.mate;
    for (size_t i = 0; i < list->columns->n; i++)
        row.ac += list->copies[i];
    for (size_t i = 0; i < list->columns->n; i++)
        row.an += list->called[i];
    return list->sink->on_row(list->sink->context, &row, err);
}

static int list_on_batch(void *context, skr_worker *worker, skr_err *err)
{
    lister *list = context;
    skr_batch *batch = &worker->batch;
    size_t n = list->columns->n;
    SKR_CHECK(batch->n_cursors <= list->n_cursors);
    for (uint32_t k = 0; k < batch->n; k++) {
        if (batch->is_wanted[k] == 0)
            continue;
        const skr_key_view *view = skr_batch_seek(batch, k);
        if (!is_row(list, view))
            continue;
        list->is_expected = list->contig == view->key.contig && list->ploidy == view->key.ploidy;
        list->contig = view->key.contig;
        list->ploidy = view->key.ploidy;
        if (!list->is_expected)
            memset(list->expected, view->key.ploidy == SKR_PLOIDY_DIPLOID ? 2 : 1, n);
        memset(list->called, 0, n);
        memset(list->copies, 0, n);
        memset(list->is_hemizygous, 0, n);
        memset(list->haplotypes, 0, n);
        memset(list->phase_sets, 0, n * sizeof *list->phase_sets);
        for (uint32_t i = 0; i < batch->n_cursors; i++)
            SKR_TRY(put_cursor(list, &worker->tallier, view, i, err));
        SKR_TRY(tell_row(list, &view->key, err));
    }
    return SKR_OK;
}

static int lister_init(lister *list, skr_err *err)
{
    size_t n = list->columns->n;
    list->n_cursors = list->question->snapshot->n_segments;
    list->cursors = calloc((size_t)list->n_cursors + 1, sizeof *list->cursors);
    list->expected = calloc(n + 1, 1);
    list->called = calloc(n + 1, 1);
    list->copies = calloc(n + 1, 1);
    list->is_hemizygous = calloc(n + 1, 1);
    list->haplotypes = calloc(n + 1, 1);
    list->phase_sets = calloc(n + 1, sizeof *list->phase_sets);
    if (list->cursors == NULL || list->expected == NULL || list->called == NULL ||
        list->copies == NULL || list->is_hemizygous == NULL || list->haplotypes == NULL ||
        list->phase_sets == NULL)
        return skr_fail_nomem(err, "genotypes");
    for (uint32_t i = 0; i < list->n_cursors; i++)
        list->cursors[i].contig = SKR_NONE;
    list->contig = SKR_NONE;
    return SKR_OK;
}

static void lister_done(lister *list)
{
    for (uint32_t i = 0; list->cursors != NULL && i < list->n_cursors; i++) {
        free(list->cursors[i].of);
        free(list->cursors[i].samples);
    }
    free(list->cursors);
    free(list->expected);
    free(list->called);
    free(list->copies);
    free(list->is_hemizygous);
    free(list->haplotypes);
    free(list->phase_sets);
    skr_haplotypes_done(&list->phased);
    skr_buffer_done(&list->text);
}

int skr_genotypes_list(const skr_question *question, const skr_plan *plan,
                       const skr_genotype_columns *columns, const skr_genotype_sink *sink,
                       skr_err *err)
{
    lister list = {.question = question, .plan = plan, .columns = columns, .sink = sink};
    const skr_scan_visitor visitor = {
        .on_batch = list_on_batch, .context = &list, .wants_carriers = true, .wants_silent = true};
    int status = lister_init(&list, err);
    if (status == SKR_OK) {
        skr_scan scan = skr_question_scan(question, plan, &visitor);
        scan.tools.n_threads = 1;
        status = skr_scan_run(&scan, err);
    }
    lister_done(&list);
    return status;
}
