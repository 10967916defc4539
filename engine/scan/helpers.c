/*
 * helpers.c - a list of jobs, and threads that take parts off the oldest.
 */
#include "engine/scan/helpers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "storage/base/thread.h"

/* Lives on the stack of who asked. */
typedef struct helper_job {
    void (*part)(void *context, unsigned i);
    void *context;
    unsigned next; /* part to be begun; n: all are */
    unsigned n;
    unsigned n_running;
    pthread_cond_t is_done;
    struct helper_job *after;
} helper_job;

struct skr_helpers {
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    helper_job *jobs; /* the oldest first; with parts to be begun */
    pthread_t *threads;
    unsigned n_threads;
    unsigned n_idle;
    unsigned n_max;
    bool is_over;
};

int skr_helpers_new(unsigned n_max, skr_helpers **ret_helpers, skr_err *err)
{
    skr_helpers *helpers = calloc(1, sizeof *helpers);
    if (helpers == NULL)
        return skr_fail_nomem(err, "threads");
    helpers->threads = calloc((size_t)n_max + 1, sizeof *helpers->threads);
    if (helpers->threads == NULL || pthread_mutex_init(&helpers->lock, NULL) != 0) {
        free(helpers->threads);
        free(helpers);
        return skr_fail_nomem(err, "threads");
    }
    if (pthread_cond_init(&helpers->has_work, NULL) != 0) {
        (void)pthread_mutex_destroy(&helpers->lock);
        free(helpers->threads);
        free(helpers);
        return skr_fail_nomem(err, "threads");
    }
    helpers->n_max = n_max;
    *ret_helpers = helpers;
    return SKR_OK;
}

void skr_helpers_free(skr_helpers *helpers)
{
    if (helpers == NULL)
        return;
    (void)pthread_mutex_lock(&helpers->lock);
    helpers->is_over = true;
    (void)pthread_cond_broadcast(&helpers->has_work);
    (void)pthread_mutex_unlock(&helpers->lock);
    for (unsigned i = 0; i < helpers->n_threads; i++)
        (void)pthread_join(helpers->threads[i], NULL);
    (void)pthread_cond_destroy(&helpers->has_work);
    (void)pthread_mutex_destroy(&helpers->lock);
    free(helpers->threads);
    free(helpers);
}

static void take_out(skr_helpers *helpers, const helper_job *gone)
{
    helper_job **at = &helpers->jobs;
    while (*at != NULL && *at != gone)
        at = &(*at)->after;
    if (*at != NULL)
        *at = gone->after;
}

static void *help(void *context)
{
    skr_helpers *helpers = context;
    (void)pthread_mutex_lock(&helpers->lock);
    while (!helpers->is_over) {
        helper_job *job = helpers->jobs;
        if (job == NULL) {
            helpers->n_idle++;
            (void)pthread_cond_wait(&helpers->has_work, &helpers->lock);
            helpers->n_idle--;
            continue;
        }
        unsigned i = job->next++;
        if (job->next == job->n)
            take_out(helpers, job);
        job->n_running++;
        (void)pthread_mutex_unlock(&helpers->lock);
        job->part(job->context, i);
        (void)pthread_mutex_lock(&helpers->lock);
        if (--job->n_running == 0)
            (void)pthread_cond_signal(&job->is_done);
    }
    (void)pthread_mutex_unlock(&helpers->lock);
    return NULL;
}

/* Puts the job at the end of the list, and makes sure that somebody looks. With the lock. */
static void post(skr_helpers *helpers, helper_job *posted)
{
    helper_job **at = &helpers->jobs;
    while (*at != NULL)
        at = &(*at)->after;
    *at = posted;
    unsigned n_wanted = posted->n - posted->next;
    for (unsigned i = helpers->n_idle; i < n_wanted && helpers->n_threads < helpers->n_max; i++)
        if (skr_thread_start(&helpers->threads[helpers->n_threads], help, helpers))
            helpers->n_threads++;
    if (n_wanted == 1)
        (void)pthread_cond_signal(&helpers->has_work);
    else
        (void)pthread_cond_broadcast(&helpers->has_work);
}

void skr_helpers_run(skr_helpers *helpers, unsigned n, void (*part)(void *context, unsigned i),
                     void *context)
{
    helper_job own = {.part = part, .context = context, .next = 1, .n = n};
    bool is_shared = n > 1 && helpers != NULL && helpers->n_max > 0 &&
                     pthread_cond_init(&own.is_done, NULL) == 0;
    if (is_shared) {
        (void)pthread_mutex_lock(&helpers->lock);
        post(helpers, &own);
        (void)pthread_mutex_unlock(&helpers->lock);
    }
    part(context, 0);
    if (!is_shared)
        return;
    (void)pthread_mutex_lock(&helpers->lock);
    take_out(helpers, &own);
    while (own.n_running > 0)
        (void)pthread_cond_wait(&own.is_done, &helpers->lock);
    (void)pthread_mutex_unlock(&helpers->lock);
    (void)pthread_cond_destroy(&own.is_done);
}
