/*
 * beacon_paths.c - what the id in a path asks for, beside what the request asks: a person, a
 * sample, an allele, the people of a cohort.
 */
#include <string.h>

#include "api/beacon/beacon_access.h"
#include "api/beacon/beacon_request_int.h"

const skr_beacon_cohort *skr_beacon_cohort_find(const skr_beacon_texts *texts, const char *id)
{
    for (size_t i = 0; i < texts->n_cohorts; i++)
        if (strcmp(texts->cohorts[i].id, id) == 0)
            return &texts->cohorts[i];
    return NULL;
}

/* Everything that the request says of people, and one more condition. */
static int add_people(skr_beacon_request *request, const skr_expr *node, skr_err *err)
{
    return skr_query_join(request->query, SKR_E_AND, request->people, node, &request->people, err);
}

static int add_cohort(const skr_service *service, skr_beacon_request *request, const char *id,
                      skr_http_response *response, skr_err *err)
{
    const skr_beacon_cohort *cohort = skr_beacon_cohort_find(service->texts, id);
    const skr_expr *people = NULL;
    if (cohort == NULL) {
        response->status = 404;
        return skr_fail(err, SKR_ERR_QUERY, "no cohort '%.200s'", id);
    }
    SKR_TRY(skr_query_parse(request->query, cohort->question, false, &people, err));
    return add_people(request, people, err);
}

static int add_named(skr_beacon_request *request, skr_expr_op op, const char *id, skr_err *err)
{
    skr_expr node = {.op = op, .compare = SKR_EQ};
    const skr_expr *named = NULL;
    SKR_TRY(skr_query_text(request->query, id, strlen(id), &node.text, err));
    SKR_TRY(skr_query_expr(request->query, &node, &named, err));
    return add_people(request, named, err);
}

/* An allele by its name, in any spelling; an accession in it says the assembly. */
static int add_variant(skr_beacon_request *request, const char *id, skr_http_response *response,
                       skr_err *err)
{
    const skr_variant_words words = {.assembly = request->assembly, .short_form = id};
    int status = skr_beacon_read_variant(request, &words, err);
    if (status == SKR_ERR_QUERY)
        response->status = 404;
    return status;
}

int skr_beacon_path_add(const skr_service *service, const skr_beacon_path *path,
                        skr_beacon_request *request, skr_http_response *response, skr_err *err)
{
    switch (path->parent) {
    case SKR_ENTITY_COHORT:
        return add_cohort(service, request, path->id, response, err);
    case SKR_ENTITY_INDIVIDUAL:
        return add_named(request, SKR_E_ID, path->id, err);
    case SKR_ENTITY_BIOSAMPLE:
    case SKR_ENTITY_RUN:
    case SKR_ENTITY_ANALYSIS:
        return add_named(request, SKR_E_SAMPLE, path->id, err);
    case SKR_ENTITY_VARIANT:
        return add_variant(request, path->id, response, err);
    default: /* datasets are permitted, not asked for */
        return SKR_OK;
    }
}
