/*
 * threads_main.c - questions from many threads while generations come and go.
 *
 * A drawn cohort is imported delivery by delivery; after each the engine reloads, while threads
 * keep asking. Every answer says its generation, and must be the truth of that generation. Meant
 * for ThreadSanitizer too.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_knobs_int.h"
#include "tests/model/model_import.h"
#include "tests/model/model_question.h"

#define N_THREADS 4
#define N_QUESTIONS 12

typedef struct shared {
    skr_engine *engine;
    model_question questions[N_QUESTIONS];
    const skr_expr *exprs[N_QUESTIONS];
    uint64_t truth[MODEL_DELIVERIES + 1][N_QUESTIONS];
    atomic_bool stop;
    atomic_uint n_asked;
    atomic_uint n_wrong;
} shared;

/* ThreadSanitizer does not see that the kernel unmaps the rings of a reader. */
#ifdef __SANITIZE_THREAD__
static const skr_io_choice test_io = SKR_IO_PREAD;
#else
static const skr_io_choice test_io = SKR_IO_AUTO;
#endif

static const skr_access access_exact = {.policy = {.is_exact = true, .threshold = 1, .step = 1}};

static void find_truth(const model_cohort *cohort, int n_deliveries, shared *all)
{
    static model_cohort part;
    part = *cohort;
    part.n_deliveries = n_deliveries;
    for (int q = 0; q < N_QUESTIONS; q++)
        for (int p = 0; p < part.n_people; p++) {
            bool is_in = false;
            bool unused;
            for (int d = 0; d < part.n_datasets; d++)
                is_in = model_person_is_in(&part, &all->questions[q], d, p, &unused) || is_in;
            all->truth[n_deliveries][q] += is_in;
        }
}

static void *ask(void *context)
{
    shared *all = context;
    for (int q = 0; !atomic_load(&all->stop); q = (q + 1) % N_QUESTIONS) {
        skr_err err = {0};
        skr_count_answer answer = {0};
        int status = skr_engine_count(all->engine, all->exprs[q], &access_exact, &answer, &err);
        atomic_fetch_add(&all->n_asked, 1);
        uint64_t n_imports = model_n_imports(answer.generation);
        if (status < 0 || answer.total.count != all->truth[n_imports][q]) {
            atomic_fetch_add(&all->n_wrong, 1);
            fprintf(stderr, "WRONG %s: %s %" PRIu64 "\n", all->questions[q].text, err.message,
                    answer.total.count);
        }
        skr_engine_count_done(&answer);
    }
    return NULL;
}

/* A question that is right in every generation: it names no dataset that comes later. */
static void draw_questions(const model_cohort *cohort, test_random *random, shared *all,
                           skr_query *query)
{
    skr_err err = {0};
    for (int q = 0; q < N_QUESTIONS; q++) {
        do
            model_draw_people(cohort, random, &all->questions[q]);
        while (strstr(all->questions[q].text, "dataset=") != NULL);
        model_must(skr_query_parse(query, all->questions[q].text, false, &all->exprs[q], &err),
                   &err, "parse");
    }
}

int main(void)
{
    static shared all;
    static model_cohort cohort;
    skr_err err = {0};
    skr_query *query = NULL;
    pthread_t threads[N_THREADS];
    test_random random = test_random_drawn("threads");
    test_folder folder = test_folder_make();
    test_folder store;
    (void)snprintf(store.path, sizeof store.path, "%.500s/store", folder.path);
    do
        model_draw(&cohort, &random);
    while (cohort.n_deliveries < 3);
    model_must(skr_query_new(&query, &err), &err, "query");
    draw_questions(&cohort, &random, &all, query);
    for (int d = 1; d <= cohort.n_deliveries; d++)
        find_truth(&cohort, d, &all);

    model_import(&cohort, &cohort.deliveries[0], store.path, &folder);
    skr_engine_options options = {.n_threads = 3, .io = test_io, .n_cache_bytes = 20000};
    model_must(skr_engine_open(store.path, &options, &all.engine, &err), &err, "open");
    skr_engine_knobs_batch_max(all.engine, 2);
    for (int i = 0; i < N_THREADS; i++)
        if (pthread_create(&threads[i], NULL, ask, &all) != 0)
            return 1;
    for (int d = 1; d < cohort.n_deliveries; d++) {
        model_import(&cohort, &cohort.deliveries[d], store.path, &folder);
        model_must(skr_engine_reload(all.engine, &err), &err, "reload");
        unsigned n_before = atomic_load(&all.n_asked);
        while (atomic_load(&all.n_asked) < n_before + 2 * N_QUESTIONS)
            (void)usleep(1000);
    }
    atomic_store(&all.stop, true);
    for (int i = 0; i < N_THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    printf("%u questions, %u wrong\n", atomic_load(&all.n_asked), atomic_load(&all.n_wrong));
    skr_engine_close(all.engine);
    skr_query_free(query);
    test_folder_remove(&store);
    test_folder_remove(&folder);
    return atomic_load(&all.n_wrong) == 0 ? 0 : 1;
}
