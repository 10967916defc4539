/*
 * query.c - the memory of a query: nodes and texts in pages that are freed together.
 */
#include "engine/face/query.h"

#include <stdlib.h>
#include <string.h>

#include "engine/query/query_int.h"

#define PAGE_BYTES 16384u

typedef struct page {
    struct page *next;
    size_t n;
    size_t n_max;
    max_align_t bytes[];
} page;

struct skr_query {
    page *pages; /* the first is the one being filled */
    bool allows_files;
    bool has_stdin; /* it is read already, or not there to be read */
};

void skr_query_allow_files(skr_query *query, bool has_stdin)
{
    query->allows_files = true;
    query->has_stdin = !has_stdin;
}

bool skr_query_allows_files(const skr_query *query)
{
    return query->allows_files;
}

bool skr_query_take_stdin(skr_query *query)
{
    bool is_there = !query->has_stdin;
    query->has_stdin = true;
    return is_there;
}

int skr_query_new(skr_query **ret_query, skr_err *err)
{
    skr_query *query = calloc(1, sizeof *query);
    if (query == NULL)
        return skr_fail_nomem(err, "query");
    *ret_query = query;
    return SKR_OK;
}

void skr_query_free(skr_query *query)
{
    if (query == NULL)
        return;
    for (page *at = query->pages; at != NULL;) {
        page *next = at->next;
        free(at);
        at = next;
    }
    free(query);
}

int skr_query_alloc(skr_query *query, size_t n_bytes, void **ret_memory, skr_err *err)
{
    const size_t unit = sizeof(max_align_t);
    if (n_bytes > SIZE_MAX / 2)
        return skr_fail_nomem(err, "query");
    n_bytes = (n_bytes + unit - 1) / unit * unit;
    page *at = query->pages;
    if (at == NULL || at->n_max - at->n < n_bytes) {
        size_t n_max = n_bytes > PAGE_BYTES ? n_bytes : PAGE_BYTES;
        at = calloc(1, sizeof *at + n_max);
        if (at == NULL)
            return skr_fail_nomem(err, "query");
        at->n_max = n_max;
        at->next = query->pages;
        query->pages = at;
    }
    *ret_memory = (char *)at->bytes + at->n;
    at->n += n_bytes;
    return SKR_OK;
}

int skr_query_text(skr_query *query, const char *text, size_t n, const char **ret_text,
                   skr_err *err)
{
    void *memory = NULL;
    if (n == SIZE_MAX)
        return skr_fail_nomem(err, "query");
    int status = skr_query_alloc(query, n + 1, &memory, err);
    if (status < 0)
        return status;
    if (n > 0)
        memcpy(memory, text, n);
    *ret_text = memory;
    return SKR_OK;
}

int skr_query_expr(skr_query *query, const skr_expr *node, const skr_expr **ret_node, skr_err *err)
{
    void *memory = NULL;
    int status = skr_query_alloc(query, sizeof *node, &memory, err);
    if (status < 0)
        return status;
    memcpy(memory, node, sizeof *node);
    *ret_node = memory;
    return SKR_OK;
}

int skr_query_join(skr_query *query, skr_expr_op op, const skr_expr *left, const skr_expr *right,
                   const skr_expr **ret_node, skr_err *err)
{
    const skr_expr both = {.op = op, .left = left, .right = right};
    if (left != NULL && right != NULL)
        return skr_query_expr(query, &both, ret_node, err);
    *ret_node = left == NULL ? right : left;
    return SKR_OK;
}
