/*
 * engine.c - the face of the engine: a snapshot is taken, asked, told and given back.
 */
#include "engine/face/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine_int.h"
#include "engine/engine_knobs_int.h"
#include "engine/people/kept_leaves.h"
#include "engine/people/people_eval.h"
#include "engine/scan/helpers.h"
#include "engine/scan/worker_pool.h"
#include "engine/tell/disclose.h"
#include "storage/base/clock.h"
#include "storage/block/block_cache.h"
#include "storage/carriers/bits.h"

/* Opens the generation in force as the options say. */
static int snapshot_open(const skr_engine *engine, skr_snapshot **ret_snapshot, skr_err *err)
{
    skr_snapshot *snapshot = NULL;
    int status = skr_snapshot_open(engine->folder, engine->files, engine->snapshot, &snapshot, err);
    if (status == SKR_OK && engine->options.reads_tables)
        status = skr_snapshot_read_tables(snapshot, err);
    if (status < 0)
        skr_snapshot_release(snapshot);
    else
        *ret_snapshot = snapshot;
    return status;
}

static size_t n_populations(const skr_snapshot *snapshot)
{
    return (size_t)snapshot->manifest->n_datasets * snapshot->manifest->n_assemblies;
}

/* Lets go of a generation that was in force, and of what was kept with it. NULL is allowed. */
static void retire(skr_snapshot *old, skr_kept_terms *kept_terms, skr_populations **populations)
{
    for (uint32_t i = 0; old != NULL && i < old->manifest->n_datasets; i++)
        skr_told_terms_release(kept_terms[i].told);
    for (size_t i = 0; old != NULL && i < n_populations(old); i++)
        skr_populations_release(populations[i]);
    free(kept_terms);
    free((void *)populations);
    skr_snapshot_release(old);
}

/* Puts what is the store's newest generation into force. */
static int turn(skr_engine *engine, skr_err *err)
{
    skr_snapshot *fresh = NULL;
    int status = snapshot_open(engine, &fresh, err);
    if (status < 0)
        return status;
    skr_kept_terms *kept_terms =
        calloc((size_t)fresh->manifest->n_datasets + 1, sizeof *kept_terms);
    skr_populations **populations = calloc(n_populations(fresh) + 1, sizeof(skr_populations *));
    if (kept_terms == NULL || populations == NULL) {
        free(kept_terms);
        free((void *)populations);
        skr_snapshot_release(fresh);
        return skr_fail_nomem(err, "an engine");
    }
    (void)pthread_mutex_lock(&engine->lock);
    skr_snapshot *old = engine->snapshot;
    skr_kept_terms *old_terms = engine->kept_terms;
    skr_populations **old_populations = engine->kept_populations;
    engine->snapshot = fresh;
    engine->kept_terms = kept_terms;
    engine->kept_populations = populations;
    (void)pthread_cond_broadcast(&engine->terms_judged);
    atomic_fetch_add(&engine->state, 1);
    (void)pthread_mutex_unlock(&engine->lock);
    skr_worker_pool_turn(engine->workers, fresh); /* before what they read is closed */
    if (engine->kept != NULL)
        skr_kept_leaves_turn(engine->kept, fresh);
    retire(old, old_terms, old_populations);
    return SKR_OK;
}

static void init_terms_judged(skr_engine *engine)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&engine->terms_judged, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

int skr_engine_open(const char *folder, const skr_engine_options *options, skr_engine **ret_engine,
                    skr_err *err)
{
    skr_engine *engine = calloc(1, sizeof *engine);
    int status = SKR_OK;
    if (engine == NULL || pthread_mutex_init(&engine->lock, NULL) != 0) {
        free(engine);
        return skr_fail_nomem(err, "an engine");
    }
    init_terms_judged(engine);
    engine->options = *options;
    atomic_init(&engine->state, 0);
    if (engine->options.n_threads == 0) {
        long n = sysconf(_SC_NPROCESSORS_ONLN);
        engine->options.n_threads = n < 1 ? 1 : (unsigned)n;
    }
    engine->folder = strdup(folder);
    if (engine->folder == NULL)
        status = skr_fail_nomem(err, "an engine");
    if (status == SKR_OK)
        status = skr_open_files_new(0, &engine->files, err);
    if (status == SKR_OK)
        status = skr_helpers_new(engine->options.n_threads - 1, &engine->helpers, err);
    if (status == SKR_OK)
        status = skr_worker_pool_new(&engine->workers, err);
    if (status == SKR_OK && options->n_kept_bytes > 0)
        status = skr_kept_leaves_new(options->n_kept_bytes, &engine->kept, err);
    if (status == SKR_OK && options->n_cache_bytes > 0)
        status = skr_block_cache_new(options->n_cache_bytes, &engine->cache, err);
    if (status == SKR_OK)
        status = turn(engine, err);
    if (status < 0) {
        skr_engine_close(engine);
        return status;
    }
    *ret_engine = engine;
    return SKR_OK;
}

int skr_engine_reload(skr_engine *engine, skr_err *err)
{
    return turn(engine, err);
}

void skr_engine_knobs_batch_max(skr_engine *engine, uint32_t n_batch_max)
{
    engine->n_batch_max = n_batch_max;
}

uint64_t skr_engine_state(skr_engine *engine)
{
    return atomic_load(&engine->state);
}

void skr_engine_close(skr_engine *engine)
{
    if (engine == NULL)
        return;
    skr_helpers_free(engine->helpers);
    skr_worker_pool_free(engine->workers);
    retire(engine->snapshot, engine->kept_terms, engine->kept_populations);
    skr_kept_leaves_free(engine->kept);
    skr_block_cache_free(engine->cache);
    skr_open_files_free(engine->files);
    (void)pthread_cond_destroy(&engine->terms_judged);
    (void)pthread_mutex_destroy(&engine->lock);
    free(engine->io);
    free(engine->folder);
    free(engine);
}

/* ------------------------------------------------------------------ questions */

int skr_engine_begin(skr_engine *engine, const skr_access *access, skr_question *ret_question,
                     skr_err *err)
{
    (void)pthread_mutex_lock(&engine->lock);
    skr_snapshot *snapshot = engine->snapshot;
    skr_snapshot_acquire(snapshot);
    (void)pthread_mutex_unlock(&engine->lock);
    *ret_question = (skr_question){.snapshot = snapshot,
                                   .access = access,
                                   .kept = engine->kept,
                                   .tools = {.io = engine->options.io,
                                             .n_threads = engine->options.n_threads,
                                             .n_batch_max = engine->n_batch_max,
                                             .helpers = engine->helpers,
                                             .workers = engine->workers,
                                             .cache = engine->cache,
                                             .work = &engine->work}};
    int status = skr_question_init(ret_question, err);
    if (status < 0)
        skr_engine_end(ret_question);
    return status;
}

void skr_engine_end(skr_question *question)
{
    skr_question_done(question);
    skr_snapshot_release(question->snapshot);
    question->snapshot = NULL;
}

/* ------------------------------------------------------------------ what it did */

int skr_engine_io(skr_engine *engine, const char **ret_io, skr_err *err)
{
    int status = SKR_OK;
    (void)pthread_mutex_lock(&engine->lock);
    if (engine->io == NULL) {
        skr_block_reader *reader = NULL;
        status = skr_block_reader_new(engine->options.io, &reader, err);
        if (status == SKR_OK)
            engine->io = strdup(skr_block_reader_io_name(reader));
        skr_block_reader_free(reader);
        if (status == SKR_OK && engine->io == NULL)
            status = skr_fail_nomem(err, "the state of a store");
    }
    if (status == SKR_OK)
        *ret_io = engine->io;
    (void)pthread_mutex_unlock(&engine->lock);
    return status;
}

int skr_engine_stats_read(skr_engine *engine, skr_engine_stats *ret_stats, skr_err *err)
{
    const char *io = NULL;
    skr_block_cache_state cache = {0};
    skr_open_files_state files = {0};
    int status = skr_engine_io(engine, &io, err);
    if (status < 0)
        return status;
    if (engine->cache != NULL)
        skr_block_cache_look(engine->cache, &cache);
    skr_open_files_look(engine->files, &files);
    (void)pthread_mutex_lock(&engine->lock);
    uint64_t generation = engine->snapshot->manifest->generation;
    skr_manifest_due due = skr_manifest_due_at(engine->snapshot->manifest, skr_manifest_time_now());
    uint64_t n_segments = engine->snapshot->manifest->n_segments;
    (void)pthread_mutex_unlock(&engine->lock);
    *ret_stats = (skr_engine_stats){.generation = generation,
                                    .n_states = skr_engine_state(engine),
                                    .n_deletions_due = due.n,
                                    .n_deletions_overdue = due.n_overdue,
                                    .is_io_uring = strcmp(io, "io_uring") == 0,
                                    .n_reads = atomic_load(&engine->work.n_reads),
                                    .n_bytes_read = atomic_load(&engine->work.n_bytes),
                                    .n_blocks = atomic_load(&engine->work.n_blocks),
                                    .n_found = cache.n_found,
                                    .n_missed = cache.n_missed,
                                    .n_cache_bytes = cache.n_bytes,
                                    .n_cache_bytes_max = cache.n_bytes_max,
                                    .n_segments = n_segments,
                                    .n_files_open = files.n_open,
                                    .n_files_open_max = files.n_max,
                                    .n_files_given_up = files.n_given_up,
                                    .n_files_refused = files.n_refused,
                                    .n_descriptors = files.n_limit};
    return SKR_OK;
}

/* ------------------------------------------------------------------ telling */

bool skr_engine_may_tell(const skr_question *question, uint64_t n_people)
{
    return !skr_disclose(&question->access->policy, n_people).is_hidden;
}

/* Tells the sizes of sets, each into parts; returns the total. Uses the first set for the union. */
static skr_told_count tell_sets(const skr_question *question, skr_people_sets *sets,
                                skr_told_count *parts)
{
    const skr_policy *policy = &question->access->policy;
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    for (uint32_t i = 0; i < sets->n; i++)
        parts[i] = skr_disclose(policy, skr_bits_count(sets->sets[i], n_words));
    for (uint32_t i = 1; i < sets->n; i++)
        skr_bits_or(sets->sets[0], sets->sets[i], n_words);
    uint64_t n_union = sets->n == 0 ? 0 : skr_bits_count(sets->sets[0], n_words);
    return skr_disclose_total(policy, parts, sets->n, n_union);
}

int skr_engine_answer_init(const skr_question *question, skr_count_answer *answer, skr_err *err)
{
    answer->generation = question->snapshot->manifest->generation;
    answer->datasets = calloc((size_t)question->n_slots + 1, sizeof *answer->datasets);
    if (answer->datasets == NULL)
        return skr_fail_nomem(err, "an answer");
    for (; answer->n_datasets < question->n_slots; answer->n_datasets++) {
        uint32_t dataset = question->slots[answer->n_datasets].dataset;
        char *id = strdup(question->snapshot->manifest->datasets[dataset].id);
        if (id == NULL)
            return skr_fail_nomem(err, "an answer");
        answer->datasets[answer->n_datasets].id = id;
        answer->datasets[answer->n_datasets].version =
            question->snapshot->manifest->datasets[dataset].version;
    }
    return SKR_OK;
}

void skr_engine_count_done(skr_count_answer *answer)
{
    for (size_t i = 0; i < answer->n_datasets; i++)
        free((char *)answer->datasets[i].id);
    free(answer->datasets);
    skr_warnings_done(&answer->warnings);
    *answer = (skr_count_answer){0};
}

int skr_engine_answer_tell(const skr_question *question, skr_people_answer *people,
                           skr_count_answer *answer, skr_err *err)
{
    skr_told_count *parts = calloc((size_t)question->n_slots + 1, sizeof *parts);
    if (parts == NULL)
        return skr_fail_nomem(err, "an answer");
    answer->total = tell_sets(question, &people->people, parts);
    for (uint32_t i = 0; i < question->n_slots; i++)
        answer->datasets[i].told = parts[i];
    answer->has_unassessed = people->has_unassessed;
    if (people->has_unassessed)
        answer->unassessed = tell_sets(question, &people->unassessed, parts);
    free(parts);
    return SKR_OK;
}

/* Tells numbers of people of whom none is in two datasets. */
static int answer_numbers(const skr_question *question, const uint64_t *numbers,
                          skr_count_answer *answer, skr_err *err)
{
    const skr_policy *policy = &question->access->policy;
    uint64_t n_union = 0;
    skr_told_count *parts = calloc((size_t)question->n_slots + 1, sizeof *parts);
    if (parts == NULL)
        return skr_fail_nomem(err, "an answer");
    for (uint32_t i = 0; i < question->n_slots; i++) {
        n_union += numbers[i];
        parts[i] = skr_disclose(policy, numbers[i]);
        answer->datasets[i].told = parts[i];
    }
    answer->total = skr_disclose_total(policy, parts, question->n_slots, n_union);
    free(parts);
    return SKR_OK;
}

/* Counts who carries alleles without making a set of them, where that can be done. */
static int count_carriers(const skr_question *question, const skr_plan *plan,
                          skr_count_answer *answer, bool *ret_is_counted, skr_err *err)
{
    uint64_t *numbers = calloc((size_t)question->n_slots + 1, sizeof *numbers);
    if (numbers == NULL)
        return skr_fail_nomem(err, "an answer");
    int status = skr_carriers_count(question, plan, numbers, ret_is_counted, err);
    if (status == SKR_OK && *ret_is_counted)
        status = answer_numbers(question, numbers, answer, err);
    free(numbers);
    return status;
}

/* The plan of a question that asks about alleles alone, in one assembly; otherwise NULL. */
static int plan_alone(const skr_question *question, const skr_expr *expr, skr_plan **ret_plan,
                      skr_err *err)
{
    uint32_t *list = NULL;
    uint32_t n = 0;
    if (expr->op != SKR_E_CARRIES)
        return SKR_OK;
    SKR_TRY(skr_plan_assemblies(question->snapshot, question->access, &list, &n, err));
    free(list);
    return n > 1 ? SKR_OK : skr_question_plan(question, expr->alleles, ret_plan, err);
}

/* More than these are not looked through at once. */
#define SEGMENTS_AT_ONCE 64u

/* An allele by its name, or by a sequence, as Beacon has it; the plan says whether that is one. */
static bool is_one_name(const skr_expr *alleles)
{
    return alleles->op == SKR_A_VARIANT || alleles->op == SKR_A_SEQUENCE;
}

/* May it be tried to count at once? Segments in which somebody counts no more need masks. */
static bool may_be_at_once(const skr_question *question, const skr_expr *expr)
{
    const skr_manifest *manifest = question->snapshot->manifest;
    bool is_simple = expr->op == SKR_E_CARRIES && is_one_name(expr->alleles) &&
                     manifest->n_segments <= SEGMENTS_AT_ONCE;
    for (uint32_t i = 0; is_simple && i < manifest->n_segments; i++)
        is_simple = manifest->segments[i].n_tombstones == 0;
    return is_simple;
}

static int fail_not_at_once(skr_err *err)
{
    return skr_fail(err, SKR_ERR_NOT_HELD, "it is not answered at once");
}

/* Checks a question, plans it and answers it, each once. */
static int count_people(const skr_question *question, const skr_expr *expr,
                        skr_count_answer *answer, skr_err *err)
{
    skr_people_answer people = {0};
    skr_plan *plan = NULL;
    bool is_counted = false;
    int status = skr_people_check_all(question, expr, err);
    if (status == SKR_OK)
        status = plan_alone(question, expr, &plan, err);
    if (status == SKR_OK && plan != NULL)
        status = count_carriers(question, plan, answer, &is_counted, err);
    if (status == SKR_OK && !is_counted && question->access->is_at_once)
        status = fail_not_at_once(err);
    if (status == SKR_OK && !is_counted)
        status =
            skr_people_eval(question, expr, question->kept == NULL ? plan : NULL, &people, err);
    if (status == SKR_OK && !is_counted)
        status = skr_engine_answer_tell(question, &people, answer, err);
    skr_people_answer_done(&people);
    skr_plan_free(plan);
    return status;
}

static int count(skr_engine *engine, const skr_expr *expr, const skr_access *access,
                 skr_count_answer *ret_answer, skr_err *err)
{
    uint64_t began_ns = skr_clock_ns();
    skr_question question;
    skr_count_answer answer = {0};
    int status = skr_engine_begin(engine, access, &question, err);
    if (status < 0)
        return status;
    question.warnings = &answer.warnings;
    if (access->is_at_once && !may_be_at_once(&question, expr))
        status = fail_not_at_once(err);
    if (status == SKR_OK)
        status = skr_question_warn_hidden(&question, err);
    if (status == SKR_OK)
        status = skr_engine_answer_init(&question, &answer, err);
    if (status == SKR_OK)
        status = count_people(&question, expr, &answer, err);
    skr_engine_end(&question);
    if (status < 0) {
        skr_engine_count_done(&answer);
        return status;
    }
    answer.n_ns = skr_clock_ns() - began_ns;
    *ret_answer = answer;
    return SKR_OK;
}

int skr_engine_count(skr_engine *engine, const skr_expr *expr, const skr_access *access,
                     skr_count_answer *ret_answer, skr_err *err)
{
    if (!access->is_at_once)
        return count(engine, expr, access, ret_answer, err);
    skr_block_reader_forbid();
    skr_count_answer answer = {0};
    int status = count(engine, expr, access, &answer, err);
    bool is_whole = skr_block_reader_allow();
    if (status == SKR_OK && is_whole) {
        *ret_answer = answer;
        return SKR_OK;
    }
    skr_engine_count_done(&answer);
    return status != SKR_OK && is_whole ? status : fail_not_at_once(err);
}

/* ------------------------------------------------------------------ samples */

/* Tells how many samples the people of each slot have: one each, if any. Those of two datasets are
 * two. */
static int answer_samples(const skr_question *question, skr_people_sets *sets,
                          skr_count_answer *answer, skr_err *err)
{
    const skr_policy *policy = &question->access->policy;
    size_t n_words = skr_bits_words(question->snapshot->n_people);
    uint64_t total = 0;
    skr_told_count *parts = calloc((size_t)question->n_slots + 1, sizeof *parts);
    int status = parts == NULL ? skr_fail_nomem(err, "an answer") : SKR_OK;
    for (uint32_t i = 0; i < question->n_slots && status == SKR_OK; i++) {
        status = skr_people_keep_sampled(question, i, sets->sets[i], err);
        uint64_t n = skr_bits_count(sets->sets[i], n_words);
        parts[i] = skr_disclose(policy, n);
        answer->datasets[i].told = parts[i];
        total += n;
    }
    if (status == SKR_OK)
        answer->total = skr_disclose_total(policy, parts, question->n_slots, total);
    free(parts);
    return status;
}

int skr_engine_count_samples(skr_engine *engine, const skr_expr *expr, const skr_access *access,
                             skr_count_answer *ret_answer, skr_err *err)
{
    uint64_t began_ns = skr_clock_ns();
    skr_question question;
    skr_people_answer people = {0};
    skr_count_answer answer = {0};
    SKR_TRY(skr_engine_begin(engine, access, &question, err));
    question.warnings = &answer.warnings;
    int status = skr_engine_answer_init(&question, &answer, err);
    if (status == SKR_OK)
        status = skr_people_check_all(&question, expr, err);
    if (status == SKR_OK)
        status = skr_people_eval(&question, expr, NULL, &people, err);
    if (status == SKR_OK)
        status = answer_samples(&question, &people.people, &answer, err);
    skr_people_answer_done(&people);
    skr_engine_end(&question);
    if (status < 0) {
        skr_engine_count_done(&answer);
        return status;
    }
    answer.n_ns = skr_clock_ns() - began_ns;
    *ret_answer = answer;
    return SKR_OK;
}
