/*
 * batch.c - from the rows of the cursors to a batch of alleles.
 *
 * With one cursor nothing is compared; with several the lowest start is found over an array of
 * starts, and letters are looked at only where starts are equal.
 */
#include "engine/scan/batch.h"

#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/check.h"

/* ------------------------------------------------------------------ memory */

int skr_batch_init(skr_batch *batch, uint32_t n_max, uint32_t n_cursors_max, skr_err *err)
{
    SKR_CHECK(n_max > 0 && batch->keys == NULL);
    batch->n_max = n_max;
    batch->n_cursors_max = n_cursors_max;
    batch->keys = calloc(n_max, sizeof *batch->keys);
    batch->is_named = calloc(n_max, 1);
    batch->is_wanted = calloc(n_max, 1);
    batch->codes = calloc(n_max, 1);
    batch->rows = calloc((size_t)n_cursors_max + 1, sizeof *batch->rows);
    batch->starts = calloc((size_t)n_cursors_max + 1, sizeof *batch->starts);
    batch->lowest = calloc((size_t)n_cursors_max + 1, sizeof *batch->lowest);
    batch->at_rows = calloc((size_t)n_cursors_max + 1, sizeof *batch->at_rows);
    bool is_whole = batch->keys != NULL && batch->is_named != NULL && batch->is_wanted != NULL &&
                    batch->codes != NULL && batch->rows != NULL && batch->starts != NULL &&
                    batch->lowest != NULL && batch->at_rows != NULL;
    return is_whole ? SKR_OK : skr_fail_nomem(err, "a scan");
}

static void free_slots(skr_batch *batch)
{
    free(batch->has_row);
    free(batch->verdicts);
    free(batch->is_failed);
    free(batch->at_slots);
    batch->has_row = batch->verdicts = batch->is_failed = NULL;
    batch->at_slots = NULL;
    batch->n_slots_max = 0;
}

void skr_batch_done(skr_batch *batch)
{
    for (uint32_t i = 0; batch->rows != NULL && i < batch->n_cursors_max; i++)
        free(batch->rows[i].keys);
    free_slots(batch);
    free(batch->keys);
    free(batch->is_named);
    free(batch->is_wanted);
    free(batch->codes);
    free(batch->rows);
    free(batch->starts);
    free(batch->lowest);
    free(batch->at_rows);
}

static int reserve_slots(skr_batch *batch, uint32_t n_slots, skr_err *err)
{
    size_t n = (size_t)n_slots * batch->n_max;
    if (n_slots <= batch->n_slots_max)
        return SKR_OK;
    free_slots(batch);
    batch->has_row = calloc(n, 1);
    batch->verdicts = calloc(n, 1);
    batch->is_failed = calloc(n, 1);
    batch->at_slots = calloc(n_slots, sizeof *batch->at_slots);
    if (batch->has_row == NULL || batch->verdicts == NULL || batch->is_failed == NULL ||
        batch->at_slots == NULL)
        return skr_fail_nomem(err, "a scan");
    batch->n_slots_max = n_slots;
    return SKR_OK;
}

int skr_batch_begin(skr_batch *batch, skr_row_cursor *cursors, uint32_t n_cursors, uint32_t n_slots,
                    skr_err *err)
{
    SKR_CHECK(n_cursors <= batch->n_cursors_max);
    SKR_TRY(reserve_slots(batch, n_slots, err));
    for (uint32_t i = 0; i < n_cursors; i++) {
        skr_batch_rows *rows = &batch->rows[i];
        if (rows->keys == NULL)
            rows->keys = calloc(batch->n_max, sizeof *rows->keys);
        if (rows->keys == NULL)
            return skr_fail_nomem(err, "a scan");
    }
    batch->n = 0;
    batch->n_slots = n_slots;
    batch->cursors = cursors;
    batch->n_cursors = n_cursors;
    return SKR_OK;
}

/* ------------------------------------------------------------------ merging */

skr_name_run skr_name_run_of(const skr_plan *plan, const skr_morsel *morsel)
{
    size_t from = 0;
    while (from < plan->n_named && (plan->named[from].key->contig < morsel->contig ||
                                    (plan->named[from].key->contig == morsel->contig &&
                                     plan->named[from].key->start0 < morsel->from0)))
        from++;
    size_t to = from;
    while (to < plan->n_named && plan->named[to].key->contig == morsel->contig &&
           plan->named[to].key->start0 < morsel->to0)
        to++;
    return (skr_name_run){.names = plan->named + from, .n = to - from};
}

int skr_batch_refill(skr_batch *batch, const skr_morsel *morsel, skr_err *err)
{
    batch->n = 0;
    for (uint32_t i = 0; i < batch->n_cursors; i++) {
        skr_row_cursor *cursor = &batch->cursors[i];
        if (cursor->next == cursor->n_wanted && cursor->tile < cursor->tile_to)
            SKR_TRY(skr_row_cursor_load(cursor, morsel, err));
        bool has_row = cursor->next < cursor->n_wanted;
        batch->rows[i].rows = has_row ? cursor->wanted + cursor->next : NULL;
        batch->rows[i].n = 0;
        batch->starts[i] = has_row ? cursor->rows->start0[cursor->wanted[cursor->next]] : SKR_NONE;
    }
    return SKR_OK;
}

static int compare_text(const char *a, uint32_t n_a, const char *b, uint32_t n_b)
{
    uint32_t n = n_a < n_b ? n_a : n_b;
    int order = n == 0 ? 0 : memcmp(a, b, n);
    return order != 0 ? order : n_a < n_b ? -1 : n_a > n_b;
}

/* As skr_segment_allele_compare, of alleles with the same contig and start. */
static int compare_at_start(const skr_allele *a, const skr_allele *b)
{
    if (a->end0 != b->end0)
        return a->end0 < b->end0 ? -1 : 1;
    if (a->kind != b->kind && (a->kind >= SKR_ALLELE_SV || b->kind >= SKR_ALLELE_SV))
        return a->kind < b->kind ? -1 : 1;
    int order = compare_text(a->ref, a->n_ref, b->ref, b->n_ref);
    return order != 0 ? order : compare_text(a->alt, a->n_alt, b->alt, b->n_alt);
}

/* The same of two rows. Most are SNVs, and the letters of most SNVs are one text for all. */
static int compare_rows(const skr_tile_rows *a, uint32_t i, const skr_tile_rows *b, uint32_t j)
{
    if (a->kind[i] == SKR_ALLELE_SNV && b->kind[j] == SKR_ALLELE_SNV) {
        if (a->ref[i] == b->ref[j] && a->alt[i] == b->alt[j])
            return 0;
        if (a->ref[i][0] != b->ref[j][0])
            return a->ref[i][0] < b->ref[j][0] ? -1 : 1;
        return (a->alt[i][0] > b->alt[j][0]) - (a->alt[i][0] < b->alt[j][0]);
    }
    skr_allele one = skr_segment_tile_rows_allele(a, i);
    skr_allele other = skr_segment_tile_rows_allele(b, j);
    return compare_at_start(&one, &other);
}

/* Puts the cursor's next row into the batch, as allele number `key`; true when its tile is at its
 * end and there may be another. */
static bool take_row(skr_batch *batch, uint32_t number, uint32_t key)
{
    skr_row_cursor *cursor = &batch->cursors[number];
    skr_batch_rows *rows = &batch->rows[number];
    SKR_ASSERT(rows->n < batch->n_max && cursor->next < cursor->n_wanted);
    rows->keys[rows->n++] = key;
    cursor->next++;
    bool is_at_end = cursor->next == cursor->n_wanted;
    batch->starts[number] =
        is_at_end ? SKR_NONE : cursor->rows->start0[cursor->wanted[cursor->next]];
    return is_at_end && cursor->tile < cursor->tile_to;
}

static uint32_t lowest_start(const skr_batch *batch)
{
    uint32_t least = SKR_NONE;
    for (uint32_t i = 0; i < batch->n_cursors; i++)
        least = batch->starts[i] < least ? batch->starts[i] : least;
    return least;
}

static uint32_t next_row(const skr_row_cursor *cursor)
{
    return cursor->wanted[cursor->next];
}

/* Finds the cursors whose next row is the lowest of those that start at start0; returns how many.
 */
static uint32_t find_lowest(const skr_batch *batch, uint32_t start0, uint32_t *ret_cursors)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < batch->n_cursors; i++) {
        if (batch->starts[i] != start0)
            continue;
        const skr_row_cursor *cursor = &batch->cursors[i];
        int order = 0;
        if (n > 0) {
            const skr_row_cursor *first = &batch->cursors[ret_cursors[0]];
            order = compare_rows(cursor->rows, next_row(cursor), first->rows, next_row(first));
        }
        if (order > 0)
            continue;
        if (order < 0)
            n = 0;
        ret_cursors[n++] = i;
    }
    return n;
}

/* Adds the lowest key; false when there is none. *ret_is_over: the batch must end after it. */
static bool add_key(skr_batch *batch, skr_name_run *names, bool *ret_is_over)
{
    uint32_t start0 = lowest_start(batch);
    const skr_named_allele *named = names->n > 0 ? &names->names[0] : NULL;
    if (named != NULL && named->key->start0 < start0)
        start0 = named->key->start0;
    if (start0 == SKR_NONE)
        return false;
    skr_allele *key = &batch->keys[batch->n];
    uint32_t n = find_lowest(batch, start0, batch->lowest);
    bool is_named = named != NULL && named->key->start0 == start0;
    if (n > 0) {
        const skr_row_cursor *first = &batch->cursors[batch->lowest[0]];
        *key = skr_segment_tile_rows_allele(first->rows, next_row(first));
    }
    if (is_named && n > 0) {
        int order = compare_at_start(named->key, key);
        is_named = order <= 0;
        n = order < 0 ? 0 : n; /* a name before all rows */
    }
    if (n == 0)
        *key = *named->key;
    batch->has_whole |= key->kind == SKR_ALLELE_MNV || key->kind == SKR_ALLELE_SV_ANY;
    batch->codes[batch->n] = SKR_CODE_OF(SKR_MAYBE, SKR_MAYBE);
    if (n > 0) {
        const skr_row_cursor *first = &batch->cursors[batch->lowest[0]];
        batch->codes[batch->n] = first->codes[first->next];
    }
    for (uint32_t i = 0; i < n; i++)
        *ret_is_over |= take_row(batch, batch->lowest[i], batch->n);
    batch->is_named[batch->n++] = is_named;
    if (is_named) {
        names->names++;
        names->n--;
    }
    return true;
}

/* One cursor and no names: its rows are the alleles. */
static void fill_from_one(skr_batch *batch)
{
    skr_row_cursor *cursor = &batch->cursors[0];
    uint32_t n = cursor->n_wanted - cursor->next;
    n = n < batch->n_max ? n : batch->n_max;
    for (uint32_t i = 0; i < n; i++) {
        batch->keys[i] =
            skr_segment_tile_rows_allele(cursor->rows, cursor->wanted[cursor->next + i]);
        batch->has_whole |= batch->keys[i].kind == SKR_ALLELE_MNV;
        batch->rows[0].keys[i] = i;
    }
    if (n > 0)
        memcpy(batch->codes, cursor->codes + cursor->next, n);
    memset(batch->is_named, 0, n);
    cursor->next += n;
    batch->rows[0].n = n;
    batch->n = n;
}

void skr_batch_fill(skr_batch *batch, skr_name_run *names)
{
    SKR_CHECK(batch->n == 0); /* it was refilled */
    bool is_over = false;
    batch->n = 0;
    batch->has_whole = false;
    if (batch->n_cursors == 1 && names->n == 0) {
        fill_from_one(batch);
        return;
    }
    while (!is_over && batch->n < batch->n_max && add_key(batch, names, &is_over))
        ;
}

/* The row of a cursor that is of allele i, or SKR_NONE. */
static uint32_t row_of(const skr_batch_rows *rows, uint32_t i)
{
    size_t at = skr_array_search_u32(rows->keys, rows->n, i);
    return at < rows->n && rows->keys[at] == i ? rows->rows[at] : SKR_NONE;
}

const skr_key_view *skr_batch_seek(skr_batch *batch, uint32_t i)
{
    SKR_CHECK(i < batch->n);
    for (uint32_t slot = 0; slot < batch->n_slots; slot++) {
        size_t at = (size_t)slot * batch->n_max + i;
        batch->at_slots[slot] = (skr_slot_view){batch->has_row[at] != 0, batch->verdicts[at]};
    }
    for (uint32_t c = 0; c < batch->n_cursors; c++)
        batch->at_rows[c] = row_of(&batch->rows[c], i);
    batch->at = (skr_key_view){.key = batch->keys[i],
                               .is_named = batch->is_named[i] != 0,
                               .slots = batch->at_slots,
                               .rows = batch->at_rows};
    return &batch->at;
}
