/*
 * alleles_out.c - lists of rows that wait for their turn.
 */
#include "engine/alleles/alleles_out.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index/keys/variant_key.h"

/* Lists that may wait, for each worker: enough that workers seldom wait for one another. */
#define WAITING_A_WORKER 8u

static int init_locks(skr_rows_out *out, skr_err *err)
{
    if (pthread_mutex_init(&out->lock, NULL) != 0)
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a lock");
    if (pthread_cond_init(&out->has_moved, NULL) != 0) {
        (void)pthread_mutex_destroy(&out->lock);
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for a lock");
    }
    return SKR_OK;
}

int skr_alleles_out_init(skr_rows_out *out, unsigned n_workers, skr_err *err)
{
    int status = init_locks(out, err);
    if (status < 0)
        return status;
    out->n_waiting_max = (size_t)n_workers * WAITING_A_WORKER;
    out->n_lists = n_workers + out->n_waiting_max;
    out->lists = calloc(out->n_lists, sizeof *out->lists);
    out->of_workers = calloc(n_workers, sizeof(skr_row_list *));
    out->waiting = calloc(out->n_waiting_max, sizeof(skr_row_list *));
    if (out->lists == NULL || out->of_workers == NULL || out->waiting == NULL) {
        skr_alleles_out_done(out);
        return skr_fail(err, SKR_ERR_NOMEM, "no memory for rows of alleles");
    }
    for (unsigned i = 0; i < n_workers; i++)
        out->of_workers[i] = &out->lists[i];
    for (size_t i = n_workers; i < out->n_lists; i++) {
        out->lists[i].next_free = out->free_lists;
        out->free_lists = &out->lists[i];
    }
    return SKR_OK;
}

void skr_alleles_out_done(skr_rows_out *out)
{
    for (size_t i = 0; out->lists != NULL && i < out->n_lists; i++) {
        if (out->lists[i].rows == NULL) /* never filled, as most are of a short question */
            continue;
        free(out->lists[i].rows);
        skr_buffer_done(&out->lists[i].texts);
    }
    free(out->lists);
    free(out->of_workers);
    free(out->waiting);
    (void)pthread_cond_destroy(&out->has_moved);
    (void)pthread_mutex_destroy(&out->lock);
}

int skr_alleles_out_add(skr_rows_out *out, unsigned worker, const char *contig,
                        const skr_allele *key, const skr_allele_row *row, skr_err *err)
{
    skr_row_list *list = out->of_workers[worker];
    if (list->n == list->n_max) {
        size_t n_max = list->n_max == 0 ? 64 : 2 * list->n_max;
        skr_allele_row *rows = realloc(list->rows, n_max * sizeof *rows);
        if (rows == NULL)
            return skr_fail(err, SKR_ERR_NOMEM, "no memory for rows of alleles");
        list->rows = rows;
        list->n_max = n_max;
    }
    int status = skr_variant_print(contig, key, &list->texts, err);
    if (status < 0)
        return status;
    list->texts.n++; /* its NUL */
    skr_allele_row *to = &list->rows[list->n++];
    *to = *row;
    to->af = row->an == 0 ? (double)NAN : (double)row->ac / (double)row->an;
    to->answer = row->n_carriers > 0 ? SKR_PRESENT : row->an > 0 ? SKR_ABSENT : SKR_NOT_ASSESSED;
    to->is_told = true;
    return SKR_OK;
}

/* By one thread at a time. */
static int hand_out(skr_rows_out *out, skr_row_list *list, skr_err *err)
{
    const skr_alleles_request *request = out->request;
    const char *text = (const char *)list->texts.bytes;
    int status = SKR_OK;
    for (size_t i = 0; i < list->n && status >= 0; i++) {
        skr_allele_row *row = &list->rows[i];
        row->variant = text;
        text += strlen(text) + 1;
        uint64_t number = out->n_rows++;
        if (out->on_row == NULL || number < request->n_skip ||
            (request->n_max > 0 && number - request->n_skip >= request->n_max))
            continue;
        status = out->on_row(out->context, row, err);
    }
    list->n = 0;
    list->texts.n = 0;
    return status;
}

/*
 * Hands out the lists whose turn it is, or throws them away once something has failed. With the
 * lock, which is let go meanwhile.
 */
static int hand_out_waiting(skr_rows_out *out, skr_err *err)
{
    int status = SKR_OK;
    skr_row_list **place = NULL;
    out->is_handing = true;
    while (*(place = &out->waiting[out->next_morsel % out->n_waiting_max]) != NULL) {
        skr_row_list *list = *place;
        *place = NULL;
        if (!out->has_failed) {
            (void)pthread_mutex_unlock(&out->lock);
            status = hand_out(out, list, err);
            (void)pthread_mutex_lock(&out->lock);
            out->has_failed = out->has_failed || status < 0;
        }
        list->n = 0;
        list->texts.n = 0;
        list->next_free = out->free_lists;
        out->free_lists = list;
        out->next_morsel++;
        (void)pthread_cond_broadcast(&out->has_moved);
    }
    out->is_handing = false;
    return status;
}

int skr_alleles_out_early(skr_rows_out *out, unsigned worker, size_t morsel, skr_err *err)
{
    int status = SKR_OK;
    (void)pthread_mutex_lock(&out->lock);
    if (out->next_morsel == morsel && !out->is_handing && !out->has_failed) {
        out->is_handing = true; /* nobody else's turn comes before this morsel has ended */
        (void)pthread_mutex_unlock(&out->lock);
        status = hand_out(out, out->of_workers[worker], err);
        (void)pthread_mutex_lock(&out->lock);
        out->is_handing = false;
        out->has_failed = out->has_failed || status < 0;
    }
    (void)pthread_mutex_unlock(&out->lock);
    return status < 0 ? status : SKR_OK;
}

int skr_alleles_out_end(skr_rows_out *out, unsigned worker, size_t morsel, bool has_failed,
                        skr_err *err)
{
    int status = SKR_OK;
    (void)pthread_mutex_lock(&out->lock);
    if (has_failed)
        out->has_failed = true;
    /* The morsel whose turn it is never waits here, so the others do not wait for ever. */
    while (morsel >= out->next_morsel + out->n_waiting_max)
        (void)pthread_cond_wait(&out->has_moved, &out->lock);
    out->waiting[morsel % out->n_waiting_max] = out->of_workers[worker];
    out->of_workers[worker] = out->free_lists;
    out->free_lists = out->free_lists->next_free;
    if (!out->is_handing)
        status = hand_out_waiting(out, err);
    (void)pthread_mutex_unlock(&out->lock);
    return status < 0 ? status : SKR_OK;
}

int skr_alleles_out_rest(skr_rows_out *out, skr_err *err)
{
    return hand_out(out, out->of_workers[0], err);
}
