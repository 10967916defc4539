/*
 * related.c - from pairs of related people to people of whom no two are.
 *
 * Whoever has most relatives left is left out first; then those come back who have none among the
 * others after all. So the rest is as large as it can be without an exchange of people.
 */
#include "tools/skerry/related.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/base/array.h"
#include "storage/base/names.h"

typedef struct pair {
    uint32_t of[2];
} pair;

typedef struct people {
    const char *path;
    skr_names names;
    uint32_t *lines; /* by name: where it stands first */
    uint32_t n_lines_max;
    pair *pairs;
    size_t n_pairs;
    size_t n_pairs_max;
    unsigned n_columns; /* 1: a list, 2: pairs; 0: nothing was read yet */
    size_t *first;      /* by name, and behind the last: into relatives */
    uint32_t *relatives;
    uint32_t *degree; /* by name: relatives that are not left out */
    bool *is_out;
    uint32_t *order; /* those left out, as they were */
    uint32_t n_out;
} people;

/* ------------------------------------------------------------------ the file */

static int take_name(people *all, const char *name, size_t n, uint32_t line, uint32_t *ret_number,
                     skr_err *err)
{
    bool is_new = false;
    SKR_TRY(skr_names_add_n(&all->names, name, n, ret_number, &is_new, err));
    SKR_TRY(
        SKR_ARRAY_RESERVE(&all->lines, &all->n_lines_max, *ret_number + 1u, "related people", err));
    if (is_new)
        all->lines[*ret_number] = line;
    return SKR_OK;
}

/* One or two ids, whatever follows them; text ends in NUL. */
static int take_line(people *all, char *text, uint32_t line, skr_err *err)
{
    static const char blanks[] = " \t\r\n";
    char *first = text + strspn(text, blanks);
    size_t n_first = strcspn(first, blanks);
    char *second = first + n_first + strspn(first + n_first, blanks);
    size_t n_second = strcspn(second, blanks);
    unsigned n_columns = n_second > 0 ? 2 : 1;
    pair one = {0};
    if (strncmp(first, "#FID", 4) == 0)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s:%u: families stand before people; give a table whose first two columns "
                        "are the two ids",
                        all->path, line);
    if (n_first == 0 || *first == '#')
        return SKR_OK;
    if (all->n_columns != 0 && all->n_columns != n_columns)
        return skr_fail(err, SKR_ERR_INPUT,
                        "%s:%u: %s; a file has pairs of related people, or one unrelated person a "
                        "line, not both",
                        all->path, line, n_columns == 1 ? "one id alone" : "two ids");
    all->n_columns = n_columns;
    SKR_TRY(take_name(all, first, n_first, line, &one.of[0], err));
    if (n_columns == 1)
        return SKR_OK;
    SKR_TRY(take_name(all, second, n_second, line, &one.of[1], err));
    if (one.of[0] == one.of[1])
        return skr_fail(err, SKR_ERR_INPUT, "%s:%u: '%s' would be related to itself", all->path,
                        line, skr_names_at(&all->names, one.of[0]));
    SKR_TRY(
        SKR_ARRAY_RESERVE(&all->pairs, &all->n_pairs_max, all->n_pairs + 1, "related people", err));
    all->pairs[all->n_pairs++] = one;
    return SKR_OK;
}

static int read_file(people *all, skr_err *err)
{
    FILE *file = fopen(all->path, "re");
    char *text = NULL;
    size_t n_max = 0;
    ssize_t n;
    int status = SKR_OK;
    if (file == NULL)
        return skr_fail(err, skr_err_of_input(errno), "%s: %s", all->path, strerror(errno));
    for (uint32_t line = 1; status == SKR_OK && (n = getline(&text, &n_max, file)) >= 0; line++)
        status = memchr(text, '\0', (size_t)n) == NULL
                     ? take_line(all, text, line, err)
                     : skr_fail(err, SKR_ERR_INPUT, "%s:%u: not text", all->path, line);
    if (status == SKR_OK && ferror(file) != 0)
        status = skr_fail(err, SKR_ERR_IO, "%s: %s", all->path, strerror(errno));
    if (status == SKR_OK && all->n_columns == 0)
        status = skr_fail(err, SKR_ERR_INPUT, "%s: names nobody", all->path);
    free(text);
    (void)fclose(file);
    return status;
}

/* ------------------------------------------------------------------ who is left out */

static int list_relatives(people *all, skr_err *err)
{
    size_t n = all->names.n;
    all->first = calloc(n + 2, sizeof *all->first);
    all->relatives = malloc((2 * all->n_pairs + 1) * sizeof *all->relatives);
    all->degree = calloc(n + 1, sizeof *all->degree);
    all->is_out = calloc(n + 1, sizeof *all->is_out);
    all->order = malloc((n + 1) * sizeof *all->order);
    if (all->first == NULL || all->relatives == NULL || all->degree == NULL ||
        all->is_out == NULL || all->order == NULL)
        return skr_fail_nomem(err, "related people");
    for (size_t i = 0; i < all->n_pairs; i++)
        for (unsigned k = 0; k < 2; k++)
            all->first[all->pairs[i].of[k] + 2]++;
    for (size_t i = 2; i <= n + 1; i++)
        all->first[i] += all->first[i - 1];
    for (size_t i = 0; i < all->n_pairs; i++)
        for (unsigned k = 0; k < 2; k++)
            all->relatives[all->first[all->pairs[i].of[k] + 1]++] = all->pairs[i].of[1 - k];
    for (size_t i = 0; i < n; i++)
        all->degree[i] = (uint32_t)(all->first[i + 1] - all->first[i]);
    return SKR_OK;
}

/* Degrees only fall, so that one way down meets everybody. Of equals who is named last goes. */
static void leave_out(people *all)
{
    uint32_t n = all->names.n;
    uint32_t most = 0;
    for (uint32_t i = 0; i < n; i++)
        most = all->degree[i] > most ? all->degree[i] : most;
    for (; most > 0; most--) {
        for (uint32_t i = n; i-- > 0;) {
            if (all->is_out[i] || all->degree[i] != most)
                continue;
            all->is_out[i] = true;
            all->order[all->n_out++] = i;
            for (size_t k = all->first[i]; k < all->first[i + 1]; k++)
                all->degree[all->relatives[k]] -= !all->is_out[all->relatives[k]];
        }
    }
    for (uint32_t i = 0; i < all->n_out; i++) {
        uint32_t one = all->order[i];
        bool has_relative = false;
        for (size_t k = all->first[one]; k < all->first[one + 1]; k++)
            has_relative = has_relative || !all->is_out[all->relatives[k]];
        all->is_out[one] = has_relative;
    }
}

/* ------------------------------------------------------------------ the condition */

/* Those who are left out, or the others, as a list of ids. */
static int list_ids(const people *all, bool wants_out, skr_query *query, const skr_expr **ret_node,
                    skr_err *err)
{
    const char *memory = NULL;
    uint32_t n = 0;
    skr_id_text *ids = malloc((all->names.n + 1u) * sizeof *ids);
    int status = ids == NULL ? skr_fail_nomem(err, "related people") : SKR_OK;
    for (uint32_t i = 0; i < all->names.n && status == SKR_OK; i++) {
        const char *name = skr_names_at(&all->names, i);
        if ((all->is_out != NULL && all->is_out[i]) != wants_out)
            continue;
        ids[n].n = (uint32_t)strlen(name);
        ids[n].line = all->lines[i];
        status = skr_query_text(query, name, ids[n].n, &ids[n].text, err);
        n++;
    }
    skr_expr node = {.op = SKR_E_ID_FILE, .n_ids = n};
    if (status == SKR_OK)
        status = skr_query_text(query, all->path, strlen(all->path), &node.text, err);
    if (status == SKR_OK)
        status = skr_query_text(query, (const char *)ids, n * sizeof *ids, &memory, err);
    free(ids);
    node.ids = (const skr_id_text *)(const void *)memory;
    return status != SKR_OK ? status : skr_query_expr(query, &node, ret_node, err);
}

/* Everybody but those left out. The others are named beside them, so that they must be there. */
static int make_condition(const people *all, skr_query *query, const skr_expr **ret_expr,
                          skr_err *err)
{
    skr_expr negation = {.op = SKR_E_NOT};
    const skr_expr everybody = {.op = SKR_E_ALL};
    const skr_expr *kept = NULL;
    const skr_expr *whole = NULL;
    const skr_expr *rest = NULL;
    SKR_TRY(list_ids(all, false, query, &kept, err));
    if (all->n_columns == 1) {
        *ret_expr = kept;
        return SKR_OK;
    }
    SKR_TRY(list_ids(all, true, query, &negation.left, err));
    SKR_TRY(skr_query_expr(query, &negation, &rest, err));
    SKR_TRY(skr_query_expr(query, &everybody, &whole, err));
    SKR_TRY(skr_query_join(query, SKR_E_OR, kept, whole, &whole, err));
    return skr_query_join(query, SKR_E_AND, rest, whole, ret_expr, err);
}

int skr_related_read(skr_query *query, const char *path, const skr_expr **ret_expr, skr_err *err)
{
    people all = {.path = path};
    int status = read_file(&all, err);
    if (status == SKR_OK && all.n_columns == 2)
        status = list_relatives(&all, err);
    if (status == SKR_OK && all.n_columns == 2)
        leave_out(&all);
    if (status == SKR_OK)
        status = make_condition(&all, query, ret_expr, err);
    skr_names_done(&all.names);
    free(all.lines);
    free(all.pairs);
    free(all.first);
    free(all.relatives);
    free(all.degree);
    free(all.is_out);
    free(all.order);
    return status;
}
