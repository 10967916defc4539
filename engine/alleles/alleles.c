/*
 * alleles.c - the numbers of alleles, one row each, and how many alleles there are.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/alleles/alleles.h"
#include "engine/alleles/alleles_find.h"
#include "engine/alleles/alleles_out.h"
#include "engine/alleles/alleles_parts.h"
#include "engine/scan/tally.h"
#include "engine/tell/disclose.h"

typedef struct lister {
    const skr_question *question;
    const skr_plan *plan;
    skr_findings *findings;   /* of each worker */
    skr_alleles_parts *parts; /* by dataset and population; NULL: they are not asked for */
    skr_rows_out out;
} lister;

/* Are the stored totals not enough? */
static bool has_cohort(const skr_question *question)
{
    for (uint32_t i = 0; i < question->n_slots; i++)
        if (question->slots[i].cohort != NULL)
            return true;
    return false;
}

/* ------------------------------------------------------------------ one row */

/* Adds what one dataset may tell to a row. */
static void add_told(skr_allele_row *row, const skr_tally *tally, const skr_policy *policy)
{
    if (policy->is_exact) {
        row->ac += tally->ac;
        row->an += tally->an;
        row->n_carriers += tally->n_carriers;
        row->n_hom += tally->n_hom;
        row->n_het += tally->n_het;
        row->n_hemi += tally->n_hemi;
        row->n_partial += tally->n_partial;
        return;
    }
    row->ac += skr_disclose_number(policy, tally->ac);
    row->an += skr_disclose_number(policy, tally->an);
    row->n_carriers += (uint32_t)skr_disclose_number(policy, tally->n_carriers);
    row->n_hom += (uint32_t)skr_disclose_number(policy, tally->n_hom);
    row->n_het += (uint32_t)skr_disclose_number(policy, tally->n_het);
    row->n_hemi += (uint32_t)skr_disclose_number(policy, tally->n_hemi);
    row->n_partial += (uint32_t)skr_disclose_number(policy, tally->n_partial);
}

/* Fills in the numbers of allele k; *ret_is_in: whether there is a row to be told. */
static int make_row(const lister *list, skr_tallier *tallier, skr_findings *mine, uint32_t k,
                    skr_allele_row *row, bool *ret_is_in, skr_err *err)
{
    const skr_question *question = list->question;
    const skr_policy *policy = &question->access->policy;
    int status = SKR_OK;
    const skr_batch *batch = tallier->batch;
    mine->found.n = 0;
    *ret_is_in = false;
    for (uint32_t i = 0; status == SKR_OK && i < question->n_slots; i++) {
        skr_tally tally = {0};
        bool counts = false;
        status =
            skr_findings_slot(question, tallier, mine, k, SKR_TALLY_AN, i, &tally, &counts, err);
        if (status < 0 || !counts)
            continue;
        add_told(row, &tally, policy);
        if (batch->is_named[k] != 0 || batch->has_row[(size_t)i * batch->n_max + k] != 0)
            *ret_is_in = true;
    }
    /* Somebody may have samples in two datasets: under an exact policy he counts once. */
    if (status == SKR_OK && policy->is_exact &&
        skr_findings_has_repeats(tallier, batch->keys[k].contig)) {
        skr_tally people = {0};
        skr_tally_people(mine->found.items, mine->found.n, &people);
        row->n_carriers = people.n_carriers;
        row->n_hom = people.n_hom;
        row->n_het = people.n_het;
        row->n_hemi = people.n_hemi;
        row->n_partial = people.n_partial;
    }
    return status;
}

static const char *contig_name(const skr_plan *plan, uint32_t contig)
{
    return plan->snapshot->manifest->assemblies[plan->assembly].contigs[contig].name;
}

/* A row of one allele, if it has one. */
static int list_row(lister *list, skr_worker *worker, uint32_t k, bool *ret_is_in, skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    skr_allele_row row = {0};
    SKR_TRY(
        make_row(list, &worker->tallier, &list->findings[worker->number], k, &row, ret_is_in, err));
    if (!*ret_is_in)
        return SKR_OK;
    return skr_alleles_out_add(&list->out, worker->number,
                               contig_name(list->plan, batch->keys[k].contig), &batch->keys[k],
                               &row, err);
}

/* Which part an allele has for a dataset. */
typedef enum part_kind {
    PART_NONE,
    PART_ROW,
    PART_ABSENT, /* beside the rows */
} part_kind;

static int find_part(const lister *list, skr_tallier *tallier, skr_findings *mine, uint32_t k,
                     uint32_t slot, part_kind *ret_kind, skr_err *err)
{
    const skr_batch *batch = tallier->batch;
    const skr_alleles_by *by = list->out.request->by;
    skr_tally tally = {0};
    bool counts = false;
    mine->found.n = 0;
    *ret_kind = PART_NONE;
    SKR_TRY(skr_findings_slot(list->question, tallier, mine, k, 0, slot, &tally, &counts, err));
    if (!counts)
        return SKR_OK;
    bool is_named = batch->is_named[k] != 0;
    if (by->is_carried ? tally.n_carriers > 0
                       : is_named || batch->has_row[(size_t)slot * batch->n_max + k] != 0)
        *ret_kind = PART_ROW;
    else if (by->with_absent && is_named)
        *ret_kind = PART_ABSENT;
    return SKR_OK;
}

/* The same by dataset and population. Rows that lie behind every page are counted and no more. */
static int list_parts(lister *list, skr_worker *worker, uint32_t k, bool *ret_is_in, skr_err *err)
{
    const skr_batch *batch = &worker->batch;
    skr_findings *mine = &list->findings[worker->number];
    bool is_in_reach = false;
    *ret_is_in = false;
    skr_alleles_parts_clear(list->parts, worker->number);
    for (uint32_t i = 0; i < list->question->n_slots; i++) {
        part_kind kind = PART_NONE;
        bool is_added = true;
        SKR_TRY(find_part(list, &worker->tallier, mine, k, i, &kind, err));
        if (kind == PART_NONE)
            continue;
        bool is_open = kind == PART_ABSENT || skr_alleles_out_is_open(&list->out, i);
        SKR_TRY(kind == PART_ABSENT
                    ? skr_alleles_parts_add_absent(list->parts, worker, k, i, &is_added, err)
                    : skr_alleles_parts_add(list->parts, worker, k, i, is_open, err));
        is_in_reach = is_in_reach || (is_open && is_added);
        *ret_is_in = *ret_is_in || is_added;
    }
    if (!*ret_is_in)
        return SKR_OK;
    const skr_allele_row row = skr_alleles_parts_row(list->parts, worker->number);
    if (!is_in_reach) {
        skr_alleles_out_late(&list->out, &row);
        return SKR_OK;
    }
    return skr_alleles_out_add(&list->out, worker->number,
                               contig_name(list->plan, batch->keys[k].contig), &batch->keys[k],
                               &row, err);
}

/* Rows are handed out while they are still in the nearest cache. */
#define ROWS_EARLY 64u

static int list_on_batch(void *context, skr_worker *worker, skr_err *err)
{
    lister *list = context;
    const skr_batch *batch = &worker->batch;
    skr_findings *mine = &list->findings[worker->number];
    uint32_t n_added = 0;
    int status =
        skr_findings_together(&worker->tallier, mine, list->parts == NULL ? SKR_TALLY_AN : 0, err);
    for (uint32_t k = 0; status == SKR_OK && k < batch->n; k++) {
        bool is_in = false;
        if (batch->is_wanted[k] == 0)
            continue;
        status = list->parts == NULL ? list_row(list, worker, k, &is_in, err)
                                     : list_parts(list, worker, k, &is_in, err);
        n_added += is_in;
        if (status == SKR_OK && is_in && n_added % ROWS_EARLY == 0)
            status = skr_alleles_out_early(&list->out, worker->number, worker->morsel, err);
    }
    return status < 0 ? status
                      : skr_alleles_out_early(&list->out, worker->number, worker->morsel, err);
}

static int list_on_morsel_end(void *context, skr_worker *worker, size_t morsel, skr_err *err)
{
    lister *list = context;
    return skr_alleles_out_end(&list->out, worker->number, morsel, worker->has_failed, err);
}

/* Alleles on contigs that the store does not have: nobody was looked at. */
static int list_nowhere(lister *list, skr_err *err)
{
    int status = SKR_OK;
    skr_allele_facts facts = {.has_filter = true, .is_filter_failed = true};
    if (!list->question->access->policy.is_exact || list->parts != NULL)
        return SKR_OK;
    for (size_t i = 0; status == SKR_OK && i < list->plan->n_named; i++) {
        const skr_named_allele *named = &list->plan->named[i];
        const skr_allele_row row = {0};
        if (named->key->contig != SKR_NONE ||
            skr_plan_judge(list->plan, named->key, &facts, 1) == SKR_NO ||
            skr_plan_judge(list->plan, named->key, &facts, 2) == SKR_NO)
            continue;
        status = skr_alleles_out_add(&list->out, 0, named->contig, named->key, &row, err);
    }
    return status < 0 ? status : skr_alleles_out_rest(&list->out, err);
}

/* What is said of alleles is told where it was read as alleles are now. */
static void find_notes(lister *list)
{
    const skr_snapshot *snapshot = list->plan->snapshot;
    uint32_t assembly = list->plan->assembly;
    if (assembly == SKR_NONE)
        return;
    list->out.tables = snapshot->annotations[assembly];
    list->out.n_tables = snapshot->manifest->assemblies[assembly].n_annotations;
}

int skr_alleles_list(const skr_question *question, const skr_alleles_request *request,
                     skr_alleles_sink *sink, skr_err *err)
{
    skr_plan *plan = NULL;
    lister list = {.question = question,
                   .out = {.request = request, .on_row = sink->on_row, .context = sink->context}};
    bool is_carried = request->by != NULL && request->by->is_carried;
    skr_scan_visitor visitor = {.on_batch = list_on_batch,
                                .on_morsel_end = list_on_morsel_end,
                                .context = &list,
                                .wants_carriers = has_cohort(question) || request->by != NULL,
                                .wants_silent = !is_carried,
                                .warns_unassessed = is_carried};
    int status = skr_alleles_out_init(&list.out, question->tools.n_threads, question->n_slots, err);
    if (status < 0)
        return status;
    skr_alleles_out_go_on(&list.out, sink->n_rows, sink->by_slot);
    list.findings = calloc(question->tools.n_threads, sizeof *list.findings);
    if (list.findings == NULL) {
        status = skr_fail_nomem(err, "the numbers of alleles");
        goto out;
    }
    status = skr_question_plan(question, request->alleles, &plan, err);
    if (status < 0)
        goto out;
    list.plan = plan;
    find_notes(&list);
    list.out.assembly = plan->assembly == SKR_NONE
                            ? "" /* no dataset that is shown has genomes */
                            : question->snapshot->manifest->assemblies[plan->assembly].name;
    if (request->by != NULL)
        status =
            skr_alleles_parts_new(question, plan->assembly, request->by, sink, &list.parts, err);
    if (status < 0)
        goto out;
    skr_scan scan = skr_question_scan(question, plan, &visitor);
    status = skr_scan_run(&scan, err);
    if (status == SKR_OK)
        status = list_nowhere(&list, err);
    if (status >= 0)
        sink->n_rows = skr_alleles_out_numbers(&list.out, sink->by_slot);
out:
    skr_alleles_out_done(&list.out);
    skr_alleles_parts_free(list.parts);
    skr_findings_free(list.findings, question->tools.n_threads);
    skr_plan_free(plan);
    return status < 0 ? status : SKR_OK;
}

/* ------------------------------------------------------------------ counting */

typedef struct counter {
    const skr_question *question;
    uint64_t *numbers;      /* of each worker: n_slots and the total */
    skr_findings *findings; /* of each worker */
} counter;

static int count_on_batch(void *context, skr_worker *worker, skr_err *err)
{
    const counter *count = context;
    const skr_batch *batch = &worker->batch;
    skr_findings *mine = &count->findings[worker->number];
    uint32_t n_slots = count->question->n_slots;
    uint64_t *numbers = count->numbers + (size_t)worker->number * (n_slots + 1);
    int status = skr_findings_together(&worker->tallier, mine, 0, err);
    for (uint32_t k = 0; status == SKR_OK && k < batch->n; k++) {
        bool is_any = false;
        if (batch->is_wanted[k] == 0)
            continue;
        for (uint32_t i = 0; status == SKR_OK && i < n_slots; i++) {
            skr_tally tally = {0};
            bool counts = false;
            mine->found.n = 0;
            status = skr_findings_slot(count->question, &worker->tallier, mine, k, 0, i, &tally,
                                       &counts, err);
            /* Told under exact: a record named the allele, and nobody has it. A cohort asks who. */
            bool is_nobody = batch->has_row[(size_t)i * batch->n_max + k] != 0 &&
                             count->question->slots[i].cohort == NULL;
            if (status < 0 || !counts || (tally.n_carriers == 0 && !is_nobody))
                continue;
            numbers[i]++;
            is_any = true;
        }
        numbers[n_slots] += is_any;
    }
    return status;
}

int skr_alleles_count(const skr_question *question, const skr_alleles_request *request,
                      uint64_t *ret_by_slot, uint64_t *ret_total, skr_err *err)
{
    skr_plan *plan = NULL;
    counter count = {.question = question};
    skr_scan_visitor visitor = {.on_batch = count_on_batch,
                                .context = &count,
                                .wants_carriers = has_cohort(question),
                                .warns_unassessed = true};
    size_t n_numbers = (size_t)question->n_slots + 1;
    int status = skr_question_plan(question, request->alleles, &plan, err);
    if (status < 0)
        return status;
    count.numbers = calloc(n_numbers * question->tools.n_threads, sizeof *count.numbers);
    count.findings = calloc(question->tools.n_threads, sizeof *count.findings);
    if (count.numbers == NULL || count.findings == NULL) {
        status = skr_fail_nomem(err, "counting alleles");
        goto out;
    }
    skr_scan scan = skr_question_scan(question, plan, &visitor);
    status = skr_scan_run(&scan, err);
    if (status < 0)
        goto out;
    for (unsigned w = 1; w < question->tools.n_threads; w++)
        for (size_t i = 0; i < n_numbers; i++)
            count.numbers[i] += count.numbers[w * n_numbers + i];
    for (uint32_t i = 0; i < question->n_slots; i++)
        ret_by_slot[i] = count.numbers[i];
    *ret_total = count.numbers[question->n_slots];
out:
    free(count.numbers);
    skr_findings_free(count.findings, question->tools.n_threads);
    skr_plan_free(plan);
    return status;
}
