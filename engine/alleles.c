/*
 * alleles.c - one row an allele, in the order of the genome, whoever of the workers found it.
 *
 * A worker keeps the rows of its morsel and hands them out when it is the morsel's turn. Morsels
 * are taken in their order, so the worker whose turn it is never waits for another.
 */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/alleles_int.h"
#include "engine/tally_int.h"
#include "index/variant_key.h"

/* The rows of one worker's morsel. Texts are offsets into `texts` until they are handed out. */
typedef struct row_list {
    skr_allele_row *rows;
    size_t n;
    size_t n_max;
    skr_buffer texts;
} row_list;

typedef struct lister {
    const skr_question *question;
    const skr_plan *plan;
    const skr_alleles_request *request;
    skr_allele_fn on_row;
    void *context;
    row_list *lists; /* of each worker */
    pthread_mutex_t lock;
    pthread_cond_t turn;
    size_t next_morsel;
    uint64_t n_rows;
    bool has_failed;
} lister;

/* ------------------------------------------------------------------ one row */

static uint64_t tell(const skr_policy *policy, uint64_t raw)
{
    skr_told_count told = skr_disclose(policy, raw);
    return told.is_hidden ? 0 : told.count;
}

/* Adds what one dataset may tell to a row. */
static void add_told(skr_allele_row *row, const skr_tally *tally, const skr_policy *policy)
{
    row->ac += tell(policy, tally->ac);
    row->an += tell(policy, tally->an);
    row->n_carriers += (uint32_t)tell(policy, tally->n_carriers);
    row->n_hom += (uint32_t)tell(policy, tally->n_hom);
    row->n_het += (uint32_t)tell(policy, tally->n_het);
    row->n_hemi += (uint32_t)tell(policy, tally->n_hemi);
    row->n_partial += (uint32_t)tell(policy, tally->n_partial);
}

/* Is there a carrier of a number of copies that the verdicts count? */
static bool has_counted(const skr_worker *worker, size_t from, unsigned verdicts)
{
    for (size_t i = from; i < worker->n_found; i++)
        if ((verdicts & (worker->found[i].n_this == 1 ? 1u : 2u)) != 0)
            return true;
    return false;
}

/* Must carriers be told apart by name: has somebody several samples? */
static bool has_repeats(const skr_worker *worker)
{
    const skr_plan *plan = worker->scan->plan;
    return plan->snapshot->has_repeats[plan->assembly];
}

/*
 * May all selected alleles of the batch be added up together? Not those of which only carriers of
 * so many copies are asked for, and none where people must be told apart over datasets.
 */
static bool is_together(const skr_worker *worker, const skr_batch *batch, uint32_t k)
{
    if (batch->is_wanted[k] == 0 || has_repeats(worker))
        return false;
    for (uint32_t slot = 0; slot < worker->scan->n_slots; slot++) {
        uint8_t verdicts = batch->verdicts[(size_t)slot * batch->n_max + k];
        if (verdicts != 0 && verdicts != 3)
            return false;
    }
    return true;
}

/* Adds up those that may be, slot by slot, into worker->tallies. */
static int tally_together(skr_worker *worker, const skr_batch *batch, unsigned flags, skr_err *err)
{
    int status = SKR_OK;
    for (uint32_t slot = 0; status == SKR_OK && slot < worker->scan->n_slots; slot++) {
        size_t base = (size_t)slot * batch->n_max;
        for (uint32_t k = 0; k < batch->n; k++)
            worker->selected[k] = batch->verdicts[base + k] == 3 && is_together(worker, batch, k);
        status = skr_tally_batch(worker, slot, flags | SKR_TALLY_COHORT, worker->selected,
                                 worker->tallies + base, err);
    }
    return status;
}

/*
 * The tally of allele k in a slot: found with the others, or now. *ret_counts: whether it has its
 * part in the row.
 */
static int tally_slot(const skr_question *question, skr_worker *worker, const skr_batch *batch,
                      uint32_t k, unsigned flags, uint32_t slot, skr_tally *tally, bool *ret_counts,
                      skr_err *err)
{
    const skr_policy *policy = &question->access->policy;
    unsigned verdicts = batch->verdicts[(size_t)slot * batch->n_max + k];
    size_t n_before = worker->n_found;
    int status = SKR_OK;
    *ret_counts = false;
    if (verdicts == 0)
        return SKR_OK;
    if (is_together(worker, batch, k)) {
        *tally = worker->tallies[(size_t)slot * batch->n_max + k];
        *ret_counts = true;
    } else {
        status = skr_tally_slot(worker, skr_batch_seek(worker, k), slot,
                                flags | SKR_TALLY_COHORT | SKR_TALLY_FOUND, tally, err);
        *ret_counts = verdicts == 3 || has_counted(worker, n_before, verdicts);
    }
    if (status < 0)
        return status;
    if (!policy->is_exact)
        *ret_counts = *ret_counts && !skr_disclose(policy, tally->n_carriers).is_hidden;
    if (!*ret_counts)
        worker->n_found = n_before;
    return SKR_OK;
}

/* Fills in the numbers of allele k; *ret_is_in: whether there is a row to be told. */
static int make_row(const lister *list, skr_worker *worker, const skr_batch *batch, uint32_t k,
                    skr_allele_row *row, bool *ret_is_in, skr_err *err)
{
    const skr_question *question = list->question;
    const skr_policy *policy = &question->access->policy;
    int status = SKR_OK;
    worker->n_found = 0;
    *ret_is_in = false;
    for (uint32_t i = 0; status == SKR_OK && i < question->n_slots; i++) {
        skr_tally tally = {0};
        bool counts = false;
        status = tally_slot(question, worker, batch, k, SKR_TALLY_AN, i, &tally, &counts, err);
        if (status < 0 || !counts)
            continue;
        add_told(row, &tally, policy);
        if (batch->is_named[k] != 0 || batch->has_row[(size_t)i * batch->n_max + k] != 0)
            *ret_is_in = true;
    }
    /* Somebody may have samples in two datasets: under an exact policy he counts once. */
    if (status == SKR_OK && policy->is_exact && has_repeats(worker)) {
        skr_tally people = {0};
        skr_tally_people(worker->found, worker->n_found, &people);
        row->n_carriers = people.n_carriers;
        row->n_hom = people.n_hom;
        row->n_het = people.n_het;
        row->n_hemi = people.n_hemi;
        row->n_partial = people.n_partial;
    }
    return status;
}

static int list_add(row_list *list, const char *contig, const skr_allele *key, skr_allele_row *row,
                    skr_err *err)
{
    if (list->n == list->n_max) {
        size_t n_max = list->n_max == 0 ? 64 : 2 * list->n_max;
        skr_allele_row *rows = realloc(list->rows, n_max * sizeof *rows);
        if (rows == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "no memory for rows of alleles");
        list->rows = rows;
        list->n_max = n_max;
    }
    row->contig = contig;
    row->allele = *key;
    row->af = row->an == 0 ? (double)NAN : (double)row->ac / (double)row->an;
    row->answer = row->n_carriers > 0 ? SKR_PRESENT : row->an > 0 ? SKR_ABSENT : SKR_NOT_ASSESSED;
    row->is_told = true;
    int status = skr_buffer_put(&list->texts, key->ref, key->n_ref, err);
    if (status == SKR_OK)
        status = skr_buffer_put(&list->texts, key->alt, key->n_alt, err);
    if (status == SKR_OK)
        status = skr_variant_print(contig, key, &list->texts, err);
    if (status == SKR_OK)
        status = skr_buffer_put_u8(&list->texts, 0, err);
    if (status == SKR_OK)
        list->rows[list->n++] = *row;
    return status;
}

static const char *contig_name(const skr_plan *plan, uint32_t contig)
{
    return plan->snapshot->manifest->assemblies[plan->assembly].contigs[contig].name;
}

static int list_on_batch(void *context, skr_worker *worker, skr_batch *batch, skr_err *err)
{
    const lister *list = context;
    int status = tally_together(worker, batch, SKR_TALLY_AN, err);
    for (uint32_t k = 0; status == SKR_OK && k < batch->n; k++) {
        skr_allele_row row = {0};
        bool is_in = false;
        if (batch->is_wanted[k] == 0)
            continue;
        status = make_row(list, worker, batch, k, &row, &is_in, err);
        if (status == SKR_OK && is_in)
            status = list_add(&list->lists[worker->number],
                              contig_name(list->plan, batch->keys[k].contig), &batch->keys[k], &row,
                              err);
    }
    return status;
}

/* ------------------------------------------------------------------ handing out */

static int hand_out(lister *list, row_list *rows, skr_err *err)
{
    const skr_alleles_request *request = list->request;
    const char *texts = (const char *)rows->texts.bytes;
    int status = SKR_OK;
    size_t at = 0;
    for (size_t i = 0; i < rows->n && status >= 0; i++) {
        skr_allele_row *row = &rows->rows[i];
        row->allele.ref = texts + at;
        row->allele.alt = row->allele.ref + row->allele.n_ref;
        row->variant = row->allele.alt + row->allele.n_alt;
        at = (size_t)(row->variant + strlen(row->variant) + 1 - texts);
        uint64_t number = list->n_rows++;
        if (list->on_row == NULL || number < request->n_skip ||
            (request->n_max > 0 && number - request->n_skip >= request->n_max))
            continue;
        status = list->on_row(list->context, row, err);
    }
    rows->n = 0;
    rows->texts.n = 0;
    return status;
}

static int list_on_morsel_end(void *context, skr_worker *worker, size_t morsel, skr_err *err)
{
    lister *list = context;
    int status = SKR_OK;
    (void)pthread_mutex_lock(&list->lock);
    while (list->next_morsel != morsel)
        (void)pthread_cond_wait(&list->turn, &list->lock);
    if (atomic_load(&worker->scan->has_failed))
        list->has_failed = true;
    if (!list->has_failed)
        status = hand_out(list, &list->lists[worker->number], err);
    if (status < 0)
        list->has_failed = true;
    list->next_morsel++;
    (void)pthread_cond_broadcast(&list->turn);
    (void)pthread_mutex_unlock(&list->lock);
    return status < 0 ? status : SKR_OK;
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
        skr_allele_row row = {0};
        if (named->key->contig != SKR_NONE ||
            skr_plan_judge(list->plan, named->key, &facts, 1) == SKR_NO ||
            skr_plan_judge(list->plan, named->key, &facts, 2) == SKR_NO)
            continue;
        status = list_add(&list->lists[0], named->contig, named->key, &row, err);
    }
    return status < 0 ? status : hand_out(list, &list->lists[0], err);
}

int skr_alleles_list(const skr_question *question, const skr_alleles_request *request,
                     skr_allele_fn on_row, void *context, uint64_t *ret_n_rows, skr_err *err)
{
    skr_plan *plan = NULL;
    lister list = {.question = question, .request = request, .on_row = on_row, .context = context};
    skr_scan_visitor visitor = {.on_batch = list_on_batch,
                                .on_morsel_end = list_on_morsel_end,
                                .context = &list,
                                .wants_silent = true};
    if (pthread_mutex_init(&list.lock, NULL) != 0)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a lock");
    if (pthread_cond_init(&list.turn, NULL) != 0) {
        (void)pthread_mutex_destroy(&list.lock);
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a lock");
    }
    int status = skr_plan_new(question->snapshot, question->access, request->alleles, &plan, err);
    if (status < 0)
        goto out;
    list.plan = plan;
    list.lists = calloc(question->tools.n_threads, sizeof *list.lists);
    if (list.lists == NULL) {
        status = skr_fail(err, SKR_ERR_NOMEM, "no memory for rows of alleles");
        goto out;
    }
    skr_scan scan = skr_question_scan(question, plan, &visitor);
    status = skr_scan_run(&scan, err);
    if (status == SKR_OK)
        status = list_nowhere(&list, err);
    if (status >= 0 && ret_n_rows != NULL)
        *ret_n_rows = list.n_rows;
out:
    for (unsigned i = 0; list.lists != NULL && i < question->tools.n_threads; i++) {
        free(list.lists[i].rows);
        skr_buffer_done(&list.lists[i].texts);
    }
    free(list.lists);
    skr_plan_free(plan);
    (void)pthread_cond_destroy(&list.turn);
    (void)pthread_mutex_destroy(&list.lock);
    return status < 0 ? status : SKR_OK;
}

/* ------------------------------------------------------------------ counting */

typedef struct counter {
    const skr_question *question;
    uint64_t *numbers; /* of each worker: n_slots and the total */
} counter;

static int count_on_batch(void *context, skr_worker *worker, skr_batch *batch, skr_err *err)
{
    const counter *count = context;
    uint32_t n_slots = count->question->n_slots;
    uint64_t *numbers = count->numbers + (size_t)worker->number * (n_slots + 1);
    int status = tally_together(worker, batch, 0, err);
    for (uint32_t k = 0; status == SKR_OK && k < batch->n; k++) {
        bool is_any = false;
        if (batch->is_wanted[k] == 0)
            continue;
        for (uint32_t i = 0; status == SKR_OK && i < n_slots; i++) {
            skr_tally tally = {0};
            bool counts = false;
            worker->n_found = 0;
            status = tally_slot(count->question, worker, batch, k, 0, i, &tally, &counts, err);
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
    skr_scan_visitor visitor = {.on_batch = count_on_batch, .context = &count};
    size_t n_numbers = (size_t)question->n_slots + 1;
    int status = skr_plan_new(question->snapshot, question->access, request->alleles, &plan, err);
    if (status < 0)
        return status;
    count.numbers = calloc(n_numbers * question->tools.n_threads, sizeof *count.numbers);
    if (count.numbers == NULL) {
        status = skr_fail(err, SKR_ERR_NOMEM, "no memory for counting alleles");
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
    skr_plan_free(plan);
    return status;
}
