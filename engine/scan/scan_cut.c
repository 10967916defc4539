/*
 * scan_cut.c - cutting the places of a plan into morsels.
 */
#include <stdlib.h>

#include "engine/scan/scan_int.h"
#include "storage/base/array.h"
#include "storage/base/check.h"

static int add_morsel(skr_scan *scan, skr_morsel morsel, skr_err *err)
{
    SKR_CHECK(morsel.from0 < morsel.to0);
    SKR_TRY(SKR_ARRAY_RESERVE(&scan->morsels, &scan->n_morsels_max, scan->n_morsels + 1, "a scan",
                              err));
    scan->morsels[scan->n_morsels++] = morsel;
    return SKR_OK;
}

static uint32_t max32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t min32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The windows in which the rows of a tile start, as far as a reach can mean them. */
static int add_tile(skr_scan *scan, const skr_tile *tile, const skr_interval *reach, skr_err *err)
{
    scan->n_rows += tile->n_rows;
    uint32_t from0 = tile->min_start0;
    uint32_t to0 = tile->max_start0 + 1;
    uint32_t end_above0 = 0;
    int status = SKR_OK;
    if (reach != NULL) {
        to0 = min32(to0, reach->to0);
        if (reach->is_start)
            from0 = max32(from0, reach->from0);
        else
            end_above0 = reach->from0;
    }
    while (status == SKR_OK && from0 < to0) {
        uint32_t window = from0 >> scan->window_shift;
        uint64_t end0 = ((uint64_t)window + 1) << scan->window_shift;
        skr_morsel morsel = {.contig = tile->contig,
                             .window = window,
                             .from0 = from0,
                             .to0 = end0 < to0 ? (uint32_t)end0 : to0,
                             .end_above0 = end_above0};
        status = add_morsel(scan, morsel, err);
        from0 = morsel.to0;
    }
    return status;
}

static int cut_everything(skr_scan *scan, const skr_segment *segment, skr_err *err)
{
    size_t n = 0;
    int status = SKR_OK;
    const skr_tile *tiles = skr_segment_tiles(segment, &n);
    SKR_TRY(skr_segment_need_tiles(segment, 0, n, err));
    for (size_t i = 0; status == SKR_OK && i < n; i++)
        if (tiles[i].n_rows > 0)
            status = add_tile(scan, &tiles[i], NULL, err);
    return status;
}

/* Rows longer than a tile that reach into the range from further left than its neighbour. */
static int cut_wide(skr_scan *scan, const skr_segment *segment, const skr_interval *reach,
                    skr_err *err)
{
    size_t n = 0;
    int status = SKR_OK;
    const skr_wide_row *rows = skr_segment_wide_rows(segment, &n);
    for (size_t i = 0; status == SKR_OK && i < n; i++)
        if (rows[i].contig == reach->contig && rows[i].start0 < reach->to0 &&
            rows[i].end0 > reach->from0)
            status = add_morsel(scan,
                                (skr_morsel){.contig = reach->contig,
                                             .window = rows[i].start0 >> scan->window_shift,
                                             .from0 = rows[i].start0,
                                             .to0 = rows[i].start0 + 1},
                                err);
    return status;
}

static int cut_intervals(skr_scan *scan, const skr_segment *segment, const skr_interval *reach,
                         skr_err *err)
{
    size_t n = 0;
    size_t from = 0;
    size_t to = 0;
    unsigned shift = skr_segment_tile_shift(segment);
    const skr_tile *tiles = skr_segment_tiles(segment, &n);
    uint32_t number0 = reach->from0 >> shift;
    if (!reach->is_start && number0 > 0)
        number0--;
    int status = SKR_OK;
    SKR_TRY(skr_segment_find_tiles(segment, reach->contig,
                                   (const uint32_t[]){number0, ((reach->to0 - 1) >> shift) + 1},
                                   &from, &to, err));
    for (size_t i = from; status == SKR_OK && i < to; i++)
        if (tiles[i].n_rows > 0 && tiles[i].min_start0 < reach->to0 &&
            (reach->is_start ? tiles[i].max_start0 >= reach->from0
                             : tiles[i].max_end0 > reach->from0))
            status = add_tile(scan, &tiles[i], reach, err);
    if (status == SKR_OK && !reach->is_start)
        status = cut_wide(scan, segment, reach, err);
    return status;
}

static int compare_morsels(const void *a, const void *b)
{
    const skr_morsel *x = a;
    const skr_morsel *y = b;
    if (x->contig != y->contig)
        return x->contig < y->contig ? -1 : 1;
    if (x->window != y->window)
        return x->window < y->window ? -1 : 1;
    return 0;
}

/* One morsel a window, as wide as all that were found in it. */
static void join_morsels(skr_scan *scan)
{
    if (scan->n_morsels < 2)
        return;
    qsort(scan->morsels, scan->n_morsels, sizeof *scan->morsels, compare_morsels);
    size_t n = 0;
    for (size_t i = 0; i < scan->n_morsels; i++) {
        const skr_morsel *morsel = &scan->morsels[i];
        skr_morsel *last = n == 0 ? NULL : &scan->morsels[n - 1];
        if (last == NULL || compare_morsels(last, morsel) != 0) {
            scan->morsels[n++] = *morsel;
            continue;
        }
        last->from0 = min32(last->from0, morsel->from0);
        last->to0 = max32(last->to0, morsel->to0);
        last->end_above0 = min32(last->end_above0, morsel->end_above0);
    }
    scan->n_morsels = n;
}

bool skr_scan_has(const skr_scan *scan, const skr_segment_entry *entry)
{
    if (entry->assembly != scan->scope.plan->assembly)
        return false;
    for (uint32_t i = 0; i < scan->scope.n_slots; i++)
        if (scan->scope.slots[i].dataset == entry->dataset)
            return true;
    return false;
}

/* The windows are the tiles of the largest segment: most work is done in those. */
static void choose_window(skr_scan *scan)
{
    const skr_snapshot *snapshot = scan->scope.plan->snapshot;
    uint64_t n_rows_max = 0;
    scan->window_shift = 0;
    for (uint32_t i = 0; i < snapshot->n_segments; i++) {
        const skr_segment_entry *entry = snapshot->entries[i];
        if (!skr_scan_has(scan, entry) || entry->n_rows < n_rows_max)
            continue;
        n_rows_max = entry->n_rows;
        scan->window_shift = skr_segment_tile_shift(snapshot->segments[i]);
    }
}

int skr_scan_cut(skr_scan *scan, skr_err *err)
{
    const skr_plan *plan = scan->scope.plan;
    const skr_snapshot *snapshot = plan->snapshot;
    int status = SKR_OK;
    choose_window(scan);
    for (uint32_t i = 0; status == SKR_OK && i < snapshot->n_segments; i++) {
        if (!skr_scan_has(scan, snapshot->entries[i]))
            continue;
        if (plan->reach.is_everywhere)
            status = cut_everything(scan, snapshot->segments[i], err);
        else
            for (size_t r = 0; status == SKR_OK && r < plan->reach.n; r++)
                status = cut_intervals(scan, snapshot->segments[i], &plan->reach.items[r], err);
    }
    for (size_t i = 0; status == SKR_OK && i < plan->n_named; i++) {
        const skr_allele *key = plan->named[i].key;
        if (key->contig != SKR_NONE)
            status = add_morsel(scan,
                                (skr_morsel){.contig = key->contig,
                                             .window = key->start0 >> scan->window_shift,
                                             .from0 = key->start0,
                                             .to0 = key->start0 + 1},
                                err);
    }
    if (status == SKR_OK)
        join_morsels(scan);
    return status;
}
