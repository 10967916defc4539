/*
 * carriers_find.c - the individuals who carry an allele that satisfies a question.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/people/people_eval.h"
#include "engine/scan/tally.h"
#include "storage/carriers/bits.h"

typedef struct finder {
    const skr_question *question;
    skr_people_sets *carriers; /* of each worker */
    skr_people_sets *assessed;
    unsigned n_workers;
    bool wants_assessed;
} finder;

/* The sets of a worker, when it first needs them. */
static int make_sets(finder *find, unsigned worker, skr_err *err)
{
    int status = SKR_OK;
    if (find->carriers[worker].sets == NULL)
        status = skr_people_sets_new(find->question, &find->carriers[worker], err);
    if (status == SKR_OK && find->wants_assessed && find->assessed[worker].sets == NULL)
        status = skr_people_sets_new(find->question, &find->assessed[worker], err);
    return status;
}

/* Adds who was called at an allele asked for by name. */
static int mark_assessed(skr_worker *worker, const skr_key_view *view, uint32_t slot,
                         uint64_t *people, skr_err *err)
{
    for (uint32_t i = 0; i < worker->n_cursors; i++) {
        const skr_row_cursor *cursor = &worker->cursors[i];
        const skr_sample_states *states = NULL;
        if (cursor->slot != slot || cursor->live.set.n == 0)
            continue;
        SKR_TRY(skr_tally_states(&worker->tallier, view, i, &states, err));
        for (uint32_t s = 0; s < states->n; s++)
            if (states->called[s] > 0)
                skr_bits_set(people, skr_individual_of(&cursor->individuals, s));
    }
    return SKR_OK;
}

static int on_batch(void *context, skr_worker *worker, skr_err *err)
{
    finder *find = context;
    skr_batch *batch = &worker->batch;
    int status = make_sets(find, worker->number, err);
    for (uint32_t i = 0; status == SKR_OK && i < batch->n_slots; i++) {
        status = skr_tally_mark(&worker->tallier, i, find->carriers[worker->number].sets[i], err);
        for (uint32_t k = 0; find->wants_assessed && status == SKR_OK && k < batch->n; k++)
            if (batch->is_named[k] != 0)
                status = mark_assessed(worker, skr_batch_seek(batch, k), i,
                                       find->assessed[worker->number].sets[i], err);
    }
    return status;
}

static int on_leave(void *context, skr_worker *worker, skr_err *err)
{
    (void)err;
    const finder *find = context;
    for (uint32_t i = 0; i < find->carriers[worker->number].n; i++)
        skr_tally_flush(&worker->tallier, i, find->carriers[worker->number].sets[i]);
    return SKR_OK;
}

/* Everybody who has a sample that was not withdrawn. */
static int mark_genomes(const skr_question *question, uint32_t assembly, skr_people_sets *sets,
                        skr_err *err)
{
    const skr_snapshot *snapshot = question->snapshot;
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        const skr_segment_entry *entry = snapshot->entries[i];
        for (uint32_t slot = 0; slot < question->n_slots; slot++) {
            if (entry->assembly != assembly || question->slots[slot].dataset != entry->dataset)
                continue;
            int status = skr_snapshot_mark_genomes(question->snapshot, i, sets->sets[slot], err);
            if (status < 0)
                return status;
        }
    }
    return SKR_OK;
}

static int finder_init(finder *find, skr_err *err)
{
    find->n_workers = find->question->tools.n_threads;
    find->carriers = calloc(find->n_workers, sizeof *find->carriers);
    find->assessed = calloc(find->n_workers, sizeof *find->assessed);
    if (find->carriers == NULL || find->assessed == NULL)
        return skr_fail_nomem(err, "a scan");
    return make_sets(find, 0, err);
}

static void finder_done(finder *find)
{
    for (unsigned i = 0; i < find->n_workers; i++) {
        if (find->carriers != NULL)
            skr_people_sets_done(&find->carriers[i]);
        if (find->assessed != NULL)
            skr_people_sets_done(&find->assessed[i]);
    }
    free(find->carriers);
    free(find->assessed);
}

/* The union over workers goes into the first one's sets, which are handed out. */
static void join(const finder *find, skr_people_sets *of_workers, skr_people_sets *ret_sets)
{
    size_t n_words = skr_bits_words(find->question->snapshot->n_people);
    for (unsigned w = 1; w < find->n_workers; w++)
        for (uint32_t i = 0; i < of_workers[w].n; i++)
            skr_bits_or(of_workers[0].sets[i], of_workers[w].sets[i], n_words);
    *ret_sets = of_workers[0];
    of_workers[0] = (skr_people_sets){0};
}

int skr_carriers_find(const skr_question *question, const skr_plan *plan, bool wants_assessed,
                      skr_genomic *ret_genomic, skr_err *err)
{
    skr_scan scan = {0};
    finder find = {.question = question, .wants_assessed = wants_assessed};
    skr_scan_visitor visitor = {.wants_carriers = true,
                                .warns_unassessed = true,
                                .wants_named = wants_assessed,
                                .on_batch = on_batch,
                                .on_leave = on_leave,
                                .context = &find};
    int status = finder_init(&find, err);
    if (status < 0)
        goto out;
    scan = skr_question_scan(question, plan, &visitor);
    status = skr_scan_run(&scan, err);
    if (status < 0)
        goto out;
    if (wants_assessed && !plan->has_only_names && plan->assembly != SKR_NONE)
        status = mark_genomes(question, plan->assembly, &find.assessed[0], err);
    if (status < 0)
        goto out;
    join(&find, find.carriers, &ret_genomic->carriers);
    if (wants_assessed)
        join(&find, find.assessed, &ret_genomic->assessed);
out:
    finder_done(&find);
    return status;
}

void skr_carriers_find_done(skr_genomic *genomic)
{
    skr_people_sets_done(&genomic->carriers);
    skr_people_sets_done(&genomic->assessed);
}
