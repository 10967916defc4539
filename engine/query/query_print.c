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

#include "engine/query/query_print_int.h"

/* A question, or a part of one, in canonical form. */
typedef struct canon {
    bool is_chain;
    skr_joint joint;      /* of a chain: AND or OR */
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
    const void **nodes;
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
        return skr_fail(err, SKR_ERR_NOMEM, "query text: out of memory");
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

static int push_node(node_stack *stack, const void *node, skr_err *err)
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

static int put(skr_buffer *text, const char *more, skr_err *err)
{
    return skr_buffer_put(text, more, strlen(more), err);
}

static int put_part(skr_buffer *text, const canon *part, bool is_enclosed, skr_err *err)
{
    int status = is_enclosed ? put(text, "(", err) : SKR_OK;
    if (status == SKR_OK)
        status = put(text, part->text, err);
    if (status == SKR_OK && is_enclosed)
        status = put(text, ")", err);
    return status;
}

/* A chain of sorted parts, at least one. */
static int join_parts(skr_query *memory, skr_joint joint, part_list *list, canon **ret_canon,
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
            status = put(&text, joint == SKR_JOINT_AND ? " and " : " or ", err);
        if (status == SKR_OK)
            status = put_part(&text, part, joint == SKR_JOINT_AND && part->is_chain, err);
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
    made->joint = joint;
    made->parts = parts;
    made->n_parts = list->n;
    *ret_canon = made;
    return SKR_OK;
}

static int make_canon(skr_query *memory, skr_look_fn look, const void *node, canon **ret_canon,
                      skr_err *err);

static int add_atom(skr_query *memory, const skr_view *view, const void *node, part_list *list,
                    skr_err *err)
{
    skr_buffer text = {0};
    canon *part = NULL;
    int status = view->print(node, &text, err);
    if (status == SKR_OK)
        status = new_part(memory, &text, &part, err);
    if (status == SKR_OK)
        status = push_part(list, part, err);
    skr_buffer_done(&text);
    return status;
}

static int add_not(skr_query *memory, skr_look_fn look, const void *inner_node, part_list *list,
                   skr_err *err)
{
    skr_buffer text = {0};
    canon *part = NULL;
    canon *inner = NULL;
    int status = make_canon(memory, look, inner_node, &inner, err);
    if (status == SKR_OK)
        status = put(&text, "not ", err);
    if (status == SKR_OK)
        status = put_part(&text, inner, inner->is_chain, err);
    if (status == SKR_OK)
        status = new_part(memory, &text, &part, err);
    if (status == SKR_OK)
        status = push_part(list, part, err);
    skr_buffer_done(&text);
    return status;
}

static int add_ids(skr_query *memory, const skr_view *view, part_list *list, skr_err *err)
{
    int status = SKR_OK;
    for (size_t i = 0; i < view->n_ids && status == SKR_OK; i++) {
        skr_buffer text = {0};
        canon *part = NULL;
        status = put(&text, "id=", err);
        if (status == SKR_OK)
            status = skr_query_put_word(&text, view->ids[i].text, err);
        if (status == SKR_OK)
            status = new_part(memory, &text, &part, err);
        if (status == SKR_OK)
            status = push_part(list, part, err);
        skr_buffer_done(&text);
    }
    return status;
}

/* Of a chain's operand that is no such chain itself. */
static int add_operand(skr_query *memory, skr_look_fn look, skr_joint joint, const void *node,
                       part_list *list, skr_err *err)
{
    canon *part = NULL;
    int status = make_canon(memory, look, node, &part, err);
    if (status < 0)
        return status;
    if (!part->is_chain || part->joint != joint)
        return push_part(list, part, err);
    for (size_t i = 0; i < part->n_parts && status == SKR_OK; i++)
        status = push_part(list, part->parts[i], err);
    return status;
}

/* Trees made from requests may lean to one side, thousands deep: chains are walked by a stack. */
static int add_chain(skr_query *memory, skr_look_fn look, const void *node, skr_joint joint,
                     part_list *list, skr_err *err)
{
    node_stack stack = {0};
    int status = push_node(&stack, node, err);
    while (status == SKR_OK && stack.n > 0) {
        const void *at = stack.nodes[--stack.n];
        skr_view view = look(at);
        if (view.kind == SKR_VIEW_CHAIN && view.joint == joint) {
            status = push_node(&stack, view.right, err);
            if (status == SKR_OK)
                status = push_node(&stack, view.left, err);
        } else {
            status = add_operand(memory, look, joint, at, list, err);
        }
    }
    free(stack.nodes);
    return status;
}

static int make_canon(skr_query *memory, skr_look_fn look, const void *node, canon **ret_canon,
                      skr_err *err)
{
    part_list list = {0};
    skr_view view = look(node);
    int status;
    switch (view.kind) {
    case SKR_VIEW_CHAIN:
        status = add_chain(memory, look, node, view.joint, &list, err);
        break;
    case SKR_VIEW_NOT:
        status = add_not(memory, look, view.left, &list, err);
        break;
    case SKR_VIEW_IDS:
        view.joint = SKR_JOINT_OR;
        status = add_ids(memory, &view, &list, err);
        break;
    default:
        status = add_atom(memory, &view, node, &list, err);
        break;
    }
    if (status == SKR_OK)
        status = join_parts(memory, view.joint, &list, ret_canon, err);
    free(list.parts);
    return status;
}

int skr_query_print(skr_look_fn look, const void *node, skr_buffer *text, skr_err *err)
{
    skr_query *memory = NULL;
    canon *whole = NULL;
    int status = skr_query_new(&memory, err);
    if (status < 0)
        return status;
    status = make_canon(memory, look, node, &whole, err);
    if (status == SKR_OK)
        status = put(text, whole->text, err);
    skr_query_free(memory);
    return status;
}
