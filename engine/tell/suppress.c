/*
 * suppress.c - which cells of a table are hidden with those that are small.
 *
 * A sum runs over some fields, with the classes of the others as they are: its cells are a line, a
 * plane, the whole table. Of a number that is told, the raw one lies between two bounds; so the
 * hidden cells of a sum together are at most the sum's upper bound less the lower bounds of the
 * cells told. While that is less than a hidden cell may be, or while only one cell is hidden, the
 * smallest cell that is told is hidden as well. Hiding never makes another sum tell more, so this
 * ends. Several sums together may still tell more than each does: of rows and columns all are
 * solved for (suppress_audit.c).
 */
#include "engine/tell/suppress.h"

#include <stdlib.h>
#include <string.h>

#include "engine/tell/disclose.h"
#include "engine/tell/suppress_audit.h"
#include "engine/tell/told_bounds.h"
#include "storage/base/check.h"

/* ------------------------------------------------------------------ one sum */

typedef struct hider {
    const skr_policy *policy;
    const skr_raw_table *table;
    skr_told_count *told;
    size_t *order; /* of the cells: those of a sum beside each other */
    unsigned over; /* bits of the fields that the sums run over */
    bool has_changed;
} hider;

static void hide(skr_told_count *told)
{
    told->is_hidden = true;
    told->exists = false;
    told->count = 0;
}

/* The smallest cell of a sum that is told; SIZE_MAX: none is. */
static size_t smallest_told(const hider *of, const size_t *cells, size_t n)
{
    size_t smallest = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t at = cells[i];
        if (!of->told[at].is_hidden &&
            (smallest == SIZE_MAX || of->table->raw[at] < of->table->raw[smallest]))
            smallest = at;
    }
    return smallest;
}

static void guard_sum(hider *of, const size_t *cells, size_t n)
{
    uint64_t raw = 0;
    int64_t low = 0; /* of the cells that are told */
    size_t n_hidden = 0;
    for (size_t i = 0; i < n; i++) {
        const skr_told_count *told = &of->told[cells[i]];
        raw += of->table->raw[cells[i]];
        n_hidden += told->is_hidden;
        low += told->is_hidden ? 0 : skr_told_bounds_of(of->policy, told).low;
    }
    if (n_hidden == 0)
        return;
    skr_told_count sum = skr_disclose(of->policy, raw);
    int64_t high = skr_told_bounds_of(of->policy, &sum).high;
    while (n_hidden < 2 || high < low + of->policy->threshold - 1) {
        size_t at = smallest_told(of, cells, n);
        if (at == SIZE_MAX)
            return;
        low -= skr_told_bounds_of(of->policy, &of->told[at]).low;
        hide(&of->told[at]);
        n_hidden++;
        of->has_changed = true;
    }
}

/* ------------------------------------------------------------------ all sums */

/* By the classes of the fields that are not summed over, then as they stand. */
static int compare_cells(const void *a, const void *b, void *context)
{
    const hider *of = context;
    size_t n_fields = of->table->n_fields;
    size_t x = *(const size_t *)a;
    size_t y = *(const size_t *)b;
    for (size_t f = 0; f < n_fields; f++) {
        uint32_t of_x = of->table->classes[x * n_fields + f];
        uint32_t of_y = of->table->classes[y * n_fields + f];
        if ((of->over >> f & 1) == 0 && of_x != of_y)
            return of_x < of_y ? -1 : 1;
    }
    return x < y ? -1 : x > y;
}

static bool is_same_sum(const hider *of, size_t x, size_t y)
{
    size_t n_fields = of->table->n_fields;
    for (size_t f = 0; f < n_fields; f++)
        if ((of->over >> f & 1) == 0 &&
            of->table->classes[x * n_fields + f] != of->table->classes[y * n_fields + f])
            return false;
    return true;
}

/* Puts the cells of each sum over the fields `over` beside each other. */
static void order_cells(hider *of)
{
    size_t n = of->table->n_cells;
    for (size_t i = 0; i < n; i++)
        of->order[i] = i;
    if (n > 0)
        qsort_r(of->order, n, sizeof *of->order, compare_cells, of);
}

/* Where the cells of the sum end that begins at `from`. */
static size_t end_of_sum(const hider *of, size_t from)
{
    size_t to = from + 1;
    while (to < of->table->n_cells && is_same_sum(of, of->order[from], of->order[to]))
        to++;
    return to;
}

/* Every sum over the fields `over`. */
static void guard_sums(hider *of)
{
    order_cells(of);
    for (size_t from = 0, to; from < of->table->n_cells; from = to) {
        to = end_of_sum(of, from);
        guard_sum(of, of->order + from, to - from);
    }
}

/* ------------------------------------------------------------------ rows and columns */

/* How many classes of a field some cells are of, if they are those from the first on. */
static size_t count_classes(const hider *of, const size_t *cells, size_t n, size_t field)
{
    size_t n_classes = 0;
    uint32_t first = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        uint32_t class = of->table->classes[cells[i] * of->table->n_fields + field];
        n_classes = class + 1u > n_classes ? class + 1u : n_classes;
        first = class < first ? class : first;
    }
    return n_classes == first + 1u ? 1 : n_classes; /* all are of one */
}

/* The cells of the sum over all fields, if they are rows and columns: audits them. */
static int audit_cells(hider *of, const size_t *cells, size_t n, skr_err *err)
{
    size_t sides[2] = {1, 1};
    size_t fields[2] = {0, 0};
    size_t n_sides = 0;
    for (size_t f = 0; f < of->table->n_fields; f++) {
        size_t n_classes = count_classes(of, cells, n, f);
        if (!of->table->is_summed[f] || n_classes == 1)
            continue;
        if (n_sides == 2)
            return SKR_OK; /* no table of rows and columns */
        fields[n_sides] = f;
        sides[n_sides++] = n_classes;
    }
    if (n_sides == 0 || sides[0] * sides[1] != n)
        return SKR_OK;
    size_t *places = calloc(n, sizeof *places);
    if (places == NULL)
        return skr_fail_nomem(err, "a table");
    for (size_t i = 0; i < n; i++) {
        const uint32_t *classes = of->table->classes + cells[i] * of->table->n_fields;
        size_t column = n_sides == 2 ? classes[fields[1]] : 0;
        places[classes[fields[0]] * sides[1] + column] = cells[i];
    }
    const skr_suppress_matrix matrix = {sides[0], sides[1], places, of->table->raw, of->told};
    int status = skr_suppress_audit(of->policy, &matrix, err);
    free(places);
    return status;
}

static int audit(hider *of, unsigned fields, skr_err *err)
{
    of->over = fields;
    order_cells(of);
    for (size_t from = 0, to; from < of->table->n_cells; from = to) {
        to = end_of_sum(of, from);
        SKR_TRY(audit_cells(of, of->order + from, to - from, err));
    }
    return SKR_OK;
}

static unsigned fields_summed(const skr_raw_table *table)
{
    unsigned fields = 0;
    for (size_t f = 0; f < table->n_fields; f++)
        fields |= table->is_summed[f] ? 1u << f : 0;
    return fields;
}

int skr_suppress_table(const skr_policy *policy, const skr_raw_table *table, skr_told_count *told,
                       skr_err *err)
{
    SKR_CHECK(table->n_fields <= SKR_TABLE_FIELDS_MAX);
    hider of = {.policy = policy, .table = table, .told = told};
    for (size_t i = 0; i < table->n_cells; i++)
        told[i] = skr_disclose(policy, table->raw[i]);
    if (policy->is_exact || policy->threshold <= 1)
        return SKR_OK; /* nothing is hidden, or nobody alone */
    of.order = malloc((table->n_cells + 1) * sizeof *of.order);
    if (of.order == NULL)
        return skr_fail_nomem(err, "a table");
    unsigned fields = fields_summed(table);
    do {
        of.has_changed = false;
        for (of.over = 1; of.over <= fields; of.over++)
            if ((of.over & ~fields) == 0)
                guard_sums(&of);
    } while (of.has_changed);
    int status = audit(&of, fields, err);
    free(of.order);
    return status;
}

skr_told_count skr_suppress_part(const skr_policy *policy, uint64_t whole, uint64_t part)
{
    skr_told_count told = skr_disclose(policy, part);
    skr_told_count of_whole = skr_disclose(policy, whole);
    if (policy->is_exact || told.is_hidden || of_whole.is_hidden ||
        whole - part >= policy->threshold)
        return told;
    skr_told_bounds outer = skr_told_bounds_of(policy, &of_whole);
    skr_told_bounds inner = skr_told_bounds_of(policy, &told);
    int64_t least = outer.low > inner.high ? outer.low - inner.high : 0;
    if (outer.high - inner.low - least < (int64_t)policy->threshold - 1)
        hide(&told);
    return told;
}
