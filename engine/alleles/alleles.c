/*
 * alleles.c - the numbers of alleles, one row each, and how many alleles there are.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/alleles/alleles.h"
#include "engine/alleles/alleles_out.h"
#include "engine/scan/tally.h"
#include "engine/tell/disclose.h"

/* What a worker has found of the alleles of its batch. */
typedef struct findings {
    skr_tally *tallies; /* [slot * n_max + i]: of those that are summed */
    uint8_t *is_summed; /* they were added up together */
    uint8_t *selected;  /* scratch of that */
    uint32_t n_max;     /* alleles, and slots, for which there is memory */
    uint32_t n_slots;
    skr_carrier_list found; /* carriers of the allele at hand, where they are told apart */
} findings;

typedef struct lister {
    const skr_question *question;
    const skr_plan *plan;
    findings *findings; /* of each worker */
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

/* Is there a carrier of a number of copies that the verdicts count? */
static bool has_counted(const skr_carrier_list *found, size_t from, unsigned verdicts)
{
    for (size_t i = from; i < found->n; i++)
        if (skr_verdicts_count(verdicts, found->items[i].n_this))
            return true;
    return false;
}

/* Must carriers of an allele be told apart by name: has somebody several samples there? */
static bool has_repeats(const skr_tallier *tallier, uint32_t contig)
{
    const skr_plan *plan = tallier->scope->plan;
    return skr_snapshot_has_repeats(plan->snapshot, plan->assembly, contig);
}

/* ------------------------------------------------------------------ what a worker finds */

static void findings_done(findings *all, unsigned n_workers)
{
    for (unsigned i = 0; all != NULL && i < n_workers; i++) {
        free(all[i].tallies);
        free(all[i].found.items);
    }
    free(all);
}

/* Room for the alleles of a batch, in one piece. */
static int findings_reserve(findings *mine, const skr_batch *batch, skr_err *err)
{
    size_t n = (size_t)batch->n * batch->n_slots;
    if (batch->n <= mine->n_max && batch->n_slots <= mine->n_slots)
        return SKR_OK;
    free(mine->tallies);
    mine->n_max = 0;
    mine->tallies = malloc((n + 1) * sizeof *mine->tallies + 2 * (size_t)batch->n);
    if (mine->tallies == NULL)
        return skr_fail_nomem(err, "the numbers of alleles");
    mine->is_summed = (uint8_t *)(mine->tallies + n + 1);
    mine->selected = mine->is_summed + batch->n;
    mine->n_max = batch->n;
    mine->n_slots = batch->n_slots;
    return SKR_OK;
}

/*
 * Which alleles of the batch may be added up together? Not those of which only carriers of so many
 * copies are asked for, and none where people must be told apart over datasets.
 */
static void find_together(const skr_tallier *tallier, findings *mine)
{
    const skr_batch *batch = tallier->batch;
    for (uint32_t k = 0; k < batch->n; k++)
        mine->is_summed[k] =
            batch->is_wanted[k] != 0 && !has_repeats(tallier, batch->keys[k].contig);
    for (uint32_t slot = 0; slot < batch->n_slots; slot++) {
        const uint8_t *verdicts = batch->verdicts + (size_t)slot * batch->n_max;
        for (uint32_t k = 0; k < batch->n; k++)
            mine->is_summed[k] &= verdicts[k] == 0 || verdicts[k] == SKR_COUNTS_ALL;
    }
}

/* Adds up those that may be, slot by slot. */
static int tally_together(skr_tallier *tallier, findings *mine, unsigned flags, skr_err *err)
{
    const skr_batch *batch = tallier->batch;
    SKR_TRY(findings_reserve(mine, batch, err));
    find_together(tallier, mine);
    for (uint32_t slot = 0; slot < batch->n_slots; slot++) {
        const uint8_t *verdicts = batch->verdicts + (size_t)slot * batch->n_max;
        for (uint32_t k = 0; k < batch->n; k++)
            mine->selected[k] = mine->is_summed[k] & (verdicts[k] == SKR_COUNTS_ALL);
        SKR_TRY(skr_tally_batch(tallier, slot, flags | SKR_TALLY_COHORT, mine->selected,
                                mine->tallies + (size_t)slot * mine->n_max, err));
    }
    return SKR_OK;
}

/*
 * The tally of allele k in a slot: found with the others, or now. *ret_counts: whether it has its
 * part in the row.
 */
static int tally_slot(const skr_question *question, skr_tallier *tallier, findings *mine,
                      uint32_t k, unsigned flags, uint32_t slot, skr_tally *tally, bool *ret_counts,
                      skr_err *err)
{
    const skr_policy *policy = &question->access->policy;
    skr_batch *batch = tallier->batch;
    unsigned verdicts = batch->verdicts[(size_t)slot * batch->n_max + k];
    size_t n_before = mine->found.n;
    *ret_counts = false;
    if (verdicts == 0)
        return SKR_OK;
    if (mine->is_summed[k] != 0) {
        *tally = mine->tallies[(size_t)slot * mine->n_max + k];
        *ret_counts = true;
    } else {
        SKR_TRY(skr_tally_slot(tallier, skr_batch_seek(batch, k), slot, flags | SKR_TALLY_COHORT,
                               &mine->found, tally, err));
        *ret_counts = verdicts == SKR_COUNTS_ALL || has_counted(&mine->found, n_before, verdicts);
    }
    if (!policy->is_exact)
        *ret_counts = *ret_counts && !skr_disclose(policy, tally->n_carriers).is_hidden;
    if (!*ret_counts)
        mine->found.n = n_before;
    return SKR_OK;
}

/* Fills in the numbers of allele k; *ret_is_in: whether there is a row to be told. */
static int make_row(const lister *list, skr_tallier *tallier, findings *mine, uint32_t k,
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
        status = tally_slot(question, tallier, mine, k, SKR_TALLY_AN, i, &tally, &counts, err);
        if (status < 0 || !counts)
            continue;
        add_told(row, &tally, policy);
        if (batch->is_named[k] != 0 || batch->has_row[(size_t)i * batch->n_max + k] != 0)
            *ret_is_in = true;
    }
    /* Somebody may have samples in two datasets: under an exact policy he counts once. */
    if (status == SKR_OK && policy->is_exact && has_repeats(tallier, batch->keys[k].contig)) {
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

/* Rows are handed out while they are still in the nearest cache. */
#define ROWS_EARLY 64u

static int list_on_batch(void *context, skr_worker *worker, skr_err *err)
{
    lister *list = context;
    const skr_batch *batch = &worker->batch;
    findings *mine = &list->findings[worker->number];
    uint32_t n_added = 0;
    int status = tally_together(&worker->tallier, mine, SKR_TALLY_AN, err);
    for (uint32_t k = 0; status == SKR_OK && k < batch->n; k++) {
        skr_allele_row row = {0};
        bool is_in = false;
        if (batch->is_wanted[k] == 0)
            continue;
        status = make_row(list, &worker->tallier, mine, k, &row, &is_in, err);
        if (status == SKR_OK && is_in)
            status = skr_alleles_out_add(&list->out, worker->number,
                                         contig_name(list->plan, batch->keys[k].contig),
                                         &batch->keys[k], &row, err);
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
    if (!list->question->access->policy.is_exact)
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

int skr_alleles_list(const skr_question *question, const skr_alleles_request *request,
                     skr_allele_fn on_row, void *context, uint64_t *ret_n_rows, skr_err *err)
{
    skr_plan *plan = NULL;
    lister list = {.question = question,
                   .out = {.request = request, .on_row = on_row, .context = context}};
    skr_scan_visitor visitor = {.on_batch = list_on_batch,
                                .on_morsel_end = list_on_morsel_end,
                                .context = &list,
                                .wants_carriers = has_cohort(question),
                                .wants_silent = true};
    int status = skr_alleles_out_init(&list.out, question->tools.n_threads, err);
    if (status < 0)
        return status;
    list.findings = calloc(question->tools.n_threads, sizeof *list.findings);
    if (list.findings == NULL) {
        status = skr_fail_nomem(err, "the numbers of alleles");
        goto out;
    }
    status = skr_question_plan(question, request->alleles, &plan, err);
    if (status < 0)
        goto out;
    list.plan = plan;
    skr_scan scan = skr_question_scan(question, plan, &visitor);
    status = skr_scan_run(&scan, err);
    if (status == SKR_OK)
        status = list_nowhere(&list, err);
    if (status >= 0)
        *ret_n_rows = list.out.n_rows;
out:
    skr_alleles_out_done(&list.out);
    findings_done(list.findings, question->tools.n_threads);
    skr_plan_free(plan);
    return status < 0 ? status : SKR_OK;
}

/* ------------------------------------------------------------------ counting */

typedef struct counter {
    const skr_question *question;
    uint64_t *numbers;  /* of each worker: n_slots and the total */
    findings *findings; /* of each worker */
} counter;

static int count_on_batch(void *context, skr_worker *worker, skr_err *err)
{
    const counter *count = context;
    const skr_batch *batch = &worker->batch;
    findings *mine = &count->findings[worker->number];
    uint32_t n_slots = count->question->n_slots;
    uint64_t *numbers = count->numbers + (size_t)worker->number * (n_slots + 1);
    int status = tally_together(&worker->tallier, mine, 0, err);
    for (uint32_t k = 0; status == SKR_OK && k < batch->n; k++) {
        bool is_any = false;
        if (batch->is_wanted[k] == 0)
            continue;
        for (uint32_t i = 0; status == SKR_OK && i < n_slots; i++) {
            skr_tally tally = {0};
            bool counts = false;
            mine->found.n = 0;
            status =
                tally_slot(count->question, &worker->tallier, mine, k, 0, i, &tally, &counts, err);
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
    findings_done(count.findings, question->tools.n_threads);
    skr_plan_free(plan);
    return status;
}
