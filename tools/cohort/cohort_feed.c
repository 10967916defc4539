/*
 * cohort_feed.c - a ring of batches of sites between the thread that makes them and the one that
 * writes them.
 */
#include "tools/cohort/cohort_feed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define N_BATCHES 4u
/* A batch is full at so many sites, or so many numbers of haplotypes and people. */
#define SITES_MAX 256u
#define NUMBERS_MAX (1u << 20)

typedef struct batch {
    cohort_site *sites; /* their lists are parts of numbers, and not theirs to free */
    uint32_t n_sites;
    cohort_list numbers;
    bool is_last;
    int status; /* of what came after its sites */
    skr_err err;
} batch;

struct cohort_feed {
    cohort_model *model;
    uint64_t n_alleles;
    batch batches[N_BATCHES];
    uint64_t n_taken; /* batches that were taken whole */
    uint32_t at;      /* the next site of the batch that is being taken */
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t mutex; /* of the two below; a batch belongs to the maker until it is made */
    pthread_cond_t changed;
    uint64_t n_made;
    uint64_t n_free; /* batches that may be made before the maker has to wait */
    bool is_stopped;
};

/* ------------------------------------------------------------------ the maker */

static int copy_list(batch *to, cohort_list *list, skr_err *err)
{
    cohort_list *numbers = &to->numbers;
    int status = cohort_list_reserve(numbers, numbers->n + list->n, err);
    if (status == SKR_OK && list->n > 0)
        memcpy(numbers->items + numbers->n, list->items, list->n * sizeof *list->items);
    if (status == SKR_OK)
        numbers->n += list->n;
    return status;
}

static int copy_site(batch *to, const cohort_site *from, skr_err *err)
{
    cohort_site *site = &to->sites[to->n_sites];
    *site = *from;
    int status = copy_list(to, &site->missing, err);
    for (uint32_t i = 0; i < site->n_alts && status == SKR_OK; i++)
        status = copy_list(to, &site->alts[i].haplotypes, err);
    if (status == SKR_OK)
        to->n_sites++;
    return status;
}

/* The numbers of a full batch move no more: points the lists at them, in the order of the copies.
 */
static void settle(batch *b)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < b->n_sites; i++) {
        cohort_site *site = &b->sites[i];
        site->missing.items = b->numbers.items + at;
        at += site->missing.n;
        for (uint32_t k = 0; k < site->n_alts; k++) {
            site->alts[k].haplotypes.items = b->numbers.items + at;
            at += site->alts[k].haplotypes.n;
        }
    }
}

static void make_batch(cohort_model *model, batch *b)
{
    b->n_sites = 0;
    b->numbers.n = 0;
    b->status = SKR_OK;
    while (b->n_sites < SITES_MAX && b->numbers.n < NUMBERS_MAX && !b->is_last) {
        const cohort_site *site = NULL;
        b->status = cohort_model_next(model, &site, &b->err);
        if (b->status == SKR_OK && site != NULL)
            b->status = copy_site(b, site, &b->err);
        b->is_last = b->status < 0 || site == NULL;
    }
    if (b->n_sites > 0)
        settle(b);
}

static void *make(void *context)
{
    cohort_feed *feed = context;
    bool is_last = false;
    for (uint64_t i = 0; !is_last; i++) {
        batch *b = &feed->batches[i % N_BATCHES];
        pthread_mutex_lock(&feed->mutex);
        while (feed->n_free == 0 && !feed->is_stopped)
            pthread_cond_wait(&feed->changed, &feed->mutex);
        bool is_stopped = feed->is_stopped;
        feed->n_free -= !is_stopped;
        pthread_mutex_unlock(&feed->mutex);
        if (is_stopped)
            return NULL;
        make_batch(feed->model, b);
        is_last = b->is_last;
        pthread_mutex_lock(&feed->mutex);
        feed->n_made++;
        pthread_cond_signal(&feed->changed);
        pthread_mutex_unlock(&feed->mutex);
    }
    return NULL;
}

/* ------------------------------------------------------------------ the taker */

int cohort_feed_new(const cohort_plan *plan, cohort_feed **ret_feed, skr_err *err)
{
    cohort_feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL)
        return skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    pthread_mutex_init(&feed->mutex, NULL);
    pthread_cond_init(&feed->changed, NULL);
    feed->n_free = N_BATCHES;
    int status = cohort_model_new(plan, &feed->model, err);
    for (uint32_t i = 0; i < N_BATCHES && status == SKR_OK; i++) {
        feed->batches[i].sites = calloc(SITES_MAX, sizeof *feed->batches[i].sites);
        if (feed->batches[i].sites == NULL)
            status = skr_fail(err, SKR_ERR_NOMEM, "cohort: out of memory");
    }
    if (status == SKR_OK) {
        feed->n_alleles = cohort_model_n_alleles(feed->model);
        feed->has_thread = pthread_create(&feed->thread, NULL, make, feed) == 0;
        if (!feed->has_thread)
            status = skr_fail(err, SKR_ERR_NOMEM, "cohort: no thread");
    }
    if (status < 0) {
        cohort_feed_free(feed);
        return status;
    }
    *ret_feed = feed;
    return SKR_OK;
}

uint64_t cohort_feed_n_alleles(const cohort_feed *feed)
{
    return feed->n_alleles;
}

int cohort_feed_next(cohort_feed *feed, const cohort_site **ret_site, skr_err *err)
{
    for (;;) {
        const batch *b = &feed->batches[feed->n_taken % N_BATCHES];
        pthread_mutex_lock(&feed->mutex);
        while (feed->n_made == feed->n_taken)
            pthread_cond_wait(&feed->changed, &feed->mutex);
        pthread_mutex_unlock(&feed->mutex);
        if (feed->at < b->n_sites) {
            *ret_site = &b->sites[feed->at++];
            return SKR_OK;
        }
        if (b->is_last) {
            *ret_site = NULL;
            return b->status < 0 ? skr_fail(err, b->status, "%s", b->err.message) : SKR_OK;
        }
        feed->at = 0;
        feed->n_taken++;
        pthread_mutex_lock(&feed->mutex);
        feed->n_free++;
        pthread_cond_signal(&feed->changed);
        pthread_mutex_unlock(&feed->mutex);
    }
}

void cohort_feed_free(cohort_feed *feed)
{
    if (feed == NULL)
        return;
    if (feed->has_thread) {
        pthread_mutex_lock(&feed->mutex);
        feed->is_stopped = true;
        pthread_cond_signal(&feed->changed);
        pthread_mutex_unlock(&feed->mutex);
        pthread_join(feed->thread, NULL);
    }
    for (uint32_t i = 0; i < N_BATCHES; i++) {
        free(feed->batches[i].sites);
        free(feed->batches[i].numbers.items);
    }
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->mutex);
    cohort_model_free(feed->model);
    free(feed);
}
