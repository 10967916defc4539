/*
 * suppress_audit.c - what somebody who can solve for it learns of a hidden cell.
 *
 * The tables that fit what was told are flows: from each row to each column as much as the cell,
 * from a source to each row and from each column to a sink as much as their sums, and back from the
 * sink to the source as much as the whole; each within the bounds of what was told of it. The raw
 * table is one of them. How large or small a cell can be is found by pushing more, or less, through
 * it along the cycles that have room: since flows in whole numbers do as well as any, this is what
 * solving for it finds.
 */
#include "engine/tell/suppress_audit.h"

#include <stdlib.h>

#include "engine/tell/disclose.h"
#include "engine/tell/told_bounds.h"

/* What may flow, and does. */
typedef struct arc {
    int64_t low;
    int64_t high;
    int64_t now;
} arc;

/* Rows are nodes 0 on, columns follow, then source and sink. */
typedef struct network {
    size_t n_rows;
    size_t n_columns;
    arc *cells; /* n_rows * n_columns */
    arc *rows;
    arc *columns;
    arc whole; /* from sink to source */
    size_t *before;
    size_t *queue;
} network;

static void network_done(network *net)
{
    free(net->cells);
    free(net->rows);
    free(net->columns);
    free(net->before);
    free(net->queue);
}

static int network_new(size_t n_rows, size_t n_columns, network *net, skr_err *err)
{
    size_t n_nodes = n_rows + n_columns + 2;
    *net = (network){.n_rows = n_rows,
                     .n_columns = n_columns,
                     .cells = calloc(n_rows * n_columns + 1, sizeof *net->cells),
                     .rows = calloc(n_rows + 1, sizeof *net->rows),
                     .columns = calloc(n_columns + 1, sizeof *net->columns),
                     .before = calloc(n_nodes, sizeof *net->before),
                     .queue = calloc(n_nodes, sizeof *net->queue)};
    if (net->cells == NULL || net->rows == NULL || net->columns == NULL || net->before == NULL ||
        net->queue == NULL)
        return skr_fail_nomem(err, "a table");
    return SKR_OK;
}

static arc arc_of_sum(const skr_policy *policy, int64_t raw)
{
    skr_told_count told = skr_disclose(policy, (uint64_t)raw);
    skr_told_bounds bounds = skr_told_bounds_of(policy, &told);
    return (arc){bounds.low, bounds.high, raw};
}

/* The raw table as a flow. Without the table: all that is known are the sums. */
static void fill(network *net, const skr_policy *policy, const skr_suppress_matrix *of,
                 bool knows_table)
{
    int64_t whole = 0;
    for (size_t row = 0; row < net->n_rows; row++)
        net->rows[row].now = 0;
    for (size_t column = 0; column < net->n_columns; column++)
        net->columns[column].now = 0;
    for (size_t i = 0; i < net->n_rows * net->n_columns; i++) {
        const skr_told_count *told = &of->told[of->cells[i]];
        int64_t raw = (int64_t)of->raw[of->cells[i]];
        /* whoever sees that a cell is hidden does not see whether it is small */
        net->cells[i] = (arc){0, INT64_MAX / 4, raw};
        if (knows_table && !told->is_hidden) {
            skr_told_bounds bounds = skr_told_bounds_of(policy, told);
            net->cells[i] = (arc){bounds.low, bounds.high, raw};
        }
        net->rows[i / net->n_columns].now += raw;
        net->columns[i % net->n_columns].now += raw;
        whole += raw;
    }
    for (size_t row = 0; row < net->n_rows; row++)
        net->rows[row] = arc_of_sum(policy, net->rows[row].now);
    for (size_t column = 0; column < net->n_columns; column++)
        net->columns[column] = arc_of_sum(policy, net->columns[column].now);
    net->whole = arc_of_sum(policy, whole);
}

/* ------------------------------------------------------------------ pushing */

/* The arc between two nodes, and whether it runs from the first to the second; NULL: none does. */
static arc *arc_between(network *net, size_t from, size_t to, bool *ret_is_forward)
{
    size_t source = net->n_rows + net->n_columns;
    size_t sink = source + 1;
    bool is_swapped = false;
    for (int turn = 0; turn < 2; turn++, is_swapped = true) {
        size_t a = is_swapped ? to : from;
        size_t b = is_swapped ? from : to;
        *ret_is_forward = !is_swapped;
        if (a == source && b < net->n_rows)
            return &net->rows[b];
        if (a < net->n_rows && b >= net->n_rows && b < source)
            return &net->cells[a * net->n_columns + (b - net->n_rows)];
        if (a >= net->n_rows && a < source && b == sink)
            return &net->columns[a - net->n_rows];
        if (a == sink && b == source)
            return &net->whole;
    }
    return NULL;
}

/* How much more may go from one node to the other by the arc between them. */
static int64_t room(network *net, size_t from, size_t to, const arc *left_out)
{
    bool is_forward = false;
    const arc *at = arc_between(net, from, to, &is_forward);
    if (at == NULL || at == left_out)
        return 0;
    return is_forward ? at->high - at->now : at->now - at->low;
}

/* Adds a node to the queue if a way leads to it. */
static size_t reach(network *net, size_t from, size_t to, const arc *left_out, size_t n_queue)
{
    if (net->before[to] != SIZE_MAX || room(net, from, to, left_out) <= 0)
        return n_queue;
    net->before[to] = from;
    net->queue[n_queue] = to;
    return n_queue + 1;
}

/* Finds a way with room; before[] leads back. */
static bool find_way(network *net, size_t from, size_t to, const arc *left_out)
{
    size_t source = net->n_rows + net->n_columns;
    size_t n = 0;
    for (size_t i = 0; i < source + 2; i++)
        net->before[i] = SIZE_MAX;
    net->before[from] = from;
    net->queue[n++] = from;
    for (size_t i = 0; i < n && net->before[to] == SIZE_MAX; i++) {
        size_t at = net->queue[i];
        /* rows and the sink have columns beside them, columns and the source have rows */
        bool has_columns = at < net->n_rows || at == source + 1;
        size_t first = has_columns ? net->n_rows : 0;
        size_t end = has_columns ? source : net->n_rows;
        for (size_t next = first; next < end; next++)
            n = reach(net, at, next, left_out, n);
        n = reach(net, at, source, left_out, n);
        n = reach(net, at, source + 1, left_out, n);
    }
    return net->before[to] != SIZE_MAX;
}

/* Pushes up to `most` from a node to another along one way. Returns how much. */
static int64_t push(network *net, size_t from, size_t to, int64_t most, const arc *left_out)
{
    if (most <= 0 || !find_way(net, from, to, left_out))
        return 0;
    for (size_t at = to; at != from; at = net->before[at]) {
        int64_t here = room(net, net->before[at], at, left_out);
        most = here < most ? here : most;
    }
    for (size_t at = to; at != from; at = net->before[at]) {
        bool is_forward = false;
        arc *along = arc_between(net, net->before[at], at, &is_forward);
        along->now += is_forward ? most : -most;
    }
    return most;
}

/* Are there as many values for a hidden cell as a hidden count has? Leaves another flow. */
static bool is_wide(network *net, size_t cell, int64_t width)
{
    arc *at = &net->cells[cell];
    size_t row = cell / net->n_columns;
    size_t column = net->n_rows + cell % net->n_columns;
    int64_t pushed = 0;
    while ((pushed = push(net, row, column, at->now - at->low, at)) > 0)
        at->now -= pushed; /* the rest has taken it over */
    int64_t least = at->now;
    while (at->now < least + width &&
           (pushed = push(net, column, row, least + width - at->now, at)) > 0)
        at->now += pushed;
    return at->now >= least + width;
}

/* ------------------------------------------------------------------ the audit */

/* The smallest cell that is told, in the cell's row or column if there is one; SIZE_MAX: none. */
static size_t smallest_told(const skr_suppress_matrix *of, size_t cell)
{
    size_t smallest = SIZE_MAX;
    bool is_near = false;
    for (size_t i = 0; i < of->n_rows * of->n_columns; i++) {
        bool near =
            i / of->n_columns == cell / of->n_columns || i % of->n_columns == cell % of->n_columns;
        if (of->told[of->cells[i]].is_hidden || (is_near && !near))
            continue;
        if (smallest == SIZE_MAX || (near && !is_near) ||
            of->raw[of->cells[i]] < of->raw[of->cells[smallest]])
            smallest = i;
        is_near |= near;
    }
    return smallest;
}

/* Hides for one cell until it is wide, or nothing is left to hide. */
static bool guard_cell(network *net, network *sums, const skr_policy *policy,
                       const skr_suppress_matrix *of, size_t cell)
{
    bool has_changed = false;
    int64_t width = (int64_t)policy->threshold - 1;
    while (!is_wide(net, cell, width)) {
        if (!has_changed && !is_wide(sums, cell, width))
            return false; /* the table is not what tells it */
        size_t at = smallest_told(of, cell);
        if (at == SIZE_MAX)
            return has_changed;
        of->told[of->cells[at]] =
            (skr_told_count){.is_hidden = true, .precision = of->told[of->cells[at]].precision};
        fill(net, policy, of, true);
        has_changed = true;
    }
    return has_changed;
}

int skr_suppress_audit(const skr_policy *policy, const skr_suppress_matrix *matrix, skr_err *err)
{
    network net = {0};
    network sums = {0};
    size_t n = matrix->n_rows * matrix->n_columns;
    bool has_changed = n <= SKR_AUDIT_CELLS_MAX;
    int status = network_new(matrix->n_rows, matrix->n_columns, &net, err);
    if (status == SKR_OK)
        status = network_new(matrix->n_rows, matrix->n_columns, &sums, err);
    if (status == SKR_OK) {
        fill(&net, policy, matrix, true);
        fill(&sums, policy, matrix, false);
    }
    while (status == SKR_OK && has_changed) {
        has_changed = false;
        for (size_t cell = 0; cell < n; cell++)
            if (matrix->told[matrix->cells[cell]].is_hidden)
                has_changed |= guard_cell(&net, &sums, policy, matrix, cell);
    }
    network_done(&net);
    network_done(&sums);
    return status;
}
