/*
 * query_print.c - the canonical text of a question.
 *
 * Questions that differ only in the order, grouping or repetition of operands, in the case of
 * keywords, in the spelling of contigs or numbers, have one text. Chains of `and` and of `or` are
 * flattened, their operands sorted by text and made distinct; the text parses to a question with
 * the same text.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/query/query_syntax.h"

/* A question, or a part of one, in canonical form. */
typedef struct canon {
    bool is_chain;
    skr_expr_op op;       /* of a chain: AND or OR */
    const char *text;     /* whole, without parentheses around it */
    struct canon **parts; /* of a chain: at least two, ascending by text */
    size_t n_parts;
} canon;

typedef struct part_list {
    canon **parts;
    size_t n;
    size_t n_max;
} part_list;

typedef struct node_stack {
    const skr_expr **nodes;
    size_t n;
    size_t n_max;
} node_stack;

static int grow(void *memory_of, size_t n, size_t *n_max, skr_err *err)
{
    void **memory = memory_of;
    if (n < *n_max)
        return SKR_OK;
    size_t n_new = *n_max == 0 ? 8 : 2 * *n_max;
    void *bigger = realloc(*memory, n_new * sizeof(void *));
    if (bigger == NULL)
        return skr_fail_nomem(err, "query text");
    *memory = bigger;
    *n_max = n_new;
    return SKR_OK;
}

static int push_part(part_list *list, canon *part, skr_err *err)
{
    int status = grow(&list->parts, list->n, &list->n_max, err);
    if (status == SKR_OK)
        list->parts[list->n++] = part;
    return status;
}

static int push_node(node_stack *stack, const skr_expr *node, skr_err *err)
{
    int status = grow(&stack->nodes, stack->n, &stack->n_max, err);
    if (status == SKR_OK)
        stack->nodes[stack->n++] = node;
    return status;
}

/* A part of this text, which is taken from the buffer. */
static int new_part(skr_query *memory, skr_buffer *text, canon **ret_part, skr_err *err)
{
    void *made = NULL;
    int status = skr_query_alloc(memory, sizeof(canon), &made, err);
    canon *part = made;
    if (status == SKR_OK)
        status = skr_query_text(memory, (const char *)text->bytes, text->n, &part->text, err);
    if (status == SKR_OK)
        *ret_part = part;
    return status;
}

static int compare_parts(const void *a, const void *b)
{
    return strcmp((*(const canon *const *)a)->text, (*(const canon *const *)b)->text);
}

static void sort_distinct(part_list *list)
{
    qsort(list->parts, list->n, sizeof(canon *), compare_parts);
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        if (n == 0 || strcmp(list->parts[n - 1]->text, list->parts[i]->text) != 0)
            list->parts[n++] = list->parts[i];
    list->n = n;
}

static int put_part(skr_buffer *text, const canon *part, bool is_enclosed, skr_err *err)
{
    int status = is_enclosed ? skr_query_put(text, "(", err) : SKR_OK;
    if (status == SKR_OK)
        status = skr_query_put(text, part->text, err);
    if (status == SKR_OK && is_enclosed)
        status = skr_query_put(text, ")", err);
    return status;
}

/* A chain of sorted parts, at least one. */
static int join_parts(skr_query *memory, skr_expr_op op, part_list *list, canon **ret_canon,
                      skr_err *err)
{
    skr_buffer text = {0};
    void *parts = NULL;
    canon *made = NULL;
    int status = SKR_OK;
    sort_distinct(list);
    if (list->n == 1) {
        *ret_canon = list->parts[0];
        return SKR_OK;
    }
    for (size_t i = 0; i < list->n && status == SKR_OK; i++) {
        const canon *part = list->parts[i];
        if (i > 0)
            status = skr_query_put(&text, op == SKR_E_AND ? " and " : " or ", err);
        if (status == SKR_OK)
            status = put_part(&text, part, op == SKR_E_AND && part->is_chain, err);
    }
    if (status == SKR_OK)
        status = new_part(memory, &text, &made, err);
    if (status == SKR_OK)
        status = skr_query_alloc(memory, list->n * sizeof(canon *), &parts, err);
    skr_buffer_done(&text);
    if (status < 0)
        return status;
    memcpy(parts, list->parts, list->n * sizeof(canon *));
    made->is_chain = true;
    made->op = op;
    made->parts = parts;
    made->n_parts = list->n;
    *ret_canon = made;
    return SKR_OK;
}

static int make_canon(skr_query *memory, const skr_expr *node, canon **ret_canon, skr_err *err);

static int add_atom(skr_query *memory, const skr_expr *node, part_list *list, skr_err *err)
{
    skr_buffer text = {0};
    canon *part = NULL;
    int status = node->op == SKR_E_ALL
                     ? skr_query_put(&text, "all", err)
                     : skr_query_condition_of(node->op)->syntax->print(node, &text, err);
    if (status == SKR_OK)
        status = new_part(memory, &text, &part, err);
    if (status == SKR_OK)
        status = push_part(list, part, err);
    skr_buffer_done(&text);
    return status;
}

static int add_not(skr_query *memory, const skr_expr *inner_node, part_list *list, skr_err *err)
{
    skr_buffer text = {0};
    canon *part = NULL;
    canon *inner = NULL;
    int status = make_canon(memory, inner_node, &inner, err);
    if (status == SKR_OK)
        status = skr_query_put(&text, "not ", err);
    if (status == SKR_OK)
        status = put_part(&text, inner, inner->is_chain, err);
    if (status == SKR_OK)
        status = new_part(memory, &text, &part, err);
    if (status == SKR_OK)
        status = push_part(list, part, err);
    skr_buffer_done(&text);
    return status;
}

static int add_ids(skr_query *memory, const skr_expr *node, part_list *list, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = 0; i < node->n_ids && status == SKR_OK; i++) {
        const skr_expr one = {.op = SKR_E_ID, .text = node->ids[i].text};
        status = add_atom(memory, &one, list, err);
    }
    return status;
}

/* Of a chain's operand that is no such chain itself. */
static int add_operand(skr_query *memory, skr_expr_op op, const skr_expr *node, part_list *list,
                       skr_err *err)
{
    canon *part = NULL;
    int status = make_canon(memory, node, &part, err);
    if (status < 0)
        return status;
    if (!part->is_chain || part->op != op)
        return push_part(list, part, err);
    for (size_t i = 0; i < part->n_parts && status == SKR_OK; i++)
        status = push_part(list, part->parts[i], err);
    return status;
}

/* Trees made from requests may lean to one side, thousands deep: chains are walked by a stack. */
static int add_chain(skr_query *memory, const skr_expr *node, part_list *list, skr_err *err)
{
    const skr_expr_op op = node->op;
    node_stack stack = {0};
    int status = push_node(&stack, node, err);
    while (status == SKR_OK && stack.n > 0) {
        const skr_expr *at = stack.nodes[--stack.n];
        if (at->op == op) {
            status = push_node(&stack, at->right, err);
            if (status == SKR_OK)
                status = push_node(&stack, at->left, err);
        } else {
            status = add_operand(memory, op, at, list, err);
        }
    }
    free(stack.nodes);
    return status;
}

static int make_canon(skr_query *memory, const skr_expr *node, canon **ret_canon, skr_err *err)
{
    part_list list = {0};
    bool is_chain = node->op == SKR_E_AND || node->op == SKR_E_OR;
    int status;
    if (is_chain)
        status = add_chain(memory, node, &list, err);
    else if (node->op == SKR_E_NOT)
        status = add_not(memory, node->left, &list, err);
    else if (node->n_ids > 0)
        status = add_ids(memory, node, &list, err);
    else
        status = add_atom(memory, node, &list, err);
    if (status == SKR_OK)
        status = join_parts(memory, is_chain ? node->op : SKR_E_OR, &list, ret_canon, err);
    free(list.parts);
    return status;
}

int skr_query_expr_print(const skr_expr *expr, skr_buffer *text, skr_err *err)
{
    skr_query *memory = NULL;
    canon *whole = NULL;
    int status = skr_query_new(&memory, err);
    if (status < 0)
        return status;
    status = make_canon(memory, expr, &whole, err);
    if (status == SKR_OK)
        status = skr_query_put(text, whole->text, err);
    skr_query_free(memory);
    return status;
}
