/*
 * alleles_out.c - lists of rows that wait for their turn.
 */
#include "engine/alleles/alleles_out.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/scan/scan.h"
#include "index/keys/variant_key.h"
#include "storage/base/array.h"

/* Lists that may wait: enough that workers seldom wait for one another, who take many morsels in a
 * row. */
static size_t waiting_max(unsigned n_workers)
{
    return n_workers == 1 ? 1 : n_workers * skr_scan_run_max(n_workers);
}

static int init_locks(skr_rows_out *out, skr_err *err)
{
    if (pthread_mutex_init(&out->lock, NULL) != 0)
        return skr_fail_nomem(err, "a lock");
    if (pthread_cond_init(&out->has_moved, NULL) != 0) {
        (void)pthread_mutex_destroy(&out->lock);
        return skr_fail_nomem(err, "a lock");
    }
    return SKR_OK;
}

/* A list that nobody fills: one that was handed out, or another one of those that there are. */
static skr_row_list *next_list(skr_rows_out *out)
{
    skr_row_list *list = out->free_lists;
    if (list == NULL) {
        list = &out->lists[out->n_lists++];
        *list = (skr_row_list){0};
    }
    out->free_lists = list->next_free;
    return list;
}

int skr_alleles_out_init(skr_rows_out *out, unsigned n_workers, uint32_t n_slots, skr_err *err)
{
    int status = init_locks(out, err);
    if (status < 0)
        return status;
    out->n_waiting_max = waiting_max(n_workers);
    out->lists = malloc((n_workers + out->n_waiting_max) * sizeof *out->lists);
    out->of_workers = calloc(n_workers, sizeof(skr_row_list *));
    out->waiting = calloc(out->n_waiting_max, sizeof(skr_row_list *));
    out->n_slots = n_slots;
    out->n_handed = calloc((size_t)n_slots + 1, sizeof *out->n_handed);
    out->n_late = calloc((size_t)n_slots + 1, sizeof *out->n_late);
    if (out->lists == NULL || out->of_workers == NULL || out->waiting == NULL ||
        out->n_handed == NULL || out->n_late == NULL) {
        skr_alleles_out_done(out);
        return skr_fail_nomem(err, "rows of alleles");
    }
    for (unsigned i = 0; i < n_workers; i++)
        out->of_workers[i] = next_list(out);
    return SKR_OK;
}

void skr_alleles_out_done(skr_rows_out *out)
{
    for (size_t i = 0; out->lists != NULL && i < out->n_lists; i++) {
        if (out->lists[i].rows == NULL) /* never filled, as most are of a short question */
            continue;
        free(out->lists[i].rows);
        free(out->lists[i].parts);
        free(out->lists[i].populations);
        skr_buffer_done(&out->lists[i].texts);
        skr_allele_notes_done(&out->lists[i].notes);
    }
    free(out->lists);
    free(out->of_workers);
    free(out->waiting);
    free(out->n_handed);
    free(out->n_late);
    (void)pthread_cond_destroy(&out->has_moved);
    (void)pthread_mutex_destroy(&out->lock);
}

static void empty(skr_row_list *list)
{
    list->n = 0;
    list->texts.n = 0;
    list->n_parts = 0;
    list->n_populations = 0;
}

/* Copies the parts of a row; where they lie is found again when it is handed out. */
static int add_parts(skr_row_list *list, const skr_allele_row *row, skr_err *err)
{
    SKR_TRY(SKR_ARRAY_RESERVE(&list->parts, &list->n_parts_max, list->n_parts + row->n_parts,
                              "rows of alleles", err));
    for (size_t i = 0; i < row->n_parts; i++) {
        const skr_allele_part *part = &row->parts[i];
        size_t n = part->n_populations;
        SKR_TRY(SKR_ARRAY_RESERVE(&list->populations, &list->n_populations_max,
                                  list->n_populations + n, "rows of alleles", err));
        if (n > 0)
            memcpy(list->populations + list->n_populations, part->populations,
                   n * sizeof *list->populations);
        list->n_populations += n;
        list->parts[list->n_parts++] = *part;
    }
    return SKR_OK;
}

int skr_alleles_out_add(skr_rows_out *out, unsigned worker, const char *contig,
                        const skr_allele *key, const skr_allele_row *row, skr_err *err)
{
    skr_row_list *list = out->of_workers[worker];
    if (list->n == list->n_max) {
        size_t n_max = list->n_max == 0 ? 64 : 2 * list->n_max;
        skr_allele_row *rows = realloc(list->rows, n_max * sizeof *rows);
        if (rows == NULL)
            return skr_fail_nomem(err, "rows of alleles");
        list->rows = rows;
        list->n_max = n_max;
    }
    SKR_TRY(skr_variant_print(contig, key, &list->texts, err));
    if (row->n_parts > 0)
        SKR_TRY(add_parts(list, row, err));
    list->texts.n++; /* its NUL */
    list->notes.tables = out->tables;
    list->notes.n_tables = out->n_tables;
    if (out->n_tables > 0)
        SKR_TRY(skr_allele_notes_put(&list->notes, key, &list->texts, err));
    skr_allele_row *to = &list->rows[list->n++];
    *to = *row;
    to->af = row->an == 0 ? (double)NAN : (double)row->ac / (double)row->an;
    to->answer = row->n_carriers > 0 ? SKR_PRESENT : row->an > 0 ? SKR_ABSENT : SKR_NOT_ASSESSED;
    to->is_told = true;
    to->assembly = out->assembly;
    to->is_annotated = out->n_tables > 0;
    return SKR_OK;
}

void skr_alleles_out_go_on(skr_rows_out *out, uint64_t n_rows, const uint64_t *by_slot)
{
    out->n_rows = n_rows;
    for (uint32_t i = 0; by_slot != NULL && i < out->n_slots; i++)
        atomic_init(&out->n_handed[i], by_slot[i]);
}

bool skr_alleles_out_is_open(const skr_rows_out *out, uint32_t slot)
{
    const skr_alleles_request *request = out->request;
    uint64_t n = atomic_load_explicit(&out->n_handed[slot], memory_order_relaxed);
    return request->n_max == 0 || n < request->n_skip || n - request->n_skip < request->n_max;
}

void skr_alleles_out_late(skr_rows_out *out, const skr_allele_row *row)
{
    for (size_t i = 0; i < row->n_parts; i++)
        atomic_fetch_add(&out->n_late[row->parts[i].dataset], 1);
    atomic_fetch_add(&out->n_rows_late, 1);
}

uint64_t skr_alleles_out_numbers(const skr_rows_out *out, uint64_t *ret_by_slot)
{
    for (uint32_t i = 0; ret_by_slot != NULL && i < out->n_slots; i++)
        ret_by_slot[i] = atomic_load(&out->n_handed[i]) + atomic_load(&out->n_late[i]);
    return out->n_rows + atomic_load(&out->n_rows_late);
}

/*
 * Gives the parts of a row, which begin at *parts, their numbers and populations, and leaves those
 * that lie in the page of their slot. False: none does.
 */
static bool number_parts(skr_rows_out *out, skr_allele_row *row, skr_allele_part **parts,
                         const skr_population_frequency **populations)
{
    skr_allele_part *kept = *parts;
    size_t n = 0;
    for (size_t i = 0; i < row->n_parts; i++) {
        skr_allele_part part = (*parts)[i];
        part.populations = *populations;
        if (part.n_populations > 0) /* where no list has any there is nothing to go on from */
            *populations += part.n_populations;
        if (part.is_absent) {
            kept[n++] = part;
            continue;
        }
        bool is_open = skr_alleles_out_is_open(out, (uint32_t)part.dataset);
        part.number = atomic_fetch_add(&out->n_handed[part.dataset], 1);
        if (is_open && part.number >= out->request->n_skip)
            kept[n++] = part;
    }
    *parts += row->n_parts;
    row->parts = kept;
    row->n_parts = n;
    return n > 0;
}

/* Does a row count? Not one whose parts are all absent, which stands beside the rows. */
static bool is_counted(const skr_allele_row *row, const skr_allele_part *parts)
{
    for (size_t i = 0; i < row->n_parts; i++)
        if (!parts[i].is_absent)
            return true;
    return row->n_parts == 0;
}

/* Is a row in the page, of all rows or of one of its datasets? */
static bool is_in_page(skr_rows_out *out, skr_allele_row *row, skr_allele_part **parts,
                       const skr_population_frequency **populations)
{
    const skr_alleles_request *request = out->request;
    uint64_t number = out->n_rows;
    out->n_rows += is_counted(row, *parts);
    if (request->by != NULL)
        return number_parts(out, row, parts, populations);
    return number >= request->n_skip &&
           (request->n_max == 0 || number - request->n_skip < request->n_max);
}

/* By one thread at a time. */
static int hand_out(skr_rows_out *out, skr_row_list *list, skr_err *err)
{
    const char *text = (const char *)list->texts.bytes;
    skr_allele_part *parts = list->parts;
    const skr_population_frequency *populations = list->populations;
    int status = SKR_OK;
    for (size_t i = 0; i < list->n && status >= 0; i++) {
        skr_allele_row *row = &list->rows[i];
        row->variant = text;
        text += strlen(text) + 1;
        if (row->is_annotated)
            text = skr_allele_notes_take(text, &row->said);
        if (is_in_page(out, row, &parts, &populations) && out->on_row != NULL)
            status = out->on_row(out->context, row, err);
    }
    empty(list);
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
        empty(list);
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
    out->of_workers[worker] = next_list(out);
    if (!out->is_handing)
        status = hand_out_waiting(out, err);
    (void)pthread_mutex_unlock(&out->lock);
    return status < 0 ? status : SKR_OK;
}

int skr_alleles_out_rest(skr_rows_out *out, skr_err *err)
{
    return hand_out(out, out->of_workers[0], err);
}
