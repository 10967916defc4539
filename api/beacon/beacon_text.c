/*
 * beacon_text.c - from the tree of a question to the Beacon request that asks the same.
 *
 * Beacon joins filters by AND, knows no NOT, and takes one variant: a question that says more has
 * no request, and the answer names the part that is too much.
 */
#include "api/beacon/beacon_text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/beacon/beacon_condition.h"
#include "api/beacon/beacon_json.h"

/* ------------------------------------------------------------------ from the tree */

/* What AND joins is written one after the other. Returns why no request says it, or NULL; where
 * several parts are too much, the last. */
static const char *write_node(const skr_expr *node, bool is_people, skr_beacon_draft *draft)
{
    if (node->op == SKR_E_AND) {
        const char *left = write_node(node->left, is_people, draft);
        const char *right = write_node(node->right, is_people, draft);
        return right != NULL ? right : left;
    }
    if (node->op == SKR_E_OR)
        return is_people ? "or among people" : "or and not among alleles";
    if (node->op == SKR_E_NOT)
        return is_people ? skr_beacon_people_absent.none : "or and not among alleles";
    const skr_beacon_condition *row = skr_beacon_condition_of(node->op);
    if (row == NULL) /* ALL */
        return is_people ? NULL : skr_beacon_alleles_none.none;
    return row->none != NULL ? row->none : row->write(node, draft);
}

/* The variant of a request is one that people carry: skr_beacon_request_people reads it so. */
static const char *write_carries(const skr_expr *node, skr_beacon_draft *draft)
{
    if (draft->has_carries)
        return "more than one carries(...)";
    draft->has_carries = true;
    const char *why = write_node(node->alleles, false, draft);
    return why != NULL ? why : skr_beacon_place_settle(draft);
}

const skr_beacon_condition skr_beacon_people_carries = {.write = write_carries};

/* ------------------------------------------------------------------ the request */

static int put_request(skr_beacon_draft *draft, const char *assembly, skr_buffer *text,
                       skr_err *err)
{
    if (assembly != NULL && json_object_size(draft->parameters) > 0)
        skr_json_set(draft->parameters, "assemblyId", json_string(assembly));
    json_t *body = json_pack("{s:{s:s}, s:{s:O, s:O, s:s}}", "meta", "apiVersion", "2.0", "query",
                             "requestParameters", draft->parameters, "filters", draft->filters,
                             "requestedGranularity", "count");
    size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(draft->n_digits < 15 ? 15 : draft->n_digits);
    char *dumped = body == NULL ? NULL : json_dumps(body, flags);
    json_decref(body);
    if (dumped == NULL)
        return skr_fail_nomem(err, "a Beacon request");
    int status = skr_json_check(err);
    if (status == SKR_OK)
        status = skr_buffer_put(text, "beacon: POST /api/individuals ", 30, err);
    if (status == SKR_OK)
        status = skr_buffer_put(text, dumped, strlen(dumped), err);
    if (status == SKR_OK)
        status = skr_buffer_put(text, "\n", 1, err);
    free(dumped);
    return status;
}

int skr_beacon_text(const skr_expr *expr, const char *assembly, skr_buffer *text, skr_err *err)
{
    char line[160];
    skr_json_begin();
    skr_beacon_draft draft = {.parameters = json_object(), .filters = json_array()};
    int status;
    if (draft.parameters == NULL || draft.filters == NULL) {
        status = skr_fail_nomem(err, "a Beacon request");
        goto out;
    }
    const char *why = write_node(expr, true, &draft);
    if (why != NULL) {
        (void)snprintf(line, sizeof line, "beacon: no request asks this: %s\n", why);
        status = skr_buffer_put(text, line, strlen(line), err);
        goto out;
    }
    status = put_request(&draft, assembly, text, err);
out:
    json_decref(draft.parameters);
    json_decref(draft.filters);
    return status;
}
