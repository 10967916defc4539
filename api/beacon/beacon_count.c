/* beacon_count.c - how many people, samples, alleles: all, or those of what the path names. */
#include <jansson.h>

#include "api/beacon/beacon_access.h"
#include "api/beacon/beacon_aggregate_int.h"
#include "api/beacon/beacon_records.h"
#include "api/beacon/beacon_response_int.h"

/* The people whom the question is about: of alleles only when filters name some. */
static int find_people(skr_beacon_case *one, skr_entity entity, const skr_expr **ret_people,
                       skr_err *err)
{
    *ret_people = one->request.people;
    return entity == SKR_ENTITY_VARIANT ? SKR_OK
                                        : skr_beacon_request_people(&one->request, ret_people, err);
}

/* Asks the engine for the number of an entity. */
static int ask_engine(const skr_service *service, const skr_beacon_case *one, skr_entity entity,
                      const skr_expr *people, skr_count_answer *ret_count, skr_err *err)
{
    const skr_alleles_request alleles = {.alleles = one->request.alleles, .within = people};
    switch (entity) {
    case SKR_ENTITY_VARIANT:
        return skr_engine_count_alleles(service->engine, &alleles, &one->access, ret_count, err);
    case SKR_ENTITY_INDIVIDUAL:
        return skr_engine_count(service->engine, people, &one->access, ret_count, err);
    default:
        return skr_engine_count_samples(service->engine, people, &one->access, ret_count, err);
    }
}

/* The question that a request asks, which the log says too; of alleles all where it names none. */
static int settle(skr_beacon_case *one, skr_entity entity, skr_http_response *response,
                  const skr_expr **ret_people, skr_err *err)
{
    const skr_expr everything = {.op = SKR_E_ALL};
    bool is_of_alleles = entity == SKR_ENTITY_VARIANT;
    if (is_of_alleles && one->request.alleles == NULL)
        SKR_TRY(skr_query_expr(one->request.query, &everything, &one->request.alleles, err));
    SKR_TRY(find_people(one, entity, ret_people, err));
    return skr_beacon_keep_canonical(*ret_people, is_of_alleles ? one->request.alleles : NULL,
                                     response, err);
}

/*
 * A test is checked like any other question and answered without looking at data: nobody, and meta
 * says that it was a test.
 */
static int ask(const skr_service *service, const skr_beacon_case *one, skr_entity entity,
               const skr_expr *people, skr_count_answer *ret_count, skr_err *err)
{
    if (one->request.is_test) {
        *ret_count = (skr_count_answer){0};
        return SKR_OK;
    }
    return ask_engine(service, one, entity, people, ret_count, err);
}

/*
 * Is what the path names not there? Told under an exact policy alone: otherwise one person, whether
 * there or not, gives the same bytes.
 */
static bool is_missing(const skr_service *service, const skr_beacon_path *path,
                       const skr_beacon_case *one, const skr_told_count *total)
{
    return service->policy.is_exact && path->parent == path->entity && !one->request.is_test &&
           total->count == 0;
}

static int answer_count(const skr_service *service, const skr_beacon_path *path,
                        skr_beacon_case *one, const skr_expr *people, skr_http_response *response,
                        skr_err *err)
{
    skr_count_answer counted = {0};
    int status = ask(service, one, path->entity, people, &counted, err);
    if (status == SKR_OK && one->request.wants_aggregated && !counted.total.is_hidden)
        status = skr_beacon_aggregate(service, one, people, err);
    if (status == SKR_OK && is_missing(service, path, one, &counted.total)) {
        response->status = 404;
        status = skr_fail(err, SKR_ERR_QUERY, "no %s '%.200s' that matches",
                          skr_beacon_entry_type(path->entity)->id, path->id);
    }
    if (status == SKR_OK)
        status = skr_beacon_count_text(service, &one->request, path->entity, SKR_GRANULARITY_COUNT,
                                       &counted, &response->body, &response->n_body, err);
    if (status == SKR_OK) {
        response->status = 200;
        response->has_told = !one->request.is_test;
        response->told = counted.total;
    }
    skr_engine_count_done(&counted);
    return status;
}

static int answer_records(const skr_service *service, const skr_beacon_path *path,
                          skr_beacon_case *one, skr_http_response *response, skr_err *err)
{
    SKR_TRY(skr_beacon_records_answer(service, one, response, err));
    if (!is_missing(service, path, one, &response->told))
        return SKR_OK;
    response->status = 404;
    return skr_fail(err, SKR_ERR_QUERY, "no %s '%.200s' that matches",
                    skr_beacon_entry_type(path->entity)->id, path->id);
}

int skr_beacon_counts(const skr_service *service, const skr_http_request *request,
                      const skr_beacon_path *path, skr_http_response *response, skr_err *err)
{
    skr_beacon_case one = {0};
    const skr_expr *people = NULL;
    bool is_of_alleles = path->entity == SKR_ENTITY_VARIANT;
    int status = skr_beacon_case_read(service, request, path, &one, response, err);
    if (status == SKR_OK)
        status = settle(&one, path->entity, response, &people, err);
    bool is_of_records = one.request.granularity == SKR_GRANULARITY_RECORD &&
                         skr_beacon_granularity_max(service) == SKR_GRANULARITY_RECORD;
    if (status == SKR_OK && is_of_alleles && is_of_records)
        status = answer_records(service, path, &one, response, err);
    else if (status == SKR_OK)
        status = answer_count(service, path, &one, people, response, err);
    skr_beacon_case_done(&one);
    return status;
}
